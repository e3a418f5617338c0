package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.HashKey;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.execute.spill.RowSource;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.SortKey;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Window functions: one partition at a time in memory, all calls of one window definition. */
final class WindowOperator extends Operator {
    private final Plan.Window plan;
    private final Operator input;
    private final RowOrder partitionOrder;
    private final RowOrder order;
    private final RowOrder both;
    private final WindowFrames frames;
    private final WindowCalls[] calls;
    private final BatchBuilder builder;
    private final Row.OfArray row = new Row.OfArray();
    private @Nullable RowSource rows;
    private @Nullable Sorter sorter;
    private @Nullable Object @Nullable [] pending;
    private WindowPartition partition = WindowPartition.EMPTY;
    private int next;

    WindowOperator(Plan.Window plan, Operator input, Compiler compiler) {
        super(compiler.frame(), plan);
        this.plan = plan;
        this.input = input;
        var partitionKeys =
                plan.partition().stream().map(e -> new SortKey(e, false, false)).toList();
        partitionOrder = new RowOrder(partitionKeys, compiler);
        order = new RowOrder(plan.order(), compiler);
        var all = new ArrayList<>(partitionKeys);
        all.addAll(plan.order());
        both = new RowOrder(all, compiler);
        frames = new WindowFrames(plan, compiler);
        calls =
                plan.calls().stream()
                        .map(call -> new WindowCalls(call, compiler))
                        .toArray(WindowCalls[]::new);
        builder = new BatchBuilder(types);
    }

    @Override
    void open() {
        close();
        input.open();
        builder.reset();
        rows = null;
        pending = null;
        partition = WindowPartition.EMPTY;
        next = 0;
    }

    private RowSource source() {
        if (plan.sorted() || both.size() == 0) {
            return new RowReader(input);
        }
        var made = new Sorter(both, input.types, frame.context());
        sorter = made;
        var reader = new RowReader(input);
        for (var values = reader.next(); values != null; values = reader.next()) {
            made.add(both.keys(row.set(values)), values);
        }
        input.close();
        return made.finish();
    }

    @Override
    @Nullable Batch next() {
        var source = rows;
        if (source == null) {
            source = source();
            rows = source;
            pending = source.next();
        }
        while (!builder.full()) {
            if (next >= partition.size()) {
                if (pending == null) {
                    break;
                }
                partition = readPartition(source);
                frames.begin(partition);
                for (var call : calls) {
                    call.begin(partition, frames);
                }
                next = 0;
            }
            var values = partition.row(next);
            @Nullable Object[] results = new @Nullable Object[calls.length];
            for (int i = 0; i < calls.length; i++) {
                results[i] = calls[i].value(next);
            }
            builder.add(values, results);
            next++;
            if ((next & 255) == 0) {
                frame.context().checkCancelled();
            }
        }
        return builder.take();
    }

    private WindowPartition readPartition(RowSource source) {
        var found = new ArrayList<@Nullable Object[]>();
        var orderKeys = new ArrayList<@Nullable Object[]>();
        var first = pending;
        HashKey key = null;
        for (var values = first; values != null; values = source.next()) {
            row.set(values);
            var thisKey = new HashKey(partitionOrder.types(), partitionOrder.keys(row));
            if (key != null && !key.equals(thisKey)) {
                pending = values;
                return new WindowPartition(found, orderKeys, order);
            }
            key = thisKey;
            found.add(values);
            orderKeys.add(order.keys(row));
        }
        pending = null;
        return new WindowPartition(found, orderKeys, order);
    }

    @Override
    public void close() {
        if (rows != null) {
            rows.close();
            rows = null;
        }
        if (sorter != null) {
            sorter.close();
            sorter = null;
        }
        input.close();
    }

    /** The value of a frame offset or of an argument that may not be NULL. */
    static Object required(@Nullable Evaluator evaluator, String message) {
        var value = evaluator == null ? null : evaluator.value(Row.NONE);
        if (value == null) {
            throw new SqlException(
                    dev.quiverdb.base.error.SqlState.NULL_VALUE_NOT_ALLOWED, message);
        }
        return value;
    }
}
