/**
 * Bytes to messages and values to bytes. Start at {@link FrontendDecoder} and {@link
 * BackendWriter}.
 */
@NullMarked
package dev.quiverdb.pgwire.codec;

import org.jspecify.annotations.NullMarked;
