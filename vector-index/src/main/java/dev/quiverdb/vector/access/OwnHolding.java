package dev.quiverdb.vector.access;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.base.type.SparseVector;
import dev.quiverdb.storage.access.AccessReader;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.vector.filter.VecIdBitmap;
import dev.quiverdb.vector.graph.GraphBlocks;
import dev.quiverdb.vector.graph.RecordRegion;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.VectorSlots;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Vectors in blocks of the index's own: bits too short for slots, and sparse vectors. A vecId is
 * the index's own and stays with one version of one row. Whether it counts is decided by comparing
 * its value with that of the visible version of its row; what no longer counts cannot do so again
 * for a snapshot that has seen it go, and a row that went and came back with the same value is told
 * apart by being given once.
 *
 * <p>Saved: int count of vecIds, the blocks of {@link OwnValues}.
 */
final class OwnHolding implements Holding {
    private final int columnId;
    private final VectorForm form;
    private final OwnValues values;
    private final GraphBlocks blocks;

    /** The newest vector of each row; the applying thread's. */
    private final Map<Long, Integer> byRow = new HashMap<>();

    /** Guards what follows: free vecIds come back from any thread. */
    private final Object lock = new Object();

    private final ArrayDeque<Integer> free = new ArrayDeque<>();
    private int count;
    private BitSet known = new BitSet();

    OwnHolding(int columnId, VectorForm form, GraphBlocks blocks) {
        this.columnId = columnId;
        this.form = form;
        this.blocks = blocks;
        this.values =
                switch (form) {
                    case VectorForm.Dense dense ->
                            new OwnValues.Fixed(
                                    new OwnSlots(blocks, dense.kind(), dense.dimensions()));
                    case VectorForm.Sparse _ -> new OwnValues.Sized(blocks);
                };
    }

    @Override
    public VectorForm form() {
        return form;
    }

    @Override
    public VectorSlots slots() {
        return switch (values) {
            case OwnValues.Fixed fixed -> fixed.slots();
            case OwnValues.Sized _ ->
                    throw new IllegalStateException("sparse vectors have no fixed stride");
        };
    }

    /** The memory of a value, from its first byte on. In a visit. */
    MemorySegment value(int vecId) {
        return values.read(vecId);
    }

    @Override
    public int come(RowView row, long rowId) {
        Object value = row.value(columnId);
        if (value == null || isZeroDirection(value)) {
            return -1;
        }
        int vecId;
        synchronized (lock) {
            Integer freed = free.poll();
            vecId = freed != null ? freed : count++;
        }
        values.write(vecId, form.encode(value));
        byRow.put(rowId, vecId);
        return vecId;
    }

    @Override
    public int go(RowView row, long rowId) {
        Integer vecId = byRow.remove(rowId);
        return vecId == null ? -1 : vecId;
    }

    /** Under the cosine a vector of zeros has no distances, and is not taken in. */
    private boolean isZeroDirection(Object value) {
        return form instanceof VectorForm.Sparse sparse
                && sparse.metric() == Metric.COSINE
                && value instanceof SparseVector vector
                && vector.nonZeroCount() == 0;
    }

    @Override
    public boolean isRankable(int vecId) {
        return true;
    }

    @Override
    public void released(int vecId) {
        long ticket = blocks.enterWriter();
        try {
            synchronized (lock) {
                values.free(vecId);
                free.add(vecId);
            }
        } finally {
            blocks.exitWriter(ticket);
        }
    }

    @Override
    public void visible(
            AccessReader reader, int[] vecIds, long[] rowIds, int count, boolean[] visible) {
        for (int i = 0; i < count; i++) {
            visible[i] = reader.visible(rowIds[i]) && isCurrent(reader, vecIds[i], rowIds[i]);
        }
    }

    private boolean isCurrent(AccessReader reader, int vecId, long rowId) {
        Object value = reader.value(rowId, columnId);
        if (value == null) {
            return false;
        }
        var wanted = form.encode(value);
        long ticket = blocks.enter();
        try {
            var have = values.read(vecId);
            return have.byteSize() >= wanted.byteSize()
                    && MemorySegment.mismatch(
                                    have, 0, wanted.byteSize(), wanted, 0, wanted.byteSize())
                            < 0;
        } finally {
            blocks.exit(ticket);
        }
    }

    /** Its map from rows is the applying thread's. */
    @Override
    public @Nullable VecIdBitmap vecIds(AccessReader reader, RowSet rows, int idsMax) {
        return null;
    }

    @Override
    public boolean repeatsRows() {
        return true;
    }

    @Override
    public void save(ByteWriter out) {
        synchronized (lock) {
            out.putInt(count);
            for (var region : values.regions()) {
                int[] ids = region.blockIds();
                out.putInt(ids.length);
                for (int id : ids) {
                    out.putInt(id);
                }
            }
        }
    }

    @Override
    public void restore(ByteBuffer in) {
        synchronized (lock) {
            count = in.getInt();
            for (var region : values.regions()) {
                for (int left = in.getInt(); left > 0; left--) {
                    region.adopt(in.getInt());
                }
            }
        }
    }

    @Override
    public void adopt(int vecId, long rowId) {
        byRow.put(rowId, vecId);
        known.set(vecId);
    }

    @Override
    public void occupied(int vecId) {
        known.set(vecId);
    }

    @Override
    public void adopted() {
        synchronized (lock) {
            for (int vecId = 0; vecId < count; vecId++) {
                if (!known.get(vecId)) {
                    free.add(vecId);
                }
            }
            values.adopted(known, count);
            known = new BitSet();
        }
    }

    @Override
    public long bytes() {
        return values.regions().stream().mapToLong(RecordRegion::bytes).sum();
    }

    @Override
    public void drop() {
        for (RecordRegion region : values.regions()) {
            region.drop();
        }
    }
}
