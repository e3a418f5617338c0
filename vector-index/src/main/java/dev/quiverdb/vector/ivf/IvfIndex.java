package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.graph.Tail;
import dev.quiverdb.vector.quantise.DenseRotation;
import dev.quiverdb.vector.quantise.FastScanLayout;
import dev.quiverdb.vector.quantise.Rotation;
import dev.quiverdb.vector.simd.DistanceFunction;
import dev.quiverdb.vector.simd.QueryVector;
import dev.quiverdb.vector.simd.VectorSlots;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * An inverted-file index over vectors in slots. Lists hold codes and ids in blocks of 32; the
 * vectors themselves stay in their slots and rank the best estimates again. Inserts go straight to
 * the end of a list, so a vector is found as soon as {@link IvfWriter#insert} returns. Lists that
 * grow too long are split, those that wither are merged ({@link Rebalancer}).
 *
 * <p>One writer at a time (this class locks); any number of searches, each with its own {@link
 * IvfSearch}, run beside it and wait only while an entry is written or a list is split.
 */
public final class IvfIndex {
    static final Tail.View NO_TAIL = new Tail().view();

    final IvfOptions options;
    final VectorSlots slots;
    final DistanceFunction function;
    final Rotation rotation;
    final int dimensions;
    final StampedLock lock = new StampedLock();

    /** Searches may be under way when the owner lets an index go: the collector frees it. */
    final Arena arena = Arena.ofAuto();

    final IvfModel model;
    final @Nullable ListCodec codec;
    final Queue<IvfSearch> searches = new ConcurrentLinkedQueue<>();
    Placements placements = Placements.NONE;
    final FastScanLayout layout;
    final BlockPool pool;
    final CentroidIndex centroids;
    final MoveLog moves = new MoveLog();
    PostingList[] lists;

    /** Place of each copy of a vector: block * 32 + place, or -1; {@code [copy][vecId]}. */
    int[][] places;

    /** The list of each block. */
    int[] listOfBlock = new int[1024];

    int count;

    IvfIndex(IvfOptions options, VectorSlots slots, Rotation rotation, IvfModel model, int lists) {
        this.options = options;
        this.slots = slots;
        this.function = DistanceFunction.of(options.metric(), slots.kind(), slots.dimensions());
        this.rotation = rotation;
        this.dimensions = rotation.paddedDimensions();
        this.model = model;
        this.codec = model.codec;
        this.layout = new FastScanLayout(codec == null ? 0 : codec.columns());
        this.pool = new BlockPool(arena, layout.blockBytes());
        this.centroids =
                new CentroidIndex(
                        arena, dimensions, options.euclidean(), lists * 3 / 2, model.centre);
        this.lists = new PostingList[Math.max(1, lists)];
        this.places = new int[options.copies()][0];
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

    /** As the other {@code build}, over slots that stay where they are. */
    public static IvfIndex build(IvfOptions options, VectorSlots slots, int[] vecIds, int threads) {
        return build(options, slots, vecIds, threads, Visits.NONE, BuildSteps.SILENT);
    }

    /**
     * Builds an index of {@code vecIds}: finds centroids on a sample, trains the codec, assigns and
     * encodes every vector.
     *
     * @param threads how many threads assign and encode
     */
    public static IvfIndex build(
            IvfOptions options,
            VectorSlots slots,
            int[] vecIds,
            int threads,
            Visits visits,
            BuildSteps steps) {
        int listCount =
                options.lists() > 0
                        ? options.lists()
                        : Math.max(1, (int) (4 * Math.sqrt(vecIds.length)));
        var random = new SplittableRandom(options.seed());
        var rotation = new Rotation(slots.dimensions(), options.seed());
        int dimensions = rotation.paddedDimensions();
        try (Arena scratch = Arena.ofShared()) {
            steps.report(BuildSteps.Step.K_MEANS, 0, vecIds.length);
            var sampling = new Sampling(options, slots, vecIds, rotation, visits);
            PointMatrix sample = sampling.take(listCount, scratch, random);
            DenseRotation learned = null;
            if (options.learnedRotation() && sample.count() > 0) {
                learned = sampling.learn(sample, listCount, scratch, random);
            }
            float[] centre = sampling.mean(sample);
            PointMatrix centroids = sampling.centroids(sample, listCount, scratch, random);
            var probes = new CentroidIndex(scratch, dimensions, true, centroids.count(), centre);
            float[][] values = new float[centroids.count()][dimensions];
            for (int c = 0; c < values.length; c++) {
                centroids.get(c, values[c]);
                probes.add(values[c]);
            }
            ListCodec codec = sampling.codec(sample, probes.points(), random);
            int usualLength = Math.max(1, vecIds.length / Math.max(1, values.length));
            int splitAbove = Math.max(96, 4 * usualLength * options.copies());
            var model = new IvfModel(splitAbove, centre, codec, learned);
            var index = new IvfIndex(options, slots, rotation, model, values.length);
            for (float[] value : values) {
                index.addList(value);
            }
            var load = new BulkLoad(index, vecIds, threads, visits, steps);
            load.fill(load.assign(probes));
            return index;
        }
    }

    /**
     * Makes an index again out of what its owner kept of it; codes are computed anew.
     *
     * @param model what {@link #modelBytes} gave
     * @param centroids by list number; null where a number is free
     * @param vecIds all vectors
     * @param listOf the list of each of them
     */
    public static IvfIndex restore(
            IvfOptions options,
            VectorSlots slots,
            byte[] model,
            float[] @Nullable [] centroids,
            int[] vecIds,
            int[] listOf,
            int threads,
            Visits visits) {
        if (options.copies() != 1) {
            throw new IllegalArgumentException("only one list of each vector is kept");
        }
        var rotation = new Rotation(slots.dimensions(), options.seed());
        var index =
                new IvfIndex(options, slots, rotation, IvfModel.ofBytes(model), centroids.length);
        var free = new ArrayList<Integer>();
        for (int list = 0; list < centroids.length; list++) {
            float[] centroid = centroids[list];
            int number = index.addList(centroid == null ? new float[index.dimensions] : centroid);
            if (number != list) {
                throw new IllegalStateException("list " + list + " came back as " + number);
            }
            if (centroid == null) {
                free.add(list);
            }
        }
        for (int list : free) {
            index.centroids.remove(list);
        }
        new BulkLoad(index, vecIds, threads, visits, BuildSteps.SILENT).fill(new int[][] {listOf});
        return index;
    }

    /** What a build learned beside the centroids, for {@link #restore}. */
    public byte[] modelBytes() {
        return model.toBytes();
    }

    /** Tells somebody where everything goes from now on. */
    public void listen(Placements listener) {
        placements = listener;
    }

    /** How many floats a centroid has. */
    public int centroidDimensions() {
        return dimensions;
    }

    /** One more than the greatest number of a list. */
    public int listEnd() {
        return centroids.end();
    }

    /** The centroid of a list; null where the number is free. The caller writes, or nobody does. */
    public float @Nullable [] centroid(int list) {
        if (!centroids.isLive(list)) {
            return null;
        }
        float[] values = new float[dimensions];
        centroids.points().get(list, values);
        return values;
    }

    /** The list of a vector's first copy, or -1. The caller writes, or nobody does. */
    public int listOf(int vecId) {
        return contains(vecId) ? listOfBlock[places[0][vecId] >>> 5] : -1;
    }

    /** A searcher, new or one that was given back. */
    public IvfSearch takeSearch() {
        var search = searches.poll();
        return search == null ? newSearch() : search;
    }

    /** Gives back what {@link #takeSearch} gave. */
    public void giveSearch(IvfSearch search) {
        searches.add(search);
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
        return openCursor(
                query,
                new IvfEffort(1, Math.max(1, listsPerRound), Math.max(1, rerank)),
                NO_TAIL,
                admission);
    }

    /** As the other, with vectors that have no list yet before all. */
    public IvfCursor openCursor(
            QueryVector query, IvfEffort effort, Tail.View waiting, Admission admission) {
        return new IvfCursor(this, query, effort, waiting, admission);
    }

    /** A writer; all writers of an index exclude each other, one suffices. */
    public IvfWriter newWriter() {
        return new IvfWriter(this);
    }

    boolean isTooLong(PostingList list) {
        return list.count > model.splitAbove;
    }

    boolean isTooShort(PostingList list) {
        return list.count < model.splitAbove / 32;
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

    /** Adds all vectors that are in lists to a set. Under the read lock. */
    void addAll(BitSet into) {
        for (int vecId = 0; vecId < places[0].length; vecId++) {
            if (places[0][vecId] >= 0) {
                into.set(vecId);
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
}
