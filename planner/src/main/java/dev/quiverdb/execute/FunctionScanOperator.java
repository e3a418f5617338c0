package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.execute.expression.TableCalls;
import dev.quiverdb.plan.Plan;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Functions in FROM, side by side. */
final class FunctionScanOperator extends Operator {
    private final Plan.FunctionScan plan;
    private final Compiler compiler;
    private final @Nullable Evaluator filter;
    private final BatchBuilder builder;
    private final Row.OfArray row = new Row.OfArray();
    private List<Iterator<? extends @Nullable Object>> open = List.of();
    private long ordinal;

    FunctionScanOperator(Plan.FunctionScan plan, Compiler compiler) {
        super(compiler.frame(), plan);
        this.plan = plan;
        this.compiler = compiler;
        filter = compiler.compileIf(plan.filter());
        builder = new BatchBuilder(types);
    }

    @Override
    void open() {
        var iterators = new ArrayList<Iterator<? extends @Nullable Object>>();
        for (var function : plan.functions()) {
            iterators.add(TableCalls.open(function.call(), compiler));
        }
        open = iterators;
        ordinal = 0;
        builder.reset();
    }

    @Override
    @Nullable Batch next() {
        frame.context().checkCancelled();
        while (!builder.full()) {
            @Nullable Object[] values = new @Nullable Object[types.length];
            boolean any = false;
            int at = 0;
            for (int i = 0; i < open.size(); i++) {
                int columns = plan.functions().get(i).columns();
                if (open.get(i).hasNext()) {
                    any = true;
                    spread(open.get(i).next(), plan.functions().get(i), values, at);
                }
                at += columns;
            }
            if (!any) {
                break;
            }
            if (plan.ordinality()) {
                values[at] = ++ordinal;
            }
            if (filter == null || filter.isTrue(row.set(values))) {
                builder.add(values);
            }
        }
        return builder.take();
    }

    private void spread(
            @Nullable Object value, Plan.TableFunction function, @Nullable Object[] out, int at) {
        var type = function.call().type().actual();
        boolean composite =
                value instanceof RecordValue
                        && (function.columns() != 1
                                || !type.fields().isEmpty()
                                || type.oid() == dev.quiverdb.base.type.Oids.RECORD);
        if (composite && value instanceof RecordValue record) {
            if (type.oid() == dev.quiverdb.base.type.Oids.RECORD) {
                checkRow(record, function, at);
            }
            for (int i = 0; i < function.columns() && i < record.size(); i++) {
                out[at + i] = record.get(i);
            }
        } else if (function.columns() > 0) {
            out[at] = value;
        }
    }

    /** A record of a function that is told its columns by the query must have those columns. */
    private void checkRow(RecordValue record, Plan.TableFunction function, int at) {
        if (function.call() instanceof Expression.Call call && !call.function().routine()) {
            return;
        }
        if (record.size() != function.columns()) {
            throw mismatch(
                    "Returned row contains "
                            + record.size()
                            + (record.size() == 1 ? " attribute" : " attributes")
                            + ", but query expects "
                            + function.columns()
                            + ".");
        }
        for (int i = 0; i < record.size(); i++) {
            var wanted = types[at + i];
            if (!record.type(i).actual().equals(wanted.actual())) {
                throw mismatch(
                        "Returned type "
                                + record.type(i).displayName()
                                + " at ordinal position "
                                + (i + 1)
                                + ", but query expects "
                                + wanted.displayName()
                                + ".");
            }
        }
    }

    private static SqlException mismatch(String detail) {
        return new SqlException(
                        SqlState.DATATYPE_MISMATCH,
                        "function return row and query-specified return row do not match")
                .withDetail(detail);
    }

    @Override
    public void close() {
        open = List.of();
    }
}
