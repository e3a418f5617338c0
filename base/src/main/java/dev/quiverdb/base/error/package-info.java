/**
 * What a user did wrong: {@code SqlException} with its {@code SqlState}, detail, hint and position.
 */
@NullMarked
package dev.quiverdb.base.error;

import org.jspecify.annotations.NullMarked;
