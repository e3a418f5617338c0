package dev.quiverdb.vector.simd;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector widths the loops are compiled for, as constants. They are measured once, when this
 * class is first touched ({@link SpeciesCalibration}), or set by {@code -Dquiverdb.vector.bits} and
 * {@code -Dquiverdb.vector.shuffle.bits} (128, 256, 512).
 */
final class ChosenSpecies {
    private static final int BITS = SpeciesCalibration.floatBits();

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

    /** Width of byte permutations in the fast scan. */
    static final int SHUFFLE_BITS = SpeciesCalibration.shuffleBits();

    /**
     * Whether the bits of a whole register are counted faster than word by word. Not measured, as a
     * loop over registers has to be compiled to the end first: where the virtual machine prefers
     * 512 bits, processors have the instruction.
     */
    static final boolean COUNTS_REGISTERS =
            LongVector.SPECIES_PREFERRED.vectorBitSize() == LongVector.SPECIES_512.vectorBitSize();

    private ChosenSpecies() {}
}
