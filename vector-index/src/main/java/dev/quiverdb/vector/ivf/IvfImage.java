package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.graph.GraphBlocks;
import dev.quiverdb.vector.ivf.IvfOptions.Coding;
import dev.quiverdb.vector.quantise.NibbleCodec;
import dev.quiverdb.vector.quantise.Rotation;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.VectorSlots;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An index as bytes in a chain of blocks, little-endian:
 *
 * <pre>
 *   int32 magic, int32 version
 *   byte metric, int32 lists, byte coding, int32 nibbles, byte copies, int64 seed     the options
 *   int32 splitAbove
 *   int32 + bytes                     the codec; no bytes for flat lists
 *   floats                            the centre of the centroids' codes
 *   int32                             number of lists, and for each:
 *     floats, int32 count, blocks       its centroid, its entries as FastScanLayout has them
 * </pre>
 *
 * What can be computed (places, codes of centroids) is not stored.
 */
public final class IvfImage {
    private static final int MAGIC = 0x49564651;
    private static final int VERSION = 1;

    private IvfImage() {}

    /**
     * Writes an index as it is at one moment; returns the first block. Searches go on, writers
     * wait.
     */
    public static int save(IvfIndex index, GraphBlocks blocks) {
        long stamp = index.lock.readLock();
        try {
            BlockStream out = BlockStream.write(blocks);
            int root = out.block();
            IvfOptions options = index.options;
            out.putInt(MAGIC);
            out.putInt(VERSION);
            out.putByte(options.metric().code());
            out.putInt(options.lists());
            out.putByte(codeOf(options.coding()));
            out.putInt(options.nibbles());
            out.putByte((byte) options.copies());
            out.putLong(options.seed());
            out.putInt(index.splitAbove);
            NibbleCodec codec = index.codec;
            out.putBytes(codec == null ? new byte[0] : codec.toBytes());
            out.putFloats(index.centroids.centre());
            out.putInt(index.centroids.liveCount());
            float[] centroid = new float[index.dimensions];
            byte[] entries = new byte[index.layout.blockBytes()];
            for (int l = 0; l < index.centroids.end(); l++) {
                if (index.centroids.isLive(l)) {
                    index.centroids.points().get(l, centroid);
                    out.putFloats(centroid);
                    PostingList list = index.lists[l];
                    out.putInt(list.count);
                    for (int b = 0; b < list.blockCount(); b++) {
                        int block = list.blocks[b];
                        MemorySegment.copy(
                                index.pool.slab(block),
                                ValueLayout.JAVA_BYTE,
                                index.pool.offset(block),
                                entries,
                                0,
                                entries.length);
                        out.putBytes(entries);
                    }
                }
            }
            out.finish();
            return root;
        } finally {
            index.lock.unlockRead(stamp);
        }
    }

    /** Reads the index that begins in a block; its vectors are in {@code slots}. */
    public static IvfIndex load(GraphBlocks blocks, int root, VectorSlots slots) {
        BlockStream in = BlockStream.read(blocks, root);
        if (in.getInt() != MAGIC) {
            throw new IllegalStateException("block " + root + " does not begin an index of lists");
        }
        int version = in.getInt();
        if (version != VERSION) {
            throw new IllegalStateException(
                    "an index of lists of version " + version + " cannot be read");
        }
        var options =
                new IvfOptions(
                        Metric.ofCode(in.getByte()),
                        in.getInt(),
                        codingOf(in.getByte()),
                        in.getInt(),
                        in.getByte(),
                        in.getLong());
        int splitAbove = in.getInt();
        byte[] codecBytes = in.getBytes();
        NibbleCodec codec = codecBytes.length == 0 ? null : NibbleCodec.ofBytes(codecBytes);
        var rotation = new Rotation(slots.dimensions(), options.seed());
        float[] centre = new float[rotation.paddedDimensions()];
        in.getFloats(centre);
        int listCount = in.getInt();
        var index = new IvfIndex(options, slots, rotation, codec, listCount, centre, splitAbove);
        float[] centroid = new float[rotation.paddedDimensions()];
        for (int l = 0; l < listCount; l++) {
            in.getFloats(centroid);
            index.addList(centroid);
            PostingList list = index.lists[l];
            int count = in.getInt();
            while (list.count < count) {
                int block = index.newBlock(l);
                byte[] entries = in.getBytes();
                MemorySegment.copy(
                        entries,
                        0,
                        index.pool.slab(block),
                        ValueLayout.JAVA_BYTE,
                        index.pool.offset(block),
                        entries.length);
                list.addBlock(block);
                list.count = Math.min(count, list.count + 32);
                adopt(index, block, list.count - 32 * (list.blockCount() - 1));
            }
        }
        return index;
    }

    private static void adopt(IvfIndex index, int block, int entries) {
        for (int place = 0; place < entries; place++) {
            int vecId = index.layout.id(index.pool.slab(block), index.pool.offset(block), place);
            index.ensurePlaces(vecId);
            int copy = index.places[0][vecId] < 0 ? 0 : 1;
            if (copy == 0) {
                index.count++;
            }
            index.places[copy][vecId] = block * 32 + place;
        }
    }

    private static byte codeOf(Coding coding) {
        return switch (coding) {
            case FLAT -> 1;
            case RABITQ -> 2;
            case PRODUCT -> 3;
        };
    }

    private static Coding codingOf(byte code) {
        return switch (code) {
            case 1 -> Coding.FLAT;
            case 2 -> Coding.RABITQ;
            case 3 -> Coding.PRODUCT;
            default -> throw new IllegalStateException("unknown coding " + code);
        };
    }
}
