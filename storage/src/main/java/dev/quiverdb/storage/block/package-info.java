/**
 * Blocks by number, cached in bounded memory, frozen and made durable as of one log index. Start at
 * {@link dev.quiverdb.storage.block.BlockStore}; {@code README.md} beside this file has the
 * invariants and the formats. Knows {@code base.world} and {@code storage.key}.
 */
@NullMarked
package dev.quiverdb.storage.block;

import org.jspecify.annotations.NullMarked;
