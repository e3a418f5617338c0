package dev.quiverdb.execute;

import static dev.quiverdb.execute.TestWorld.constant;
import static dev.quiverdb.execute.TestWorld.input;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.Numeric;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.FunctionRef;
import dev.quiverdb.plan.AggregateCall;
import dev.quiverdb.plan.Estimate;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.SortKey;
import dev.quiverdb.plan.WindowCall;
import dev.quiverdb.plan.WindowFrame;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Grouping, sorting, limits, windows, sets and recursion over rows made in the plan. */
final class RowsTest {
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

    private static List<List<Object>> pairs(int count, int keys, long seed) {
        var random = new SplittableRandom(seed);
        var rows = new ArrayList<List<Object>>();
        for (int i = 0; i < count; i++) {
            rows.add(List.of(random.nextInt(keys), i));
        }
        return rows;
    }

    private static Plan pairsPlan(List<List<Object>> rows) {
        return TestWorld.values(List.of(Types.INT4, Types.INT4), rows);
    }

    private static AggregateCall aggregate(String name, Type result, Expression... arguments) {
        return new AggregateCall(
                TestWorld.function(name, "aggregate_dummy", result, arguments),
                List.of(arguments),
                List.of(),
                false,
                List.of(),
                null,
                result);
    }

    @Test
    void groupsAreTheSameWithAndWithoutSpilling() {
        var rows = pairs(3000, 400, 5);
        Map<Object, Long> expected = new HashMap<>();
        rows.forEach(row -> expected.merge(row.get(0), (long) (Integer) row.get(1), Long::sum));
        for (long memory : new long[] {1 << 20, 2000}) {
            world.workMemory(memory);
            var plan =
                    new Plan.Aggregate(
                            Plan.AggregateStrategy.HASHED,
                            pairsPlan(rows),
                            List.of(input(0, Types.INT4)),
                            List.of(Set.of(0)),
                            List.of(aggregate("sum", Types.INT8, input(1, Types.INT4))),
                            List.of(),
                            TestWorld.columns(List.of(Types.INT4, Types.INT8)),
                            Estimate.UNKNOWN);
            Map<Object, Object> actual = new HashMap<>();
            world.run(plan).forEach(row -> assertThat(actual.put(row.get(0), row.get(1))).isNull());
            assertThat(actual).isEqualTo(expected);
        }
    }

    @Test
    void groupingSetsMaskKeysAndSayWhich() {
        var plan =
                new Plan.Aggregate(
                        Plan.AggregateStrategy.HASHED,
                        pairsPlan(List.of(List.of(1, 10), List.of(1, 20), List.of(2, 10))),
                        List.of(input(0, Types.INT4), input(1, Types.INT4)),
                        List.of(Set.of(0), Set.of(1), Set.of()),
                        List.of(aggregate("count", Types.INT8)),
                        List.of(List.of(0, 1)),
                        TestWorld.columns(List.of(Types.INT4, Types.INT4, Types.INT8, Types.INT4)),
                        Estimate.UNKNOWN);

        assertThat(world.run(plan))
                .containsExactlyInAnyOrder(
                        Arrays.asList(1, null, 2L, 1),
                        Arrays.asList(2, null, 1L, 1),
                        Arrays.asList(null, 10, 2L, 2),
                        Arrays.asList(null, 20, 1L, 2),
                        Arrays.asList(null, null, 3L, 3));
    }

    @Test
    void averageOfIntegersIsNumericWithSixteenDigits() {
        var plan =
                new Plan.Aggregate(
                        Plan.AggregateStrategy.PLAIN,
                        pairsPlan(List.of(List.of(1, 1), List.of(1, 2), List.of(1, 2))),
                        List.of(),
                        List.of(Set.of()),
                        List.of(
                                aggregate("avg", Types.NUMERIC, input(1, Types.INT4)),
                                aggregate("stddev", Types.NUMERIC, input(1, Types.INT4)),
                                aggregate("max", Types.INT4, input(1, Types.INT4))),
                        List.of(),
                        TestWorld.columns(List.of(Types.NUMERIC, Types.NUMERIC, Types.INT4)),
                        Estimate.UNKNOWN);

        var row = world.run(plan).getFirst();

        assertThat(row.get(0)).hasToString("1.6666666666666667");
        assertThat(row.get(1)).hasToString("0.57735026918962576451");
        assertThat(row.get(2)).isEqualTo(2);
    }

    @Test
    void sortSpillsAndStaysStable() {
        var rows = pairs(5000, 50, 9);
        world.workMemory(20_000);
        var plan =
                new Plan.Sort(
                        pairsPlan(rows),
                        List.of(new SortKey(input(0, Types.INT4), true, true)),
                        Estimate.UNKNOWN);
        var expected = new ArrayList<>(rows);
        expected.sort(Comparator.comparingInt(row -> -(Integer) row.get(0)));

        assertThat(world.run(plan)).isEqualTo(expected);
    }

    @Test
    void topRowsAreTheFirstOfTheSortedOnes() {
        var rows = pairs(700, 50, 10);
        var keys = List.of(new SortKey(input(0, Types.INT4), false, false));
        var top =
                new Plan.TopN(
                        pairsPlan(rows),
                        keys,
                        constant(20L, Types.INT8),
                        constant(5L, Types.INT8),
                        Estimate.UNKNOWN);
        var limited =
                new Plan.Limit(
                        top,
                        constant(20L, Types.INT8),
                        constant(5L, Types.INT8),
                        List.of(),
                        Estimate.UNKNOWN);
        var expected = new ArrayList<>(rows);
        expected.sort(Comparator.comparingInt(row -> (Integer) row.get(0)));

        assertThat(world.run(limited)).isEqualTo(expected.subList(5, 25));
    }

    @Test
    void withTiesKeepsEqualRowsBehindTheLimit() {
        var rows =
                List.of(
                        List.<Object>of(1, 1),
                        List.<Object>of(2, 2),
                        List.<Object>of(2, 3),
                        List.<Object>of(3, 4));
        var keys = List.of(new SortKey(input(0, Types.INT4), false, false));
        var plan =
                new Plan.Limit(
                        pairsPlan(rows), constant(2L, Types.INT8), null, keys, Estimate.UNKNOWN);

        assertThat(world.run(plan)).hasSize(3);
    }

    @Test
    void negativeLimitIsRefused() {
        var plan =
                new Plan.Limit(
                        pairsPlan(List.of()),
                        constant(-1L, Types.INT8),
                        null,
                        List.of(),
                        Estimate.UNKNOWN);

        assertThatThrownBy(() -> world.run(plan))
                .isInstanceOfSatisfying(
                        SqlException.class, e -> assertThat(e.state().code()).isEqualTo("2201W"))
                .hasMessage("LIMIT must not be negative");
    }

    @Test
    void distinctSpillsAndDropsEveryRepetition() {
        var rows = pairs(3000, 300, 11);
        world.workMemory(1000);
        var plan =
                new Plan.Distinct(
                        pairsPlan(rows), List.of(input(0, Types.INT4)), false, Estimate.UNKNOWN);

        var keys = world.run(plan).stream().map(row -> row.get(0)).toList();

        assertThat(keys)
                .doesNotHaveDuplicates()
                .hasSameElementsAs(rows.stream().map(row -> row.get(0)).toList());
    }

    @Test
    void setOperationsCountRows() {
        var left =
                TestWorld.values(
                        List.of(Types.INT4),
                        List.of(List.of(1), List.of(1), List.of(2), Arrays.asList((Object) null)));
        var right =
                TestWorld.values(
                        List.of(Types.INT4),
                        List.of(List.of(1), Arrays.asList((Object) null), List.of(3)));
        var columns = TestWorld.columns(List.of(Types.INT4));

        assertThat(
                        world.run(
                                new Plan.SetOp(
                                        Plan.SetOpKind.EXCEPT_ALL,
                                        left,
                                        right,
                                        columns,
                                        Estimate.UNKNOWN)))
                .containsExactlyInAnyOrder(List.of(1), List.of(2));
        assertThat(
                        world.run(
                                new Plan.SetOp(
                                        Plan.SetOpKind.EXCEPT,
                                        left,
                                        right,
                                        columns,
                                        Estimate.UNKNOWN)))
                .containsExactly(List.of(2));
        assertThat(
                        world.run(
                                new Plan.SetOp(
                                        Plan.SetOpKind.INTERSECT,
                                        left,
                                        right,
                                        columns,
                                        Estimate.UNKNOWN)))
                .containsExactlyInAnyOrder(List.of(1), Arrays.asList((Object) null));
    }

    @Test
    void recursionEndsWhenARoundIsEmpty() {
        var output = TestWorld.columns(List.of(Types.INT4));
        var next =
                TestWorld.call("int4pl", Types.INT4, input(0, Types.INT4), constant(1, Types.INT4));
        var plan =
                new Plan.RecursiveUnion(
                        1,
                        TestWorld.values(List.of(Types.INT4), List.of(List.of(1))),
                        new Plan.Project(
                                new Plan.Filter(
                                        new Plan.WorkTableScan(1, "t", output, Estimate.UNKNOWN),
                                        TestWorld.less(
                                                input(0, Types.INT4), constant(5, Types.INT4)),
                                        Estimate.UNKNOWN),
                                List.of(next),
                                output,
                                Estimate.UNKNOWN),
                        false,
                        output,
                        Estimate.UNKNOWN);

        assertThat(world.run(plan))
                .containsExactly(List.of(1), List.of(2), List.of(3), List.of(4), List.of(5));
    }

    private static WindowCall window(
            String source, Type result, boolean aggregate, Expression... arguments) {
        var function = TestWorld.function(source.replace("window_", ""), source, result, arguments);
        return new WindowCall(function, List.of(arguments), null, aggregate, result);
    }

    @Test
    void windowFunctionsSeePeersAndFrames() {
        var rows =
                List.of(
                        List.<Object>of(1, 10),
                        List.<Object>of(1, 20),
                        List.<Object>of(1, 20),
                        List.<Object>of(2, 5));
        var frame =
                new WindowFrame(
                        WindowFrame.Mode.ROWS,
                        WindowFrame.Bound.PRECEDING,
                        constant(1L, Types.INT8),
                        WindowFrame.Bound.CURRENT_ROW,
                        null,
                        WindowFrame.Exclusion.NO_OTHERS,
                        null,
                        null);
        var plan =
                new Plan.Window(
                        pairsPlan(rows),
                        List.of(input(0, Types.INT4)),
                        List.of(new SortKey(input(1, Types.INT4), false, false)),
                        frame,
                        List.of(
                                window("window_row_number", Types.INT8, false),
                                window("window_rank", Types.INT8, false),
                                window("sum", Types.INT8, true, input(1, Types.INT4)),
                                window("window_lag", Types.INT4, false, input(1, Types.INT4))),
                        false,
                        TestWorld.columns(
                                List.of(
                                        Types.INT4,
                                        Types.INT4,
                                        Types.INT8,
                                        Types.INT8,
                                        Types.INT8,
                                        Types.INT4)),
                        Estimate.UNKNOWN);

        assertThat(world.run(plan))
                .containsExactly(
                        Arrays.asList(1, 10, 1L, 1L, 10L, null),
                        List.of(1, 20, 2L, 2L, 30L, 10),
                        List.of(1, 20, 3L, 2L, 40L, 20),
                        Arrays.asList(2, 5, 1L, 1L, 5L, null));
    }

    @Test
    void errorsComeOnlyFromRowsThatAreEvaluated() {
        var rows = pairsPlan(List.of(List.of(0, 1), List.of(2, 1)));
        var notZero =
                TestWorld.call("int4ne", Types.BOOL, input(0, Types.INT4), constant(0, Types.INT4));
        var quotient =
                TestWorld.call(
                        "int4div", Types.INT4, constant(10, Types.INT4), input(0, Types.INT4));
        var safe =
                new Expression.And(
                        List.of(notZero, TestWorld.equal(quotient, constant(5, Types.INT4))),
                        Types.BOOL);

        assertThat(world.run(new Plan.Filter(rows, safe, Estimate.UNKNOWN)))
                .containsExactly(List.of(2, 1));
        assertThatThrownBy(() ->
                        world.run(
                                new Plan.Filter(
                                        rows,
                                        TestWorld.equal(quotient, constant(5, Types.INT4)),
                                        Estimate.UNKNOWN)))
                .hasMessage("division by zero");
    }

    @Test
    void scalarSubqueryOfTwoRowsIsAnError() {
        var two = TestWorld.values(List.of(Types.INT4), List.of(List.of(1), List.of(2)));
        var subPlan =
                new Expression.SubPlan(
                        1,
                        Expression.SubPlanKind.SCALAR,
                        two,
                        List.of(),
                        null,
                        List.of(),
                        List.of(),
                        Types.INT4);
        var plan =
                new Plan.Project(
                        new Plan.Result(null, null, List.of(), Estimate.UNKNOWN),
                        List.of(subPlan),
                        TestWorld.columns(List.of(Types.INT4)),
                        Estimate.UNKNOWN);

        assertThatThrownBy(() -> world.run(plan))
                .hasMessage("more than one row returned by a subquery used as an expression");
    }

    @Test
    void inSubqueryIsUnknownBesideANull() {
        var inner =
                TestWorld.values(
                        List.of(Types.INT4), List.of(List.of(1), Arrays.asList((Object) null)));
        var rows = TestWorld.values(List.of(Types.INT4), List.of(List.of(1), List.of(2)));
        var test = TestWorld.equal(input(0, Types.INT4), new Expression.Slot(7, Types.INT4, -1));
        for (var operands :
                List.of(List.<Expression>of(), List.<Expression>of(input(0, Types.INT4)))) {
            var in =
                    new Expression.SubPlan(
                            1,
                            Expression.SubPlanKind.ANY,
                            inner,
                            List.of(),
                            test,
                            List.of(7),
                            operands,
                            Types.BOOL);
            var plan =
                    new Plan.Project(
                            rows,
                            List.of(in),
                            TestWorld.columns(List.of(Types.BOOL)),
                            Estimate.UNKNOWN);

            assertThat(world.run(plan))
                    .containsExactly(List.of(true), Arrays.asList((Object) null));
        }
    }

    @Test
    void correlatedSubqueryRunsForEachOuterValue() {
        var inner =
                new Plan.Project(
                        new Plan.Result(null, null, List.of(), Estimate.UNKNOWN),
                        List.of(
                                TestWorld.call(
                                        "int4mul",
                                        Types.INT4,
                                        new Expression.Slot(3, Types.INT4, -1),
                                        constant(2, Types.INT4))),
                        TestWorld.columns(List.of(Types.INT4)),
                        Estimate.UNKNOWN);
        var subPlan =
                new Expression.SubPlan(
                        1,
                        Expression.SubPlanKind.SCALAR,
                        inner,
                        List.of(new Expression.SlotBinding(3, input(0, Types.INT4))),
                        null,
                        List.of(),
                        List.of(),
                        Types.INT4);
        var rows =
                TestWorld.values(List.of(Types.INT4), List.of(List.of(1), List.of(2), List.of(2)));
        var plan =
                new Plan.Project(
                        rows,
                        List.of(subPlan),
                        TestWorld.columns(List.of(Types.INT4)),
                        Estimate.UNKNOWN);

        assertThat(world.run(plan)).containsExactly(List.of(2), List.of(4), List.of(4));
    }

    @Test
    void setFunctionsInTheSelectListRunInLockstep() {
        var three =
                TestWorld.call(
                        "generate_series_int4",
                        Types.INT4,
                        constant(1, Types.INT4),
                        constant(3, Types.INT4));
        var two =
                TestWorld.call(
                        "generate_series_int4",
                        Types.INT4,
                        constant(1, Types.INT4),
                        constant(2, Types.INT4));
        var plan =
                new Plan.ProjectSet(
                        new Plan.Result(null, null, List.of(), Estimate.UNKNOWN),
                        List.of(three, two),
                        TestWorld.columns(List.of(Types.INT4, Types.INT4)),
                        Estimate.UNKNOWN);

        assertThat(world.run(plan))
                .containsExactly(List.of(1, 1), List.of(2, 2), Arrays.asList(3, null));
    }

    @Test
    void percentilesInterpolate() {
        var argument = input(1, Types.FLOAT8);
        var function =
                new FunctionRef(
                        0,
                        "percentile_cont",
                        "aggregate_dummy",
                        List.of(Types.FLOAT8, Types.FLOAT8),
                        Types.FLOAT8,
                        true,
                        'i',
                        false,
                        null);
        var call =
                new AggregateCall(
                        function,
                        List.of(argument),
                        List.of(constant(0.5, Types.FLOAT8)),
                        false,
                        List.of(new SortKey(argument, false, false)),
                        null,
                        Types.FLOAT8);
        List<List<@Nullable Object>> rows =
                List.of(List.of(1, 4.0), List.of(1, 1.0), List.of(1, 2.0), List.of(1, 3.0));
        var plan =
                new Plan.Aggregate(
                        Plan.AggregateStrategy.PLAIN,
                        TestWorld.values(List.of(Types.INT4, Types.FLOAT8), rows),
                        List.of(),
                        List.of(Set.of()),
                        List.of(call),
                        List.of(),
                        TestWorld.columns(List.of(Types.FLOAT8)),
                        Estimate.UNKNOWN);

        assertThat(world.run(plan)).containsExactly(List.of(2.5));
    }

    @Test
    void numericSumIsExactBeyondLong() {
        List<List<@Nullable Object>> rows =
                List.of(List.of(Long.MAX_VALUE), List.of(Long.MAX_VALUE), List.of(1L));
        var plan =
                new Plan.Aggregate(
                        Plan.AggregateStrategy.PLAIN,
                        TestWorld.values(List.of(Types.INT8), rows),
                        List.of(),
                        List.of(Set.of()),
                        List.of(aggregate("sum", Types.NUMERIC, input(0, Types.INT8))),
                        List.of(),
                        TestWorld.columns(List.of(Types.NUMERIC)),
                        Estimate.UNKNOWN);

        assertThat(world.run(plan)).containsExactly(List.of(Numeric.parse("18446744073709551615")));
    }
}
