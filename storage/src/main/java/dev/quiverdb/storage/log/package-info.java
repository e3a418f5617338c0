/**
 * The one redo log: what is committed, in order, durable before it is answered. Start at {@link
 * dev.quiverdb.storage.log.CommitLog}; {@code README.md} beside this file draws the format. Knows
 * {@code base.world} and {@code storage.key}.
 */
@NullMarked
package dev.quiverdb.storage.log;

import org.jspecify.annotations.NullMarked;
