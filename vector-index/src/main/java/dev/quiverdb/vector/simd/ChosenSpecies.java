package dev.quiverdb.vector.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector widths the loops are compiled for, as constants: what the virtual machine prefers, or
 * {@code -Dquiverdb.vector.bits} and {@code -Dquiverdb.vector.shuffle.bits} (128, 256, 512). They
 * are not measured: before the compiler has been over a loop to the end, which takes it seconds,
 * times say nothing of it.
 */
final class ChosenSpecies {
    private static final int PREFERRED = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    private static final int BITS = width("quiverdb.vector.bits", PREFERRED);

    static final VectorSpecies<Float> FLOAT =
            VectorSpecies.of(float.class, VectorShape.forBitSize(BITS));
    static final VectorSpecies<Integer> INT =
            VectorSpecies.of(int.class, VectorShape.forBitSize(BITS));

    /** As many shorts as {@link #FLOAT} has floats. */
    static final VectorSpecies<Short> HALF_OF_SHORT =
            VectorSpecies.of(short.class, VectorShape.forBitSize(BITS / 2));

    /**
     * As many bytes as {@link #FLOAT} has floats; at least 64 bits wide, so floats are at least 256
     * bits wide where bytes are used.
     */
    static final VectorSpecies<Byte> QUARTER_OF_BYTE =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, BITS / 4)));

    /**
     * Width of byte permutations in the fast scan. Not every processor with 512 bits permutes bytes
     * across them, and one that does is no faster for it.
     */
    static final int SHUFFLE_BITS = width("quiverdb.vector.shuffle.bits", Math.min(PREFERRED, 256));

    /**
     * Whether the bits of a whole register are counted faster than word by word: where the virtual
     * machine prefers 512 bits, processors have the instruction.
     */
    static final boolean COUNTS_REGISTERS =
            LongVector.SPECIES_PREFERRED.vectorBitSize() == LongVector.SPECIES_512.vectorBitSize();

    private ChosenSpecies() {}

    private static int width(String property, int otherwise) {
        return Math.max(128, Math.min(512, Integer.getInteger(property, otherwise)));
    }
}
