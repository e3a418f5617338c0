package dev.quiverdb.storage.table;

import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.access.RowSource;
import java.util.stream.IntStream;

/**
 * The newest rows of a tablet, and those that the asking transaction loaded, for an index build
 * while nobody else writes to it.
 */
public final class TabletRows implements RowSource {
    private final Tablet tablet;
    private final Layout layout;
    private final Snapshot snapshot;
    private final int[] positions;

    /**
     * @param index the columns of which are read
     * @param snapshot the newest state, as the asking transaction sees it
     */
    public TabletRows(Tablet tablet, Layout layout, IndexSpec index, Snapshot snapshot) {
        this.tablet = tablet;
        this.layout = layout;
        this.snapshot = snapshot;
        positions =
                IntStream.concat(
                                index.keys().stream().mapToInt(IndexSpec.Key::columnId),
                                index.membershipColumn().stream())
                        .map(layout::position)
                        .distinct()
                        .toArray();
    }

    @Override
    public long rows() {
        return tablet.liveRows();
    }

    @Override
    public int stripes() {
        return tablet.stripeCount();
    }

    @Override
    public void visit(int stripe, Visitor visitor) {
        var reader = new RowReader(tablet);
        for (int slot = 0; slot < Layout.SLOTS; slot++) {
            long rowId = (long) stripe << 10 | slot;
            if (reader.load(rowId, snapshot, layout, positions)) {
                visitor.row(rowId, reader);
            }
        }
    }
}
