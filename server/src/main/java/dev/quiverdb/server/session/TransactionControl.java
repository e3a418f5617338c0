package dev.quiverdb.server.session;

import dev.quiverdb.base.error.Severity;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.setting.Settings;
import dev.quiverdb.execute.ConstraintQueue;
import dev.quiverdb.server.database.CatalogChange;
import dev.quiverdb.server.database.Cluster;
import dev.quiverdb.server.database.DatabaseInstance;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.storage.Savepoint;
import dev.quiverdb.storage.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A session's transaction block: what BEGIN opens, what an error fails and what COMMIT ends,
 * together with all that goes back when it is rolled back: catalog changes, settings, deferred
 * constraints, notifications. A storage transaction is begun by the first statement that needs one.
 * Used by the session's thread.
 */
final class TransactionControl {
    /** What the session hears of a transaction's end, before and after. */
    interface Listener {
        /** All is written; throwing here fails the commit. */
        void beforeCommit(Transaction transaction);

        /** Committed ({@code true}) or rolled back. */
        void ended(boolean committed);
    }

    private enum State {
        IDLE,
        /** Statements of one simple query or of one run of extended messages. */
        IMPLICIT,
        BLOCK,
        FAILED
    }

    private record Frame(
            String name,
            @Nullable Savepoint savepoint,
            int changes,
            int constraints,
            Notifications.Mailbox.Mark mail) {}

    private final Cluster cluster;
    private final DatabaseInstance database;
    private final Settings settings;
    private final HotSettings hot;
    private final Notifications.Mailbox mailbox;
    private final Consumer<SqlException> notices;
    private final Listener listener;
    private final int processId;

    private State state = State.IDLE;
    private @Nullable Transaction transaction;
    private Catalog catalog;

    /** What {@link #refreshCatalog} made last, of what, with how many changes. */
    private @Nullable Catalog refreshed;

    private @Nullable Catalog refreshedFrom;
    private int refreshedChanges;

    private final List<CatalogChange> changes = new ArrayList<>();
    private final List<Frame> frames = new ArrayList<>();
    private ConstraintQueue constraints = new ConstraintQueue();
    private long startMicros;

    private boolean writes;

    /** Whether the thread that is at it may wait for locks. */
    private boolean waits = true;

    /** Whether all that was written is little, and written by a thread that may not wait. */
    private boolean wroteHere;

    /** Where the running statement began, if it may have to begin again. */
    private @Nullable Savepoint statementStart;

    private int statementConstraints;

    private volatile @Nullable Transaction cancelTarget;

    /** Why the commit that ended by itself failed. */
    private @Nullable Throwable asyncFailure;

    TransactionControl(
            Cluster cluster,
            DatabaseInstance database,
            Settings settings,
            HotSettings hot,
            int processId,
            Notifications.Mailbox mailbox,
            Consumer<SqlException> notices,
            Listener listener) {
        this.cluster = cluster;
        this.database = database;
        this.settings = settings;
        this.hot = hot;
        this.processId = processId;
        this.mailbox = mailbox;
        this.notices = notices;
        this.listener = listener;
        catalog = database.catalog();
    }

    /** I, T or E, for ReadyForQuery. */
    char status() {
        return switch (state) {
            case IDLE, IMPLICIT -> 'I';
            case BLOCK -> 'T';
            case FAILED -> 'E';
        };
    }

    /** Whether no transaction is open, not even an implicit one. */
    boolean isIdle() {
        return state == State.IDLE;
    }

    boolean inBlock() {
        return state == State.BLOCK || state == State.FAILED;
    }

    boolean failed() {
        return state == State.FAILED;
    }

    /** Whether the transaction's catalog is the one that everybody sees. */
    boolean sharesCatalog() {
        return changes.isEmpty();
    }

    /** The catalog as this transaction sees it: the newest committed one and its own changes. */
    Catalog catalog() {
        return catalog;
    }

    ConstraintQueue constraints() {
        return constraints;
    }

    /** When the transaction began, in microseconds since 2000-01-01 UTC. */
    long startMicros() {
        return startMicros;
    }

    /** Makes ready for a statement: opens what is not open and takes the newest catalog. */
    void beginStatement(long nowMicros) {
        if (state == State.IDLE) {
            open(State.IMPLICIT, nowMicros);
        }
        var open = transaction;
        if (open != null) {
            open.setLockTimeout(hot.lockTimeoutMillis());
        }
        refreshCatalog();
    }

    private void open(State newState, long nowMicros) {
        state = newState;
        startMicros = nowMicros;
        settings.begin();
        if (hot.modesAreDefault()) {
            return;
        }
        for (var mode : HotSettings.MODES) {
            var standard = settings.get("default_" + mode);
            if (!standard.equals(settings.get(mode))) {
                settings.set(mode, standard, Settings.Scope.LOCAL, true);
            }
        }
    }

    /**
     * Takes what others have committed since. The same catalog again, the very object, if they
     * committed nothing and this transaction changed nothing: plans made in it hold.
     */
    void refreshCatalog() {
        var newest = database.catalog();
        if (newest == refreshedFrom && changes.size() == refreshedChanges && catalog == refreshed) {
            return;
        }
        refreshedFrom = newest;
        for (var change : changes) {
            newest = change.applyTo(newest);
        }
        refreshedChanges = changes.size();
        refreshed = newest;
        catalog = newest;
    }

    /** The storage transaction, begun if need be, with a snapshot for a new statement. */
    Transaction forStatement() {
        var open = transaction();
        open.beginStatement();
        return open;
    }

    /** The storage transaction, begun if need be. */
    Transaction transaction() {
        var open = transaction;
        if (open == null) {
            open = database.storage().begin(hot.isolation(), hot.readOnly(), hot.deferrable());
            open.setProcess(processId);
            open.setLockTimeout(hot.lockTimeoutMillis());
            open.setWaits(waits);
            transaction = open;
            cancelTarget = open;
            for (int i = 0; i < frames.size(); i++) {
                var frame = frames.get(i);
                frames.set(
                        i,
                        new Frame(
                                frame.name,
                                open.savepoint(),
                                frame.changes,
                                frame.constraints,
                                frame.mail));
            }
        }
        return open;
    }

    /** The statement about to run may write. */
    void mayWrite() {
        wroteHere = !waits && (wroteHere || !writes);
        writes = true;
    }

    /** Whether the thread that is at it from now on may wait for locks. */
    void setWaits(boolean may) {
        waits = may;
        var open = transaction;
        if (open != null) {
            open.setWaits(may);
            var start = statementStart;
            if (may && start != null) {
                open.release(start);
                statementStart = null;
            }
        }
    }

    /** Whether the thread that is at it may wait. */
    boolean waits() {
        return waits;
    }

    /** Whether an implicit transaction has written nothing yet. */
    boolean hasDoneNothing() {
        return !inBlock() && wroteNothing() && constraints.isUnused();
    }

    /**
     * The statement about to run may have to wait on a thread that must not: {@link #undoStatement}
     * then takes it back. The transaction goes on, implicit or not, and with it its portals.
     */
    void markStatement() {
        statementStart = transaction().savepoint();
        statementConstraints = constraints.mark();
    }

    /** Takes back what the marked statement has done, so that it can begin again. */
    void undoStatement() {
        var start = statementStart;
        if (start == null) {
            throw new IllegalStateException("a statement that never waits had to wait");
        }
        transaction().rollbackTo(start);
        constraints.rollbackTo(statementConstraints);
    }

    /**
     * Whether a commit now has only what the thread that reads the socket wrote itself, which is
     * little.
     */
    boolean hasWrittenHere() {
        return wroteHere && changes.isEmpty() && constraints.isUnused();
    }

    /** Whether the transaction has taken its first snapshot, after which its modes are fixed. */
    boolean hasBegunReading() {
        return transaction != null;
    }

    /** Ends the wait of the running statement; from any thread. */
    void cancel() {
        var target = cancelTarget;
        if (target != null) {
            target.cancel();
        }
    }

    /** Records a change of the catalog that the running statement makes. */
    void change(CatalogChange change) {
        changes.add(change);
        catalog = change.applyTo(catalog);
        if (!change.shared()) {
            database.write(transaction(), change);
        }
    }

    // Statements.

    void begin(long nowMicros) {
        switch (state) {
            case IDLE -> open(State.BLOCK, nowMicros);
            case IMPLICIT -> state = State.BLOCK;
            case BLOCK, FAILED ->
                    warn(
                            SqlState.ACTIVE_SQL_TRANSACTION,
                            "there is already a transaction in progress");
        }
    }

    /**
     * COMMIT.
     *
     * @return whether it committed; false if the block had failed and was rolled back
     */
    boolean commit() {
        return switch (state) {
            case IDLE -> {
                warn(SqlState.NO_ACTIVE_SQL_TRANSACTION, "there is no transaction in progress");
                yield true;
            }
            case IMPLICIT -> {
                warn(SqlState.NO_ACTIVE_SQL_TRANSACTION, "there is no transaction in progress");
                finish();
                yield true;
            }
            case BLOCK -> {
                finish();
                yield true;
            }
            case FAILED -> {
                rollbackAll();
                yield false;
            }
        };
    }

    void rollback() {
        if (!inBlock()) {
            warn(SqlState.NO_ACTIVE_SQL_TRANSACTION, "there is no transaction in progress");
        }
        rollbackAll();
    }

    /**
     * Whether {@link #endImplicit} has nothing to write, or only what the thread that reads the
     * socket wrote itself; in any case no lock to wait for.
     */
    boolean endsWithoutWaiting() {
        return state != State.IMPLICIT || wroteNothing() || hasWrittenHere();
    }

    /** Whether a commit now would have nothing to write. */
    boolean wroteNothing() {
        return !writes && changes.isEmpty();
    }

    /** The end of a simple query or of a run of extended messages: commits what was implicit. */
    void endImplicit() {
        if (state == State.IMPLICIT) {
            finish();
        }
    }

    /**
     * Commits what {@link #hasWrittenHere}, implicit or a block, without waiting for the disk:
     * {@code ended} is called by another thread, and then {@link #asyncCommitEnded} by the
     * session's, which does nothing else in between.
     */
    void commitAsync(Runnable ended) {
        var open = transaction();
        try {
            mailbox.checkRoom();
            listener.beforeCommit(open);
            transaction = null;
            cancelTarget = null;
            open.commitAsync(failure -> {
                asyncFailure = failure;
                ended.run();
            });
        } catch (RuntimeException | Error e) {
            rollbackAll();
            throw e;
        }
    }

    /** The commit has ended. Throws what it failed with, rolled back. */
    void asyncCommitEnded() {
        var failure = asyncFailure;
        asyncFailure = null;
        end(failure == null);
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }

    /** A statement failed: a block waits for its end, anything else is rolled back now. */
    void fail() {
        switch (state) {
            case IDLE -> {}
            case IMPLICIT -> rollbackAll();
            case BLOCK -> {
                state = State.FAILED;
                statementStart = null;
                releaseFailed();
            }
            case FAILED -> {}
        }
    }

    /**
     * What failed gives back its locks and its writes at once, so that nobody waits for a client to
     * say ROLLBACK: all of the transaction, or what came after its newest savepoint.
     */
    private void releaseFailed() {
        var open = transaction;
        if (open == null) {
            return;
        }
        var savepoint = frames.isEmpty() ? null : frames.getLast().savepoint;
        if (savepoint != null) {
            open.rollbackTo(savepoint);
            return;
        }
        transaction = null;
        cancelTarget = null;
        open.rollback();
    }

    /** Rolls back whatever is open. */
    void rollbackAll() {
        var open = transaction;
        transaction = null;
        cancelTarget = null;
        if (open != null) {
            open.rollback();
        }
        end(false);
    }

    private void finish() {
        try {
            mailbox.checkRoom();
            var open = transaction;
            if (open != null) {
                listener.beforeCommit(open);
                open.commit();
                transaction = null;
                cancelTarget = null;
            }
            if (!changes.isEmpty()) {
                database.publish(changes.stream().filter(c -> !c.shared()).toList());
                cluster.commitShared(changes.stream().filter(CatalogChange::shared).toList());
            }
        } catch (RuntimeException | Error e) {
            rollbackAll();
            throw e;
        }
        end(true);
    }

    /** PREPARE TRANSACTION. */
    void prepare(String gid, String owner) {
        if (state != State.BLOCK) {
            if (state == State.FAILED) {
                rollbackAll();
            } else {
                warn(SqlState.NO_ACTIVE_SQL_TRANSACTION, "there is no transaction in progress");
            }
            return;
        }
        if (!changes.isEmpty()) {
            rollbackAll();
            throw SqlException.notSupported(
                    "cannot PREPARE a transaction that has changed definitions");
        }
        if (mailbox.isUsed()) {
            rollbackAll();
            throw SqlException.notSupported(
                    "cannot PREPARE a transaction that has executed LISTEN, UNLISTEN, or NOTIFY");
        }
        try {
            var open = transaction();
            listener.beforeCommit(open);
            open.prepare(gid, owner);
            transaction = null;
            cancelTarget = null;
        } catch (RuntimeException | Error e) {
            rollbackAll();
            throw e;
        }
        end(true);
    }

    private void end(boolean committed) {
        state = State.IDLE;
        writes = false;
        wroteHere = false;
        statementStart = null;
        changes.clear();
        frames.clear();
        if (!constraints.isUnused()) {
            constraints = new ConstraintQueue();
        }
        if (committed) {
            settings.commit();
            mailbox.publish();
        } else {
            settings.rollback();
            mailbox.discard();
        }
        catalog = database.catalog();
        listener.ended(committed);
    }

    // Savepoints.

    void savepoint(String name) {
        requireBlock("SAVEPOINT");
        var open = transaction;
        frames.add(
                new Frame(
                        name,
                        open == null ? null : open.savepoint(),
                        changes.size(),
                        constraints.mark(),
                        mailbox.mark()));
        settings.savepoint();
    }

    void release(String name) {
        requireBlock("RELEASE SAVEPOINT");
        int at = find(name);
        var frame = frames.get(at);
        if (frame.savepoint != null) {
            transaction().release(frame.savepoint);
        }
        while (frames.size() > at) {
            frames.removeLast();
            settings.release();
        }
    }

    void rollbackTo(String name) {
        requireBlock("ROLLBACK TO SAVEPOINT");
        int at = find(name);
        var frame = frames.get(at);
        if (frame.savepoint != null) {
            transaction().rollbackTo(frame.savepoint);
        }
        for (int i = at; i < frames.size(); i++) {
            settings.rollbackTo();
        }
        settings.savepoint();
        frames.subList(at + 1, frames.size()).clear();
        changes.subList(frame.changes, changes.size()).clear();
        constraints.rollbackTo(frame.constraints);
        mailbox.rollbackTo(frame.mail);
        state = State.BLOCK;
        refreshCatalog();
    }

    private int find(String name) {
        for (int i = frames.size() - 1; i >= 0; i--) {
            if (frames.get(i).name.equals(name)) {
                return i;
            }
        }
        throw new SqlException(
                SqlState.S_E_INVALID_SPECIFICATION, "savepoint \"" + name + "\" does not exist");
    }

    /** Refuses a statement that makes sense only in a block. */
    void requireBlock(String what) {
        if (!inBlock()) {
            throw new SqlException(
                    SqlState.NO_ACTIVE_SQL_TRANSACTION,
                    what + " can only be used in transaction blocks");
        }
    }

    /** Refuses a statement that cannot be rolled back. */
    void forbidBlock(String what) {
        if (inBlock()) {
            throw new SqlException(
                    SqlState.ACTIVE_SQL_TRANSACTION,
                    what + " cannot run inside a transaction block");
        }
    }

    private void warn(SqlState code, String message) {
        notices.accept(new SqlException(code, message).withSeverity(Severity.WARNING));
    }
}
