package dev.quiverdb.execute;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.plan.SortKey;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** ORDER BY as a comparator of key arrays. */
final class RowOrder implements Comparator<@Nullable Object[]> {
    private final Evaluator[] keys;
    private final Type[] types;
    private final boolean[] descending;
    private final boolean[] nullsFirst;

    RowOrder(List<SortKey> order, Compiler compiler) {
        keys = compiler.compileAll(order.stream().map(SortKey::expression).toList());
        types = new Type[keys.length];
        descending = new boolean[keys.length];
        nullsFirst = new boolean[keys.length];
        for (int i = 0; i < keys.length; i++) {
            types[i] = keys[i].type();
            descending[i] = order.get(i).descending();
            nullsFirst[i] = order.get(i).nullsFirst();
        }
    }

    int size() {
        return keys.length;
    }

    Type[] types() {
        return types;
    }

    /** The keys of a row. */
    @Nullable Object[] keys(Row row) {
        @Nullable Object[] values = new @Nullable Object[keys.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = keys[i].value(row);
        }
        return values;
    }

    /** One of the keys of a row. */
    @Nullable Object key(int key, Row row) {
        return keys[key].value(row);
    }

    /** Compares the first {@link #size} elements. */
    @Override
    public int compare(@Nullable Object[] left, @Nullable Object[] right) {
        for (int i = 0; i < keys.length; i++) {
            int order = compare(i, left[i], right[i]);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    int compare(int key, @Nullable Object left, @Nullable Object right) {
        if (left == null || right == null) {
            if (left == null && right == null) {
                return 0;
            }
            return (left == null) == nullsFirst[key] ? -1 : 1;
        }
        int order = types[key].compare(left, right);
        return descending[key] ? Integer.compare(0, order) : order;
    }
}
