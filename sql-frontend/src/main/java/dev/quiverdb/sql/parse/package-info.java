/**
 * PostgreSQL's grammar: text in, parse tree out.
 *
 * <p>Start at {@link dev.quiverdb.sql.parse.Parser}, which turns a text into {@link
 * dev.quiverdb.sql.parse.Statement}s. The tree is made of four sealed families of statements under
 * {@link dev.quiverdb.sql.parse.Command}, and of {@link dev.quiverdb.sql.parse.Expr}, {@link
 * dev.quiverdb.sql.parse.From} and {@link dev.quiverdb.sql.parse.Clause} below them. {@code
 * README.md} beside the code says how errors get PostgreSQL's position. The room knows {@code
 * base.error} and Calcite's {@code SqlNode}, and nothing of types, catalogs or names' meaning.
 */
@NullMarked
package dev.quiverdb.sql.parse;

import org.jspecify.annotations.NullMarked;
