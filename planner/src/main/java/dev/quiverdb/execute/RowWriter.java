package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Relation;
import dev.quiverdb.storage.InsertOutcome;
import dev.quiverdb.storage.LockOutcome;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.UniqueViolation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes rows of one table: computes generated and hidden columns, checks constraints, gives
 * PostgreSQL's words to what storage refuses, and leaves referential checks to {@link
 * ReferentialActions}.
 */
final class RowWriter {
    private static final int VALUE_CHARACTERS_MAX = 64;

    private final Relation relation;
    private final ExecutionContext context;
    private final ReferentialActions references;
    private final @Nullable Evaluator[] generated;
    private final Evaluator[] checks;
    private final Row.OfArray row = new Row.OfArray();
    private final int[] allColumnIds;
    private final boolean anyGenerated;
    private boolean orderKnown;
    private int @Nullable [] storedOrder;

    RowWriter(Relation relation, Compiler compiler, ReferentialActions references) {
        this.relation = relation;
        this.references = references;
        context = compiler.frame().context();
        int count = relation.columns().size();
        generated = new Evaluator[count];
        allColumnIds = new int[count];
        boolean any = false;
        for (int i = 0; i < count; i++) {
            var column = relation.columns().get(i);
            generated[i] = compiler.compileIf(column.generated());
            any |= generated[i] != null;
            allColumnIds[i] = column.columnId();
        }
        anyGenerated = any;
        checks =
                compiler.compileAll(
                        relation.checks().stream().map(Relation.Check::condition).toList());
    }

    Relation relation() {
        return relation;
    }

    int width() {
        return allColumnIds.length;
    }

    private Transaction transaction() {
        return context.transaction();
    }

    /** The table row the snapshot sees; null if there is none. */
    @Nullable Object @Nullable [] read(long rowId) {
        @Nullable Object[] values = new @Nullable Object[allColumnIds.length];
        return transaction().fetch(relation.tabletId(), rowId, allColumnIds, values)
                ? values
                : null;
    }

    /** The newest table row. */
    @Nullable Object @Nullable [] readLatest(long rowId) {
        @Nullable Object[] values = new @Nullable Object[allColumnIds.length];
        return transaction().fetchLatest(relation.tabletId(), rowId, allColumnIds, values)
                ? values
                : null;
    }

    /** Fills generated and hidden columns. */
    void generate(@Nullable Object[] values) {
        if (!anyGenerated) {
            return;
        }
        row.set(values);
        for (int i = 0; i < generated.length; i++) {
            var evaluator = generated[i];
            if (evaluator != null) {
                values[i] = evaluator.value(row);
            }
        }
    }

    /** NOT NULL and CHECK. */
    void check(@Nullable Object[] values) {
        for (int i = 0; i < values.length; i++) {
            var column = relation.columns().get(i);
            if (values[i] == null && column.notNull()) {
                throw new SqlException(
                                SqlState.NOT_NULL_VIOLATION,
                                "null value in column \""
                                        + column.name()
                                        + "\" of relation \""
                                        + relation.name()
                                        + "\" violates not-null constraint")
                        .withDetail(failingRow(values))
                        .withTable(relation.schema(), relation.name())
                        .withColumn(column.name());
            }
        }
        row.set(values);
        for (int i = 0; i < checks.length; i++) {
            if (Boolean.FALSE.equals(checks[i].value(row))) {
                var name = relation.checks().get(i).name();
                if (relation.checks().get(i).partition()) {
                    throw outsidePartition(values);
                }
                throw new SqlException(
                                SqlState.CHECK_VIOLATION,
                                "new row for relation \""
                                        + relation.name()
                                        + "\" violates check constraint \""
                                        + name
                                        + "\"")
                        .withDetail(failingRow(values))
                        .withTable(relation.schema(), relation.name())
                        .withConstraint(name);
            }
        }
    }

    /**
     * Whether a batch of whole rows meets NOT NULL and CHECK. If it does not, or a condition fails,
     * {@link #check} says what of which row is wrong.
     */
    boolean passes(Batch rows) {
        for (int i = 0; i < rows.columnCount(); i++) {
            if (relation.columns().get(i).notNull() && rows.column(i).hasNulls()) {
                return false;
            }
        }
        if (checks.length == 0) {
            return true;
        }
        int[] numbers = new int[rows.size()];
        Arrays.setAll(numbers, rows::row);
        try {
            for (var check : checks) {
                var results = check.column(rows, numbers, numbers.length);
                for (int row : numbers) {
                    if (Boolean.FALSE.equals(results.get(row))) {
                        return false;
                    }
                }
            }
        } catch (SqlException e) {
            return false;
        }
        return true;
    }

    /** What the rows of a partition must meet, alone: for a partition that is parted itself. */
    void checkPartition(@Nullable Object[] values) {
        row.set(values);
        for (int i = 0; i < checks.length; i++) {
            if (relation.checks().get(i).partition()
                    && Boolean.FALSE.equals(checks[i].value(row))) {
                throw outsidePartition(values);
            }
        }
    }

    private SqlException outsidePartition(@Nullable Object[] values) {
        return new SqlException(
                        SqlState.CHECK_VIOLATION,
                        "new row for relation \""
                                + relation.name()
                                + "\" violates partition constraint")
                .withDetail(failingRow(values))
                .withTable(relation.schema(), relation.name());
    }

    /** {@code Failing row contains (1, null, x).} */
    private String failingRow(@Nullable Object[] values) {
        var text = new StringBuilder("Failing row contains (");
        boolean first = true;
        for (int i = 0; i < values.length; i++) {
            var column = relation.columns().get(i);
            if (column.hidden()) {
                continue;
            }
            if (!first) {
                text.append(", ");
            }
            first = false;
            var value = values[i];
            text.append(
                    value == null ? "null" : clip(column.type().format(value, context.types())));
        }
        return text.append(").").toString();
    }

    private static String clip(String value) {
        int characters = value.codePointCount(0, value.length());
        return characters <= VALUE_CHARACTERS_MAX
                ? value
                : value.substring(0, value.offsetByCodePoints(0, VALUE_CHARACTERS_MAX)) + "...";
    }

    /** WITH CHECK conditions, compiled once. */
    static final class Checks {
        private final List<Plan.WithCheck> checks;
        private final Evaluator[] conditions;

        Checks(List<Plan.WithCheck> checks, Compiler compiler) {
            this.checks = checks;
            conditions =
                    compiler.compileAll(checks.stream().map(Plan.WithCheck::condition).toList());
        }
    }

    /**
     * Policies are looked at before constraints, views' check options after the row is written.
     *
     * @param kinds which to look at
     */
    void withChecks(Checks all, @Nullable Object[] values, Plan.CheckKind... kinds) {
        for (int i = 0; i < all.conditions.length; i++) {
            var check = all.checks.get(i);
            if (List.of(kinds).contains(check.kind())
                    && !all.conditions[i].isTrue(row.set(values))) {
                throw failed(check, values);
            }
        }
    }

    private SqlException failed(Plan.WithCheck check, @Nullable Object[] values) {
        var policy = check.name().isEmpty() ? "" : " \"" + check.name() + "\"";
        return switch (check.kind()) {
            case VIEW ->
                    new SqlException(
                                    SqlState.WITH_CHECK_OPTION_VIOLATION,
                                    "new row violates check option for view \""
                                            + check.name()
                                            + "\"")
                            .withDetail(failingRow(values));
            case POLICY ->
                    new SqlException(
                            SqlState.INSUFFICIENT_PRIVILEGE,
                            "new row violates row-level security policy"
                                    + policy
                                    + " for table \""
                                    + relation.name()
                                    + "\"");
            case POLICY_USING ->
                    new SqlException(
                            SqlState.INSUFFICIENT_PRIVILEGE,
                            "new row violates row-level security policy"
                                    + policy
                                    + " (USING expression) for table \""
                                    + relation.name()
                                    + "\"");
            case MERGE_USING ->
                    new SqlException(
                            SqlState.INSUFFICIENT_PRIVILEGE,
                            "target row violates row-level security policy"
                                    + policy
                                    + " (USING expression) for table \""
                                    + relation.name()
                                    + "\"");
        };
    }

    /**
     * Positions in the table row in the order in which storage has the columns; null where that is
     * the same order. A column that was added after a hidden one lies behind it there.
     */
    private int @Nullable [] storedOrder() {
        if (!orderKnown) {
            orderKnown = true;
            var columns = transaction().tablet(relation.tabletId()).columns();
            int[] order = new int[columns.size()];
            boolean same = order.length == allColumnIds.length;
            for (int i = 0; i < order.length; i++) {
                order[i] = -1;
                for (int j = 0; j < allColumnIds.length; j++) {
                    if (allColumnIds[j] == columns.get(i).columnId()) {
                        order[i] = j;
                    }
                }
                same &= order[i] == i;
            }
            storedOrder = same ? null : order;
        }
        return storedOrder;
    }

    private @Nullable Object[] stored(@Nullable Object[] values) {
        int[] order = storedOrder();
        if (order == null) {
            return values;
        }
        @Nullable Object[] moved = new @Nullable Object[order.length];
        for (int i = 0; i < order.length; i++) {
            moved[i] = order[i] < 0 ? null : values[order[i]];
        }
        return moved;
    }

    private Batch stored(Batch rows) {
        int[] order = storedOrder();
        if (order == null) {
            return rows;
        }
        var columns = new ArrayList<Column>();
        for (int position : order) {
            columns.add(rows.column(position));
        }
        var moved = new Batch(rows.rows(), columns);
        var selection = rows.selection();
        if (selection != null) {
            moved.select(selection, rows.size());
        }
        return moved;
    }

    /** Inserts a complete, checked row. */
    long insert(@Nullable Object[] values) {
        try {
            long rowId = transaction().insert(relation.tabletId(), stored(values));
            references.inserted(relation, values);
            return rowId;
        } catch (UniqueViolation violation) {
            throw duplicate(violation);
        }
    }

    /** Inserts a row unless a key of the arbiters (none: of all unique indexes) is there. */
    InsertOutcome insertOrConflict(@Nullable Object[] values, int[] arbiterIndexIds) {
        DeferrableKeys.checkArbiters(relation, arbiterIndexIds);
        try {
            var outcome =
                    transaction()
                            .insertOrConflict(relation.tabletId(), stored(values), arbiterIndexIds);
            if (outcome.inserted()) {
                references.inserted(relation, values);
            }
            return outcome;
        } catch (UniqueViolation violation) {
            throw duplicate(violation);
        }
    }

    /** Inserts rows by the bulk path. */
    void insertAll(Batch rows) {
        try {
            transaction().insertBatch(relation.tabletId(), stored(rows));
        } catch (UniqueViolation violation) {
            throw duplicate(violation);
        }
        if (references.wantsInserted(relation)) {
            for (int i = 0; i < rows.size(); i++) {
                references.inserted(relation, RowReader.copy(rows, i));
            }
        }
    }

    /** Writes the columns that differ. */
    LockOutcome update(
            long rowId, @Nullable Object[] before, @Nullable Object[] after, BitSet assigned) {
        var ids = new ArrayList<Integer>();
        var values = new ArrayList<@Nullable Object>();
        for (int i = 0; i < after.length; i++) {
            if (assigned.get(i) || generated[i] != null) {
                ids.add(allColumnIds[i]);
                values.add(after[i]);
            }
        }
        try {
            var outcome =
                    transaction()
                            .update(
                                    relation.tabletId(),
                                    rowId,
                                    ids.stream().mapToInt(Integer::intValue).toArray(),
                                    values.toArray());
            if (outcome == LockOutcome.DONE) {
                references.updated(relation, before, after);
            }
            return outcome;
        } catch (UniqueViolation violation) {
            throw duplicate(violation);
        }
    }

    LockOutcome delete(long rowId, @Nullable Object[] before) {
        var outcome = transaction().delete(relation.tabletId(), rowId);
        if (outcome == LockOutcome.DONE) {
            references.deleted(relation, before);
        }
        return outcome;
    }

    /**
     * Deletes a row that an update puts into another partition.
     *
     * @param within the table that the statement names, above this one
     */
    LockOutcome moveAway(long rowId, @Nullable Object[] before, Relation within) {
        var outcome = transaction().delete(relation.tabletId(), rowId);
        if (outcome == LockOutcome.DONE) {
            references.movedAway(relation, within, before);
        }
        return outcome;
    }

    private SqlException duplicate(UniqueViolation violation) {
        return DeferrableKeys.duplicate(relation, violation, context);
    }
}
