package dev.quiverdb.execute.spill;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.spill.SpillDirectory;
import dev.quiverdb.storage.spill.SpillFile;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A temporary file of rows, written once from start to end, then read, maybe several times. Each
 * row is its length (4 bytes) and {@link RowCodec}'s bytes. The file goes with {@link #close}.
 */
public final class RunFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final SpillFile file;
    private final RowCodec codec;

    /** Rows that are not in the file yet. */
    private @Nullable ByteWriter out = new ByteWriter(1024);

    private long rows;
    private long fileBytes;

    public RunFile(SpillDirectory directory, RowCodec codec) {
        this.codec = codec;
        this.file = directory.newFile();
    }

    public void write(@Nullable Object[] row) {
        var pending = out;
        if (pending == null) {
            throw new IllegalStateException("The run is finished.");
        }
        byte[] bytes = codec.encode(row);
        pending.putInt(bytes.length);
        pending.putBytes(bytes);
        rows++;
        if (pending.size() >= BUFFER_BYTES) {
            flush();
        }
    }

    public long rows() {
        return rows;
    }

    /** Ends writing. */
    public RunFile finish() {
        flush();
        out = null;
        return this;
    }

    /** Gives what was written so far to the file, so that a reader sees it. */
    public void flush() {
        var pending = out;
        if (pending != null && pending.size() > 0) {
            file.append(pending.array(), 0, pending.size());
            fileBytes += pending.size();
            pending.reset();
        }
    }

    public Reader read() {
        return new Reader();
    }

    /** Reads from the start. */
    public final class Reader implements RowSource {
        private byte[] buffer = new byte[BUFFER_BYTES];

        /** What of the buffer is still to be read, and where in the file it ends. */
        private int from;

        private int to;
        private long position;

        private Reader() {}

        @Override
        public @Nullable Object @Nullable [] next() {
            if (!fill(Integer.BYTES)) {
                return null;
            }
            int length = ByteBuffer.wrap(buffer).getInt(from);
            from += Integer.BYTES;
            if (!fill(length)) {
                throw new IllegalStateException("A run ends within a row.");
            }
            var row = codec.decode(ByteBuffer.wrap(buffer, from, length).slice());
            from += length;
            return row;
        }

        /** Whether so many bytes come; then the buffer has them. */
        private boolean fill(int bytes) {
            int there = to - from;
            if (there >= bytes) {
                return true;
            }
            if (there + fileBytes - position < bytes) {
                return false;
            }
            var old = buffer;
            if (buffer.length < bytes) {
                buffer = new byte[Math.max(bytes, 2 * buffer.length)];
            }
            System.arraycopy(old, from, buffer, 0, there);
            int more = (int) Math.min(buffer.length - there, fileBytes - position);
            file.read(position, buffer, there, more);
            position += more;
            from = 0;
            to = there + more;
            return true;
        }

        @Override
        public void close() {}
    }

    @Override
    public void close() {
        out = null;
        file.close();
    }
}
