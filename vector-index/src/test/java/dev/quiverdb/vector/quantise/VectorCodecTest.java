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
            MemorySegment codes = arena.allocate((long) COUNT * codec.strideBytes(), 64);
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
            float[] four = new float[8];
            for (int i = 0; i < COUNT; i++) {
                double rank = exact.rank(query, slots, i);
                double estimate = estimator.estimate(codes, (long) i * codec.strideBytes());
                sum += rank;
                sumOfSquares += rank * rank;
                errors += (estimate - rank) * (estimate - rank);
                bias += estimate - rank;
                if (i % 4 == 0) {
                    long stride = codec.strideBytes();
                    estimator.estimate4(
                            codes,
                            i * stride,
                            codes,
                            (i + 1) * stride,
                            codes,
                            (i + 2) * stride,
                            codes,
                            (i + 3) * stride,
                            four);
                    assertThat((double) four[0])
                            .isCloseTo(estimate, within(1e-3 + 1e-4 * Math.abs(estimate)));
                }
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
            java.util.Arrays.fill(centre, shift);
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
    void signsAloneEstimateAndTellTheirError(SplittableRandom random) {
        for (Metric metric : new Metric[] {Metric.L2, Metric.INNER_PRODUCT, Metric.COSINE}) {
            int dims = 256;
            float[] centre = gaussian(random, dims, 0);
            var codec = new RabitqCodec(metric, centre, 2 + random.nextInt(2), 7);
            try (Arena arena = Arena.ofConfined();
                    var slots = new ArenaVectorSlots(ElementKind.FLOAT32, dims)) {
                var slabs =
                        new MemorySegment[] {
                            arena.allocate(2L * codec.strideBytes(), 64),
                            arena.allocate(2L * codec.strideBytes(), 64)
                        };
                var code = slabs[1].asSlice(codec.strideBytes());
                int[] ids = {0, 3};
                float[] ranks = new float[2];
                float[] doubts = new float[2];
                var encoder = codec.newEncoder(arena);
                var query = new QueryVector(ElementKind.FLOAT32, dims, arena);
                var estimator = codec.newQuery(arena);
                assertThat(estimator.refines()).isTrue();
                var exact = DistanceFunction.of(metric, ElementKind.FLOAT32, dims);
                double coarse = 0;
                double fine = 0;
                double told = 0;
                for (int i = 0; i < COUNT; i++) {
                    int vecId = slots.add(gaussian(random, dims, 0));
                    encoder.encode(slots, vecId, code, 0);
                    estimator.set(query.set(gaussian(random, dims, 0)));
                    double rank = exact.rank(query, slots, vecId);
                    estimator.coarse(slabs, 1, ids, 2, ranks, doubts);
                    coarse += Math.pow(ranks[1] - rank, 2);
                    // Half a deviation is what makes an estimate doubtful.
                    told += Math.pow(2 * doubts[1], 2);
                    estimator.refine(slabs, 1, ids, new int[] {1}, 1, ranks);
                    fine += Math.pow(ranks[1] - rank, 2);
                    assertThat(estimator.estimate(code, 0)).isEqualTo(ranks[1]);
                }
                assertThat(fine).isLessThan(0.6 * coarse);
                assertThat(told / coarse).isBetween(0.6, 1.6);
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
