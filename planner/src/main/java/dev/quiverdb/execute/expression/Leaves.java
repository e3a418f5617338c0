package dev.quiverdb.execute.expression;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.batch.IntColumn;
import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.execute.SessionFunctions;
import dev.quiverdb.execute.expression.Expression.SqlValue;
import dev.quiverdb.execute.function.DateTimes;
import org.jspecify.annotations.Nullable;

/** Expressions without arguments. */
final class Leaves {
    static final class Literal extends Evaluator {
        private final @Nullable Object value;
        private @Nullable Column filled;

        Literal(Expression.Constant constant) {
            super(constant.type());
            value = constant.value();
        }

        @Override
        public @Nullable Object value(Row row) {
            return value;
        }

        @Override
        public Column column(Batch batch, int[] rows, int count) {
            var column = filled;
            if (column == null || column.size() < batch.rows()) {
                int size = batch.rows() <= 16 ? 16 : Math.max(batch.rows(), Batch.ROWS_MAX);
                column = Column.of(type(), size);
                for (int i = 0; i < size; i++) {
                    column.appendObject(value);
                }
                filled = column;
            }
            return column;
        }
    }

    static final class Input extends Evaluator {
        private final int column;

        Input(Expression.InputRef input) {
            super(input.type());
            column = input.column();
        }

        @Override
        public @Nullable Object value(Row row) {
            return row.get(column);
        }

        @Override
        public Column column(Batch batch, int[] rows, int count) {
            return batch.column(column);
        }
    }

    static final class SlotValue extends Evaluator {
        private final int slot;
        private final Frame frame;

        SlotValue(Expression.Slot expression, Frame frame) {
            super(expression.type());
            slot = expression.slot();
            this.frame = frame;
        }

        @Override
        public @Nullable Object value(Row row) {
            return frame.slot(slot);
        }

        @Override
        public Column column(Batch batch, int[] rows, int count) {
            return fill(output(batch.rows()), frame.slot(slot), rows, count);
        }
    }

    static final class ParameterValue extends Evaluator {
        private final int index;
        private final Frame frame;

        ParameterValue(Expression.Parameter expression, Frame frame) {
            super(expression.type());
            index = expression.index();
            this.frame = frame;
        }

        @Override
        public @Nullable Object value(Row row) {
            return frame.context().parameters().get(index);
        }

        @Override
        public Column column(Batch batch, int[] rows, int count) {
            return fill(output(batch.rows()), value(Row.NONE), rows, count);
        }
    }

    static final class SessionValue extends Evaluator {
        private final SqlValue kind;
        private final int typmod;
        private final Frame frame;

        SessionValue(Expression.SqlValueFunction expression, Frame frame) {
            super(expression.type());
            kind = expression.value();
            typmod = expression.typmod();
            this.frame = frame;
        }

        @Override
        public @Nullable Object value(Row row) {
            SessionFunctions session = frame.context().session();
            var zone = frame.context().types().zone();
            long now = session.transactionTimestamp();
            return switch (kind) {
                case CURRENT_DATE -> DateTimes.dateOf(DateTimes.toLocal(now, zone));
                case CURRENT_TIME ->
                        type().applyTypmod(DateTimes.timeWithZone(now, zone), typmod, true);
                case CURRENT_TIMESTAMP -> type().applyTypmod(now, typmod, true);
                case LOCALTIME ->
                        type().applyTypmod(
                                        DateTimes.timeOf(DateTimes.toLocal(now, zone)),
                                        typmod,
                                        true);
                case LOCALTIMESTAMP ->
                        type().applyTypmod(DateTimes.toLocal(now, zone), typmod, true);
                case CURRENT_USER -> session.currentUser();
                case SESSION_USER -> session.sessionUser();
                case CURRENT_CATALOG -> session.database();
                case CURRENT_SCHEMA -> {
                    var path = session.searchPath(false);
                    yield path.isEmpty() ? null : path.getFirst();
                }
            };
        }
    }

    /** One value for all rows. */
    private static Column fill(Column out, @Nullable Object value, int[] rows, int count) {
        if (value instanceof Long number && out instanceof LongColumn longs) {
            longs.fill(0, longs.size(), number);
        } else if (value instanceof Number number && out instanceof IntColumn ints) {
            ints.fill(0, ints.size(), number.intValue());
        } else {
            for (int i = 0; i < count; i++) {
                out.set(rows[i], value);
            }
        }
        return out;
    }

    private Leaves() {}
}
