package dev.quiverdb.pgwire.session;

import dev.quiverdb.pgwire.message.Blob;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Which session a CancelRequest means: process number and secret to session. Thread-safe. */
final class CancelKeys {
    private record Entry(Blob secret, Runnable cancel) {}

    private final Map<Integer, Entry> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger lastProcessId = new AtomicInteger();
    private final SecureRandom random = new SecureRandom();

    int nextProcessId() {
        return lastProcessId.updateAndGet(last -> last == Integer.MAX_VALUE ? 1 : last + 1);
    }

    /** Four bytes for protocol 3.0, 32 for 3.2. */
    Blob newSecret(int minor) {
        byte[] secret = new byte[minor >= 2 ? 32 : 4];
        random.nextBytes(secret);
        return new Blob(secret);
    }

    void register(int processId, Blob secret, Runnable cancel) {
        sessions.put(processId, new Entry(secret, cancel));
    }

    void remove(int processId) {
        sessions.remove(processId);
    }

    /** Cancels what every session runs. */
    void cancelAll() {
        sessions.values().forEach(entry -> entry.cancel.run());
    }

    /** Cancels if the secret is right; says nothing if it is not, as PostgreSQL. */
    void cancel(int processId, Blob secret) {
        var entry = sessions.get(processId);
        if (entry != null && MessageDigest.isEqual(entry.secret.array(), secret.array())) {
            entry.cancel.run();
        }
    }
}
