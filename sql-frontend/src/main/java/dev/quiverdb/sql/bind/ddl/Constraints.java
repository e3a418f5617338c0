package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.TableElement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes table constraints. */
final class Constraints {
    private final Change change;

    Constraints(Change change) {
        this.change = change;
    }

    /**
     * Adds a constraint; answers the table, which a primary key changes.
     *
     * @param column of a column constraint; null for a table constraint
     * @param empty the table is new, so there is nothing to check
     */
    Relation add(
            Relation table,
            TableElement.Constraint constraint,
            @Nullable String column,
            boolean empty) {
        var name = constraint.name();
        if (name != null
                && change.catalog().constraints(table.oid()).stream()
                        .anyMatch(c -> c.name().equals(name))) {
            throw new SqlException(
                    SqlState.DUPLICATE_OBJECT,
                    "constraint \""
                            + name
                            + "\" for relation \""
                            + table.name()
                            + "\" already exists");
        }
        return switch (constraint.kind()) {
            case CHECK -> check(table, constraint, column, empty);
            case PRIMARY_KEY, UNIQUE -> key(table, constraint, column, empty);
            case FOREIGN_KEY -> new ForeignKeys(change).add(table, constraint, column, empty);
            case EXCLUSION ->
                    throw SqlException.notSupported("exclusion constraints are not supported");
            default -> throw SqlException.internal("no table constraint: " + constraint.kind());
        };
    }

    // ------------------------------------------------------------------ CHECK

    private Relation check(
            Relation table,
            TableElement.Constraint constraint,
            @Nullable String column,
            boolean empty) {
        Expr expression = constraint.expression();
        if (expression == null) {
            throw SqlException.internal("CHECK without expression");
        }
        var stored = change.expressions().check(expression, table);
        var wanted = constraint.name();
        var only =
                stored.columns().size() == 1
                        ? table.column(stored.columns().getFirst()).name()
                        : "";
        var name =
                wanted != null
                        ? wanted
                        : Names.constraint(
                                change.catalog(), table.oid(), table.name(), only, "check");
        var made =
                putCheck(
                        table,
                        name,
                        stored.sql(),
                        stored.columns(),
                        constraint.noInherit(),
                        !constraint.notValid() || empty);
        if (!empty && !constraint.notValid()) {
            change.add(new DdlAction.ValidateConstraint(table, made));
        }
        if (!constraint.noInherit()) {
            for (var child : change.catalog().children(table.oid())) {
                inherit(made, table, child, !empty && !constraint.notValid());
            }
        }
        return table;
    }

    /** The same CHECK on a table that inherits. */
    private void inherit(Constraint check, Relation parent, Relation child, boolean validate) {
        change.lock(child.oid());
        if (change.catalog().constraints(child.oid()).stream()
                .anyMatch(own -> own.name().equals(check.name()))) {
            change.notice("merging constraint \"" + check.name() + "\" with inherited definition");
            return;
        }
        var sql = check.check();
        if (sql == null) {
            throw SqlException.internal("CHECK without expression");
        }
        var made =
                putCheck(
                        child,
                        check.name(),
                        sql,
                        check.columns().stream()
                                .map(number -> TableCreator.number(parent, child, number))
                                .toList(),
                        false,
                        check.validated());
        if (validate) {
            change.add(new DdlAction.ValidateConstraint(child, made));
        }
        for (var below : change.catalog().children(child.oid())) {
            inherit(made, child, below, validate);
        }
    }

    Constraint putCheck(
            Relation table,
            String name,
            String sql,
            List<Integer> columns,
            boolean noInherit,
            boolean validated) {
        var made =
                Constraint.builder('c', change.newOid(), name, table.schema())
                        .relation(table.oid())
                        .columns(columns)
                        .validated(validated)
                        .noInherit(noInherit)
                        .check(sql)
                        .build();
        change.put(made);
        return made;
    }

    // ------------------------------------------------------------------ keys

    private Relation key(
            Relation made,
            TableElement.Constraint constraint,
            @Nullable String column,
            boolean empty) {
        boolean primary = constraint.kind() == TableElement.ConstraintKind.PRIMARY_KEY;
        var table = made;
        if (primary
                && change.catalog().constraints(table.oid()).stream()
                        .anyMatch(c -> c.kind() == 'p')) {
            throw new SqlException(
                            SqlState.INVALID_TABLE_DEFINITION,
                            "multiple primary keys for table \""
                                    + table.name()
                                    + "\" are not allowed")
                    .withPosition(constraint.offset() + 1);
        }
        var existing = constraint.indexName();
        if (existing != null) {
            return usingIndex(table, constraint, existing, primary);
        }
        List<String> keys = column == null ? constraint.keys() : List.of(column);
        var numbers = new ArrayList<Integer>();
        var names = new ArrayList<String>();
        for (var key : keys) {
            var found = keyColumn(table, key, constraint, primary);
            if (numbers.contains(found.number())) {
                throw new SqlException(
                                SqlState.DUPLICATE_COLUMN,
                                "column \""
                                        + key
                                        + "\" appears twice in "
                                        + (primary ? "primary key" : "unique")
                                        + " constraint")
                        .withPosition(constraint.offset() + 1);
            }
            numbers.add(found.number());
            names.add(found.name());
        }
        if (primary) {
            for (int number : numbers) {
                var old = table.column(number);
                if (!old.notNull()) {
                    if (!empty) {
                        change.add(new DdlAction.CheckNotNull(table, number));
                    }
                    table = table.toBuilder().column(old.withNotNull(true)).build();
                }
            }
            if (table != made) {
                change.put(table);
            }
        }
        var wanted = constraint.name();
        var allNames = new ArrayList<>(names);
        allNames.addAll(constraint.including());
        var name =
                wanted != null
                        ? wanted
                        : primary
                                ? Names.relation(
                                        change.catalog(), table.schema(), table.name(), "", "pkey")
                                : Names.relation(
                                        change.catalog(),
                                        table.schema(),
                                        table.name(),
                                        Names.columns(allNames),
                                        "key");
        Relations.checkFree(change, table.schema(), name, false);
        var index =
                new IndexCreator(change)
                        .forConstraint(
                                table,
                                name,
                                numbers,
                                including(table, constraint),
                                primary,
                                constraint.nullsNotDistinct(),
                                TableCreator.options(constraint.options()));
        putKey(table, name, numbers, primary, index, constraint);
        if (table.isPartitioned()) {
            for (var partition : change.catalog().children(table.oid())) {
                change.lock(partition.oid());
                notNull(partition, table, primary ? numbers : List.of());
                new Inheritance(change).partitionIndexes(table, partition(partition));
            }
        }
        return table;
    }

    private Relation partition(Relation partition) {
        var now = change.catalog().relation(partition.oid());
        return now == null ? partition : now;
    }

    /** Key columns of a partitioned table's primary key are not null in its partitions either. */
    private void notNull(Relation partition, Relation parent, List<Integer> numbers) {
        for (int number : numbers) {
            var table = partition(partition);
            var column = table.column(TableCreator.number(parent, table, number));
            if (!column.notNull()) {
                change.add(new DdlAction.CheckNotNull(table, column.number()));
                change.put(table.toBuilder().column(column.withNotNull(true)).build());
            }
        }
    }

    private void putKey(
            Relation table,
            String name,
            List<Integer> numbers,
            boolean primary,
            Relation index,
            TableElement.Constraint constraint) {
        change.put(
                Constraint.builder(primary ? 'p' : 'u', change.newOid(), name, table.schema())
                        .relation(table.oid())
                        .columns(numbers)
                        .index(index.oid())
                        .deferral(constraint.deferrable(), constraint.initiallyDeferred())
                        .noInherit(true)
                        .build());
        if (constraint.deferrable()) {
            change.buildBehind(table, index);
        }
    }

    private Relation usingIndex(
            Relation made, TableElement.Constraint constraint, String indexName, boolean primary) {
        var table = made;
        var index = change.catalog().relation(table.schema(), indexName);
        var part = index == null ? null : index.index();
        if (index == null || part == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT, "index \"" + indexName + "\" does not exist");
        }
        if (part.relation() != table.oid()) {
            throw new SqlException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "index \""
                            + indexName
                            + "\" does not belong to table \""
                            + table.name()
                            + "\"");
        }
        if (!part.unique()) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE, "\"" + indexName + "\" is not a unique index");
        }
        var numbers = new ArrayList<Integer>();
        for (var key : part.keys().subList(0, part.keyCount())) {
            numbers.add(key.column());
        }
        if (primary) {
            for (int number : numbers) {
                var old = table.column(number);
                if (!old.notNull()) {
                    change.add(new DdlAction.CheckNotNull(table, number));
                    table = table.toBuilder().column(old.withNotNull(true)).build();
                }
            }
            if (table != made) {
                change.put(table);
            }
        }
        var wanted = constraint.name();
        var name = wanted == null ? indexName : wanted;
        var changed =
                index.toBuilder()
                        .name(name)
                        .index(
                                new Relation.Index(
                                        part.relation(),
                                        part.method(),
                                        part.keys(),
                                        part.keyCount(),
                                        true,
                                        primary,
                                        part.nullsNotDistinct(),
                                        part.predicate(),
                                        part.predicateColumn(),
                                        part.valid(),
                                        part.clustered()))
                        .build();
        change.put(changed);
        if (!name.equals(indexName)) {
            change.notice(
                    "ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index \""
                            + indexName
                            + "\" to \""
                            + name
                            + "\"");
        }
        putKey(table, name, numbers, primary, changed, constraint);
        return table;
    }

    private static List<Integer> including(Relation table, TableElement.Constraint constraint) {
        var numbers = new ArrayList<Integer>();
        for (var name : constraint.including()) {
            var column = table.column(name);
            if (column == null) {
                throw new SqlException(
                                SqlState.UNDEFINED_COLUMN,
                                "column \"" + name + "\" named in key does not exist")
                        .withPosition(constraint.offset() + 1);
            }
            numbers.add(column.number());
        }
        return numbers;
    }

    private static Column keyColumn(
            Relation table, String name, TableElement.Constraint constraint, boolean primary) {
        var column = table.column(name);
        if (column == null) {
            throw new SqlException(
                            SqlState.UNDEFINED_COLUMN,
                            "column \"" + name + "\" named in key does not exist")
                    .withPosition(constraint.offset() + 1);
        }
        return column;
    }
}
