package dev.quiverdb.storage.txn;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * One thing that is locked, with its holders and its queue. Guarded by its partition in {@link
 * LockManager}. A <em>what</em> is a mode, and for a stripe of rows also a slot: {@code slot << 3 |
 * mode}.
 *
 * <p>The queue is fair: a request waits for conflicting holders and for conflicting requests that
 * came earlier, unless its owner holds a lock here already (it strengthens it).
 */
abstract class LockResource {
    final LockTarget target;
    final int partition;
    final List<LockWaiter> queue = new ArrayList<>(0);

    LockResource(LockTarget target, int partition) {
        this.target = target;
        this.partition = partition;
    }

    /** Whether two whats of different owners cannot be held together. */
    abstract boolean conflicts(int what, int other);

    /** Whether the owner holds what, or something at least as strong. */
    abstract boolean holds(LockOwner owner, int what);

    /** Whether the owner holds anything at the place of what. */
    abstract boolean holdsAny(LockOwner owner, int what);

    /** Tells of every other owner that holds something in conflict. */
    abstract void forEachBlocker(LockOwner owner, int what, Consumer<LockOwner> consumer);

    abstract boolean blocked(LockOwner owner, int what);

    abstract void grant(LockOwner owner, int what);

    abstract void release(LockOwner owner, int what);

    abstract void releaseAll(LockOwner owner);

    abstract boolean unused();

    /** Tells of everything that is held. */
    abstract void forEachHeld(java.util.function.ObjIntConsumer<LockOwner> consumer);

    /** Whether a request must wait that stands behind the first {@code ahead} in the queue. */
    boolean mustWait(LockOwner owner, int what, int ahead) {
        if (blocked(owner, what)) {
            return true;
        }
        if (holdsAny(owner, what)) {
            return false;
        }
        for (int i = 0; i < ahead; i++) {
            var earlier = queue.get(i);
            if (!earlier.owner.sameSession(owner) && conflicts(earlier.what, what)) {
                return true;
            }
        }
        return false;
    }

    /** Grants whatever may go on now. */
    void wakeQueue() {
        for (int i = 0; i < queue.size(); ) {
            var waiter = queue.get(i);
            if (mustWait(waiter.owner, waiter.what, i)) {
                i++;
                continue;
            }
            queue.remove(i);
            grant(waiter.owner, waiter.what);
            waiter.owner.waiting = null;
            waiter.granted = true;
            LockSupport.unpark(waiter.thread);
        }
    }
}
