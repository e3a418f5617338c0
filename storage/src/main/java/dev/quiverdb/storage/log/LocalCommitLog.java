package dev.quiverdb.storage.log;

import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.DiskFullException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The log of a node that replicates to nobody: segment files in a directory. See {@code README.md}
 * beside this file for the format and for who flushes.
 *
 * <p>Leader and followers: {@link #append} copies into the filling buffer. The first thread in
 * {@link #awaitDurable} takes the buffer, writes and forces it; those who come meanwhile park, and
 * of those the flush did not cover the first becomes the next leader. There is no committer thread.
 */
public final class LocalCommitLog implements CommitLog {
    /** Appenders wait for a flush when this much is waiting already. */
    private static final int BUFFER_BYTES_MAX = 8 << 20;

    private static final int BUFFER_BYTES = 64 << 10;

    /** A segment that was not recycled grows by this much at a time. */
    private static final int GROW_BYTES = 1 << 20;

    /** Forces what was written through, for all logs; a thread lives as long as a load does. */
    private static final ExecutorService BEHIND =
            Executors.newCachedThreadPool(
                    Thread.ofPlatform().daemon().name("log force ", 0).factory());

    /**
     * Writes the marks of all logs that were left alone; they are single writes without a force.
     */
    private static final ScheduledExecutorService MARKS =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("log marks").factory());

    private final LogOptions options;
    private final Disk disk;
    private final String describedDirectory;
    private final long leaderEpoch;
    private final EntryWriter writer;

    /**
     * A part of a load or a chunk of so many bytes is written as it comes if nothing waits in front
     * of it.
     */
    private final int throughBytes;

    /** When so much was written through, somebody forces it while more comes. */
    private final int forceBehindBytes;

    /** Appenders wait for a force when so much is written and not forced. */
    private final int unforcedBytesMax;

    private final ReentrantLock lock = new ReentrantLock();

    /** Signalled when a flush ends. */
    private final Condition flushEnded = lock.newCondition();

    // All below is guarded by the lock, but for what is volatile.
    private final NavigableMap<Long, Segment> segments = new TreeMap<>();
    private final SpareSegments spares;
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
    private final Map<Long, Long> held = new HashMap<>();
    private final List<SegmentCursor> cursors = new ArrayList<>();
    private Segment active;
    private long allocatedBytes;
    private ByteBuffer filling = LogFormat.direct(BUFFER_BYTES);
    private ByteBuffer resting = LogFormat.direct(BUFFER_BYTES);
    private static final ByteBuffer NO_ENTRY =
            ByteBuffer.allocateDirect(LogFormat.ENTRY_HEADER_BYTES);

    private final ByteBuffer mark = LogFormat.direct(LogFormat.ENTRY_HEADER_BYTES);

    /** Offset in the active segment of the first byte in {@link #filling}. */
    private long fillingOffset;

    /**
     * Somebody is the leader, who alone writes what waited in the buffer, and marks. What is
     * written through lies behind that.
     */
    private boolean flushing;

    /** Flushes ended, for those who wait for one. */
    private long flushes;

    /** Bytes written through since the last force began. */
    private long unforcedBytes;

    /** Bytes that went through the buffer since the last cut: what spare segments are kept for. */
    private long bufferedBytes;

    /** A mark is on its way to the place of the next entry. */
    private boolean marking;

    /** A mark is to be written once nothing has been flushed for a while. */
    private boolean markOwed;

    /** Somebody will come and look whether a mark is owed. */
    private boolean markAwaited;

    private boolean closed;
    private volatile long lastIndex;
    private volatile long durableIndex;
    private volatile @Nullable Throwable failure;

    private LocalCommitLog(LogOptions options, LogRecovery recovered, long firstIndex) {
        this.options = options;
        this.disk = options.disk();
        this.describedDirectory = disk.describe(options.directory());
        this.leaderEpoch = recovered.leaderEpochMax + 1;
        this.writer = new EntryWriter(leaderEpoch, options.partitionId());
        // Small segments, as tests have them, meet all of this too.
        this.throughBytes = Math.min(16 << 10, options.segmentBytes() / 8);
        this.forceBehindBytes = Math.min(4 << 20, options.segmentBytes() / 4);
        this.unforcedBytesMax = Math.min(32 << 20, options.segmentBytes() / 2);
        this.spares = new SpareSegments(disk, options.directory(), recovered.spares);
        for (var segment : recovered.segments) {
            segments.put(segment.number, segment);
        }
        if (segments.isEmpty()) {
            lastIndex = firstIndex - 1;
            durableIndex = lastIndex;
            active = activate(spares.take(1, initialBytes()), 1);
        } else {
            lastIndex = recovered.lastIndex;
            active = recovered.segments.getLast();
            fillingOffset = recovered.tail;
            allocatedBytes = active.file.sizeBytes();
            // What a process that died wrote, names included, may still be only in the system's
            // cache.
            disk.forceDirectory(options.directory());
            writeAgain(active, recovered.unsureFrom, recovered.tail);
            force(active);
            durableIndex = lastIndex;
            if (recovered.mustRoll || options.keyRing() != null || active.dataKey != null) {
                lock.lock();
                try {
                    roll();
                } finally {
                    lock.unlock();
                }
            } else if (fillingOffset + LogFormat.ENTRY_HEADER_BYTES <= allocatedBytes) {
                // From here on what was recovered is served: damage to it is no torn tail.
                placeMark();
            }
        }
    }

    /** Says durably that all that was placed is durable. Nobody else writes. */
    private void placeMark() {
        mark.clear();
        placeOwn(mark, 0, LogFormat.KIND_MARK);
        active.file.write(fillingOffset, mark);
        force(active);
    }

    /**
     * Opens or makes a log, dropping a torn tail.
     *
     * @param neededFrom entries from here on must be there; the checkpoint's log index plus one
     * @throws LogDamagedException when what was durable is not whole or not there
     */
    public static LocalCommitLog open(LogOptions options, long neededFrom) {
        options.disk().createDirectory(options.directory());
        var recovered = LogRecovery.scan(options, neededFrom);
        try {
            return new LocalCommitLog(options, recovered, 1);
        } catch (RuntimeException e) {
            recovered.segments.forEach(Segment::close);
            throw e;
        }
    }

    /**
     * Makes a log that begins at {@code firstIndex}, for a state that was restored from elsewhere.
     * The directory must hold no log.
     */
    public static LocalCommitLog create(LogOptions options, long firstIndex) {
        options.disk().createDirectory(options.directory());
        var recovered = LogRecovery.scan(options, 1);
        if (!recovered.segments.isEmpty()) {
            recovered.segments.forEach(Segment::close);
            throw new IllegalStateException(
                    "there is a log in \"" + options.disk().describe(options.directory()) + "\"");
        }
        return new LocalCommitLog(options, recovered, firstIndex);
    }

    /**
     * Writes what was read, so that the next force saves it: if the last one failed, the system
     * takes these pages for clean and would force nothing.
     */
    private void writeAgain(Segment segment, long from, long to) {
        if (!options.force()) {
            return;
        }
        var buffer = LogFormat.direct((int) Math.min(GROW_BYTES, Math.max(to - from, 0)));
        for (long at = from; at < to; at += buffer.limit()) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), to - at));
            segment.file.read(at, buffer);
            segment.file.write(at, buffer.flip());
        }
    }

    private long initialBytes() {
        return Math.min(options.segmentBytes(), GROW_BYTES);
    }

    // ---- placing ----

    @Override
    public long append(LogRecord record) {
        int payloadBytes = record.payload().remaining();
        if (payloadBytes > PAYLOAD_BYTES_MAX) {
            throw new IllegalArgumentException("log entry of " + payloadBytes + " bytes");
        }
        int clearBytes = payloadBytes + 8 * record.chunks().size();
        long index;
        boolean forces = false;
        lock.lock();
        try {
            boolean through = makeRoom(clearBytes, mayGoThrough(record.kind()));
            index = lastIndex + 1;
            place(record, index);
            if (!through) {
                bufferedBytes += EntryWriter.sizeOnDisk(clearBytes, active.dataKey);
            } else {
                writeThrough();
                forces = unforcedBytes >= forceBehindBytes && !flushing;
                flushing |= forces;
            }
            lastIndex = index;
            if (record.kind() == EntryKind.CHUNK) {
                held.merge(record.transactionId(), index, Math::min);
            }
        } finally {
            lock.unlock();
        }
        if (forces) {
            forceBehind();
        }
        return index;
    }

    /** Whether nobody waits for the entry itself, only for one that comes later. */
    private static boolean mayGoThrough(EntryKind kind) {
        return kind == EntryKind.BULK || kind == EntryKind.CHUNK;
    }

    /**
     * Writes the buffer, which has one entry just placed, so that it need not wait there and zeros
     * need not keep its room. If the disk is full, nothing of it counts. Lock held.
     */
    private void writeThrough() {
        int bytes = filling.position();
        // Room for the segment's end.
        filling.put(NO_ENTRY.duplicate());
        try {
            active.file.write(fillingOffset, filling.flip());
        } catch (RuntimeException e) {
            if (!(e instanceof DiskFullException) || active.dataKey != null) {
                fail(e);
            }
            throw e;
        } finally {
            filling.clear();
        }
        fillingOffset += bytes;
        allocatedBytes = Math.max(allocatedBytes, fillingOffset + LogFormat.ENTRY_HEADER_BYTES);
        unforcedBytes += bytes;
    }

    /** A flush by another thread; by this one where a test decides about all threads. */
    private void forceBehind() {
        if (options.markDelayMillis() > 0) {
            BEHIND.execute(() -> lead(false));
        } else {
            lead(false);
        }
    }

    /**
     * Returns when buffer and segment have room for the entry, and the segment for its end after
     * it.
     *
     * @return whether the entry is to be written through, which in the clear gives it its room
     */
    private boolean makeRoom(int clearBytes, boolean mayGoThrough) {
        while (true) {
            requireOpen();
            long size = EntryWriter.sizeOnDisk(clearBytes, active.dataKey);
            if (unforcedBytes > unforcedBytesMax
                    || (filling.position() > 0 && filling.position() + size > BUFFER_BYTES_MAX)) {
                flushOrWait();
                continue;
            }
            long tail = fillingOffset + filling.position();
            long end = tail + size + LogFormat.ENTRY_HEADER_BYTES;
            if (end > options.segmentBytes() && tail > LogFormat.SEGMENT_HEADER_BYTES) {
                if (flushing) {
                    awaitFlush();
                } else {
                    roll();
                }
                continue;
            }
            boolean through =
                    mayGoThrough && size >= throughBytes && filling.position() == 0 && !marking;
            // What is encrypted has its place in its nonce: a place that was refused could not be
            // used again, so its room is made first.
            if (end > allocatedBytes && !(through && active.dataKey == null)) {
                long to =
                        Math.max(
                                end, Math.min(options.segmentBytes(), allocatedBytes + GROW_BYTES));
                growActive(to);
            }
            long needed = size + LogFormat.ENTRY_HEADER_BYTES;
            if (filling.remaining() < needed) {
                var larger =
                        LogFormat.direct(
                                (int)
                                        Math.max(
                                                filling.capacity() * 2L,
                                                filling.position() + needed));
                filling = larger.put(filling.flip());
            }
            return through;
        }
    }

    private void growActive(long to) {
        try {
            SpareSegments.grow(active.file, allocatedBytes, to);
            allocatedBytes = to;
        } catch (DiskFullException e) {
            throw e;
        } catch (RuntimeException e) {
            fail(e);
            throw e;
        }
    }

    private void place(LogRecord record, long index) {
        long at = fillingOffset + filling.position();
        writer.entry(filling, active, at, record, index, durableIndex);
        active.remember(index, at);
    }

    /** An entry of the log's own: no body, and its index is that of the entry that comes next. */
    private void placeOwn(ByteBuffer target, int at, int kind) {
        writer.own(target, at, active, kind, lastIndex + 1, durableIndex);
    }

    // ---- flushing ----

    /** A parked committer. */
    private static final class Waiter {
        static final int WAITING = 0;
        static final int DURABLE = 1;
        static final int LEADER = 2;
        static final int FAILED = 3;
        final long index;
        final Thread thread = Thread.currentThread();
        volatile int state;

        Waiter(long index) {
            this.index = index;
        }

        void end(int newState) {
            state = newState;
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void awaitDurable(long index) {
        if (durableIndex >= index) {
            return;
        }
        Waiter waiter = null;
        lock.lock();
        try {
            if (durableIndex >= index) {
                return;
            }
            requireOpen();
            if (index > lastIndex) {
                throw new IllegalArgumentException(
                        "entry " + index + " is awaited, the last one is " + lastIndex);
            }
            if (flushing) {
                waiter = new Waiter(index);
                waiters.add(waiter);
            } else {
                flushing = true;
            }
        } finally {
            lock.unlock();
        }
        if (waiter != null) {
            switch (park(waiter)) {
                case Waiter.DURABLE -> {
                    return;
                }
                case Waiter.FAILED -> throw closedException();
                default -> {} // LEADER
            }
        }
        lead(true);
        if (durableIndex < index) {
            throw closedException();
        }
    }

    private static int park(Waiter waiter) {
        boolean interrupted = false;
        while (waiter.state == Waiter.WAITING) {
            LockSupport.park(waiter);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return waiter.state;
    }

    /**
     * Flushes what is in the buffer; {@link #flushing} was set for this thread, which does not hold
     * the lock.
     */
    private void lead(boolean withMark) {
        ByteBuffer flushed;
        long at;
        long upTo;
        Segment segment;
        lock.lock();
        try {
            flushed = filling;
            filling = resting;
            at = fillingOffset;
            fillingOffset += flushed.position();
            upTo = lastIndex;
            segment = active;
            markOwed = false;
            unforcedBytes = 0;
        } finally {
            lock.unlock();
        }
        Throwable failed = null;
        try {
            if (flushed.position() > 0) {
                segment.file.write(at, flushed.flip());
            }
            force(segment);
        } catch (Throwable e) {
            failed = e;
        }
        flushed.clear();
        List<Waiter> done = new ArrayList<>();
        boolean alone;
        long markAt;
        lock.lock();
        try {
            resting = flushed;
            if (failed != null) {
                fail(failed);
                return;
            }
            durableIndex = upTo;
            takeDurable(done);
            markAt = fillingOffset;
            alone = withMark && waiters.isEmpty() && filling.position() == 0;
            if (alone && options.markDelayMillis() > 0) {
                markOwed = true;
                awaitQuiet();
                alone = false;
            }
            if (alone) {
                marking = true;
                mark.clear();
                placeOwn(mark, 0, LogFormat.KIND_MARK);
            } else {
                handOver();
            }
        } finally {
            lock.unlock();
        }
        for (var waiter : done) {
            waiter.end(Waiter.DURABLE);
        }
        if (alone) {
            writeMark(segment, markAt);
        }
    }

    /** Nobody else writes, and the next entry will overwrite it. */
    private void writeMark(Segment segment, long at) {
        Throwable failed = null;
        try {
            segment.file.write(at, mark);
        } catch (Throwable e) {
            failed = e;
        }
        lock.lock();
        try {
            marking = false;
            if (failed != null) {
                fail(failed);
            } else {
                handOver();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Has the mark written later, off the way of the committers. Lock held. */
    private void awaitQuiet() {
        if (!markAwaited) {
            markAwaited = true;
            long seen = flushing ? flushes + 1 : flushes;
            MARKS.schedule(
                    () -> markIfQuiet(seen), options.markDelayMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /**
     * Writes the mark if it is owed and nothing was flushed since {@code seen}. Where entries wait
     * for a flush, that one will see to it.
     */
    private void markIfQuiet(long seen) {
        Segment segment;
        long at;
        lock.lock();
        try {
            markAwaited = false;
            if (!markOwed
                    || closed
                    || failure != null
                    || filling.position() > 0
                    || unforcedBytes > 0) {
                return;
            }
            if (flushing || flushes != seen) {
                awaitQuiet();
                return;
            }
            markOwed = false;
            flushing = true;
            marking = true;
            segment = active;
            at = fillingOffset;
            mark.clear();
            placeOwn(mark, 0, LogFormat.KIND_MARK);
        } finally {
            lock.unlock();
        }
        writeMark(segment, at);
    }

    private void takeDurable(List<Waiter> done) {
        waiters.removeIf(waiter -> {
            boolean durable = waiter.index <= durableIndex;
            if (durable) {
                done.add(waiter);
            }
            return durable;
        });
    }

    /** The leader is done: the first who waits leads next. Lock held. */
    private void handOver() {
        var next = waiters.poll();
        if (next == null) {
            flushing = false;
        } else {
            next.end(Waiter.LEADER);
        }
        flushes++;
        flushEnded.signalAll();
    }

    private void force(Segment segment) {
        if (options.force()) {
            segment.file.force();
        }
    }

    /** One flush by this thread or somebody else. Lock held on entry and exit, not in between. */
    private void flushOrWait() {
        if (flushing) {
            awaitFlush();
            return;
        }
        flushing = true;
        lock.unlock();
        try {
            lead(false);
        } finally {
            lock.lock();
        }
    }

    /** The end of the flush that is going on. Lock held, but for the wait. */
    private void awaitFlush() {
        long seen = flushes;
        while (flushing && flushes == seen) {
            flushEnded.awaitUninterruptibly();
        }
    }

    /** Ends the log. Lock held. */
    private void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        flushing = false;
        for (var waiter : waiters) {
            waiter.end(Waiter.FAILED);
        }
        waiters.clear();
        flushEnded.signalAll();
    }

    private void requireOpen() {
        if (closed || failure != null) {
            throw closedException();
        }
    }

    private LogClosedException closedException() {
        return new LogClosedException(describedDirectory, failure);
    }

    // ---- segments ----

    /**
     * Ends the active segment and begins the next. Lock held, nobody flushing. A full disk changes
     * nothing.
     */
    private void roll() {
        long number = active.number + 1;
        String spare;
        try {
            spare = spares.take(number, initialBytes());
        } catch (DiskFullException e) {
            throw e;
        } catch (RuntimeException e) {
            fail(e);
            throw e;
        }
        try {
            if (filling.remaining() < LogFormat.ENTRY_HEADER_BYTES) {
                filling =
                        LogFormat.direct(filling.capacity() + LogFormat.ENTRY_HEADER_BYTES)
                                .put(filling.flip());
            }
            int at = filling.position();
            placeOwn(filling, at, LogFormat.KIND_SEGMENT_END);
            filling.position(at + LogFormat.ENTRY_HEADER_BYTES);
            active.file.write(fillingOffset, filling.flip());
            filling.clear();
            force(active);
            unforcedBytes = 0;
            durableIndex = lastIndex;
            List<Waiter> done = new ArrayList<>();
            takeDurable(done);
            active = activate(spare, number);
            done.forEach(waiter -> waiter.end(Waiter.DURABLE));
        } catch (RuntimeException e) {
            fail(e);
            throw e;
        }
    }

    /** Gives a spare file its header and then its name, both durable before the first entry is. */
    private Segment activate(String spare, long number) {
        var keyRing = options.keyRing();
        var key = keyRing == null ? null : keyRing.newDataKey();
        var wrapped = keyRing == null || key == null ? null : keyRing.wrap(key);
        long salt = options.chance().nextLong();
        long first = lastIndex + 1;
        var name = Segment.fileName(options.directory(), number);
        try (var file = disk.open(spare, Disk.Open.WRITE)) {
            file.write(
                    0,
                    Segment.header(
                            number, options.partitionId(), first, salt, leaderEpoch, wrapped));
            if (options.force()) {
                file.force();
            }
        }
        disk.rename(spare, name);
        disk.forceDirectory(options.directory());
        var file = disk.open(name, Disk.Open.WRITE);
        var segment = new Segment(number, first, salt, leaderEpoch, key, file, disk.describe(name));
        segments.put(number, segment);
        fillingOffset = LogFormat.SEGMENT_HEADER_BYTES;
        allocatedBytes = file.sizeBytes();
        return segment;
    }

    @Override
    public void hold(long transactionId, long index) {
        lock.lock();
        try {
            held.merge(transactionId, index, Math::min);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void release(long transactionId) {
        lock.lock();
        try {
            held.remove(transactionId);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void cut(long index) {
        lock.lock();
        try {
            requireOpen();
            long below = Math.min(index, durableIndex + 1);
            for (long first : held.values()) {
                below = Math.min(below, first);
            }
            for (var cursor : cursors) {
                below = Math.min(below, cursor.nextIndex());
            }
            leaveNeedless(below);
            // The active segment has room for some of what will come.
            long segmentBytes = options.segmentBytes();
            spares.keep((int) ((bufferedBytes + segmentBytes / 4 * 3) / segmentBytes));
            bufferedBytes = 0;
            while (segments.size() > 1) {
                var oldest = segments.firstEntry().getValue();
                var following = segments.higherEntry(oldest.number).getValue();
                if (following.firstIndex > below) {
                    break;
                }
                segments.remove(oldest.number);
                oldest.close();
                spares.recycle(oldest.number);
            }
        } catch (RuntimeException e) {
            if (!(e instanceof LogClosedException)) {
                fail(e);
            }
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /** Begins a segment if the active one has become large and nothing in it is needed. */
    private void leaveNeedless(long below) {
        boolean idle = !flushing && filling.position() == 0 && durableIndex == lastIndex;
        if (idle && below > lastIndex && fillingOffset > initialBytes()) {
            try {
                roll();
            } catch (DiskFullException e) {
                // It stays as long as there is no room for another one.
                return;
            }
        }
    }

    // ---- reading ----

    private Segment segmentOf(long index) {
        for (var segment : segments.descendingMap().values()) {
            if (segment.firstIndex <= index) {
                return segment;
            }
        }
        throw new IllegalArgumentException(
                "log entry " + index + " is cut; the oldest one is " + firstIndex());
    }

    @Override
    public LogCursor read(long fromIndex) {
        lock.lock();
        try {
            requireOpen();
            if (fromIndex < firstIndex() || fromIndex > durableIndex + 1) {
                throw new IllegalArgumentException(
                        "log entry "
                                + fromIndex
                                + " is outside of "
                                + firstIndex()
                                + " to "
                                + durableIndex);
            }
            var cursor = new SegmentCursor(fromIndex, durableIndex, this::segmentFor, this::forget);
            cursors.add(cursor);
            return cursor;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public LogEntry readAt(long index) {
        try (var cursor = read(index)) {
            var entry = cursor.next();
            if (entry == null) {
                throw new IllegalArgumentException("log entry " + index + " is not durable");
            }
            return entry;
        }
    }

    /** Where cursors find the segment that goes on. */
    private Segment segmentFor(long index) {
        lock.lock();
        try {
            requireOpen();
            return segmentOf(index);
        } finally {
            lock.unlock();
        }
    }

    private void forget(SegmentCursor cursor) {
        lock.lock();
        try {
            cursors.remove(cursor);
        } finally {
            lock.unlock();
        }
    }

    // ---- what is there ----

    @Override
    public long durableIndex() {
        return durableIndex;
    }

    @Override
    public long lastIndex() {
        return lastIndex;
    }

    @Override
    public long firstIndex() {
        lock.lock();
        try {
            return segments.firstEntry().getValue().firstIndex;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long sizeBytes() {
        lock.lock();
        try {
            long sum = fillingOffset + filling.position();
            for (var segment : segments.headMap(active.number).values()) {
                sum += segment.file.sizeBytes();
            }
            return sum;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public @Nullable Throwable failure() {
        return failure;
    }

    /** Ends as a crash would: once this returns, nothing is written any more. */
    public void abandon() {
        lock.lock();
        try {
            closed = true;
            while (flushing) {
                awaitFlush();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            while (failure == null && (flushing || durableIndex < lastIndex)) {
                flushOrWait();
            }
            closed = true;
            if (failure == null) {
                placeMark();
            }
        } finally {
            segments.values().forEach(Segment::close);
            lock.unlock();
        }
    }
}
