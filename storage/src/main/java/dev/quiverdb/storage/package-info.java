/**
 * The storage engine's front door: open a {@code Storage}, begin a transaction, read and write
 * tablets.
 */
@NullMarked
package dev.quiverdb.storage;

import org.jspecify.annotations.NullMarked;
