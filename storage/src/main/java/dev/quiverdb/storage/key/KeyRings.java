package dev.quiverdb.storage.key;

import dev.quiverdb.base.world.Chance;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Key rings whose key-encryption key (32 bytes, as 64 hexadecimal digits or in base64) comes from a
 * file, an environment variable or the standard output of a command.
 */
public final class KeyRings {
    private static final int KEY_BYTES = 32;
    private static final long COMMAND_SECONDS_MAX = 30;

    private KeyRings() {}

    public static KeyRing fromFile(Path file, Chance chance) {
        try {
            return fromText(Files.readString(file), "file \"" + file + "\"", chance);
        } catch (IOException e) {
            throw new KeyException("could not read key file \"" + file + "\"", e);
        }
    }

    public static KeyRing fromEnvironment(String variable, Chance chance) {
        var text = System.getenv(variable);
        if (text == null) {
            throw new KeyException(
                    "environment variable " + variable + " with the key is not set", null);
        }
        return fromText(text, "environment variable " + variable, chance);
    }

    /** Runs the command (no shell) and takes the key from what it prints. */
    public static KeyRing fromCommand(List<String> command, Chance chance) {
        var name = "key command \"" + command.getFirst() + "\"";
        try {
            var process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            process.getOutputStream().close();
            var text =
                    new String(process.getInputStream().readNBytes(4096), StandardCharsets.UTF_8);
            if (!process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new KeyException(name + " did not end", null);
            }
            if (process.exitValue() != 0) {
                throw new KeyException(name + " ended with status " + process.exitValue(), null);
            }
            return fromText(text, name, chance);
        } catch (IOException e) {
            throw new KeyException("could not run " + name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeyException(name + " was interrupted", e);
        }
    }

    /** The key itself. */
    public static KeyRing of(byte[] key, Chance chance) {
        return new Ring(key.clone(), "", chance);
    }

    private static KeyRing fromText(String text, String source, Chance chance) {
        var trimmed = text.strip();
        byte[] key;
        try {
            key =
                    trimmed.length() == KEY_BYTES * 2
                            ? HexFormat.of().parseHex(trimmed)
                            : Base64.getDecoder().decode(trimmed);
        } catch (IllegalArgumentException e) {
            throw new KeyException(source + " holds neither a hexadecimal nor a base64 key", null);
        }
        if (key.length != KEY_BYTES) {
            throw new KeyException(
                    source + " holds a key of " + key.length + " bytes, not 32", null);
        }
        return new Ring(key, " from " + source, chance);
    }

    /** Wrapped form: nonce (12), ciphertext (32), tag (16). */
    private static final class Ring implements KeyRing {
        private static final byte[] PURPOSE =
                "quiverdb data key 1".getBytes(StandardCharsets.US_ASCII);
        private final SecretKey wrapping;
        private final Chance chance;

        /** Where the key comes from, for messages. */
        private final String origin;

        Ring(byte[] key, String origin, Chance chance) {
            if (key.length != KEY_BYTES) {
                throw new KeyException(
                        "a key-encryption key has 32 bytes, not " + key.length, null);
            }
            this.wrapping = new SecretKeySpec(key, "AES");
            this.origin = origin;
            this.chance = chance;
        }

        @Override
        public SecretKey newDataKey() {
            var bytes = new byte[KEY_BYTES];
            chance.nextBytes(bytes);
            return new SecretKeySpec(bytes, "AES");
        }

        @Override
        public byte[] wrap(SecretKey dataKey) {
            var nonce = new byte[Sealing.NONCE_BYTES];
            chance.nextBytes(nonce);
            var wrapped = ByteBuffer.allocate(nonce.length + KEY_BYTES + Sealing.TAG_BYTES);
            wrapped.put(nonce);
            Sealing.seal(
                    wrapping,
                    nonce,
                    ByteBuffer.wrap(PURPOSE),
                    ByteBuffer.wrap(dataKey.getEncoded()),
                    wrapped);
            return wrapped.array();
        }

        @Override
        public SecretKey unwrap(byte[] wrapped) {
            if (wrapped.length != Sealing.NONCE_BYTES + KEY_BYTES + Sealing.TAG_BYTES) {
                throw new KeyException("a wrapped data key has the wrong length", null);
            }
            var source = ByteBuffer.wrap(wrapped);
            var nonce = new byte[Sealing.NONCE_BYTES];
            source.get(nonce);
            var key = ByteBuffer.allocate(KEY_BYTES);
            if (!Sealing.open(wrapping, nonce, ByteBuffer.wrap(PURPOSE), source, key)) {
                throw new KeyException(
                        "the key-encryption key"
                                + origin
                                + " is not the one that this database was encrypted with",
                        null);
            }
            return new SecretKeySpec(key.array(), "AES");
        }
    }
}
