/**
 * Several sessions at once, told as scripts: a {@code .spec} file of sessions, steps and orders of
 * steps, in the form of PostgreSQL's isolation tester, and beside it the {@code .out} that
 * PostgreSQL 15 gives. {@code -Disolation.record=jdbc:postgresql://...} writes the latter anew from
 * a PostgreSQL.
 */
@NullMarked
package dev.quiverdb.tests.isolation;

import org.jspecify.annotations.NullMarked;
