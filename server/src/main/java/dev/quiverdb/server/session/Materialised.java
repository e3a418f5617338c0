package dev.quiverdb.server.session;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.batch.Cursor;
import dev.quiverdb.base.type.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of a cursor that was run to its end, kept as copies in memory. */
final class Materialised implements Cursor {
    private final List<Type> types;
    private final Deque<Batch> batches;

    private Materialised(List<Type> types, Deque<Batch> batches) {
        this.types = types;
        this.batches = batches;
    }

    /** Runs a cursor to its end and closes it. */
    static Materialised of(Cursor source, Runnable checkCancelled) {
        Deque<Batch> batches = new ArrayDeque<>();
        try (source) {
            for (var batch = source.next(); batch != null; batch = source.next()) {
                checkCancelled.run();
                batches.add(copy(batch));
            }
        }
        return new Materialised(source.columnTypes(), batches);
    }

    private static Batch copy(Batch batch) {
        List<Column> columns = new ArrayList<>(batch.columnCount());
        for (var from : batch.columns()) {
            var to = Column.of(from.type(), batch.size());
            for (int i = 0; i < batch.size(); i++) {
                to.appendFrom(from, batch.row(i));
            }
            columns.add(to);
        }
        return new Batch(batch.size(), columns);
    }

    @Override
    public List<Type> columnTypes() {
        return types;
    }

    @Override
    public @Nullable Batch next() {
        return batches.poll();
    }

    @Override
    public void close() {
        batches.clear();
    }
}
