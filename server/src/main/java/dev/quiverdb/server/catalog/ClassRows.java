package dev.quiverdb.server.catalog;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Facts;
import dev.quiverdb.sql.catalog.PartitionBounds;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.SystemRelations;
import dev.quiverdb.storage.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** pg_class, pg_attribute, pg_attrdef, pg_index and pg_sequence. */
final class ClassRows {
    /** Tables that all databases share. */
    private static final Set<String> SHARED =
            Set.of(
                    "pg_authid",
                    "pg_subscription",
                    "pg_database",
                    "pg_db_role_setting",
                    "pg_tablespace",
                    "pg_auth_members",
                    "pg_shdepend",
                    "pg_shdescription",
                    "pg_replication_origin",
                    "pg_shseclabel",
                    "pg_parameter_acl");

    /** Tables whose files PostgreSQL finds without pg_class; their relfilenode is 0. */
    private static final Set<String> MAPPED =
            Set.of("pg_class", "pg_attribute", "pg_proc", "pg_type");

    private static final int PAGE_BYTES = 8_192;
    private static final int HEAP = 2;
    private static final int BTREE = 403;

    /** What relfrozenxid says: the first transaction that is no special one. */
    private static final long FROZEN = 3;

    /** ctid, xmin, cmin, xmax, cmax and tableoid as pg_attribute lists them. */
    private record Hidden(String name, int type, int number, int length, char alignment) {}

    private static final List<Hidden> HIDDEN =
            List.of(
                    new Hidden("tableoid", Oids.OID, -6, 4, 'i'),
                    new Hidden("cmax", Oids.CID, -5, 4, 'i'),
                    new Hidden("xmax", Oids.XID, -4, 4, 'i'),
                    new Hidden("cmin", Oids.CID, -3, 4, 'i'),
                    new Hidden("xmin", Oids.XID, -2, 4, 'i'),
                    new Hidden("ctid", Oids.TID, -1, 6, 's'));

    private final Catalog catalog;
    private final Storage storage;

    ClassRows(Catalog catalog, Storage storage) {
        this.catalog = catalog;
        this.storage = storage;
    }

    static boolean isShared(String table) {
        return SHARED.contains(table);
    }

    // pg_class.

    void classes(TableRows rows) {
        for (var relation : SystemRelations.all()) {
            boolean table = relation.kind() == 'r';
            boolean shared = SHARED.contains(relation.name());
            line(
                    rows,
                    relation,
                    table && isSystemTable(relation) && !systemIndexes(relation.oid()).isEmpty(),
                    shared,
                    0,
                    0,
                    Acl.shown(catalog, relation.acl()));
        }
        for (var index : SystemIndexes.all(catalog)) {
            systemIndex(rows, index);
        }
        for (var relation : catalog.objects(Relation.class)) {
            var size = storage.statistics(tabletOf(relation));
            float count =
                    relation.tablet() == 0 ? relation.kind() == 'S' ? 1 : -1 : size.liveRows();
            int pages = relation.kind() == 'S' ? 1 : pages(relation, size.bytes());
            line(
                    rows,
                    relation,
                    hasIndex(relation),
                    false,
                    pages,
                    count,
                    Acl.shown(catalog, relation.acl()));
        }
    }

    /** A sequence and the like has none, and an index counts as its table. */
    private int tabletOf(Relation relation) {
        var index = relation.index();
        if (index == null) {
            return relation.tablet();
        }
        var table = catalog.relation(index.relation());
        return table == null ? 0 : table.tablet();
    }

    private static int pages(Relation relation, long bytes) {
        return relation.tablet() == 0
                ? 0
                : (int) Math.min(Integer.MAX_VALUE, (bytes + PAGE_BYTES - 1) / PAGE_BYTES);
    }

    private boolean hasIndex(Relation relation) {
        return relation.index() == null && !catalog.indexes(relation.oid()).isEmpty();
    }

    private static boolean isSystemTable(Relation relation) {
        return relation.schema() == dev.quiverdb.sql.catalog.Schema.PG_CATALOG;
    }

    private void line(
            TableRows rows,
            Relation relation,
            boolean hasIndex,
            boolean shared,
            int pages,
            float count,
            @Nullable List<String> acl) {
        char kind = relation.kind();
        boolean system = relation.oid() < Catalog.FIRST_USER_OID;
        boolean view = kind == 'v' || kind == 'm';
        char shown = shownKind(relation);
        boolean stored = shown == 'r' || kind == 'm' || shown == 'i' || kind == 'S';
        boolean heap = shown == 'r' || kind == 'm';
        var index = relation.index();
        int method = index != null ? method(index.method()) : heap ? HEAP : 0;
        var options = relation.optionTexts();
        var checks = system ? List.<Constraint>of() : catalog.constraints(relation.oid());
        boolean triggers =
                !system
                        && (checks.stream().anyMatch(check -> check.kind() == 'f')
                                || !catalog.referencing(relation.oid()).isEmpty());
        rows.add(
                relation.oid(),
                relation.name(),
                relation.schema(),
                relation.rowType(),
                0,
                relation.owner(),
                method,
                stored && !isMapped(relation) ? relation.oid() : 0,
                shared ? 1664 : 0,
                pages,
                system && kind == 'r' ? -1f : relation.index() != null && count < 0 ? 0f : count,
                0,
                0,
                hasIndex,
                shared,
                relation.persistence(),
                shown,
                kind == 'S' ? 3 : relation.columns().size(),
                checks.stream().filter(check -> check.kind() == 'c').count(),
                view,
                triggers,
                !system && !catalog.children(relation.oid()).isEmpty(),
                relation.rowSecurity(),
                relation.forceRowSecurity(),
                relation.populated(),
                isSystemTable(relation) || !heap && shown != 'p' ? 'n' : relation.replicaIdentity(),
                relation.isPartition() || index != null && !relation.parents().isEmpty(),
                0,
                heap ? FROZEN : 0L,
                heap ? 1L : 0L,
                acl,
                options.isEmpty() ? null : options,
                partitionBound(catalog, relation));
    }

    /** relkind: partitioned tables and their indexes are kinds of their own. */
    private char shownKind(Relation relation) {
        var index = relation.index();
        var table = index == null ? relation : catalog.relation(index.relation());
        boolean partitioned = table != null && table.isPartitioned();
        return !partitioned ? relation.kind() : index == null ? 'p' : 'I';
    }

    /** FOR VALUES of a partition; null for other relations. */
    static @Nullable String partitionBound(Catalog catalog, Relation relation) {
        var bound = relation.bound();
        var parent =
                bound == null || relation.parents().isEmpty()
                        ? null
                        : catalog.relation(relation.parents().getFirst());
        var key = parent == null ? null : parent.partitionKey();
        return bound == null || key == null
                ? null
                : PartitionBounds.text(
                        bound,
                        key.columns().stream().map(part -> catalog.type(part.type())).toList());
    }

    // pg_inherits, pg_partitioned_table.

    void inherits(TableRows rows) {
        for (var relation : catalog.objects(Relation.class)) {
            for (int i = 0; i < relation.parents().size(); i++) {
                rows.add(relation.oid(), relation.parents().get(i), i + 1, false);
            }
        }
    }

    void partitioned(TableRows rows) {
        for (var relation : catalog.objects(Relation.class)) {
            var key = relation.partitionKey();
            if (key == null) {
                continue;
            }
            int rest = 0;
            for (var child : catalog.children(relation.oid())) {
                var bound = child.bound();
                rest = bound != null && bound.isDefault() ? child.oid() : rest;
            }
            var expressions =
                    key.columns().stream()
                            .map(Relation.PartitionColumn::expression)
                            .filter(java.util.Objects::nonNull)
                            .toList();
            rows.add(
                    relation.oid(),
                    key.strategy(),
                    key.columns().size(),
                    rest,
                    key.columns().stream().map(Relation.PartitionColumn::column).toList(),
                    key.columns().stream().map(part -> operatorClass(part)).toList(),
                    key.columns().stream().map(Relation.PartitionColumn::collation).toList(),
                    expressions.isEmpty() ? null : String.join(", ", expressions));
        }
    }

    private int operatorClass(Relation.PartitionColumn part) {
        var found =
                catalog.defaultOperatorClass(
                        dev.quiverdb.sql.catalog.AccessMethod.BTREE, catalog.type(part.type()));
        return found == null ? 0 : found.oid();
    }

    private static boolean isMapped(Relation relation) {
        return isSystemTable(relation)
                && (MAPPED.contains(relation.name()) || SHARED.contains(relation.name()));
    }

    private int method(String name) {
        var method = catalog.accessMethod(name);
        return method == null ? 0 : method.oid();
    }

    private void systemIndex(TableRows rows, Facts.Row index) {
        var table = catalog.relation(index.number("indrelid"));
        boolean shared = table != null && SHARED.contains(table.name());
        rows.add(
                index.number("oid"),
                index.text("relname"),
                dev.quiverdb.sql.catalog.Schema.PG_CATALOG,
                0,
                0,
                dev.quiverdb.sql.catalog.Role.BOOTSTRAP,
                BTREE,
                table == null || isMapped(table) ? 0 : index.number("oid"),
                shared ? 1664 : 0,
                1,
                0f,
                0,
                0,
                false,
                shared,
                'p',
                'i',
                index.oids("keys").size(),
                0,
                false,
                false,
                false,
                false,
                false,
                true,
                'n',
                false,
                0,
                0L,
                0L,
                null,
                null,
                null);
    }

    private List<Facts.Row> systemIndexes(int table) {
        return SystemIndexes.all(catalog).stream()
                .filter(row -> row.number("indrelid") == table)
                .toList();
    }

    // pg_attribute.

    /** Columns of the system relations and their indexes; never change. */
    void systemAttributes(TableRows rows) {
        for (var relation : SystemRelations.all()) {
            attributes(rows, relation);
        }
        for (var index : SystemIndexes.all(catalog)) {
            var table = catalog.relation(index.number("indrelid"));
            if (table != null) {
                int number = 0;
                for (int key : index.oids("keys")) {
                    number++;
                    if (key > 0) {
                        var column = table.column(key);
                        attribute(
                                rows,
                                index.number("oid"),
                                Column.of(
                                        number,
                                        column.name(),
                                        column.type(),
                                        column.typmod(),
                                        column.collation(),
                                        false));
                    }
                }
            }
        }
    }

    void userAttributes(TableRows rows) {
        for (var relation : catalog.objects(Relation.class)) {
            attributes(rows, relation);
        }
    }

    private void attributes(TableRows rows, Relation relation) {
        char kind = relation.kind();
        if (kind == 'r' || kind == 'm' || kind == 'S') {
            for (var column : HIDDEN) {
                rows.add(
                        relation.oid(),
                        column.name(),
                        column.type(),
                        0,
                        column.length(),
                        column.number(),
                        0,
                        -1,
                        -1,
                        column.length() == 4,
                        column.alignment(),
                        'p',
                        "",
                        true,
                        false,
                        false,
                        "",
                        "",
                        false,
                        true,
                        0,
                        0,
                        null,
                        null,
                        null,
                        null);
            }
        }
        for (var column : relation.columns()) {
            attribute(rows, relation.oid(), column);
        }
        if (kind == 'S' && relation.columns().isEmpty()) {
            for (var column : SequenceRows.COLUMNS) {
                attribute(rows, relation.oid(), column);
            }
        }
    }

    private void attribute(TableRows rows, int relation, Column column) {
        var type = column.type() == 0 ? null : catalog.typeOrNull(column.type());
        var layout = type == null ? dev.quiverdb.base.type.Type.Layout.VARLENA : type.layout();
        boolean array = type != null && type.isTrueArray();
        rows.add(
                relation,
                column.name(),
                column.type(),
                column.dropped() ? 0 : column.statisticsTarget(),
                layout.length(),
                column.number(),
                array ? 1 : 0,
                -1,
                column.typmod(),
                layout.byValue(),
                layout.alignment(),
                layout.storage(),
                "",
                column.notNull(),
                column.defaultSql() != null,
                false,
                column.identity(),
                column.generated(),
                column.dropped(),
                true,
                0,
                column.collation(),
                Acl.shown(catalog, column.acl()),
                null,
                null,
                null);
    }

    void defaults(TableRows rows) {
        for (var relation : catalog.objects(Relation.class)) {
            for (var column : relation.columns()) {
                if (column.defaultSql() != null && !column.dropped()) {
                    rows.add(
                            SystemOids.columnDefault(relation, column.number()),
                            relation.oid(),
                            column.number(),
                            column.defaultSql());
                }
            }
        }
    }

    // pg_index.

    void indexes(TableRows rows) {
        for (var index : SystemIndexes.all(catalog)) {
            var keys = index.oids("keys");
            rows.add(
                    index.number("oid"),
                    index.number("indrelid"),
                    keys.size(),
                    keys.size(),
                    index.text("unique").equals("1"),
                    false,
                    index.text("primary").equals("1"),
                    false,
                    true,
                    false,
                    true,
                    false,
                    true,
                    true,
                    false,
                    keys,
                    index.oids("collations"),
                    index.oids("opclasses"),
                    keys.stream().map(key -> 0).toList(),
                    null,
                    null);
        }
        for (var relation : catalog.objects(Relation.class)) {
            var index = relation.index();
            if (index != null) {
                index(rows, relation, index);
            }
        }
    }

    private void index(TableRows rows, Relation relation, Relation.Index index) {
        var constraint = catalog.constraintOfIndex(relation);
        var columns = new ArrayList<Integer>();
        var collations = new ArrayList<Integer>();
        var classes = new ArrayList<Integer>();
        var options = new ArrayList<Integer>();
        var expressions = new ArrayList<String>();
        for (int i = 0; i < index.keys().size(); i++) {
            var key = index.keys().get(i);
            columns.add(key.column());
            if (key.expression() != null) {
                expressions.add(key.expression());
            }
            if (i < index.keyCount()) {
                collations.add(key.collation());
                classes.add(key.operatorClass());
                options.add((key.descending() ? 1 : 0) + (key.nullsFirst() ? 2 : 0));
            }
        }
        rows.add(
                relation.oid(),
                index.relation(),
                index.keys().size(),
                index.keyCount(),
                index.unique(),
                index.nullsNotDistinct(),
                index.primary(),
                false,
                constraint == null || !constraint.deferrable(),
                index.clustered(),
                index.valid(),
                false,
                index.valid(),
                true,
                false,
                columns,
                collations,
                classes,
                options,
                expressions.isEmpty() ? null : String.join(", ", expressions),
                index.predicate());
    }

    void sequences(TableRows rows) {
        for (var relation : catalog.objects(Relation.class)) {
            var sequence = relation.sequence();
            if (sequence != null) {
                rows.add(
                        relation.oid(),
                        sequence.type(),
                        sequence.start(),
                        sequence.increment(),
                        sequence.maximum(),
                        sequence.minimum(),
                        sequence.cache(),
                        sequence.cycle());
            }
        }
    }
}
