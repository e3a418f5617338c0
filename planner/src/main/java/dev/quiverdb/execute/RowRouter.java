package dev.quiverdb.execute;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.HashKey;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.execute.function.PartitionHash;
import dev.quiverdb.plan.Family;
import dev.quiverdb.sql.catalog.PartitionBounds;
import dev.quiverdb.sql.catalog.Relation.PartitionDatum;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the partition that a row belongs to: by hash table for lists, by binary search for ranges,
 * after ExecFindPartition. Cost: one step a level, {@code O(log partitions)} for ranges.
 */
final class RowRouter {
    /** One end of a range. */
    private static final class Edge {
        /** By column: -1 MINVALUE, 1 MAXVALUE, 0 a value. */
        private final int[] kinds;

        private final @Nullable Object[] values;

        Edge(int[] kinds, @Nullable Object[] values) {
            this.kinds = kinds;
            this.values = values;
        }
    }

    private final Family.Partitioning plan;
    private final ExecutionContext context;
    private final Evaluator[] keys;
    private final Type[] types;
    private final Map<HashKey, Integer> byValue = new HashMap<>();
    private final List<Edge> lower = new ArrayList<>();
    private final List<Edge> upper = new ArrayList<>();
    private final List<Integer> order = new ArrayList<>();
    private final @Nullable RowRouter[] below;
    private int byNull = -1;
    private int byDefault = -1;
    private final Row.OfArray row = new Row.OfArray();

    RowRouter(Family.Partitioning plan, Compiler compiler) {
        this.plan = plan;
        context = compiler.frame().context();
        keys = compiler.compileAll(plan.keys());
        types = plan.types().toArray(Type[]::new);
        var bounds = new PartitionBounds(plan.strategy(), plan.types(), context.types());
        below = new @Nullable RowRouter[plan.partitions().size()];
        List<Integer> ranges = new ArrayList<>();
        for (int i = 0; i < plan.partitions().size(); i++) {
            var partition = plan.partitions().get(i);
            if (partition.below() != null) {
                below[i] = new RowRouter(partition.below(), compiler);
            }
            var bound = partition.bound();
            switch (bound.strategy()) {
                case 'd' -> byDefault = i;
                case 'l' -> {
                    for (var datum : bound.values()) {
                        var value = bounds.value(datum, 0);
                        if (value == null) {
                            byNull = i;
                        } else {
                            byValue.put(new HashKey(types, new Object[] {value}), i);
                        }
                    }
                }
                case 'r' -> ranges.add(i);
                default -> order.add(i);
            }
        }
        ranges.sort((a, b) ->
                bounds.compare(
                        plan.partitions().get(a).bound().values(),
                        plan.partitions().get(b).bound().values()));
        for (int i : ranges) {
            order.add(i);
            lower.add(edge(plan.partitions().get(i).bound().values(), bounds));
            upper.add(edge(plan.partitions().get(i).bound().upper(), bounds));
        }
    }

    private static Edge edge(List<PartitionDatum> data, PartitionBounds bounds) {
        int[] kinds = new int[data.size()];
        @Nullable Object[] values = new @Nullable Object[data.size()];
        for (int i = 0; i < kinds.length; i++) {
            kinds[i] = data.get(i).kind() == '-' ? -1 : data.get(i).kind() == '+' ? 1 : 0;
            values[i] = bounds.value(data.get(i), i);
        }
        return new Edge(kinds, values);
    }

    /** The family's member for a row of this level's table; 23514 where there is none. */
    int route(@Nullable Object[] visible) {
        return route(visible, true);
    }

    /** As {@link #route}; -1 where there is none. */
    int routeIfAny(@Nullable Object[] visible) {
        return route(visible, false);
    }

    private int route(@Nullable Object[] visible, boolean required) {
        row.set(visible);
        @Nullable Object[] values = new @Nullable Object[keys.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = keys[i].value(row);
        }
        int found = find(values);
        if (found < 0) {
            found = byDefault;
        }
        if (found < 0) {
            if (!required) {
                return -1;
            }
            throw missing(values);
        }
        var partition = plan.partitions().get(found);
        var next = below[found];
        if (next == null) {
            return partition.member();
        }
        @Nullable Object[] inside = new @Nullable Object[visible.length];
        for (int i = 0; i < partition.positions().size(); i++) {
            inside[partition.positions().get(i)] = visible[i];
        }
        return next.route(inside, required);
    }

    private int find(@Nullable Object[] values) {
        return switch (plan.strategy()) {
            case 'l' ->
                    values[0] == null
                            ? byNull
                            : byValue.getOrDefault(new HashKey(types, values), -1);
            case 'r' -> range(values);
            default -> hash(values);
        };
    }

    private int hash(@Nullable Object[] values) {
        long hash = PartitionHash.of(types, values);
        for (int i : order) {
            var bound = plan.partitions().get(i).bound();
            if (Long.remainderUnsigned(hash, bound.modulus()) == bound.remainder()) {
                return i;
            }
        }
        return -1;
    }

    private int range(@Nullable Object[] values) {
        for (var value : values) {
            if (value == null) {
                return -1;
            }
        }
        int low = 0;
        int high = lower.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (compare(values, lower.get(middle)) < 0) {
                high = middle - 1;
            } else {
                low = middle + 1;
            }
        }
        return high >= 0 && compare(values, upper.get(high)) < 0 ? order.get(high) : -1;
    }

    /** Compares a row's key, which has no NULL, with an end. */
    private int compare(@Nullable Object[] values, Edge edge) {
        for (int i = 0; i < values.length; i++) {
            if (edge.kinds[i] != 0) {
                return -edge.kinds[i];
            }
            int compared =
                    types[i].compare(
                            Objects.requireNonNull(values[i]),
                            Objects.requireNonNull(edge.values[i]));
            if (compared != 0) {
                return compared;
            }
        }
        return 0;
    }

    private SqlException missing(@Nullable Object[] values) {
        var texts = new ArrayList<String>();
        for (int i = 0; i < values.length; i++) {
            var value = values[i];
            texts.add(value == null ? "null" : types[i].format(value, context.types()));
        }
        return new SqlException(
                        SqlState.CHECK_VIOLATION,
                        "no partition of relation \"" + plan.table() + "\" found for row")
                .withDetail(
                        "Partition key of the failing row contains ("
                                + String.join(", ", plan.keyTexts())
                                + ") = ("
                                + String.join(", ", texts)
                                + ").");
    }
}
