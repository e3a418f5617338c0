package dev.quiverdb.server.catalog;

import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.SystemRelations;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** information_schema: constraints of tables and domains. */
final class ConstraintRows {
    /** All privileges but SELECT, which the standard leaves out here. */
    private static final String CHANGING = "awdDxt";

    private final SessionView view;
    private final Catalog catalog;
    private final String database;
    private final Texts texts;
    private final Privileges privileges;

    ConstraintRows(SessionView view) {
        this.view = view;
        catalog = view.catalog();
        database = view.databaseName();
        texts = new Texts(view, false);
        privileges = new Privileges(catalog, view.currentUser());
    }

    private String schema(int oid) {
        return catalog.schemaName(oid);
    }

    private List<Relation> tables() {
        var found = new ArrayList<Relation>();
        for (var relation : SystemRelations.all()) {
            if (relation.isTable()) {
                found.add(relation);
            }
        }
        for (var relation : catalog.objects(Relation.class)) {
            boolean foreign =
                    relation.isTemporary() && relation.schema() != view.searchPath().temporary();
            if (relation.isTable() && !foreign) {
                found.add(relation);
            }
        }
        return found;
    }

    private List<Constraint> constraints() {
        return catalog.objects(Constraint.class);
    }

    private @Nullable Relation table(Constraint constraint) {
        return constraint.relation() == 0 ? null : catalog.relation(constraint.relation());
    }

    void tableConstraints(TableRows rows) {
        for (var constraint : constraints()) {
            var table = table(constraint);
            if (table == null || !privileges.anyColumn(table, CHANGING)) {
                continue;
            }
            var index = catalog.relation(constraint.index());
            var part = index == null || constraint.kind() != 'u' ? null : index.index();
            rows.add(
                    database,
                    schema(constraint.schema()),
                    constraint.name(),
                    database,
                    schema(table.schema()),
                    table.name(),
                    switch (constraint.kind()) {
                        case 'c' -> "CHECK";
                        case 'f' -> "FOREIGN KEY";
                        case 'p' -> "PRIMARY KEY";
                        default -> "UNIQUE";
                    },
                    constraint.deferrable(),
                    constraint.initiallyDeferred(),
                    true,
                    part == null ? null : (Object) !part.nullsNotDistinct());
        }
        for (var table : tables()) {
            if (!privileges.anyColumn(table, CHANGING)) {
                continue;
            }
            for (var column : table.liveColumns()) {
                if (column.notNull()) {
                    rows.add(
                            database,
                            schema(table.schema()),
                            notNullName(table, column.number()),
                            database,
                            schema(table.schema()),
                            table.name(),
                            "CHECK",
                            false,
                            false,
                            true,
                            null);
                }
            }
        }
    }

    /** NOT NULL has no name of its own before PostgreSQL 18; the view makes one of OIDs. */
    private static String notNullName(Relation table, int column) {
        return Integer.toUnsignedString(table.schema())
                + "_"
                + Integer.toUnsignedString(table.oid())
                + "_"
                + column
                + "_not_null";
    }

    void checks(TableRows rows) {
        for (var constraint : constraints()) {
            if (constraint.kind() != 'c') {
                continue;
            }
            var table = table(constraint);
            var domain = catalog.userType(constraint.domain());
            int owner = table != null ? table.owner() : domain != null ? domain.owner() : 0;
            if (privileges.has(owner)) {
                rows.add(
                        database,
                        schema(constraint.schema()),
                        constraint.name(),
                        texts.constraint(constraint).substring("CHECK ".length()));
            }
        }
        for (var table : tables()) {
            if (!privileges.has(table.owner())) {
                continue;
            }
            for (var column : table.liveColumns()) {
                if (column.notNull()) {
                    rows.add(
                            database,
                            schema(table.schema()),
                            notNullName(table, column.number()),
                            column.name() + " IS NOT NULL");
                }
            }
        }
    }

    void domainConstraints(TableRows rows) {
        for (var constraint : constraints()) {
            var domain = catalog.userType(constraint.domain());
            if (domain != null) {
                rows.add(
                        database,
                        schema(constraint.schema()),
                        constraint.name(),
                        database,
                        schema(domain.schema()),
                        domain.name(),
                        constraint.deferrable(),
                        constraint.initiallyDeferred());
            }
        }
    }

    void keyColumns(TableRows rows) {
        for (var constraint : constraints()) {
            var table = table(constraint);
            if (table == null || constraint.kind() == 'c') {
                continue;
            }
            for (int i = 0; i < constraint.columns().size(); i++) {
                int number = constraint.columns().get(i);
                if (privileges.column(table, number, "rawx")) {
                    rows.add(
                            database,
                            schema(constraint.schema()),
                            constraint.name(),
                            database,
                            schema(table.schema()),
                            table.name(),
                            table.column(number).name(),
                            i + 1,
                            constraint.kind() == 'f' ? position(constraint, i) : null);
                }
            }
        }
    }

    /** Where a referenced column stands in the referenced key. */
    private @Nullable Integer position(Constraint constraint, int at) {
        var index = catalog.relation(constraint.index());
        var part = index == null ? null : index.index();
        if (part != null) {
            for (int i = 0; i < part.keys().size(); i++) {
                if (part.keys().get(i).column() == constraint.referencedColumns().get(at)) {
                    return i + 1;
                }
            }
        }
        return null;
    }

    void columnUsage(TableRows rows) {
        for (var constraint : constraints()) {
            boolean foreign = constraint.kind() == 'f';
            var table =
                    foreign ? catalog.relation(constraint.referencedRelation()) : table(constraint);
            if (table == null || !table.isTable() || !privileges.has(table.owner())) {
                continue;
            }
            var numbers = foreign ? constraint.referencedColumns() : constraint.columns();
            for (int number : new LinkedHashSet<>(numbers)) {
                if (number > 0) {
                    rows.add(
                            database,
                            schema(table.schema()),
                            table.name(),
                            table.column(number).name(),
                            database,
                            schema(constraint.schema()),
                            constraint.name());
                }
            }
        }
    }

    void tableUsage(TableRows rows) {
        for (var constraint : constraints()) {
            boolean foreign = constraint.kind() == 'f';
            var table =
                    foreign ? catalog.relation(constraint.referencedRelation()) : table(constraint);
            if (table != null && constraint.kind() != 'c' && privileges.has(table.owner())) {
                rows.add(
                        database,
                        schema(table.schema()),
                        table.name(),
                        database,
                        schema(constraint.schema()),
                        constraint.name());
            }
        }
    }

    void referential(TableRows rows) {
        for (var constraint : constraints()) {
            var table = table(constraint);
            if (table == null
                    || constraint.kind() != 'f'
                    || !privileges.anyColumn(table, CHANGING)) {
                continue;
            }
            var index = catalog.relation(constraint.index());
            var key = index == null ? null : catalog.constraintOfIndex(index);
            rows.add(
                    database,
                    schema(constraint.schema()),
                    constraint.name(),
                    key == null ? null : database,
                    key == null ? null : schema(key.schema()),
                    key == null ? null : key.name(),
                    constraint.match() == 'f' ? "FULL" : "NONE",
                    rule(constraint.onUpdate()),
                    rule(constraint.onDelete()));
        }
    }

    private static String rule(char action) {
        return switch (action) {
            case 'c' -> "CASCADE";
            case 'n' -> "SET NULL";
            case 'd' -> "SET DEFAULT";
            case 'r' -> "RESTRICT";
            default -> "NO ACTION";
        };
    }
}
