package dev.quiverdb.bench.storage;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.LongFunction;

/**
 * RocksDB with its defaults, a cache of the same size, a Bloom filter, and no compression, as
 * QuiverDB has none.
 */
final class RocksEngine implements RowEngine {
    private static final int LOAD_BATCH = 1024;

    static {
        RocksDB.loadLibrary();
    }

    private final Options options;
    private final WriteOptions durable = new WriteOptions().setSync(true);
    private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
    private final RocksDB database;

    RocksEngine(Path directory, long cacheBytes) {
        options =
                new Options()
                        .setCreateIfMissing(true)
                        .setCompressionType(CompressionType.NO_COMPRESSION)
                        .setTableFormatConfig(
                                new BlockBasedTableConfig()
                                        .setBlockCache(new LRUCache(cacheBytes))
                                        .setFilterPolicy(new BloomFilter(10)));
        try {
            database = RocksDB.open(options, directory.toString());
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] key(long key) {
        return ByteBuffer.allocate(8).putLong(key).array();
    }

    @Override
    public String name() {
        return "RocksDB";
    }

    @Override
    public void load(long count, LongFunction<Long> order, LongFunction<String> text) {
        try {
            for (long from = 0; from < count; from += LOAD_BATCH) {
                try (var batch = new WriteBatch()) {
                    for (long i = from; i < Math.min(count, from + LOAD_BATCH); i++) {
                        long key = order.apply(i);
                        batch.put(key(key), text.apply(key).getBytes(StandardCharsets.UTF_8));
                    }
                    database.write(unlogged, batch);
                }
            }
            checkpoint();
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Behind the other rows. */
    @Override
    public void loadVectors(long count, LongFunction<float[]> vector) {
        try {
            for (long from = 0; from < count; from += LOAD_BATCH) {
                try (var batch = new WriteBatch()) {
                    for (long i = from; i < Math.min(count, from + LOAD_BATCH); i++) {
                        batch.put(key(i | 1L << 62), VectorBytes.of(vector.apply(i)));
                    }
                    database.write(unlogged, batch);
                }
            }
            checkpoint();
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int read(long key) {
        try {
            var value = database.get(key(key));
            return value == null ? -1 : new String(value, StandardCharsets.UTF_8).length();
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void update(long key, String text) {
        try {
            database.put(durable, key(key), text.getBytes(StandardCharsets.UTF_8));
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void updateRange(long from, long to, LongFunction<String> text) {
        try (var batch = new WriteBatch()) {
            for (long key = from; key < to; key++) {
                batch.put(key(key), text.apply(key).getBytes(StandardCharsets.UTF_8));
            }
            database.write(durable, batch);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public long countKeys(long low, long high) {
        long found = 0;
        var buffer = ByteBuffer.allocateDirect(8);
        try (var iterator = database.newIterator()) {
            for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                iterator.key(buffer.clear());
                long key = buffer.getLong(0);
                found += key >= low && key < high ? 1 : 0;
            }
        }
        return found;
    }

    @Override
    public long scan() {
        long rows = 0;
        try (var iterator = database.newIterator()) {
            for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                rows += iterator.value().length > 0 ? 1 : 0;
            }
        }
        return rows;
    }

    @Override
    public void checkpoint() {
        try (var flush = new FlushOptions().setWaitForFlush(true)) {
            database.flush(flush);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        database.close();
        options.close();
        durable.close();
        unlogged.close();
    }
}
