package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.access.AccessIndex;
import dev.quiverdb.storage.access.AccessMethod;
import dev.quiverdb.storage.access.IndexKeys;
import dev.quiverdb.storage.access.OrderedIndex;
import dev.quiverdb.storage.access.RowGuard;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.storage.table.Layout;
import dev.quiverdb.storage.table.RowReader;
import dev.quiverdb.storage.table.Tablet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A tablet as one transaction sees it, with the transaction's own definitions. */
final class TabletView {
    final Tablet tablet;

    /** Whether the transaction made it. */
    final boolean created;

    private Layout layout;
    private List<IndexKeys> ordered;
    private @Nullable List<RowGuard> guards;
    final RowReader reader;

    /** Indexes that the transaction built. */
    private Map<Integer, AccessIndex> built = Map.of();

    TabletView(Tablet tablet, Layout layout, boolean created) {
        this.tablet = tablet;
        this.created = created;
        this.layout = layout;
        this.ordered = layout.ordered();
        this.reader = new RowReader(tablet);
    }

    void setLayout(Layout next) {
        layout = next;
        ordered = next.ordered();
        guards = null;
    }

    /** Whether the transaction built an index over what is there. */
    boolean anyBuilt() {
        return !built.isEmpty();
    }

    /** An index that the transaction built is to be used. */
    void built(int indexId, AccessIndex index) {
        var more = new HashMap<>(built);
        more.put(indexId, index);
        built = more;
    }

    Layout layout() {
        return layout;
    }

    int tabletId() {
        return tablet.tabletId();
    }

    /** Every position of the layout. */
    int[] allPositions() {
        return layout.allPositions();
    }

    /** What indexes demand of rows. */
    List<RowGuard> guards(Function<String, AccessMethod> methods) {
        var known = guards;
        if (known == null) {
            known = new ArrayList<>();
            for (var index : layout.spec().indexes()) {
                var guard =
                        methods.apply(index.method()).guard(tablet.context(layout.spec(), index));
                if (guard != null) {
                    known.add(forMembers(index, guard));
                }
            }
            guards = known;
        }
        return known;
    }

    private static RowGuard forMembers(IndexSpec index, RowGuard guard) {
        var membership = index.membershipColumn();
        return membership.isEmpty()
                ? guard
                : row -> {
                    if (Boolean.TRUE.equals(row.value(membership.getAsInt()))) {
                        guard.check(row);
                    }
                };
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

    /** The shared index; null if the tablet or its index is not there for others yet. */
    @Nullable AccessIndex index(int indexId) {
        if (!built.isEmpty()) {
            var own = built.get(indexId);
            if (own != null) {
                return own;
            }
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
