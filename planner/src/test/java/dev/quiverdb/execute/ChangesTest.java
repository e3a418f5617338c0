package dev.quiverdb.execute;

import static dev.quiverdb.execute.TestWorld.column;
import static dev.quiverdb.execute.TestWorld.constant;
import static dev.quiverdb.execute.TestWorld.input;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.plan.Estimate;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Relation;
import dev.quiverdb.storage.IsolationLevel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** INSERT, UPDATE, DELETE with constraints over a real storage. */
final class ChangesTest {
    private static final List<Type> TYPES = List.of(Types.INT4, Types.TEXT);

    private @TempDir Path directory;
    private TestWorld world;
    private Relation table;

    @BeforeEach
    void open() {
        world = new TestWorld(directory);
        var check =
                new Relation.Check(
                        "t_a_check",
                        TestWorld.call(
                                "int4gt",
                                Types.BOOL,
                                input(0, Types.INT4),
                                constant(0, Types.INT4)));
        table =
                world.create(
                        new Relation(
                                101,
                                101,
                                "public",
                                "t",
                                List.of(
                                        column(1, "a", Types.INT4, true),
                                        column(2, "b", Types.TEXT, false)),
                                List.of(check),
                                List.of(TestWorld.primaryKey(201, "t_pkey", "a")),
                                List.of(),
                                List.of()));
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static Plan.Insert insert(
            Relation target,
            Plan.@Nullable OnConflict conflict,
            List<List<@Nullable Object>> rows) {
        return new Plan.Insert(
                target,
                TestWorld.values(TYPES, rows),
                List.of(input(0, Types.INT4), input(1, Types.TEXT)),
                conflict,
                List.of(),
                null,
                Estimate.UNKNOWN);
    }

    private List<List<@Nullable Object>> all() {
        return world.run(TestWorld.scan(table, -1, 0, 1));
    }

    private static void fails(
            Runnable statement, String state, String message, @Nullable String detail) {
        assertThatThrownBy(statement::run)
                .isInstanceOfSatisfying(
                        SqlException.class,
                        e -> {
                            assertThat(e.state().code()).isEqualTo(state);
                            assertThat(e.message()).isEqualTo(message);
                            assertThat(e.detail()).isEqualTo(detail);
                        });
    }

    @Test
    void insertedRowsAreSeenByTheNextStatement() {
        assertThat(
                        world.change(
                                insert(
                                        table,
                                        null,
                                        List.of(List.of(1, "x"), Arrays.asList(2, null)))))
                .isEqualTo(2);

        assertThat(all()).containsExactly(List.of(1, "x"), Arrays.asList(2, null));
    }

    @Test
    void constraintsSpeakPostgresWords() {
        fails(
                () -> world.change(insert(table, null, List.of(Arrays.asList(null, "x")))),
                "23502",
                "null value in column \"a\" of relation \"t\" violates not-null constraint",
                "Failing row contains (null, x).");
        world.rollback();
        fails(
                () -> world.change(insert(table, null, List.of(List.of(-1, "x")))),
                "23514",
                "new row for relation \"t\" violates check constraint \"t_a_check\"",
                "Failing row contains (-1, x).");
        world.rollback();
        world.change(insert(table, null, List.of(List.of(1, "x"))));
        fails(
                () -> world.change(insert(table, null, List.of(List.of(1, "y")))),
                "23505",
                "duplicate key value violates unique constraint \"t_pkey\"",
                "Key (a)=(1) already exists.");
    }

    @Test
    void onConflictUpdatesTheRowInTheWay() {
        world.change(insert(table, null, List.of(List.of(1, "old"))));
        world.commit();
        var join =
                TestWorld.call("textcat", Types.TEXT, input(1, Types.TEXT), input(3, Types.TEXT));
        var conflict =
                new Plan.OnConflict(
                        Plan.ConflictAction.UPDATE,
                        table.indexes(),
                        List.of(new Plan.Assignment(1, join)),
                        null,
                        List.of());

        assertThat(
                        world.change(
                                insert(
                                        table,
                                        conflict,
                                        List.of(List.of(1, "+new"), List.of(2, "two")))))
                .isEqualTo(2);

        assertThat(all()).containsExactlyInAnyOrder(List.of(1, "old+new"), List.of(2, "two"));
    }

    @Test
    void onConflictMayNotMeetARowTwice() {
        var conflict =
                new Plan.OnConflict(
                        Plan.ConflictAction.UPDATE,
                        table.indexes(),
                        List.of(new Plan.Assignment(1, input(3, Types.TEXT))),
                        null,
                        List.of());

        fails(
                () ->
                        world.change(
                                insert(table, conflict, List.of(List.of(1, "a"), List.of(1, "b")))),
                "21000",
                "ON CONFLICT DO UPDATE command cannot affect row a second time",
                null);
    }

    private Plan.RowMark mark(Relation relation, int rowIdColumn) {
        return new Plan.RowMark(1, relation, rowIdColumn, Plan.RowLock.UPDATE, Plan.LockWait.BLOCK);
    }

    private Plan update(Expression value, @Nullable Expression filter) {
        var source = new Plan.TableSource(table, "t", List.of(0, 1, Plan.ROW_ID), 1);
        return new Plan.Update(
                table,
                new Plan.SeqScan(source, filter, Estimate.UNKNOWN),
                List.of(mark(table, 2)),
                List.of(new Plan.Assignment(1, value)),
                List.of(),
                new Plan.Returning(
                        List.of(input(0, Types.INT4), input(1, Types.TEXT), input(5, Types.TEXT)),
                        TestWorld.columns(List.of(Types.INT4, Types.TEXT, Types.TEXT))),
                Estimate.UNKNOWN);
    }

    @Test
    void updateReturnsTheNewRowBesideTheInput() {
        world.change(insert(table, null, List.of(List.of(1, "x"), List.of(2, "y"))));
        var value =
                TestWorld.call(
                        "textcat", Types.TEXT, input(1, Types.TEXT), constant("!", Types.TEXT));
        var filter = TestWorld.equal(input(0, Types.INT4), constant(2, Types.INT4));

        assertThat(world.run(update(value, filter))).containsExactly(List.of(2, "y!", "y"));
        assertThat(all()).containsExactlyInAnyOrder(List.of(1, "x"), List.of(2, "y!"));
    }

    @Test
    void aRowChangedUnderALockWaitIsLookedAtAgain() throws InterruptedException {
        world.change(insert(table, null, List.of(List.of(1, "x"), List.of(2, "x"))));
        world.commit();
        var other = world.storage().begin(IsolationLevel.READ_COMMITTED);
        other.beginStatement();
        long[] ids = new long[2];
        try (var cursor = other.scan(101, new int[] {1})) {
            cursor.next();
            System.arraycopy(cursor.rowIds(), 0, ids, 0, 2);
        }
        other.update(101, ids[0], new int[] {2}, new Object[] {"taken"});
        other.update(101, ids[1], new int[] {2}, new Object[] {"x2"});
        var committer =
                new Thread(() -> {
                    try {
                        Thread.sleep(150);
                    } catch (InterruptedException stop) {
                        Thread.currentThread().interrupt();
                    }
                    other.commit();
                });
        committer.start();
        var startsWithX =
                TestWorld.call(
                        "text_starts_with",
                        Types.BOOL,
                        input(1, Types.TEXT),
                        constant("x", Types.TEXT));
        var value =
                TestWorld.call(
                        "textcat", Types.TEXT, input(1, Types.TEXT), constant("!", Types.TEXT));

        // Both rows qualify by the snapshot; after the wait only the second still does, with its
        // new value.
        assertThat(world.run(update(value, startsWithX))).containsExactly(List.of(2, "x2!", "x2"));
        committer.join();
        assertThat(all()).containsExactlyInAnyOrder(List.of(1, "taken"), List.of(2, "x2!"));
    }

    private Plan delete(Relation relation, @Nullable Expression filter) {
        var source = new Plan.TableSource(relation, relation.name(), List.of(0, 1, Plan.ROW_ID), 1);
        return new Plan.Delete(
                relation,
                new Plan.SeqScan(source, filter, Estimate.UNKNOWN),
                List.of(mark(relation, 2)),
                null,
                Estimate.UNKNOWN);
    }

    /** Table c(x int, y text) whose x references t(a). */
    private Relation referring(Relation.Action onDelete) {
        var key =
                new Relation.ForeignKey(
                        301,
                        301,
                        "c_x_fkey",
                        List.of(0),
                        new Relation.RelationName(101, "public", "t"),
                        101,
                        201,
                        List.of(0),
                        List.of(0),
                        false,
                        List.of(Relation.KeyCast.none(Types.INT4)),
                        Relation.Match.SIMPLE,
                        false,
                        false);
        var child =
                world.create(
                        new Relation(
                                102,
                                102,
                                "public",
                                "c",
                                List.of(
                                        column(1, "x", Types.INT4, false),
                                        column(2, "y", Types.TEXT, false)),
                                List.of(),
                                List.of(),
                                List.of(key),
                                List.of()));
        var back =
                new Relation.Referenced(
                        301,
                        List.of(),
                        new Relation.RelationName(101, "public", "t"),
                        "c_x_fkey",
                        List.of(0),
                        List.of("a"),
                        102,
                        102,
                        new Relation.RelationName(102, "public", "c"),
                        List.of(0),
                        -1,
                        Relation.Action.NO_ACTION,
                        onDelete,
                        List.of(0),
                        List.of(),
                        List.of(Relation.KeyCast.none(Types.INT4)),
                        List.of(Relation.KeyCast.none(Types.INT4)),
                        false,
                        false);
        table =
                new Relation(
                        101,
                        101,
                        "public",
                        "t",
                        table.columns(),
                        table.checks(),
                        table.indexes(),
                        List.of(),
                        List.of(back));
        world.replace(table);
        return child;
    }

    @Test
    void foreignKeysRefuseMissingAndReferredRows() {
        var child = referring(Relation.Action.NO_ACTION);
        world.change(insert(table, null, List.of(List.of(1, "one"))));
        world.change(insert(child, null, List.of(List.of(1, "c"), Arrays.asList(null, "n"))));
        world.commit();
        fails(
                () -> world.change(insert(child, null, List.of(List.of(9, "c")))),
                "23503",
                "insert or update on table \"c\" violates foreign key constraint \"c_x_fkey\"",
                "Key (x)=(9) is not present in table \"t\".");
        world.rollback();
        fails(
                () -> world.change(delete(table, null)),
                "23503",
                "update or delete on table \"t\" violates foreign key constraint \"c_x_fkey\" on table \"c\"",
                "Key (a)=(1) is still referenced from table \"c\".");
    }

    @Test
    void deletesCascadeOrSetNull() {
        var child = referring(Relation.Action.CASCADE);
        world.change(insert(table, null, List.of(List.of(1, "one"), List.of(2, "two"))));
        world.change(insert(child, null, List.of(List.of(1, "c1"), List.of(2, "c2"))));
        world.commit();

        world.change(delete(table, TestWorld.equal(input(0, Types.INT4), constant(1, Types.INT4))));

        assertThat(world.run(TestWorld.scan(child, -1, 0, 1))).containsExactly(List.of(2, "c2"));
    }

    @Test
    void setNullKeepsTheReferringRow() {
        var child = referring(Relation.Action.SET_NULL);
        world.change(insert(table, null, List.of(List.of(1, "one"))));
        world.change(insert(child, null, List.of(List.of(1, "c1"))));
        world.commit();

        world.change(delete(table, null));

        assertThat(world.run(TestWorld.scan(child, -1, 0, 1)))
                .containsExactly(Arrays.asList(null, "c1"));
    }

    @Test
    void indexScanFindsByKeyAndRange() {
        world.change(
                insert(
                        table,
                        null,
                        List.of(
                                List.of(3, "c"),
                                List.of(1, "a"),
                                List.of(2, "b"),
                                List.of(4, "d"))));
        var source = new Plan.TableSource(table, "t", List.of(1), -1);
        var byKey =
                new Plan.IndexScan(
                        source,
                        table.indexes().getFirst(),
                        List.of(new Plan.IndexKey(new Expression.Parameter(0, Types.INT4), false)),
                        null,
                        false,
                        null,
                        false,
                        false,
                        false,
                        null,
                        Estimate.UNKNOWN);
        var range =
                new Plan.IndexScan(
                        source,
                        table.indexes().getFirst(),
                        List.of(),
                        constant(1, Types.INT4),
                        false,
                        constant(3, Types.INT4),
                        true,
                        false,
                        true,
                        null,
                        Estimate.UNKNOWN);

        assertThat(world.run(byKey, 2)).containsExactly(List.of("b"));
        assertThat(world.run(byKey, 7)).isEmpty();
        assertThat(world.run(range)).containsExactly(List.of("c"), List.of("b"));
    }
}
