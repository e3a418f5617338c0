/**
 * An ordered index over memory-comparable keys, in blocks: one version, one writer, many optimistic
 * readers; what was deleted lately stays in an overlay for older snapshots. Start at {@code BTree};
 * {@code README.md} beside this file has node format and invariants. Knows {@code storage.block}.
 */
@NullMarked
package dev.quiverdb.storage.btree;

import org.jspecify.annotations.NullMarked;
