/**
 * What a bound statement is made of: Calcite's relational algebra with PostgreSQL's types,
 * functions and nodes. The binder makes these trees, the rewriter secures them, the planner reads
 * them.
 *
 * <p>Types ride as {@link dev.quiverdb.sql.algebra.PgType}; expressions that Calcite has no
 * operator for are calls of a {@link dev.quiverdb.sql.algebra.PgOperator}, whose {@link
 * dev.quiverdb.sql.algebra.Form} says what they are; nodes that Calcite has not are the members of
 * {@link dev.quiverdb.sql.algebra.PgRel}.
 */
@NullMarked
package dev.quiverdb.sql.algebra;

import org.jspecify.annotations.NullMarked;
