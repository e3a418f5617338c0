package dev.quiverdb.bench.storage;

import java.util.function.LongFunction;

/**
 * What every engine here can do: rows of a 64-bit key and a text, found by key. Safe for all
 * threads but for {@link #load}.
 */
interface RowEngine extends AutoCloseable {
    String name();

    /**
     * Loads rows with keys {@code order(0) .. order(count - 1)} as fast as the engine can, durable
     * on return.
     */
    void load(long count, LongFunction<Long> order, LongFunction<String> text);

    /** As {@link #load}, of rows with keys from 0 and a vector, beside the other rows. */
    void loadVectors(long count, LongFunction<float[]> vector);

    /** Length of the text of a row, or -1 where there is none. */
    int read(long key);

    /** One transaction that gives a row another text; durable on return. */
    void update(long key, String text);

    /**
     * One transaction that gives rows {@code from} to {@code to} (exclusive) other texts; durable
     * on return.
     */
    void updateRange(long from, long to, LongFunction<String> text);

    /** Reads every row. @return how many there are */
    long scan();

    /** Reads every key and counts those from {@code low} to {@code high} (exclusive). */
    long countKeys(long low, long high);

    /** Everything is in the engine's files, its log is cut. */
    void checkpoint();

    @Override
    void close();
}
