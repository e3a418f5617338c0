package dev.quiverdb.vector.access;

import dev.quiverdb.storage.AccessCursor;
import org.jspecify.annotations.Nullable;

/** A search of a vector index that can tell what it did. */
public interface VectorCursor extends AccessCursor {
    /** What the search did so far; null before the first rows. */
    @Nullable VectorSearchStatistics statistics();
}
