package dev.quiverdb.base.batch;

import dev.quiverdb.base.type.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stream of batches; used by one thread at a time. */
public interface Cursor extends AutoCloseable {
    List<Type> columnTypes();

    /**
     * The next batch, never empty, or null at the end. It is valid until the next call; who wants
     * to keep rows copies them.
     */
    @Nullable Batch next();

    /** Frees what the cursor holds; also allowed before the end, and twice. */
    @Override
    void close();

    /** Yields one batch and ends. */
    static Cursor of(List<Type> types, Batch batch) {
        return new Cursor() {
            private boolean done = batch.size() == 0;

            @Override
            public List<Type> columnTypes() {
                return types;
            }

            @Override
            public @Nullable Batch next() {
                if (done) {
                    return null;
                }
                done = true;
                return batch;
            }

            @Override
            public void close() {
                done = true;
            }
        };
    }

    static Cursor empty(List<Type> types) {
        return of(types, new Batch(0));
    }
}
