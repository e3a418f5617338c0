package dev.quiverdb.vector.quantise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.vector.simd.ArenaVectorSlots;
import dev.quiverdb.vector.simd.DistanceFunction;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.QueryVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

class VectorCodecTest {
    private static final int COUNT = 400;

    private static float[] gaussian(SplittableRandom random, int dims, double shift) {
        float[] x = new float[dims];
        for (int i = 0; i < dims; i++) {
            x[i] = (float) (random.nextGaussian() + shift);
        }
        return x;
    }

    /** Standard deviation of the estimate's error over that of the true ranks. */
    private static double relativeError(
            VectorCodec codec, SplittableRandom random, Metric metric, float shift) {
        int dims = codec.dimensions();
        try (Arena arena = Arena.ofConfined();
                var slots = new ArenaVectorSlots(ElementKind.FLOAT32, dims)) {
            MemorySegment codes =
                    arena.allocate((long) COUNT * codec.strideBytes() + codec.slackBytes(), 64);
            CodeEncoder encoder = codec.newEncoder(arena);
            for (int i = 0; i < COUNT; i++) {
                slots.add(gaussian(random, dims, shift));
                encoder.encode(slots, i, codes, (long) i * codec.strideBytes());
            }
            var exact = DistanceFunction.of(metric, ElementKind.FLOAT32, dims);
            var query =
                    new QueryVector(ElementKind.FLOAT32, dims, arena)
                            .set(gaussian(random, dims, shift));
            CodeQuery estimator = VectorCodec.ofBytes(codec.toBytes()).newQuery(arena);
            estimator.set(query);
            double sum = 0;
            double sumOfSquares = 0;
            double errors = 0;
            double bias = 0;
            float[] many = new float[COUNT];
            long[] places = new long[COUNT];
            Arrays.setAll(places, i -> codes.address() + (long) i * codec.strideBytes());
            estimator.estimate(places, COUNT, many);
            for (int i = 0; i < COUNT; i++) {
                double rank = exact.rank(query, slots, i);
                double estimate = estimator.estimate(codes, (long) i * codec.strideBytes());
                sum += rank;
                sumOfSquares += rank * rank;
                errors += (estimate - rank) * (estimate - rank);
                bias += estimate - rank;
                assertThat((double) many[i])
                        .isCloseTo(estimate, within(1e-3 + 1e-4 * Math.abs(estimate)));
            }
            double deviation = Math.sqrt(sumOfSquares / COUNT - Math.pow(sum / COUNT, 2));
            assertThat(Math.abs(bias / COUNT)).isLessThan(0.6 * deviation);
            return Math.sqrt(errors / COUNT) / deviation;
        }
    }

    @Randomised(runs = 3)
    void moreBitsEstimateBetterForEveryMetric(SplittableRandom random) {
        for (Metric metric : new Metric[] {Metric.L2, Metric.INNER_PRODUCT, Metric.COSINE}) {
            int dims = 200 + random.nextInt(200);
            float shift = metric == Metric.COSINE ? 0 : 0.3f;
            float[] centre = new float[dims];
            Arrays.fill(centre, shift);
            double one =
                    relativeError(new RabitqCodec(metric, centre, 1, 7), random, metric, shift);
            double two =
                    relativeError(new RabitqCodec(metric, centre, 2, 7), random, metric, shift);
            double four =
                    relativeError(new RabitqCodec(metric, centre, 4, 7), random, metric, shift);
            double eight = relativeError(new ScalarCodec(metric, centre), random, metric, shift);
            double sixteen = relativeError(new HalfCodec(metric, dims), random, metric, shift);
            assertThat(one).isBetween(0.2, 1.1);
            assertThat(two).isLessThan(0.75 * one);
            assertThat(four).isLessThan(0.6 * two);
            assertThat(eight).isLessThan(0.05);
            assertThat(sixteen).isLessThan(0.01);
        }
    }

    @Randomised(runs = 3)
    void manyAreEstimatedAsOneIs(SplittableRandom random) {
        for (int dims : new int[] {3, 64, 384, 600, 768, 1536}) {
            for (int bits = 1; bits <= 4; bits++) {
                var codec = new RabitqCodec(Metric.L2, gaussian(random, dims, 0), bits, 7);
                try (Arena arena = Arena.ofConfined()) {
                    int stride = codec.strideBytes();
                    var codes = arena.allocate(7L * stride + codec.slackBytes(), 64);
                    var encoder = codec.newEncoder(arena);
                    long[] places = new long[7];
                    for (int i = 0; i < 7; i++) {
                        encoder.encode(gaussian(random, dims, 0), codes, (long) i * stride);
                        places[6 - i] = codes.address() + (long) i * stride;
                    }
                    var estimator = codec.newQuery(arena);
                    estimator.set(
                            new QueryVector(ElementKind.FLOAT32, dims, arena)
                                    .set(gaussian(random, dims, 0)));
                    float[] ranks = new float[7];
                    estimator.estimate(places, 7, ranks);
                    for (int i = 0; i < 7; i++) {
                        assertThat(ranks[6 - i])
                                .isEqualTo(estimator.estimate(codes, (long) i * stride));
                    }
                }
            }
        }
    }

    @Randomised(runs = 3)
    void aRotationKeepsInnerProducts(SplittableRandom random) {
        for (int dims : new int[] {1, 3, 64, 100, 128, 384, 400, 1536}) {
            var rotation = new Rotation(dims, random.nextLong());
            int padded = rotation.paddedDimensions();
            float[] a = new float[padded];
            float[] b = new float[padded];
            double before = 0;
            for (int i = 0; i < dims; i++) {
                a[i] = (float) random.nextGaussian();
                b[i] = (float) random.nextGaussian();
                before += a[i] * b[i];
            }
            rotation.apply(a);
            rotation.apply(b);
            double after = 0;
            double greatest = 0;
            double norm = 0;
            for (int i = 0; i < padded; i++) {
                after += a[i] * b[i];
                greatest = Math.max(greatest, Math.abs(a[i]));
                norm += a[i] * a[i];
            }
            assertThat(after).isCloseTo(before, within(1e-3 * Math.sqrt(dims) + 1e-3));
            if (dims >= 128) {
                assertThat(greatest)
                        .as("spread over all dimensions")
                        .isLessThan(6 * Math.sqrt(norm / padded));
            }
        }
    }
}
