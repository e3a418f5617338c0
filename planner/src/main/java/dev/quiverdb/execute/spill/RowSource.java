package dev.quiverdb.execute.spill;

import org.jspecify.annotations.Nullable;

/** Rows one after the other; each array belongs to the caller. */
public interface RowSource extends AutoCloseable {
    @Nullable Object @Nullable [] next();

    @Override
    void close();
}
