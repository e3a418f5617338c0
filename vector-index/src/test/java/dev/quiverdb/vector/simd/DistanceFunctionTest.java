package dev.quiverdb.vector.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.quiverdb.base.testing.Randomised;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DistanceFunctionTest {
    private static double expected(Metric metric, float[] a, float[] b) {
        double l2 = 0;
        double product = 0;
        double l1 = 0;
        double na = 0;
        double nb = 0;
        for (int i = 0; i < a.length; i++) {
            l2 += Math.pow((double) a[i] - b[i], 2);
            product += (double) a[i] * b[i];
            l1 += Math.abs((double) a[i] - b[i]);
            na += (double) a[i] * a[i];
            nb += (double) b[i] * b[i];
        }
        return switch (metric) {
            case L2 -> Math.sqrt(l2);
            case INNER_PRODUCT -> -product;
            case COSINE -> 1 - product / Math.sqrt(na * nb);
            case L1 -> l1;
            case HAMMING, JACCARD -> throw new IllegalArgumentException();
        };
    }

    @Randomised(runs = 5)
    void denseDistancesAreThoseOfTheDefinition(SplittableRandom random) {
        int dims = 1 + random.nextInt(200);
        for (ElementKind kind :
                new ElementKind[] {ElementKind.FLOAT32, ElementKind.FLOAT16, ElementKind.INT8}) {
            try (var slots = new ArenaVectorSlots(kind, dims);
                    Arena arena = Arena.ofConfined()) {
                float[][] vectors = new float[5][dims];
                for (float[] vector : vectors) {
                    for (int i = 0; i < dims; i++) {
                        float x =
                                kind == ElementKind.INT8
                                        ? random.nextInt(-128, 128)
                                        : (float) random.nextGaussian();
                        vector[i] =
                                kind == ElementKind.FLOAT16
                                        ? Float.float16ToFloat(Float.floatToFloat16(x))
                                        : x;
                    }
                    slots.add(vector);
                }
                for (Metric metric :
                        new Metric[] {Metric.L2, Metric.INNER_PRODUCT, Metric.COSINE, Metric.L1}) {
                    var function = DistanceFunction.of(metric, kind, dims);
                    var query = new QueryVector(kind, dims, arena).set(vectors[4]);
                    float[] four = new float[8];
                    function.rank4(query, slots, 0, 1, 2, 3, four);
                    for (int i = 0; i < 4; i++) {
                        double distance = expected(metric, vectors[4], vectors[i]);
                        assertThat(metric.toDistance(four[i]))
                                .isCloseTo(distance, within(1e-3 + 1e-4 * Math.abs(distance)));
                        assertThat(function.rank(query, slots, i))
                                .isCloseTo(four[i], within(1e-3f + 1e-4f * Math.abs(four[i])));
                    }
                    // Not bit by bit: in which order lanes are added up is not defined, and it
                    // changes when a loop is compiled.
                    float itself = function.rank(query, slots, 4);
                    assertThat(
                                    function.rank(
                                            new QueryVector(kind, dims, arena).set(slots, 4),
                                            slots,
                                            4))
                            .isCloseTo(itself, within(1e-5f + 1e-5f * Math.abs(itself)));
                }
            }
        }
    }

    @Test
    void bitDistancesAreThoseOfPgvector() {
        try (var slots = new ArenaVectorSlots(ElementKind.BIT, 12);
                Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(4);
            bytes.set(ValueLayout.JAVA_BYTE, 0, (byte) 0b1010_1010);
            bytes.set(ValueLayout.JAVA_BYTE, 1, (byte) 0b1111_0000);
            slots.setBytes(slots.allocate(), bytes, 0);
            slots.setBytes(slots.allocate(), bytes, 2);
            bytes.set(ValueLayout.JAVA_BYTE, 0, (byte) 0b1000_1010);
            bytes.set(ValueLayout.JAVA_BYTE, 1, (byte) 0b1100_0000);
            var query = new QueryVector(ElementKind.BIT, 12, arena).setBytes(bytes, 0);
            assertThat(
                            DistanceFunction.of(Metric.HAMMING, ElementKind.BIT, 12)
                                    .rank(query, slots, 0))
                    .isEqualTo(3);
            assertThat(
                            DistanceFunction.of(Metric.JACCARD, ElementKind.BIT, 12)
                                    .rank(query, slots, 0))
                    .isEqualTo(1 - 5f / 8);
            assertThat(
                            DistanceFunction.of(Metric.JACCARD, ElementKind.BIT, 12)
                                    .rank(query, slots, 1))
                    .isEqualTo(1);
        }
    }

    @Test
    void metricsWithoutMeaningForAKindAreRefused() {
        assertThatThrownBy(() -> DistanceFunction.of(Metric.HAMMING, ElementKind.FLOAT32, 3))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Randomised(runs = 5)
    void sparseDistancesAreThoseOfTheDenseVectors(SplittableRandom random) {
        int dims = 1 + random.nextInt(60);
        try (Arena arena = Arena.ofConfined()) {
            float[][] dense = new float[2][dims];
            MemorySegment[] sparse = new MemorySegment[2];
            for (int v = 0; v < 2; v++) {
                int[] indices = new int[dims];
                float[] values = new float[dims];
                int count = 0;
                for (int i = 0; i < dims; i++) {
                    if (random.nextInt(3) == 0) {
                        indices[count] = i;
                        values[count] = dense[v][i] = (float) random.nextGaussian();
                        count++;
                    }
                }
                sparse[v] = arena.allocate(SparseVectors.sizeBytes(count), 8);
                SparseVectors.write(
                        sparse[v], 0, Arrays.copyOf(indices, count), Arrays.copyOf(values, count));
            }
            for (Metric metric :
                    new Metric[] {Metric.L2, Metric.INNER_PRODUCT, Metric.COSINE, Metric.L1}) {
                double distance = expected(metric, dense[0], dense[1]);
                double rank = SparseVectors.rank(metric, sparse[0], 0, sparse[1], 0);
                if (!Double.isNaN(distance)) {
                    assertThat(metric.toDistance(rank)).isCloseTo(distance, within(1e-5));
                }
            }
        }
    }
}
