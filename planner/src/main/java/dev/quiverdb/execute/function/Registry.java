package dev.quiverdb.execute.function;

import dev.quiverdb.execute.function.Implementation.Any;
import dev.quiverdb.execute.function.Implementation.Comparison;
import dev.quiverdb.execute.function.Implementation.One;
import dev.quiverdb.execute.function.Implementation.Operator;
import dev.quiverdb.execute.function.Implementation.Rows;
import dev.quiverdb.execute.function.Implementation.Three;
import dev.quiverdb.execute.function.Implementation.Two;
import dev.quiverdb.execute.function.Implementation.Zero;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Implementations by key while the families put themselves in; a key is given once. */
final class Registry {
    private final Map<String, Implementation> byKey = new HashMap<>(4096);

    private void put(String key, Implementation implementation) {
        if (byKey.put(key, implementation) != null) {
            throw new IllegalStateException("Function " + key + " is given twice.");
        }
    }

    void zero(String key, Zero function) {
        put(key, function);
    }

    <A> void one(String key, One<A> function) {
        put(key, function);
    }

    <A, B> void two(String key, Two<A, B> function) {
        put(key, function);
    }

    <A, B, C> void three(String key, Three<A, B, C> function) {
        put(key, function);
    }

    void any(String key, Any function) {
        put(key, function);
    }

    void rows(String key, Rows function) {
        put(key, function);
    }

    /** The same implementation under another key. */
    void alias(String key, String of) {
        var implementation = byKey.get(of);
        if (implementation == null) {
            throw new IllegalStateException("Function " + of + " is not there yet.");
        }
        put(key, implementation);
    }

    /** {@code =, <>, <, <=, >, >=} by type order, named prefix + eq, ne, lt, le, gt, ge. */
    void comparisons(String prefix) {
        put(prefix + "eq", new Comparison(Operator.EQUAL));
        put(prefix + "ne", new Comparison(Operator.NOT_EQUAL));
        put(prefix + "lt", new Comparison(Operator.LESS));
        put(prefix + "le", new Comparison(Operator.LESS_EQUAL));
        put(prefix + "gt", new Comparison(Operator.GREATER));
        put(prefix + "ge", new Comparison(Operator.GREATER_EQUAL));
    }

    /** Order of two values of different types. */
    interface Order<A, B> {
        int compare(CallContext context, A left, B right);
    }

    /** As {@link #comparisons(String)} over two types. */
    <A, B> void comparisons(String prefix, Order<A, B> order) {
        this.<A, B>two(prefix + "eq", (c, a, b) -> order.compare(c, a, b) == 0);
        this.<A, B>two(prefix + "ne", (c, a, b) -> order.compare(c, a, b) != 0);
        this.<A, B>two(prefix + "lt", (c, a, b) -> order.compare(c, a, b) < 0);
        this.<A, B>two(prefix + "le", (c, a, b) -> order.compare(c, a, b) <= 0);
        this.<A, B>two(prefix + "gt", (c, a, b) -> order.compare(c, a, b) > 0);
        this.<A, B>two(prefix + "ge", (c, a, b) -> order.compare(c, a, b) >= 0);
    }

    @Nullable Implementation find(String key) {
        return byKey.get(key);
    }

    java.util.Set<String> keys() {
        return java.util.Set.copyOf(byKey.keySet());
    }
}
