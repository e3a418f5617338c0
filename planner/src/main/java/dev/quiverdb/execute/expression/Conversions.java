package dev.quiverdb.execute.expression;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Kind;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Type;
import org.jspecify.annotations.Nullable;

/** Casts that are not calls of a function. */
final class Conversions {
    /** Same value under another type. */
    static final class Same extends Evaluator {
        private final Evaluator argument;

        Same(Evaluator argument, Type type) {
            super(type);
            this.argument = argument;
        }

        @Override
        public @Nullable Object value(Row row) {
            var value = argument.value(row);
            if (value == null || argument.type().kind() == type().kind()) {
                return value;
            }
            // int4 and oid are the same four bytes, which we hold as int and as unsigned in a long.
            return switch (value) {
                case Integer number when type().kind() == Kind.LONG ->
                        Integer.toUnsignedLong(number);
                case Long number when type().kind() == Kind.INT -> number.intValue();
                default -> value;
            };
        }

        @Override
        public Column column(Batch batch, int[] rows, int count) {
            var column = argument.column(batch, rows, count);
            return column.type().kind() == type().kind()
                    ? column
                    : super.column(batch, rows, count);
        }
    }

    static final class ViaText extends Evaluator {
        private final Evaluator argument;
        private final Type from;
        private final int typmod;
        private final Frame frame;

        ViaText(Evaluator argument, Expression.CoerceViaText coerce, Frame frame) {
            super(coerce.type());
            this.argument = argument;
            from = coerce.argument().type();
            typmod = coerce.typmod();
            this.frame = frame;
        }

        @Override
        public @Nullable Object value(Row row) {
            var value = argument.value(row);
            if (value == null) {
                return null;
            }
            var types = frame.context().types();
            return type().parse(from.format(value, types), typmod, types);
        }
    }

    static final class Typmod extends Evaluator {
        private final Evaluator argument;
        private final int typmod;
        private final boolean explicit;

        Typmod(Evaluator argument, Expression.ApplyTypmod apply) {
            super(apply.type());
            this.argument = argument;
            typmod = apply.typmod();
            explicit = apply.explicit();
        }

        @Override
        public @Nullable Object value(Row row) {
            var value = argument.value(row);
            return value == null ? null : type().applyTypmod(value, typmod, explicit);
        }
    }

    static final class Elements extends Evaluator {
        private final Evaluator argument;
        private final Evaluator element;
        private final int slot;
        private final Frame frame;

        Elements(
                Evaluator argument, Expression.ArrayCoerce coerce, Evaluator element, Frame frame) {
            super(coerce.type());
            this.argument = argument;
            this.element = element;
            slot = coerce.slot();
            this.frame = frame;
        }

        @Override
        public @Nullable Object value(Row row) {
            var array = (PgArray) argument.value(row);
            if (array == null) {
                return null;
            }
            var to = type().actual().element();
            if (to == null) {
                throw new IllegalStateException(type() + " has no element type");
            }
            var values = array.toArray();
            for (int i = 0; i < values.length; i++) {
                frame.setSlot(slot, values[i]);
                values[i] = element.value(row);
            }
            return array.withElements(to, values);
        }
    }

    static final class Domain extends Evaluator {
        private final Evaluator argument;
        private final Expression.CoerceToDomain domain;
        private final Evaluator[] checks;
        private final Frame frame;

        Domain(Evaluator argument, Expression.CoerceToDomain domain, Compiler compiler) {
            super(domain.type());
            this.argument = argument;
            this.domain = domain;
            checks =
                    compiler.compileAll(
                            domain.checks().stream()
                                    .map(Expression.DomainCheck::condition)
                                    .toList());
            frame = compiler.frame();
        }

        @Override
        public @Nullable Object value(Row row) {
            var value = argument.value(row);
            if (value == null && domain.notNull()) {
                throw new SqlException(
                                SqlState.NOT_NULL_VIOLATION,
                                "domain "
                                        + domain.type().displayName()
                                        + " does not allow null values")
                        .withDataType(domain.type().schema(), domain.type().name());
            }
            for (int i = 0; i < checks.length; i++) {
                frame.setSlot(domain.slot(), value);
                if (Boolean.FALSE.equals(checks[i].value(row))) {
                    var name = domain.checks().get(i).name();
                    throw new SqlException(
                                    SqlState.CHECK_VIOLATION,
                                    "value for domain "
                                            + domain.type().displayName()
                                            + " violates check constraint \""
                                            + name
                                            + "\"")
                            .withDataType(domain.type().schema(), domain.type().name())
                            .withConstraint(name);
                }
            }
            return value;
        }
    }

    static final class Fields extends Evaluator {
        private final Evaluator argument;
        private final Evaluator[] fields;
        private final int firstSlot;
        private final Frame frame;

        Fields(Evaluator argument, Expression.ConvertRow convert, Evaluator[] fields, Frame frame) {
            super(convert.type());
            this.argument = argument;
            this.fields = fields;
            firstSlot = convert.firstSlot();
            this.frame = frame;
        }

        @Override
        public @Nullable Object value(Row row) {
            var record = (RecordValue) argument.value(row);
            if (record == null) {
                return null;
            }
            for (int i = 0; i < record.size(); i++) {
                frame.setSlot(firstSlot + i, record.get(i));
            }
            @Nullable Object[] values = new @Nullable Object[fields.length];
            var types = new java.util.ArrayList<Type>(fields.length);
            for (int i = 0; i < fields.length; i++) {
                values[i] = fields[i].value(row);
                types.add(fields[i].type());
            }
            return RecordValue.of(types, values);
        }
    }

    private Conversions() {}
}
