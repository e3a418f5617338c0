package dev.quiverdb.storage.table;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.storage.table.Layout.Form;
import dev.quiverdb.storage.table.Layout.Placed;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads single rows as a snapshot sees them. Belongs to one thread at a time and is reused from row
 * to row, so that a read allocates little more than the values it returns.
 */
public final class RowReader implements RowView {
    private static final int OPTIMISTIC_TRIES = 3;

    /** Fewer rows of one stripe are read one by one. */
    private static final int RUN_ROWS_MIN = 4;

    private final Tablet tablet;
    private final RowBuffer row;
    private @Nullable RowBuffer image;
    private @Nullable SlotRun run;
    private Layout layout;
    private long stamp;
    private long rowId;
    private boolean live;
    private boolean newest;
    private long history;
    private int peeked;

    public RowReader(Tablet tablet) {
        this.tablet = tablet;
        this.layout = tablet.layout();
        this.row = new RowBuffer(layout);
    }

    public Tablet tablet() {
        return tablet;
    }

    /**
     * Loads columns of a row.
     *
     * @param of a layout of the tablet, whose positions are meant
     * @return whether the snapshot sees a row there
     */
    public boolean load(long id, Snapshot snapshot, Layout of, int[] positions) {
        int ticket = tablet.store().enterReader();
        try {
            return loadInVisit(id, snapshot, of, positions);
        } finally {
            tablet.store().exitReader(ticket);
        }
    }

    /**
     * Loads columns of a row and gives their values, in one visit; {@link #stamp} is not known
     * afterwards. @return as {@link #load}
     */
    public boolean fetch(
            long id, Snapshot snapshot, Layout of, int[] positions, @Nullable Object[] out) {
        int ticket = tablet.store().enterReader();
        try {
            if (!loadQuietly(id, snapshot, of, positions)) {
                return false;
            }
            for (int i = 0; i < positions.length; i++) {
                out[i] = valueAt(positions[i]);
            }
            return true;
        } finally {
            tablet.store().exitReader(ticket);
        }
    }

    /**
     * As {@link #fetch}, in a visit of the caller, of a row that has not changed since the
     * snapshot.
     *
     * @return false also where it has changed
     */
    public boolean fetchUnchanged(
            long id, Snapshot snapshot, Layout of, int[] positions, @Nullable Object[] out) {
        if (!loadQuietly(id, snapshot, of, positions) || !newest || stamp > snapshot.quiet()) {
            return false;
        }
        for (int i = 0; i < positions.length; i++) {
            out[i] = valueAt(positions[i]);
        }
        return true;
    }

    /**
     * Puts columns of several rows behind those of a batch, in one visit.
     *
     * @param kept receives which of the ids the snapshot sees
     * @return how many those are
     */
    public int fetchMany(
            long[] ids,
            int count,
            Snapshot snapshot,
            Layout of,
            int[] positions,
            Batch out,
            int[] kept) {
        int ticket = tablet.store().enterReader();
        try {
            int rows = 0;
            for (int i = 0; i < count; ) {
                int end = endOfRun(ids, i, count);
                int appended =
                        end - i < RUN_ROWS_MIN
                                ? -1
                                : slots().append(
                                                ids, i, end, snapshot, of, positions, out, rows,
                                                kept);
                if (appended >= 0) {
                    rows += appended;
                    i = end;
                    continue;
                }
                for (; i < end; i++) {
                    if (loadInVisit(ids[i], snapshot, of, positions)) {
                        for (int c = 0; c < positions.length; c++) {
                            appendTo(out.column(c), positions[c]);
                        }
                        kept[rows++] = i;
                    }
                }
            }
            return rows;
        } finally {
            tablet.store().exitReader(ticket);
        }
    }

    /**
     * Tells of several rows whether the snapshot sees them with certain vectors, in one visit and,
     * where the newest version is meant, without copying anything. Rows that the snapshot's own
     * transaction loads are left out.
     *
     * @param position of the vector's column in a layout
     * @param seen receives the answers
     */
    public void seen(
            long[] ids,
            int[] vecIds,
            int count,
            Snapshot snapshot,
            Layout of,
            int position,
            boolean[] seen) {
        int[] positions = {position};
        int ticket = tablet.store().enterReader();
        try {
            for (int i = 0; i < count; i++) {
                if (peek(ids[i], of.column(position)) && snapshot.sees(stamp)) {
                    seen[i] = live && peeked == vecIds[i] && !HiddenStamp.is(stamp);
                } else {
                    seen[i] =
                            loadInVisit(ids[i], snapshot, of, positions)
                                    && !HiddenStamp.is(stamp)
                                    && vecIdAt(position) == vecIds[i];
                }
            }
        } finally {
            tablet.store().exitReader(ticket);
        }
    }

    /**
     * Names the vectors of rows as a snapshot sees them, as {@link #seen} looks: -1 where it sees
     * no row or the row has none.
     */
    public void vecIds(
            long[] ids, int count, Snapshot snapshot, Layout of, int position, int[] vecIds) {
        int[] positions = {position};
        int ticket = tablet.store().enterReader();
        try {
            for (int i = 0; i < count; i++) {
                if (peek(ids[i], of.column(position)) && snapshot.sees(stamp)) {
                    vecIds[i] = live && !HiddenStamp.is(stamp) ? peeked : -1;
                } else {
                    boolean isSeen =
                            loadInVisit(ids[i], snapshot, of, positions) && !HiddenStamp.is(stamp);
                    vecIds[i] = isSeen ? vecIdAt(position) : -1;
                }
            }
        } finally {
            tablet.store().exitReader(ticket);
        }
    }

    /** Reads what the newest version says, once; false where a writer was in the way. */
    private boolean peek(long id, Placed vectors) {
        var stripe = tablet.stripeOrNull((int) (id >>> 10));
        if (stripe == null) {
            return false;
        }
        long sequence = stripe.lock.tryOptimisticRead();
        if (sequence == 0) {
            return false;
        }
        try {
            var head = stripe.head();
            int slot = (int) id & 1023;
            live = Stripe.isLive(head, slot);
            stamp = Stripe.stamp(head, slot);
            peeked = live ? stripe.vecId(vectors, slot) : -1;
        } catch (IndexOutOfBoundsException e) {
            // Torn, or damaged, which the careful way tells.
            return false;
        }
        return stripe.lock.validate(sequence);
    }

    /** Where the ids end that lie in the same stripe as the one at {@code from}. */
    private static int endOfRun(long[] ids, int from, int count) {
        long stripe = ids[from] >>> 10;
        int end = from + 1;
        while (end < count && ids[end] >>> 10 == stripe) {
            end++;
        }
        return end;
    }

    private SlotRun slots() {
        var known = run;
        if (known == null) {
            known = new SlotRun(tablet);
            run = known;
        }
        return known;
    }

    /**
     * Whether there is a row that has not changed since the snapshot, for all that its stripe tells
     * at once; in a visit. False says nothing.
     */
    public boolean seesQuietly(long id, Snapshot snapshot) {
        var stripe = tablet.stripeOrNull((int) (id >>> 10));
        return stripe != null
                && stripe.newest <= snapshot.quiet()
                && Stripe.isLive(stripe.head(), (int) id & Layout.SLOTS - 1);
    }

    private void appendTo(Column target, int position) {
        if (layout.column(position).form() == Form.VECTOR) {
            target.appendObject(valueAt(position));
        } else {
            row.appendTo(target, position);
        }
    }

    boolean loadInVisit(long id, Snapshot snapshot, Layout of, int[] positions) {
        return loadInVisit(id, snapshot, of, positions, Long.MIN_VALUE);
    }

    /** Does not look for the stamp of a row in whose stripe nothing changed since the snapshot. */
    private boolean loadQuietly(long id, Snapshot snapshot, Layout of, int[] positions) {
        return loadInVisit(id, snapshot, of, positions, snapshot.quiet());
    }

    private boolean loadInVisit(
            long id, Snapshot snapshot, Layout of, int[] positions, long quiet) {
        layout = of;
        rowId = id;
        var stripe = tablet.stripeOrNull((int) (id >>> 10));
        if (stripe == null) {
            return false;
        }
        copy(stripe, (int) id & 1023, positions, quiet);
        newest = snapshot.sees(stamp);
        if (newest) {
            return live;
        }
        return goBack(snapshot, positions);
    }

    private void copy(Stripe stripe, int slot, int[] positions, long quiet) {
        StampedLock lock = stripe.lock;
        for (int i = 0; i < OPTIMISTIC_TRIES; i++) {
            long sequence = lock.tryOptimisticRead();
            if (sequence == 0) {
                Thread.onSpinWait();
                continue;
            }
            try {
                copyOnce(stripe, slot, positions, quiet);
            } catch (IndexOutOfBoundsException
                    | IllegalArgumentException
                    | NegativeArraySizeException e) {
                // Torn numbers; if they are not torn, the stripe is damaged.
                if (lock.validate(sequence)) {
                    throw e;
                }
                continue;
            }
            if (lock.validate(sequence)) {
                return;
            }
        }
        long held = lock.readLock();
        try {
            copyOnce(stripe, slot, positions, quiet);
        } finally {
            lock.unlockRead(held);
        }
    }

    private void copyOnce(Stripe stripe, int slot, int[] positions, long quiet) {
        var head = stripe.head();
        live = Stripe.isLive(head, slot);
        long newestInStripe = stripe.newest;
        stamp = newestInStripe <= quiet ? newestInStripe : Stripe.stamp(head, slot);
        history = stripe.historyOf(slot);
        row.reset(layout);
        if (live) {
            for (int position : positions) {
                stripe.copy(layout.column(position), slot, row);
            }
        }
    }

    /** Undoes changes until the snapshot sees the version. */
    private boolean goBack(Snapshot snapshot, int[] positions) {
        var older = image;
        if (older == null) {
            older = new RowBuffer(layout);
            image = older;
        }
        while (true) {
            if (history == 0) {
                return false;
            }
            var record = tablet.history().read(history);
            stamp = record.getLong();
            history = record.getLong();
            live = record.get() != 0;
            var of = tablet.layout(record.getInt());
            older.readImage(of, record);
            for (int position : positions) {
                int there =
                        of == layout
                                ? position
                                : of.positionOrMinusOne(layout.column(position).spec().columnId());
                if (there < 0 || !older.has(there)) {
                    continue;
                }
                if (older.state(there) == RowBuffer.NULL) {
                    row.setNull(position);
                } else if (layout.column(position).form() == Form.HEAP) {
                    row.setBytes(
                            position,
                            older.source(there),
                            older.offset(there),
                            older.length(there));
                } else {
                    row.setBits(position, older.bits(there));
                }
            }
            if (snapshot.sees(stamp)) {
                return live;
            }
        }
    }

    /** Whether the version loaded last is the newest there is. */
    public boolean isNewest() {
        return newest;
    }

    /** The commit timestamp of the version loaded last. */
    public long stamp() {
        return stamp;
    }

    public long rowId() {
        return rowId;
    }

    /**
     * The value at a position of the layout, of the row loaded last. Opens a visit for a vector.
     */
    public @Nullable Object valueAt(int position) {
        return tablet.value(row, position);
    }

    @Override
    public @Nullable Object value(int columnId) {
        return valueAt(layout.position(columnId));
    }

    /** The vector slot at a position, -1 for NULL. */
    public int vecIdAt(int position) {
        return row.state(position) == RowBuffer.PRESENT ? (int) row.bits(position) : -1;
    }

    @Override
    public int vecId(int columnId) {
        return vecIdAt(layout.position(columnId));
    }
}
