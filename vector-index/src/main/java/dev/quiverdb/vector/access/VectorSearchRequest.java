package dev.quiverdb.vector.access;

import dev.quiverdb.storage.AccessRequest;
import org.jspecify.annotations.Nullable;

/**
 * The rows nearest to a vector.
 *
 * @param query a value of the indexed column's type
 * @param wanted how many rows are asked for first; the cursor goes on beyond them
 * @param effort how hard to try; of the index's method
 * @param filter which rows may be returned; null for all that are visible
 */
public record VectorSearchRequest(
        Object query, int wanted, VectorEffort effort, @Nullable RowFilter filter)
        implements AccessRequest {
    public VectorSearchRequest {
        if (wanted < 1) {
            throw new IllegalArgumentException("wanted is " + wanted);
        }
    }
}
