package dev.quiverdb.vector.access;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.type.Vector;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Disk;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.access.AccessContext;
import dev.quiverdb.storage.access.AccessReader;
import dev.quiverdb.storage.access.RowSource;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.storage.access.SlotReader;
import dev.quiverdb.storage.block.BlockStore;
import dev.quiverdb.storage.block.BlockStoreOptions;
import dev.quiverdb.storage.block.LocalBlockStore;
import dev.quiverdb.vector.simd.ArenaVectorSlots;
import dev.quiverdb.vector.simd.ElementKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A table of one vector column as an index sees it: a real block store, slots in memory, rows in a
 * map. One thread plays the applying one.
 */
final class ModelTablet implements AccessContext, AccessReader, RowSource {
    static final int COLUMN = 1;

    final BlockStore blocks;
    final ArenaVectorSlots slots;
    final TreeMap<Long, Integer> rows = new TreeMap<>();
    final Map<Long, Vector> ownRows = new HashMap<>();
    private final TabletSpec tablet;

    ModelTablet(Disk disk, int dimensions, String operatorClass, Map<String, String> options) {
        this(disk, Types.VECTOR, dimensions, operatorClass, options);
    }

    ModelTablet(
            Disk disk, Type type, int typmod, String operatorClass, Map<String, String> options) {
        this(disk, "hnsw", type, typmod, operatorClass, options);
    }

    ModelTablet(
            Disk disk,
            String method,
            Type type,
            int typmod,
            String operatorClass,
            Map<String, String> options) {
        blocks =
                LocalBlockStore.open(
                        BlockStoreOptions.of(disk, Chance.seeded(1), "blocks", 64 << 20));
        slots = new ArenaVectorSlots(ElementKind.FLOAT32, Math.max(1, typmod));
        var index =
                new IndexSpec(
                        1,
                        method,
                        List.of(new IndexSpec.Key(COLUMN, false, false, operatorClass)),
                        false,
                        false,
                        OptionalInt.empty(),
                        options);
        tablet =
                TabletSpec.of(
                        1,
                        List.of(ColumnSpec.of(COLUMN, "embedding", type, typmod)),
                        List.of(index));
    }

    /** Runs what the applying thread does, in a writer's visit. */
    void apply(Runnable work) {
        int ticket = blocks.enterWriter();
        try {
            work.run();
        } finally {
            blocks.exitWriter(ticket);
        }
    }

    /** Gives a row a vector; the slot may be one that was unlinked. */
    RowView put(long rowId, float[] vector, int vecId) {
        slots.set(vecId, vector);
        rows.put(rowId, vecId);
        return view(vecId);
    }

    RowView view(int vecId) {
        return new RowView() {
            @Override
            public Object value(int columnId) {
                return Vector.of(vector(vecId));
            }

            @Override
            public int vecId(int columnId) {
                return vecId;
            }
        };
    }

    float[] vector(int vecId) {
        return slots.slabOf(vecId)
                .asSlice(slots.offset(vecId), 4L * slots.dimensions())
                .toArray(ValueLayout.JAVA_FLOAT);
    }

    /** Returns the rows nearest to a vector by squared distance, own rows among them. */
    List<Long> nearest(float[] query, int k) {
        var distances = new ArrayList<Map.Entry<Long, Double>>();
        rows.forEach((rowId, vecId) -> {
            if (!ownRows.containsKey(rowId)) {
                distances.add(Map.entry(rowId, distance(query, vector(vecId))));
            }
        });
        ownRows.forEach((rowId, value) ->
                distances.add(Map.entry(rowId, distance(query, value.toArray()))));
        return distances.stream()
                .sorted(Map.Entry.comparingByValue())
                .limit(k)
                .map(Map.Entry::getKey)
                .toList();
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum;
    }

    @Override
    public BlockStore blocks() {
        return blocks;
    }

    @Override
    public TabletSpec tablet() {
        return tablet;
    }

    @Override
    public IndexSpec index() {
        return tablet.indexes().getFirst();
    }

    @Override
    public SlotReader slots(int columnId) {
        return new SlotReader() {
            @Override
            public int vectorBytes() {
                return 4 * slots.dimensions();
            }

            @Override
            public int strideBytes() {
                return slots.strideBytes();
            }

            @Override
            public int slotsPerSlabLog2() {
                return slots.slotsPerSlabLog2();
            }

            @Override
            public int slotCount() {
                return slots.count();
            }

            @Override
            public MemorySegment slab(int index) {
                return slots.slab(index);
            }
        };
    }

    @Override
    public void visible(int columnId, int[] vecIds, long[] rowIds, int count, boolean[] visible) {
        for (int i = 0; i < count; i++) {
            Integer current = rows.get(rowIds[i]);
            visible[i] = current != null && current == vecIds[i] && !ownRows.containsKey(rowIds[i]);
        }
    }

    @Override
    public void vecIds(int columnId, long[] rowIds, int count, int[] vecIds) {
        for (int i = 0; i < count; i++) {
            Integer current = ownRows.containsKey(rowIds[i]) ? null : rows.get(rowIds[i]);
            vecIds[i] = current == null ? -1 : current;
        }
    }

    @Override
    public boolean visible(long rowId) {
        return rows.containsKey(rowId);
    }

    @Override
    public @Nullable Object value(long rowId, int columnId) {
        Integer vecId = rows.get(rowId);
        return vecId == null ? null : Vector.of(vector(vecId));
    }

    @Override
    public void ownRows(int columnId, Consumer<OwnRow> consumer) {
        ownRows.forEach((rowId, value) -> consumer.accept(new OwnRow(rowId, value)));
    }

    @Override
    public long rows() {
        return rows.size();
    }

    @Override
    public void visit(int stripe, Visitor visitor) {
        rows.forEach((rowId, vecId) -> visitor.row(rowId, view(vecId)));
    }

    @Override
    public int stripes() {
        return 1;
    }
}
