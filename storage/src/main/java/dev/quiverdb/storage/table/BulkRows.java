package dev.quiverdb.storage.table;

import dev.quiverdb.storage.access.OrderedIndex;
import dev.quiverdb.storage.btree.KeyRun;
import dev.quiverdb.storage.table.Layout.Form;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bulk loads into one tablet. Their rows are live in their slots and stand in the ordered indexes
 * before the transaction commits, under a {@link HiddenStamp} that only its own snapshots see;
 * other indexes get them at the commit. Called like the tablet's {@code apply} methods.
 */
public final class BulkRows {
    private final Tablet tablet;
    private final RowBuffer row;
    private final Tablet.View view;

    BulkRows(Tablet tablet) {
        this.tablet = tablet;
        row = new RowBuffer(tablet.layout());
        view = tablet.new View();
        view.row = row;
    }

    /** The keys of a part in an ordered index, where somebody has made them already. */
    public interface Keys {
        @Nullable KeyRun of(int indexId);
    }

    /** Puts rows into free slots, hidden. */
    public void apply(StripePart part, long stamp, Keys made) {
        var vecIds = placeVectors(part);
        var stripe = tablet.stripeToWrite(part.stripe());
        long held = stripe.lock.writeLock();
        try {
            stripe.writePart(part, vecIds, stamp);
        } finally {
            stripe.lock.unlockWrite(held);
        }
        for (var index : tablet.indexes()) {
            if (index.index() instanceof OrderedIndex ordered) {
                var run = made.of(index.spec().indexId());
                ordered.insertAll(run != null ? run : keys(part, vecIds, ordered), stamp);
            }
        }
    }

    private int[] @Nullable [] placeVectors(StripePart part) {
        var layout = part.layout();
        var vecIds = new int[layout.columnCount()] @Nullable [];
        for (int i = 0; i < vecIds.length; i++) {
            var column = layout.column(i);
            if (column.form() != Form.VECTOR || part.isAllNull(i)) {
                continue;
            }
            var store = tablet.vectorStore(column);
            int prefix = Stripe.vectorPrefix(column);
            int[] ids = new int[part.count()];
            for (int at = 0; at < ids.length; at++) {
                if (!part.isNull(i, at)) {
                    ids[at] = store.write(part.source(), part.start(i, at) + prefix);
                }
            }
            vecIds[i] = ids;
        }
        return vecIds;
    }

    private KeyRun keys(StripePart part, int[] @Nullable [] vecIds, OrderedIndex index) {
        var layout = part.layout();
        var spec = index.keys().spec();
        var run = new KeyRun.Builder(part.count());
        for (int i = 0; i < part.count(); i++) {
            row.reset(layout);
            for (int position = 0; position < layout.columnCount(); position++) {
                if (Tablet.covers(spec, layout.column(position).spec().columnId())) {
                    part.load(position, i, row);
                    int[] ids = vecIds[position];
                    if (ids != null && !part.isNull(position, i)) {
                        row.setBits(position, ids[i]);
                    }
                }
            }
            if (Tablet.belongs(spec, view)) {
                run.add(index.keys().key(view), part.rowId(i));
            }
        }
        return run.build();
    }

    /** Gives the rows of a part that are still there their commit timestamp, and to all indexes. */
    public void unhide(int stripe, int first, int count, long transactionId, long commit) {
        var target = tablet.stripeToWrite(stripe);
        int found;
        long held = target.lock.writeLock();
        try {
            found = target.unhide(first, count, transactionId, commit);
        } finally {
            target.lock.unlockWrite(held);
        }
        tablet.countLoaded(found);
        for (var index : tablet.indexes()) {
            if (index.index() instanceof OrderedIndex) {
                continue;
            }
            for (int slot = first; slot < first + count; slot++) {
                var head = target.head();
                if (Stripe.isLive(head, slot) && Stripe.stamp(head, slot) == commit) {
                    load(target, slot, index);
                    if (Tablet.belongs(index.spec(), view)) {
                        index.index().insert(view, (long) stripe << 10 | slot, commit);
                    }
                }
            }
        }
    }

    private void load(Stripe stripe, int slot, Tablet.Indexed index) {
        var layout = tablet.layout();
        row.reset(layout);
        for (int i = 0; i < layout.columnCount(); i++) {
            if (Tablet.covers(index.spec(), layout.column(i).spec().columnId())) {
                stripe.copy(layout.column(i), slot, row);
            }
        }
    }

    /** Takes the rows of a part back: out of the indexes first, then out of their slots. */
    public void remove(int stripe, int first, int count, long transactionId) {
        var layout = tablet.layout();
        var target = tablet.stripeToWrite(stripe);
        int[] removed = new int[count];
        int found = 0;
        for (int slot = first; slot < first + count; slot++) {
            if (!Stripe.isHiddenBy(target.head(), slot, transactionId)) {
                continue;
            }
            removed[found++] = slot;
            for (var index : tablet.indexes()) {
                if (index.index() instanceof OrderedIndex) {
                    load(target, slot, index);
                    if (Tablet.belongs(index.spec(), view)) {
                        index.index().delete(view, (long) stripe << 10 | slot, 0, false);
                    }
                }
            }
        }
        freeVectors(target, layout, removed, found);
        long held = target.lock.writeLock();
        try {
            for (int i = 0; i < found; i++) {
                target.removeHidden(layout, removed[i]);
            }
            target.findNewest(target.headToWrite());
            target.compactHeap(layout);
        } finally {
            target.lock.unlockWrite(held);
        }
        tablet.allocator().giveBack(stripe, first, count);
    }

    /** No index knows them, and no snapshot but the loader's saw them: they are free at once. */
    private void freeVectors(Stripe stripe, Layout layout, int[] slots, int count) {
        for (int i = 0; i < layout.columnCount(); i++) {
            var column = layout.column(i);
            if (column.form() != Form.VECTOR) {
                continue;
            }
            int[] vecIds = new int[count];
            int found = 0;
            for (int at = 0; at < count; at++) {
                row.reset(layout);
                stripe.copy(column, slots[at], row);
                if (row.state(i) == RowBuffer.PRESENT) {
                    vecIds[found++] = (int) row.bits(i);
                }
            }
            tablet.vectorStore(column).reuse(Arrays.copyOf(vecIds, found));
        }
    }
}
