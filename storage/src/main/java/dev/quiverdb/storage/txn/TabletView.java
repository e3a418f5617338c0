package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.access.AccessIndex;
import dev.quiverdb.storage.access.IndexKeys;
import dev.quiverdb.storage.access.OrderedIndex;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.storage.table.Layout;
import dev.quiverdb.storage.table.RowReader;
import dev.quiverdb.storage.table.Tablet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A tablet as one transaction sees it, with the transaction's own definitions. */
final class TabletView {
    final Tablet tablet;

    /** Whether the transaction made it. */
    final boolean created;

    private Layout layout;
    private List<IndexKeys> ordered = List.of();
    final RowReader reader;
    private final Map<Integer, int[]> keyPositions = new HashMap<>();
    private int[] all = new int[0];

    /** Indexes that the transaction built. */
    final Map<Integer, AccessIndex> built = new HashMap<>();

    TabletView(Tablet tablet, Layout layout, boolean created) {
        this.tablet = tablet;
        this.created = created;
        this.layout = layout;
        this.reader = new RowReader(tablet);
        setLayout(layout);
    }

    void setLayout(Layout next) {
        layout = next;
        keyPositions.clear();
        var keys = new ArrayList<IndexKeys>();
        for (var index : next.spec().indexes()) {
            if (index.isBtree()) {
                keys.add(new IndexKeys(next.spec(), index));
            }
        }
        ordered = keys;
        all = new int[next.columnCount()];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
    }

    Layout layout() {
        return layout;
    }

    int tabletId() {
        return tablet.tabletId();
    }

    /** Every position of the layout. */
    int[] allPositions() {
        return all;
    }

    /** How the keys of every ordered index are made. */
    List<IndexKeys> ordered() {
        return ordered;
    }

    IndexKeys keys(int indexId) {
        for (var keys : ordered) {
            if (keys.spec().indexId() == indexId) {
                return keys;
            }
        }
        throw new IllegalArgumentException(
                "tablet " + tabletId() + " has no ordered index " + indexId);
    }

    /** The columns from which an index's membership and keys are made. */
    int[] keyPositions(IndexKeys keys) {
        return keyPositions.computeIfAbsent(
                keys.spec().indexId(), _ -> TransactionIndexScan.keyPositions(this, keys));
    }

    /** The shared index; null if the tablet or its index is not there for others yet. */
    @Nullable AccessIndex index(int indexId) {
        var own = built.get(indexId);
        if (own != null) {
            return own;
        }
        var found = tablet.index(indexId);
        return found == null ? null : found.index();
    }

    @Nullable OrderedIndex orderedIndex(int indexId) {
        return (OrderedIndex) index(indexId);
    }

    /** A row of values as indexes look at it. */
    static final class Values implements RowView {
        private final Layout layout;
        private final @Nullable Object[] values;

        Values(Layout layout, @Nullable Object[] values) {
            this.layout = layout;
            this.values = values;
        }

        @Override
        public @Nullable Object value(int columnId) {
            return values[layout.position(columnId)];
        }

        @Override
        public int vecId(int columnId) {
            return -1;
        }
    }
}
