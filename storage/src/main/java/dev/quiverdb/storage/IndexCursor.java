package dev.quiverdb.storage;

/**
 * Row ids in key order. Every one is of a row that the transaction sees and whose visible version
 * has the key: entries are rechecked against the rows. Used by one thread at a time.
 */
public interface IndexCursor extends AutoCloseable {
    /**
     * Fills {@code rowIds} from its start.
     *
     * @return how many were filled; 0 at the end
     */
    int next(long[] rowIds);

    @Override
    void close();
}
