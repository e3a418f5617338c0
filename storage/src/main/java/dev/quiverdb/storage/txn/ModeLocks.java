package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.ObjectLockMode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;

/**
 * The holders of an object, an advisory lock or a unique key. Modes are {@link ObjectLockMode}s.
 */
final class ModeLocks extends LockResource {
    private static final ObjectLockMode[] MODES = ObjectLockMode.values();

    /** One owner's modes, as how often each was taken. */
    private static final class Holder {
        final LockOwner owner;
        final int[] counts = new int[MODES.length];

        Holder(LockOwner owner) {
            this.owner = owner;
        }
    }

    private final List<Holder> holders = new ArrayList<>(1);

    ModeLocks(LockTarget target, int partition) {
        super(target, partition);
    }

    @Override
    boolean conflicts(int what, int other) {
        return MODES[what].conflictsWith(MODES[other]);
    }

    @Override
    boolean holds(LockOwner owner, int what) {
        for (var holder : holders) {
            if (holder.owner == owner && holder.counts[what] > 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    boolean holdsAny(LockOwner owner, int what) {
        for (var holder : holders) {
            if (holder.owner.sameSession(owner)) {
                return true;
            }
        }
        return false;
    }

    private boolean inTheWay(Holder holder, LockOwner owner, int what) {
        if (holder.owner.sameSession(owner)) {
            return false;
        }
        for (int mode = 0; mode < MODES.length; mode++) {
            if (holder.counts[mode] > 0 && conflicts(mode, what)) {
                return true;
            }
        }
        return false;
    }

    @Override
    void forEachBlocker(LockOwner owner, int what, Consumer<LockOwner> consumer) {
        for (var holder : holders) {
            if (inTheWay(holder, owner, what)) {
                consumer.accept(holder.owner);
            }
        }
    }

    @Override
    boolean blocked(LockOwner owner, int what) {
        for (var holder : holders) {
            if (inTheWay(holder, owner, what)) {
                return true;
            }
        }
        return false;
    }

    @Override
    void grant(LockOwner owner, int what) {
        for (var holder : holders) {
            if (holder.owner == owner) {
                holder.counts[what]++;
                return;
            }
        }
        var holder = new Holder(owner);
        holder.counts[what] = 1;
        holders.add(holder);
    }

    @Override
    void release(LockOwner owner, int what) {
        for (Iterator<Holder> it = holders.iterator(); it.hasNext(); ) {
            var holder = it.next();
            if (holder.owner == owner) {
                assert holder.counts[what] > 0 : "release of a lock that is not held";
                holder.counts[what]--;
                for (int count : holder.counts) {
                    if (count > 0) {
                        return;
                    }
                }
                it.remove();
                return;
            }
        }
    }

    @Override
    void releaseAll(LockOwner owner) {
        holders.removeIf(holder -> holder.owner == owner);
    }

    @Override
    boolean unused() {
        return holders.isEmpty() && queue.isEmpty();
    }

    @Override
    void forEachHeld(ObjIntConsumer<LockOwner> consumer) {
        for (var holder : holders) {
            for (int mode = 0; mode < MODES.length; mode++) {
                if (holder.counts[mode] > 0) {
                    consumer.accept(holder.owner, mode);
                }
            }
        }
    }
}
