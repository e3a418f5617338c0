package dev.quiverdb.execute.expression;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.BoolColumn;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Type;
import org.jspecify.annotations.Nullable;

/** Three-valued logic. AND and OR look at the next argument only for rows not yet decided. */
final class Logic {
    static final class All extends Evaluator {
        private final Evaluator[] arguments;

        All(Evaluator[] arguments, Type type) {
            super(type);
            this.arguments = arguments;
        }

        @Override
        public @Nullable Object value(Row row) {
            boolean unknown = false;
            for (var argument : arguments) {
                var value = (Boolean) argument.value(row);
                if (value == null) {
                    unknown = true;
                } else if (!value) {
                    return false;
                }
            }
            return unknown ? null : Boolean.TRUE;
        }

        @Override
        public Column column(Batch batch, int[] rows, int count) {
            return decide(arguments, false, batch, rows, count, (BoolColumn) output(batch.rows()));
        }

        @Override
        public int select(Batch batch, int[] rows, int count, int[] out) {
            int kept = count;
            int[] from = rows;
            for (var argument : arguments) {
                // A NULL is not false: a later argument is still evaluated in PostgreSQL, but only
                // to find out
                // whether the whole is false or NULL, and neither selects.
                kept = argument.select(batch, from, kept, out);
                from = out;
                if (kept == 0) {
                    return 0;
                }
            }
            return kept;
        }
    }

    /** AND ({@code decisive} false) or OR (true). */
    private static Column decide(
            Evaluator[] arguments,
            boolean decisive,
            Batch batch,
            int[] rows,
            int count,
            BoolColumn out) {
        var values = out.values();
        for (int i = 0; i < count; i++) {
            values[rows[i]] = !decisive;
        }
        var open = java.util.Arrays.copyOf(rows, count);
        int left = count;
        for (var argument : arguments) {
            if (left == 0) {
                break;
            }
            var column = (BoolColumn) argument.column(batch, open, left);
            int still = 0;
            for (int i = 0; i < left; i++) {
                int row = open[i];
                if (column.isNull(row)) {
                    out.setNull(row);
                    open[still++] = row;
                } else if (column.values()[row] == decisive) {
                    out.set(row, decisive);
                } else {
                    open[still++] = row;
                }
            }
            left = still;
        }
        return out;
    }

    static final class AnyOf extends Evaluator {
        private final Evaluator[] arguments;

        AnyOf(Evaluator[] arguments, Type type) {
            super(type);
            this.arguments = arguments;
        }

        @Override
        public @Nullable Object value(Row row) {
            boolean unknown = false;
            for (var argument : arguments) {
                var value = (Boolean) argument.value(row);
                if (value == null) {
                    unknown = true;
                } else if (value) {
                    return true;
                }
            }
            return unknown ? null : Boolean.FALSE;
        }

        @Override
        public Column column(Batch batch, int[] rows, int count) {
            return decide(arguments, true, batch, rows, count, (BoolColumn) output(batch.rows()));
        }
    }

    static final class Negation extends Evaluator {
        private final Evaluator argument;

        Negation(Evaluator argument, Type type) {
            super(type);
            this.argument = argument;
        }

        @Override
        public @Nullable Object value(Row row) {
            var value = (Boolean) argument.value(row);
            return value == null ? null : (Object) !value;
        }

        @Override
        public Column column(Batch batch, int[] rows, int count) {
            var in = (BoolColumn) argument.column(batch, rows, count);
            var out = (BoolColumn) output(batch.rows());
            for (int i = 0; i < count; i++) {
                int row = rows[i];
                if (in.isNull(row)) {
                    out.setNull(row);
                } else {
                    out.values()[row] = !in.values()[row];
                }
            }
            return out;
        }
    }

    static final class IsNull extends Evaluator {
        private final Evaluator argument;
        private final boolean isNull;
        private final boolean rowwise;

        IsNull(Evaluator argument, Expression.NullTest test) {
            super(test.type());
            this.argument = argument;
            isNull = test.isNull();
            rowwise = test.rowwise();
        }

        @Override
        public @Nullable Object value(Row row) {
            var value = argument.value(row);
            if (!rowwise || !(value instanceof RecordValue record)) {
                return (value == null) == isNull;
            }
            for (int i = 0; i < record.size(); i++) {
                if ((record.get(i) == null) != isNull) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public Column column(Batch batch, int[] rows, int count) {
            if (rowwise) {
                return super.column(batch, rows, count);
            }
            var in = argument.column(batch, rows, count);
            var out = (BoolColumn) output(batch.rows());
            for (int i = 0; i < count; i++) {
                int row = rows[i];
                out.values()[row] = in.isNull(row) == isNull;
            }
            return out;
        }
    }

    static final class TruthTest extends Evaluator {
        private final Evaluator argument;
        private final Expression.Truth test;

        TruthTest(Evaluator argument, Expression.BooleanTest test) {
            super(test.type());
            this.argument = argument;
            this.test = test.test();
        }

        @Override
        public @Nullable Object value(Row row) {
            var value = (Boolean) argument.value(row);
            return switch (test) {
                case IS_TRUE -> value != null && value;
                case IS_NOT_TRUE -> value == null || !value;
                case IS_FALSE -> value != null && !value;
                case IS_NOT_FALSE -> value == null || value;
                case IS_UNKNOWN -> value == null;
                case IS_NOT_UNKNOWN -> value != null;
            };
        }
    }

    private Logic() {}
}
