package dev.quiverdb.vector.quantise;

import dev.quiverdb.vector.simd.Kernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * A random rotation of vectors in {@code O(d log d)}: rounds of random signs, a Walsh-Hadamard
 * transform over the largest power of two that fits (at the front in even rounds, at the end in odd
 * ones) and a butterfly between the halves (a step of Kac's walk), so that no dimension stays out.
 * Orthogonal, hence distances and inner products stay. Decided by its seed alone; immutable, any
 * thread may use it.
 *
 * <p>Source: Gao, Long: RaBitQ (SIGMOD 2024), section 3.1.2; the transform in place of a dense
 * matrix as in Yue et al., and Ailon, Chazelle: the fast Johnson-Lindenstrauss transform.
 */
public final class Rotation {
    private static final Kernels KERNELS = Kernels.active();
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int ROUNDS = 4;

    private final int dimensions;
    private final int padded;
    private final int power;
    private final boolean[][] negative;

    /** A rotation for vectors of {@code dimensions}, padded with zeros to a multiple of 64. */
    public Rotation(int dimensions, long seed) {
        this.dimensions = dimensions;
        this.padded = (dimensions + 63) & ~63;
        this.power = Integer.highestOneBit(padded);
        SplittableRandom random = new SplittableRandom(seed);
        this.negative = new boolean[ROUNDS][padded];
        for (boolean[] round : negative) {
            for (int i = 0; i < padded; i++) {
                round[i] = random.nextBoolean();
            }
        }
    }

    public int dimensions() {
        return dimensions;
    }

    /** Dimensions after the rotation: a multiple of 64. */
    public int paddedDimensions() {
        return padded;
    }

    /**
     * Rotates {@link #paddedDimensions} fp32 in place; those behind {@link #dimensions} are zero
     * before.
     */
    public void apply(MemorySegment x, long offset) {
        float scale = (float) (1 / Math.sqrt(power));
        for (int round = 0; round < ROUNDS; round++) {
            boolean[] flip = negative[round];
            int start = (round & 1) == 0 ? 0 : padded - power;
            for (int i = 0; i < padded; i++) {
                long at = offset + 4L * i;
                float value = x.get(FLOAT, at);
                value = flip[i] ? -value : value;
                x.set(FLOAT, at, i >= start && i < start + power ? value * scale : value);
            }
            KERNELS.hadamard(x, offset + 4L * start, power);
            if (power != padded) {
                mixHalves(x, offset);
            }
        }
    }

    private void mixHalves(MemorySegment x, long offset) {
        float half = (float) Math.sqrt(0.5);
        int middle = padded / 2;
        for (int i = 0; i < middle; i++) {
            long low = offset + 4L * i;
            long high = low + 4L * middle;
            float a = x.get(FLOAT, low);
            float b = x.get(FLOAT, high);
            x.set(FLOAT, low, (a + b) * half);
            x.set(FLOAT, high, (a - b) * half);
        }
    }
}
