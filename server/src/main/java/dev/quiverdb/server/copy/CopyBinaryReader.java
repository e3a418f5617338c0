package dev.quiverdb.server.copy;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the binary format: 11 bytes {@code PGCOPY\n\377\r\n\0}, int32 flags, int32 length of a
 * header extension and that many bytes; then tuples of {@code int16 count, (int32 length,
 * bytes)...} (length -1 for NULL), and a trailer of int16 -1. Not thread-safe.
 */
public final class CopyBinaryReader {
    private static final byte[] SIGNATURE = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
    };

    private final Supplier<byte @Nullable []> source;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private boolean started;

    public CopyBinaryReader(Supplier<byte @Nullable []> source) {
        this.source = source;
    }

    /**
     * The next tuple.
     *
     * @param columnCount how many fields it must have
     * @return null at the end
     */
    public @Nullable ByteBuffer @Nullable [] next(int columnCount) {
        if (!started) {
            header();
            started = true;
        }
        if (!have(2)) {
            return null;
        }
        int count = buffer.getShort();
        if (count == -1) {
            if (have(1)) {
                throw bad("received copy data after EOF marker");
            }
            return null;
        }
        if (count != columnCount) {
            throw bad("row field count is %d, expected %d".formatted(count, columnCount));
        }
        @Nullable ByteBuffer[] fields = new ByteBuffer[count];
        for (int i = 0; i < count; i++) {
            need(4);
            int length = buffer.getInt();
            if (length < -1) {
                throw bad("invalid field size");
            }
            if (length >= 0) {
                need(length);
                byte[] bytes = new byte[length];
                buffer.get(bytes);
                fields[i] = ByteBuffer.wrap(bytes);
            }
        }
        return fields;
    }

    private void header() {
        if (!have(SIGNATURE.length)) {
            throw bad("COPY file signature not recognized");
        }
        for (byte expected : SIGNATURE) {
            if (buffer.get() != expected) {
                throw bad("COPY file signature not recognized");
            }
        }
        if (!have(8)) {
            throw bad("invalid COPY file header (missing flags)");
        }
        int flags = buffer.getInt();
        if ((flags & 1 << 16) != 0) {
            throw bad("invalid COPY file header (WITH OIDS)");
        }
        if ((flags & 0xffff0000) != 0) {
            throw bad("unrecognized critical flags in COPY file header");
        }
        int extension = buffer.getInt();
        if (extension < 0) {
            throw bad("invalid COPY file header (missing length)");
        }
        need(extension);
        buffer.position(buffer.position() + extension);
    }

    private void need(int bytes) {
        if (!have(bytes)) {
            throw bad("unexpected EOF in COPY data");
        }
    }

    private boolean have(int bytes) {
        while (buffer.remaining() < bytes) {
            byte[] piece = source.get();
            if (piece == null) {
                return false;
            }
            var joined = ByteBuffer.allocate(buffer.remaining() + piece.length);
            joined.put(buffer).put(piece).flip();
            buffer = joined;
        }
        return true;
    }

    private static SqlException bad(String message) {
        return new SqlException(SqlState.BAD_COPY_FILE_FORMAT, message);
    }
}
