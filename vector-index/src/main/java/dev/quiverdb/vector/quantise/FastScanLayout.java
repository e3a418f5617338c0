package dev.quiverdb.vector.quantise;

import dev.quiverdb.vector.simd.Kernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Where things lie in a block of 32 codes, little-endian:
 *
 * <pre>
 *   0                  columns * 32 bytes   codes: two nibbles a column, see Kernels.fastScan
 *   columns * 32       32 floats            add
 *   columns * 32 + 128 32 floats            mul
 *   columns * 32 + 256 32 int32             vecId, -1 where the place is free
 * </pre>
 *
 * The rank of a vector is {@code base + add + mul * (bias + scale * sum)}.
 *
 * @param columns nibbles / 2; zero for blocks that hold ids only
 */
public record FastScanLayout(int columns) {
    /** Vectors in a block. */
    public static final int BLOCK = 32;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Bytes of a block: a multiple of 64. */
    public int blockBytes() {
        return 32 * columns + (columns == 0 ? 128 : 384);
    }

    /** Offset of the factors within a block. */
    public int factorsAt() {
        return 32 * columns;
    }

    private int idsAt() {
        return columns == 0 ? 0 : 32 * columns + 256;
    }

    public int id(MemorySegment memory, long block, int place) {
        return memory.get(INT, block + idsAt() + 4L * place);
    }

    public void setId(MemorySegment memory, long block, int place, int vecId) {
        memory.set(INT, block + idsAt() + 4L * place, vecId);
    }

    /** Copies the 32 ids of a block. */
    public void ids(MemorySegment memory, long block, int[] into) {
        MemorySegment.copy(memory, INT, block + idsAt(), into, 0, BLOCK);
    }

    /** Writes a code, its factors and its id. */
    public void set(
            MemorySegment memory,
            long block,
            int place,
            byte[] nibbles,
            float add,
            float mul,
            int vecId) {
        int position = Kernels.fastScanPosition(place);
        for (int c = 0; c < columns; c++) {
            memory.set(
                    ValueLayout.JAVA_BYTE,
                    block + 32L * c + position,
                    (byte) (nibbles[2 * c] | (nibbles[2 * c + 1] << 4)));
        }
        if (columns > 0) {
            memory.set(FLOAT, block + factorsAt() + 4L * place, add);
            memory.set(FLOAT, block + factorsAt() + 128 + 4L * place, mul);
        }
        setId(memory, block, place, vecId);
    }

    /** Copies one place to another, codes, factors and id. */
    public void copy(
            MemorySegment from,
            long fromBlock,
            int fromPlace,
            MemorySegment to,
            long toBlock,
            int toPlace) {
        int source = Kernels.fastScanPosition(fromPlace);
        int target = Kernels.fastScanPosition(toPlace);
        for (int c = 0; c < columns; c++) {
            to.set(
                    ValueLayout.JAVA_BYTE,
                    toBlock + 32L * c + target,
                    from.get(ValueLayout.JAVA_BYTE, fromBlock + 32L * c + source));
        }
        if (columns > 0) {
            to.set(
                    FLOAT,
                    toBlock + factorsAt() + 4L * toPlace,
                    from.get(FLOAT, fromBlock + factorsAt() + 4L * fromPlace));
            to.set(
                    FLOAT,
                    toBlock + factorsAt() + 128 + 4L * toPlace,
                    from.get(FLOAT, fromBlock + factorsAt() + 128 + 4L * fromPlace));
        }
        setId(to, toBlock, toPlace, id(from, fromBlock, fromPlace));
    }
}
