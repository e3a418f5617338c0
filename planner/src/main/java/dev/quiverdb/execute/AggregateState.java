package dev.quiverdb.execute;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.HashKey;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.execute.function.Accumulator;
import dev.quiverdb.execute.function.Aggregates;
import dev.quiverdb.execute.function.CallContext;
import dev.quiverdb.execute.spill.RowCodec;
import dev.quiverdb.plan.AggregateCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One aggregate call of one group: FILTER, DISTINCT and ORDER BY around an accumulator. */
final class AggregateState {
    /** A call, compiled once for all groups. */
    static final class Template {
        final Evaluator[] arguments;
        final Evaluator[] direct;
        final @Nullable Evaluator filter;
        final boolean distinct;
        final @Nullable RowOrder order;
        final Type[] argumentTypes;
        final String name;
        private final Supplier<Accumulator> accumulators;

        Template(AggregateCall call, Compiler compiler) {
            arguments = compiler.compileAll(call.arguments());
            direct = compiler.compileAll(call.directArguments());
            filter = compiler.compileIf(call.filter());
            name = call.function().name();
            distinct = call.distinct();
            order = call.orderBy().isEmpty() ? null : new RowOrder(call.orderBy(), compiler);
            argumentTypes = Arrays.stream(arguments).map(Evaluator::type).toArray(Type[]::new);
            var context = new CallContext(compiler.frame().context(), call.function(), -1, false);
            accumulators =
                    Aggregates.find(call.function(), argumentTypes, call.type(), order, context);
        }

        AggregateState start() {
            return new AggregateState(this);
        }

        /** Whether all that matters of a row are the arguments. */
        boolean isPlain() {
            return !distinct && order == null && direct.length == 0;
        }

        Accumulator accumulator() {
            return accumulators.get();
        }
    }

    private final Template template;
    private final @Nullable List<@Nullable Object[][]> gathered;
    private final @Nullable Set<HashKey> seen;
    private Accumulator accumulator;
    private @Nullable Object @Nullable [] direct;
    private long memoryBytes = 48;

    private AggregateState(Template template) {
        this.template = template;
        accumulator = template.accumulator();
        gathered = template.order == null ? null : new ArrayList<>();
        seen = template.distinct && template.order == null ? new HashSet<>() : null;
    }

    void add(Row row) {
        if (template.filter != null && !template.filter.isTrue(row)) {
            return;
        }
        addPassed(row);
    }

    /** As {@link #add}, for a row that FILTER let through. */
    void addPassed(Row row) {
        @Nullable Object[] values = new @Nullable Object[template.arguments.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = template.arguments[i].value(row);
        }
        if (template.direct.length > 0 && direct == null) {
            direct = evaluateDirect(row);
        }
        var list = gathered;
        var order = template.order;
        if (list != null && order != null) {
            memoryBytes += RowCodec.memoryBytes(values);
            list.add(new Object[][] {order.keys(row), values});
            return;
        }
        if (seen != null) {
            memoryBytes += 64 + RowCodec.memoryBytes(values);
            if (!seen.add(new HashKey(template.argumentTypes, values.clone()))) {
                return;
            }
        }
        accumulator.add(values);
    }

    /**
     * Takes back the row that came first of those that are left; false where that cannot be done,
     * and nothing more is to be done with this state.
     */
    boolean remove(Row row) {
        if (!template.isPlain()) {
            return false;
        }
        if (template.filter != null && !template.filter.isTrue(row)) {
            return true;
        }
        @Nullable Object[] values = new @Nullable Object[template.arguments.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = template.arguments[i].value(row);
        }
        return accumulator.remove(values);
    }

    private @Nullable Object[] evaluateDirect(Row row) {
        @Nullable Object[] values = new @Nullable Object[template.direct.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = template.direct[i].value(row);
        }
        return values;
    }

    @Nullable Object result() {
        var list = gathered;
        var order = template.order;
        if (list != null && order != null) {
            accumulator = template.accumulator();
            list.sort((a, b) -> order.compare(a[0], b[0]));
            var unique = template.distinct ? new HashSet<HashKey>() : null;
            for (var entry : list) {
                if (unique == null
                        || unique.add(new HashKey(template.argumentTypes, entry[1].clone()))) {
                    accumulator.add(entry[1]);
                }
            }
        }
        if (template.direct.length > 0) {
            accumulator.direct(direct == null ? evaluateDirect(Row.NONE) : direct);
        }
        return accumulator.result();
    }

    long memoryBytes() {
        return memoryBytes;
    }
}
