package dev.quiverdb.storage.table;

import dev.quiverdb.storage.table.Layout.Form;

/**
 * The size of a tablet's rows, heaps and large values, stripe by stripe. Any thread, in no visit;
 * what changes meanwhile is counted as it was before or after, or not at all.
 */
public final class TabletSize {
    private final Tablet tablet;

    public TabletSize(Tablet tablet) {
        this.tablet = tablet;
    }

    /** Bytes of the blocks. Cost: the references of each stripe are read. */
    public long bytes() {
        var store = tablet.store();
        long bytes = tablet.vectorBytes();
        for (int i = 0; i < tablet.stripeCount(); i++) {
            int ticket = store.enterReader();
            try {
                var stripe = tablet.stripeOrNull(i);
                if (stripe != null) {
                    bytes += stripe.blockBytes() + largeValues(stripe);
                }
            } finally {
                store.exitReader(ticket);
            }
        }
        return bytes;
    }

    private long largeValues(Stripe stripe) {
        long bytes = 0;
        var layout = tablet.layout();
        for (int i = 0; i < layout.columnCount(); i++) {
            var column = layout.column(i);
            var memory = column.form() == Form.HEAP ? stripe.segment(column) : null;
            for (int slot = 0; memory != null && slot < Layout.SLOTS; slot++) {
                long reference = memory.get(Bytes.LONG, column.values() + 8L * slot);
                if (reference < 0 && !Bytes.bit(memory, column.nulls(), slot)) {
                    bytes += Overflow.blockBytes(stripe.largeLength(reference));
                }
            }
        }
        return bytes;
    }
}
