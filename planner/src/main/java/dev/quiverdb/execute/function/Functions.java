package dev.quiverdb.execute.function;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.FunctionRef;
import dev.quiverdb.execute.function.Implementation.Comparison;
import dev.quiverdb.execute.function.Implementation.Operator;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All scalar and set-returning builtin functions. Immutable once loaded; for any thread. */
public final class Functions {
    /** Below are PostgreSQL's own, whose names users cannot take for theirs. */
    private static final int FIRST_USER_OID = 16_384;

    private static final Registry REGISTRY = load();

    private static Registry load() {
        var registry = new Registry();
        ComparisonFunctions.register(registry);
        IntegerFunctions.register(registry);
        FloatFunctions.register(registry);
        NumericFunctions.register(registry);
        MoneyFunctions.register(registry);
        TextFunctions.register(registry);
        RegexFunctions.register(registry);
        ByteaFunctions.register(registry);
        BitFunctions.register(registry);
        ArrayFunctions.register(registry);
        JsonFunctions.register(registry);
        JsonbFunctions.register(registry);
        JsonPathFunctions.register(registry);
        RangeFunctions.register(registry);
        DateFunctions.register(registry);
        FormatNumbers.register(registry);
        VectorFunctions.register(registry);
        VectorIndexFunctions.register(registry);
        SetFunctions.register(registry);
        UuidFunctions.register(registry);
        HstoreFunctions.register(registry);
        SequenceFunctions.register(registry);
        SystemFunctions.register(registry);
        Encodings.register(registry);
        return registry;
    }

    /**
     * The implementation of a function: by its prosrc; for those that PostgreSQL itself writes in
     * SQL by {@code name(type,type)}, or {@code name(*)} where it is polymorphic; operators of a
     * comparable type by the type's order. Null if there is none.
     */
    public static @Nullable Implementation find(FunctionRef function) {
        var found = REGISTRY.find(function.source());
        if (found == null) {
            found = REGISTRY.find(signature(function));
        }
        if (found == null && Integer.compareUnsigned(function.oid(), FIRST_USER_OID) < 0) {
            found = REGISTRY.find(function.name() + "(*)");
        }
        if (found == null && function.operator() != null && function.argumentTypes().size() == 2) {
            found = comparison(function);
        }
        return found;
    }

    private static String signature(FunctionRef function) {
        return function.argumentTypes().stream()
                .map(Type::name)
                .collect(Collectors.joining(",", function.name() + "(", ")"));
    }

    private static @Nullable Implementation comparison(FunctionRef function) {
        var left = function.argumentTypes().get(0);
        var right = function.argumentTypes().get(1);
        if (!left.actual().equals(right.actual())
                || !left.comparable()
                || function.operator() == null) {
            return null;
        }
        return switch (function.operator()) {
            case "=" -> new Comparison(Operator.EQUAL);
            case "<>" -> new Comparison(Operator.NOT_EQUAL);
            case "<" -> new Comparison(Operator.LESS);
            case "<=" -> new Comparison(Operator.LESS_EQUAL);
            case ">" -> new Comparison(Operator.GREATER);
            case ">=" -> new Comparison(Operator.GREATER_EQUAL);
            default -> null;
        };
    }

    /** All keys, for tests of breadth. */
    public static Set<String> keys() {
        return REGISTRY.keys();
    }

    private Functions() {}
}
