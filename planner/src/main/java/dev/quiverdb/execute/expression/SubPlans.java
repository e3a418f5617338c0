package dev.quiverdb.execute.expression;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Expression.SubPlan;
import dev.quiverdb.plan.OutputColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Subqueries in expressions. */
final class SubPlans {
    static Evaluator make(SubPlan subPlan, Compiler compiler) {
        return switch (subPlan.kind()) {
            case EXISTS, SCALAR, ROW, ARRAY -> new Value(subPlan, compiler);
            case ANY ->
                    subPlan.hashOperands().isEmpty()
                                    || !subPlan.bindings().isEmpty()
                                    || FreeSlots.of(subPlan.plan()).length > 0
                            ? new Quantified(subPlan, compiler)
                            : new Hashed(subPlan, compiler);
            case ALL -> new Quantified(subPlan, compiler);
        };
    }

    /** Binds outer values to slots. */
    private abstract static class Base extends Evaluator {
        final SubPlan plan;
        final Frame frame;
        private final Evaluator[] bound;
        private final int[] freeSlots;

        /** Neither bindings nor slots from further out. */
        final boolean independent;

        private Frame.@Nullable Subplan running;

        Base(SubPlan plan, Compiler compiler) {
            super(plan.type());
            this.plan = plan;
            frame = compiler.frame();
            freeSlots = FreeSlots.of(plan.plan());
            independent = plan.bindings().isEmpty() && freeSlots.length == 0;
            bound =
                    compiler.compileAll(
                            plan.bindings().stream().map(Expression.SlotBinding::value).toList());
        }

        final @Nullable Object[] arguments(Row row) {
            @Nullable Object[] values = new @Nullable Object[bound.length];
            for (int i = 0; i < bound.length; i++) {
                values[i] = bound[i].value(row);
            }
            return values;
        }

        /** What the free slots hold; the answer depends on nothing else. */
        final @Nullable Object[] state() {
            @Nullable Object[] values = new @Nullable Object[freeSlots.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = frame.slot(freeSlots[i]);
            }
            return values;
        }

        final void bind(@Nullable Object[] arguments) {
            for (int i = 0; i < arguments.length; i++) {
                frame.setSlot(plan.bindings().get(i).slot(), arguments[i]);
            }
        }

        final Frame.Subplan open(@Nullable Object[] arguments) {
            bind(arguments);
            return start();
        }

        final Frame.Subplan start() {
            var subplan = running;
            if (subplan == null) {
                subplan = frame.subplan(plan.plan());
                running = subplan;
            }
            subplan.open();
            return subplan;
        }
    }

    /**
     * EXISTS, scalar, row and array subqueries; the last answer is kept while the outer values
     * stay.
     */
    private static final class Value extends Base {
        private @Nullable Object @Nullable [] lastArguments;
        private @Nullable Object lastValue;

        Value(SubPlan plan, Compiler compiler) {
            super(plan, compiler);
        }

        private static final Object NULL = new Object();

        @Override
        public @Nullable Object value(Row row) {
            if (independent) {
                var kept = frame.shared().get(plan.id());
                if (kept == null) {
                    var value = run(open(new Object[0]));
                    kept = value == null ? NULL : value;
                    frame.shared().put(plan.id(), kept);
                }
                return kept == NULL ? null : kept;
            }
            bind(arguments(row));
            var arguments = state();
            if (lastArguments == null || !Arrays.equals(arguments, lastArguments)) {
                lastValue = run(start());
                lastArguments = arguments;
            }
            return lastValue;
        }

        private @Nullable Object run(Frame.Subplan subplan) {
            try (subplan) {
                return switch (plan.kind()) {
                    case EXISTS -> subplan.next() != null;
                    case SCALAR -> {
                        var row = subplan.next();
                        if (row == null) {
                            yield null;
                        }
                        var value = row[0];
                        requireOne(subplan);
                        yield value;
                    }
                    case ROW -> {
                        var row = subplan.next();
                        if (row == null) {
                            yield null;
                        }
                        var record =
                                RecordValue.of(
                                        plan.plan().output().stream()
                                                .map(OutputColumn::type)
                                                .toList(),
                                        row.clone());
                        requireOne(subplan);
                        yield record;
                    }
                    case ARRAY -> array(subplan);
                    case ANY, ALL -> throw new IllegalStateException("quantified subplan");
                };
            }
        }

        private static void requireOne(Frame.Subplan subplan) {
            if (subplan.next() != null) {
                throw new SqlException(
                        SqlState.CARDINALITY_VIOLATION,
                        "more than one row returned by a subquery used as an expression");
            }
        }

        private Object array(Frame.Subplan subplan) {
            var values = new ArrayList<@Nullable Object>();
            for (var row = subplan.next(); row != null; row = subplan.next()) {
                values.add(row[0]);
            }
            Type element = type().actual().element();
            if (element == null) {
                throw new IllegalStateException(type() + " has no element type");
            }
            boolean nested = plan.plan().output().getFirst().type().isArray();
            return nested
                    ? Structures.stack(element, values.toArray())
                    : PgArray.of(element, values);
        }
    }

    /** ANY and ALL by running the subquery and testing each of its rows. */
    private static final class Quantified extends Base {
        private final Evaluator test;
        private @Nullable List<@Nullable Object[]> kept;

        Quantified(SubPlan plan, Compiler compiler) {
            super(plan, compiler);
            var condition = plan.test();
            if (condition == null) {
                throw new IllegalStateException("ANY and ALL need a test");
            }
            test = compiler.compile(condition);
        }

        @Override
        public @Nullable Object value(Row row) {
            boolean any = plan.kind() == Expression.SubPlanKind.ANY;
            boolean unknown = false;
            if (independent) {
                for (var inner : rows()) {
                    var answer = test(inner, row);
                    if (answer == null) {
                        unknown = true;
                    } else if (answer == any) {
                        return any;
                    }
                }
            } else {
                try (var subplan = open(arguments(row))) {
                    for (var inner = subplan.next(); inner != null; inner = subplan.next()) {
                        var answer = test(inner, row);
                        if (answer == null) {
                            unknown = true;
                        } else if (answer == any) {
                            return any;
                        }
                    }
                }
            }
            return unknown ? null : (Object) !any;
        }

        private List<@Nullable Object[]> rows() {
            var rows = kept;
            if (rows == null) {
                rows = new ArrayList<>();
                try (var subplan = open(new Object[0])) {
                    for (var inner = subplan.next(); inner != null; inner = subplan.next()) {
                        rows.add(inner.clone());
                    }
                }
                kept = rows;
            }
            return rows;
        }

        private @Nullable Boolean test(@Nullable Object[] inner, Row row) {
            var slots = plan.resultSlots();
            for (int i = 0; i < slots.size(); i++) {
                frame.setSlot(slots.get(i), inner[i]);
            }
            return (Boolean) test.value(row);
        }
    }

    /** IN (SELECT ...) by a hash table of the subquery's rows. */
    private static final class Hashed extends Base {
        private final Evaluator[] operands;
        private final Type[] types;
        private @Nullable Set<HashKey> full;
        private final List<@Nullable Object[]> withNull = new ArrayList<>();

        Hashed(SubPlan plan, Compiler compiler) {
            super(plan, compiler);
            operands = compiler.compileAll(plan.hashOperands());
            types = plan.plan().output().stream().map(OutputColumn::type).toArray(Type[]::new);
        }

        @Override
        public @Nullable Object value(Row row) {
            var table = table();
            @Nullable Object[] key = new @Nullable Object[operands.length];
            boolean anyNull = false;
            for (int i = 0; i < key.length; i++) {
                key[i] = operands[i].value(row);
                anyNull |= key[i] == null;
            }
            if (!anyNull && table.contains(new HashKey(types, key))) {
                return true;
            }
            for (var inner : withNull) {
                if (maybeEqual(key, inner)) {
                    return null;
                }
            }
            if (anyNull) {
                for (var inner : table) {
                    if (maybeEqual(key, inner.values())) {
                        return null;
                    }
                }
            }
            return false;
        }

        private boolean maybeEqual(@Nullable Object[] left, @Nullable Object[] right) {
            for (int i = 0; i < left.length; i++) {
                var a = left[i];
                var b = right[i];
                if (a != null && b != null && !types[i].valuesEqual(a, b)) {
                    return false;
                }
            }
            return true;
        }

        private Set<HashKey> table() {
            var table = full;
            if (table == null) {
                table = new HashSet<>();
                try (var subplan = open(new Object[0])) {
                    for (var inner = subplan.next(); inner != null; inner = subplan.next()) {
                        var copy = inner.clone();
                        if (Calls.hasNull(copy)) {
                            withNull.add(copy);
                        } else {
                            table.add(new HashKey(types, copy));
                        }
                    }
                }
                full = table;
            }
            return table;
        }
    }

    private SubPlans() {}
}
