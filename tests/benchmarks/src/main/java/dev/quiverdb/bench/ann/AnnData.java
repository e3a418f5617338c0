package dev.quiverdb.bench.ann;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.flat.FlatScan;
import dev.quiverdb.vector.flat.NearestHeap;
import dev.quiverdb.vector.simd.ArenaVectorSlots;
import dev.quiverdb.vector.simd.DistanceFunction;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.QueryVector;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;

/**
 * Base vectors, queries, exact answers and a category of each vector. The arrays are shared, nobody
 * writes to them.
 */
final class AnnData {
    private final float[][] base;
    private final float[][] queries;
    private final int[][] truth;
    private final int[] categories;

    private AnnData(float[][] base, float[][] queries, int[][] truth, int[] categories) {
        this.base = base;
        this.queries = queries;
        this.truth = truth;
        this.categories = categories;
    }

    /** Base vectors; the index is the id. */
    float[][] base() {
        return base;
    }

    float[][] queries() {
        return queries;
    }

    /** Ids of the nearest by L2 for each query, nearest first. */
    int[][] truth() {
        return truth;
    }

    /** A small number for each base vector, correlated with the vectors. */
    int[] categories() {
        return categories;
    }

    int dimensions() {
        return base[0].length;
    }

    /**
     * Reads {@code base.f16}, {@code queries.f16} and, where they are, {@code truth.i32} and {@code
     * base.tsv.gz} (id, lemma, category). Where the answers are missing, or a subset is asked for,
     * they are computed.
     */
    static AnnData read(Path directory, int dimensions, int baseMax, int queriesMax)
            throws IOException {
        float[][] base = halves(directory.resolve("base.f16"), dimensions, baseMax);
        float[][] queries = halves(directory.resolve("queries.f16"), dimensions, queriesMax);
        Path truthFile = directory.resolve("truth.i32");
        boolean whole =
                Files.exists(truthFile)
                        && (long) base.length * dimensions * 2
                                == Files.size(directory.resolve("base.f16"));
        int[][] truth = whole ? truth(truthFile, queries.length, 100) : exact(base, queries, 100);
        Path table = directory.resolve("base.tsv.gz");
        int[] categories =
                Files.exists(table) ? categories(table, base.length) : clusters(base, 45);
        return new AnnData(base, queries, truth, categories);
    }

    /**
     * A mixture of Gaussians in a space of few intrinsic dimensions, for machines without real
     * embeddings.
     */
    static AnnData generate(int count, int queryCount, int dimensions, long seed) {
        var random = new SplittableRandom(seed);
        int intrinsic = Math.min(dimensions, 32);
        int clusters = 400;
        float[][] basis = new float[intrinsic][dimensions];
        float[][] centres = new float[clusters][intrinsic];
        for (float[] row : basis) {
            gaussian(row, random, 1);
        }
        for (float[] row : centres) {
            gaussian(row, random, 1);
        }
        int[] categories = new int[count];
        float[][] base = new float[count][];
        for (int i = 0; i < count; i++) {
            int cluster = (int) (clusters * Math.pow(random.nextDouble(), 2));
            categories[i] = cluster % 45;
            base[i] = point(basis, centres[cluster], random);
        }
        float[][] queries = new float[queryCount][];
        for (int i = 0; i < queryCount; i++) {
            queries[i] =
                    point(
                            basis,
                            centres[(int) (clusters * Math.pow(random.nextDouble(), 2))],
                            random);
        }
        return new AnnData(base, queries, exact(base, queries, 100), categories);
    }

    private static void gaussian(float[] row, SplittableRandom random, double deviation) {
        for (int i = 0; i < row.length; i++) {
            row[i] = (float) (random.nextGaussian() * deviation);
        }
    }

    private static float[] point(float[][] basis, float[] centre, SplittableRandom random) {
        float[] x = new float[basis[0].length];
        gaussian(x, random, 0.5);
        for (int j = 0; j < basis.length; j++) {
            float weight = centre[j] + (float) (0.6 * random.nextGaussian());
            for (int d = 0; d < x.length; d++) {
                x[d] += weight * basis[j][d];
            }
        }
        double norm = 0;
        for (float v : x) {
            norm += v * v;
        }
        float scale = (float) (1 / Math.sqrt(norm));
        for (int d = 0; d < x.length; d++) {
            x[d] *= scale;
        }
        return x;
    }

    private static float[][] halves(Path file, int dimensions, int rowsMax) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int rows = Math.min(rowsMax, in.remaining() / (2 * dimensions));
        float[][] vectors = new float[rows][dimensions];
        for (float[] vector : vectors) {
            for (int d = 0; d < dimensions; d++) {
                vector[d] = Float.float16ToFloat(in.getShort());
            }
        }
        return vectors;
    }

    private static int[][] truth(Path file, int rows, int columns) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int[][] truth = new int[rows][columns];
        for (int[] row : truth) {
            for (int i = 0; i < columns; i++) {
                row[i] = in.getInt();
            }
        }
        return truth;
    }

    private static int[][] exact(float[][] base, float[][] queries, int k) {
        int dimensions = base[0].length;
        try (var slots = new ArenaVectorSlots(ElementKind.FLOAT32, dimensions);
                Arena arena = Arena.ofConfined()) {
            for (float[] vector : base) {
                slots.add(vector);
            }
            var scan =
                    new FlatScan(
                            DistanceFunction.of(Metric.L2, ElementKind.FLOAT32, dimensions), slots);
            var query = new QueryVector(ElementKind.FLOAT32, dimensions, arena);
            var heap = new NearestHeap();
            int[][] truth = new int[queries.length][];
            for (int i = 0; i < queries.length; i++) {
                heap.reset(k);
                scan.nearest(query.set(queries[i]), base.length, Admission.ALL, heap);
                heap.sort();
                truth[i] = heap.toVecIds();
            }
            return truth;
        }
    }

    private static int[] categories(Path table, int rows) throws IOException {
        int[] categories = new int[rows];
        Map<String, Integer> numbers = new HashMap<>();
        try (var reader =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(Files.newInputStream(table)),
                                StandardCharsets.UTF_8))) {
            for (int i = 0; i < rows; i++) {
                String line = reader.readLine();
                if (line == null) {
                    break;
                }
                String[] fields = line.split("\t", 4);
                categories[i] =
                        numbers.computeIfAbsent(
                                fields.length > 2 ? fields[2] : "", name -> numbers.size());
            }
        }
        return categories;
    }

    private static int[] clusters(float[][] base, int count) {
        int[] nearest = new int[base.length];
        for (int i = 0; i < base.length; i++) {
            double best = Double.POSITIVE_INFINITY;
            for (int c = 0; c < count; c++) {
                float[] centre = base[(int) ((long) c * base.length / count)];
                double distance = 0;
                for (int d = 0; d < centre.length; d++) {
                    distance += (base[i][d] - centre[d]) * (base[i][d] - centre[d]);
                }
                if (distance < best) {
                    best = distance;
                    nearest[i] = c;
                }
            }
        }
        return nearest;
    }

    /** Ids of all base vectors. */
    int[] ids() {
        int[] ids = new int[base.length];
        Arrays.setAll(ids, i -> i);
        return ids;
    }
}
