package dev.quiverdb.execute.spill;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A temporary file of rows, written once from start to end, then read, maybe several times. Each
 * row is its length (4 bytes) and {@link RowCodec}'s bytes. The file is deleted by {@link #close}.
 */
public final class RunFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path path;
    private final RowCodec codec;
    private @Nullable DataOutputStream out;
    private long rows;

    public RunFile(Path directory, RowCodec codec) {
        this.codec = codec;
        try {
            Files.createDirectories(directory);
            path = Files.createTempFile(directory, "run", ".tmp");
            out =
                    new DataOutputStream(
                            new BufferedOutputStream(Files.newOutputStream(path), BUFFER_BYTES));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    public void write(@Nullable Object[] row) {
        var stream = out;
        if (stream == null) {
            throw new IllegalStateException("The run is finished.");
        }
        byte[] bytes = codec.encode(row);
        try {
            stream.writeInt(bytes.length);
            stream.write(bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        rows++;
    }

    public long rows() {
        return rows;
    }

    /** Ends writing. */
    public RunFile finish() {
        var stream = out;
        out = null;
        if (stream != null) {
            try {
                stream.close();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
        return this;
    }

    /** Flushes what was written so far, so that a reader sees it. */
    public void flush() {
        var stream = out;
        if (stream != null) {
            try {
                stream.flush();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    public Reader read() {
        return new Reader();
    }

    /** Reads from the start. */
    public final class Reader implements RowSource {
        private final DataInputStream in;

        private Reader() {
            try {
                in =
                        new DataInputStream(
                                new BufferedInputStream(
                                        Files.newInputStream(path, StandardOpenOption.READ),
                                        BUFFER_BYTES));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        @Override
        public @Nullable Object @Nullable [] next() {
            try {
                int length;
                try {
                    length = in.readInt();
                } catch (EOFException end) {
                    return null;
                }
                return codec.decode(ByteBuffer.wrap(in.readNBytes(length)));
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        @Override
        public void close() {
            try {
                in.close();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }

    @Override
    public void close() {
        finish();
        try {
            Files.deleteIfExists(path);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
