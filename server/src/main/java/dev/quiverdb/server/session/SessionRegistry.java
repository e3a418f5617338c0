package dev.quiverdb.server.session;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** All sessions of a server, and what they share beside the data. Thread-safe. */
public final class SessionRegistry implements AutoCloseable {
    private final Map<Integer, SessionState> sessions = new ConcurrentHashMap<>();
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

    List<Activity.Picture> activity() {
        return sessions.values().stream().map(s -> s.activity().picture()).toList();
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
