/**
 * A process with the storage engine under load that is killed again and again: {@link
 * dev.quiverdb.storage.soak.KillSoak}. What it acknowledged must be there, whole, and nothing that
 * it took back.
 */
@NullMarked
package dev.quiverdb.storage.soak;

import org.jspecify.annotations.NullMarked;
