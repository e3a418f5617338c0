package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.execute.spill.RowSource;
import dev.quiverdb.plan.Plan;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sorts all rows; see {@link Sorter} for what happens when they are many. */
final class SortOperator extends Operator {
    private final Operator input;
    private final RowOrder order;
    private final BatchBuilder builder;
    private @Nullable Sorter sorter;
    private @Nullable RowSource sorted;
    private String method = "";

    SortOperator(Plan.Sort plan, Operator input, Compiler compiler) {
        super(compiler.frame(), input.types);
        this.input = input;
        order = new RowOrder(plan.keys(), compiler);
        builder = new BatchBuilder(types);
    }

    @Override
    void open() {
        close();
        input.open();
        builder.reset();
    }

    private RowSource sort() {
        var made = new Sorter(order, types, frame.context());
        sorter = made;
        var rows = new RowReader(input);
        var row = new Row.OfArray();
        for (var values = rows.next(); values != null; values = rows.next()) {
            made.add(order.keys(row.set(values)), values);
        }
        input.close();
        var result = made.finish();
        method = made.method();
        return result;
    }

    @Override
    @Nullable Batch next() {
        var rows = sorted;
        if (rows == null) {
            rows = sort();
            sorted = rows;
        }
        while (!builder.full()) {
            var row = rows.next();
            if (row == null) {
                break;
            }
            builder.add(row);
        }
        return builder.take();
    }

    @Override
    List<Map.Entry<String, String>> details() {
        return List.of(Map.entry("Sort Method", method));
    }

    @Override
    public void close() {
        if (sorted != null) {
            sorted.close();
            sorted = null;
        }
        if (sorter != null) {
            sorter.close();
            sorter = null;
        }
        input.close();
    }

    static Type[] concat(Type[] a, Type[] b) {
        var all = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }
}
