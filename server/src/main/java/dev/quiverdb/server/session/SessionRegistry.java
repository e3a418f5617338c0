package dev.quiverdb.server.session;

import dev.quiverdb.server.catalog.SessionView;
import dev.quiverdb.storage.BuildProgress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

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
        return (int)
                sessions.values().stream().filter(s -> s.roles().authenticated() == role).count();
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

    /** Who holds a lock that a session waits for, or waits for it longer. */
    List<Integer> blockers(int processId) {
        var waiting = sessions.get(processId);
        return waiting == null
                ? List.of()
                : processes(waiting.database().storage().blockers(processId));
    }

    /** Those for whose end a session waits before its deferrable transaction begins. */
    List<Integer> safeSnapshotBlockers(int processId) {
        var waiting = sessions.get(processId);
        return waiting == null
                ? List.of()
                : processes(waiting.database().storage().safeSnapshotBlockers(processId));
    }

    private static List<Integer> processes(Collection<Long> ids) {
        return ids.stream().map(Long::intValue).toList();
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
