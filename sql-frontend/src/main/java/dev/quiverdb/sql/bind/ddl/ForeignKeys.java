package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.bind.ReservedColumns;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.TableElement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes foreign keys, after ATAddForeignKeyConstraint. One over partitioned tables has a part for
 * every partition of either side, as in PostgreSQL: a part of a partition of the referring table
 * refers to the whole referenced table and is asked when rows are put there; a part that refers to
 * a partition of the referenced table is of the whole referring table and is asked when rows go
 * from there. So what happens to a row is always a matter of the keys of its own table.
 */
final class ForeignKeys {
    private static final int COLUMNS_MAX = 32;

    private final Change change;

    ForeignKeys(Change change) {
        this.change = change;
    }

    /** The unique key that a foreign key refers to. */
    private record Referenced(int index, List<Integer> columns) {}

    /**
     * Adds a foreign key; answers the table.
     *
     * @param column of a column constraint; null for a table constraint
     * @param empty the table is new, so there is nothing to check
     */
    Relation add(
            Relation table,
            TableElement.Constraint constraint,
            @Nullable String column,
            boolean empty) {
        var key = constraint.foreignKey();
        if (key == null) {
            throw SqlException.internal("foreign key without reference");
        }
        var target = change.relation(key.table());
        if (target.kind() != 'r') {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE,
                    "referenced relation \"" + target.name() + "\" is not a table");
        }
        if (table.isPartitioned() && constraint.notValid()) {
            throw new SqlException(
                            SqlState.WRONG_OBJECT_TYPE,
                            "cannot add NOT VALID foreign key on partitioned table \""
                                    + table.name()
                                    + "\" referencing relation \""
                                    + target.name()
                                    + "\"")
                    .withDetail("This feature is not yet supported on partitioned tables.");
        }
        checkPersistence(table, target);
        List<String> names = column == null ? key.columns() : List.of(column);
        var numbers = new ArrayList<Integer>();
        for (var name : names) {
            numbers.add(column(table, name).number());
        }
        if (numbers.size() > COLUMNS_MAX) {
            throw new SqlException(
                    SqlState.TOO_MANY_COLUMNS,
                    "cannot have more than " + COLUMNS_MAX + " keys in a foreign key");
        }
        var setColumns = setColumns(table, key, numbers);
        var referenced = referenced(target, key);
        new Owners(change).requireReferences(target, referenced.columns);
        checkGenerated(table, key, numbers);
        if (referenced.columns.size() != numbers.size()) {
            throw new SqlException(
                    SqlState.INVALID_FOREIGN_KEY,
                    "number of referencing and referenced columns for foreign key disagree");
        }
        var wanted = constraint.name();
        var name = wanted != null ? wanted : freeName(table, numbers);
        var equalities = new ArrayList<Integer>();
        for (int i = 0; i < numbers.size(); i++) {
            equalities.add(
                    equality(name, table, numbers.get(i), target, referenced.columns.get(i)));
        }
        if (key.match() == TableElement.MatchType.PARTIAL) {
            throw SqlException.notSupported("MATCH PARTIAL not yet implemented");
        }
        var made =
                Constraint.builder('f', change.newOid(), name, table.schema())
                        .relation(table.oid())
                        .columns(numbers)
                        .references(target.oid(), referenced.columns, referenced.index)
                        .equalities(equalities)
                        .actions(action(key.onUpdate()), action(key.onDelete()), setColumns)
                        .match(key.match() == TableElement.MatchType.FULL ? 'f' : 's')
                        .deferral(constraint.deferrable(), constraint.initiallyDeferred())
                        .validated(empty || !constraint.notValid())
                        .noInherit(!table.isPartitioned())
                        .build();
        change.put(made);
        change.lock(target.oid());
        if (!empty && !constraint.notValid() && !table.isPartitioned()) {
            change.add(new DdlAction.ValidateConstraint(table, made));
        }
        for (var partition : partitions(target)) {
            referTo(made, target, partition);
        }
        for (var partition : partitions(table)) {
            referFrom(made, table, partition, empty);
        }
        return table;
    }

    private List<Relation> partitions(Relation table) {
        return table.isPartitioned() ? new Partitions(change).inOrder(table) : List.of();
    }

    private static void checkPersistence(Relation table, Relation target) {
        boolean fits =
                switch (table.persistence()) {
                    case 't' -> target.persistence() == 't';
                    case 'u' -> target.persistence() != 't';
                    default -> target.persistence() == 'p';
                };
        if (!fits) {
            throw new SqlException(
                    SqlState.INVALID_TABLE_DEFINITION,
                    switch (table.persistence()) {
                        case 't' ->
                                "constraints on temporary tables may reference only temporary"
                                        + " tables";
                        case 'u' ->
                                "constraints on unlogged tables may reference only permanent or"
                                        + " unlogged tables";
                        default ->
                                "constraints on permanent tables may reference only permanent"
                                        + " tables";
                    });
        }
    }

    private static List<Integer> setColumns(
            Relation table, TableElement.ForeignKey key, List<Integer> numbers) {
        var setColumns = new ArrayList<Integer>();
        for (var set : key.onDeleteColumns()) {
            var found = column(table, set);
            if (!numbers.contains(found.number())) {
                throw new SqlException(
                        SqlState.INVALID_COLUMN_REFERENCE,
                        "column \""
                                + set
                                + "\" referenced in ON DELETE SET action must be part of foreign"
                                + " key");
            }
            if (!setColumns.contains(found.number())) {
                setColumns.add(found.number());
            }
        }
        return setColumns;
    }

    /** What an action would have to write must not be computed. */
    private static void checkGenerated(
            Relation table, TableElement.ForeignKey key, List<Integer> numbers) {
        for (int number : numbers) {
            if (!table.column(number).isGenerated()) {
                continue;
            }
            boolean update =
                    switch (key.onUpdate()) {
                        case SET_NULL, SET_DEFAULT, CASCADE -> true;
                        case NO_ACTION, RESTRICT -> false;
                    };
            boolean delete =
                    switch (key.onDelete()) {
                        case SET_NULL, SET_DEFAULT -> true;
                        case CASCADE, NO_ACTION, RESTRICT -> false;
                    };
            if (update || delete) {
                throw new SqlException(
                        SqlState.SYNTAX_ERROR,
                        "invalid "
                                + (update ? "ON UPDATE" : "ON DELETE")
                                + " action for foreign key constraint containing generated column");
            }
        }
    }

    private String freeName(Relation table, List<Integer> numbers) {
        return Names.constraint(
                change.catalog(),
                table.oid(),
                table.name(),
                Names.columns(numbers.stream().map(n -> table.column(n).name()).toList()),
                "fkey");
    }

    private static char action(TableElement.KeyAction action) {
        return switch (action) {
            case NO_ACTION -> 'a';
            case RESTRICT -> 'r';
            case CASCADE -> 'c';
            case SET_NULL -> 'n';
            case SET_DEFAULT -> 'd';
        };
    }

    private static Column column(Relation table, String name) {
        var column = table.column(name);
        if (column != null) {
            return column;
        }
        if (ReservedColumns.contains(name)) {
            throw SqlException.notSupported("system columns cannot be used in foreign keys");
        }
        throw new SqlException(
                SqlState.UNDEFINED_COLUMN,
                "column \"" + name + "\" referenced in foreign key constraint does not exist");
    }

    // ------------------------------------------------------------------ the referenced key

    private Referenced referenced(Relation target, TableElement.ForeignKey key) {
        if (key.referenced().isEmpty()) {
            for (var constraint : change.catalog().constraints(target.oid())) {
                if (constraint.kind() == 'p') {
                    checkDeferrable(constraint, target);
                    return new Referenced(constraint.index(), constraint.columns());
                }
            }
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT,
                    "there is no primary key for referenced table \"" + target.name() + "\"");
        }
        var numbers = new ArrayList<Integer>();
        for (var name : key.referenced()) {
            numbers.add(column(target, name).number());
        }
        Set<Integer> wanted = new HashSet<>(numbers);
        if (wanted.size() != numbers.size()) {
            throw new SqlException(
                    SqlState.INVALID_FOREIGN_KEY,
                    "foreign key referenced-columns list must not contain duplicates");
        }
        Constraint deferrable = null;
        for (var index : change.catalog().indexes(target.oid())) {
            var part = index.index();
            if (part == null || !part.unique() || part.predicate() != null || !part.valid()) {
                continue;
            }
            var keys = new HashSet<Integer>();
            for (var one : part.keys().subList(0, part.keyCount())) {
                keys.add(one.column());
            }
            if (!keys.equals(wanted) || keys.contains(0) || part.keyCount() != wanted.size()) {
                continue;
            }
            var constraint = change.catalog().constraintOfIndex(index);
            if (constraint != null && constraint.deferrable()) {
                deferrable = constraint;
                continue;
            }
            return new Referenced(index.oid(), numbers);
        }
        if (deferrable != null) {
            throw new SqlException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "cannot use a deferrable unique constraint for referenced table \""
                            + target.name()
                            + "\"");
        }
        throw new SqlException(
                SqlState.INVALID_FOREIGN_KEY,
                "there is no unique constraint matching given keys for referenced table \""
                        + target.name()
                        + "\"");
    }

    private static void checkDeferrable(Constraint constraint, Relation target) {
        if (constraint.deferrable()) {
            throw new SqlException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "cannot use a deferrable primary key for referenced table \""
                            + target.name()
                            + "\"");
        }
    }

    private int equality(String name, Relation table, int column, Relation target, int referenced) {
        var from = change.catalog().type(table.column(column).type());
        var to = change.catalog().type(target.column(referenced).type());
        int operator = change.expressions().equality(to, from);
        if (operator == 0) {
            throw new SqlException(
                            SqlState.DATATYPE_MISMATCH,
                            "foreign key constraint \"" + name + "\" cannot be implemented")
                    .withDetail(
                            "Key columns \""
                                    + table.column(column).name()
                                    + "\" and \""
                                    + target.column(referenced).name()
                                    + "\" are of incompatible types: "
                                    + from.formatType(-1)
                                    + " and "
                                    + to.formatType(-1)
                                    + ".");
        }
        return operator;
    }

    // ------------------------------------------------------------------ partitions

    /**
     * A new partition takes its parent's foreign keys, and what refers to its parent refers to it.
     *
     * @param empty it has no rows to check
     */
    void attach(Relation parent, Relation partition, boolean empty) {
        for (var key : change.catalog().referencing(partition.oid())) {
            if (key.relation() == parent.oid()) {
                throw new SqlException(
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "cannot attach table \""
                                + partition.name()
                                + "\" as a partition because it is referenced by foreign key \""
                                + key.name()
                                + "\"");
            }
        }
        for (var key : change.catalog().constraints(parent.oid())) {
            if (key.kind() == 'f' && !key.isOfReferencedPartition(change.catalog())) {
                referFrom(key, parent, partition, empty);
            }
        }
        for (var key : change.catalog().referencing(parent.oid())) {
            if (!key.isOfReferringPartition(change.catalog())) {
                referTo(key, parent, partition);
            }
        }
    }

    /** What was a partition keeps its foreign keys; what refers to its parent leaves it alone. */
    void detach(Relation parent, Relation partition) {
        for (var key : change.catalog().constraints(partition.oid())) {
            if (key.kind() == 'f' && key.isOfReferringPartition(change.catalog())) {
                var alone = key.toBuilder().parent(0).build();
                change.put(alone);
                var target = change.catalog().relation(key.referencedRelation());
                if (target != null) {
                    change.lock(target.oid());
                    for (var below : partitions(target)) {
                        referTo(alone, target, below);
                    }
                }
            }
        }
        var above = change.catalog().relation(parent.oid());
        for (var key : change.catalog().referencing(partition.oid())) {
            if (key.isOfReferencedPartition(change.catalog())
                    && change.catalog().object(key.parent()) instanceof Constraint whole
                    && whole.referencedRelation() == parent.oid()) {
                change.lock(key.relation());
                boolean refersToItself = above != null && isAncestor(key.relation(), above);
                change.add(new DdlAction.CheckUnreferenced(partition, key, refersToItself));
                new Drops(change).removeWithParts(key);
            }
        }
    }

    private boolean isAncestor(int table, Relation relation) {
        return relation.oid() == table
                || relation.parents().stream()
                        .map(change.catalog()::relation)
                        .anyMatch(parent -> parent != null && isAncestor(table, parent));
    }

    /** The part of a foreign key for a partition of the referring table. */
    private void referFrom(Constraint key, Relation parent, Relation partition, boolean empty) {
        change.lock(partition.oid());
        var columns = numbers(key.columns(), parent, partition);
        var own = matching(key, partition, columns);
        if (own != null) {
            for (var part : change.catalog().constraints(partition.oid())) {
                if (part.parent() == own.oid()) {
                    new Drops(change).removeWithParts(part);
                }
            }
            change.put(own.toBuilder().parent(key.oid()).build());
            return;
        }
        boolean taken =
                change.catalog().constraints(partition.oid()).stream()
                        .anyMatch(c -> c.name().equals(key.name()));
        var made =
                key.toBuilder()
                        .oid(change.newOid())
                        .name(taken ? freeName(partition, columns) : key.name())
                        .schema(partition.schema())
                        .relation(partition.oid())
                        .columns(columns)
                        .actions(
                                key.onUpdate(),
                                key.onDelete(),
                                numbers(key.deleteSetColumns(), parent, partition))
                        .noInherit(false)
                        .parent(key.oid())
                        .build();
        change.put(made);
        if (!empty && !partition.isPartitioned()) {
            change.add(new DdlAction.ValidateConstraint(partition, made));
        }
        for (var below : partitions(partition)) {
            referFrom(made, partition, below, empty);
        }
    }

    /** A foreign key that a partition to be has itself, and that may be the part of another. */
    private @Nullable Constraint matching(
            Constraint key, Relation partition, List<Integer> columns) {
        for (var own : change.catalog().constraints(partition.oid())) {
            if (own.kind() == 'f'
                    && own.parent() == 0
                    && own.validated()
                    && own.referencedRelation() == key.referencedRelation()
                    && own.columns().equals(columns)
                    && own.referencedColumns().equals(key.referencedColumns())
                    && own.equalities().equals(key.equalities())
                    && own.onUpdate() == key.onUpdate()
                    && own.onDelete() == key.onDelete()
                    && own.match() == key.match()
                    && own.deferrable() == key.deferrable()
                    && own.initiallyDeferred() == key.initiallyDeferred()) {
                return own;
            }
        }
        return null;
    }

    /** The part of a foreign key that refers to a partition of the referenced table. */
    private void referTo(Constraint key, Relation parent, Relation partition) {
        var table = change.catalog().relation(key.relation());
        if (table == null) {
            throw SqlException.internal("a foreign key of nothing");
        }
        change.lock(table.oid());
        change.lock(partition.oid());
        int index = 0;
        for (var own : change.catalog().indexes(partition.oid())) {
            if (own.parents().contains(key.index())) {
                index = own.oid();
            }
        }
        if (index == 0) {
            throw SqlException.internal(
                    "partition " + partition.name() + " lacks the key that is referred to");
        }
        var made =
                key.toBuilder()
                        .oid(change.newOid())
                        .name(freeName(table, key.columns()))
                        .references(
                                partition.oid(),
                                numbers(key.referencedColumns(), parent, partition),
                                index)
                        .noInherit(false)
                        .parent(key.oid())
                        .build();
        change.put(made);
        for (var below : partitions(partition)) {
            referTo(made, partition, below);
        }
    }

    private static List<Integer> numbers(List<Integer> columns, Relation parent, Relation child) {
        return columns.stream().map(n -> TableCreator.number(parent, child, n)).toList();
    }
}
