package dev.quiverdb.storage.key;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.concurrent.ConcurrentLinkedDeque;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * AES-256-GCM over buffers. The one rule of GCM is the caller's to keep: a nonce is used once per
 * key. Safe for all threads; cipher objects are lent from a small pool.
 */
public final class Sealing {
    public static final int NONCE_BYTES = 12;
    public static final int TAG_BYTES = 16;

    private static final ConcurrentLinkedDeque<Cipher> IDLE = new ConcurrentLinkedDeque<>();

    private Sealing() {}

    /**
     * Writes ciphertext and tag: {@code clear.remaining() + TAG_BYTES} bytes. {@code sealed} must
     * not overlap {@code clear}.
     */
    public static void seal(
            SecretKey key,
            byte[] nonce,
            ByteBuffer associated,
            ByteBuffer clear,
            ByteBuffer sealed) {
        try {
            run(Cipher.ENCRYPT_MODE, key, nonce, associated, clear, sealed);
        } catch (GeneralSecurityException e) {
            throw new KeyException("AES-GCM encryption failed", e);
        }
    }

    /**
     * The way back.
     *
     * @return false when the tag does not fit: other key, other associated data, or changed bytes
     */
    public static boolean open(
            SecretKey key,
            byte[] nonce,
            ByteBuffer associated,
            ByteBuffer sealed,
            ByteBuffer clear) {
        try {
            run(Cipher.DECRYPT_MODE, key, nonce, associated, sealed, clear);
            return true;
        } catch (AEADBadTagException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new KeyException("AES-GCM decryption failed", e);
        }
    }

    private static void run(
            int mode,
            SecretKey key,
            byte[] nonce,
            ByteBuffer associated,
            ByteBuffer source,
            ByteBuffer target)
            throws GeneralSecurityException {
        @Nullable Cipher idle = IDLE.pollFirst();
        var cipher = idle != null ? idle : Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
        cipher.updateAAD(associated);
        cipher.doFinal(source, target);
        // Not lent again after a failure: its inner state is then of no interest to anybody.
        IDLE.offerFirst(cipher);
    }
}
