/**
 * Builtin functions, aggregates and window functions, found by PostgreSQL's internal names
 * (pg_proc.prosrc). Start at {@link dev.quiverdb.execute.function.Functions}; each family is a
 * class of its own.
 */
@NullMarked
package dev.quiverdb.execute.function;

import org.jspecify.annotations.NullMarked;
