/**
 * Encryption at rest: data keys, and the key-encryption key that wraps them. Start at {@link
 * dev.quiverdb.storage.key.KeyRing}. Knows {@code base.world}.
 */
@NullMarked
package dev.quiverdb.storage.key;

import org.jspecify.annotations.NullMarked;
