package dev.quiverdb.server.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.pgwire.session.Engine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * LISTEN and NOTIFY: what committed transactions send reaches every session of the database that
 * listens, in one order for all: at once if it is idle, before its next ReadyForQuery if not. What
 * waits for sessions that are in transactions is bounded; where there is no room the sender's
 * commit fails. Thread-safe.
 */
final class Notifications {
    /** Bytes that may wait in memory. PostgreSQL gives them 8 GB of disk. */
    static final long BYTES_MAX = 64L << 20;

    private static final int CHANNEL_BYTES_MAX = 63;
    private static final int PAYLOAD_BYTES_MAX = 7_999;

    /** What a message that waits takes beside its text. */
    private static final int MESSAGE_BYTES = 64;

    private record Message(int processId, String channel, String payload) {
        long sizeBytes() {
            return (long) MESSAGE_BYTES + channel.length() + payload.length();
        }
    }

    private final ReentrantLock order = new ReentrantLock();
    private final List<Mailbox> mailboxes = new ArrayList<>();
    private final AtomicLong waitingBytes = new AtomicLong();

    /** A session's end of it. */
    Mailbox mailbox(int database, int processId, Engine.ClientEvents client) {
        var mailbox = new Mailbox(this, database, processId, client);
        order.lock();
        try {
            mailboxes.add(mailbox);
        } finally {
            order.unlock();
        }
        return mailbox;
    }

    /** How much of the room for what waits is taken, of 1. */
    double usage() {
        return (double) waitingBytes.get() / BYTES_MAX;
    }

    /** What one session listens to, is about to send and has received. */
    static final class Mailbox {
        private final Notifications post;
        private final int database;
        private final int processId;
        private final Engine.ClientEvents client;
        private final Set<String> channels = ConcurrentHashMap.newKeySet();
        private final List<Message> outgoing = new ArrayList<>();
        private final Set<Message> outgoingSet = new HashSet<>();
        private final List<Runnable> subscriptions = new ArrayList<>();
        private final ConcurrentLinkedQueue<Message> arrived = new ConcurrentLinkedQueue<>();

        private Mailbox(
                Notifications post, int database, int processId, Engine.ClientEvents client) {
            this.post = post;
            this.database = database;
            this.processId = processId;
            this.client = client;
        }

        /** LISTEN, in force when the transaction commits. */
        void listen(String channel) {
            subscriptions.add(() -> channels.add(channel));
        }

        void unlisten(String channel) {
            subscriptions.add(() -> channels.remove(channel));
        }

        void unlistenAll() {
            subscriptions.add(channels::clear);
        }

        /**
         * NOTIFY, sent when the transaction commits; the same message twice is sent once.
         *
         * @throws SqlException 22023 if a text is too long or the channel has no name
         */
        void send(@Nullable String channel, @Nullable String payload) {
            if (channel == null || channel.isEmpty()) {
                throw invalid("channel name cannot be empty");
            }
            if (bytes(channel) > CHANNEL_BYTES_MAX) {
                throw invalid("channel name too long");
            }
            var text = payload == null ? "" : payload;
            if (bytes(text) > PAYLOAD_BYTES_MAX) {
                throw invalid("payload string too long");
            }
            var message = new Message(processId, channel, text);
            if (outgoingSet.add(message)) {
                outgoing.add(message);
            }
        }

        private static int bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }

        private static SqlException invalid(String message) {
            return new SqlException(SqlState.INVALID_PARAMETER_VALUE, message);
        }

        List<String> listening() {
            return channels.stream().sorted().toList();
        }

        /** Whether the transaction has said LISTEN, UNLISTEN or NOTIFY. */
        boolean isUsed() {
            return !outgoing.isEmpty() || !subscriptions.isEmpty();
        }

        /** What the transaction has said so far. */
        record Mark(int messages, int subscriptions) {}

        Mark mark() {
            return new Mark(outgoing.size(), subscriptions.size());
        }

        /** Takes back what was said since. */
        void rollbackTo(Mark mark) {
            var since = outgoing.subList(mark.messages, outgoing.size());
            since.forEach(outgoingSet::remove);
            since.clear();
            subscriptions.subList(mark.subscriptions, subscriptions.size()).clear();
        }

        /**
         * The transaction is about to commit.
         *
         * @throws SqlException 54000 if what waits for others has taken all room
         */
        void checkRoom() {
            if (!outgoing.isEmpty() && post.waitingBytes.get() >= BYTES_MAX) {
                throw new SqlException(
                        SqlState.PROGRAM_LIMIT_EXCEEDED,
                        "too many notifications in the NOTIFY queue");
            }
        }

        /** The transaction has committed. */
        void publish() {
            if (!isUsed()) {
                return;
            }
            subscriptions.forEach(Runnable::run);
            subscriptions.clear();
            if (outgoing.isEmpty()) {
                return;
            }
            var reached = new ArrayList<Mailbox>();
            post.order.lock();
            try {
                for (var mailbox : post.mailboxes) {
                    if (mailbox.database == database && mailbox.receive(outgoing)) {
                        reached.add(mailbox);
                    }
                }
            } finally {
                post.order.unlock();
            }
            outgoing.clear();
            outgoingSet.clear();
            for (var mailbox : reached) {
                // This session looks by itself before it is ready again.
                if (mailbox != this) {
                    mailbox.client.attention();
                }
            }
        }

        private boolean receive(List<Message> messages) {
            boolean any = false;
            for (var message : messages) {
                if (channels.contains(message.channel)) {
                    arrived.add(message);
                    post.waitingBytes.addAndGet(message.sizeBytes());
                    any = true;
                }
            }
            return any;
        }

        /** The transaction was rolled back. */
        void discard() {
            if (isUsed()) {
                subscriptions.clear();
                outgoing.clear();
                outgoingSet.clear();
            }
        }

        /** Hands over what has arrived. By the session's thread, outside of transactions. */
        void drain() {
            for (var message = next(); message != null; message = next()) {
                client.notification(message.processId, message.channel, message.payload);
            }
        }

        private @Nullable Message next() {
            var message = arrived.poll();
            if (message != null) {
                post.waitingBytes.addAndGet(-message.sizeBytes());
            }
            return message;
        }

        /** The session has ended. */
        void close() {
            post.order.lock();
            try {
                post.mailboxes.remove(this);
            } finally {
                post.order.unlock();
            }
            while (next() != null) {
                // Nobody will read it.
            }
        }
    }
}
