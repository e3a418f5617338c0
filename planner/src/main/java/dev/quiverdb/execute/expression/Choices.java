package dev.quiverdb.execute.expression;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Type;
import org.jspecify.annotations.Nullable;

/** CASE, COALESCE, GREATEST, NULLIF, IS DISTINCT FROM, ANY and ALL over arrays. */
final class Choices {
    static final class CaseOf extends Evaluator {
        private final @Nullable Evaluator subject;
        private final int slot;
        private final Evaluator[] conditions;
        private final Evaluator[] results;
        private final @Nullable Evaluator otherwise;
        private final Frame frame;

        CaseOf(Expression.Case choice, Compiler compiler) {
            super(choice.type());
            subject = compiler.compileIf(choice.subject());
            slot = choice.slot();
            conditions =
                    compiler.compileAll(
                            choice.whens().stream().map(Expression.When::condition).toList());
            results =
                    compiler.compileAll(
                            choice.whens().stream().map(Expression.When::result).toList());
            otherwise = compiler.compileIf(choice.otherwise());
            frame = compiler.frame();
        }

        @Override
        public @Nullable Object value(Row row) {
            if (subject != null) {
                frame.setSlot(slot, subject.value(row));
            }
            for (int i = 0; i < conditions.length; i++) {
                if (conditions[i].isTrue(row)) {
                    return results[i].value(row);
                }
            }
            return otherwise == null ? null : otherwise.value(row);
        }

        @Override
        public Column column(Batch batch, int[] rows, int count) {
            if (subject != null) {
                return super.column(batch, rows, count);
            }
            var out = output(batch.rows());
            int[] open = java.util.Arrays.copyOf(rows, count);
            int[] hits = new int[count];
            int left = count;
            for (int i = 0; i < conditions.length && left > 0; i++) {
                int taken = conditions[i].select(batch, open, left, hits);
                if (taken == 0) {
                    continue;
                }
                copy(results[i].column(batch, hits, taken), hits, taken, out);
                left = without(open, left, hits, taken);
            }
            if (left > 0) {
                if (otherwise == null) {
                    for (int i = 0; i < left; i++) {
                        out.setNull(open[i]);
                    }
                } else {
                    copy(otherwise.column(batch, open, left), open, left, out);
                }
            }
            return out;
        }
    }

    private static void copy(Column from, int[] rows, int count, Column out) {
        for (int i = 0; i < count; i++) {
            out.copyRow(rows[i], from, rows[i]);
        }
    }

    /** Removes {@code hits} from {@code open}; both ascend. */
    private static int without(int[] open, int count, int[] hits, int taken) {
        int kept = 0;
        int hit = 0;
        for (int i = 0; i < count; i++) {
            if (hit < taken && open[i] == hits[hit]) {
                hit++;
            } else {
                open[kept++] = open[i];
            }
        }
        return kept;
    }

    static final class FirstNotNull extends Evaluator {
        private final Evaluator[] arguments;

        FirstNotNull(Evaluator[] arguments, Type type) {
            super(type);
            this.arguments = arguments;
        }

        @Override
        public @Nullable Object value(Row row) {
            for (var argument : arguments) {
                var value = argument.value(row);
                if (value != null) {
                    return value;
                }
            }
            return null;
        }
    }

    static final class Extreme extends Evaluator {
        private final Evaluator[] arguments;
        private final boolean greatest;

        Extreme(Evaluator[] arguments, Expression.MinMax extreme) {
            super(extreme.type());
            this.arguments = arguments;
            greatest = extreme.greatest();
        }

        @Override
        public @Nullable Object value(Row row) {
            Object best = null;
            for (var argument : arguments) {
                var value = argument.value(row);
                if (value != null && (best == null || better(type().compare(value, best)))) {
                    best = value;
                }
            }
            return best;
        }

        private boolean better(int comparison) {
            return greatest ? comparison > 0 : comparison < 0;
        }
    }

    static final class NullIfEqual extends Evaluator {
        private final Evaluator left;
        private final Evaluator right;
        private final Calls.Invocation equality;

        NullIfEqual(Expression.NullIf nullIf, Compiler compiler) {
            super(nullIf.type());
            left = compiler.compile(nullIf.left());
            right = compiler.compile(nullIf.right());
            equality = compiler.invocation(nullIf.equality());
        }

        @Override
        public @Nullable Object value(Row row) {
            var first = left.value(row);
            var second = right.value(row);
            if (first == null || second == null) {
                return first;
            }
            return Boolean.TRUE.equals(equality.apply(new Object[] {first, second})) ? null : first;
        }
    }

    static final class Distinctness extends Evaluator {
        private final Evaluator left;
        private final Evaluator right;
        private final boolean negated;
        private final Calls.Invocation equality;

        Distinctness(Expression.IsDistinct distinct, Compiler compiler) {
            super(distinct.type());
            left = compiler.compile(distinct.left());
            right = compiler.compile(distinct.right());
            negated = distinct.negated();
            equality = compiler.invocation(distinct.equality());
        }

        @Override
        public @Nullable Object value(Row row) {
            var first = left.value(row);
            var second = right.value(row);
            boolean same =
                    (first == null || second == null)
                            ? (first == null && second == null)
                            : Boolean.TRUE.equals(equality.apply(new Object[] {first, second}));
            return same == negated;
        }
    }

    static final class OverArray extends Evaluator {
        private final Evaluator left;
        private final Evaluator array;
        private final boolean any;
        private final boolean strict;
        private final Calls.Invocation operator;

        OverArray(Expression.ScalarArrayOp operation, Compiler compiler) {
            super(operation.type());
            left = compiler.compile(operation.left());
            array = compiler.compile(operation.array());
            any = operation.any();
            strict = operation.operator().strict();
            operator = compiler.invocation(operation.operator());
        }

        @Override
        public @Nullable Object value(Row row) {
            var values = (PgArray) array.value(row);
            if (values == null) {
                return null;
            }
            var first = left.value(row);
            if (values.size() == 0) {
                return !any;
            }
            if (first == null && strict) {
                return null;
            }
            boolean unknown = false;
            for (var element : values.unsafeElements()) {
                var answer = (Boolean) operator.apply(new Object[] {first, element});
                if (answer == null) {
                    unknown = true;
                } else if (answer == any) {
                    return any;
                }
            }
            return unknown ? null : (Object) !any;
        }
    }

    private Choices() {}
}
