package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.quantise.FastScanLayout;
import dev.quiverdb.vector.quantise.NibbleCodec;
import dev.quiverdb.vector.quantise.ProductNibbles;
import dev.quiverdb.vector.quantise.RabitqNibbles;
import dev.quiverdb.vector.quantise.Rotation;
import dev.quiverdb.vector.simd.DistanceFunction;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.QueryVector;
import dev.quiverdb.vector.simd.VectorSlots;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * An inverted-file index over vectors in slots. Lists hold codes and ids in blocks of 32; the
 * vectors themselves stay in their slots and rank the best estimates again. Inserts go straight to
 * the end of a list, so a vector is found as soon as {@link IvfWriter#insert} returns. Lists that
 * grow too long are split, those that wither are merged ({@link Rebalancer}).
 *
 * <p>One writer at a time (this class locks); any number of searches, each with its own {@link
 * IvfSearch}, run beside it and wait only while an entry is written. Owns an arena; {@link #close}
 * frees it.
 */
public final class IvfIndex implements AutoCloseable {
    private static final int SAMPLE_PER_LIST = 48;
    private static final int PRODUCT_SAMPLE = 6_000;

    final IvfOptions options;
    final VectorSlots slots;
    final DistanceFunction function;
    final Rotation rotation;
    final int dimensions;
    final StampedLock lock = new StampedLock();
    final Arena arena = Arena.ofShared();
    final @Nullable NibbleCodec codec;
    final FastScanLayout layout;
    final BlockPool pool;
    final CentroidIndex centroids;
    PostingList[] lists;

    /** Place of each copy of a vector: block * 32 + place, or -1; {@code [copy][vecId]}. */
    int[][] places;

    /** The list of each block. */
    int[] listOfBlock = new int[1024];

    int count;
    final int splitAbove;

    IvfIndex(
            IvfOptions options,
            VectorSlots slots,
            Rotation rotation,
            @Nullable NibbleCodec codec,
            int listsExpected,
            float[] centre,
            int splitAbove) {
        this.options = options;
        this.slots = slots;
        this.function = DistanceFunction.of(options.metric(), slots.kind(), slots.dimensions());
        this.rotation = rotation;
        this.dimensions = rotation.paddedDimensions();
        this.codec = codec;
        this.layout = new FastScanLayout(codec == null ? 0 : codec.nibbles() / 2);
        this.pool = new BlockPool(arena, layout.blockBytes());
        this.centroids =
                new CentroidIndex(
                        arena,
                        dimensions,
                        options.metric() == Metric.L2,
                        listsExpected * 2,
                        centre);
        this.lists = new PostingList[Math.max(1, listsExpected)];
        this.places = new int[options.copies()][0];
        this.splitAbove = splitAbove;
    }

    /** Adds an empty list; returns its number. */
    int addList(float[] centroid) {
        int number = centroids.add(centroid);
        if (number >= lists.length) {
            lists = Arrays.copyOf(lists, number + Math.max(8, number >>> 2));
        }
        lists[number] = new PostingList(new int[4], 0);
        return number;
    }

    /**
     * Builds an index of {@code vecIds}: finds centroids on a sample, trains the codec, assigns and
     * encodes every vector.
     *
     * @param threads how many threads assign and encode
     */
    public static IvfIndex build(IvfOptions options, VectorSlots slots, int[] vecIds, int threads) {
        int listCount =
                options.lists() > 0
                        ? options.lists()
                        : Math.max(1, (int) (4 * Math.sqrt(vecIds.length)));
        var random = new SplittableRandom(options.seed());
        var rotation = new Rotation(slots.dimensions(), options.seed());
        int dimensions = rotation.paddedDimensions();
        try (Arena scratch = Arena.ofShared()) {
            int sampleSize =
                    Math.min(vecIds.length, Math.max(PRODUCT_SAMPLE, SAMPLE_PER_LIST * listCount));
            PointMatrix sample =
                    sample(options, slots, vecIds, rotation, sampleSize, scratch, random);
            float[] centre = mean(sample, dimensions);
            PointMatrix centroids = new PointMatrix(scratch, dimensions, listCount);
            if (sample.count() == 0) {
                centroids.add(new float[dimensions]);
            } else {
                new KMeans(sample, dimensions, options.metric() != Metric.L2, random)
                        .train(listCount, centroids);
            }
            float[][] values = new float[centroids.count()][dimensions];
            for (int c = 0; c < values.length; c++) {
                centroids.get(c, values[c]);
            }
            var probes = new CentroidIndex(scratch, dimensions, true, values.length, centre);
            for (float[] value : values) {
                probes.add(value);
            }
            NibbleCodec codec = codec(options, dimensions, sample, probes, random);
            int usualLength = Math.max(1, vecIds.length / Math.max(1, values.length));
            int splitAbove = Math.max(96, 4 * usualLength * options.copies());
            var index =
                    new IvfIndex(
                            options, slots, rotation, codec, values.length, centre, splitAbove);
            for (float[] value : values) {
                index.addList(value);
            }
            new BulkLoad(index, probes, threads).load(vecIds);
            return index;
        }
    }

    private static PointMatrix sample(
            IvfOptions options,
            VectorSlots slots,
            int[] vecIds,
            Rotation rotation,
            int size,
            Arena scratch,
            SplittableRandom random) {
        PointMatrix sample =
                new PointMatrix(scratch, rotation.paddedDimensions(), Math.max(1, size));
        var projector = new Projector(rotation, options.metric(), scratch);
        int left = size;
        for (int i = 0; i < vecIds.length && left > 0; i++) {
            if (random.nextInt(vecIds.length - i) < left) {
                projector.project(slots, vecIds[i]);
                sample.add(projector.values());
                left--;
            }
        }
        return sample;
    }

    private static float[] mean(PointMatrix sample, int dimensions) {
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

    private static @Nullable NibbleCodec codec(
            IvfOptions options,
            int dimensions,
            PointMatrix sample,
            CentroidIndex centroids,
            SplittableRandom random) {
        return switch (options.coding()) {
            case FLAT -> null;
            case RABITQ -> new RabitqNibbles(dimensions, 1);
            case PRODUCT -> {
                int size = Math.min(PRODUCT_SAMPLE, sample.count());
                float[][] residuals = new float[Math.max(16, size)][dimensions];
                float[] centroid = new float[dimensions];
                for (int i = 0; i < size; i++) {
                    int row = (int) ((long) i * sample.count() / size);
                    int nearest =
                            centroids
                                    .points()
                                    .nearest(
                                            sample.memory(),
                                            sample.offset(row),
                                            0,
                                            centroids.end());
                    sample.get(row, residuals[i]);
                    centroids.points().get(nearest, centroid);
                    for (int d = 0; d < dimensions; d++) {
                        residuals[i][d] -= centroid[d];
                    }
                }
                int nibbles =
                        options.nibbles() > 0
                                ? options.nibbles()
                                : Math.max(2, (dimensions / 4) & ~1);
                yield ProductNibbles.train(residuals, nibbles, random);
            }
        };
    }

    /** Number of vectors in the index. */
    public int count() {
        return count;
    }

    /** Number of lists. */
    public int listCount() {
        return centroids.liveCount();
    }

    public IvfOptions options() {
        return options;
    }

    /** Bytes of lists and centroids in use; the vectors in their slots not counted. */
    public long sizeBytes() {
        return pool.usedBytes()
                + (long) centroids.liveCount() * (4L * dimensions + layout.blockBytes() / 32);
    }

    /** A searcher for one thread. */
    public IvfSearch newSearch() {
        return new IvfSearch(this);
    }

    /**
     * A search without a fixed number of results.
     *
     * @param listsPerRound lists that are looked into at a time
     * @param rerank estimates that are ranked exactly at a time
     */
    public IvfCursor openCursor(
            QueryVector query, Admission admission, int listsPerRound, int rerank) {
        return new IvfCursor(this, query, admission, listsPerRound, rerank);
    }

    /** A writer; all writers of an index exclude each other, one suffices. */
    public IvfWriter newWriter() {
        return new IvfWriter(this);
    }

    boolean isTooLong(PostingList list) {
        return list.count > splitAbove;
    }

    boolean isTooShort(PostingList list) {
        return list.count < splitAbove / 32;
    }

    /** Whether a vector is in the index. */
    public boolean contains(int vecId) {
        return vecId < places[0].length && places[0][vecId] >= 0;
    }

    void ensurePlaces(int vecId) {
        for (int copy = 0; copy < places.length; copy++) {
            int have = places[copy].length;
            if (vecId >= have) {
                places[copy] =
                        Arrays.copyOf(places[copy], Math.max(vecId + 1, have + (have >>> 1)));
                Arrays.fill(places[copy], have, places[copy].length, -1);
            }
        }
    }

    int newBlock(int list) {
        int block = pool.allocate();
        if (block >= listOfBlock.length) {
            listOfBlock = Arrays.copyOf(listOfBlock, 2 * block);
        }
        listOfBlock[block] = list;
        return block;
    }

    /**
     * Walks the whole index: every entry is where {@code places} says, every list's blocks are its
     * own, counts agree, no block is lost.
     *
     * @return the number of entries seen
     * @throws IllegalStateException naming the first thing found wrong
     */
    public long check() {
        long stamp = lock.readLock();
        try {
            return new IvfCheck(this).run();
        } finally {
            lock.unlockRead(stamp);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
