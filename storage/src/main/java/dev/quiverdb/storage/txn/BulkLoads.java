package dev.quiverdb.storage.txn;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.ObjectLockMode;
import dev.quiverdb.storage.UniqueViolation;
import dev.quiverdb.storage.WaitPolicy;
import dev.quiverdb.storage.access.IndexKeys;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.storage.btree.KeyRun;
import dev.quiverdb.storage.log.CommitLog;
import dev.quiverdb.storage.table.HiddenStamp;
import dev.quiverdb.storage.table.Layout;
import dev.quiverdb.storage.table.StripePart;
import dev.quiverdb.storage.table.Tablet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction loads in bulk. Rows do not wait in memory: batch by batch they go to the log
 * and, hidden, to the slots where they will stay, with their entries in the ordered indexes; see
 * {@link HiddenParts}. The transaction itself sees them by its own hidden stamps.
 *
 * <p>Who brings a unique key by the row way locks it first and then looks into the index; who
 * brings it in bulk puts it into the index first and then looks for locks. So whoever comes second
 * finds the other, and waits for its end.
 */
final class BulkLoads {
    /** Smaller batches go by the row way. */
    private static final int BATCH_ROWS_MIN = 64;

    /** Up to so many own keys are walked through beside a part's, more are searched. */
    private static final int WALKED_MAX = 8192;

    private static final int PART_BYTES_MAX = CommitLog.CHUNK_BYTES;

    /** Where the next rows of a tablet go. */
    private static final class Target {
        /** Rows that came by the row way. */
        int rowsBefore;

        int stripe = -1;
        int next = Layout.SLOTS;
    }

    /** A part of one load. */
    private record Part(int ordinal, int tabletId, int stripe, int first, int rows, int command) {}

    private final SessionTransaction transaction;

    /** Where loads go, by tablet. Most transactions load nothing and need none of what follows. */
    private Map<Integer, Target> targets = Map.of();

    private List<Part> parts = List.of();
    private @Nullable ByteWriter redo;

    /** Ordinal of the next part; never falls, so that none comes twice. */
    private int end;

    private boolean anyLogged;
    private boolean anyTemporary;

    BulkLoads(SessionTransaction transaction) {
        this.transaction = transaction;
    }

    /** Whether nothing was ever loaded. */
    boolean isEmpty() {
        return end == 0;
    }

    /** Every part's ordinal is below. */
    int end() {
        return end;
    }

    boolean areLogged() {
        return anyLogged;
    }

    boolean anyTemporary() {
        return anyTemporary;
    }

    /** Whether rows of the tablet may have been loaded. */
    boolean mayHave(int tabletId) {
        return end > 0 && targets.containsKey(tabletId);
    }

    // ---- loading --------------------------------------------------------------------------------

    /**
     * Inserts rows, unless they had better come one by one.
     *
     * @return whether it did
     */
    boolean insert(TabletView view, Batch rows) {
        if (targets.isEmpty()) {
            targets = new HashMap<>();
            parts = new ArrayList<>();
        }
        var target = targets.computeIfAbsent(view.tabletId(), _ -> new Target());
        if (target.rowsBefore < transaction.engine.rowsBeforeBulk()) {
            target.rowsBefore += rows.size();
            return false;
        }
        if (rows.size() < BATCH_ROWS_MIN || !isOpenTo(view)) {
            return false;
        }
        checkFits(view.layout(), rows);
        begin(view);
        for (int done = 0; done < rows.size(); ) {
            int count = Math.min(rows.size() - done, Layout.SLOTS - target.next);
            if (count == 0) {
                target.stripe = view.tablet.allocator().allocateStripe();
                target.next = 0;
                continue;
            }
            int loaded = insertPart(view, target, rows, done, count);
            if (loaded == 0) {
                transaction.insertRow(view.tabletId(), rows, done);
                loaded = 1;
            }
            done += loaded;
        }
        return true;
    }

    /** Whether the tablet that everybody knows is as this transaction sees it. */
    private boolean isOpenTo(TabletView view) {
        if (transaction.commandId() >= HiddenStamp.COMMANDS_MAX) {
            return false;
        }
        var tablet = view.tablet;
        if (view.created && !isHidden(view)) {
            return view.layout().version() == 1 && !view.anyBuilt();
        }
        return tablet.layout() == view.layout()
                || (tablet.layout().version() == view.layout().version()
                        && tablet.layout().spec().equals(view.layout().spec()));
    }

    private static void checkFits(Layout layout, Batch rows) {
        if (rows.columnCount() != layout.columnCount()) {
            throw SqlException.internal(
                    rows.columnCount() + " columns for " + layout.columnCount());
        }
        for (int column = 0; column < layout.columnCount(); column++) {
            if (layout.takesAnySize(column)) {
                continue;
            }
            for (int i = 0; i < rows.size(); i++) {
                if (!layout.fits(column, rows.get(i, column))) {
                    throw SqlException.internal("value does not fit column " + column);
                }
            }
        }
    }

    /** Loads at most {@code count} rows; returns how many, 0 if the first one is too large. */
    private int insertPart(TabletView view, Target target, Batch rows, int from, int count) {
        var layout = view.layout();
        int rowCount = count;
        var redo = this.redo;
        if (redo == null) {
            redo = new ByteWriter();
            this.redo = redo;
        }
        while (true) {
            redo.reset();
            Redo.part(
                    end,
                    transaction.commandId(),
                    view.tabletId(),
                    layout.version(),
                    target.stripe,
                    target.next,
                    rowCount,
                    redo);
            StripePart.write(layout, rows, from, from + rowCount, redo);
            if (redo.size() <= PART_BYTES_MAX || rowCount == 1) {
                break;
            }
            // In proportion, with something to spare.
            long fitting = (long) rowCount * PART_BYTES_MAX / redo.size() * 15 / 16;
            rowCount = (int) Math.max(1, Math.min(rowCount / 2 + 1, fitting));
        }
        if (redo.size() > CommitLog.PAYLOAD_BYTES_MAX) {
            return 0;
        }
        long firstRow = (long) target.stripe << 10 | target.next;
        var runs = runs(view, rows, from, rowCount, firstRow);
        announce(view, rows, from, rowCount, firstRow);
        var part =
                new Part(
                        end,
                        view.tabletId(),
                        target.stripe,
                        target.next,
                        rowCount,
                        transaction.commandId());
        send(view, redo, new Made(null, runs));
        parts.add(part);
        target.next += rowCount;
        checkUnique(view, rows, from, firstRow, runs);
        return rowCount;
    }

    /** What apply need not make again. */
    private record Made(@Nullable Tablet tablet, Map<Integer, KeyRun> runs)
            implements HiddenParts.AtHand {
        Made {
            runs = Map.copyOf(runs);
        }

        @Override
        public @Nullable KeyRun of(int indexId) {
            return runs.get(indexId);
        }
    }

    private void send(TabletView view, ByteWriter record, HiddenParts.AtHand atHand) {
        boolean logged = !view.layout().spec().temporary();
        // Also what is logged and then fails has to be taken back.
        end++;
        anyLogged |= logged;
        anyTemporary |= !logged;
        var payload = ByteBuffer.wrap(record.array(), 0, record.size());
        transaction.engine.load(transaction.id(), logged, payload, atHand);
    }

    private static Map<Integer, KeyRun> runs(
            TabletView view, Batch rows, int from, int count, long firstRow) {
        var runs = new HashMap<Integer, KeyRun>();
        var row = new BatchRow(view.layout(), rows);
        for (var keys : view.ordered()) {
            var run = new KeyRun.Builder(count);
            for (int i = 0; i < count; i++) {
                row.number = from + i;
                if (keys.belongs(row)) {
                    run.add(keys.checkedKey(row), firstRow + i);
                }
            }
            runs.put(keys.spec().indexId(), run.build());
        }
        return runs;
    }

    /** One row of a batch as indexes look at it. */
    private static final class BatchRow implements RowView {
        private final Layout layout;
        private final Batch rows;
        int number;

        BatchRow(Layout layout, Batch rows) {
            this.layout = layout;
            this.rows = rows;
        }

        @Override
        public @Nullable Object value(int columnId) {
            return rows.get(number, layout.position(columnId));
        }

        @Override
        public int vecId(int columnId) {
            return -1;
        }
    }

    /** Tells serializable readers. */
    private void announce(TabletView view, Batch rows, int from, int count, long firstRow) {
        var serializable = transaction.serializable;
        if (serializable == null) {
            return;
        }
        var row = new BatchRow(view.layout(), rows);
        var ordered = view.ordered();
        for (int i = 0; i < count; i++) {
            row.number = from + i;
            var keys = new byte[ordered.size()] @Nullable [];
            for (int k = 0; k < keys.length; k++) {
                keys[k] = ordered.get(k).belongs(row) ? ordered.get(k).key(row) : null;
            }
            transaction.engine.serializability.wrote(serializable, view, firstRow + i, keys);
        }
    }

    /** Before the first part: the lock that others wait for, and the tablet if nobody knows it. */
    private void begin(TabletView view) {
        if (view.created && !isHidden(view)) {
            hide(view);
        }
        transaction.engine.locks.lockItem(
                transaction.locks,
                new LockTarget.Load(transaction.id()),
                ObjectLockMode.EXCLUSIVE,
                WaitPolicy.WAIT);
    }

    private boolean isHidden(TabletView view) {
        return transaction.engine.isHidden(view.tabletId());
    }

    /** Makes the tablet that this transaction created known to apply. */
    private void hide(TabletView view) {
        var out = new ByteWriter(256);
        Redo.hiddenTablet(end, view.layout().spec(), out);
        send(view, out, new Made(view.tablet, Map.of()));
        view.setLayout(view.tablet.layout());
    }

    private void checkUnique(
            TabletView view, Batch rows, int from, long firstRow, Map<Integer, KeyRun> runs) {
        var row = new BatchRow(view.layout(), rows);
        for (int number = 0; number < view.ordered().size(); number++) {
            var keys = view.ordered().get(number);
            var run = runs.get(keys.spec().indexId());
            if (!keys.spec().checksWrites() || run == null) {
                continue;
            }
            var doubtful = (BitSet) run.doubtful().clone();
            addOwn(view, keys, run, doubtful);
            if (!view.created && !transaction.engine.isAlone()) {
                addTaken(view, keys, run, doubtful);
            }
            for (int i = doubtful.nextSetBit(0); i >= 0; i = doubtful.nextSetBit(i + 1)) {
                row.number = from + (int) (run.rowId(i) - firstRow);
                if (keys.isDistinct(row)) {
                    continue;
                }
                long other =
                        transaction.uniqueKeys.conflicting(view, keys, run.key(i), run.rowId(i));
                if (other >= 0) {
                    throw new UniqueViolation(
                            view.tabletId(), keys.spec().indexId(), other, keys.values(row));
                }
            }
        }
    }

    /** Adds the keys that own rows have which are not in the index yet. */
    private void addOwn(TabletView view, IndexKeys keys, KeyRun run, BitSet doubtful) {
        var writes = transaction.writes.tabletOrNull(view.tabletId());
        var own = writes == null ? null : writes.keysOrNull(keys.spec().indexId());
        if (own == null || own.isEmpty()) {
            return;
        }
        if (own.size() > WALKED_MAX) {
            for (int i = 0; i < run.size(); i++) {
                if (own.has(run.key(i))) {
                    doubtful.set(i);
                }
            }
            return;
        }
        if (run.size() == 0) {
            return;
        }
        // Both are in order: side by side, where they overlap.
        byte[] last = run.key(run.size() - 1);
        byte[] end = Arrays.copyOf(last, last.length + 1);
        int at = 0;
        for (var keysInOrder = own.range(run.key(0), end, false); keysInOrder.hasNext(); ) {
            var one = keysInOrder.next();
            while (at < run.size() && Arrays.compareUnsigned(run.key(at), one.key()) < 0) {
                at++;
            }
            if (at == run.size()) {
                return;
            }
            for (int i = at; i < run.size() && Arrays.equals(run.key(i), one.key()); i++) {
                doubtful.set(i);
            }
        }
    }

    /** Adds the keys that somebody else has locked. */
    private void addTaken(TabletView view, IndexKeys keys, KeyRun run, BitSet doubtful) {
        for (int i = 0; i < run.size(); i++) {
            var target = new LockTarget.Key(view.tabletId(), keys.spec().indexId(), run.key(i));
            if (transaction.engine.locks.isKeyTaken(transaction.locks, target)) {
                doubtful.set(i);
            }
        }
    }

    // ---- reading --------------------------------------------------------------------------------

    /** Hears of loaded slots. */
    interface SlotVisitor {
        void slots(int stripe, int first, int rows);
    }

    /** Tells of what commands before the given one loaded into a tablet. */
    void forEach(int tabletId, int before, SlotVisitor visitor) {
        for (var part : parts) {
            if (part.tabletId() == tabletId && part.command() < before) {
                visitor.slots(part.stripe(), part.first(), part.rows());
            }
        }
    }

    // ---- the end --------------------------------------------------------------------------------

    /** Takes back everything from an ordinal on. */
    void truncate(int from) {
        if (from >= end) {
            return;
        }
        parts.removeIf(part -> part.ordinal() >= from);
        // What is left of their stripes goes with them or is given back.
        giveBackUnused();
        transaction.engine.takeBack(transaction.id(), from, end, anyLogged);
    }

    /** Takes back everything, at the transaction's end. */
    void abandon() {
        if (end > 0) {
            giveBackUnused();
            transaction.engine.abandon(transaction.id(), end, anyLogged);
        }
    }

    /** Gives back slots that were taken for rows that did not come. */
    void giveBackUnused() {
        targets.forEach((tabletId, target) -> {
            var tablet = transaction.definitions.tabletOrNull(tabletId);
            if (tablet != null && target.next < Layout.SLOTS) {
                tablet.allocator().giveBack(target.stripe, target.next, Layout.SLOTS - target.next);
            }
            target.next = Layout.SLOTS;
        });
    }
}
