package dev.quiverdb.server.catalog;

import dev.quiverdb.base.type.Inet;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Database;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.catalog.SystemRelations;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The statistics views. Sizes and running work are real; what nothing counts (scans of one index,
 * blocks) is 0, as on a server just started.
 */
final class ActivityRows {
    private final SessionView view;
    private final Catalog catalog;

    ActivityRows(SessionView view) {
        this.view = view;
        catalog = view.catalog();
    }

    void activity(TableRows rows) {
        var privileges = new Privileges(catalog, view.currentUser());
        for (var each : view.activities()) {
            boolean shown = privileges.has(each.user());
            boolean active = each.state().equals("active");
            rows.add(
                    each.database(),
                    each.databaseName(),
                    each.processId(),
                    null,
                    each.user(),
                    each.userName(),
                    each.application(),
                    shown ? address(each.clientAddress()) : null,
                    null,
                    shown ? (Object) each.clientPort() : null,
                    shown ? (Object) each.backendStart() : null,
                    shown ? each.transactionStart() : null,
                    shown ? each.queryStart() : null,
                    shown ? (Object) each.stateChange() : null,
                    shown && !active ? "Client" : null,
                    shown && !active ? "ClientRead" : null,
                    shown ? each.state() : null,
                    null,
                    null,
                    null,
                    shown ? each.query() : "<insufficient privilege>",
                    "client backend");
        }
    }

    private static @Nullable Object address(@Nullable String text) {
        return text == null ? null : (Inet) Types.INET.parse(text, -1, TypeContext.DEFAULT);
    }

    void builds(TableRows rows) {
        for (var each : view.builds()) {
            rows.add(
                    each.processId(),
                    view.databaseOid(),
                    view.databaseName(),
                    each.relation(),
                    each.index(),
                    each.command(),
                    each.phase(),
                    0,
                    0,
                    0,
                    0,
                    0,
                    each.tuplesTotal(),
                    each.tuplesDone(),
                    0,
                    0);
        }
    }

    void databases(TableRows rows) {
        var statistics = view.storage().statistics();
        for (var database : catalog.objects(Database.class)) {
            boolean here = database.oid() == view.databaseOid();
            long sessions =
                    view.activities().stream()
                            .filter(each -> each.database() == database.oid())
                            .count();
            var row = zeros(rows.width());
            row[0] = database.oid();
            row[1] = database.name();
            row[2] = sessions;
            row[3] = here ? statistics.commits() : 0;
            row[4] = here ? statistics.aborts() : 0;
            row[15] = here ? statistics.deadlocks() : 0;
            row[16] = null;
            row[17] = null;
            row[27] = null;
            rows.add(row);
        }
    }

    private static @Nullable Object[] zeros(int width) {
        var row = new @Nullable Object[width];
        java.util.Arrays.fill(row, 0);
        return row;
    }

    /** Which relations a view is about, by the word in its name. */
    private List<Relation> relations(String table, String kinds) {
        var found = new ArrayList<Relation>();
        boolean user = table.contains("_user_");
        boolean system = table.contains("_sys_");
        if (!user) {
            for (var relation : SystemRelations.all()) {
                if (kinds.indexOf(relation.kind()) >= 0) {
                    found.add(relation);
                }
            }
        }
        for (var relation : catalog.objects(Relation.class)) {
            boolean toast = relation.schema() == Schema.PG_TOAST;
            if (kinds.indexOf(relation.kind()) >= 0 && (!system || toast)) {
                found.add(relation);
            }
        }
        return found;
    }

    /** pg_stat_..._tables, pg_stat_xact_..._tables and pg_statio_..._tables. */
    void tables(TableRows rows, String name) {
        for (var relation : relations(name, "rm")) {
            var row = zeros(rows.width());
            row[0] = relation.oid();
            row[1] = catalog.schemaName(relation.schema());
            row[2] = relation.name();
            boolean indexed =
                    SystemRelations.isSystem(relation)
                            || !catalog.indexes(relation.oid()).isEmpty();
            if (name.startsWith("pg_statio")) {
                row[5] = indexed ? 0 : null;
                row[6] = indexed ? 0 : null;
            } else {
                row[5] = indexed ? 0 : null;
                row[6] = indexed ? 0 : null;
                if (rows.width() > 11 && relation.tablet() != 0) {
                    var size = view.storage().statistics(relation.tablet());
                    row[11] = size.liveRows();
                    row[13] = size.changes();
                }
                for (int i = 15; i < 19 && i < row.length; i++) {
                    row[i] = null;
                }
            }
            rows.add(row);
        }
    }

    void indexes(TableRows rows, String name) {
        for (var relation : relations(name, "i")) {
            var part = relation.index();
            var table = part == null ? null : catalog.relation(part.relation());
            if (table != null) {
                var row = zeros(rows.width());
                row[0] = table.oid();
                row[1] = relation.oid();
                row[2] = catalog.schemaName(table.schema());
                row[3] = table.name();
                row[4] = relation.name();
                rows.add(row);
            }
        }
    }

    void sequences(TableRows rows, String name) {
        for (var relation : relations(name, "S")) {
            rows.add(relation.oid(), catalog.schemaName(relation.schema()), relation.name(), 0, 0);
        }
    }

    /** Views of one row about the server, in which all counters are 0. */
    void single(TableRows rows, String name) {
        var row = zeros(rows.width());
        for (int i = 0; i < row.length; i++) {
            int oid = rows.type(i).oid();
            boolean counter =
                    oid == dev.quiverdb.base.type.Oids.INT8
                            || oid == dev.quiverdb.base.type.Oids.FLOAT8
                            || oid == dev.quiverdb.base.type.Oids.INT4;
            if (!counter) {
                row[i] = null;
            }
        }
        if (name.equals("pg_stat_bgwriter")) {
            row[1] = view.storage().statistics().checkpoints();
        }
        rows.add(row);
    }
}
