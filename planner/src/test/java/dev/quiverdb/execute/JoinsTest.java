package dev.quiverdb.execute;

import static dev.quiverdb.execute.TestWorld.input;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.plan.Estimate;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Plan.JoinKind;
import dev.quiverdb.plan.SortKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All joins of every kind beside a join by two loops. */
final class JoinsTest {
    private static final List<Type> TYPES = List.of(Types.INT4, Types.INT4);

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

    private static List<List<@Nullable Object>> table(SplittableRandom random, int rows) {
        var table = new ArrayList<List<@Nullable Object>>();
        for (int i = 0; i < rows; i++) {
            var row = new ArrayList<@Nullable Object>();
            row.add(random.nextInt(8) == 0 ? null : (Object) random.nextInt(6));
            row.add(random.nextInt(10));
            table.add(row);
        }
        return table;
    }

    /** Joined where the keys are equal and left.b < right.b + 4. */
    private static List<List<@Nullable Object>> expected(
            JoinKind kind, List<List<@Nullable Object>> left, List<List<@Nullable Object>> right) {
        var out = new ArrayList<List<@Nullable Object>>();
        var rightMatched = new boolean[right.size()];
        for (var l : left) {
            boolean matched = false;
            boolean unknown = false;
            for (int i = 0; i < right.size(); i++) {
                var r = right.get(i);
                boolean residual =
                        (Integer) Objects.requireNonNull(l.get(1))
                                < (Integer) Objects.requireNonNull(r.get(1)) + 4;
                unknown |= residual && (l.get(0) == null || r.get(0) == null);
                if (l.get(0) != null && l.get(0).equals(r.get(0)) && residual) {
                    matched = true;
                    rightMatched[i] = true;
                    if (kind != JoinKind.SEMI
                            && kind != JoinKind.ANTI
                            && kind != JoinKind.NULL_AWARE_ANTI) {
                        out.add(concat(l, r));
                    }
                }
            }
            boolean keepsLeft = kind == JoinKind.LEFT || kind == JoinKind.FULL;
            if (!matched && keepsLeft) {
                out.add(concat(l, nulls()));
            }
            if ((kind == JoinKind.SEMI && matched)
                    || (kind == JoinKind.ANTI && !matched)
                    || (kind == JoinKind.NULL_AWARE_ANTI && !matched && !unknown)) {
                out.add(l);
            }
        }
        for (int i = 0; i < right.size(); i++) {
            if (!rightMatched[i] && (kind == JoinKind.RIGHT || kind == JoinKind.FULL)) {
                out.add(concat(nulls(), right.get(i)));
            }
        }
        return out;
    }

    private static List<@Nullable Object> nulls() {
        var row = new ArrayList<@Nullable Object>();
        row.add(null);
        row.add(null);
        return row;
    }

    private static List<@Nullable Object> concat(
            List<@Nullable Object> a, List<@Nullable Object> b) {
        var all = new ArrayList<@Nullable Object>(a);
        all.addAll(b);
        return all;
    }

    private static Expression residual() {
        var plusFour =
                TestWorld.call(
                        "int4pl",
                        Types.INT4,
                        input(3, Types.INT4),
                        TestWorld.constant(4, Types.INT4));
        return TestWorld.less(input(1, Types.INT4), plusFour);
    }

    @Test
    void everyJoinGivesWhatTwoLoopsGive() {
        var random = new SplittableRandom(Long.getLong("seed", 71));
        for (int round = 0; round < 40; round++) {
            var left = table(random, random.nextInt(30));
            var right = table(random, random.nextInt(30));
            world.workMemory(round % 2 == 0 ? 1 << 20 : 300);
            for (var kind : JoinKind.values()) {
                var expected = expected(kind, left, right);
                var leftPlan = TestWorld.values(TYPES, left);
                var rightPlan = TestWorld.values(TYPES, right);
                var key = List.<Expression>of(input(0, Types.INT4));
                var hash =
                        new Plan.HashJoin(
                                kind, leftPlan, rightPlan, key, key, residual(), Estimate.UNKNOWN);
                assertThat(world.run(hash))
                        .as("hash %s", kind)
                        .containsExactlyInAnyOrderElementsOf(expected);
                var condition =
                        new Expression.And(
                                List.of(
                                        TestWorld.equal(input(0, Types.INT4), input(2, Types.INT4)),
                                        residual()),
                                Types.BOOL);
                var loop =
                        new Plan.NestedLoopJoin(
                                kind, leftPlan, rightPlan, List.of(), condition, Estimate.UNKNOWN);
                assertThat(world.run(loop))
                        .as("loop %s", kind)
                        .containsExactlyInAnyOrderElementsOf(expected);
                if (kind != JoinKind.NULL_AWARE_ANTI) {
                    var order = List.of(new SortKey(input(0, Types.INT4), false, false));
                    var merge =
                            new Plan.MergeJoin(
                                    kind,
                                    new Plan.Sort(leftPlan, order, Estimate.UNKNOWN),
                                    new Plan.Sort(rightPlan, order, Estimate.UNKNOWN),
                                    key,
                                    key,
                                    residual(),
                                    Estimate.UNKNOWN);
                    assertThat(world.run(merge))
                            .as("merge %s", kind)
                            .containsExactlyInAnyOrderElementsOf(expected);
                }
            }
        }
    }

    @Test
    void lateralRunsTheRightSideForEachLeftRow() {
        var left =
                TestWorld.values(List.of(Types.INT4), List.of(List.of(1), List.of(0), List.of(3)));
        var series =
                TestWorld.call(
                        "generate_series_int4",
                        Types.INT4,
                        TestWorld.constant(1, Types.INT4),
                        new Expression.Slot(0, Types.INT4, -1));
        var right =
                new Plan.FunctionScan(
                        List.of(new Plan.TableFunction(series, 1)),
                        true,
                        "g",
                        null,
                        TestWorld.columns(List.of(Types.INT4, Types.INT8)),
                        Estimate.UNKNOWN);
        var join =
                new Plan.NestedLoopJoin(
                        JoinKind.LEFT,
                        left,
                        right,
                        List.of(new Expression.SlotBinding(0, input(0, Types.INT4))),
                        null,
                        Estimate.UNKNOWN);

        assertThat(world.run(join))
                .containsExactly(
                        List.of(1, 1, 1L),
                        concat(List.of(0), nulls()),
                        List.of(3, 1, 1L),
                        List.of(3, 2, 2L),
                        List.of(3, 3, 3L));
    }
}
