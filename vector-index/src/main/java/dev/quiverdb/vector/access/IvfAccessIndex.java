package dev.quiverdb.vector.access;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.AccessCursor;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.access.AccessReader;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.vector.graph.EffortCurve;
import dev.quiverdb.vector.graph.RecallSample;
import dev.quiverdb.vector.graph.Tail;
import dev.quiverdb.vector.ivf.BuildSteps;
import dev.quiverdb.vector.ivf.IvfEffort;
import dev.quiverdb.vector.ivf.IvfIndex;
import dev.quiverdb.vector.ivf.IvfOptions;
import dev.quiverdb.vector.ivf.IvfWriter;
import dev.quiverdb.vector.ivf.Placements;
import dev.quiverdb.vector.ivf.Visits;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Lists over a column of vectors. The applying thread writes a record of a vector that comes and
 * puts it among those that wait, which every search compares one by one; a background thread finds
 * it a list. An index of too few vectors has no lists: all wait, and searches are exact. Once there
 * are enough, the background thread learns centroids and codes, and does so again while the first
 * training knew little.
 *
 * <p>Of its own saved: the records.
 */
final class IvfAccessIndex extends VectorAccessIndex {
    static final byte FORMAT = 1;

    /** Without so many vectors an exact search is as fast as any. */
    private static final int TRAINED_LEAST = 1000;

    /** A training on fewer vectors a list than this is repeated when there are four times more. */
    private static final int WELL_TRAINED = 40;

    private static final int RECORDS_A_VISIT = 256;
    private static final int CALIBRATION_SAMPLE = 60;
    private static final int CALIBRATION_K = 10;

    private final IvfOptions options;
    private final int rerank;
    private final IvfRecords records;
    private final int threads;
    private final Visits visits;
    private final Tail waiting = new Tail();
    private final ConcurrentLinkedQueue<Integer> toRemove = new ConcurrentLinkedQueue<>();

    /** Guards the records' states, and what follows. Entered in a writer's visit, never before. */
    private final Object lock = new Object();

    /** Vectors whose lists are to be found again though their records name one. */
    private final BitSet unsure = new BitSet();

    private int assigning = -1;
    private boolean cameAgain;
    private boolean training;
    private int live;

    /** Recall by lists looked into, by the number of estimates compared exactly (0: the usual). */
    private final Map<Integer, EffortCurve> curves = new ConcurrentHashMap<>();

    private final AtomicBoolean calibrating = new AtomicBoolean();
    private final IvfIndex noLists;
    private volatile @Nullable IvfIndex index;
    private @Nullable IvfWriter writer;

    IvfAccessIndex(
            IndexedColumn column,
            IvfOptions options,
            int rerank,
            StorageGraphBlocks blocks,
            Holding holding,
            ExecutorService background,
            int threads) {
        super(column, blocks, holding, background, FORMAT);
        this.options = options;
        this.rerank = rerank;
        this.records = new IvfRecords(blocks);
        this.threads = threads;
        this.noLists =
                IvfIndex.build(
                        new IvfOptions(options.metric(), 1, IvfOptions.Coding.FLAT, 0, 1, 0),
                        holding.slots(),
                        new int[0],
                        1);
        this.visits =
                new Visits() {
                    @Override
                    public long enter() {
                        return blocks.enter();
                    }

                    @Override
                    public void exit(long ticket) {
                        blocks.exit(ticket);
                    }
                };
    }

    IvfRecords records() {
        return records;
    }

    Visits visits() {
        return visits;
    }

    /** The lists; without any vector while nothing was learned. */
    IvfIndex lists() {
        var known = index;
        return known == null ? noLists : known;
    }

    Tail.View waiting() {
        return waiting.view();
    }

    /** How many estimates are compared exactly for a number of rows, unless told otherwise. */
    int rerank(int wanted) {
        return options.coding() == IvfOptions.Coding.FLAT
                ? wanted
                : Math.max(rerank, wanted * (options.bits() == 8 ? 3 : 5));
    }

    // ---- build and restart ----------------------------------------------------------------------

    /** Takes in the rows of a build. */
    void load(IndexMembers members) {
        for (int from = 0; from < members.count(); from += RECORDS_A_VISIT) {
            long ticket = blocks().enterWriter();
            try {
                int end = Math.min(members.count(), from + RECORDS_A_VISIT);
                for (int i = from; i < end; i++) {
                    if (holding().isRankable(members.vecId(i))) {
                        add(members.vecId(i), members.rowId(i));
                    }
                }
            } finally {
                blocks().exitWriter(ticket);
            }
        }
    }

    private static String phase(BuildSteps.Step step) {
        return switch (step) {
            case K_MEANS -> "building index: performing k-means";
            case ASSIGNING -> "building index: assigning tuples";
            case LOADING -> "building index: loading tuples";
        };
    }

    /** Takes in a row that a build found, where the index keeps values itself. */
    void loadRow(RowView row, long rowId) {
        long ticket = blocks().enterWriter();
        try {
            int vecId = holding().come(row, rowId);
            if (vecId >= 0) {
                add(vecId, rowId);
            }
        } finally {
            blocks().exitWriter(ticket);
        }
    }

    int liveCount() {
        synchronized (lock) {
            return live;
        }
    }

    /** Ends a build: learns lists where there are enough vectors for them. */
    void finishLoad(BuildProgress progress) {
        int least = options.lists() == 0 ? TRAINED_LEAST : options.lists();
        if (liveCount() >= least) {
            train(
                    Math.max(1, threads),
                    (step, done, total) -> progress.report(phase(step), done, total));
            for (int vecId = waiting.take(); vecId >= 0; vecId = waiting.take()) {
                place(vecId);
            }
            waiting.trim(this::isWaiting);
        }
    }

    void restore(ByteBuffer saved) {
        records.restore(saved);
        holding().restore(saved);
        restoreLeaving(saved);
        var placed = new ArrayList<Integer>();
        var listOf = new ArrayList<Integer>();
        float[] @Nullable [] centroids =
                records.training() == 0 ? new float[0] @Nullable [] : records.centroids();
        for (int from = 0; from < records.idsMax(); from += RECORDS_A_VISIT) {
            long ticket = blocks().enter();
            try {
                int end = Math.min(records.idsMax(), from + RECORDS_A_VISIT);
                for (int vecId = from; vecId < end; vecId++) {
                    int state = records.state(vecId);
                    if (state == IvfRecords.ABSENT) {
                        continue;
                    }
                    live++;
                    adopt(vecId, true, records.owner(vecId));
                    if (state > 0
                            && state <= centroids.length
                            && centroids[state - 1] != null
                            && records.training(vecId) == records.training()) {
                        placed.add(vecId);
                        listOf.add(state - 1);
                    } else {
                        unsure.set(vecId);
                        waiting.add(vecId);
                    }
                }
            } finally {
                blocks().exit(ticket);
            }
        }
        adopted();
        if (centroids.length > 0) {
            use(
                    IvfIndex.restore(
                            options,
                            holding().slots(),
                            records.model(),
                            centroids,
                            placed.stream().mapToInt(i -> i).toArray(),
                            listOf.stream().mapToInt(i -> i).toArray(),
                            Math.max(1, threads),
                            visits));
        }
        workInBackground();
    }

    private void use(IvfIndex lists) {
        lists.listen(new Keeper());
        writer = lists.newWriter();
        index = lists;
    }

    /** Keeps what happens to lists in the records. */
    private final class Keeper implements Placements {
        @Override
        public void placed(int vecId, int list) {
            long ticket = blocks().enterWriter();
            try {
                synchronized (lock) {
                    int state = records.state(vecId);
                    boolean expected =
                            state > 0
                                    || (state == IvfRecords.WAITING
                                            && vecId == assigning
                                            && !cameAgain);
                    if (expected) {
                        records.setState(vecId, list + 1);
                    }
                }
            } finally {
                blocks().exitWriter(ticket);
            }
        }

        @Override
        public void centroidMoved(int list, float[] centroid) {
            records.setCentroid(list, centroid);
        }

        @Override
        public void centroidRemoved(int list) {
            records.setCentroid(list, null);
        }
    }

    // ---- changes --------------------------------------------------------------------------------

    @Override
    void add(int vecId, long rowId) {
        synchronized (lock) {
            if (records.state(vecId) == IvfRecords.ABSENT) {
                live++;
            }
            records.add(vecId, rowId);
            cameAgain |= vecId == assigning;
            if (training) {
                unsure.set(vecId);
            }
        }
        waiting.add(vecId);
    }

    @Override
    void setOwner(int vecId, long rowId) {
        records.setOwner(vecId, rowId);
    }

    @Override
    void retire(int vecId) {
        synchronized (lock) {
            if (records.state(vecId) != IvfRecords.ABSENT) {
                records.setState(vecId, IvfRecords.ABSENT);
                live--;
                toRemove.add(vecId);
            }
        }
    }

    // ---- background -----------------------------------------------------------------------------

    @Override
    boolean hasWork() {
        return !toRemove.isEmpty() || (index != null && waiting.waiting() > 0);
    }

    @Override
    boolean step() {
        if (isToBeTrained()) {
            train(1, BuildSteps.SILENT);
            return true;
        }
        Integer gone = toRemove.poll();
        if (gone != null) {
            remove(gone);
            return true;
        }
        if (index == null) {
            waiting.trim(this::isWaiting);
            return false;
        }
        int vecId = waiting.take();
        if (vecId < 0) {
            return false;
        }
        place(vecId);
        waiting.trim(this::isWaiting);
        return true;
    }

    private boolean isToBeTrained() {
        int lists = options.lists();
        int count = liveCount();
        if (records.training() == 0) {
            return count >= Math.max(TRAINED_LEAST, 10 * lists);
        }
        int known = records.trainedOn();
        return known < Math.max(TRAINED_LEAST, WELL_TRAINED * lists)
                && count >= 4 * known
                && count >= TRAINED_LEAST;
    }

    private boolean isWaiting(int vecId) {
        long ticket = blocks().enter();
        try {
            return records.state(vecId) == IvfRecords.WAITING;
        } finally {
            blocks().exit(ticket);
        }
    }

    /** Takes a dead vector out of its list, unless the same slot has a new one that waits. */
    private void remove(int vecId) {
        long ticket = blocks().enter();
        try {
            if (records.state(vecId) != IvfRecords.ABSENT) {
                return;
            }
            if (writer != null) {
                writer.delete(vecId);
            }
        } finally {
            blocks().exit(ticket);
        }
        holding().released(vecId);
    }

    /** Finds a list for a vector that waits. */
    private void place(int vecId) {
        var lists = writer;
        if (lists == null) {
            return;
        }
        long ticket = blocks().enterWriter();
        try {
            synchronized (lock) {
                int state = records.state(vecId);
                boolean placed = state > 0 && !unsure.get(vecId);
                if (state == IvfRecords.ABSENT || placed) {
                    return;
                }
                unsure.clear(vecId);
                assigning = vecId;
                cameAgain = false;
            }
        } finally {
            blocks().exitWriter(ticket);
        }
        ticket = blocks().enter();
        try {
            lists.delete(vecId);
            lists.insert(vecId);
        } finally {
            blocks().exit(ticket);
            synchronized (lock) {
                assigning = -1;
            }
        }
    }

    /** Learns lists from all vectors that are there, and puts them in. */
    private void train(int threadCount, BuildSteps steps) {
        synchronized (lock) {
            training = true;
            unsure.clear();
        }
        int[] vecIds = stored();
        var made = IvfIndex.build(options, holding().slots(), vecIds, threadCount, visits, steps);
        float[] @Nullable [] centroids = new float[made.listEnd()] @Nullable [];
        for (int list = 0; list < centroids.length; list++) {
            centroids[list] = made.centroid(list);
        }
        records.train(vecIds.length, made.modelBytes(), centroids, made.centroidDimensions());
        use(made);
        for (int from = 0; from < vecIds.length; from += RECORDS_A_VISIT) {
            int end = Math.min(vecIds.length, from + RECORDS_A_VISIT);
            long ticket = blocks().enterWriter();
            try {
                synchronized (lock) {
                    for (int i = from; i < end; i++) {
                        int vecId = vecIds[i];
                        if (records.state(vecId) != IvfRecords.ABSENT && !unsure.get(vecId)) {
                            records.setState(vecId, made.listOf(vecId) + 1);
                        }
                    }
                }
            } finally {
                blocks().exitWriter(ticket);
            }
        }
        synchronized (lock) {
            training = false;
        }
    }

    /** All vectors that are there. In no visit. */
    int[] stored() {
        int[] found = new int[1024];
        int count = 0;
        for (int from = 0; from < records.idsMax(); from += RECORDS_A_VISIT) {
            long ticket = blocks().enter();
            try {
                int end = Math.min(records.idsMax(), from + RECORDS_A_VISIT);
                for (int vecId = from; vecId < end; vecId++) {
                    if (records.isStored(vecId)) {
                        if (count == found.length) {
                            found = Arrays.copyOf(found, 2 * count);
                        }
                        found[count++] = vecId;
                    }
                }
            } finally {
                blocks().exit(ticket);
            }
        }
        return Arrays.copyOf(found, count);
    }

    // ---- the rest of the door -------------------------------------------------------------------

    @Override
    void saveOwn(ByteWriter out) {
        records.save(out);
    }

    @Override
    long ownBytes() {
        var lists = index;
        return records.bytes() + (lists == null ? 0 : lists.sizeBytes());
    }

    @Override
    void dropOwn() {
        records.drop();
    }

    @Override
    List<String> checkOwn() {
        List<String> wrong = new ArrayList<>();
        var lists = index;
        if (lists != null) {
            try {
                lists.check();
            } catch (IllegalStateException found) {
                wrong.add(String.valueOf(found.getMessage()));
            }
        }
        var waits = new BitSet();
        var view = waiting.view();
        for (int i = 0; i < view.size(); i++) {
            waits.set(view.vecId(i));
        }
        for (int vecId : stored()) {
            checkRecord(vecId, lists, waits, wrong);
        }
        return wrong;
    }

    private void checkRecord(
            int vecId, @Nullable IvfIndex lists, BitSet waits, List<String> wrong) {
        long ticket = blocks().enter();
        int state;
        try {
            state = records.state(vecId);
        } finally {
            blocks().exit(ticket);
        }
        if (waits.get(vecId) || state == IvfRecords.ABSENT) {
            return;
        }
        if (state == IvfRecords.WAITING) {
            wrong.add("vector " + vecId + " waits where nobody looks");
        } else if (lists == null || lists.listOf(vecId) != state - 1) {
            wrong.add(
                    "vector %d is said to be in list %d and is in list %d"
                            .formatted(vecId, state - 1, lists == null ? -1 : lists.listOf(vecId)));
        }
    }

    @Override
    AccessCursor search(VectorSearchRequest request, AccessReader reader) {
        return new IvfAccessCursor(this, request, lists(request.effort()), reader);
    }

    private static VectorEffort.Lists lists(VectorEffort effort) {
        if (effort instanceof VectorEffort.Lists lists) {
            return lists;
        }
        throw new IllegalArgumentException("lists are asked with a list's effort");
    }

    @Override
    void measure(VectorRecallRequest request, RecallSample.Listener listener) {
        int k = request.k();
        var effort = effort(lists(request.effort()), k);
        new ListSample(this, request.sample(), k, new SplittableRandom(request.seed()))
                .measure(effort.probes(), effort.rerank(), effort.listsMax(), listener);
    }

    /** What an effort asks of this index for a number of rows. */
    IvfEffort effort(VectorEffort.Lists asked, int wanted) {
        int rerank = asked.rerank() > 0 ? asked.rerank() : rerank(wanted);
        int probes =
                asked.targetRecall() > 0
                        ? probesToMeet(asked.targetRecall(), asked.rerank(), asked.probes())
                        : asked.probes();
        int most = asked.listsMax() == 0 ? probes : asked.listsMax();
        return new IvfEffort(wanted, Math.min(probes, most), rerank, most);
    }

    /**
     * Returns how many lists a target recall asks for. The first to ask measures it, and so does
     * the first after the index became another; who asks meanwhile takes what is known.
     */
    private int probesToMeet(double targetRecall, int rerank, int otherwise) {
        var known = curves.get(rerank);
        if ((known == null || known.isStale(liveCount()))
                && liveCount() > CALIBRATION_K
                && calibrating.compareAndSet(false, true)) {
            try {
                int live = liveCount();
                var sample =
                        new ListSample(
                                this,
                                CALIBRATION_SAMPLE,
                                CALIBRATION_K,
                                new SplittableRandom(live));
                known = sample.curve(rerank > 0 ? rerank : rerank(CALIBRATION_K), live);
                curves.put(rerank, known);
            } finally {
                calibrating.set(false);
            }
        }
        return known == null ? otherwise : known.effortFor(targetRecall);
    }

    @Override
    public int idsMax() {
        return records.idsMax();
    }

    @Override
    public boolean isStored(int vecId) {
        return records.isStored(vecId);
    }

    @Override
    public long owner(int vecId) {
        return records.owner(vecId);
    }

    /** As {@link #isStored}, in no visit. */
    boolean isThere(int vecId) {
        long ticket = blocks().enter();
        try {
            return records.isStored(vecId);
        } finally {
            blocks().exit(ticket);
        }
    }
}
