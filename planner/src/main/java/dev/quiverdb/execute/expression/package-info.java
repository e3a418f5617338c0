/**
 * Expressions: the sealed IR that the binder's trees become ({@link
 * dev.quiverdb.execute.expression.Expression}) and what evaluates it. No Calcite type is seen here.
 */
@NullMarked
package dev.quiverdb.execute.expression;

import org.jspecify.annotations.NullMarked;
