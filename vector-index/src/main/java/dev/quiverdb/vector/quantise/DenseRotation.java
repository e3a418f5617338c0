package dev.quiverdb.vector.quantise;

import dev.quiverdb.vector.simd.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * A rotation by a dense orthogonal matrix, learned so that product codes lose least: residuals are
 * rotated, coded and decoded, and the rotation that takes the residuals nearest to what their codes
 * stand for is the orthogonal factor of their correlation (Procrustes), round after round.
 * Immutable; {@code O(d^2)} to apply; any thread may use it.
 *
 * <p>Source: Ge, He, Ke, Sun: Optimized product quantization (PAMI 2014), section 3.1; the
 * orthogonal factor by Newton and Schulz's iteration.
 */
public final class DenseRotation {
    private static final Kernels KERNELS = Kernels.active();
    private static final int ALTERNATIONS = 6;
    private static final int POLAR_ROUNDS = 40;

    private final int dimensions;
    private final MemorySegment matrix;

    private DenseRotation(int dimensions, MemorySegment matrix) {
        this.dimensions = dimensions;
        this.matrix = matrix;
    }

    private static MemorySegment square(int dimensions) {
        return Arena.ofAuto().allocate(4L * dimensions * dimensions, 64);
    }

    private static DenseRotation identity(int dimensions) {
        var matrix = square(dimensions);
        for (int i = 0; i < dimensions; i++) {
            matrix.set(ValueLayout.JAVA_FLOAT, 4L * ((long) i * dimensions + i), 1);
        }
        return new DenseRotation(dimensions, matrix);
    }

    /**
     * Learns a rotation for codes of four bits a sub-space, which suits finer ones as well. {@code
     * O(d^3 + sample * d^2)}, some seconds for a few hundred dimensions.
     *
     * @param sample residuals
     * @param parts sub-spaces, even
     */
    public static DenseRotation learn(float[][] sample, int parts, SplittableRandom random) {
        int dimensions = sample[0].length;
        var rotation = identity(dimensions);
        float[][] rotated = new float[sample.length][];
        byte[] code = new byte[parts];
        float[] decoded = new float[dimensions];
        for (int round = 0; round < ALTERNATIONS; round++) {
            for (int i = 0; i < sample.length; i++) {
                rotated[i] = sample[i].clone();
                rotation.apply(rotated[i]);
            }
            var codec = ProductNibbles.train(rotated, parts, random);
            var correlation = square(dimensions);
            try (Arena scratch = Arena.ofConfined()) {
                var vector = scratch.allocate(4L * dimensions, 64);
                for (int i = 0; i < sample.length; i++) {
                    codec.encode(rotated[i], code);
                    codec.decode(code, decoded);
                    MemorySegment.copy(sample[i], 0, vector, ValueLayout.JAVA_FLOAT, 0, dimensions);
                    for (int d = 0; d < dimensions; d++) {
                        KERNELS.addScaled(
                                correlation,
                                4L * d * dimensions,
                                decoded[d],
                                vector,
                                0,
                                dimensions);
                    }
                }
            }
            rotation = new DenseRotation(dimensions, orthogonalFactor(correlation, dimensions));
        }
        return rotation;
    }

    /** The orthogonal matrix nearest to one. */
    private static MemorySegment orthogonalFactor(MemorySegment of, int n) {
        double squares = 0;
        for (long i = 0; i < (long) n * n; i++) {
            float x = of.get(ValueLayout.JAVA_FLOAT, 4 * i);
            squares += (double) x * x;
        }
        float scale = squares > 0 ? (float) (1 / Math.sqrt(squares)) : 0;
        var x = square(n);
        // A little of the identity keeps directions without variance from staying at zero.
        KERNELS.addScaled(x, 0, scale, of, 0, n * n);
        for (int i = 0; i < n; i++) {
            long at = 4L * ((long) i * n + i);
            x.set(ValueLayout.JAVA_FLOAT, at, x.get(ValueLayout.JAVA_FLOAT, at) + 1e-4f);
        }
        for (int round = 0; round < POLAR_ROUNDS; round++) {
            // x <- 1.5 x - 0.5 (x x') x, whose fixed points have all singular values 1.
            var gram = productWithTransposed(x, x, n);
            var cubic = productWithTransposed(gram, transposed(x, n), n);
            var next = square(n);
            KERNELS.addScaled(next, 0, 1.5f, x, 0, n * n);
            KERNELS.addScaled(next, 0, -0.5f, cubic, 0, n * n);
            x = next;
            if (isIdentity(gram, n)) {
                break;
            }
        }
        return x;
    }

    private static boolean isIdentity(MemorySegment gram, int n) {
        for (int i = 0; i < n; i++) {
            float x = gram.get(ValueLayout.JAVA_FLOAT, 4L * ((long) i * n + i));
            if (Math.abs(x - 1) > 1e-4f) {
                return false;
            }
        }
        return true;
    }

    private static MemorySegment transposed(MemorySegment a, int n) {
        var result = square(n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                result.set(
                        ValueLayout.JAVA_FLOAT,
                        4L * ((long) j * n + i),
                        a.get(ValueLayout.JAVA_FLOAT, 4L * ((long) i * n + j)));
            }
        }
        return result;
    }

    /** {@code a b'}: inner products of rows, four at a time. */
    private static MemorySegment productWithTransposed(MemorySegment a, MemorySegment b, int n) {
        var result = square(n);
        float[] four = new float[8];
        for (int i = 0; i < n; i++) {
            long row = 4L * i * n;
            for (int j = 0; j + 4 <= n; j += 4) {
                KERNELS.innerProductF32x4(
                        a,
                        row,
                        b,
                        4L * j * n,
                        b,
                        4L * (j + 1) * n,
                        b,
                        4L * (j + 2) * n,
                        b,
                        4L * (j + 3) * n,
                        n,
                        four);
                MemorySegment.copy(four, 0, result, ValueLayout.JAVA_FLOAT, row + 4L * j, 4);
            }
        }
        return result;
    }

    /** Rotates a vector in place. */
    public void apply(float[] x) {
        try (Arena scratch = Arena.ofConfined()) {
            var vector = scratch.allocate(4L * dimensions, 64);
            MemorySegment.copy(x, 0, vector, ValueLayout.JAVA_FLOAT, 0, dimensions);
            float[] four = new float[8];
            long row = 4L * dimensions;
            for (int i = 0; i + 4 <= dimensions; i += 4) {
                KERNELS.innerProductF32x4(
                        vector,
                        0,
                        matrix,
                        i * row,
                        matrix,
                        (i + 1) * row,
                        matrix,
                        (i + 2) * row,
                        matrix,
                        (i + 3) * row,
                        dimensions,
                        four);
                System.arraycopy(four, 0, x, i, 4);
            }
        }
    }

    /** The matrix as bytes; {@link #ofBytes} makes an equal rotation. */
    public byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(4 + 4 * dimensions * dimensions);
        out.order(ByteOrder.LITTLE_ENDIAN).putInt(dimensions);
        for (long i = 0; i < (long) dimensions * dimensions; i++) {
            out.putFloat(matrix.get(ValueLayout.JAVA_FLOAT, 4 * i));
        }
        return out.array();
    }

    public static DenseRotation ofBytes(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int dimensions = in.getInt();
        var matrix = square(dimensions);
        for (long i = 0; i < (long) dimensions * dimensions; i++) {
            matrix.set(ValueLayout.JAVA_FLOAT, 4 * i, in.getFloat());
        }
        return new DenseRotation(dimensions, matrix);
    }
}
