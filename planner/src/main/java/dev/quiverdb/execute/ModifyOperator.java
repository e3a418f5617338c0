package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Plan.CheckKind;
import dev.quiverdb.plan.Relation;
import dev.quiverdb.storage.LockOutcome;
import java.util.BitSet;
import java.util.List;
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
        writer = new RowWriter(target, compiler, references);
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
        @Nullable Object[] all = new @Nullable Object[tableRow.length + 1 + inputRow.length];
        System.arraycopy(tableRow, 0, all, 0, tableRow.length);
        all[tableRow.length] = rowId;
        System.arraycopy(inputRow, 0, all, tableRow.length + 1, inputRow.length);
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
            var from = new Row.OfBatch();
            boolean bulk = batch.size() >= BULK_ROWS_MIN;
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
                writer.check(row);
                if (out == null) {
                    writer.insert(row);
                } else {
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
            writer.check(row);
            var arbiter = conflict;
            long rowId;
            if (arbiter == null) {
                rowId = writer.insert(row);
            } else {
                rowId = arbiter.insert(this, row);
                if (rowId < 0) {
                    return;
                }
            }
            writer.withChecks(checks, row, CheckKind.VIEW);
            done(row, rowId, new Object[0]);
        }
    }

    /** ON CONFLICT. */
    private static final class Conflict {
        private final Plan.OnConflict plan;
        private final RowWriter writer;
        private final int[] arbiters;
        private final Assignments assignments;
        private final @Nullable Evaluator condition;
        private final RowWriter.Checks checks;
        private final Row.Joined both = new Row.Joined();

        Conflict(Plan.OnConflict plan, Compiler compiler, RowWriter writer) {
            this.plan = plan;
            this.writer = writer;
            arbiters = plan.arbiters().stream().mapToInt(Relation.Index::indexId).toArray();
            assignments = new Assignments(plan.assignments(), compiler);
            condition = compiler.compileIf(plan.condition());
            checks = new RowWriter.Checks(plan.updateChecks(), compiler);
        }

        /** The id of the inserted row; -1 if there was a conflict, which is then dealt with. */
        long insert(ModifyOperator operator, @Nullable Object[] row) {
            var transaction = operator.frame.context().transaction();
            int tabletId = writer.relation().tabletId();
            while (true) {
                var outcome = writer.insertOrConflict(row, arbiters);
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
                if (update(operator, row, outcome.rowId())) {
                    return -1;
                }
            }
        }

        private static SqlException twice() {
            return new SqlException(
                            SqlState.CARDINALITY_VIOLATION,
                            "ON CONFLICT DO UPDATE command cannot affect row a second time")
                    .withHint(
                            "Ensure that no rows proposed for insertion within the same command have duplicate"
                                    + " constrained values.");
        }

        /** Updates the row in the way; false if it is gone. */
        private boolean update(ModifyOperator operator, @Nullable Object[] excluded, long rowId) {
            var existing = writer.readLatest(rowId);
            if (existing == null) {
                return false;
            }
            both.set(existing, excluded);
            if (condition != null && !condition.isTrue(both)) {
                return true;
            }
            writer.withChecks(checks, existing, CheckKind.POLICY_USING);
            var after = assignments.apply(existing, both);
            writer.generate(after);
            writer.withChecks(checks, after, CheckKind.POLICY);
            writer.check(after);
            var outcome = writer.update(rowId, existing, after, assignments.assigned);
            switch (outcome) {
                case DONE -> {}
                case SELF_MODIFIED -> throw twice();
                case UPDATED, DELETED, WOULD_BLOCK -> {
                    return false;
                }
            }
            writer.withChecks(checks, after, CheckKind.VIEW);
            operator.done(after, rowId, new Object[0]);
            return true;
        }
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
            var before = rowId == null ? null : writer.read(rowId);
            while (row != null && rowId != null && before != null) {
                var after = assignments.apply(before, source.set(row));
                writer.generate(after);
                writer.withChecks(checks, after, CheckKind.POLICY, CheckKind.POLICY_USING);
                writer.check(after);
                var outcome = writer.update(rowId, before, after, assignments.assigned);
                if (outcome == LockOutcome.DONE) {
                    writer.withChecks(checks, after, CheckKind.VIEW);
                    done(after, rowId, row);
                    return true;
                }
                if (outcome != LockOutcome.UPDATED) {
                    return true;
                }
                row = Recheck.run(plan.input(), frame, plan.marks(), row, Set.of(target.markId()));
                before = writer.readLatest(rowId);
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
            needsRow = plan.returning() != null || !plan.target().referencedBy().isEmpty();
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
            var before = needsRow ? writer.read(rowId) : new Object[0];
            while (row != null && before != null) {
                var outcome = writer.delete(rowId, before);
                if (outcome == LockOutcome.DONE) {
                    done(before, rowId, row);
                    return true;
                }
                if (outcome != LockOutcome.UPDATED) {
                    return true;
                }
                row = Recheck.run(plan.input(), frame, plan.marks(), row, Set.of(target.markId()));
                before = needsRow ? writer.readLatest(rowId) : before;
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

            Action(Plan.MergeAction plan, Compiler compiler) {
                this.plan = plan;
                condition = compiler.compileIf(plan.condition());
                values = compiler.compileAll(plan.values());
                assignments = new Assignments(plan.assignments(), compiler);
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
                    writer.withChecks(checks, values, CheckKind.POLICY);
                    writer.check(values);
                    long inserted = writer.insert(values);
                    writer.withChecks(checks, values, CheckKind.VIEW);
                    done(values, inserted, row);
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
                                "Ensure that not more than one source row matches any one target row.");
            }
            var before = writer.readLatest(rowId);
            if (before == null) {
                return true;
            }
            boolean delete = action.plan.command() == Plan.MergeCommand.DELETE;
            var after = delete ? before : action.assignments.apply(before, source);
            LockOutcome outcome;
            if (delete) {
                outcome = writer.delete(rowId, before);
            } else {
                writer.generate(after);
                writer.withChecks(checks, after, CheckKind.POLICY);
                writer.check(after);
                outcome = writer.update(rowId, before, after, action.assignments.assigned);
            }
            if (outcome == LockOutcome.UPDATED) {
                return false;
            }
            if (outcome == LockOutcome.DONE) {
                changed.add(rowId);
                if (!delete) {
                    writer.withChecks(checks, after, CheckKind.VIEW);
                }
                done(after, rowId, row);
            }
            return true;
        }
    }
}
