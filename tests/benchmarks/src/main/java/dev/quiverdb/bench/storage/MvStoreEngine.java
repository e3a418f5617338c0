package dev.quiverdb.bench.storage;

import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

import java.nio.file.Path;
import java.util.function.LongFunction;

/** H2's MVStore, which commits the whole store at once: committers take turns. */
final class MvStoreEngine implements RowEngine {
    private static final int LOAD_BATCH = 1024;

    private final MVStore store;
    private final MVMap<Long, String> rows;

    MvStoreEngine(Path directory, long cacheBytes) {
        store =
                new MVStore.Builder()
                        .fileName(directory.resolve("rows.mv").toString())
                        .cacheSize((int) (cacheBytes >> 20))
                        .autoCommitDisabled()
                        .open();
        rows = store.openMap("rows");
    }

    @Override
    public String name() {
        return "H2 MVStore";
    }

    @Override
    public void load(long count, LongFunction<Long> order, LongFunction<String> text) {
        for (long i = 0; i < count; i++) {
            long key = order.apply(i);
            rows.put(key, text.apply(key));
            if (i % LOAD_BATCH == LOAD_BATCH - 1) {
                store.commit();
            }
        }
        checkpoint();
    }

    @Override
    public void loadVectors(long count, LongFunction<float[]> vector) {
        MVMap<Long, byte[]> vectors = store.openMap("vectors");
        for (long i = 0; i < count; i++) {
            vectors.put(i, VectorBytes.of(vector.apply(i)));
            if (i % LOAD_BATCH == LOAD_BATCH - 1) {
                store.commit();
            }
        }
        checkpoint();
    }

    @Override
    public int read(long key) {
        var text = rows.get(key);
        return text == null ? -1 : text.length();
    }

    @Override
    public synchronized void update(long key, String text) {
        rows.put(key, text);
        checkpoint();
    }

    @Override
    public synchronized void updateRange(long from, long to, LongFunction<String> text) {
        for (long key = from; key < to; key++) {
            rows.put(key, text.apply(key));
        }
        checkpoint();
    }

    @Override
    public long countKeys(long low, long high) {
        long found = 0;
        for (var keys = rows.keyIterator(null); keys.hasNext(); ) {
            long key = keys.next();
            found += key >= low && key < high ? 1 : 0;
        }
        return found;
    }

    @Override
    public long scan() {
        long found = 0;
        for (var cursor = rows.cursor(null); cursor.hasNext(); ) {
            cursor.next();
            found += cursor.getValue().isEmpty() ? 0 : 1;
        }
        return found;
    }

    @Override
    public void checkpoint() {
        store.commit();
        store.sync();
    }

    @Override
    public void close() {
        store.close();
    }
}
