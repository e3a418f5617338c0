package dev.quiverdb.server.session;

import dev.quiverdb.server.catalog.SessionView;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.LockView;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** All sessions of a server, and what they share beside the data. Thread-safe. */
public final class SessionRegistry implements AutoCloseable {
    private final Map<Integer, SessionState> sessions = new ConcurrentHashMap<>();

    private record BuildLine(int database, SessionView.Build build) {}

    private final Map<Integer, BuildLine> builds = new ConcurrentHashMap<>();
    private final Notifications notifications = new Notifications();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("statement-timer").factory());

    void add(int processId, SessionState session) {
        sessions.put(processId, session);
    }

    void remove(int processId) {
        sessions.remove(processId);
    }

    @Nullable SessionState session(int processId) {
        return sessions.get(processId);
    }

    /** How many sessions a role has opened. */
    int count(int role) {
        return (int) sessions.values().stream().filter(s -> s.authenticatedUser() == role).count();
    }

    List<Activity.Picture> activity() {
        return sessions.values().stream().map(s -> s.activity().picture()).toList();
    }

    /** Hears of an index build, for pg_stat_progress_create_index; the last report ends it. */
    BuildProgress progress(int processId, int database, int table, int index) {
        return (phase, done, total) ->
                builds.put(
                        processId,
                        new BuildLine(
                                database,
                                new SessionView.Build(
                                        processId,
                                        table,
                                        index,
                                        "CREATE INDEX",
                                        phase,
                                        total,
                                        done)));
    }

    /** The statement that built an index has ended. */
    void buildEnds(int processId) {
        if (!builds.isEmpty()) {
            builds.remove(processId);
        }
    }

    List<SessionView.Build> builds(int database) {
        return builds.values().stream()
                .filter(line -> line.database == database)
                .map(BuildLine::build)
                .toList();
    }

    /** Who holds a lock that a session waits for. */
    List<Integer> blockers(int processId) {
        var waiting = sessions.get(processId);
        if (waiting == null) {
            return List.of();
        }
        var locks = waiting.database().storage().locks();
        List<Integer> blockers = new ArrayList<>();
        for (var wanted : locks) {
            if (wanted.processId() != processId || wanted.granted()) {
                continue;
            }
            for (var held : locks) {
                if (held.granted() && held.processId() != processId && sameObject(wanted, held)) {
                    blockers.add((int) held.processId());
                }
            }
        }
        return blockers;
    }

    private static boolean sameObject(LockView one, LockView other) {
        return one.kind().equals(other.kind())
                && one.classId().equals(other.classId())
                && one.objectId().equals(other.objectId())
                && one.tabletId().equals(other.tabletId())
                && one.rowId().equals(other.rowId());
    }

    Notifications notifications() {
        return notifications;
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
