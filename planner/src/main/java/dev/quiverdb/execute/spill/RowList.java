package dev.quiverdb.execute.spill;

import dev.quiverdb.storage.spill.SpillDirectory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A growing list of rows that keeps the first ones in memory and the rest in a file. Readers may
 * come while it still grows: they see what was added before they ask.
 */
public final class RowList implements AutoCloseable {
    private final RowCodec codec;
    private final long memoryBytesMax;
    private final SpillDirectory directory;
    private final List<@Nullable Object[]> rows = new ArrayList<>();
    private long memoryBytes;
    private @Nullable RunFile rest;

    public RowList(RowCodec codec, long memoryBytesMax, SpillDirectory directory) {
        this.codec = codec;
        this.memoryBytesMax = memoryBytesMax;
        this.directory = directory;
    }

    /** Takes the row over. */
    public void add(@Nullable Object[] row) {
        if (rest == null) {
            memoryBytes += RowCodec.memoryBytes(row);
            if (memoryBytes <= memoryBytesMax) {
                rows.add(row);
                return;
            }
            rest = new RunFile(directory, codec);
        }
        rest.write(row);
    }

    public long size() {
        return rows.size() + (rest == null ? 0 : rest.rows());
    }

    public boolean spilled() {
        return rest != null;
    }

    public Reader read() {
        return new Reader();
    }

    /** Reads from the start; rows must not be changed. */
    public final class Reader implements RowSource {
        private int index;
        private long fileRows;
        private RunFile.@Nullable Reader file;

        private Reader() {}

        @Override
        public @Nullable Object @Nullable [] next() {
            if (index < rows.size()) {
                return rows.get(index++);
            }
            var tail = rest;
            if (tail == null || fileRows >= tail.rows()) {
                return null;
            }
            var reader = file;
            if (reader == null) {
                reader = tail.read();
                file = reader;
            }
            tail.flush();
            fileRows++;
            return reader.next();
        }

        @Override
        public void close() {
            if (file != null) {
                file.close();
            }
        }
    }

    public void clear() {
        rows.clear();
        memoryBytes = 0;
        if (rest != null) {
            rest.close();
            rest = null;
        }
    }

    @Override
    public void close() {
        clear();
    }
}
