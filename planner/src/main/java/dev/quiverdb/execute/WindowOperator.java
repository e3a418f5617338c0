package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.execute.spill.PagedRows;
import dev.quiverdb.execute.spill.RowCodec;
import dev.quiverdb.execute.spill.RowSource;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.SortKey;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Window functions: one partition at a time, of which what work_mem holds is in memory, and all
 * calls of one window definition.
 */
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
    private final WindowPartition partition;
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
        var context = frame.context();
        partition =
                new WindowPartition(
                        new PagedRows(
                                new RowCodec(input.types),
                                context.workMemoryBytes(),
                                context.spillDirectory()),
                        order);
        frames = new WindowFrames(plan, partition, compiler);
        calls =
                plan.calls().stream()
                        .map(call -> new WindowCalls(call, partition, frames, compiler))
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
                readPartition(source);
                frames.begin();
                for (var call : calls) {
                    call.begin();
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

    private void readPartition(RowSource source) {
        partition.clear();
        @Nullable Object @Nullable [] keys = null;
        for (var values = pending; values != null; values = source.next()) {
            if (partitionOrder.size() > 0) {
                var these = partitionOrder.keys(row.set(values));
                if (keys != null && partitionOrder.compare(keys, these) != 0) {
                    pending = values;
                    return;
                }
                keys = these;
            }
            partition.add(values);
            if ((partition.size() & 1023) == 0) {
                frame.context().checkCancelled();
            }
        }
        pending = null;
    }

    @Override
    public void close() {
        partition.close();
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
