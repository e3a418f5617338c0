package dev.quiverdb.execute.spill;

import dev.quiverdb.base.world.DamagedException;
import dev.quiverdb.base.world.FileDisk;
import dev.quiverdb.storage.key.Sealing;
import dev.quiverdb.storage.spill.SpillDirectory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import org.mapdb.BTreeMap;
import org.mapdb.DB;
import org.mapdb.DBException;
import org.mapdb.DBMaker;
import org.mapdb.Serializer;

/**
 * The rows of a scrollable or held cursor, by number: in memory while they fit, then in a MapDB map
 * in a temporary file, for they are fetched forwards and backwards. The file loses its name as soon
 * as it is open; in an encrypted database each row is sealed with a key that only memory has, its
 * number as nonce. Used by one thread at a time.
 */
public final class HeldRows implements AutoCloseable {
    /** A row is not what was written. */
    private static final class DamagedRowException extends DamagedException {
        private static final long serialVersionUID = 1L;

        DamagedRowException(Path directory, long number) {
            super(
                    directory.toString(),
                    "row %d of a temporary file in \"%s\" is damaged".formatted(number, directory));
        }
    }

    private final RowCodec codec;
    private final long memoryBytesMax;
    private final SpillDirectory directory;
    private final List<@Nullable Object[]> rows = new ArrayList<>();
    private long memoryBytes;
    private @Nullable DB database;
    private @Nullable BTreeMap<Long, byte[]> map;
    private @Nullable SecretKey key;
    private long size;

    /**
     * @param memoryBytesMax rows beyond this, about, go to the file
     */
    public HeldRows(RowCodec codec, long memoryBytesMax, SpillDirectory directory) {
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
        try {
            spill.put(size, sealed(codec.encode(row)));
        } catch (DBException.VolumeIOError e) {
            throw e.getCause() instanceof IOException cause ? failure(cause) : e;
        }
        size++;
    }

    private BTreeMap<Long, byte[]> open() {
        Path file;
        try {
            // MapDB wants to make the file itself.
            file = Files.createTempFile(directory.path(), "held", ".mapdb");
            Files.delete(file);
        } catch (IOException e) {
            throw failure(e);
        }
        var keys = directory.keys();
        key = keys == null ? null : keys.newDataKey();
        var made = DBMaker.fileDB(file.toFile()).fileDeleteAfterOpen().make();
        database = made;
        var opened = made.treeMap("rows", Serializer.LONG, Serializer.BYTE_ARRAY).createOrOpen();
        map = opened;
        return opened;
    }

    private RuntimeException failure(IOException cause) {
        return FileDisk.failure(
                directory.path().toString(), "could not write a temporary file in", cause);
    }

    private static byte[] nonce(long number) {
        return ByteBuffer.allocate(Sealing.NONCE_BYTES).putLong(4, number).array();
    }

    private byte[] sealed(byte[] clear) {
        var secret = key;
        if (secret == null) {
            return clear;
        }
        var sealed = ByteBuffer.allocate(clear.length + Sealing.TAG_BYTES);
        Sealing.seal(secret, nonce(size), ByteBuffer.allocate(0), ByteBuffer.wrap(clear), sealed);
        return sealed.array();
    }

    private byte[] opened(byte[] stored, long number) {
        var secret = key;
        if (secret == null) {
            return stored;
        }
        byte[] clear = new byte[stored.length - Sealing.TAG_BYTES];
        if (!Sealing.open(
                secret,
                nonce(number),
                ByteBuffer.allocate(0),
                ByteBuffer.wrap(stored),
                ByteBuffer.wrap(clear))) {
            throw new DamagedRowException(directory.path(), number);
        }
        return clear;
    }

    public long size() {
        return size;
    }

    /** The row at an index counted from 0; each time another array where it is in the file. */
    public @Nullable Object[] get(long index) {
        if (index < rows.size()) {
            return rows.get((int) index);
        }
        var stored = map == null ? null : map.get(index);
        if (stored == null) {
            throw new IndexOutOfBoundsException("row " + index + " of " + size);
        }
        return codec.decode(ByteBuffer.wrap(opened(stored, index)));
    }

    @Override
    public void close() {
        rows.clear();
        size = 0;
        if (database != null) {
            database.close();
            database = null;
            map = null;
            key = null;
        }
    }
}
