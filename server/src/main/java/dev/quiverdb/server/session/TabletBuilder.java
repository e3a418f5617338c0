package dev.quiverdb.server.session;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Planner;
import dev.quiverdb.server.QueryPath;
import dev.quiverdb.sql.bind.ddl.DdlAction;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.PartitionConstraints;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.UniqueViolation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Storage's part of definitions: tablets with their columns and indexes, the hidden columns behind
 * index expressions and partial indexes, rewrites and validation of what is there.
 */
final class TabletBuilder {
    private final SessionState state;
    private final StatementRunner statements;

    TabletBuilder(SessionState state, StatementRunner statements) {
        this.state = state;
        this.statements = statements;
    }

    private dev.quiverdb.plan.Relation facts(Relation table) {
        return Planner.relation(table, state.planContext(state.bindContext()));
    }

    private dev.quiverdb.storage.Transaction transaction() {
        return state.transaction().transaction();
    }

    // Tablets.

    /** Empty storage for a table, without indexes. */
    void create(Relation table) {
        List<ColumnSpec> columns = new ArrayList<>();
        for (var column : table.liveColumns()) {
            columns.add(
                    ColumnSpec.of(
                            column.number(),
                            column.name(),
                            state.catalog().type(column.type()),
                            column.typmod()));
        }
        transaction()
                .createTablet(
                        new TabletSpec(table.tablet(), columns, List.of(), table.isTemporary()));
        transaction().nextCommand();
    }

    void drop(Relation table) {
        transaction().dropTablet(table.tablet());
    }

    /** New, empty storage with the same indexes. */
    void truncate(Relation before, Relation after) {
        create(after);
        for (var index : state.catalog().indexes(after.oid())) {
            createIndex(after, index);
        }
        drop(before);
    }

    /** Adds and drops columns without touching rows. */
    void alter(Relation before, Relation after, List<DdlAction.FillColumn> fills) {
        var spec = transaction().tablet(after.tablet());
        for (var column : before.liveColumns()) {
            if (after.column(column.number()).dropped()) {
                spec = spec.withoutColumn(column.number());
            }
        }
        for (var column : after.liveColumns()) {
            boolean known = spec.columns().stream().anyMatch(c -> c.columnId() == column.number());
            if (!known) {
                var type = state.catalog().type(column.type());
                Object missing = null;
                for (var fill : fills) {
                    if (fill.column() == column.number()) {
                        missing = statements.value(fill.sql(), type);
                    }
                }
                spec =
                        spec.withColumn(
                                new ColumnSpec(
                                        column.number(),
                                        column.name(),
                                        type,
                                        column.typmod(),
                                        false,
                                        missing));
            }
        }
        transaction().alterTablet(spec);
        transaction().nextCommand();
    }

    /**
     * Moves all rows to new storage, computing each column anew. The indexes are built over the
     * rows that have moved, as that is faster than one by one.
     */
    void rewrite(Relation before, Relation after, List<String> columns) {
        create(after);
        var indexes = state.catalog().indexes(after.oid());
        for (var index : indexes) {
            var facts = facts(after);
            addHiddenColumns(after, facts, made(facts, index));
        }
        var plan = Planner.rewrite(before, columns, state.planContext(state.bindContext()));
        fill(after, plan, List.of());
        for (var index : indexes) {
            createIndex(after, index);
        }
        drop(before);
    }

    /** Puts a query's rows into a table; answers how many. */
    long fill(Relation table, Plan query, List<@Nullable Object> parameters) {
        var insert = Planner.insert(facts(table), query);
        try (var execution = QueryPath.execute(insert, statements.context(parameters))) {
            execution.finish();
            transaction().nextCommand();
            return execution.modifiedRows();
        }
    }

    // Indexes.

    void createIndex(Relation table, Relation index) {
        var facts = facts(table);
        var made = made(facts, index);
        addHiddenColumns(table, facts, made);
        try {
            transaction()
                    .createIndex(
                            table.tablet(), spec(index, facts, made), state.progress(table, index));
        } catch (UniqueViolation violation) {
            throw duplicate(index, made, violation);
        }
        transaction().nextCommand();
    }

    private static dev.quiverdb.plan.Relation.Index made(
            dev.quiverdb.plan.Relation facts, Relation index) {
        return facts.indexes().stream()
                .filter(i -> i.oid() == index.oid())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no index " + index.name()));
    }

    void dropIndex(Relation table, Relation index) {
        var spec = transaction().tablet(table.tablet());
        if (spec.indexes().stream().anyMatch(i -> i.indexId() == index.oid())) {
            transaction().dropIndex(table.tablet(), index.oid());
            dropHiddenColumns(table, index);
        }
    }

    /** The columns that hold an index's expressions and membership go with it. */
    private void dropHiddenColumns(Relation table, Relation index) {
        var part = index.index();
        if (part == null) {
            return;
        }
        var hidden = new ArrayList<Integer>();
        part.keys().forEach(key -> hidden.add(key.hidden()));
        hidden.add(part.predicateColumn());
        var old = transaction().tablet(table.tablet());
        var spec = old;
        for (int id : hidden) {
            if (id != 0 && old.columns().stream().anyMatch(c -> c.columnId() == id)) {
                spec = spec.withoutColumn(id);
            }
        }
        if (!spec.equals(old)) {
            transaction().alterTablet(spec);
            transaction().nextCommand();
        }
    }

    /** REINDEX. */
    void rebuildIndex(Relation table, Relation index) {
        var facts = facts(table);
        var made = made(facts, index);
        transaction().dropIndex(table.tablet(), index.oid());
        transaction()
                .createIndex(
                        table.tablet(), spec(index, facts, made), state.progress(table, index));
        transaction().nextCommand();
    }

    private IndexSpec spec(
            Relation index,
            dev.quiverdb.plan.Relation facts,
            dev.quiverdb.plan.Relation.Index made) {
        var part = index.index();
        if (part == null) {
            throw new IllegalStateException(index.name() + " is no index");
        }
        List<IndexSpec.Key> keys = new ArrayList<>();
        for (int i = 0; i < made.columns().size(); i++) {
            var key = part.keys().get(i);
            var operatorClass = state.catalog().operatorClass(key.operatorClass());
            keys.add(
                    new IndexSpec.Key(
                            facts.columns().get(made.columns().get(i)).columnId(),
                            key.descending(),
                            key.nullsFirst(),
                            operatorClass == null ? "" : operatorClass.name()));
        }
        var membership =
                made.membership() < 0
                        ? OptionalInt.empty()
                        : OptionalInt.of(facts.columns().get(made.membership()).columnId());
        Map<String, String> options = new HashMap<>(index.options());
        options.remove(IndexSpec.CHECKED_LATER);
        if (made.deferrable()) {
            options.put(IndexSpec.CHECKED_LATER, "true");
        }
        return new IndexSpec(
                index.oid(),
                made.method(),
                keys,
                made.unique(),
                made.nullsNotDistinct(),
                membership,
                options);
    }

    /** Gives the tablet the hidden columns of an index, and their values to rows that are there. */
    private void addHiddenColumns(
            Relation table,
            dev.quiverdb.plan.Relation facts,
            dev.quiverdb.plan.Relation.Index index) {
        List<Integer> hidden = new ArrayList<>();
        for (int position : index.columns()) {
            if (facts.columns().get(position).hidden()) {
                hidden.add(position);
            }
        }
        if (index.membership() >= 0) {
            hidden.add(index.membership());
        }
        var spec = transaction().tablet(table.tablet());
        var old = spec;
        for (int position : hidden) {
            var column = facts.columns().get(position);
            if (old.columns().stream().noneMatch(c -> c.columnId() == column.columnId())) {
                spec =
                        spec.withColumn(
                                new ColumnSpec(
                                        column.columnId(),
                                        "",
                                        column.type(),
                                        column.typmod(),
                                        true,
                                        null));
            }
        }
        if (spec.equals(old)) {
            return;
        }
        transaction().alterTablet(spec);
        transaction().nextCommand();
        int[] columnIds =
                hidden.stream().mapToInt(p -> facts.columns().get(p).columnId()).toArray();
        var plan = Planner.hiddenValues(facts, hidden);
        try (var rows = QueryPath.execute(plan, statements.context(List.of()))) {
            for (var batch = rows.next(); batch != null; batch = rows.next()) {
                update(table.tablet(), columnIds, batch);
                state.checkCancelled();
            }
        }
        transaction().nextCommand();
    }

    private void update(int tablet, int[] columnIds, Batch batch) {
        for (int i = 0; i < batch.size(); i++) {
            int row = batch.row(i);
            @Nullable Object[] values = new @Nullable Object[columnIds.length];
            for (int c = 0; c < values.length; c++) {
                Column column = batch.column(c);
                values[c] = column.get(row);
            }
            long rowId = ((LongColumn) batch.column(columnIds.length)).value(row);
            transaction().update(tablet, rowId, columnIds, values);
        }
    }

    private SqlException duplicate(
            Relation index, dev.quiverdb.plan.Relation.Index made, UniqueViolation violation) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < violation.key().size(); i++) {
            var value = violation.key().get(i);
            var part = index.index();
            int column = part == null ? 0 : part.keys().get(i).column();
            var table = part == null ? null : state.catalog().relation(part.relation());
            if (value == null) {
                values.add("null");
            } else if (table != null && column > 0) {
                values.add(
                        state.catalog()
                                .type(table.column(column).type())
                                .format(value, state.typeContext()));
            } else {
                values.add(value.toString());
            }
        }
        return new SqlException(
                        SqlState.UNIQUE_VIOLATION,
                        "could not create unique index \"" + index.name() + "\"")
                .withDetail(
                        "Key (%s)=(%s) is duplicated."
                                .formatted(
                                        String.join(", ", made.keyTexts()),
                                        String.join(", ", values)));
    }

    // Validation.

    private String name(Relation relation) {
        return Quoting.qualified(state.catalog().schemaName(relation.schema()), relation.name());
    }

    /** Whether a query yields a row. */
    private boolean any(String sql) {
        return !statements.rows(sql).isEmpty();
    }

    void checkNotNull(Relation table, int column) {
        var name = table.column(column).name();
        if (any(
                "SELECT 1 FROM ONLY "
                        + name(table)
                        + " WHERE "
                        + Quoting.identifier(name)
                        + " IS NULL LIMIT 1")) {
            throw new SqlException(
                            SqlState.NOT_NULL_VIOLATION,
                            "column \"%s\" of relation \"%s\" contains null values"
                                    .formatted(name, table.name()))
                    .withTable(state.catalog().schemaName(table.schema()), table.name())
                    .withColumn(name);
        }
    }

    void validate(Relation table, Constraint constraint) {
        if (constraint.kind() == 'f') {
            new ForeignKeyValidation(state, statements).validate(table, constraint);
            return;
        }
        var check = constraint.check();
        if (check != null
                && any(
                        "SELECT 1 FROM ONLY "
                                + name(table)
                                + " WHERE NOT ("
                                + check
                                + ") LIMIT 1")) {
            throw new SqlException(
                            SqlState.CHECK_VIOLATION,
                            "check constraint \"%s\" of relation \"%s\" is violated by some row"
                                    .formatted(constraint.name(), table.name()))
                    .withTable(state.catalog().schemaName(table.schema()), table.name())
                    .withConstraint(constraint.name());
        }
    }

    /** Throws 23514 if rows of a partition do not belong there. */
    void validatePartition(Relation partition, boolean isDefault) {
        var condition = new PartitionConstraints(state.catalog()).sql(partition);
        if (condition != null
                && any(
                        "SELECT 1 FROM "
                                + (partition.isPartitioned() ? "" : "ONLY ")
                                + name(partition)
                                + " WHERE NOT ("
                                + condition
                                + ") LIMIT 1")) {
            throw new SqlException(
                            SqlState.CHECK_VIOLATION,
                            isDefault
                                    ? "updated partition constraint for default partition \"%s\" would be violated by some row"
                                            .formatted(partition.name())
                                    : "partition constraint of relation \"%s\" is violated by some row"
                                            .formatted(partition.name()))
                    .withTable(state.catalog().schemaName(partition.schema()), partition.name());
        }
    }

    /** A domain's new constraint, against every column of the domain. */
    void validateDomain(int domain, Constraint constraint) {
        var type = state.catalog().type(domain);
        for (var relation : state.catalog().objects(Relation.class)) {
            if (!relation.isTable()) {
                continue;
            }
            for (var column : relation.liveColumns()) {
                if (column.type() != domain) {
                    continue;
                }
                var base = type.base();
                var cast = base == null ? "" : "::" + base.formatType(type.baseTypmod());
                var check = constraint.check();
                var condition = check == null ? "value IS NULL" : "NOT (" + check + ")";
                if (any(
                        "SELECT 1 FROM (SELECT %s%s AS value FROM ONLY %s) rows WHERE %s LIMIT 1"
                                .formatted(
                                        Quoting.identifier(column.name()),
                                        cast,
                                        name(relation),
                                        condition))) {
                    throw new SqlException(
                            SqlState.CHECK_VIOLATION,
                            "column \"%s\" of table \"%s\" contains values that violate the new constraint"
                                    .formatted(column.name(), relation.name()));
                }
            }
        }
    }
}
