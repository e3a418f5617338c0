package dev.quiverdb.vector.quantise;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Product quantisation with 256 points a sub-space: one byte for each of {@link #parts} runs of
 * dimensions. Finer than {@link ProductNibbles} at the same number of sub-spaces, and slower: its
 * tables are looked up entry by entry. Immutable; any thread may use one.
 *
 * <p>Source: Jégou, Douze, Schmid: Product quantization for nearest neighbor search (PAMI 2011).
 */
public final class ProductBytes {
    /** Points of a sub-space. */
    public static final int POINTS = 256;

    private static final byte KIND = 3;
    private static final int ROUNDS = 8;

    private final int dimensions;
    private final int parts;

    /** Points of part m begin at {@code POINTS * start(m)}, each in a run of its dimensions. */
    private final float[] points;

    private ProductBytes(int dimensions, int parts, float[] points) {
        this.dimensions = dimensions;
        this.parts = parts;
        this.points = points;
    }

    /**
     * Finds the points by k-means. {@code O(rounds * sample * 256 * d)}.
     *
     * @param sample residuals; some thousands suffice
     * @param parts at most the number of dimensions
     */
    public static ProductBytes train(float[][] sample, int parts, SplittableRandom random) {
        int dimensions = sample[0].length;
        if (parts < 1 || parts > dimensions) {
            throw new IllegalArgumentException(parts + " parts for " + dimensions + " dimensions");
        }
        var codec = new ProductBytes(dimensions, parts, new float[POINTS * dimensions]);
        for (int m = 0; m < parts; m++) {
            int width = codec.width(m);
            for (int p = 0; p < POINTS; p++) {
                System.arraycopy(
                        sample[(int) ((long) p * sample.length / POINTS)],
                        codec.start(m),
                        codec.points,
                        codec.at(m) + p * width,
                        width);
            }
            for (int round = 0; round < ROUNDS; round++) {
                codec.improve(sample, m, random);
            }
        }
        return codec;
    }

    private void improve(float[][] sample, int part, SplittableRandom random) {
        int width = width(part);
        int from = start(part);
        double[] sums = new double[POINTS * width];
        int[] counts = new int[POINTS];
        for (float[] residual : sample) {
            int nearest = nearest(residual, part);
            counts[nearest]++;
            for (int d = 0; d < width; d++) {
                sums[nearest * width + d] += residual[from + d];
            }
        }
        for (int p = 0; p < POINTS; p++) {
            float[] stray = sample[random.nextInt(sample.length)];
            for (int d = 0; d < width; d++) {
                points[at(part) + p * width + d] =
                        counts[p] == 0
                                ? stray[from + d]
                                : (float) (sums[p * width + d] / counts[p]);
            }
        }
    }

    private int nearest(float[] residual, int part) {
        int width = width(part);
        int from = start(part);
        int at = at(part);
        int best = 0;
        float bestDistance = Float.POSITIVE_INFINITY;
        for (int p = 0; p < POINTS; p++) {
            float distance = 0;
            for (int d = 0; d < width; d++) {
                float difference = residual[from + d] - points[at + p * width + d];
                distance += difference * difference;
            }
            if (distance < bestDistance) {
                bestDistance = distance;
                best = p;
            }
        }
        return best;
    }

    private int start(int part) {
        return (int) ((long) part * dimensions / parts);
    }

    private int width(int part) {
        return start(part + 1) - start(part);
    }

    private int at(int part) {
        return POINTS * start(part);
    }

    public int dimensions() {
        return dimensions;
    }

    /** Bytes of a code. */
    public int parts() {
        return parts;
    }

    /**
     * Writes the code of a residual.
     *
     * @return the factor that makes the estimate of an inner product unbiased
     */
    public float encode(float[] residual, byte[] code) {
        double aligned = 0;
        double norm = 0;
        for (int m = 0; m < parts; m++) {
            int point = nearest(residual, m);
            code[m] = (byte) point;
            int width = width(m);
            for (int d = 0; d < width; d++) {
                float x = residual[start(m) + d];
                aligned += (double) x * points[at(m) + point * width + d];
                norm += (double) x * x;
            }
        }
        return aligned > 0.05 * norm ? (float) (norm / aligned) : 1;
    }

    /** Inner products of a query with all points, to {@code tables[POINTS * part + point]}. */
    public void tables(float[] query, float[] tables) {
        for (int m = 0; m < parts; m++) {
            int width = width(m);
            int from = start(m);
            for (int p = 0; p < POINTS; p++) {
                float product = 0;
                int at = at(m) + p * width;
                for (int d = 0; d < width; d++) {
                    product += query[from + d] * points[at + d];
                }
                tables[POINTS * m + p] = product;
            }
        }
    }

    /** The codec as bytes; {@link #ofBytes} makes an equal one. */
    public byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(9 + 4 * points.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put(KIND).putInt(dimensions).putInt(parts);
        for (float x : points) {
            out.putFloat(x);
        }
        return out.array();
    }

    /** Whether {@link #toBytes} wrote these, and not another codec. */
    public static boolean isIn(byte[] bytes) {
        return bytes[0] == KIND;
    }

    public static ProductBytes ofBytes(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (in.get() != KIND) {
            throw new IllegalArgumentException("no codec of bytes");
        }
        int dimensions = in.getInt();
        int parts = in.getInt();
        float[] points = new float[POINTS * dimensions];
        for (int i = 0; i < points.length; i++) {
            points[i] = in.getFloat();
        }
        return new ProductBytes(dimensions, parts, points);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ProductBytes that
                && parts == that.parts
                && Arrays.equals(points, that.points);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(points);
    }
}
