package dev.quiverdb.vector.access;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.access.AccessReader;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.vector.filter.VecIdBitmap;
import dev.quiverdb.vector.graph.SlotSpace;
import java.nio.ByteBuffer;

/** Vectors in the slots of the column; the storage says when a slot is used again. */
record SlotHolding(int columnId, VectorForm.Dense form, StorageSlots slots) implements Holding {
    private static final int BATCH = 1024;

    @Override
    public int come(RowView row, long rowId) {
        return row.vecId(columnId);
    }

    @Override
    public int go(RowView row, long rowId) {
        return row.vecId(columnId);
    }

    @Override
    public boolean isRankable(int vecId) {
        return SlotSpace.isRankable(form.metric(), slots, vecId);
    }

    @Override
    public void released(int vecId) {}

    @Override
    public void visible(
            AccessReader reader, int[] vecIds, long[] rowIds, int count, boolean[] visible) {
        reader.visible(columnId, vecIds, rowIds, count, visible);
    }

    @Override
    public VecIdBitmap vecIds(AccessReader reader, RowSet rows, int idsMax) {
        var bitmap = new VecIdBitmap(idsMax);
        long[] rowIds = new long[Math.min(BATCH, Math.max(1, rows.size()))];
        int[] vecIds = new int[rowIds.length];
        for (int from = 0; from < rows.size(); from += rowIds.length) {
            int count = rows.copy(from, rowIds);
            reader.vecIds(columnId, rowIds, count, vecIds);
            for (int i = 0; i < count; i++) {
                if (vecIds[i] >= 0) {
                    bitmap.add(vecIds[i]);
                }
            }
        }
        return bitmap;
    }

    @Override
    public boolean repeatsRows() {
        return false;
    }

    @Override
    public void save(ByteWriter out) {}

    @Override
    public void restore(ByteBuffer in) {}

    @Override
    public void adopt(int vecId, long rowId) {}

    @Override
    public void occupied(int vecId) {}

    @Override
    public void adopted() {}

    @Override
    public long bytes() {
        return 0;
    }

    @Override
    public void drop() {}
}
