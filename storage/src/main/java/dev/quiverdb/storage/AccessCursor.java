package dev.quiverdb.storage;

/** Visible row ids by ascending distance, as an access method finds them; resumable. */
public interface AccessCursor extends AutoCloseable {
    /**
     * Fills the next nearest rows from the start of both arrays. Calls may go on for ever: whoever
     * wants more rows asks again.
     *
     * @return how many were filled; 0 at the end
     */
    int next(long[] rowIds, double[] distances);

    @Override
    void close();
}
