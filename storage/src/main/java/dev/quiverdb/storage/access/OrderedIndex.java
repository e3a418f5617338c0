package dev.quiverdb.storage.access;

import dev.quiverdb.storage.btree.KeyRun;
import org.jspecify.annotations.Nullable;

/** An index in key order, as the transaction rooms use it. */
public interface OrderedIndex extends AccessIndex {
    /** How keys are made. */
    IndexKeys keys();

    /**
     * Entries with keys in the bounds: all current ones, and those that left after the snapshot. An
     * entry promises nothing about the row, which the caller looks at.
     */
    EntryCursor entries(IndexKeys.Bounds bounds, boolean reverse, long snapshot);

    /**
     * Row ids of exactly one key; otherwise as {@link #entries}. In a reader's visit of the caller,
     * who looks at the rows in the same one. Allocates little.
     *
     * @return how many there are; those beyond the array's length are not stored
     */
    int find(byte[] key, long snapshot, long[] rowIds);

    /**
     * Puts entries in that a bulk load brings, as {@link #insert} does; marks those of the run as
     * doubtful beside which there is another entry with the same key.
     *
     * @param stamp hidden, so that no leaf passes for quiet that has them
     */
    void insertAll(KeyRun run, long stamp);

    /** Entries by (key, row id), one after the other. Used by one thread. */
    interface EntryCursor extends AutoCloseable {
        boolean next();

        byte[] key();

        long rowId();

        @Override
        void close();
    }

    /** No entries. */
    EntryCursor NOTHING =
            new EntryCursor() {
                @Override
                public boolean next() {
                    return false;
                }

                @Override
                public byte[] key() {
                    throw new IllegalStateException("no entry");
                }

                @Override
                public long rowId() {
                    throw new IllegalStateException("no entry");
                }

                @Override
                public void close() {}
            };

    /** The cursor, or an empty one where there is no index yet. */
    static EntryCursor entriesOf(
            @Nullable OrderedIndex index, IndexKeys.Bounds bounds, boolean reverse, long snapshot) {
        return index == null ? NOTHING : index.entries(bounds, reverse, snapshot);
    }
}
