package dev.quiverdb.execute.spill;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.mapdb.BTreeMap;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.Serializer;

/**
 * The rows of a scrollable or held cursor, by number: in memory while they fit, then in a MapDB map
 * in a temporary file, for they are fetched forwards and backwards.
 */
public final class HeldRows implements AutoCloseable {
    private final RowCodec codec;
    private final long memoryBytesMax;
    private final Path directory;
    private final List<@Nullable Object[]> rows = new ArrayList<>();
    private long memoryBytes;
    private @Nullable DB database;
    private @Nullable BTreeMap<Long, byte[]> map;
    private long size;

    public HeldRows(RowCodec codec, long memoryBytesMax, Path directory) {
        this.codec = codec;
        this.memoryBytesMax = memoryBytesMax;
        this.directory = directory;
    }

    /** Takes the row over. */
    public void add(@Nullable Object[] row) {
        var spill = map;
        if (spill == null) {
            memoryBytes += RowCodec.memoryBytes(row);
            if (memoryBytes <= memoryBytesMax) {
                rows.add(row);
                size++;
                return;
            }
            spill = open();
        }
        spill.put(size++, codec.encode(row));
    }

    private BTreeMap<Long, byte[]> open() {
        var file = directory.resolve("held" + UUID.randomUUID() + ".mapdb").toFile();
        if (!directory.toFile().isDirectory() && !directory.toFile().mkdirs()) {
            throw new IllegalStateException("cannot make directory " + directory);
        }
        var made = DBMaker.fileDB(file).fileDeleteAfterClose().make();
        database = made;
        var opened = made.treeMap("rows", Serializer.LONG, Serializer.BYTE_ARRAY).createOrOpen();
        map = opened;
        return opened;
    }

    public long size() {
        return size;
    }

    /** The row at an index counted from 0. */
    public @Nullable Object[] get(long index) {
        if (index < rows.size()) {
            return rows.get((int) index);
        }
        var bytes = map == null ? null : map.get(index);
        if (bytes == null) {
            throw new IndexOutOfBoundsException("row " + index + " of " + size);
        }
        return codec.decode(ByteBuffer.wrap(bytes));
    }

    @Override
    public void close() {
        rows.clear();
        if (database != null) {
            database.close();
            database = null;
            map = null;
        }
    }
}
