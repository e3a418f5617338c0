package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.quantise.DenseRotation;
import dev.quiverdb.vector.quantise.ProductBytes;
import dev.quiverdb.vector.quantise.ProductNibbles;
import dev.quiverdb.vector.quantise.RabitqNibbles;
import dev.quiverdb.vector.quantise.Rotation;
import dev.quiverdb.vector.simd.VectorSlots;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What a build learns, from a sample of its vectors. */
final class Sampling {
    private static final int PER_LIST = 48;
    private static final int FOR_CODES = 6_000;
    private static final long BYTES_MAX = 512L << 20;
    private static final int VISIT = 64;

    private final IvfOptions options;
    private final VectorSlots slots;
    private final int[] vecIds;
    private final Rotation rotation;
    private final Visits visits;
    private final int dimensions;

    Sampling(
            IvfOptions options, VectorSlots slots, int[] vecIds, Rotation rotation, Visits visits) {
        this.options = options;
        this.slots = slots;
        this.vecIds = vecIds;
        this.rotation = rotation;
        this.visits = visits;
        this.dimensions = rotation.paddedDimensions();
    }

    /** Takes projected vectors, each with the same chance. */
    PointMatrix take(int listCount, Arena scratch, SplittableRandom random) {
        long wanted = Math.max(FOR_CODES, (long) PER_LIST * listCount);
        wanted = Math.min(wanted, BYTES_MAX / (4L * dimensions));
        int size = (int) Math.min(vecIds.length, Math.max(wanted, listCount));
        var sample = new PointMatrix(scratch, dimensions, Math.max(1, size));
        var projector = new Projector(rotation, null, options.metric(), scratch);
        int left = size;
        for (int from = 0; from < vecIds.length && left > 0; from += VISIT) {
            long ticket = visits.enter();
            try {
                int end = Math.min(vecIds.length, from + VISIT);
                for (int i = from; i < end && left > 0; i++) {
                    if (random.nextInt(vecIds.length - i) < left) {
                        projector.project(slots, vecIds[i]);
                        sample.add(projector.values());
                        left--;
                    }
                }
            } finally {
                visits.exit(ticket);
            }
        }
        return sample;
    }

    float[] mean(PointMatrix sample) {
        double[] sums = new double[dimensions];
        float[] row = new float[dimensions];
        for (int i = 0; i < sample.count(); i++) {
            sample.get(i, row);
            for (int d = 0; d < dimensions; d++) {
                sums[d] += row[d];
            }
        }
        float[] mean = new float[dimensions];
        for (int d = 0; d < dimensions; d++) {
            mean[d] = (float) (sums[d] / Math.max(1, sample.count()));
        }
        return mean;
    }

    PointMatrix centroids(
            PointMatrix sample, int listCount, Arena scratch, SplittableRandom random) {
        int most = Math.max(1, Math.min(listCount, Math.max(1, sample.count())));
        var centroids = new PointMatrix(scratch, dimensions, most);
        if (sample.count() == 0) {
            centroids.add(new float[dimensions]);
        } else {
            new KMeans(sample, dimensions, !options.euclidean(), random).train(most, centroids);
        }
        return centroids;
    }

    /** Learns a rotation from residuals and takes the sample along. */
    DenseRotation learn(PointMatrix sample, int listCount, Arena scratch, SplittableRandom random) {
        var first = centroids(sample, Math.min(listCount, 64), scratch, random);
        var learned =
                DenseRotation.learn(residuals(sample, first), Math.max(2, nibbles() & ~1), random);
        float[] row = new float[dimensions];
        for (int i = 0; i < sample.count(); i++) {
            sample.get(i, row);
            learned.apply(row);
            sample.set(i, row);
        }
        return learned;
    }

    private float[][] residuals(PointMatrix sample, PointMatrix centroids) {
        int size = Math.min(FOR_CODES, sample.count());
        float[][] residuals = new float[Math.max(16, size)][dimensions];
        float[] centroid = new float[dimensions];
        for (int i = 0; i < size; i++) {
            int row = (int) ((long) i * sample.count() / size);
            int nearest =
                    centroids.nearest(sample.memory(), sample.offset(row), 0, centroids.count());
            sample.get(row, residuals[i]);
            centroids.get(nearest, centroid);
            for (int d = 0; d < dimensions; d++) {
                residuals[i][d] -= centroid[d];
            }
        }
        return residuals;
    }

    private int nibbles() {
        return options.parts() > 0 ? options.parts() : Math.max(2, (dimensions / 4) & ~1);
    }

    @Nullable ListCodec codec(PointMatrix sample, PointMatrix centroids, SplittableRandom random) {
        return switch (options.coding()) {
            case FLAT -> null;
            case RABITQ -> new ListCodec.Nibbles(new RabitqNibbles(dimensions, 1));
            case PRODUCT -> {
                float[][] residuals = residuals(sample, centroids);
                yield options.bits() == 8
                        ? new ListCodec.Bytes(ProductBytes.train(residuals, nibbles(), random))
                        : new ListCodec.Nibbles(ProductNibbles.train(residuals, nibbles(), random));
            }
        };
    }
}
