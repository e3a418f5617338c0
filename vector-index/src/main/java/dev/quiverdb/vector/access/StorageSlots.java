package dev.quiverdb.vector.access;

import dev.quiverdb.storage.access.AccessContext;
import dev.quiverdb.storage.access.SlotReader;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.VectorSlots;
import java.lang.foreign.MemorySegment;

/** A column's vectors where the storage keeps them. */
record StorageSlots(SlotReader reader, ElementKind kind, int dimensions) implements VectorSlots {
    StorageSlots {
        if (reader.vectorBytes() != kind.sizeBytes(dimensions)) {
            throw new IllegalArgumentException(
                    "slots of %d bytes do not hold %d dimensions of %s"
                            .formatted(reader.vectorBytes(), dimensions, kind));
        }
    }

    /** The slots of an indexed column. */
    static StorageSlots of(AccessContext context, IndexedColumn column) {
        var reader = context.slots(column.columnId());
        if (reader == null) {
            throw new IllegalStateException(
                    "column " + column.columnId() + " is not kept in vector slots");
        }
        return new StorageSlots(reader, column.operatorClass().kind(), column.dimensions());
    }

    @Override
    public int strideBytes() {
        return reader.strideBytes();
    }

    @Override
    public int slotsPerSlabLog2() {
        return reader.slotsPerSlabLog2();
    }

    @Override
    public MemorySegment slab(int index) {
        return reader.slab(index);
    }
}
