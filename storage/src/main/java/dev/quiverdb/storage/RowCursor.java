package dev.quiverdb.storage;

import dev.quiverdb.base.batch.Batch;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a tablet that a transaction sees, in row id order. Used by one thread at a time. What it
 * returns is a copy: no lock or block is held between calls.
 */
public interface RowCursor extends AutoCloseable {
    /**
     * Returns the next rows, at least one and at most 1,024, or null at the end. The batch and its
     * arrays are reused by the next call.
     */
    @Nullable Batch next();

    /**
     * Returns the row ids of the rows of the last batch; valid until the next call of {@link
     * #next}.
     */
    long[] rowIds();

    @Override
    void close();
}
