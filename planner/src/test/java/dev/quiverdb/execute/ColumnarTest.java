package dev.quiverdb.execute;

import static dev.quiverdb.execute.TestWorld.constant;
import static dev.quiverdb.execute.TestWorld.input;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.plan.AggregateCall;
import dev.quiverdb.plan.Estimate;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Plan.JoinKind;
import dev.quiverdb.plan.SortKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What works by the column gives what works row by row. */
final class ColumnarTest {
    private static final List<Type> TYPES =
            List.of(Types.INT4, Types.TEXT, Types.INT2, Types.INT4, Types.INT8, Types.FLOAT8);

    private @TempDir Path directory;
    private TestWorld world;

    @BeforeEach
    void open() {
        world = new TestWorld(directory);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static List<List<@Nullable Object>> table(
            SplittableRandom random, int rows, int distinct) {
        var table = new ArrayList<List<@Nullable Object>>();
        for (int i = 0; i < rows; i++) {
            var row = new ArrayList<@Nullable Object>();
            row.add(random.nextInt(distinct) - distinct / 2);
            row.add("k" + random.nextInt(3));
            row.add((short) random.nextInt(-32768, 32768));
            row.add(random.nextInt());
            row.add(random.nextInt(3) == 0 ? Long.MAX_VALUE - i : random.nextLong());
            row.add(random.nextInt(5) == 0 ? Double.NaN : random.nextInt(-1000, 1000) / 8.0);
            for (int c = 0; c < row.size(); c++) {
                if (random.nextInt(9) == 0) {
                    row.set(c, null);
                }
            }
            table.add(row);
        }
        return table;
    }

    private static AggregateCall call(
            String name, Type result, @Nullable Expression filter, Expression... arguments) {
        return new AggregateCall(
                TestWorld.function(name, "aggregate_dummy", result, arguments),
                List.of(arguments),
                List.of(),
                false,
                List.of(),
                filter,
                result);
    }

    private static List<AggregateCall> calls() {
        var positive =
                TestWorld.call("int4gt", Types.BOOL, input(3, Types.INT4), constant(0, Types.INT4));
        var calls = new ArrayList<AggregateCall>();
        calls.add(call("count", Types.INT8, null));
        calls.add(call("count", Types.INT8, positive));
        for (int c = 1; c < TYPES.size(); c++) {
            calls.add(call("count", Types.INT8, null, input(c, TYPES.get(c))));
            calls.add(call("min", TYPES.get(c), null, input(c, TYPES.get(c))));
            calls.add(call("max", TYPES.get(c), positive, input(c, TYPES.get(c))));
        }
        for (int c = 2; c < 4; c++) {
            calls.add(call("sum", Types.INT8, null, input(c, TYPES.get(c))));
            calls.add(call("avg", Types.NUMERIC, positive, input(c, TYPES.get(c))));
        }
        calls.add(call("sum", Types.NUMERIC, null, input(4, Types.INT8)));
        calls.add(call("avg", Types.NUMERIC, null, input(4, Types.INT8)));
        calls.add(call("sum", Types.FLOAT8, positive, input(5, Types.FLOAT8)));
        calls.add(call("avg", Types.FLOAT8, null, input(5, Types.FLOAT8)));
        calls.add(call("stddev", Types.FLOAT8, null, input(5, Types.FLOAT8)));
        return calls;
    }

    /** A sorted input is aggregated row by row, with an accumulator for each group. */
    @Test
    void hashedGroupsAreSortedGroups() {
        long seed = Long.getLong("seed", 17);
        var random = new SplittableRandom(seed);
        var calls = calls();
        for (int round = 0; round < 12; round++) {
            var rows = table(random, random.nextInt(3000), 1 + random.nextInt(round < 6 ? 4 : 900));
            List<Expression> keys =
                    switch (round % 3) {
                        case 0 -> List.of(input(0, Types.INT4));
                        case 1 -> List.of(input(1, Types.TEXT));
                        default -> List.of(input(0, Types.INT4), input(1, Types.TEXT));
                    };
            var types = new ArrayList<Type>();
            keys.forEach(key -> types.add(key.type()));
            calls.forEach(call -> types.add(call.type()));
            var set = keys.size() == 1 ? Set.of(0) : Set.of(0, 1);
            var order = keys.stream().map(key -> new SortKey(key, false, false)).toList();
            var plan = TestWorld.values(TYPES, rows);
            world.workMemory(round % 2 == 0 ? 64 << 20 : 20_000);

            var hashed = aggregate(Plan.AggregateStrategy.HASHED, plan, keys, set, calls, types);
            var sorted =
                    aggregate(
                            Plan.AggregateStrategy.SORTED,
                            new Plan.Sort(plan, order, Estimate.UNKNOWN),
                            keys,
                            set,
                            calls,
                            types);
            assertThat(world.run(hashed))
                    .as("round %d, replay with -Dseed=%d", round, seed)
                    .containsExactlyInAnyOrderElementsOf(world.run(sorted));
        }
    }

    /** One group over all rows equals a group by a constant. */
    @Test
    void aggregatesWithoutKeysAreThoseOfOneGroup() {
        var random = new SplittableRandom(Long.getLong("seed", 18));
        var calls = calls();
        for (int rows : new int[] {1, 1024, 2500}) {
            var plan = TestWorld.values(TYPES, table(random, rows, 5));
            var types = new ArrayList<Type>();
            calls.forEach(call -> types.add(call.type()));
            var plain =
                    aggregate(
                            Plan.AggregateStrategy.PLAIN, plan, List.of(), Set.of(), calls, types);
            types.addFirst(Types.INT4);
            var keyed =
                    aggregate(
                            Plan.AggregateStrategy.SORTED,
                            plan,
                            List.of(constant(1, Types.INT4)),
                            Set.of(0),
                            calls,
                            types);
            var expected = world.run(keyed).getFirst();
            assertThat(world.run(plain)).containsExactly(expected.subList(1, expected.size()));
        }
    }

    private static Plan aggregate(
            Plan.AggregateStrategy strategy,
            Plan input,
            List<Expression> keys,
            Set<Integer> set,
            List<AggregateCall> calls,
            List<Type> types) {
        return new Plan.Aggregate(
                strategy,
                input,
                keys,
                List.of(set),
                calls,
                List.of(),
                TestWorld.columns(types),
                Estimate.UNKNOWN);
    }

    @Test
    void joinsOnKeysAloneAreNestedLoops() {
        long seed = Long.getLong("seed", 19);
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 12; round++) {
            int distinct = 1 + random.nextInt(round < 4 ? 3 : 200);
            var left = TestWorld.values(TYPES, table(random, random.nextInt(250), distinct));
            var right = TestWorld.values(TYPES, table(random, random.nextInt(250), distinct));
            world.workMemory(round % 3 == 2 ? 3000 : 64 << 20);
            List<Expression> keys =
                    switch (round % 3) {
                        case 0 -> List.of(input(0, Types.INT4));
                        case 1 -> List.of(input(1, Types.TEXT), input(0, Types.INT4));
                        default -> List.of(input(0, Types.INT4), input(1, Types.TEXT));
                    };
            for (var kind : JoinKind.values()) {
                if (kind == JoinKind.NULL_AWARE_ANTI) {
                    continue;
                }
                var hash = new Plan.HashJoin(kind, left, right, keys, keys, null, Estimate.UNKNOWN);
                var loop =
                        new Plan.NestedLoopJoin(
                                kind, left, right, List.of(), equal(keys), Estimate.UNKNOWN);
                assertThat(world.run(hash))
                        .as("%s, round %d, replay with -Dseed=%d", kind, round, seed)
                        .containsExactlyInAnyOrderElementsOf(world.run(loop));
            }
        }
    }

    private static Expression equal(List<Expression> keys) {
        var parts = new ArrayList<Expression>();
        for (var key : keys) {
            int column = ((Expression.InputRef) key).column();
            parts.add(TestWorld.equal(key, input(column + TYPES.size(), key.type())));
        }
        return parts.size() == 1 ? parts.getFirst() : new Expression.And(parts, Types.BOOL);
    }

    /** A filter works by the column, a projection of one row at a time does not. */
    @Test
    void comparisonsOfIntegersOfAnySizeSelectWhatTheySay() {
        var random = new SplittableRandom(Long.getLong("seed", 20));
        var rows = new ArrayList<List<@Nullable Object>>();
        for (int i = 0; i < 1500; i++) {
            rows.add(
                    List.of(
                            (short) random.nextInt(-3, 3),
                            random.nextInt(-3, 3),
                            (long) random.nextInt(-3, 3)));
        }
        var types = List.of(Types.INT2, Types.INT4, Types.INT8);
        var sizes = new String[] {"2", "4", "8"};
        for (int a = 0; a < 3; a++) {
            for (int b = 0; b < 3; b++) {
                for (var operator : List.of("eq", "ne", "lt", "le", "gt", "ge")) {
                    var source = "int" + (a == b ? sizes[a] : sizes[a] + sizes[b]) + operator;
                    var condition =
                            TestWorld.call(
                                    source,
                                    Types.BOOL,
                                    input(a, types.get(a)),
                                    input(b, types.get(b)));
                    var plan =
                            new Plan.Filter(
                                    TestWorld.values(types, rows), condition, Estimate.UNKNOWN);
                    int left = a;
                    int right = b;
                    assertThat(world.run(plan))
                            .as(source)
                            .isEqualTo(
                                    rows.stream()
                                            .filter(row -> holds(operator, row, left, right))
                                            .toList());
                }
            }
        }
    }

    private static boolean holds(String operator, List<@Nullable Object> row, int left, int right) {
        if (!(row.get(left) instanceof Number a) || !(row.get(right) instanceof Number b)) {
            return false;
        }
        int order = Long.compare(a.longValue(), b.longValue());
        return switch (operator) {
            case "eq" -> order == 0;
            case "ne" -> order != 0;
            case "lt" -> order < 0;
            case "le" -> order <= 0;
            case "gt" -> order > 0;
            default -> order >= 0;
        };
    }
}
