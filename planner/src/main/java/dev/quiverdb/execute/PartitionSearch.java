package dev.quiverdb.execute;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.execute.function.PartitionHash;
import dev.quiverdb.plan.Family;
import dev.quiverdb.sql.catalog.PartitionBounds;
import dev.quiverdb.sql.catalog.Relation.PartitionBound;
import dev.quiverdb.sql.catalog.Relation.PartitionDatum;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions can hold rows that meet some comparisons of the partition key, after
 * partprune.c. May answer more than there are, never fewer. Cost: {@code O(partitions)}.
 */
public final class PartitionSearch {
    /** Combinations of values of several key columns that are looked at one by one. */
    private static final int COMBINATIONS_MAX = 1000;

    /**
     * A comparison of a column whose other side is known.
     *
     * @param column of the family's table, visible ones counted from 0
     * @param operator {@code = < <= > >=}, or {@code null} for IS NULL
     * @param values one, or for {@code =} any of several; none where the comparison is never true
     */
    public record Known(int column, String operator, List<Object> values) {
        public Known {
            values = List.copyOf(values);
        }
    }

    /** What is known of one key column. */
    private record Facts(@Nullable List<Object> equal, boolean isNull, List<Known> ranges) {
        boolean isEmpty() {
            return equal == null && !isNull && ranges.isEmpty();
        }
    }

    private final List<Known> tests;
    private final TypeContext context;
    private final BitSet found = new BitSet();

    private PartitionSearch(List<Known> tests, TypeContext context) {
        this.tests = tests;
        this.context = context;
    }

    /** The members of the family that may have rows for which all tests hold. */
    public static BitSet members(
            Family.Partitioning partitioning, List<Known> tests, TypeContext context) {
        var search = new PartitionSearch(tests, context);
        for (var test : tests) {
            if (!test.operator().equals("null") && test.values().isEmpty()) {
                return search.found;
            }
        }
        search.level(partitioning, null);
        return search.found;
    }

    /**
     * @param columns for each visible column of the level's table that of the family's; null where
     *     they are the same
     */
    private void level(Family.Partitioning level, int @Nullable [] columns) {
        var facts = new ArrayList<Facts>();
        for (int i = 0; i < level.keys().size(); i++) {
            facts.add(facts(level, i, columns));
        }
        for (var partition : level.partitions()) {
            if (!possible(level, partition.bound(), facts)) {
                continue;
            }
            var below = partition.below();
            if (below == null) {
                found.set(partition.member());
            } else {
                level(below, below(partition.positions(), columns));
            }
        }
    }

    private static int[] below(List<Integer> positions, int @Nullable [] columns) {
        int width = positions.stream().mapToInt(at -> at + 1).max().orElse(0);
        int[] inside = new int[width];
        java.util.Arrays.fill(inside, -1);
        for (int i = 0; i < positions.size(); i++) {
            inside[positions.get(i)] = columns == null ? i : i < columns.length ? columns[i] : -1;
        }
        return inside;
    }

    private Facts facts(Family.Partitioning level, int key, int @Nullable [] columns) {
        List<Object> equal = null;
        boolean isNull = false;
        var ranges = new ArrayList<Known>();
        if (level.keys().get(key)
                instanceof dev.quiverdb.execute.expression.Expression.InputRef ref) {
            int at = ref.column();
            int column = columns == null ? at : at < columns.length ? columns[at] : -1;
            var type = level.types().get(key);
            for (var test : tests) {
                if (test.column() != column) {
                    continue;
                }
                switch (test.operator()) {
                    case "null" -> isNull = true;
                    case "=" ->
                            equal =
                                    equal == null
                                            ? test.values()
                                            : common(type, equal, test.values());
                    default -> ranges.add(test);
                }
            }
            if (equal != null) {
                equal = equal.stream().filter(value -> meets(type, value, ranges)).toList();
            }
        }
        return new Facts(equal, isNull, ranges);
    }

    private static List<Object> common(Type type, List<Object> left, List<Object> right) {
        return left.stream()
                .filter(value -> right.stream().anyMatch(o -> type.compare(value, o) == 0))
                .toList();
    }

    private static boolean meets(Type type, Object value, List<Known> ranges) {
        for (var range : ranges) {
            int order = type.compare(value, range.values().getFirst());
            boolean holds =
                    switch (range.operator()) {
                        case "<" -> order < 0;
                        case "<=" -> order <= 0;
                        case ">" -> order > 0;
                        default -> order >= 0;
                    };
            if (!holds) {
                return false;
            }
        }
        return true;
    }

    private boolean possible(Family.Partitioning level, PartitionBound bound, List<Facts> facts) {
        if (facts.stream().allMatch(Facts::isEmpty)) {
            return true;
        }
        for (var fact : facts) {
            // NULL equals nothing.
            boolean contradiction =
                    fact.isNull() && (fact.equal() != null || !fact.ranges().isEmpty());
            if (contradiction || fact.equal() != null && fact.equal().isEmpty()) {
                return false;
            }
        }
        var bounds = new PartitionBounds(level.strategy(), level.types(), context);
        return switch (bound.strategy()) {
            case 'd' -> byDefault(level, facts, bounds);
            case 'l' -> list(level, bound, facts.getFirst(), bounds);
            case 'r' -> range(level, bound, facts, bounds);
            default -> hash(level, bound, facts);
        };
    }

    // ------------------------------------------------------------------ lists

    private static boolean list(
            Family.Partitioning level, PartitionBound bound, Facts facts, PartitionBounds bounds) {
        var type = level.types().getFirst();
        for (var datum : bound.values()) {
            var value = bounds.value(datum, 0);
            boolean holds =
                    value == null
                            ? facts.isNull()
                            : !facts.isNull()
                                    && meets(type, value, facts.ranges())
                                    && (facts.equal() == null
                                            || !common(type, List.of(value), facts.equal())
                                                    .isEmpty());
            if (holds) {
                return true;
            }
        }
        return false;
    }

    /** The default partition has what no other has. */
    private boolean byDefault(
            Family.Partitioning level, List<Facts> facts, PartitionBounds bounds) {
        boolean ranges = level.strategy() == 'r';
        if (facts.stream().anyMatch(Facts::isNull)) {
            return ranges
                    || level.partitions().stream()
                            .flatMap(partition -> partition.bound().values().stream())
                            .noneMatch(datum -> datum.kind() == 'n');
        }
        for (var fact : facts) {
            if (fact.equal() == null) {
                return true;
            }
        }
        var rows = combinations(facts);
        if (rows == null) {
            return true;
        }
        for (var row : rows) {
            boolean elsewhere = false;
            for (var partition : level.partitions()) {
                var bound = partition.bound();
                if (!bound.isDefault()) {
                    var one = new ArrayList<Facts>();
                    for (var value : row) {
                        one.add(new Facts(List.of(value), false, List.of()));
                    }
                    elsewhere |=
                            ranges
                                    ? range(level, bound, one, bounds)
                                    : list(level, bound, one.getFirst(), bounds);
                }
            }
            if (!elsewhere) {
                return true;
            }
        }
        return false;
    }

    /** The key's values that equalities allow, of the columns that have them; null for too many. */
    private static @Nullable List<List<Object>> combinations(List<Facts> facts) {
        List<List<Object>> rows = List.of(List.of());
        for (var fact : facts) {
            if (fact.equal() == null) {
                break;
            }
            if ((long) rows.size() * fact.equal().size() > COMBINATIONS_MAX) {
                return null;
            }
            var longer = new ArrayList<List<Object>>();
            for (var row : rows) {
                for (var value : fact.equal()) {
                    var made = new ArrayList<>(row);
                    made.add(value);
                    longer.add(made);
                }
            }
            rows = longer;
        }
        return rows;
    }

    // ------------------------------------------------------------------ ranges

    private static boolean range(
            Family.Partitioning level,
            PartitionBound bound,
            List<Facts> facts,
            PartitionBounds bounds) {
        if (facts.stream().anyMatch(Facts::isNull)) {
            return false;
        }
        var rows = combinations(facts);
        if (rows == null) {
            return true;
        }
        for (var row : rows) {
            if (inRange(level, bound, row, facts, bounds)) {
                return true;
            }
        }
        return false;
    }

    /** Whether rows whose key begins so may lie between the bounds. */
    private static boolean inRange(
            Family.Partitioning level,
            PartitionBound bound,
            List<Object> prefix,
            List<Facts> facts,
            PartitionBounds bounds) {
        int low = compare(level, prefix, bound.values(), bounds);
        int high = compare(level, prefix, bound.upper(), bounds);
        int width = level.keys().size();
        if (low < 0 || high > 0) {
            return false;
        }
        if (prefix.size() == width) {
            // The upper end itself lies outside.
            return high < 0;
        }
        int next = prefix.size();
        boolean last = next == width - 1;
        for (var test : facts.get(next).ranges()) {
            var value = test.values().getFirst();
            boolean upward = test.operator().startsWith(">");
            if (upward && high == 0) {
                int order = compare(level, next, value, bound.upper().get(next), bounds);
                if (order > 0 || order == 0 && (last || test.operator().equals(">"))) {
                    return false;
                }
            }
            if (!upward && low == 0) {
                int order = compare(level, next, value, bound.values().get(next), bounds);
                if (order < 0 || order == 0 && test.operator().equals("<")) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The order of the first columns of a key and of a bound; 0 also where it has no more. */
    private static int compare(
            Family.Partitioning level,
            List<Object> prefix,
            List<PartitionDatum> bound,
            PartitionBounds bounds) {
        for (int i = 0; i < prefix.size(); i++) {
            int order = compare(level, i, prefix.get(i), bound.get(i), bounds);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int compare(
            Family.Partitioning level,
            int column,
            Object value,
            PartitionDatum datum,
            PartitionBounds bounds) {
        var other = bounds.value(datum, column);
        if (other == null) {
            return datum.kind() == '-' ? 1 : -1;
        }
        return level.types().get(column).compare(value, other);
    }

    // ------------------------------------------------------------------ hashes

    private static boolean hash(
            Family.Partitioning level, PartitionBound bound, List<Facts> facts) {
        for (var fact : facts) {
            if (fact.equal() == null && !fact.isNull()) {
                return true;
            }
        }
        var types = level.types().toArray(Type[]::new);
        List<@Nullable Object[]> rows = new ArrayList<>();
        rows.add(new @Nullable Object[types.length]);
        for (int i = 0; i < types.length; i++) {
            var equal = facts.get(i).equal();
            if (equal == null) {
                continue;
            }
            if ((long) rows.size() * equal.size() > COMBINATIONS_MAX) {
                return true;
            }
            var longer = new ArrayList<@Nullable Object[]>();
            for (var row : rows) {
                for (var value : equal) {
                    var made = row.clone();
                    made[i] = value;
                    longer.add(made);
                }
            }
            rows = longer;
        }
        for (var row : rows) {
            long hash = PartitionHash.of(types, row);
            if (Long.remainderUnsigned(hash, bound.modulus()) == bound.remainder()) {
                return true;
            }
        }
        return false;
    }
}
