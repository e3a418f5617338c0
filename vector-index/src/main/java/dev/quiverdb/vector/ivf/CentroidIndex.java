package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.flat.NearestHeap;
import dev.quiverdb.vector.quantise.FastScanLayout;
import dev.quiverdb.vector.quantise.FastScanTable;
import dev.quiverdb.vector.quantise.NibbleCodec;
import dev.quiverdb.vector.quantise.RabitqNibbles;
import dev.quiverdb.vector.simd.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The centroids and how to find those near a query: one-bit codes of all centroids are scanned by
 * shuffles, the best estimates are then compared exactly. A thousand centroids cost about five
 * microseconds in place of thirty. Centroids are in rotated space. Removed centroids leave a free
 * number behind.
 */
final class CentroidIndex {
    private static final Kernels KERNELS = Kernels.active();

    private final int dimensions;
    private final boolean euclidean;
    private final Arena arena;
    private final NibbleCodec codec;
    private final FastScanLayout layout;
    private final float[] centre;
    private PointMatrix points;
    private MemorySegment codes;
    private boolean[] live;
    private int liveCount;

    /**
     * An empty set of centroids.
     *
     * @param euclidean whether a search wants centroids near by L2 (else those of great inner
     *     product)
     */
    CentroidIndex(Arena arena, int dimensions, boolean euclidean, int capacity, float[] centre) {
        this.arena = arena;
        this.dimensions = dimensions;
        this.euclidean = euclidean;
        this.codec = new RabitqNibbles(dimensions, 1);
        this.layout = new FastScanLayout(codec.nibbles() / 2);
        this.centre = centre;
        int rounded = (Math.max(capacity, 32) + 31) & ~31;
        this.points = new PointMatrix(arena, dimensions, rounded);
        this.codes = arena.allocate((long) layout.blockBytes() * rounded / 32, 64);
        this.live = new boolean[rounded];
    }

    NibbleCodec codec() {
        return codec;
    }

    PointMatrix points() {
        return points;
    }

    /** Centroid numbers are below. */
    int end() {
        return points.count();
    }

    int liveCount() {
        return liveCount;
    }

    boolean isLive(int centroid) {
        return live[centroid];
    }

    float[] centre() {
        return centre;
    }

    /** Adds a centroid, on a free number if there is one. */
    int add(float[] values) {
        int at = 0;
        if (liveCount < points.count()) {
            while (live[at]) {
                at++;
            }
        } else {
            at = points.count();
            if (at == points.capacity()) {
                grow();
            }
            points.setCount(at + 1);
        }
        live[at] = true;
        liveCount++;
        set(at, values);
        return at;
    }

    /** Moves a centroid. */
    void set(int centroid, float[] values) {
        points.set(centroid, values);
        float[] residual = new float[dimensions];
        for (int d = 0; d < dimensions; d++) {
            residual[d] = values[d] - centre[d];
        }
        byte[] nibbles = new byte[codec.nibbles()];
        float factor = codec.encode(residual, nibbles);
        long block = (long) layout.blockBytes() * (centroid / 32);
        float add = euclidean ? points.squaredNorm(centroid) : 0;
        layout.set(
                codes,
                block,
                centroid % 32,
                nibbles,
                add,
                euclidean ? -2 * factor : -factor,
                centroid);
    }

    void remove(int centroid) {
        live[centroid] = false;
        liveCount--;
    }

    private void grow() {
        PointMatrix grown = new PointMatrix(arena, dimensions, 2 * points.capacity());
        for (int c = 0; c < points.count(); c++) {
            grown.setFrom(c, points.memory(), points.offset(c));
        }
        grown.setCount(points.count());
        points = grown;
        MemorySegment moreCodes = arena.allocate(2 * codes.byteSize(), 64);
        MemorySegment.copy(codes, 0, moreCodes, 0, codes.byteSize());
        codes = moreCodes;
        live = java.util.Arrays.copyOf(live, 2 * live.length);
    }

    /** Scratch of one searching thread. */
    static final class Probe {
        final FastScanTable table;
        final NearestHeap estimates = new NearestHeap();
        final NearestHeap exact = new NearestHeap();
        final float[] ranks = new float[32];
        final short[] sums = new short[32];
        final float[] four = new float[8];
        float[] products = new float[64];
        int distances;

        Probe(CentroidIndex centroids, Arena arena) {
            table = new FastScanTable(centroids.codec, arena);
        }
    }

    /**
     * The {@code wanted} centroids nearest to a rotated query, nearest first in {@code
     * probe.exact}; {@code probe.products[centroid]} is the inner product with each of them. Ranks
     * are {@code |c|^2 - 2 <q, c>}, or {@code -<q, c>}.
     */
    void search(float[] query, MemorySegment queryMemory, int wanted, Probe probe) {
        int end = points.count();
        if (probe.products.length < end) {
            probe.products = new float[points.capacity()];
        }
        int shortlist = wanted + (wanted >> 1) + 8;
        probe.exact.reset(wanted);
        if (shortlist * 2 >= end) {
            for (int c = 0; c < end; c++) {
                if (live[c]) {
                    compare(c, points.product(queryMemory, 0, c), probe);
                }
            }
            probe.distances = liveCount;
            probe.exact.sort();
            return;
        }
        probe.table.set(query);
        probe.estimates.reset(shortlist);
        float bound = Float.POSITIVE_INFINITY;
        float base = 0;
        for (int block = 0; block < end; block += 32) {
            long at = (long) layout.blockBytes() * (block / 32);
            KERNELS.fastScan(probe.table.memory(), 0, codes, at, layout.columns(), probe.sums, 0);
            int below =
                    KERNELS.fastScanRanks(
                            probe.sums,
                            0,
                            codes,
                            at + layout.factorsAt(),
                            base,
                            probe.table.bias(),
                            probe.table.scale(),
                            bound,
                            probe.ranks);
            while (below != 0) {
                int i = Integer.numberOfTrailingZeros(below);
                below &= below - 1;
                int centroid = block + i;
                if (centroid < end && live[centroid]) {
                    probe.estimates.offer(probe.ranks[i], centroid);
                }
            }
            bound = probe.estimates.bound();
        }
        exact(queryMemory, probe);
    }

    private void exact(MemorySegment queryMemory, Probe probe) {
        NearestHeap found = probe.estimates;
        int i = 0;
        for (; i + 4 <= found.count(); i += 4) {
            int c0 = found.vecId(i);
            int c1 = found.vecId(i + 1);
            int c2 = found.vecId(i + 2);
            int c3 = found.vecId(i + 3);
            points.products(queryMemory, 0, c0, c1, c2, c3, probe.four);
            compare(c0, probe.four[0], probe);
            compare(c1, probe.four[1], probe);
            compare(c2, probe.four[2], probe);
            compare(c3, probe.four[3], probe);
        }
        for (; i < found.count(); i++) {
            int centroid = found.vecId(i);
            compare(centroid, points.product(queryMemory, 0, centroid), probe);
        }
        probe.distances = found.count();
        probe.exact.sort();
    }

    private void compare(int centroid, float product, Probe probe) {
        probe.products[centroid] = product;
        probe.exact.offer(
                euclidean ? points.squaredNorm(centroid) - 2 * product : -product, centroid);
    }
}
