package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.AdvisoryLocks;
import dev.quiverdb.storage.ObjectLockMode;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.WaitPolicy;
import org.jspecify.annotations.Nullable;

/**
 * One session's advisory locks. Those of session scope belong to an owner that shares the session
 * identity of the transaction that asks, so that a session does not block itself.
 */
final class SessionAdvisoryLocks implements AdvisoryLocks {
    private final Engine engine;
    private final LockOwner.Session session = new LockOwner.Session();
    private final LockOwner owner;

    SessionAdvisoryLocks(Engine engine, long id) {
        this.engine = engine;
        this.owner = new LockOwner(id, session);
    }

    @Override
    public void lock(
            Transaction transaction,
            long key,
            boolean two,
            boolean shared,
            boolean transactionScope) {
        take(transaction, key, two, shared, transactionScope, WaitPolicy.WAIT);
    }

    @Override
    public boolean tryLock(
            Transaction transaction,
            long key,
            boolean two,
            boolean shared,
            boolean transactionScope) {
        return take(transaction, key, two, shared, transactionScope, WaitPolicy.NOWAIT);
    }

    private boolean take(
            @Nullable Transaction transaction,
            long key,
            boolean two,
            boolean shared,
            boolean transactionScope,
            WaitPolicy policy) {
        var asking = ((SessionTransaction) java.util.Objects.requireNonNull(transaction)).locks;
        asking.joins(session);
        owner.process = asking.process;
        owner.lockTimeoutMillis = asking.lockTimeoutMillis;
        var target = new LockTarget.Advisory(key, two);
        if (transactionScope) {
            return engine.locks.lockItem(asking, target, mode(shared), policy);
        }
        if (!engine.locks.lockItem(asking, target, mode(shared), policy)) {
            return false;
        }
        // The wait was the transaction's; what it got goes to the session.
        engine.locks.handOver(asking, owner);
        return true;
    }

    private static ObjectLockMode mode(boolean shared) {
        return shared ? ObjectLockMode.SHARE : ObjectLockMode.EXCLUSIVE;
    }

    @Override
    public boolean unlock(long key, boolean two, boolean shared) {
        return engine.locks.releaseOne(owner, new LockTarget.Advisory(key, two), mode(shared));
    }

    @Override
    public void unlockAll() {
        engine.locks.releaseAll(owner);
    }

    @Override
    public void close() {
        unlockAll();
    }
}
