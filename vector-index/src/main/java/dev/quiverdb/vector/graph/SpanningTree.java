package dev.quiverdb.vector.graph;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.function.IntFunction;

/**
 * Why every vector is reached: a tree of edges of the ground layer, rooted at the entry, with every
 * linked vector in it. A node keeps its parent, whose row has an edge to it that {@link RowWriter}
 * does not drop. Who is linked becomes a leaf; who is cut out hands its children over first. So at
 * any moment a path of ground edges leads from the entry to every linked vector.
 *
 * <p>Under this object's monitor the tree changes in all ways but one: a node that nobody has for a
 * parent is attached without it, which changes nobody's ancestors. Handing a child over costs a
 * look at the rows of its neighbours and, for each that may take it, the way up to the root, which
 * is about as long as the logarithm of the number of vectors.
 */
final class SpanningTree {
    /** So many steps up are spent on one child before its grandparent takes it. */
    private static final int STEPS_MAX = 2000;

    /**
     * A parent is alive; where there is none, one that is dead, but not cut out yet, will do, and
     * in the end one whose linking is void: all of them hand their children over when they go.
     */
    private static final int[] REFUSED = {
        GraphState.LEAVING, GraphState.CUT | GraphState.AGAIN, GraphState.CUT
    };

    private final GraphState state;
    private final RowWriter rows;

    SpanningTree(GraphState state, RowWriter rows) {
        this.state = state;
        this.rows = rows;
    }

    /** Makes a vector the entry of an empty graph and returns 0, or returns the entry there is. */
    synchronized long enterFirst(int vecId, int level) {
        long entry = state.entry();
        if (entry == 0) {
            state.setEntry(vecId, level);
        }
        return entry;
    }

    /** Makes a linked vector the entry if its level is the highest. */
    void raiseEntry(SearchContext context, int vecId, int level) {
        if (level > state.entryLevel()) {
            synchronized (this) {
                if (level > state.entryLevel() && state.entryId() != vecId) {
                    plant(context, vecId);
                }
            }
        }
    }

    /**
     * Attaches a vector to whom none of its neighbours gave an edge.
     *
     * @param near vectors near it, nearest first
     */
    synchronized void attach(SearchContext context, int vecId, int[] near) {
        if (state.isAttached(vecId)) {
            return;
        }
        if (state.entry() == 0) {
            state.setEntry(vecId, state.level(vecId));
            return;
        }
        for (int from : near) {
            if (state.isAttached(from)
                    && rows.adopt(context, from, vecId, true, GraphState.LEAVING)) {
                return;
            }
        }
        if (!isAdoptedByAny(context, vecId, -1)) {
            plant(context, vecId);
        }
    }

    /**
     * Takes a dead node out of the tree: another becomes the entry where it is it, its children get
     * other parents. It is cut out in the end, so that it gets no more of them.
     */
    synchronized void leave(SearchContext context, int vecId, int[] own) {
        if (state.entryId() == vecId) {
            int next = successor(context, vecId);
            if (next < 0) {
                state.setEntry(-1, 0);
            } else {
                plant(context, next);
            }
        }
        handOver(context, vecId);
        state.addFlag(vecId, GraphState.CUT);
        int parent = state.parent(vecId);
        if (parent >= 0) {
            state.setParent(vecId, -1);
            rows.replace(context, parent, vecId, 0, own);
        }
    }

    private void handOver(SearchContext context, int vecId) {
        // Under the row's lock: who adds an edge of a dead node at this moment has seen it alive.
        for (int child : rows.copy(context, vecId, 0)) {
            if (state.parent(child) == vecId) {
                rehome(context, child, vecId);
            }
        }
    }

    /** The node that takes the place of the entry: one of the highest level, or -1. */
    private int successor(SearchContext context, int entry) {
        int level = state.entryLevel();
        for (int candidate : rows.copy(context, entry, level)) {
            if (isSuccessor(candidate, GraphState.LEAVING) && state.level(candidate) >= level) {
                return candidate;
            }
        }
        for (int refused : REFUSED) {
            int best = -1;
            for (int id = 0; id < state.idsMax(); id++) {
                if (id != entry
                        && isSuccessor(id, refused)
                        && (best < 0 || state.level(id) > state.level(best))) {
                    best = id;
                }
            }
            if (best >= 0) {
                return best;
            }
        }
        return -1;
    }

    private boolean isSuccessor(int vecId, int refused) {
        return state.isPresent(vecId, refused) && state.isAttached(vecId);
    }

    /** Makes a node the root: the old one becomes its child. */
    private void plant(SearchContext context, int vecId) {
        int old = state.entryId();
        while (!rows.adopt(context, vecId, old, true, GraphState.CUT)) {
            rehomeOne(context, vecId);
        }
        state.setEntry(vecId, state.level(vecId));
        state.setParent(vecId, -1);
    }

    /** Makes room in a row that is full of children. */
    private void rehomeOne(SearchContext context, int vecId) {
        for (int child : rows.copy(context, vecId, 0)) {
            if (state.parent(child) == vecId) {
                rehome(context, child, vecId);
                return;
            }
        }
    }

    /** Gives the child of a node another parent. */
    private void rehome(SearchContext context, int child, int from) {
        int[] near = rows.copy(context, child, 0);
        int count = 0;
        int steps = STEPS_MAX;
        for (int candidate : near) {
            int up = candidate == from ? -1 : stepsUp(candidate, child, steps);
            steps -= Math.abs(up);
            if (up >= 0) {
                near[count++] = candidate;
            }
        }
        for (boolean forced : new boolean[] {false, true}) {
            for (int i = 0; i < count; i++) {
                if (rows.adopt(context, near[i], child, forced, GraphState.LEAVING)) {
                    return;
                }
            }
        }
        // None of those above a node is beneath its child.
        for (int refused : REFUSED) {
            int above = state.parent(from);
            for (int i = 0; i < STEPS_MAX && above >= 0; i++) {
                if (rows.adopt(context, above, child, true, refused)) {
                    return;
                }
                above = state.parent(above);
            }
        }
        if (!isAdoptedByAny(context, child, from)) {
            throw new IllegalStateException("no node can lead to node " + child);
        }
    }

    /**
     * Returns how many steps lead from a node up to the root; less than 0 where they lead through
     * {@code child}, or are more than {@code most}, or where the node is not attached.
     */
    private int stepsUp(int vecId, int child, int most) {
        int steps = 1;
        for (int at = vecId; at != child && steps <= most; steps++) {
            int parent = state.parent(at);
            if (parent < 0) {
                return at == state.entryId() ? steps : -steps;
            }
            at = parent;
        }
        return -steps;
    }

    private boolean isAdoptedByAny(SearchContext context, int child, int from) {
        for (int refused : REFUSED) {
            for (int id = 0; id < state.idsMax(); id++) {
                if (id != from
                        && id != child
                        && stepsUp(id, child, Integer.MAX_VALUE - 1) >= 0
                        && rows.adopt(context, id, child, true, refused)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Makes the tree out of edges where it is not whole: for a graph that was just opened, whose
     * writer kept none. Costs a look at every row.
     *
     * @param nearest finds vectors near one, nearest first, that the entry leads to
     * @return how many linked vectors no edge led to
     */
    synchronized int regrow(SearchContext context, IntFunction<int[]> nearest) {
        var reached = reachedByTree();
        for (int id = 0; id < state.idsMax(); id++) {
            if (state.flags(id) != 0 && !reached.get(id)) {
                state.setParent(id, -1);
            }
        }
        var way = new ArrayDeque<Integer>();
        reached.stream().forEach(way::add);
        followEdges(context, reached, way);
        int lost = 0;
        for (int id = 0; id < state.idsMax(); id++) {
            if (state.isLive(id) && !state.isAttached(id)) {
                attach(context, id, nearest.apply(id));
                lost++;
                way.add(id);
                followEdges(context, reached, way);
            }
        }
        return lost;
    }

    /** The nodes to which edges of the tree lead from the entry. */
    BitSet reachedByTree() {
        var reached = new BitSet();
        int[] row = new int[state.rowRoom(0)];
        var way = new ArrayDeque<Integer>();
        if (state.entryId() >= 0) {
            reached.set(state.entryId());
            way.add(state.entryId());
        }
        while (!way.isEmpty()) {
            int id = way.remove();
            int count = state.neighbours(id, 0, row);
            for (int i = 0; i < count; i++) {
                int target = row[i];
                boolean child = state.flags(target) != 0 && state.parent(target) == id;
                if (child && !reached.get(target)) {
                    reached.set(target);
                    way.add(target);
                }
            }
        }
        return reached;
    }

    private void followEdges(SearchContext context, BitSet reached, ArrayDeque<Integer> way) {
        while (!way.isEmpty()) {
            int id = way.remove();
            reached.set(id);
            for (int target : rows.copy(context, id, 0)) {
                int flags = state.flags(target);
                if (!reached.get(target)
                        && (flags & (GraphState.PRESENT | GraphState.CUT)) == GraphState.PRESENT) {
                    state.setParent(target, id);
                    reached.set(target);
                    way.add(target);
                }
            }
        }
    }
}
