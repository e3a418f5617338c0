package dev.quiverdb.server.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.setting.Settings;
import dev.quiverdb.execute.RandomSource;
import dev.quiverdb.execute.SequenceMemory;
import dev.quiverdb.execute.SessionFunctions;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Functions that ask the session: who, when, settings, other sessions, advisory locks. */
final class SessionCalls implements SessionFunctions {
    private final SessionState state;
    private @Nullable Cursors cursors;

    SessionCalls(SessionState state) {
        this.state = state;
    }

    @Override
    public String database() {
        return state.database().name();
    }

    @Override
    public String currentUser() {
        return state.roleName(state.currentUser());
    }

    @Override
    public String sessionUser() {
        return state.roleName(state.sessionUser());
    }

    @Override
    public List<String> searchPath(boolean implicit) {
        var path = state.searchPath();
        Catalog catalog = state.catalog();
        List<String> names = new ArrayList<>();
        for (int oid : path.schemas()) {
            boolean hidden =
                    oid == path.temporary()
                            || (oid == Schema.PG_CATALOG
                                    && !state.settings().searchPath().contains("pg_catalog"));
            if (implicit || !hidden) {
                names.add(catalog.schemaName(oid));
            }
        }
        return names;
    }

    @Override
    public int backendPid() {
        return state.processId();
    }

    @Override
    public String version() {
        return "PostgreSQL "
                + state.settings().get("server_version")
                + " (QuiverDB) on "
                + System.getProperty("os.arch")
                + ", compiled by Java "
                + Runtime.version().feature()
                + ", 64-bit";
    }

    @Override
    public long transactionTimestamp() {
        return state.transaction().startMicros();
    }

    @Override
    public long statementTimestamp() {
        return state.statementMicros();
    }

    @Override
    public long clockTimestamp() {
        return state.nowMicros();
    }

    @Override
    public @Nullable String setting(String name, boolean missingOk) {
        if (missingOk && state.settings().find(name) == null) {
            return null;
        }
        return state.settings().show(name);
    }

    @Override
    public double number(String setting) {
        return state.settings().getDouble(setting);
    }

    @Override
    public boolean isSet(String name) {
        return state.settings().isSet(name);
    }

    @Override
    public String set(String name, @Nullable String value, boolean local) {
        var scope = local ? Settings.Scope.LOCAL : Settings.Scope.SESSION;
        if (value == null) {
            state.settings().reset(name, scope, state.isSuperuser());
        } else {
            state.settings().set(name, value, scope, state.isSuperuser());
        }
        return state.settings().show(name);
    }

    @Override
    public List<@Nullable Object[]> allSettings() {
        return SettingRows.of(state.settings());
    }

    @Override
    public void notice(SqlException notice) {
        state.notice(notice);
    }

    @Override
    public SequenceMemory sequenceMemory() {
        return state.sequenceMemory();
    }

    @Override
    public RandomSource random() {
        return state.random();
    }

    @Override
    public boolean isolationTestSessionIsBlocked(int pid, List<Integer> interestingPids) {
        return blockingPids(pid).stream().anyMatch(interestingPids::contains)
                || !safeSnapshotBlockingPids(pid).isEmpty();
    }

    @Override
    public List<Integer> safeSnapshotBlockingPids(int pid) {
        return state.registry().safeSnapshotBlockers(pid);
    }

    @Override
    public List<Integer> blockingPids(int pid) {
        return state.registry().blockers(pid);
    }

    @Override
    public boolean signal(int pid, boolean terminate) {
        var target = state.registry().session(pid);
        if (target == null) {
            return false;
        }
        if (terminate) {
            target.client()
                    .terminate(
                            new SqlException(
                                    SqlState.ADMIN_SHUTDOWN,
                                    "terminating connection due to administrator command"));
        } else {
            target.cancel(
                    new SqlException(
                            SqlState.QUERY_CANCELED, "canceling statement due to user request"));
        }
        return true;
    }

    @Override
    public void sleep(double seconds) {
        long end = System.nanoTime() + (long) (Math.min(seconds, 1e9) * 1e9);
        while (true) {
            state.checkCancelled();
            long left = end - System.nanoTime();
            if (left <= 0) {
                return;
            }
            LockSupport.parkNanos(Math.min(left, 10_000_000L));
        }
    }

    @Override
    public boolean advisory(
            String operation,
            boolean two,
            long classId,
            long objectId,
            boolean shared,
            boolean transaction) {
        long key = two ? (classId << 32) | (objectId & 0xffff_ffffL) : objectId;
        var locks = state.advisoryLocks();
        return switch (operation) {
            case "lock" -> {
                locks.lock(state.transaction().transaction(), key, two, shared, transaction);
                yield true;
            }
            case "try" ->
                    locks.tryLock(state.transaction().transaction(), key, two, shared, transaction);
            case "unlock" -> locks.unlock(key, two, shared);
            case "unlock_all" -> {
                locks.unlockAll();
                yield true;
            }
            default -> throw new IllegalArgumentException(operation);
        };
    }

    @Override
    public @Nullable Object call(String function, @Nullable Object[] arguments) {
        return switch (function) {
            case "pg_listening_channels" -> state.mailbox().listening();
            case "pg_notify" -> {
                state.mailbox().send((String) arguments[0], (String) arguments[1]);
                yield "";
            }
            case "pg_notification_queue_usage" -> state.registry().notifications().usage();
            case "current_of" -> currentOf(arguments);
            default -> UNKNOWN_FUNCTION;
        };
    }

    private Object currentOf(@Nullable Object[] arguments) {
        var known = cursors;
        if (known == null
                || !(arguments[0] instanceof Long rowId)
                || !(arguments[1] instanceof Long table)
                || !(arguments[2] instanceof String cursor)
                || !(arguments[3] instanceof Long relation)) {
            throw new IllegalStateException("CURRENT OF of no row");
        }
        return known.standsOn(cursor, relation.intValue(), table, rowId);
    }

    /** The session's cursors, which are made after it. */
    void knows(Cursors made) {
        cursors = made;
    }
}
