package dev.quiverdb.storage.table;

import dev.quiverdb.storage.access.RowSource;

/** The newest rows of a tablet, for an index build while nobody writes to it. */
public final class TabletRows implements RowSource {
    private final Tablet tablet;
    private final Layout layout;
    private final int[] positions;

    public TabletRows(Tablet tablet, Layout layout) {
        this.tablet = tablet;
        this.layout = layout;
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
            if (reader.load(rowId, Snapshot.LATEST, layout, positions)) {
                visitor.row(rowId, reader);
            }
        }
    }
}
