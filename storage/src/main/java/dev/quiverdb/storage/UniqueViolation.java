package dev.quiverdb.storage;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row has the same key in a unique index as another one. The executor, who knows the names, makes
 * it a 23505. Thrown without a stack trace.
 */
public final class UniqueViolation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int tabletId;
    private final int indexId;
    private final long rowId;
    private final transient List<@Nullable Object> key;

    public UniqueViolation(int tabletId, int indexId, long rowId, List<@Nullable Object> key) {
        super("duplicate key in index " + indexId + " of tablet " + tabletId, null, false, false);
        this.tabletId = tabletId;
        this.indexId = indexId;
        this.rowId = rowId;
        this.key = Collections.unmodifiableList(new ArrayList<>(key));
    }

    public int tabletId() {
        return tabletId;
    }

    public int indexId() {
        return indexId;
    }

    /** The row that was there first. */
    public long rowId() {
        return rowId;
    }

    /** The values of the index's key columns. */
    public List<@Nullable Object> key() {
        return key;
    }
}
