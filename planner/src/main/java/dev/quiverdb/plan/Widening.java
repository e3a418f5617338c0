package dev.quiverdb.plan;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.sql.catalog.Catalog;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Equalities and orders across types of one family ({@code int4 = int8}) as ones within a type, so
 * that an index or a hash table of that type can answer them. Only conversions that lose nothing
 * are made.
 */
final class Widening {
    private static final List<Integer> INTEGERS = List.of(Oids.INT2, Oids.INT4, Oids.INT8);

    private final Catalog catalog;

    Widening(Catalog catalog) {
        this.catalog = catalog;
    }

    /** The wider of two types of a family, the type itself if they are the same; null otherwise. */
    static @Nullable Type common(Type one, Type other) {
        var left = one.actual();
        var right = other.actual();
        if (left.equals(right)) {
            return left.comparable() ? left : null;
        }
        int a = INTEGERS.indexOf(left.oid());
        int b = INTEGERS.indexOf(right.oid());
        if (a >= 0 && b >= 0) {
            return a > b ? left : right;
        }
        if (isText(left) && isText(right)) {
            return Types.TEXT;
        }
        return null;
    }

    private static boolean isText(Type type) {
        return type.oid() == Oids.TEXT || type.oid() == Oids.VARCHAR;
    }

    /**
     * The expression as a value of a wider type of its family; null if that could lose something.
     */
    @Nullable Expression widen(Expression expression, Type target) {
        var from = expression.type().actual();
        var to = target.actual();
        if (from.equals(to)) {
            return expression;
        }
        if (isText(from) && isText(to)) {
            return new Expression.Relabel(expression, target, -1);
        }
        int a = INTEGERS.indexOf(from.oid());
        int b = INTEGERS.indexOf(to.oid());
        if (a < 0 || b < 0) {
            return null;
        }
        if (expression instanceof Expression.Constant constant) {
            return constant(constant, to);
        }
        if (a > b) {
            return null;
        }
        var cast = catalog.cast(from.oid(), to.oid());
        var function = cast == null ? null : catalog.function(cast.function());
        if (function == null) {
            return null;
        }
        return new Expression.Call(
                ExpressionTranslator.function(function, List.of(expression), target, null),
                List.of(expression));
    }

    private static @Nullable Expression constant(Expression.Constant constant, Type target) {
        if (!(constant.value() instanceof Number number)) {
            return constant.value() == null ? new Expression.Constant(null, target, -1) : null;
        }
        long value = number.longValue();
        Object made =
                switch (target.oid()) {
                    case Oids.INT2 -> (short) value == value ? (Object) (short) value : null;
                    case Oids.INT4 -> (int) value == value ? (Object) (int) value : null;
                    default -> value;
                };
        return made == null ? null : new Expression.Constant(made, target, -1);
    }
}
