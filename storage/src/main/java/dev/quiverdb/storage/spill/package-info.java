/**
 * What does not fit into memory and need not outlive the process: files without a name, and sorted
 * runs in them, newest first, as log-structured merge trees have them. Start at {@link
 * dev.quiverdb.storage.spill.SortedRuns}. Knows {@code base} and {@code storage.key}.
 */
@NullMarked
package dev.quiverdb.storage.spill;

import org.jspecify.annotations.NullMarked;
