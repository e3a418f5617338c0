package dev.quiverdb.server.session;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Cursor;
import dev.quiverdb.base.type.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A cursor whose first batch was drawn already. */
final class BegunCursor implements Cursor {
    private final Cursor source;
    private @Nullable Batch first;

    private BegunCursor(Cursor source, @Nullable Batch first) {
        this.source = source;
        this.first = first;
    }

    /** Draws the first batch; closes the cursor if that fails. */
    static Cursor of(Cursor source) {
        try {
            return new BegunCursor(source, source.next());
        } catch (RuntimeException | Error e) {
            source.close();
            throw e;
        }
    }

    @Override
    public List<Type> columnTypes() {
        return source.columnTypes();
    }

    @Override
    public @Nullable Batch next() {
        var drawn = first;
        first = null;
        return drawn == null ? source.next() : drawn;
    }

    @Override
    public void close() {
        first = null;
        source.close();
    }
}
