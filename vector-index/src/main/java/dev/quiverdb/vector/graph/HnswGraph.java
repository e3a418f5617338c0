package dev.quiverdb.vector.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Linking and unlinking of vectors in a hierarchical navigable small world graph. Any number of
 * threads link, unlink and search at the same time; searches take no lock, writers lock one row at
 * a time.
 *
 * <p>Linking costs one search with {@code ef_construction} and about {@code 3m} row updates;
 * unlinking one look at the rows two hops around and one repair for each row that pointed here.
 */
public final class HnswGraph {
    /** Dead nodes that rows still point to are swept out when they exceed this share. */
    private static final double SWEEP_SHARE = 0.02;

    private static final int SWEEP_MIN = 64;
    private static final int SWEPT_AT_ONCE = 512;
    private static final int STRIPES = 1024;

    private final GraphBlocks blocks;
    private final GraphState state;
    private final boolean navigatesByCodes;
    private final ContextPool contexts;
    private final Object[] stripes = new Object[STRIPES];
    private final Object[] cutLocks = new Object[64];
    private final Object entryLock = new Object();
    private final Object sweepLock = new Object();
    private final double levelFactor;
    private final AtomicInteger linkedCount = new AtomicInteger();
    private final AtomicInteger deadCount = new AtomicInteger();
    private final AtomicInteger cutCount = new AtomicInteger();
    private final ArrayDeque<Released> quarantine = new ArrayDeque<>();

    private record Released(int vecId, long epoch) {}

    /**
     * Makes a graph over a state.
     *
     * @param codes the space by which walks find their way, of the same vectors; null for {@code
     *     exactSpace} itself
     */
    HnswGraph(
            GraphBlocks blocks,
            GraphState state,
            VectorSpace exactSpace,
            @Nullable VectorSpace codes) {
        this.blocks = blocks;
        this.state = state;
        this.navigatesByCodes = codes != null;
        this.levelFactor = 1 / Math.log(state.m());
        this.contexts = new ContextPool(() -> new SearchContext(state, exactSpace, codes));
        Arrays.setAll(stripes, _ -> new Object());
        Arrays.setAll(cutLocks, _ -> new Object());
        for (int id = 0; id < state.idsMax(); id++) {
            int flags = state.flags(id);
            if ((flags & GraphState.DEAD) != 0) {
                boolean counted =
                        (flags & (GraphState.PRESENT | GraphState.QUARANTINED))
                                == GraphState.PRESENT;
                deadCount.addAndGet(counted ? 1 : 0);
                cutCount.addAndGet(counted && (flags & GraphState.CUT) != 0 ? 1 : 0);
            } else if ((flags & GraphState.LINKED) != 0) {
                linkedCount.incrementAndGet();
            }
        }
    }

    GraphState state() {
        return state;
    }

    GraphBlocks blocks() {
        return blocks;
    }

    ContextPool contexts() {
        return contexts;
    }

    boolean navigatesByCodes() {
        return navigatesByCodes;
    }

    /** Returns how many vectors are linked and not dead. */
    public int linkedCount() {
        return linkedCount.get();
    }

    /** Returns how many dead vectors still hold a place. */
    public int deadCount() {
        return deadCount.get();
    }

    private Object stripe(int vecId) {
        return stripes[(vecId * 0x9e3779b9) >>> 22];
    }

    /** Held while a dead node is cut out, so that its vecId is not reused meanwhile. */
    private Object cutLock(int vecId) {
        return cutLocks[vecId & (cutLocks.length - 1)];
    }

    private int levelOf(int vecId) {
        long mixed = (vecId + 1) * 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        mixed ^= mixed >>> 31;
        double uniform = ((mixed >>> 11) + 1) * 0x1p-53;
        return (int) Math.min(16, -Math.log(uniform) * levelFactor);
    }

    /**
     * Gives a prepared vector its records; it belongs to the tail until it is linked. A vecId that
     * a dead vector had is taken out of the graph first; rows that still point to it go on doing
     * so, as hints that happen to be wrong.
     */
    void store(int vecId) {
        if ((state.flags(vecId) & (GraphState.DEAD | GraphState.CUT)) == GraphState.DEAD) {
            cutOut(vecId);
        }
        long ticket = blocks.enterWriter();
        try {
            synchronized (cutLock(vecId)) {
                synchronized (stripe(vecId)) {
                    int flags = state.flags(vecId);
                    assert flags == 0 || (flags & GraphState.DEAD) != 0
                            : "vecId " + vecId + " is in use";
                    if ((flags & (GraphState.CUT | GraphState.QUARANTINED)) == GraphState.CUT) {
                        cutCount.decrementAndGet();
                        deadCount.decrementAndGet();
                    }
                    state.admit(vecId, levelOf(vecId));
                }
            }
        } finally {
            blocks.exitWriter(ticket);
        }
    }

    /**
     * Links a stored vector. It is found by searches that begin after the return. Linking a vector
     * that is linked has no effect; one that a crash left half linked is linked anew.
     */
    public void link(int vecId) {
        long ticket = blocks.enterWriter();
        var context = contexts.take();
        try {
            int flags = state.addFlag(vecId, GraphState.PRESENT);
            assert (flags & GraphState.STORED) != 0 : "vecId " + vecId + " is not stored";
            if ((flags & GraphState.LINKED) != 0) {
                return;
            }
            int level = flags & 0xff;
            long entry = enterFirst(vecId, level);
            if (entry != 0) {
                connect(context, vecId, level, entry);
                raiseEntry(vecId, level);
            }
            int before = state.addFlag(vecId, GraphState.LINKED);
            ((before & GraphState.DEAD) != 0 ? deadCount : linkedCount).incrementAndGet();
        } finally {
            contexts.give(context);
            blocks.exitWriter(ticket);
        }
    }

    /**
     * Makes the vector the entry of an empty graph and returns 0, or returns the entry there is.
     */
    private long enterFirst(int vecId, int level) {
        long entry = state.entry();
        if (entry != 0) {
            return entry;
        }
        synchronized (entryLock) {
            entry = state.entry();
            if (entry == 0) {
                state.setEntry(vecId, level);
            }
            return entry;
        }
    }

    private void raiseEntry(int vecId, int level) {
        if (level > state.entryLevel()) {
            synchronized (entryLock) {
                if (level > state.entryLevel()) {
                    state.setEntry(vecId, level);
                }
            }
        }
    }

    private void connect(SearchContext context, int vecId, int level, long entry) {
        var walk = context.traversal;
        context.navigator.bindVector(vecId);
        if (navigatesByCodes()) {
            context.exact.bindVector(vecId);
        }
        walk.begin(context.navigator, false);
        int entryLevel = (int) (entry >>> 32);
        int top = Math.min(level, entryLevel);
        long best = walk.descend(walk.score((int) entry - 1), entryLevel, top);
        int ef = state.efConstruction();
        walk.nextLayer(new long[] {best}, 1, ef, vecId);
        for (int layer = top; layer >= 0; layer--) {
            walk.searchLayer(layer, ef, vecId);
            int found = walk.drain();
            long[] seeds = layer > 0 ? Arrays.copyOf(walk.sorted(), found) : walk.sorted();
            if (navigatesByCodes()) {
                walk.rescore(context.exact, found);
            }
            join(context, vecId, layer, walk.sorted(), found);
            if (layer > 0) {
                walk.nextLayer(seeds, found, ef, vecId);
            }
        }
    }

    /** Gives a node its neighbours on a layer and tells them. */
    private void join(SearchContext context, int vecId, int layer, long[] sorted, int found) {
        int count = context.diversity.choose(context.pairs, sorted, found, state.m());
        int[] chosen = Arrays.copyOf(context.diversity.chosen(), count);
        synchronized (stripe(vecId)) {
            int present = state.neighbours(vecId, layer, context.row);
            state.setNeighbours(vecId, layer, chosen, count);
            for (int i = 0; i < count; i++) {
                state.addInDegree(chosen[i], 1);
            }
            for (int i = 0; i < present; i++) {
                state.addInDegree(context.row[i], -1);
            }
        }
        boolean reachable = false;
        for (int i = 0; i < count; i++) {
            reachable |= addEdge(context, chosen[i], vecId, layer);
        }
        for (int i = 0; i < count && !reachable; i++) {
            reachable = forceEdge(context, chosen[i], vecId, layer);
        }
    }

    /**
     * Adds an edge to the row of {@code from}, choosing anew among its neighbours where it is full.
     *
     * @return whether the edge exists now
     */
    private boolean addEdge(SearchContext context, int from, int to, int layer) {
        synchronized (stripe(from)) {
            if ((state.flags(from) & (GraphState.PRESENT | GraphState.DEAD))
                    != GraphState.PRESENT) {
                return false;
            }
            int[] row = context.row;
            int count = state.neighbours(from, layer, row);
            for (int i = 0; i < count; i++) {
                if (row[i] == to) {
                    return true;
                }
            }
            row[count++] = to;
            int room = state.rowRoom(layer);
            if (count > room) {
                count = prune(context, from, count, room);
            } else {
                state.addInDegree(to, 1);
            }
            state.setNeighbours(from, layer, row, count);
            for (int i = 0; i < count; i++) {
                if (row[i] == to) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * Adds an edge to the row of {@code from} in any case, in the place of one whose target others
     * point to as well.
     *
     * @return whether the edge exists now
     */
    private boolean forceEdge(SearchContext context, int from, int to, int layer) {
        synchronized (stripe(from)) {
            if ((state.flags(from) & (GraphState.PRESENT | GraphState.DEAD))
                    != GraphState.PRESENT) {
                return false;
            }
            int[] row = context.row;
            int count = state.neighbours(from, layer, row);
            if (contains(row, count, to)) {
                return true;
            }
            int place = count;
            if (count == state.rowRoom(layer)) {
                do {
                    place--;
                } while (place >= 0 && state.inDegree(row[place]) <= 1);
                if (place < 0) {
                    return false;
                }
                state.addInDegree(row[place], -1);
            } else {
                count++;
            }
            row[place] = to;
            state.addInDegree(to, 1);
            state.setNeighbours(from, layer, row, count);
            return true;
        }
    }

    /**
     * Chooses among {@code context.row[0..count)}, of which the last is new, and leaves the choice
     * there. A neighbour that no other row points to is not let go while there is room.
     */
    private int prune(SearchContext context, int node, int count, int room) {
        int[] row = context.row;
        int added = row[count - 1];
        context.pairs.bindVector(node);
        context.pairs.score(row, count, context.distances);
        long[] judged = context.judged;
        for (int i = 0; i < count; i++) {
            judged[i] = Scored.of(context.distances[i], row[i]);
        }
        Arrays.sort(judged, 0, count);
        int kept = context.diversity.choose(context.pairs, judged, count, room);
        int[] chosen = context.diversity.chosen();
        int size = kept;
        for (int i = 0, next = 0; i < count; i++) {
            int vecId = Scored.vecId(judged[i]);
            boolean stays = next < kept && chosen[next] == vecId;
            if (stays) {
                next++;
            } else if (vecId != added && size < room && state.inDegree(vecId) <= 1) {
                chosen[size++] = vecId;
                stays = true;
            }
            if (stays && vecId == added) {
                state.addInDegree(added, 1);
            } else if (!stays && vecId != added) {
                state.addInDegree(vecId, -1);
            }
        }
        System.arraycopy(chosen, 0, row, 0, size);
        return size;
    }

    /**
     * Finds live vectors that no path leads to any more, and gives each group of them an edge from
     * the nearest vector that can be reached. Costs a pass over all rows, and a search for each
     * group.
     *
     * @return how many edges were needed
     */
    public int mend() {
        long ticket = blocks.enterWriter();
        var context = contexts.take();
        try {
            var check = new GraphCheck(state);
            int edges = 0;
            for (int round = 0; round < 3; round++) {
                var lost = check.lost();
                if (lost.isEmpty()) {
                    break;
                }
                for (int id = lost.nextSetBit(0); id >= 0; id = lost.nextSetBit(id + 1)) {
                    if (state.isLive(id) && reconnect(context, id, lost)) {
                        edges++;
                        check.strikeReachable(id, lost);
                    }
                }
            }
            return edges;
        } finally {
            contexts.give(context);
            blocks.exitWriter(ticket);
        }
    }

    private boolean reconnect(SearchContext context, int vecId, BitSet lost) {
        var walk = context.traversal;
        context.navigator.bindVector(vecId);
        walk.begin(context.navigator, false);
        long entry = state.entry();
        long best = walk.descend(walk.score((int) entry - 1), (int) (entry >>> 32), 0);
        walk.nextLayer(new long[] {best}, 1, state.efConstruction(), vecId);
        walk.searchLayer(0, state.efConstruction(), vecId);
        int found = walk.drain();
        for (int i = 0; i < found; i++) {
            int from = Scored.vecId(walk.sorted()[i]);
            if (!lost.get(from) && forceEdge(context, from, vecId, 0)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Marks a vector dead: no search returns it from now on, walks still pass through it.
     *
     * @return whether it was stored and alive
     */
    public boolean kill(int vecId) {
        long ticket = blocks.enterWriter();
        try {
            if ((state.flags(vecId) & GraphState.STORED) == 0) {
                return false;
            }
            int before = state.addFlag(vecId, GraphState.DEAD);
            if ((before & GraphState.DEAD) != 0) {
                return false;
            }
            if ((before & GraphState.LINKED) != 0) {
                linkedCount.decrementAndGet();
                deadCount.incrementAndGet();
            }
            return true;
        } finally {
            blocks.exitWriter(ticket);
        }
    }

    /**
     * Takes a dead vector out: each row that points to it gets a neighbour of the dead one in its
     * stead, as IP-DiskANN does. Rows farther away than two hops are found by {@link #sweep}.
     */
    public void unlink(int vecId) {
        cutOut(vecId);
        if (cutCount.get() > Math.max(SWEEP_MIN, SWEEP_SHARE * linkedCount.get())) {
            sweep();
        }
    }

    private void cutOut(int vecId) {
        long ticket = blocks.enterWriter();
        var context = contexts.take();
        try {
            synchronized (cutLock(vecId)) {
                cut(context, vecId);
            }
        } finally {
            contexts.give(context);
            blocks.exitWriter(ticket);
        }
    }

    private void cut(SearchContext context, int vecId) {
        int wanted = GraphState.DEAD | GraphState.LINKED;
        if ((state.flags(vecId) & (wanted | GraphState.CUT)) != wanted) {
            return;
        }
        int flags = state.addFlag(vecId, GraphState.CUT);
        cutCount.incrementAndGet();
        leaveEntry(context, vecId);
        for (int layer = flags & 0xff; layer >= 0; layer--) {
            int[] own = Arrays.copyOf(context.row, state.neighbours(vecId, layer, context.row));
            for (int source : rowsPointingTo(context, vecId, layer, own)) {
                replaceEdge(context, source, vecId, layer, own);
            }
            // Read again: who cuts a neighbour out at the same time takes it from this row.
            int[] row = context.row;
            int left;
            synchronized (stripe(vecId)) {
                left = state.neighbours(vecId, layer, row);
                state.setNeighbours(vecId, layer, row, 0);
            }
            for (int i = 0; i < left; i++) {
                state.addInDegree(row[i], -1);
            }
        }
        freeIfAlone(vecId);
    }

    private int[] rowsPointingTo(SearchContext context, int vecId, int layer, int[] own) {
        int[] sources = new int[own.length];
        int count = 0;
        int[] near = context.secondRow;
        var seen = new HashSet<Integer>();
        seen.add(vecId);
        var ring = new ArrayList<Integer>();
        for (int neighbour : own) {
            if (seen.add(neighbour)) {
                ring.add(neighbour);
            }
        }
        int inner = ring.size();
        for (int i = 0; i < ring.size(); i++) {
            int node = ring.get(i);
            int degree = state.neighbours(node, layer, near);
            for (int j = 0; j < degree; j++) {
                if (near[j] == vecId) {
                    if (count == sources.length) {
                        sources = Arrays.copyOf(sources, count * 2 + 4);
                    }
                    sources[count++] = node;
                } else if (i < inner && seen.add(near[j])) {
                    ring.add(near[j]);
                }
            }
        }
        return Arrays.copyOf(sources, count);
    }

    /** Replaces an edge to a dead node by the best of the dead node's own neighbours. */
    private void replaceEdge(
            SearchContext context, int source, int dead, int layer, int[] replacements) {
        synchronized (stripe(source)) {
            int[] row = context.row;
            int count = state.neighbours(source, layer, row);
            int kept = 0;
            for (int i = 0; i < count; i++) {
                if (row[i] != dead) {
                    row[kept++] = row[i];
                }
            }
            if (kept == count) {
                return;
            }
            state.addInDegree(dead, -1);
            if ((state.flags(source) & GraphState.DEAD) == 0) {
                int substitute = substitute(context, source, row, kept, replacements);
                if (substitute >= 0) {
                    row[kept++] = substitute;
                    state.addInDegree(substitute, 1);
                }
            }
            state.setNeighbours(source, layer, row, kept);
        }
    }

    /** Returns the nearest candidate that is diverse beside the row, or -1. */
    private int substitute(
            SearchContext context, int node, int[] row, int count, int[] replacements) {
        long[] judged = context.judged;
        int candidates = 0;
        context.pairs.bindVector(node);
        for (int candidate : replacements) {
            if (candidate != node
                    && (state.flags(candidate) & (GraphState.PRESENT | GraphState.DEAD))
                            == GraphState.PRESENT
                    && !contains(row, count, candidate)) {
                judged[candidates++] = Scored.of(context.pairs.score(candidate), candidate);
            }
        }
        Arrays.sort(judged, 0, candidates);
        for (int i = 0; i < candidates; i++) {
            int candidate = Scored.vecId(judged[i]);
            float distance = Scored.distance(judged[i]);
            context.pairs.bindVector(candidate);
            context.pairs.score(row, count, context.distances);
            boolean diverse = true;
            for (int j = 0; j < count && diverse; j++) {
                diverse = context.distances[j] >= distance;
            }
            if (diverse) {
                return candidate;
            }
        }
        return candidates > 0 && count < state.m() ? Scored.vecId(judged[0]) : -1;
    }

    private static boolean contains(int[] row, int count, int vecId) {
        for (int i = 0; i < count; i++) {
            if (row[i] == vecId) {
                return true;
            }
        }
        return false;
    }

    /** Finds another entry where the dead vector is it. */
    private void leaveEntry(SearchContext context, int vecId) {
        synchronized (entryLock) {
            if (state.entryId() != vecId) {
                return;
            }
            int level = state.entryLevel();
            for (int layer = level; layer >= 0; layer--) {
                int count = state.neighbours(vecId, layer, context.row);
                for (int i = 0; i < count; i++) {
                    int candidate = context.row[i];
                    if (state.isLive(candidate) && state.level(candidate) >= layer) {
                        state.setEntry(candidate, state.level(candidate));
                        return;
                    }
                }
            }
            int best = -1;
            int bestLevel = -1;
            for (int id = 0; id < state.idsMax(); id++) {
                if (id != vecId && state.isLive(id) && state.level(id) > bestLevel) {
                    best = id;
                    bestLevel = state.level(id);
                }
            }
            state.setEntry(best, Math.max(bestLevel, 0));
        }
    }

    /** Puts a cut node into quarantine once nothing points to it. */
    private void freeIfAlone(int vecId) {
        synchronized (stripe(vecId)) {
            int flags = state.flags(vecId);
            if ((flags & (GraphState.CUT | GraphState.QUARANTINED)) != GraphState.CUT
                    || state.inDegree(vecId) > 0) {
                return;
            }
            state.addFlag(vecId, GraphState.QUARANTINED);
        }
        cutCount.decrementAndGet();
        deadCount.decrementAndGet();
        quarantine(vecId);
    }

    private void quarantine(int vecId) {
        synchronized (quarantine) {
            quarantine.add(new Released(vecId, contexts.advance()));
        }
    }

    /** Gives up a vector that died in the tail, before linking began. */
    void discard(int vecId) {
        int flags = state.flags(vecId);
        assert (flags & GraphState.DEAD) != 0 && (flags & GraphState.PRESENT) == 0
                : "vecId " + vecId + " is still of use";
        state.addFlag(vecId, GraphState.QUARANTINED);
        quarantine(vecId);
    }

    /**
     * Takes up the dead of a graph that was just opened: what was in quarantine, or never linked,
     * can be released, for no walk is older than the opening.
     *
     * @return those that are still to be unlinked
     */
    List<Integer> adoptDead() {
        List<Integer> linked = new ArrayList<>();
        long ticket = blocks.enterWriter();
        try {
            for (int id = 0; id < state.idsMax(); id++) {
                int flags = state.flags(id);
                if ((flags & GraphState.DEAD) == 0) {
                    continue;
                }
                if ((flags & GraphState.QUARANTINED) != 0) {
                    quarantine(id);
                } else if ((flags & GraphState.PRESENT) == 0) {
                    discard(id);
                } else if ((flags & GraphState.CUT) == 0) {
                    state.addFlag(id, GraphState.LINKED);
                    linked.add(id);
                }
            }
        } finally {
            blocks.exitWriter(ticket);
        }
        return linked;
    }

    /**
     * Reads every row once and drops the edges to vectors that are dead and cut, which frees these.
     * Costs a pass over {@code 8m} bytes a node.
     */
    public void sweep() {
        synchronized (sweepLock) {
            var context = contexts.take();
            try {
                int end = state.idsMax();
                for (int from = 0; from < end; from += SWEPT_AT_ONCE) {
                    sweep(context, from, Math.min(end, from + SWEPT_AT_ONCE));
                }
                long ticket = blocks.enterWriter();
                try {
                    for (int id = 0; id < end; id++) {
                        if ((state.flags(id) & GraphState.CUT) != 0) {
                            freeIfAlone(id);
                        }
                    }
                } finally {
                    blocks.exitWriter(ticket);
                }
            } finally {
                contexts.give(context);
            }
        }
    }

    private void sweep(SearchContext context, int from, int to) {
        long ticket = blocks.enterWriter();
        try {
            for (int id = from; id < to; id++) {
                int flags = state.flags(id);
                for (int layer = flags == 0 ? -1 : flags & 0xff; layer >= 0; layer--) {
                    sweepRow(context, id, layer);
                }
            }
        } finally {
            blocks.exitWriter(ticket);
        }
    }

    private void sweepRow(SearchContext context, int vecId, int layer) {
        int[] row = context.secondRow;
        int count = state.neighbours(vecId, layer, row);
        for (int i = 0; i < count; i++) {
            if ((state.flags(row[i]) & GraphState.CUT) != 0) {
                int[] others = Arrays.copyOf(row, count);
                int[] behind = behind(context, others, layer);
                for (int target : others) {
                    if ((state.flags(target) & GraphState.CUT) != 0) {
                        replaceEdge(context, vecId, target, layer, behind);
                    }
                }
                return;
            }
        }
    }

    /** Returns neighbours of the first live neighbours: substitutes for what a sweep takes away. */
    private int[] behind(SearchContext context, int[] row, int layer) {
        int[] found = new int[state.rowRoom(0)];
        int count = 0;
        for (int target : row) {
            if (state.isLive(target)) {
                int degree = state.neighbours(target, layer, context.row);
                for (int i = 0; i < degree && count < found.length; i += 4) {
                    if (!contains(found, count, context.row[i])) {
                        found[count++] = context.row[i];
                    }
                }
            }
        }
        return Arrays.copyOf(found, count);
    }

    /**
     * Returns a vecId that was unlinked and that no walk can hold any more, or null. The caller may
     * store another vector there and {@link #link} it.
     */
    public @Nullable Integer takeReleased() {
        synchronized (quarantine) {
            long ticket = blocks.enterWriter();
            try {
                while (true) {
                    var oldest = quarantine.peek();
                    if (oldest == null || !contexts.hasPassed(oldest.epoch)) {
                        return null;
                    }
                    quarantine.remove();
                    if (release(oldest.vecId)) {
                        return oldest.vecId;
                    }
                }
            } finally {
                blocks.exitWriter(ticket);
            }
        }
    }

    /** Frees a quarantined node, unless it is in use again or was pointed to again. */
    private boolean release(int vecId) {
        synchronized (stripe(vecId)) {
            if ((state.flags(vecId) & GraphState.QUARANTINED) == 0) {
                return false;
            }
            if (state.inDegree(vecId) <= 0) {
                state.release(vecId);
                return true;
            }
            // A link that had found the vector before it died pointed to it afterwards.
            state.removeFlag(vecId, GraphState.QUARANTINED);
        }
        cutCount.incrementAndGet();
        deadCount.incrementAndGet();
        return false;
    }

    /** Walks the whole graph and lists what is broken; empty when all is well. For quiet graphs. */
    public List<String> check() {
        long ticket = blocks.enter();
        try {
            return new GraphCheck(state).run();
        } finally {
            blocks.exit(ticket);
        }
    }
}
