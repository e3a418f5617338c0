package dev.quiverdb.storage.txn;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.world.Clock;
import dev.quiverdb.storage.LockStrength;
import dev.quiverdb.storage.LockView;
import dev.quiverdb.storage.ObjectLockMode;
import dev.quiverdb.storage.WaitPolicy;
import dev.quiverdb.storage.WouldWaitException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * All locks of one storage: rows, unique keys, objects, advisory. Thread-safe.
 *
 * <p>Resources are spread over partitions by hash, each under its own latch. A request that has to
 * wait looks at once whether its wait closes a circle; if so it is the victim. For that it takes
 * all partitions in order, which only those do who wait anyway.
 */
final class LockManager {
    private static final int PARTITIONS = 32;
    private static final List<ObjectLockMode> MODES = List.of(ObjectLockMode.values());
    private static final List<LockStrength> STRENGTHS = List.of(LockStrength.values());

    private static final class Partition {
        final ReentrantLock latch = new ReentrantLock();
        final Map<LockTarget, LockResource> resources = new HashMap<>();
    }

    private final Partition[] partitions = new Partition[PARTITIONS];
    private final Clock clock;
    private final int keysMax;
    private final AtomicLong deadlocks = new AtomicLong();

    /** Those who hold many keys. */
    private final List<LockOwner> holdersOfMany = new CopyOnWriteArrayList<>();

    /**
     * No locks.
     *
     * @param keysMax beyond so many unique keys an owner's keys are kept as hashes
     */
    LockManager(Clock clock, int keysMax) {
        this.clock = clock;
        this.keysMax = keysMax;
        for (int i = 0; i < PARTITIONS; i++) {
            partitions[i] = new Partition();
        }
    }

    long deadlocks() {
        return deadlocks.get();
    }

    /** Locks a row; false if the policy says not to wait and somebody is in the way. */
    boolean lockRow(
            LockOwner owner, int tabletId, long rowId, LockStrength strength, WaitPolicy policy) {
        var target = new LockTarget.Stripe(tabletId, (int) (rowId >> 10));
        return lock(owner, target, RowLocks.what((int) rowId & 1023, strength), policy);
    }

    /** Whether the owner holds the row at least that strongly. */
    boolean holdsRow(LockOwner owner, int tabletId, long rowId, LockStrength strength) {
        var target = new LockTarget.Stripe(tabletId, (int) (rowId >> 10));
        int number = partitionOf(target);
        var partition = partitions[number];
        partition.latch.lock();
        try {
            var resource = partition.resources.get(target);
            return resource != null
                    && resource.holds(owner, RowLocks.what((int) rowId & 1023, strength));
        } finally {
            partition.latch.unlock();
        }
    }

    /**
     * Locks a unique key. Beyond {@code keysMax} of them the owner's keys are {@link KeyHashes}:
     * each is locked like any other, then looked for among those of others, put to its own, and let
     * go. So whoever has the key's lock in hand knows of everybody who holds it either way.
     */
    boolean lockKey(LockOwner owner, LockTarget.Key key, WaitPolicy policy) {
        owner.newestIsOfMany = false;
        var many = owner.manyKeys;
        if (many != null && many.has(key.wideHash())) {
            return true;
        }
        int held = owner.heldCount();
        while (true) {
            if (!lock(owner, key, ObjectLockMode.EXCLUSIVE.code(), policy)) {
                return false;
            }
            if (owner.heldCount() == held) {
                return true;
            }
            var other = otherHolder(owner, key);
            if (other == null) {
                break;
            }
            releaseAfter(owner, held);
            if (policy != WaitPolicy.WAIT) {
                return false;
            }
            lockItem(owner, new LockTarget.Load(other.id), ObjectLockMode.SHARE, WaitPolicy.WAIT);
            releaseAfter(owner, held);
        }
        if (++owner.keysTaken > keysMax) {
            holdAsHash(owner, key, held);
        }
        return true;
    }

    private void holdAsHash(LockOwner owner, LockTarget.Key key, int held) {
        var many = owner.manyKeys;
        if (many == null) {
            var end = new LockTarget.Load(owner.id);
            lockItem(owner, end, ObjectLockMode.EXCLUSIVE, WaitPolicy.WAIT);
            holdMany(owner, new KeyHashes(), owner.heldCount());
            // This one is kept by its own lock, below that of the end.
            return;
        }
        owner.newestIsOfMany = many.add(key.wideHash());
        releaseAfter(owner, held);
    }

    private void holdMany(LockOwner owner, KeyHashes keys, int since) {
        owner.manySince = since;
        owner.manyKeys = keys;
        holdersOfMany.add(owner);
    }

    /** Gives a prepared transaction back the keys that it held as hashes. */
    void restoreMany(LockOwner owner, long[] hashes) {
        var keys = new KeyHashes();
        for (long hash : hashes) {
            keys.add(hash);
        }
        holdMany(owner, keys, owner.heldCount());
    }

    /** Another session's owner that holds the key as one of many; null if there is none. */
    private @Nullable LockOwner otherHolder(LockOwner owner, LockTarget.Key key) {
        if (holdersOfMany.isEmpty()) {
            return null;
        }
        long hash = key.wideHash();
        for (var other : holdersOfMany) {
            var keys = other.manyKeys;
            if (keys != null && !other.sameSession(owner) && keys.has(hash)) {
                return other;
            }
        }
        return null;
    }

    /** How many keys the owner holds as hashes. */
    int manyCount(LockOwner owner) {
        var many = owner.manyKeys;
        return many == null ? 0 : many.count();
    }

    /**
     * Lets go of all but the first locks and the first keys that are held as hashes. Who waits for
     * one of those goes on waiting for the owner's end.
     */
    void releaseAfter(LockOwner owner, int keep, int keepMany) {
        releaseAfter(owner, keep);
        var many = owner.manyKeys;
        if (many != null) {
            many.truncate(keepMany);
        }
    }

    /** Lets go of the unique key that was locked last, and of all other locks taken since. */
    void releaseKeyAfter(LockOwner owner, int keep) {
        var many = owner.manyKeys;
        if (many != null && owner.newestIsOfMany) {
            many.truncate(many.count() - 1);
            owner.newestIsOfMany = false;
        }
        releaseAfter(owner, keep);
    }

    /** Whether somebody else holds the key. */
    boolean isKeyTaken(LockOwner owner, LockTarget.Key key) {
        var partition = partitions[partitionOf(key)];
        partition.latch.lock();
        try {
            var resource = partition.resources.get(key);
            if (resource != null && resource.blocked(owner, ObjectLockMode.EXCLUSIVE.code())) {
                return true;
            }
        } finally {
            partition.latch.unlock();
        }
        return otherHolder(owner, key) != null;
    }

    boolean lockItem(LockOwner owner, LockTarget target, ObjectLockMode mode, WaitPolicy policy) {
        return lock(owner, target, mode.code(), policy);
    }

    private static int partitionOf(LockTarget target) {
        int hash = target.hashCode() * 0x9E3779B9;
        return hash >>> 27;
    }

    private boolean lock(LockOwner owner, LockTarget target, int what, WaitPolicy policy) {
        int number = partitionOf(target);
        var partition = partitions[number];
        LockWaiter waiter;
        partition.latch.lock();
        try {
            var resource = partition.resources.get(target);
            if (resource == null) {
                resource =
                        target instanceof LockTarget.Stripe
                                ? new RowLocks(target, number)
                                : new ModeLocks(target, number);
                partition.resources.put(target, resource);
            }
            boolean counted = target instanceof LockTarget.Advisory;
            if (!counted && resource.holds(owner, what)) {
                return true;
            }
            if (!resource.mustWait(owner, what, resource.queue.size())) {
                resource.grant(owner, what);
                owner.took(resource, what);
                return true;
            }
            if (policy != WaitPolicy.WAIT) {
                return false;
            }
            if (!owner.waits) {
                throw new WouldWaitException();
            }
            waiter = new LockWaiter(owner, resource, what);
            if (resource.holdsAny(owner, what)) {
                // Who strengthens a lock waits for holders only, so it stands first.
                resource.queue.addFirst(waiter);
            } else {
                resource.queue.add(waiter);
            }
            owner.waiting = waiter;
        } finally {
            partition.latch.unlock();
        }
        await(waiter);
        owner.took(waiter.resource, what);
        return true;
    }

    private void await(LockWaiter waiter) {
        var owner = waiter.owner;
        owner.waitsIn(Thread.currentThread());
        try {
            var circle = findCircle(waiter);
            if (!circle.isEmpty() && leave(waiter)) {
                deadlocks.incrementAndGet();
                throw deadlock(circle);
            }
            long timeout = owner.lockTimeoutMillis;
            long deadline = timeout == 0 ? 0 : clock.nanoTime() + timeout * 1_000_000;
            while (!waiter.granted) {
                if (owner.cancelled()) {
                    if (leave(waiter)) {
                        owner.clearCancel();
                        throw new SqlException(
                                SqlState.QUERY_CANCELED, "canceling statement due to user request");
                    }
                    // Granted meanwhile; the wait for the latch may have taken the wake-up.
                    continue;
                }
                if (timeout == 0) {
                    LockSupport.park(waiter);
                } else {
                    long rest = deadline - clock.nanoTime();
                    if (rest <= 0) {
                        if (leave(waiter)) {
                            throw new SqlException(
                                    SqlState.LOCK_NOT_AVAILABLE,
                                    "canceling statement due to lock timeout");
                        }
                        continue;
                    }
                    LockSupport.parkNanos(waiter, rest);
                }
                if (Thread.interrupted()) {
                    owner.cancel();
                }
            }
        } finally {
            owner.waitsIn(null);
        }
    }

    /** Takes a waiter out of its queue; false if it was granted meanwhile. */
    private boolean leave(LockWaiter waiter) {
        var partition = partitions[waiter.resource.partition];
        partition.latch.lock();
        try {
            if (waiter.granted) {
                return false;
            }
            waiter.resource.queue.remove(waiter);
            waiter.owner.waiting = null;
            waiter.resource.wakeQueue();
            dropIfUnused(partition, waiter.resource);
            return true;
        } finally {
            partition.latch.unlock();
        }
    }

    private static void dropIfUnused(Partition partition, LockResource resource) {
        if (resource.unused()) {
            partition.resources.remove(resource.target, resource);
        }
    }

    // ---- release --------------------------------------------------------------------------------

    /** Gives back everything taken after the first {@code keep} locks. */
    void releaseAfter(LockOwner owner, int keep) {
        if (owner.manyKeys != null && keep < owner.manySince) {
            // The lock of the end goes, for which others would wait.
            forgetMany(owner);
        }
        for (int i = owner.heldCount() - 1; i >= keep; i--) {
            var resource = owner.heldResource(i);
            release(resource, owner, owner.heldWhat(i));
        }
        owner.forget(keep);
    }

    private void release(LockResource resource, LockOwner owner, int what) {
        var partition = partitions[resource.partition];
        partition.latch.lock();
        try {
            resource.release(owner, what);
            resource.wakeQueue();
            dropIfUnused(partition, resource);
        } finally {
            partition.latch.unlock();
        }
    }

    private void forgetMany(LockOwner owner) {
        holdersOfMany.remove(owner);
        owner.manyKeys = null;
    }

    /** Gives back everything. */
    void releaseAll(LockOwner owner) {
        if (owner.manyKeys != null) {
            forgetMany(owner);
        }
        for (int i = owner.heldCount() - 1; i >= 0; i--) {
            var resource = owner.heldResource(i);
            if (i > 0 && owner.heldResource(i - 1).equals(resource)) {
                continue;
            }
            var partition = partitions[resource.partition];
            partition.latch.lock();
            try {
                resource.releaseAll(owner);
                if (!resource.queue.isEmpty()) {
                    resource.wakeQueue();
                }
                dropIfUnused(partition, resource);
            } finally {
                partition.latch.unlock();
            }
        }
        owner.forget(0);
    }

    /** Passes the lock that was taken last to another owner of the same session. */
    void handOver(LockOwner from, LockOwner to) {
        int last = from.heldCount() - 1;
        var resource = from.heldResource(last);
        int what = from.heldWhat(last);
        var partition = partitions[resource.partition];
        partition.latch.lock();
        try {
            resource.release(from, what);
            resource.grant(to, what);
        } finally {
            partition.latch.unlock();
        }
        from.forget(last);
        to.took(resource, what);
    }

    /** Gives back the newest lock of that kind; false if there is none. */
    boolean releaseOne(LockOwner owner, LockTarget target, ObjectLockMode mode) {
        for (int i = owner.heldCount() - 1; i >= 0; i--) {
            if (owner.heldWhat(i) == mode.code() && owner.heldResource(i).target.equals(target)) {
                release(owner.heldResource(i), owner, mode.code());
                owner.forgetOne(i);
                return true;
            }
        }
        return false;
    }

    // ---- deadlocks ------------------------------------------------------------------------------

    /** One edge of a circle of waits. */
    private record Edge(LockWaiter waiter, LockOwner blocker) {}

    private List<Edge> findCircle(LockWaiter start) {
        for (var partition : partitions) {
            partition.latch.lock();
        }
        try {
            var path = new ArrayList<Edge>();
            if (start.granted || !search(start, start.owner, path, new HashSet<>())) {
                return List.of();
            }
            return resolve(start, path) ? List.of() : path;
        } finally {
            for (var partition : partitions) {
                partition.latch.unlock();
            }
        }
    }

    /**
     * Opens a circle, if it can be done, by letting somebody pass whom only the order of a queue
     * holds up, the last such wait of the circle first. All partitions are locked.
     */
    private static boolean resolve(LockWaiter start, List<Edge> circle) {
        for (var edge : circle.reversed()) {
            var waiter = edge.waiter();
            var resource = waiter.resource;
            int behind = indexOfOwner(resource.queue, edge.blocker());
            int at = resource.queue.indexOf(waiter);
            if (behind < 0 || behind > at || resource.blocked(waiter.owner, waiter.what)) {
                continue;
            }
            resource.queue.remove(at);
            resource.queue.add(behind, waiter);
            boolean works =
                    !search(start, start.owner, new ArrayList<>(), new HashSet<>())
                            && resource.queue.subList(behind + 1, at + 1).stream()
                                    .noneMatch(passed ->
                                            search(
                                                    passed,
                                                    passed.owner,
                                                    new ArrayList<>(),
                                                    new HashSet<>()));
            if (works) {
                resource.wakeQueue();
                return true;
            }
            resource.queue.remove(behind);
            resource.queue.add(at, waiter);
        }
        return false;
    }

    private static int indexOfOwner(List<LockWaiter> queue, LockOwner owner) {
        for (int i = 0; i < queue.size(); i++) {
            if (queue.get(i).owner == owner) {
                return i;
            }
        }
        return -1;
    }

    private static boolean search(
            LockWaiter waiter, LockOwner start, List<Edge> path, Set<LockOwner> seen) {
        for (var blocker : blockers(waiter)) {
            path.add(new Edge(waiter, blocker));
            if (blocker.sameSession(start)) {
                return true;
            }
            if (seen.add(blocker)) {
                var next = blocker.waiting;
                if (next != null && search(next, start, path, seen)) {
                    return true;
                }
            }
            path.removeLast();
        }
        return false;
    }

    private static List<LockOwner> blockers(LockWaiter waiter) {
        var found = new ArrayList<LockOwner>();
        var resource = waiter.resource;
        resource.forEachBlocker(waiter.owner, waiter.what, found::add);
        if (!resource.holdsAny(waiter.owner, waiter.what)) {
            for (var earlier : resource.queue) {
                if (earlier == waiter) {
                    break;
                }
                if (!earlier.owner.sameSession(waiter.owner)
                        && resource.conflicts(earlier.what, waiter.what)) {
                    found.add(earlier.owner);
                }
            }
        }
        return found;
    }

    private static SqlException deadlock(List<Edge> circle) {
        var detail = new StringBuilder();
        for (var edge : circle) {
            if (!detail.isEmpty()) {
                detail.append('\n');
            }
            detail.append("Process ")
                    .append(edge.waiter().owner.process)
                    .append(" waits for ")
                    .append(describe(edge.waiter(), edge.blocker()))
                    .append("; blocked by process ")
                    .append(edge.blocker().process)
                    .append('.');
        }
        return new SqlException(SqlState.T_R_DEADLOCK_DETECTED, "deadlock detected")
                .withDetail(detail.toString())
                .withHint("See server log for query details.");
    }

    private static String describe(LockWaiter waiter, LockOwner blocker) {
        return switch (waiter.resource.target) {
            case LockTarget.Item(long classId, long objectId) ->
                    mode(waiter.what)
                            + (classId == 1259
                                    ? " on relation " + objectId
                                    : " on object " + objectId + " of class " + classId);
            case LockTarget.Advisory(long key, boolean two) ->
                    mode(waiter.what)
                            + " on advisory lock ["
                            + (key >>> 32)
                            + ","
                            + (key & 0xffff_ffffL)
                            + ","
                            + (two ? 2 : 1)
                            + "]";
            case LockTarget.Key _, LockTarget.Stripe _, LockTarget.Load _ ->
                    "ShareLock on transaction " + blocker.id;
        };
    }

    private static String mode(int what) {
        return MODES.get(what).pgName();
    }

    // ---- inspection -----------------------------------------------------------------------------

    /**
     * The processes that a process waits for: holders in its way and those before it in a queue.
     */
    Set<Long> blockersOf(long process) {
        var found = new LinkedHashSet<Long>();
        for (var partition : partitions) {
            partition.latch.lock();
            try {
                for (var resource : partition.resources.values()) {
                    for (var waiter : resource.queue) {
                        if (waiter.owner.process == process) {
                            blockers(waiter).forEach(blocker -> found.add(blocker.process));
                        }
                    }
                }
            } finally {
                partition.latch.unlock();
            }
        }
        return found;
    }

    /** Everything held and waited for, keys left out. */
    List<LockView> views() {
        var views = new ArrayList<LockView>();
        for (var partition : partitions) {
            partition.latch.lock();
            try {
                for (var resource : partition.resources.values()) {
                    resource.forEachHeld((owner, what) -> view(views, resource, owner, what, true));
                    for (var waiter : resource.queue) {
                        view(views, resource, waiter.owner, waiter.what, false);
                    }
                }
            } finally {
                partition.latch.unlock();
            }
        }
        return views;
    }

    private static void view(
            List<LockView> views,
            LockResource resource,
            LockOwner owner,
            int what,
            boolean granted) {
        switch (resource.target) {
            case LockTarget.Item(long classId, long objectId) ->
                    views.add(
                            new LockView(
                                    owner.process,
                                    owner.id,
                                    "relation",
                                    OptionalLong.of(classId),
                                    OptionalLong.of(objectId),
                                    OptionalInt.empty(),
                                    OptionalLong.empty(),
                                    mode(what),
                                    granted));
            case LockTarget.Advisory(long key, boolean two) ->
                    views.add(
                            new LockView(
                                    owner.process,
                                    owner.id,
                                    "advisory",
                                    OptionalLong.of(two ? 2 : 1),
                                    OptionalLong.of(key),
                                    OptionalInt.empty(),
                                    OptionalLong.empty(),
                                    mode(what),
                                    granted));
            case LockTarget.Stripe(int tabletId, int stripe) ->
                    views.add(
                            new LockView(
                                    owner.process,
                                    owner.id,
                                    "tuple",
                                    OptionalLong.empty(),
                                    OptionalLong.empty(),
                                    OptionalInt.of(tabletId),
                                    OptionalLong.of((long) stripe << 10 | what >> 3),
                                    STRENGTHS.get(what & 7).name(),
                                    granted));
            case LockTarget.Load(long transactionId) ->
                    views.add(
                            new LockView(
                                    owner.process,
                                    owner.id,
                                    "transactionid",
                                    OptionalLong.empty(),
                                    OptionalLong.of(transactionId),
                                    OptionalInt.empty(),
                                    OptionalLong.empty(),
                                    mode(what),
                                    granted));
            case LockTarget.Key _ -> {
                // Who waits for a key waits for the end of the transaction that may have it.
                if (!granted) {
                    resource.forEachHeld((holder, _) ->
                            views.add(
                                    new LockView(
                                            owner.process,
                                            owner.id,
                                            "transactionid",
                                            OptionalLong.empty(),
                                            OptionalLong.of(holder.id),
                                            OptionalInt.empty(),
                                            OptionalLong.empty(),
                                            ObjectLockMode.SHARE.pgName(),
                                            false)));
                }
            }
        }
    }
}
