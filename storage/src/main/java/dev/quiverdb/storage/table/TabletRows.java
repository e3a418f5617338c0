package dev.quiverdb.storage.table;

import dev.quiverdb.storage.access.RowSource;

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
     * @param snapshot the newest state, as the asking transaction sees it
     */
    public TabletRows(Tablet tablet, Layout layout, Snapshot snapshot) {
        this.tablet = tablet;
        this.layout = layout;
        this.snapshot = snapshot;
        positions = new int[layout.columnCount()];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = i;
        }
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
