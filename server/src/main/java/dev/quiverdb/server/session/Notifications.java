package dev.quiverdb.server.session;

import dev.quiverdb.pgwire.session.Engine;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * LISTEN and NOTIFY: what committed transactions send reaches every session of the database that
 * listens, before that session's next ReadyForQuery. Thread-safe.
 */
final class Notifications {
    private record Message(int processId, String channel, String payload) {}

    private final List<Mailbox> mailboxes = new CopyOnWriteArrayList<>();

    /** A session's end of it. */
    Mailbox mailbox(int database) {
        var mailbox = new Mailbox(this, database);
        mailboxes.add(mailbox);
        return mailbox;
    }

    private void deliver(int database, Message message) {
        for (var mailbox : mailboxes) {
            if (mailbox.database == database && mailbox.channels.contains(message.channel)) {
                mailbox.arrived.add(message);
            }
        }
    }

    /** What one session listens to, is about to send and has received. */
    static final class Mailbox {
        private final Notifications post;
        private final int database;
        private final Set<String> channels = java.util.concurrent.ConcurrentHashMap.newKeySet();
        private final Set<Message> outgoing = new LinkedHashSet<>();
        private final List<Runnable> subscriptions = new ArrayList<>();
        private final ConcurrentLinkedQueue<Message> arrived = new ConcurrentLinkedQueue<>();

        private Mailbox(Notifications post, int database) {
            this.post = post;
            this.database = database;
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

        /** NOTIFY, sent when the transaction commits; the same message twice is sent once. */
        void send(String channel, String payload) {
            outgoing.add(new Message(0, channel, payload));
        }

        List<String> listening() {
            return channels.stream().sorted().toList();
        }

        /** The transaction has committed. */
        void publish(int processId) {
            subscriptions.forEach(Runnable::run);
            subscriptions.clear();
            for (var message : outgoing) {
                post.deliver(database, new Message(processId, message.channel, message.payload));
            }
            outgoing.clear();
        }

        /** The transaction was rolled back. */
        void discard() {
            subscriptions.clear();
            outgoing.clear();
        }

        /** Hands over what has arrived. */
        void drain(Engine.ClientEvents client) {
            for (var message = arrived.poll(); message != null; message = arrived.poll()) {
                client.notification(message.processId, message.channel, message.payload);
            }
        }

        void close() {
            post.mailboxes.remove(this);
        }
    }
}
