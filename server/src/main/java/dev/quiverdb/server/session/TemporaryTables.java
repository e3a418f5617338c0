package dev.quiverdb.server.session;

import dev.quiverdb.server.database.CatalogChange;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.Schema;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A session's temporary tables: their schema, what COMMIT does to them, and their end. */
final class TemporaryTables {
    private final SessionState state;
    private final TabletBuilder tablets;
    private final Set<Integer> onCommit = new LinkedHashSet<>();

    TemporaryTables(SessionState state, TabletBuilder tablets) {
        this.state = state;
        this.tablets = tablets;
        state.beforeCommit(this::atCommit);
    }

    /** Makes the session's temporary schema if it has none yet. */
    void ensureSchema() {
        if (state.temporarySchema() != 0
                && state.catalog().schema(state.temporarySchema()) != null) {
            return;
        }
        int oid = state.cluster().nextOid();
        state.transaction()
                .change(
                        new CatalogChange.Put(
                                new Schema(
                                        oid,
                                        1,
                                        "pg_temp_" + state.processId(),
                                        Role.BOOTSTRAP,
                                        null)));
        state.temporarySchema(oid);
    }

    /** A table with ON COMMIT DELETE ROWS or DROP. */
    void remember(Relation table) {
        onCommit.add(table.oid());
    }

    private void atCommit() {
        onCommit.removeIf(oid -> state.catalog().relation(oid) == null);
        for (int oid : List.copyOf(onCommit)) {
            var table = state.catalog().relation(oid);
            if (table == null) {
                continue;
            }
            if (table.onCommit() == 'd') {
                var after = table.toBuilder().tablet(state.cluster().nextOid()).build();
                state.transaction().change(new CatalogChange.Put(after));
                tablets.truncate(table, after);
            } else if (table.onCommit() == 'x') {
                drop(table);
            }
        }
    }

    private void drop(Relation relation) {
        removeWithDependents(relation);
        if (relation.tablet() != 0) {
            tablets.drop(relation);
        }
    }

    /** Takes an object and all that cannot be without it out of the catalog, the last first. */
    private void removeWithDependents(CatalogObject object) {
        for (var dependent : state.catalog().dependents(object.oid())) {
            if (state.catalog().object(dependent.oid()) != null) {
                removeWithDependents(dependent);
            }
        }
        var now = state.catalog().object(object.oid());
        if (now != null) {
            state.transaction().change(new CatalogChange.Remove(now));
        }
        if (object instanceof Relation relation && relation.rowType() != 0) {
            var rowType = state.catalog().object(relation.rowType());
            if (rowType != null) {
                removeWithDependents(rowType);
            }
        }
    }

    /** DISCARD TEMP. */
    void dropAll() {
        int schema = state.temporarySchema();
        if (schema == 0) {
            return;
        }
        List<Relation> mine = new ArrayList<>();
        for (var relation : state.catalog().objects(Relation.class)) {
            if (relation.schema() == schema && relation.index() == null) {
                mine.add(relation);
            }
        }
        mine.forEach(this::drop);
    }

    /** The session ends. */
    void dropAtEnd() {
        if (state.temporarySchema() == 0) {
            return;
        }
        state.transaction().rollbackAll();
        if (state.catalog().schema(state.temporarySchema()) == null) {
            return;
        }
        state.transaction().beginStatement(state.nowMicros());
        state.transaction().forStatement();
        dropAll();
        state.transaction().endImplicit();
    }
}
