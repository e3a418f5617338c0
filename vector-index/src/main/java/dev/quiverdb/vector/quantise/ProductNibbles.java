package dev.quiverdb.vector.quantise;

import dev.quiverdb.vector.simd.Kernels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Product quantisation with 16 points a sub-space: the dimensions are cut into {@link #nibbles}
 * runs, and k-means finds 16 points for each run on a sample of residuals. The points of a
 * dimension lie side by side, so that tables and encoding are loops over 16 floats.
 *
 * <p>Source: Jégou, Douze, Schmid: Product quantization for nearest neighbor search (PAMI 2011);
 * 4-bit tables for shuffles as in André et al.: Quicker ADC (PAMI 2019).
 */
public final class ProductNibbles implements NibbleCodec {
    static final byte KIND = 2;
    private static final Kernels KERNELS = Kernels.active();
    private static final int POINTS = 16;
    private static final int ROUNDS = 10;

    private final int dimensions;
    private final int nibbles;

    /** {@code points[16 * dimension + point]}. */
    private final float[] points;

    private ProductNibbles(int dimensions, int nibbles, float[] points) {
        this.dimensions = dimensions;
        this.nibbles = nibbles;
        this.points = points;
    }

    /**
     * Finds the points by k-means. {@code O(rounds * sample * 16 * d)}.
     *
     * @param sample residuals, rotated as they will be for {@link #encode}; a few thousand suffice
     * @param nibbles even, at most the number of dimensions
     */
    public static ProductNibbles train(float[][] sample, int nibbles, SplittableRandom random) {
        int dimensions = sample[0].length;
        if (nibbles % 2 != 0 || nibbles < 2 || nibbles > dimensions) {
            throw new IllegalArgumentException(
                    nibbles + " nibbles for " + dimensions + " dimensions");
        }
        var codec = new ProductNibbles(dimensions, nibbles, new float[POINTS * dimensions]);
        for (int d = 0; d < dimensions; d++) {
            for (int p = 0; p < POINTS; p++) {
                codec.points[POINTS * d + p] = sample[(int) ((long) p * sample.length / POINTS)][d];
            }
        }
        for (int round = 0; round < ROUNDS; round++) {
            codec.improve(sample, random);
        }
        return codec;
    }

    private void improve(float[][] sample, SplittableRandom random) {
        double[] sums = new double[points.length];
        int[] counts = new int[POINTS * nibbles];
        byte[] code = new byte[nibbles];
        float[] distances = new float[POINTS];
        for (float[] residual : sample) {
            nearest(residual, code, distances);
            for (int m = 0; m < nibbles; m++) {
                counts[POINTS * m + code[m]]++;
                for (int d = start(m); d < start(m + 1); d++) {
                    sums[POINTS * d + code[m]] += residual[d];
                }
            }
        }
        for (int m = 0; m < nibbles; m++) {
            for (int p = 0; p < POINTS; p++) {
                int count = counts[POINTS * m + p];
                float[] stray = sample[random.nextInt(sample.length)];
                for (int d = start(m); d < start(m + 1); d++) {
                    points[POINTS * d + p] =
                            count == 0 ? stray[d] : (float) (sums[POINTS * d + p] / count);
                }
            }
        }
    }

    private int start(int nibble) {
        return (int) ((long) nibble * dimensions / nibbles);
    }

    private void nearest(float[] residual, byte[] code, float[] distances) {
        for (int m = 0; m < nibbles; m++) {
            Arrays.fill(distances, 0);
            for (int d = start(m); d < start(m + 1); d++) {
                float x = residual[d];
                int at = POINTS * d;
                for (int p = 0; p < POINTS; p++) {
                    float difference = x - points[at + p];
                    distances[p] += difference * difference;
                }
            }
            int best = 0;
            for (int p = 1; p < POINTS; p++) {
                best = distances[p] < distances[best] ? p : best;
            }
            code[m] = (byte) best;
        }
    }

    @Override
    public int dimensions() {
        return dimensions;
    }

    @Override
    public int nibbles() {
        return nibbles;
    }

    @Override
    public float encode(float[] residual, byte[] code) {
        nearest(residual, code, new float[POINTS]);
        double aligned = 0;
        double norm = 0;
        for (int m = 0; m < nibbles; m++) {
            for (int d = start(m); d < start(m + 1); d++) {
                aligned += (double) residual[d] * points[POINTS * d + code[m]];
                norm += (double) residual[d] * residual[d];
            }
        }
        return aligned > 0.05 * norm ? (float) (norm / aligned) : 1;
    }

    /** The vector that a code stands for, to {@code into}. */
    void decode(byte[] code, float[] into) {
        for (int m = 0; m < nibbles; m++) {
            for (int d = start(m); d < start(m + 1); d++) {
                into[d] = points[POINTS * d + code[m]];
            }
        }
    }

    @Override
    public void tables(float[] query, float[] tables) {
        for (int m = 0; m < nibbles; m++) {
            KERNELS.pointProducts(query, points, start(m), start(m + 1), tables, POINTS * m);
        }
    }

    @Override
    public byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(9 + 4 * points.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put(KIND).putInt(dimensions).putInt(nibbles);
        for (float x : points) {
            out.putFloat(x);
        }
        return out.array();
    }

    static ProductNibbles read(ByteBuffer in) {
        int dimensions = in.getInt();
        int nibbles = in.getInt();
        float[] points = new float[POINTS * dimensions];
        for (int i = 0; i < points.length; i++) {
            points[i] = in.getFloat();
        }
        return new ProductNibbles(dimensions, nibbles, points);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProductNibbles that
                && nibbles == that.nibbles
                && Arrays.equals(points, that.points);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(points);
    }
}
