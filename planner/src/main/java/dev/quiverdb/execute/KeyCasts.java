package dev.quiverdb.execute;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.execute.expression.Calls;
import dev.quiverdb.execute.function.CallContext;
import dev.quiverdb.execute.function.Functions;
import dev.quiverdb.plan.Relation.KeyCast;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values of one side of a foreign key as values of the other side's types. */
final class KeyCasts {
    private KeyCasts() {}

    /** Whether values are found by comparing them as they are, once they are cast. */
    static boolean exact(List<KeyCast> casts) {
        return casts.stream().allMatch(cast -> cast.function().isEmpty() || cast.whole());
    }

    /**
     * A key whose values are not null in the other side's types; null where one of them is an
     * integer that the type cannot hold.
     */
    static Object @Nullable [] apply(
            ExecutionContext now, List<KeyCast> casts, @Nullable Object[] values) {
        var cast = new Object[values.length];
        for (int i = 0; i < cast.length; i++) {
            var value = values[i];
            var result = value == null ? null : apply(now, casts.get(i), value);
            if (result == null) {
                return null;
            }
            cast[i] = result;
        }
        return cast;
    }

    /** As the list's; null for an integer that does not fit. */
    static @Nullable Object apply(ExecutionContext now, KeyCast cast, Object value) {
        if (cast.function().isEmpty()) {
            return value;
        }
        if (cast.whole()) {
            long number = ((Number) value).longValue();
            return switch (cast.to().oid()) {
                case Oids.INT2 -> number == (short) number ? (Object) (short) number : null;
                case Oids.INT4 -> number == (int) number ? (Object) (int) number : null;
                default -> number;
            };
        }
        return assign(now, cast, value);
    }

    /** As an assignment casts it, with its errors. */
    static Object assign(ExecutionContext now, KeyCast cast, Object value) {
        if (cast.function().isEmpty()) {
            return value;
        }
        var function = cast.function().get();
        var implementation = Functions.find(function);
        if (implementation == null) {
            throw SqlException.notSupported(
                    "function " + function.name() + " is not supported yet");
        }
        var result =
                Calls.bind(
                                implementation,
                                new CallContext(now, function, -1, false),
                                function.strict())
                        .apply(new Object[] {value});
        return java.util.Objects.requireNonNull(result);
    }
}
