package dev.quiverdb.vector.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

    private final GraphBlocks blocks;
    private final GraphState state;
    private final boolean navigatesByCodes;
    private final ContextPool contexts;
    private final RowWriter rows;
    private final SpanningTree tree;
    private final Object[] cutLocks = new Object[1024];

    /** Vectors that are being linked. Changed under the cut lock of each. */
    private final Set<Integer> linking = ConcurrentHashMap.newKeySet();

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
        this.rows = new RowWriter(state);
        this.tree = new SpanningTree(state, rows);
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

    /** Held while a node is cut out, and where linking begins and ends. */
    Object cutLock(int vecId) {
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
        long ticket = blocks.enterWriter();
        try {
            synchronized (cutLock(vecId)) {
                int flags = state.flags(vecId);
                assert flags == 0 || (flags & GraphState.DEAD) != 0
                        : "vecId " + vecId + " is in use";
                if (linking.contains(vecId)) {
                    // Who links its former vector takes the links back in the end.
                    state.revive(vecId, GraphState.AGAIN);
                    return;
                }
                if (isToBeCut(flags)) {
                    cut(vecId);
                }
                synchronized (rows.stripe(vecId)) {
                    flags = state.flags(vecId);
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
     * that is linked, dead or gone has no effect; one that a crash left half linked is linked anew.
     */
    public void link(int vecId) {
        long ticket = blocks.enterWriter();
        var context = contexts.take();
        try {
            int level;
            synchronized (cutLock(vecId)) {
                if (!state.isTail(vecId)) {
                    return;
                }
                level = state.addFlag(vecId, GraphState.PRESENT) & 0xff;
                linking.add(vecId);
            }
            boolean linked = false;
            try {
                long entry = tree.enterFirst(vecId, level);
                if (entry != 0) {
                    connect(context, vecId, level, entry);
                    tree.raiseEntry(context, vecId, level);
                }
                linked = true;
            } finally {
                endLink(context, vecId, level, linked);
            }
        } finally {
            contexts.give(context);
            blocks.exitWriter(ticket);
        }
    }

    /** Nobody waits for a vector that is being linked: what became of it meanwhile is seen now. */
    private void endLink(SearchContext context, int vecId, int level, boolean linked) {
        synchronized (cutLock(vecId)) {
            linking.remove(vecId);
            if ((state.flags(vecId) & GraphState.AGAIN) != 0) {
                detach(context, vecId, level);
                state.removeFlag(vecId, GraphState.PRESENT | GraphState.CUT | GraphState.AGAIN);
            } else if (linked) {
                int before = state.addFlag(vecId, GraphState.LINKED);
                ((before & GraphState.DEAD) != 0 ? deadCount : linkedCount).incrementAndGet();
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
        int count =
                context.diversity.choose(
                        context.pairs, sorted, found, state.rowRoom(layer), state.m());
        int[] chosen = Arrays.copyOf(context.diversity.chosen(), count);
        rows.begin(context, vecId, layer, chosen);
        for (int i = 0; i < count; i++) {
            rows.add(context, chosen[i], vecId, layer);
        }
        if (layer == 0 && !state.isAttached(vecId)) {
            tree.attach(context, vecId, chosen);
        }
    }

    /**
     * Makes every linked vector reached from the entry, where the graph is of a version that did
     * not keep to that, or was damaged. For a graph that nobody else changes; costs a pass over all
     * rows, and a search for each vector that no edge leads to.
     *
     * @return how many there were of those
     */
    public int mend() {
        long ticket = blocks.enterWriter();
        var context = contexts.take();
        try {
            return tree.regrow(context, vecId -> nearest(context, vecId));
        } finally {
            contexts.give(context);
            blocks.exitWriter(ticket);
        }
    }

    private int[] nearest(SearchContext context, int vecId) {
        var walk = context.traversal;
        context.navigator.bindVector(vecId);
        walk.begin(context.navigator, false);
        long entry = state.entry();
        if (entry == 0) {
            return new int[0];
        }
        long best = walk.descend(walk.score((int) entry - 1), (int) (entry >>> 32), 0);
        walk.nextLayer(new long[] {best}, 1, state.efConstruction(), vecId);
        walk.searchLayer(0, state.efConstruction(), vecId);
        int[] found = new int[walk.drain()];
        Arrays.setAll(found, i -> Scored.vecId(walk.sorted()[i]));
        return found;
    }

    /**
     * Marks a vector dead: no search returns it from now on, walks still pass through it.
     *
     * @return whether it was stored and alive
     */
    public boolean kill(int vecId) {
        long ticket = blocks.enterWriter();
        try {
            return killVisiting(vecId);
        } finally {
            blocks.exitWriter(ticket);
        }
    }

    /** As {@link #kill}, in a writer's visit. */
    boolean killVisiting(int vecId) {
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
        try {
            synchronized (cutLock(vecId)) {
                if (isToBeCut(state.flags(vecId)) && !linking.contains(vecId)) {
                    cut(vecId);
                }
            }
        } finally {
            blocks.exitWriter(ticket);
        }
    }

    private static boolean isToBeCut(int flags) {
        int wanted = GraphState.DEAD | GraphState.PRESENT;
        return (flags & (wanted | GraphState.CUT)) == wanted;
    }

    private void cut(int vecId) {
        var context = contexts.take();
        try {
            int flags = state.flags(vecId);
            if ((flags & GraphState.LINKED) == 0) {
                // A failure left it half linked.
                deadCount.incrementAndGet();
            }
            cutCount.incrementAndGet();
            detach(context, vecId, flags & 0xff);
            freeIfAlone(vecId);
        } finally {
            contexts.give(context);
        }
    }

    /** Takes a node out of the tree and of the rows around it, and empties its own. */
    private void detach(SearchContext context, int vecId, int level) {
        tree.leave(context, vecId, rows.copy(context, vecId, 0));
        for (int layer = level; layer >= 0; layer--) {
            int[] own = rows.copy(context, vecId, layer);
            for (int source : rowsPointingTo(context, vecId, layer, own)) {
                rows.replace(context, source, vecId, layer, own);
            }
            // Reads the row again: who cuts a neighbour out at the same time takes it from it.
            rows.clear(context, vecId, layer);
        }
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

    /** Puts a cut node into quarantine once nothing points to it. */
    private void freeIfAlone(int vecId) {
        synchronized (rows.stripe(vecId)) {
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

    /** Gives up a vector that died in the tail, before linking began, unless it came again. */
    void discard(int vecId) {
        synchronized (cutLock(vecId)) {
            int flags = state.flags(vecId);
            int unwanted = GraphState.PRESENT | GraphState.QUARANTINED;
            if ((flags & (GraphState.DEAD | unwanted)) == GraphState.DEAD) {
                state.addFlag(vecId, GraphState.QUARANTINED);
                quarantine(vecId);
            }
        }
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
                            // Not while it is being cut out.
                            synchronized (cutLock(id)) {
                                freeIfAlone(id);
                            }
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
                        rows.replace(context, vecId, target, layer, behind);
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
                    if (!RowWriter.contains(found, count, context.row[i])) {
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
        synchronized (rows.stripe(vecId)) {
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
