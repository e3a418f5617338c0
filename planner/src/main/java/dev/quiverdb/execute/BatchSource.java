package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import org.jspecify.annotations.Nullable;

/**
 * Rows that come from outside of the plan and by the batch, as those of COPY do. One thread at a
 * time.
 */
public interface BatchSource {
    /**
     * The next rows with the columns of the scan that they are for, in its order; null at the end.
     * Valid until the next call.
     */
    @Nullable Batch next();
}
