package dev.quiverdb.execute;

import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.plan.Family;
import dev.quiverdb.plan.Relation;
import dev.quiverdb.storage.LockOutcome;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The tables whose rows a statement changes: one, or a family of them. Expressions of the statement
 * see every row as a row of the family's table; each member's writer takes the member's own.
 */
final class RowTargets {
    /** One table of the family. */
    static final class Target {
        final RowWriter writer;
        final int member;
        private final Relation parent;
        private final int @Nullable [] positions;
        private final @Nullable Evaluator constraint;
        private final Row.OfArray row = new Row.OfArray();

        private Target(
                RowWriter writer,
                int member,
                Relation parent,
                int @Nullable [] positions,
                @Nullable Evaluator constraint) {
            this.writer = writer;
            this.member = member;
            this.parent = parent;
            this.positions = positions;
            this.constraint = constraint;
        }

        Relation relation() {
            return writer.relation();
        }

        /** A member's row as one of the family's table. */
        @Nullable Object[] asParent(@Nullable Object[] own) {
            int[] at = positions;
            if (at == null) {
                return own;
            }
            @Nullable Object[] row = new @Nullable Object[parent.columns().size()];
            for (int i = 0; i < at.length; i++) {
                row[i] = own[at[i]];
            }
            return row;
        }

        /** The columns of the family's table put into a member's row; others stay as they are. */
        @Nullable Object[] put(@Nullable Object[] parentRow, @Nullable Object[] own) {
            int[] at = positions;
            if (at == null) {
                return parentRow;
            }
            for (int i = 0; i < at.length; i++) {
                own[at[i]] = parentRow[i];
            }
            return own;
        }

        /** A new row of the member, complete. */
        @Nullable Object[] fresh(@Nullable Object[] parentRow) {
            if (positions == null) {
                return parentRow;
            }
            var own = put(parentRow, new @Nullable Object[writer.width()]);
            writer.generate(own);
            return own;
        }

        BitSet own(BitSet assigned) {
            int[] at = positions;
            if (at == null) {
                return assigned;
            }
            var mapped = new BitSet();
            assigned.stream().forEach(position -> mapped.set(at[position]));
            return mapped;
        }

        /** Whether a member's row may stay where it is. */
        boolean holds(@Nullable Object[] own) {
            return constraint == null || !Boolean.FALSE.equals(constraint.value(row.set(own)));
        }

        /** The row id that the statement knows a member's row by. */
        long rowId(long local) {
            return Family.base(member) | local;
        }
    }

    /** What became of an update: the row as one of the statement's table, and its id. */
    static final class Changed {
        private final LockOutcome outcome;
        private final @Nullable Object[] row;
        private final long rowId;

        Changed(LockOutcome outcome, @Nullable Object[] row, long rowId) {
            this.outcome = outcome;
            this.row = row;
            this.rowId = rowId;
        }

        LockOutcome outcome() {
            return outcome;
        }

        @Nullable Object[] row() {
            return row;
        }

        long rowId() {
            return rowId;
        }
    }

    private final Target[] targets;
    private final ReferentialActions references;
    private final @Nullable RowRouter router;

    RowTargets(Relation relation, Compiler compiler, ReferentialActions references) {
        this.references = references;
        var family = relation.family();
        if (family == null) {
            targets =
                    new Target[] {
                        new Target(
                                new RowWriter(relation, compiler, references),
                                0,
                                relation,
                                null,
                                null)
                    };
            router = null;
            return;
        }
        targets = new Target[family.members().size()];
        for (int i = 0; i < targets.length; i++) {
            var member = family.members().get(i);
            targets[i] =
                    new Target(
                            new RowWriter(
                                    i == 0 ? relation : member.relation(), compiler, references),
                            i,
                            relation,
                            i == 0 ? null : positions(member.positions()),
                            compiler.compileIf(member.constraint()));
        }
        var partitioning = family.partitioning();
        router = partitioning == null ? null : new RowRouter(partitioning, compiler);
    }

    private static int[] positions(List<Integer> positions) {
        return positions.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The table that the statement names. */
    Target first() {
        return targets[0];
    }

    Target of(long rowId) {
        return targets[Family.member(rowId)];
    }

    /** Whether new rows go to partitions. */
    boolean routes() {
        return router != null;
    }

    /** Where a new row of the family's table goes. */
    Target route(@Nullable Object[] parentRow) {
        if (router == null) {
            return targets[0];
        }
        targets[0].writer.checkPartition(parentRow);
        return targets[router.route(parentRow)];
    }

    /**
     * Writes a changed row, in another partition where it belongs there.
     *
     * @param local the row's id in its own table
     * @param before the row as one of its own table
     * @param after the row as one of the statement's table, without what is computed from it
     * @param check looks at the complete row before it is written
     */
    Changed change(
            Target at,
            long local,
            @Nullable Object[] before,
            @Nullable Object[] after,
            BitSet assigned,
            Consumer<@Nullable Object[]> check) {
        var own = at.put(after, before.clone());
        at.writer.generate(own);
        var row = at.asParent(own);
        check.accept(row);
        if (routes() && !at.holds(own)) {
            return move(at, local, before, row);
        }
        at.writer.check(own);
        var outcome = at.writer.update(local, before, own, at.own(assigned));
        return new Changed(outcome, row, at.rowId(local));
    }

    private Changed move(
            Target from, long local, @Nullable Object[] before, @Nullable Object[] row) {
        var to = route(row);
        var moved = to.fresh(row);
        to.writer.check(moved);
        var outcome = from.writer.moveAway(local, before, first().relation());
        if (outcome != LockOutcome.DONE) {
            return new Changed(outcome, row, from.rowId(local));
        }
        long rowId = to.writer.insert(moved);
        var written = to.asParent(moved);
        references.moved(first().relation(), from.asParent(before), written);
        return new Changed(outcome, written, to.rowId(rowId));
    }
}
