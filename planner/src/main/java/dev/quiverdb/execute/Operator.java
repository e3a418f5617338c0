package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Frame;
import dev.quiverdb.plan.OutputColumn;
import dev.quiverdb.plan.Plan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A running plan node. {@link #open} starts it, again if it ran before (slots may have changed);
 * {@link #next} gives batches until null. A batch is valid until the next call. Used by one thread.
 */
abstract class Operator implements AutoCloseable {
    /** 0, 1, 2...: the selection of a batch that has none. */
    private static final int[] ALL_ROWS = new int[Batch.ROWS_MAX];

    static {
        for (int i = 0; i < ALL_ROWS.length; i++) {
            ALL_ROWS[i] = i;
        }
    }

    final Frame frame;
    final Type[] types;

    Operator(Frame frame, Plan plan) {
        this(frame, plan.output().stream().map(OutputColumn::type).toArray(Type[]::new));
    }

    Operator(Frame frame, Type[] types) {
        this.frame = frame;
        this.types = types;
    }

    abstract void open();

    abstract @Nullable Batch next();

    /** Frees what is held; open may come again. */
    @Override
    public abstract void close();

    /** What EXPLAIN ANALYZE adds below the node, as {@code name: value} pairs. */
    List<java.util.Map.Entry<String, String>> details() {
        return List.of();
    }

    /** The rows of a batch that count. Never written to by the caller. */
    static int[] rows(Batch batch) {
        var selection = batch.selection();
        return selection == null ? ALL_ROWS : selection;
    }

    static Type[] typesOf(Plan plan) {
        return plan.output().stream().map(OutputColumn::type).toArray(Type[]::new);
    }
}
