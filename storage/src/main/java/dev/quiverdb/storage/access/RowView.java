package dev.quiverdb.storage.access;

import org.jspecify.annotations.Nullable;

/** The indexed columns of one version of a row. Valid during the call it is given to. */
public interface RowView {
    /** The value of a column that the index covers; null for NULL. */
    @Nullable Object value(int columnId);

    /** The slot of a column kept in vector slots, -1 for NULL. */
    int vecId(int columnId);
}
