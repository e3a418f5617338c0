package dev.quiverdb.storage.key;

import javax.crypto.SecretKey;

/**
 * Makes, wraps and unwraps data keys (AES-256). Data keys encrypt blocks and log entries; they
 * stand in the files only wrapped by a key-encryption key, which never does. Safe for all threads.
 */
public interface KeyRing {
    /** A new data key. */
    SecretKey newDataKey();

    /** The key under the current key-encryption key, at most {@link #WRAPPED_BYTES_MAX} bytes. */
    byte[] wrap(SecretKey dataKey);

    /**
     * The data key again.
     *
     * @throws KeyException when the key-encryption key is not the one that wrapped it
     */
    SecretKey unwrap(byte[] wrapped);

    int WRAPPED_BYTES_MAX = 128;
}
