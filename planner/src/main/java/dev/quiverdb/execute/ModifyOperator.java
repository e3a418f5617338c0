package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.plan.Family;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Plan.CheckKind;
import dev.quiverdb.plan.Relation;
import dev.quiverdb.storage.LockOutcome;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * INSERT, UPDATE, DELETE and MERGE: one change for each input row, RETURNING's rows out. A batch is
 * yielded when it is full or the input is done; without RETURNING the whole input is worked off by
 * the first call.
 */
abstract class ModifyOperator extends Operator {
    final Operator input;
    final RowReader reader;
    final RowWriter writer;
    final RowTargets targets;
    private final Relation target;
    private final BatchBuilder builder;
    private final Evaluator @Nullable [] returning;
    private final Row.OfArray returned = new Row.OfArray();
    private long count;

    ModifyOperator(
            Plan plan,
            Relation target,
            Plan.@Nullable Returning returning,
            Operator input,
            Compiler compiler,
            ReferentialActions references) {
        super(compiler.frame(), plan);
        this.input = input;
        this.returning = returning == null ? null : compiler.compileAll(returning.expressions());
        reader = new RowReader(input);
        this.target = target;
        targets = new RowTargets(target, compiler, references);
        writer = targets.first().writer;
        builder = new BatchBuilder(types);
    }

    @Override
    void open() {
        input.open();
        reader.reset();
        builder.reset();
    }

    @Override
    @Nullable Batch next() {
        while (!builder.full()) {
            frame.context().checkCancelled();
            if (!step()) {
                break;
            }
        }
        return builder.take();
    }

    /** Works off one input row (or batch); false at the end. */
    abstract boolean step();

    /** Rows changed so far, for the command tag. */
    final long count() {
        return count;
    }

    final void counted(long rows) {
        count += rows;
    }

    /** Counts a change and makes its RETURNING row. */
    final void done(@Nullable Object[] tableRow, long rowId, @Nullable Object[] inputRow) {
        count++;
        var expressions = returning;
        if (expressions == null) {
            return;
        }
        @Nullable Object[] all = new @Nullable Object[tableRow.length + 2 + inputRow.length];
        System.arraycopy(tableRow, 0, all, 0, tableRow.length);
        all[tableRow.length] = rowId;
        all[tableRow.length + 1] = Integer.toUnsignedLong(target.member(rowId).oid());
        System.arraycopy(inputRow, 0, all, tableRow.length + 2, inputRow.length);
        returned.set(all);
        @Nullable Object[] values = new @Nullable Object[expressions.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = expressions[i].value(returned);
        }
        builder.add(values);
    }

    final boolean returns() {
        return returning != null;
    }

    @Override
    public void close() {
        input.close();
    }

    /** SET clauses, compiled. */
    static final class Assignments {
        private final int[] positions;
        private final Evaluator[] values;
        final BitSet assigned = new BitSet();

        Assignments(List<Plan.Assignment> assignments, Compiler compiler) {
            positions = assignments.stream().mapToInt(Plan.Assignment::position).toArray();
            values = compiler.compileAll(assignments.stream().map(Plan.Assignment::value).toList());
            for (int position : positions) {
                assigned.set(position);
            }
        }

        @Nullable Object[] apply(@Nullable Object[] before, Row source) {
            var after = before.clone();
            for (int i = 0; i < positions.length; i++) {
                after[positions[i]] = values[i].value(source);
            }
            return after;
        }
    }

    /** Values of a new table row: the visible columns by expression, the others computed. */
    static @Nullable Object[] newRow(RowWriter writer, Evaluator[] values, Row source) {
        @Nullable Object[] row = new @Nullable Object[writer.width()];
        int next = 0;
        for (int i = 0; i < row.length && next < values.length; i++) {
            if (!writer.relation().columns().get(i).hidden()) {
                row[i] = values[next++].value(source);
            }
        }
        writer.generate(row);
        return row;
    }

    // ---------------------------------------------------------------- INSERT

    static final class InsertOperator extends ModifyOperator {
        /** From this many rows on a batch goes by storage's bulk path. */
        private static final int BULK_ROWS_MIN = 256;

        private final Plan.Insert plan;
        private final Evaluator[] values;
        private final RowWriter.Checks checks;
        private final @Nullable Conflict conflict;
        private final @Nullable InsertColumns columns;
        private final Row.OfArray source = new Row.OfArray();

        InsertOperator(
                Plan.Insert plan,
                Operator input,
                Compiler compiler,
                ReferentialActions references) {
            super(plan, plan.target(), plan.returning(), input, compiler, references);
            this.plan = plan;
            values = compiler.compileAll(plan.values());
            checks = new RowWriter.Checks(plan.checks(), compiler);
            conflict =
                    plan.onConflict() == null
                            ? null
                            : new Conflict(plan.onConflict(), compiler, writer);
            columns = InsertColumns.of(plan);
        }

        @Override
        boolean step() {
            if (conflict == null && !returns()) {
                var batch = input.next();
                if (batch == null) {
                    return false;
                }
                insertBatch(batch);
                return true;
            }
            var row = reader.next();
            if (row == null) {
                return false;
            }
            insertOne(row);
            return true;
        }

        private void insertBatch(Batch batch) {
            boolean bulk = batch.size() >= BULK_ROWS_MIN && !targets.routes();
            if (bulk && columns != null) {
                var whole = columns.of(batch);
                if (writer.passes(whole)) {
                    writer.insertAll(whole);
                    counted(batch.size());
                    return;
                }
            }
            insertRows(batch, bulk);
        }

        /** Row by row, so that what is wrong shows with the first row it is wrong in. */
        private void insertRows(Batch batch, boolean bulk) {
            var from = new Row.OfBatch();
            var out =
                    bulk
                            ? new BatchBuilder(
                                    plan.target().columns().stream()
                                            .map(Relation.Column::type)
                                            .toArray(dev.quiverdb.base.type.Type[]::new))
                            : null;
            for (int i = 0; i < batch.size(); i++) {
                var row = newRow(writer, values, from.set(batch, batch.row(i)));
                writer.withChecks(checks, row, CheckKind.POLICY, CheckKind.POLICY_USING);
                if (out == null) {
                    var to = targets.route(row);
                    var own = to.fresh(row);
                    to.writer.check(own);
                    to.writer.insert(own);
                } else {
                    writer.check(row);
                    out.add(row);
                    if (out.full() || i == batch.size() - 1) {
                        var rows = out.take();
                        if (rows != null) {
                            writer.insertAll(rows);
                        }
                    }
                }
                writer.withChecks(checks, row, CheckKind.VIEW);
            }
            counted(batch.size());
        }

        private void insertOne(@Nullable Object[] inputRow) {
            source.set(inputRow);
            var row = newRow(writer, values, source);
            writer.withChecks(checks, row, CheckKind.POLICY, CheckKind.POLICY_USING);
            var to = targets.route(row);
            var own = to.fresh(row);
            to.writer.check(own);
            var arbiter = conflict;
            long rowId;
            if (arbiter == null) {
                rowId = to.writer.insert(own);
            } else {
                rowId = arbiter.insert(this, to, row, own);
                if (rowId < 0) {
                    return;
                }
            }
            var written = to.asParent(own);
            writer.withChecks(checks, written, CheckKind.VIEW);
            done(written, to.rowId(rowId), new Object[0]);
        }
    }

    /** ON CONFLICT. */
    private static final class Conflict {
        private final Plan.OnConflict plan;
        private final RowWriter writer;
        private final Map<Integer, int[]> arbiters = new HashMap<>();
        private final Assignments assignments;
        private final @Nullable Evaluator condition;
        private final RowWriter.Checks checks;
        private final Row.Joined both = new Row.Joined();

        Conflict(Plan.OnConflict plan, Compiler compiler, RowWriter writer) {
            this.plan = plan;
            this.writer = writer;
            assignments = new Assignments(plan.assignments(), compiler);
            condition = compiler.compileIf(plan.condition());
            checks = new RowWriter.Checks(plan.updateChecks(), compiler);
        }

        /** The id of the inserted row; -1 if there was a conflict, which is then dealt with. */
        long insert(
                ModifyOperator operator,
                RowTargets.Target to,
                @Nullable Object[] row,
                @Nullable Object[] own) {
            var transaction = operator.frame.context().transaction();
            int tabletId = to.relation().tabletId();
            int[] indexes = arbiters.computeIfAbsent(to.member, _ -> arbiters(to));
            while (true) {
                var outcome = to.writer.insertOrConflict(own, indexes);
                if (outcome.inserted()) {
                    return outcome.rowId();
                }
                if (plan.action() == Plan.ConflictAction.NOTHING) {
                    return -1;
                }
                var locked =
                        transaction.lockRow(
                                tabletId,
                                outcome.rowId(),
                                dev.quiverdb.storage.LockStrength.NO_KEY_UPDATE,
                                dev.quiverdb.storage.WaitPolicy.WAIT);
                if (locked == LockOutcome.DELETED) {
                    continue;
                }
                if (locked == LockOutcome.SELF_MODIFIED) {
                    throw twice();
                }
                if (update(operator, to, row, outcome.rowId())) {
                    return -1;
                }
            }
        }

        /** The target's indexes that are, or belong to, the ones to look at. */
        private int[] arbiters(RowTargets.Target to) {
            var wanted = plan.arbiters().stream().map(Relation.Index::oid).toList();
            return to.relation().indexes().stream()
                    .filter(index ->
                            wanted.contains(index.oid()) || wanted.contains(index.parent()))
                    .mapToInt(Relation.Index::indexId)
                    .toArray();
        }

        private static SqlException twice() {
            return new SqlException(
                            SqlState.CARDINALITY_VIOLATION,
                            "ON CONFLICT DO UPDATE command cannot affect row a second time")
                    .withHint(
                            "Ensure that no rows proposed for insertion within the same command"
                                    + " have duplicate constrained values.");
        }

        /** Updates the row in the way; false if it is gone. */
        private boolean update(
                ModifyOperator operator,
                RowTargets.Target to,
                @Nullable Object[] excluded,
                long rowId) {
            var before = to.writer.readLatest(rowId);
            if (before == null) {
                return false;
            }
            var existing = to.asParent(before);
            both.set(existing, excluded);
            if (condition != null && !condition.isTrue(both)) {
                return true;
            }
            writer.withChecks(checks, existing, CheckKind.POLICY_USING);
            var after = assignments.apply(existing, both);
            var own = to.put(after, before.clone());
            to.writer.generate(own);
            after = to.asParent(own);
            writer.withChecks(checks, after, CheckKind.POLICY);
            if (!to.holds(own)) {
                throw SqlException.notSupported("invalid ON UPDATE specification")
                        .withDetail(
                                "The result tuple would appear in a different partition than the"
                                        + " original tuple.");
            }
            to.writer.check(own);
            var outcome = to.writer.update(rowId, before, own, to.own(assignments.assigned));
            switch (outcome) {
                case DONE -> {}
                case SELF_MODIFIED -> throw twice();
                case UPDATED, DELETED, WOULD_BLOCK -> {
                    return false;
                }
            }
            writer.withChecks(checks, after, CheckKind.VIEW);
            operator.done(after, to.rowId(rowId), new Object[0]);
            return true;
        }
    }

    /** Writes a changed row, in another partition where it belongs there. */
    final RowTargets.Changed change(
            RowTargets.Target at,
            long local,
            @Nullable Object[] before,
            @Nullable Object[] after,
            BitSet assigned,
            RowWriter.Checks policies) {
        return targets.change(
                at,
                local,
                before,
                after,
                assigned,
                row -> writer.withChecks(policies, row, CheckKind.POLICY, CheckKind.POLICY_USING));
    }

    // ---------------------------------------------------------------- UPDATE

    static final class UpdateOperator extends ModifyOperator {
        private final Plan.Update plan;
        private final Assignments assignments;
        private final RowWriter.Checks checks;
        private final Row.OfArray source = new Row.OfArray();

        UpdateOperator(
                Plan.Update plan,
                Operator input,
                Compiler compiler,
                ReferentialActions references) {
            super(plan, plan.target(), plan.returning(), input, compiler, references);
            this.plan = plan;
            assignments = new Assignments(plan.assignments(), compiler);
            checks = new RowWriter.Checks(plan.checks(), compiler);
        }

        @Override
        boolean step() {
            var row = reader.next();
            if (row == null) {
                return false;
            }
            var target = plan.marks().getFirst();
            var rowId = (Long) row[target.rowIdColumn()];
            if (rowId == null) {
                return true;
            }
            var at = targets.of(rowId);
            long local = Family.local(rowId);
            var before = at.writer.read(local);
            while (row != null && before != null) {
                var after = assignments.apply(at.asParent(before), source.set(row));
                var changed = change(at, local, before, after, assignments.assigned, checks);
                if (changed.outcome() == LockOutcome.DONE) {
                    writer.withChecks(checks, changed.row(), CheckKind.VIEW);
                    done(changed.row(), changed.rowId(), row);
                    return true;
                }
                if (changed.outcome() != LockOutcome.UPDATED) {
                    return true;
                }
                row = Recheck.run(plan.input(), frame, plan.marks(), row, Set.of(target.markId()));
                before = at.writer.readLatest(local);
            }
            return true;
        }
    }

    // ---------------------------------------------------------------- DELETE

    static final class DeleteOperator extends ModifyOperator {
        private final Plan.Delete plan;
        private final boolean needsRow;

        DeleteOperator(
                Plan.Delete plan,
                Operator input,
                Compiler compiler,
                ReferentialActions references) {
            super(plan, plan.target(), plan.returning(), input, compiler, references);
            this.plan = plan;
            needsRow =
                    plan.returning() != null
                            || !plan.target().referencedBy().isEmpty()
                            || plan.target().family() != null;
        }

        @Override
        boolean step() {
            var row = reader.next();
            if (row == null) {
                return false;
            }
            var target = plan.marks().getFirst();
            var rowId = (Long) row[target.rowIdColumn()];
            if (rowId == null) {
                return true;
            }
            var at = targets.of(rowId);
            long local = Family.local(rowId);
            var before = needsRow ? at.writer.read(local) : new Object[0];
            while (row != null && before != null) {
                var outcome = at.writer.delete(local, before);
                if (outcome == LockOutcome.DONE) {
                    done(needsRow ? at.asParent(before) : before, rowId, row);
                    return true;
                }
                if (outcome != LockOutcome.UPDATED) {
                    return true;
                }
                row = Recheck.run(plan.input(), frame, plan.marks(), row, Set.of(target.markId()));
                before = needsRow ? at.writer.readLatest(local) : before;
            }
            return true;
        }
    }

    // ---------------------------------------------------------------- MERGE

    static final class MergeOperator extends ModifyOperator {
        private static final class Action {
            final Plan.MergeAction plan;
            final @Nullable Evaluator condition;
            final Evaluator[] values;
            final Assignments assignments;
            final RowWriter.Checks checks;

            Action(Plan.MergeAction plan, Compiler compiler) {
                this.plan = plan;
                condition = compiler.compileIf(plan.condition());
                values = compiler.compileAll(plan.values());
                assignments = new Assignments(plan.assignments(), compiler);
                checks = new RowWriter.Checks(plan.checks(), compiler);
            }
        }

        private final Plan.Merge plan;
        private final List<Action> actions;
        private final RowWriter.Checks checks;
        private final Row.OfArray source = new Row.OfArray();
        private final java.util.Set<Long> changed = new java.util.HashSet<>();

        MergeOperator(
                Plan.Merge plan, Operator input, Compiler compiler, ReferentialActions references) {
            super(plan, plan.target(), plan.returning(), input, compiler, references);
            this.plan = plan;
            actions = plan.actions().stream().map(action -> new Action(action, compiler)).toList();
            checks = new RowWriter.Checks(plan.checks(), compiler);
        }

        @Override
        boolean step() {
            var row = reader.next();
            if (row == null) {
                return false;
            }
            var target = plan.marks().getFirst();
            while (row != null) {
                var rowId = (Long) row[target.rowIdColumn()];
                source.set(row);
                var action = choose(rowId != null);
                if (action == null || perform(action, rowId, row)) {
                    return true;
                }
                row = Recheck.run(plan.input(), frame, plan.marks(), row, Set.of(target.markId()));
            }
            return true;
        }

        private @Nullable Action choose(boolean matched) {
            for (var action : actions) {
                if (action.plan.matched() == matched
                        && (action.condition == null || action.condition.isTrue(source))) {
                    return action;
                }
            }
            return null;
        }

        /** False if the row changed under a lock wait and must be looked at again. */
        private boolean perform(Action action, @Nullable Long rowId, @Nullable Object[] row) {
            return switch (action.plan.command()) {
                case NOTHING -> true;
                case INSERT -> {
                    var values = newRow(writer, action.values, source);
                    writer.withChecks(action.checks, values, CheckKind.POLICY);
                    var to = targets.route(values);
                    var own = to.fresh(values);
                    to.writer.check(own);
                    long inserted = to.writer.insert(own);
                    var written = to.asParent(own);
                    writer.withChecks(checks, written, CheckKind.VIEW);
                    done(written, to.rowId(inserted), row);
                    yield true;
                }
                case UPDATE, DELETE -> {
                    if (rowId == null) {
                        throw new IllegalStateException("MERGE has no row to change");
                    }
                    yield change(action, rowId, row);
                }
            };
        }

        private boolean change(Action action, long rowId, @Nullable Object[] row) {
            if (changed.contains(rowId)) {
                throw new SqlException(
                                SqlState.CARDINALITY_VIOLATION,
                                "MERGE command cannot affect row a second time")
                        .withHint(
                                "Ensure that not more than one source row matches any one target"
                                        + " row.");
            }
            var at = targets.of(rowId);
            long local = Family.local(rowId);
            var before = at.writer.readLatest(local);
            if (before == null) {
                return true;
            }
            var old = at.asParent(before);
            writer.withChecks(action.checks, old, CheckKind.MERGE_USING);
            boolean delete = action.plan.command() == Plan.MergeCommand.DELETE;
            var result =
                    delete
                            ? new RowTargets.Changed(at.writer.delete(local, before), old, rowId)
                            : change(
                                    at,
                                    local,
                                    before,
                                    action.assignments.apply(old, source),
                                    action.assignments.assigned,
                                    action.checks);
            if (result.outcome() == LockOutcome.UPDATED) {
                return false;
            }
            if (result.outcome() == LockOutcome.DONE) {
                changed.add(rowId);
                if (!delete) {
                    writer.withChecks(checks, result.row(), CheckKind.VIEW);
                }
                done(result.row(), result.rowId(), row);
            }
            return true;
        }
    }
}
