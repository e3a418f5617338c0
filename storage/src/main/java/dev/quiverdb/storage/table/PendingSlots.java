package dev.quiverdb.storage.table;

import dev.quiverdb.storage.access.SlotReader;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a column that comes with the commit that brings its index: until then there are
 * none, but their sizes are known.
 */
final class PendingSlots implements SlotReader {
    private final VectorStore sizes;
    private final Supplier<@Nullable VectorStore> coming;
    private volatile @Nullable VectorStore come;

    /**
     * Makes slots that are looked for when they are used.
     *
     * @param sizes an empty store of the same slots
     */
    PendingSlots(VectorStore sizes, Supplier<@Nullable VectorStore> coming) {
        this.sizes = sizes;
        this.coming = coming;
    }

    private VectorStore store() {
        var known = come;
        if (known == null) {
            known = coming.get();
            if (known == null) {
                return sizes;
            }
            come = known;
        }
        return known;
    }

    @Override
    public int vectorBytes() {
        return sizes.vectorBytes();
    }

    @Override
    public int strideBytes() {
        return sizes.strideBytes();
    }

    @Override
    public int slotsPerSlabLog2() {
        return sizes.slotsPerSlabLog2();
    }

    @Override
    public int slotCount() {
        return store().slotCount();
    }

    @Override
    public MemorySegment slab(int index) {
        return store().slab(index);
    }
}
