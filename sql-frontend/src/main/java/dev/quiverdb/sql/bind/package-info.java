/**
 * From a parse tree and a catalog to relational algebra: names, types, operators and functions are
 * resolved here by PostgreSQL's documented rules (chapter 10, and parse_coerce.c, parse_oper.c and
 * parse_func.c behind it), errors are in its words. Start at {@link dev.quiverdb.sql.bind.Binder}.
 */
@NullMarked
package dev.quiverdb.sql.bind;

import org.jspecify.annotations.NullMarked;
