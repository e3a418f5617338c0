package dev.quiverdb.storage.access;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a search may see: the snapshot and own writes of the transaction that asks. Used by the
 * searching thread.
 */
public interface AccessReader {
    /**
     * Tells which candidates count: the row is visible and its visible version has this very vector
     * in the column. Rows with own writes never count here, see {@link #ownRows}.
     *
     * @param visible receives the answers for {@code [0, count)}
     */
    void visible(int columnId, int[] vecIds, long[] rowIds, int count, boolean[] visible);

    /**
     * Names the vectors of rows: that of each row's visible version, -1 where the row is not
     * visible or has none. Rows with own writes have none here, see {@link #ownRows}.
     *
     * @param vecIds receives the vectors of {@code rowIds[0, count)}
     */
    void vecIds(int columnId, long[] rowIds, int count, int[] vecIds);

    /**
     * As {@link #visible} for entries that are not vectors in slots: the row is visible and its
     * version is the one that is newest, or else the caller compares {@link #value}.
     */
    boolean visible(long rowId);

    /** The value of the visible version of a row; null for NULL or if there is none. */
    @Nullable Object value(long rowId, int columnId);

    /** Shows the rows that this transaction wrote and sees, for an exact look at them. */
    void ownRows(int columnId, Consumer<OwnRow> consumer);

    /** A row of the asking transaction. */
    record OwnRow(long rowId, @Nullable Object value) {}
}
