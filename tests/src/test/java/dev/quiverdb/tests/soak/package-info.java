/**
 * A real server under load that is killed again and again: {@link
 * dev.quiverdb.tests.soak.ServerSoak}. What it answered must be there, whole, and its indexes must
 * say what its tables say.
 */
@NullMarked
package dev.quiverdb.tests.soak;

import org.jspecify.annotations.NullMarked;
