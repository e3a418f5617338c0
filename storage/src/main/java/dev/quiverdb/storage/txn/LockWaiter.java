package dev.quiverdb.storage.txn;

/**
 * A place in a lock's queue. Guarded by the resource's partition; {@code granted} is read outside.
 */
final class LockWaiter {
    final LockOwner owner;
    final LockResource resource;

    /** Mode, and for rows the slot: see {@link LockResource}. */
    final int what;

    final Thread thread = Thread.currentThread();
    volatile boolean granted;

    LockWaiter(LockOwner owner, LockResource resource, int what) {
        this.owner = owner;
        this.resource = resource;
        this.what = what;
    }
}
