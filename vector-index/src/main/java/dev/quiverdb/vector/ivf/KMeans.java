package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.simd.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Balanced hierarchical k-means: the sample is cut into about sqrt(k) parts, each part into
 * centroids by its share of the sample, so a point is compared with about 2 sqrt(k) centroids a
 * round. A centroid that attracts nobody is put beside one that attracts too many. Spherical where
 * asked: centroids are scaled to unit length.
 */
final class KMeans {
    private static final Kernels KERNELS = Kernels.active();
    private static final int ROUNDS = 6;

    private final PointMatrix sample;
    private final int dimensions;
    private final boolean spherical;
    private final SplittableRandom random;

    KMeans(PointMatrix sample, int dimensions, boolean spherical, SplittableRandom random) {
        this.sample = sample;
        this.dimensions = dimensions;
        this.spherical = spherical;
        this.random = random;
    }

    /** Finds {@code k} centroids and puts them into {@code into} (which has room for them). */
    void train(int k, PointMatrix into) {
        int[] all = new int[sample.count()];
        Arrays.setAll(all, i -> i);
        shuffle(all);
        split(all, all.length, k, into);
    }

    private void split(int[] members, int count, int k, PointMatrix into) {
        if (k == 1 || count <= k) {
            int made = Math.min(k, count);
            try (Arena arena = Arena.ofConfined()) {
                PointMatrix few = lloyd(arena, members, count, made, new int[count]);
                append(few, into);
            }
            return;
        }
        int parts = k <= 24 ? k : (int) Math.ceil(Math.sqrt(k));
        int[] owner = new int[count];
        try (Arena arena = Arena.ofConfined()) {
            PointMatrix centroids = lloyd(arena, members, count, parts, owner);
            if (parts == k) {
                append(centroids, into);
                return;
            }
        }
        int[] sizes = new int[parts];
        for (int i = 0; i < count; i++) {
            sizes[owner[i]]++;
        }
        int left = k;
        int leftMembers = count;
        for (int part = 0; part < parts; part++) {
            if (sizes[part] == 0) {
                continue;
            }
            int share =
                    Math.max(
                            1,
                            Math.min(
                                    sizes[part],
                                    Math.round((float) left * sizes[part] / leftMembers)));
            share = Math.min(share, left);
            if (share == 0) {
                break;
            }
            int[] own = new int[sizes[part]];
            int next = 0;
            for (int i = 0; i < count; i++) {
                if (owner[i] == part) {
                    own[next++] = members[i];
                }
            }
            split(own, next, share, into);
            left -= share;
            leftMembers -= sizes[part];
        }
    }

    private void append(PointMatrix from, PointMatrix into) {
        for (int c = 0; c < from.count(); c++) {
            into.setFrom(into.count(), from.memory(), from.offset(c));
            into.setCount(into.count() + 1);
        }
    }

    private PointMatrix lloyd(Arena arena, int[] members, int count, int k, int[] owner) {
        PointMatrix centroids = new PointMatrix(arena, dimensions, k);
        MemorySegment sums = arena.allocate(4L * dimensions * k, 64);
        int[] sizes = new int[k];
        for (int c = 0; c < k; c++) {
            centroids.setFrom(
                    c, sample.memory(), sample.offset(members[(int) ((long) c * count / k)]));
        }
        centroids.setCount(k);
        for (int round = 0; round < ROUNDS; round++) {
            sums.fill((byte) 0);
            Arrays.fill(sizes, 0);
            for (int i = 0; i < count; i++) {
                long point = sample.offset(members[i]);
                int nearest = centroids.nearest(sample.memory(), point, 0, k);
                owner[i] = nearest;
                sizes[nearest]++;
                KERNELS.addScaled(
                        sums, centroids.offset(nearest), 1, sample.memory(), point, dimensions);
            }
            if (round < ROUNDS - 1 || k == 1) {
                move(centroids, sums, sizes, members, count);
            }
        }
        return centroids;
    }

    private void move(
            PointMatrix centroids, MemorySegment sums, int[] sizes, int[] members, int count) {
        float[] mean = new float[dimensions];
        for (int c = 0; c < centroids.count(); c++) {
            if (sizes[c] == 0) {
                centroids.setFrom(
                        c, sample.memory(), sample.offset(members[random.nextInt(count)]));
                continue;
            }
            MemorySegment.copy(
                    sums,
                    java.lang.foreign.ValueLayout.JAVA_FLOAT,
                    centroids.offset(c),
                    mean,
                    0,
                    dimensions);
            float scale = 1f / sizes[c];
            if (spherical) {
                double norm = 0;
                for (float x : mean) {
                    norm += (double) x * x;
                }
                scale = norm > 0 ? (float) (1 / Math.sqrt(norm)) : 1;
            }
            for (int d = 0; d < dimensions; d++) {
                mean[d] *= scale;
            }
            centroids.set(c, mean);
        }
    }

    private void shuffle(int[] ids) {
        for (int i = ids.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swap = ids[i];
            ids[i] = ids[j];
            ids[j] = swap;
        }
    }
}
