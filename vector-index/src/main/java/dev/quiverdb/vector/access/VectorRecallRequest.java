package dev.quiverdb.vector.access;

import dev.quiverdb.storage.AccessRequest;

/**
 * Asks how much searches find: the rows of a random sample come, each with the share of its
 * vector's exact {@code k} nearest that a search for it finds, in place of a distance. The row
 * itself does not count. Costs a scan of all vectors and a search for each row of the sample.
 *
 * @param sample rows asked about; fewer come where there are fewer
 * @param effort how hard the searches try; of the index's method
 * @param seed chooses the sample
 */
public record VectorRecallRequest(int sample, int k, VectorEffort effort, long seed)
        implements AccessRequest {
    public VectorRecallRequest {
        if (sample < 1 || k < 1) {
            throw new IllegalArgumentException("a sample of %d, %d nearest".formatted(sample, k));
        }
    }
}
