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
    private byte[] buffer = {};

    /** Numbers in {@link #buffer}. */
    private ByteBuffer numbers = ByteBuffer.wrap(buffer);

    /** Where the tuple in hand begins. */
    private int start;

    private int end;

    /** Where the fields of the tuple in hand stand, counted from its start; length -1 for NULL. */
    private int[] offsets = {};

    private int[] lengths = {};
    private int tupleBytes;
    private boolean started;

    public CopyBinaryReader(Supplier<byte @Nullable []> source) {
        this.source = source;
    }

    /**
     * Reads the next tuple.
     *
     * @param columnCount how many fields it must have
     * @return false at the end
     */
    public boolean next(int columnCount) {
        if (!started) {
            header();
            started = true;
        }
        start += tupleBytes;
        tupleBytes = 0;
        if (!have(2)) {
            return false;
        }
        int count = numbers.getShort(start);
        if (count == -1) {
            if (have(3)) {
                throw bad("received copy data after EOF marker");
            }
            return false;
        }
        if (count != columnCount) {
            throw bad("row field count is %d, expected %d".formatted(count, columnCount));
        }
        if (offsets.length < count) {
            offsets = new int[count];
            lengths = new int[count];
        }
        int at = 2;
        for (int i = 0; i < count; i++) {
            need(at + 4L);
            int length = numbers.getInt(start + at);
            if (length < -1) {
                throw bad("invalid field size");
            }
            at += 4;
            offsets[i] = at;
            lengths[i] = length;
            if (length > 0) {
                need(at + (long) length);
                at += length;
            }
        }
        tupleBytes = at;
        return true;
    }

    /** Bytes of the tuple in hand. */
    public int tupleBytes() {
        return tupleBytes;
    }

    /** Bytes of a field of the tuple in hand; -1 for NULL. */
    public int length(int field) {
        return lengths[field];
    }

    /** What {@link #at} counts in; good until the next tuple is read. */
    public ByteBuffer numbers() {
        return numbers;
    }

    /** Where a field of the tuple in hand begins. */
    public int at(int field) {
        return start + offsets[field];
    }

    /** A field of the tuple in hand that is not NULL; good until the next tuple is read. */
    public ByteBuffer field(int field) {
        return numbers.slice(at(field), lengths[field]);
    }

    private void header() {
        if (!have(SIGNATURE.length)) {
            throw bad("COPY file signature not recognized");
        }
        for (int i = 0; i < SIGNATURE.length; i++) {
            if (buffer[start + i] != SIGNATURE[i]) {
                throw bad("COPY file signature not recognized");
            }
        }
        start += SIGNATURE.length;
        if (!have(8)) {
            throw bad("invalid COPY file header (missing flags)");
        }
        int flags = numbers.getInt(start);
        if ((flags & 1 << 16) != 0) {
            throw bad("invalid COPY file header (WITH OIDS)");
        }
        if ((flags & 0xffff0000) != 0) {
            throw bad("unrecognized critical flags in COPY file header");
        }
        int extension = numbers.getInt(start + 4);
        if (extension < 0) {
            throw bad("invalid COPY file header (missing length)");
        }
        start += 8;
        need(extension);
        start += extension;
    }

    private void need(long bytes) {
        if (!have(bytes)) {
            throw bad("unexpected EOF in COPY data");
        }
    }

    /** Whether there are so many bytes from {@link #start} on; reads pieces until there are. */
    private boolean have(long bytes) {
        while (end - start < bytes) {
            byte[] piece = source.get();
            if (piece == null) {
                return false;
            }
            int held = end - start;
            if (buffer.length - end < piece.length) {
                int needed = Math.addExact(held, piece.length);
                byte[] to =
                        needed <= buffer.length
                                ? buffer
                                : new byte[(int) Math.min(Integer.MAX_VALUE - 8L, 2L * needed)];
                System.arraycopy(buffer, start, to, 0, held);
                buffer = to;
                numbers = ByteBuffer.wrap(to);
                start = 0;
                end = held;
            }
            System.arraycopy(piece, 0, buffer, end, piece.length);
            end += piece.length;
        }
        return true;
    }

    private static SqlException bad(String message) {
        return new SqlException(SqlState.BAD_COPY_FILE_FORMAT, message);
    }
}
