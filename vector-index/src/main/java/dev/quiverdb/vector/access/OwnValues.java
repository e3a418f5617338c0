package dev.quiverdb.vector.access;

import dev.quiverdb.vector.graph.GraphBlocks;
import dev.quiverdb.vector.graph.RecordRegion;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Values by vecId in an index's own blocks. One thread writes, in a visit; any thread reads. */
sealed interface OwnValues {
    void write(int vecId, MemorySegment value);

    /** Makes the room of a value free. */
    void free(int vecId);

    /** The memory of a value, longer than it where its room is. */
    MemorySegment read(int vecId);

    /** In a fixed order. */
    List<RecordRegion> regions();

    /** Finds the free rooms after a restart, given the ids in use. In a visit. */
    void adopted(BitSet used, int count);

    /** All of one size. */
    record Fixed(OwnSlots slots) implements OwnValues {
        @Override
        public void write(int vecId, MemorySegment value) {
            slots.region().ensure(vecId);
            var target = slots.region().write(vecId);
            MemorySegment.copy(value, 0, target, slots.region().offset(vecId), slots.strideBytes());
        }

        @Override
        public void free(int vecId) {}

        @Override
        public MemorySegment read(int vecId) {
            return slots.region()
                    .read(vecId)
                    .asSlice(slots.region().offset(vecId), slots.strideBytes());
        }

        @Override
        public List<RecordRegion> regions() {
            return List.of(slots.region());
        }

        @Override
        public void adopted(BitSet used, int count) {}
    }

    /**
     * Of any size up to 16 KiB: rooms of powers of two from 64 bytes, each size in a region of its
     * own, and for each vecId the int {@code room * 16 + size class + 1} (0: none).
     */
    final class Sized implements OwnValues {
        private static final int CLASSES = 9;
        private static final int LEAST = 64;
        private static final ValueLayout.OfInt INT =
                ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        private final RecordRegion places;
        private final List<RecordRegion> rooms = new ArrayList<>();
        private final List<ArrayDeque<Integer>> free = new ArrayList<>();
        private final int[] made = new int[CLASSES];

        Sized(GraphBlocks blocks) {
            places = new RecordRegion(blocks, 0, 4, (id, block) -> {});
            for (int size = 0; size < CLASSES; size++) {
                rooms.add(new RecordRegion(blocks, 0, LEAST << size, (id, block) -> {}));
                free.add(new ArrayDeque<>());
            }
        }

        private static int sizeClass(long bytes) {
            int size = 0;
            while ((LEAST << size) < bytes) {
                size++;
            }
            if (size >= CLASSES) {
                throw new IllegalArgumentException("a value of " + bytes + " bytes");
            }
            return size;
        }

        private int place(int vecId) {
            return places.read(vecId).get(INT, places.offset(vecId));
        }

        @Override
        public synchronized void write(int vecId, MemorySegment value) {
            int size = sizeClass(value.byteSize());
            Integer freed = free.get(size).poll();
            int room = freed != null ? freed : made[size]++;
            var region = rooms.get(size);
            region.ensure(room);
            MemorySegment.copy(value, 0, region.write(room), region.offset(room), value.byteSize());
            places.ensure(vecId);
            places.write(vecId).set(INT, places.offset(vecId), room << 4 | size + 1);
        }

        @Override
        public synchronized void free(int vecId) {
            int place = place(vecId);
            if (place != 0) {
                free.get((place & 15) - 1).add(place >>> 4);
                places.write(vecId).set(INT, places.offset(vecId), 0);
            }
        }

        @Override
        public MemorySegment read(int vecId) {
            int place = place(vecId);
            int size = (place & 15) - 1;
            var region = rooms.get(size);
            return region.read(place >>> 4)
                    .asSlice(region.offset(place >>> 4), (long) LEAST << size);
        }

        @Override
        public List<RecordRegion> regions() {
            var all = new ArrayList<RecordRegion>();
            all.add(places);
            all.addAll(rooms);
            return all;
        }

        @Override
        public synchronized void adopted(BitSet used, int count) {
            List<BitSet> taken = new ArrayList<>();
            for (int size = 0; size < CLASSES; size++) {
                taken.add(new BitSet());
            }
            for (int vecId = used.nextSetBit(0); vecId >= 0; vecId = used.nextSetBit(vecId + 1)) {
                int place = place(vecId);
                taken.get((place & 15) - 1).set(place >>> 4);
            }
            for (int size = 0; size < CLASSES; size++) {
                made[size] = taken.get(size).length();
                for (int room = 0; room < made[size]; room++) {
                    if (!taken.get(size).get(room)) {
                        free.get(size).add(room);
                    }
                }
            }
        }
    }
}
