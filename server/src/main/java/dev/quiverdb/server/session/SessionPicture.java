package dev.quiverdb.server.session;

import dev.quiverdb.server.catalog.SessionView;
import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.storage.Storage;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The session as the system catalogs show it. */
final class SessionPicture implements SessionView {
    private final SessionState state;
    private Supplier<List<Prepared>> prepared = List::of;
    private Supplier<List<Cursor>> cursors = List::of;

    SessionPicture(SessionState state) {
        this.state = state;
    }

    /** Says where prepared statements and cursors are to be found. */
    void shows(PreparedStatements statements, Cursors open) {
        prepared =
                () ->
                        statements.all().stream()
                                .map(s ->
                                        new Prepared(
                                                s.name(),
                                                s.text(),
                                                s.preparedMicros(),
                                                s.parameterTypes().stream()
                                                        .map(t -> t.oid())
                                                        .toList(),
                                                s.fromSql(),
                                                0,
                                                0))
                                .toList();
        cursors =
                () ->
                        open.all().stream()
                                .map(c ->
                                        new Cursor(
                                                c.name(),
                                                c.statement(),
                                                c.hold(),
                                                c.binary(),
                                                c.scroll(),
                                                c.createdMicros()))
                                .toList();
    }

    @Override
    public BindContext bindContext() {
        return state.bindContext();
    }

    @Override
    public int sessionUser() {
        return state.sessionUser();
    }

    @Override
    public int databaseOid() {
        return state.database().oid();
    }

    @Override
    public Storage storage() {
        return state.database().storage();
    }

    @Override
    public long bytesOnDisk(int database) {
        return state.cluster().bytesOnDisk(database);
    }

    @Override
    public List<@Nullable Object[]> settingsRows() {
        return SettingRows.of(state.settings());
    }

    @Override
    public List<Activity> activities() {
        return state.registry().activity().stream()
                .map(p ->
                        new Activity(
                                p.processId(),
                                p.databaseOid(),
                                p.database(),
                                p.userOid(),
                                p.user(),
                                p.application(),
                                null,
                                -1,
                                p.backendStartMicros(),
                                null,
                                p.queryStartMicros(),
                                p.stateChangeMicros(),
                                p.state(),
                                p.query()))
                .toList();
    }

    @Override
    public List<Prepared> preparedStatements() {
        return prepared.get();
    }

    @Override
    public List<Cursor> cursors() {
        return cursors.get();
    }

    @Override
    public List<Build> builds() {
        return state.registry().builds(state.database().oid());
    }
}
