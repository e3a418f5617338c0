package dev.quiverdb.vector.quantise;

import dev.quiverdb.vector.simd.Kernels;
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
    private static final int ROUNDS = 4;

    private final int dimensions;
    private final int padded;
    private final int power;

    /** For each round: random signs, scaled where that round transforms. */
    private final float[][] signs;

    /** A rotation for vectors of {@code dimensions}, padded with zeros to a multiple of 64. */
    public Rotation(int dimensions, long seed) {
        this.dimensions = dimensions;
        this.padded = (dimensions + 63) & ~63;
        this.power = Integer.highestOneBit(padded);
        SplittableRandom random = new SplittableRandom(seed);
        this.signs = new float[ROUNDS][padded];
        float scale = (float) (1 / Math.sqrt(power));
        for (int round = 0; round < ROUNDS; round++) {
            int start = (round & 1) == 0 ? 0 : padded - power;
            for (int i = 0; i < padded; i++) {
                float size = i >= start && i < start + power ? scale : 1;
                signs[round][i] = random.nextBoolean() ? -size : size;
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
     * Rotates {@link #paddedDimensions} values in place; those behind {@link #dimensions} are zero
     * before.
     */
    public void apply(float[] x) {
        for (int round = 0; round < ROUNDS; round++) {
            float[] factors = signs[round];
            for (int i = 0; i < padded; i++) {
                x[i] *= factors[i];
            }
            KERNELS.hadamard(x, (round & 1) == 0 ? 0 : padded - power, power);
            if (power != padded) {
                mixHalves(x);
            }
        }
    }

    private void mixHalves(float[] x) {
        float half = (float) Math.sqrt(0.5);
        int middle = padded / 2;
        for (int i = 0; i < middle; i++) {
            float a = x[i];
            float b = x[middle + i];
            x[i] = (a + b) * half;
            x[middle + i] = (a - b) * half;
        }
    }
}
