/**
 * Privileges and row-level security: {@link dev.quiverdb.sql.rewrite.Rewriter} is the only maker of
 * {@link dev.quiverdb.sql.rewrite.SecuredStatement}, and the planner takes nothing else.
 */
@NullMarked
package dev.quiverdb.sql.rewrite;

import org.jspecify.annotations.NullMarked;
