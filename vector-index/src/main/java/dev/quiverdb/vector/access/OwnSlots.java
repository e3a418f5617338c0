package dev.quiverdb.vector.access;

import dev.quiverdb.vector.graph.GraphBlocks;
import dev.quiverdb.vector.graph.RecordRegion;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.VectorSlots;
import java.lang.foreign.MemorySegment;

/** Slots of one stride in blocks of the index's own. */
final class OwnSlots implements VectorSlots {
    private final ElementKind kind;
    private final int dimensions;
    private final int stride;
    private final int shift;
    private final RecordRegion region;

    OwnSlots(GraphBlocks blocks, ElementKind kind, int dimensions) {
        this.kind = kind;
        this.dimensions = dimensions;
        this.stride = kind.strideBytes(dimensions);
        this.shift = 31 - Integer.numberOfLeadingZeros(blocks.blockBytes() / stride);
        this.region = new RecordRegion(blocks, 0, stride, (id, block) -> {});
    }

    RecordRegion region() {
        return region;
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public ElementKind kind() {
        return kind;
    }

    @Override
    public int strideBytes() {
        return stride;
    }

    @Override
    public int slotsPerSlabLog2() {
        return shift;
    }

    @Override
    public MemorySegment slab(int index) {
        return region.read(index << shift);
    }
}
