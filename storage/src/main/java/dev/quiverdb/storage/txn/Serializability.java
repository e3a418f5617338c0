package dev.quiverdb.storage.txn;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.access.IndexKeys;
import dev.quiverdb.storage.table.Snapshot;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Serializable isolation over snapshots. A history can be unserializable only if it has a
 * <em>dangerous structure</em>: T1 did not see a write of T2, T2 did not see a write of T3, T1 and
 * T2 were concurrent, T2 and T3 were concurrent, and T3 committed first of the three. Then T2, the
 * pivot, gives way; if it cannot any more, T1 does.
 *
 * <p>Readers leave marks (SIREAD) on rows, key ranges and whole tablets before they read, and then
 * look for writers; writers leave marks on rows and on the keys of all ordered indexes when they
 * write, and then look for readers. Whoever comes second finds the other. Marks stay until no
 * transaction is open that is concurrent with their owner.
 *
 * <p>One latch guards everything; only serializable transactions take it.
 */
final class Serializability {
    /** Beyond so many rows of a tablet, a reader marks the tablet. */
    private static final int ROWS_READ_MAX = 2048;

    /** Beyond so many rows of a tablet, a writer marks the tablet. */
    private static final int ROWS_WRITTEN_MAX = 1 << 16;

    /**
     * What is kept of a prepared transaction over a restart, coarsely: tablets, not rows.
     *
     * @param firstOut no later than the first commit of those who overwrote what it read; {@code
     *     Long.MAX_VALUE} if it read nothing
     */
    record Marks(long firstOut, Set<Integer> read, Set<Integer> written) {
        Marks {
            read = Set.copyOf(read);
            written = Set.copyOf(written);
        }

        void write(ByteWriter out) {
            out.putLong(firstOut);
            for (var tablets : List.of(read, written)) {
                out.putInt(tablets.size());
                tablets.forEach(out::putInt);
            }
        }

        static Marks read(ByteBuffer in) {
            return new Marks(in.getLong(), readTablets(in), readTablets(in));
        }

        private static Set<Integer> readTablets(ByteBuffer in) {
            var tablets = new HashSet<Integer>();
            for (int rest = in.getInt(); rest > 0; rest--) {
                tablets.add(in.getInt());
            }
            return tablets;
        }
    }

    private record RowMark(int tabletId, long rowId) {}

    private record IndexMark(int tabletId, int indexId) {}

    private record Range(IndexKeys.Bounds bounds, Serializable reader) {}

    private static final class KeyWrite {
        private final byte[] key;
        private final Serializable writer;

        KeyWrite(byte[] key, Serializable writer) {
            this.key = key;
            this.writer = writer;
        }

        Serializable writer() {
            return writer;
        }

        boolean in(IndexKeys.Bounds bounds) {
            return bounds.contain(key);
        }
    }

    private final SnapshotRegistry snapshots;
    private final ReentrantLock latch = new ReentrantLock();
    private final Condition somebodyEnded = latch.newCondition();

    /** Open ones, and those that ended while one of them was open. */
    private final Set<Serializable> tracked = new LinkedHashSet<>();

    private final Map<RowMark, Set<Serializable>> rowReaders = new HashMap<>();
    private final Map<RowMark, Set<Serializable>> rowWriters = new HashMap<>();
    private final Map<Integer, Set<Serializable>> tabletReaders = new HashMap<>();
    private final Map<Integer, Set<Serializable>> tabletWriters = new HashMap<>();

    /** Those who wrote too many rows of a tablet to be told which. */
    private final Map<Integer, Set<Serializable>> wholeWriters = new HashMap<>();

    private final Map<IndexMark, List<Range>> rangeReaders = new HashMap<>();
    private final Map<IndexMark, List<KeyWrite>> keyWriters = new HashMap<>();

    Serializability(SnapshotRegistry snapshots) {
        this.snapshots = snapshots;
    }

    Serializable begin(long transactionId, boolean readOnly) {
        return new Serializable(transactionId, readOnly);
    }

    /** Takes the snapshot of a transaction; a deferrable one waits until it is safe. */
    Snapshot takeSnapshot(Serializable reader, LockOwner owner, boolean deferrable) {
        latch.lock();
        try {
            reader.owner = owner;
            while (true) {
                var snapshot = snapshots.take();
                reader.snapshot = snapshot;
                var writers = openWriters();
                if (reader.readOnly && writers.isEmpty()) {
                    reader.safe = true;
                    return snapshot;
                }
                if (!reader.readOnly || !deferrable) {
                    tracked.add(reader);
                    return snapshot;
                }
                if (waitUntilSafe(reader, owner, writers)) {
                    reader.safe = true;
                    return snapshot;
                }
                snapshots.close(snapshot);
            }
        } finally {
            latch.unlock();
        }
    }

    private Set<Serializable> openWriters() {
        var writers = new HashSet<Serializable>();
        for (var one : tracked) {
            if (!one.readOnly && !one.ended) {
                writers.add(one);
            }
        }
        return writers;
    }

    /** Waits for the writers; false if one of them made the snapshot unsafe. */
    private boolean waitUntilSafe(Serializable reader, LockOwner owner, Set<Serializable> writers) {
        // While it waits, it is tracked, so that nobody who matters is forgotten.
        tracked.add(reader);
        reader.awaited = writers;
        try {
            while (writers.stream().anyMatch(writer -> !writer.ended)) {
                if (owner.cancelled()) {
                    owner.clearCancel();
                    throw new SqlException(
                            SqlState.QUERY_CANCELED, "canceling statement due to user request");
                }
                somebodyEnded.await(50, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SqlException(
                    SqlState.QUERY_CANCELED, "canceling statement due to user request");
        } finally {
            reader.awaited = Set.of();
            tracked.remove(reader);
        }
        var snapshot = reader.snapshot;
        for (var writer : writers) {
            if (writer.committed()
                    && snapshot != null
                    && firstOut(writer) <= snapshot.timestamp()) {
                return false;
            }
        }
        return true;
    }

    /** The processes for whose end a process waits to have a safe snapshot. */
    Set<Long> safeSnapshotBlockers(long process) {
        var found = new LinkedHashSet<Long>();
        latch.lock();
        try {
            for (var reader : tracked) {
                if (reader.process() == process) {
                    reader.awaited.stream()
                            .filter(writer -> !writer.ended)
                            .forEach(writer -> found.add(writer.process()));
                }
            }
        } finally {
            latch.unlock();
        }
        return found;
    }

    private static long firstOut(Serializable one) {
        long first = one.leastForgottenOut;
        for (var out : one.out) {
            if (!out.ended || out.committed()) {
                first = Math.min(first, out.preparedAt);
            }
        }
        return first;
    }

    // ---- reading --------------------------------------------------------------------------------

    void readTablet(Serializable reader, int tabletId) {
        if (reader.safe) {
            return;
        }
        latch.lock();
        try {
            checkDoomed(reader);
            markTablet(reader, tabletId);
        } finally {
            latch.unlock();
        }
    }

    private void markTablet(Serializable reader, int tabletId) {
        if (tabletReaders.computeIfAbsent(tabletId, _ -> new LinkedHashSet<>()).add(reader)) {
            readSomethingOf(reader, tabletWriters.getOrDefault(tabletId, Set.of()));
        }
    }

    void readRow(Serializable reader, int tabletId, long rowId) {
        if (reader.safe) {
            return;
        }
        latch.lock();
        try {
            checkDoomed(reader);
            if (tabletReaders.getOrDefault(tabletId, Set.of()).contains(reader)) {
                return;
            }
            if (reader.rowsRead.merge(tabletId, 1, Integer::sum) > ROWS_READ_MAX) {
                markTablet(reader, tabletId);
                return;
            }
            var mark = new RowMark(tabletId, rowId);
            if (rowReaders.computeIfAbsent(mark, _ -> new LinkedHashSet<>()).add(reader)) {
                readSomethingOf(reader, rowWriters.getOrDefault(mark, Set.of()));
                readSomethingOf(reader, wholeWriters.getOrDefault(tabletId, Set.of()));
            }
        } finally {
            latch.unlock();
        }
    }

    void readRange(Serializable reader, int tabletId, int indexId, IndexKeys.Bounds bounds) {
        if (reader.safe) {
            return;
        }
        latch.lock();
        try {
            checkDoomed(reader);
            if (tabletReaders.getOrDefault(tabletId, Set.of()).contains(reader)) {
                return;
            }
            if (reader.rowsRead.merge(tabletId, 1, Integer::sum) > ROWS_READ_MAX) {
                markTablet(reader, tabletId);
                return;
            }
            var mark = new IndexMark(tabletId, indexId);
            rangeReaders
                    .computeIfAbsent(mark, _ -> new ArrayList<>())
                    .add(new Range(bounds, reader));
            var writers = new LinkedHashSet<>(wholeWriters.getOrDefault(tabletId, Set.of()));
            for (var write : keyWriters.getOrDefault(mark, List.of())) {
                if (write.in(bounds)) {
                    writers.add(write.writer());
                }
            }
            readSomethingOf(reader, writers);
        } finally {
            latch.unlock();
        }
    }

    private void readSomethingOf(Serializable reader, Collection<Serializable> writers) {
        for (var writer : List.copyOf(writers)) {
            if (writer != reader && !isGone(writer) && reader.overlooks(writer)) {
                addEdge(reader, writer, reader);
            }
        }
    }

    // ---- writing --------------------------------------------------------------------------------

    /**
     * A row was written, and its keys came or went.
     *
     * @param keys by the view's ordered indexes, null where none is concerned
     */
    void wrote(Serializable writer, TabletView view, long rowId, byte[] @Nullable [] keys) {
        latch.lock();
        try {
            checkDoomed(writer);
            writer.wrote = true;
            int tabletId = view.tabletId();
            var readers = new LinkedHashSet<Serializable>();
            boolean whole = marksTablet(writer, tabletId);
            var row = new RowMark(tabletId, rowId);
            if (whole || rowWriters.computeIfAbsent(row, _ -> new LinkedHashSet<>()).add(writer)) {
                readers.addAll(rowReaders.getOrDefault(row, Set.of()));
            }
            if (tabletWriters.computeIfAbsent(tabletId, _ -> new LinkedHashSet<>()).add(writer)
                    || !tabletReaders.getOrDefault(tabletId, Set.of()).isEmpty()) {
                readers.addAll(tabletReaders.getOrDefault(tabletId, Set.of()));
            }
            for (int i = 0; i < keys.length; i++) {
                var key = keys[i];
                if (key == null) {
                    continue;
                }
                var mark = new IndexMark(tabletId, view.ordered().get(i).spec().indexId());
                if (!whole) {
                    keyWriters
                            .computeIfAbsent(mark, _ -> new ArrayList<>())
                            .add(new KeyWrite(key, writer));
                }
                for (var range : rangeReaders.getOrDefault(mark, List.of())) {
                    if (range.bounds().contain(key)) {
                        readers.add(range.reader());
                    }
                }
            }
            for (var reader : readers) {
                if (reader != writer
                        && !isGone(reader)
                        && areConcurrent(reader, writer)
                        && reader.overlooks(writer)) {
                    addEdge(reader, writer, writer);
                }
            }
        } finally {
            latch.unlock();
        }
    }

    /**
     * Whether the writer has written so many rows of the tablet that it need not say which. Who
     * reads a row or a range from then on has read what it wrote.
     */
    private boolean marksTablet(Serializable writer, int tabletId) {
        if (writer.rowsWritten.merge(tabletId, 1, Integer::sum) <= ROWS_WRITTEN_MAX) {
            return false;
        }
        wholeWriters.computeIfAbsent(tabletId, _ -> new LinkedHashSet<>()).add(writer);
        return true;
    }

    /** Aborted ones leave marks until they are swept, which mean nothing. */
    private boolean isGone(Serializable one) {
        return (one.ended && !one.committed()) || !tracked.contains(one);
    }

    /** Whether the first did not commit before the second took its snapshot. */
    private static boolean areConcurrent(Serializable first, Serializable second) {
        var snapshot = second.snapshot;
        return snapshot == null || !first.committed() || !snapshot.sees(first.commit);
    }

    // ---- dangerous structures -------------------------------------------------------------------

    /** Adds an edge, and sees whether the reader or the writer became a pivot. */
    private void addEdge(Serializable reader, Serializable writer, Serializable current) {
        if (!reader.out.add(writer)) {
            return;
        }
        writer.in.add(reader);
        checkPivot(writer, current);
        checkPivot(reader, current);
    }

    private void checkPivot(Serializable pivot, Serializable current) {
        long first = firstOut(pivot);
        if (first == Long.MAX_VALUE || first > pivot.commit) {
            // The last of the three has neither committed first nor sworn to.
            return;
        }
        for (var reader : List.copyOf(pivot.in)) {
            if (isGone(reader) || reader.commit < first) {
                continue;
            }
            if (isReadOnly(reader) && !sees(reader, first)) {
                continue;
            }
            giveWay(pivot, reader, current);
        }
    }

    private static boolean isReadOnly(Serializable one) {
        return one.readOnly || (one.committed() && !one.wrote);
    }

    private static boolean sees(Serializable reader, long commit) {
        return reader.snapshot != null && reader.snapshot.sees(commit);
    }

    /** Ends the pivot, or else the reader. */
    private void giveWay(Serializable pivot, Serializable reader, Serializable current) {
        var victim = canAbort(pivot) ? pivot : reader;
        if (!canAbort(victim)) {
            victim = current;
        }
        victim.doomed = true;
        if (victim == current) {
            throw failure();
        }
    }

    private static boolean canAbort(Serializable one) {
        return !one.committed() && !one.prepared && !one.ended;
    }

    private static void checkDoomed(Serializable one) {
        if (one.doomed) {
            throw failure();
        }
    }

    private static SqlException failure() {
        return new SqlException(
                        SqlState.T_R_SERIALIZATION_FAILURE,
                        "could not serialize access due to read/write dependencies among"
                                + " transactions")
                .withHint("The transaction might succeed if retried.");
    }

    // ---- the end --------------------------------------------------------------------------------

    /**
     * Throws if the transaction must give way, else it may be prepared.
     *
     * @param at the place of its entry among the commits
     */
    void prepare(Serializable transaction, long at) {
        latch.lock();
        try {
            checkCommit(transaction);
            transaction.prepared = true;
            transaction.preparedAt = at;
        } finally {
            latch.unlock();
        }
    }

    /** What a restart must know of a transaction that is about to be prepared. O(all marks). */
    Marks marksOf(Serializable transaction) {
        latch.lock();
        try {
            var read = new HashSet<Integer>();
            var written = new HashSet<Integer>();
            rowReaders.forEach((mark, who) -> addIf(who, transaction, mark.tabletId(), read));
            tabletReaders.forEach((tablet, who) -> addIf(who, transaction, tablet, read));
            rangeReaders.forEach((mark, ranges) -> {
                if (ranges.stream().anyMatch(range -> range.reader() == transaction)) {
                    read.add(mark.tabletId());
                }
            });
            tabletWriters.forEach((tablet, who) -> addIf(who, transaction, tablet, written));
            // Somebody may commit over what it read right after it is prepared, and be forgotten.
            long next = snapshots.published() + 1;
            long firstOut = read.isEmpty() ? Long.MAX_VALUE : Math.min(next, firstOut(transaction));
            return new Marks(firstOut, read, written);
        } finally {
            latch.unlock();
        }
    }

    private static void addIf(
            Set<Serializable> who, Serializable transaction, int tabletId, Set<Integer> tablets) {
        if (who.contains(transaction)) {
            tablets.add(tabletId);
        }
    }

    /**
     * A prepared transaction that recovery found. Its snapshot is gone, so it overlooks everybody;
     * those who read what it overwrote have ended, and so committed before whoever could be
     * dangerous now.
     */
    Serializable restore(long transactionId, Marks marks) {
        var one = new Serializable(transactionId, false);
        one.prepared = true;
        // Before everybody who comes now.
        one.preparedAt = 0;
        one.wrote = !marks.written().isEmpty();
        one.leastForgottenOut = marks.firstOut();
        latch.lock();
        try {
            tracked.add(one);
            for (int tablet : marks.read()) {
                tabletReaders.computeIfAbsent(tablet, _ -> new LinkedHashSet<>()).add(one);
            }
            for (int tablet : marks.written()) {
                tabletWriters.computeIfAbsent(tablet, _ -> new LinkedHashSet<>()).add(one);
                wholeWriters.computeIfAbsent(tablet, _ -> new LinkedHashSet<>()).add(one);
            }
            return one;
        } finally {
            latch.unlock();
        }
    }

    /**
     * Throws if the transaction must give way, else it counts as committed at that time.
     *
     * @param commit its commit timestamp; for one that wrote nothing, the newest there is
     */
    void commit(Serializable transaction, long commit) {
        if (transaction.safe) {
            return;
        }
        latch.lock();
        try {
            if (!transaction.prepared) {
                checkCommit(transaction);
                transaction.preparedAt = commit;
            }
            transaction.commit = commit;
        } finally {
            latch.unlock();
        }
    }

    /** The commit of a prepared transaction found no place in the log. */
    void notCommitted(Serializable transaction) {
        latch.lock();
        try {
            transaction.commit = Long.MAX_VALUE;
        } finally {
            latch.unlock();
        }
    }

    /** Looks whether this commit, being the first, completes a dangerous structure. */
    private void checkCommit(Serializable transaction) {
        checkDoomed(transaction);
        for (var pivot : List.copyOf(transaction.in)) {
            if (isGone(pivot) || pivot.committed()) {
                continue;
            }
            for (var reader : List.copyOf(pivot.in)) {
                boolean waits = reader == transaction || (!isGone(reader) && !reader.committed());
                if (waits && !(reader.readOnly && reader != transaction)) {
                    if (!canAbort(pivot)) {
                        throw failure();
                    }
                    pivot.doomed = true;
                }
            }
        }
    }

    /** Everybody can see what a transaction committed; marks go when nobody needs them. */
    void published(Serializable transaction) {
        latch.lock();
        try {
            transaction.published = true;
            transaction.ended = true;
            sweep();
            somebodyEnded.signalAll();
        } finally {
            latch.unlock();
        }
    }

    void aborted(Serializable transaction) {
        latch.lock();
        try {
            transaction.ended = true;
            transaction.commit = Long.MAX_VALUE;
            sweep();
            somebodyEnded.signalAll();
        } finally {
            latch.unlock();
        }
    }

    /** Forgets transactions that ended before every open one began. */
    private void sweep() {
        var gone = new HashSet<Serializable>();
        for (var one : tracked) {
            if (one.ended && (!one.committed() || !anyOpenOverlooks(one))) {
                gone.add(one);
            }
        }
        if (gone.isEmpty()) {
            return;
        }
        tracked.removeAll(gone);
        for (var one : tracked) {
            for (var out : one.out) {
                if (gone.contains(out) && out.committed()) {
                    one.leastForgottenOut = Math.min(one.leastForgottenOut, out.preparedAt);
                }
            }
            one.out.removeAll(gone);
            one.in.removeAll(gone);
        }
        sweep(rowReaders.values(), gone);
        sweep(rowWriters.values(), gone);
        sweep(tabletReaders.values(), gone);
        sweep(tabletWriters.values(), gone);
        sweep(wholeWriters.values(), gone);
        rangeReaders
                .values()
                .removeIf(list -> {
                    list.removeIf(range -> gone.contains(range.reader()));
                    return list.isEmpty();
                });
        keyWriters
                .values()
                .removeIf(list -> {
                    list.removeIf(write -> gone.contains(write.writer()));
                    return list.isEmpty();
                });
    }

    private boolean anyOpenOverlooks(Serializable ended) {
        for (var one : tracked) {
            if (!one.ended && one.overlooks(ended)) {
                return true;
            }
        }
        return false;
    }

    private static void sweep(Collection<Set<Serializable>> marks, Set<Serializable> gone) {
        marks.removeIf(set -> {
            set.removeAll(gone);
            return set.isEmpty();
        });
    }
}
