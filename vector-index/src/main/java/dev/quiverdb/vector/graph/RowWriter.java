package dev.quiverdb.vector.graph;

import java.util.Arrays;

/**
 * Changes rows of neighbours, each under its node's lock, with the in-degrees of those that come
 * and go. On the ground layer an edge by which the {@link SpanningTree} reaches a node stays,
 * however full the row is. Any number of threads.
 */
final class RowWriter {
    private static final int STRIPES = 1024;

    /** How full a row stays at least when it is chosen anew. */
    private static final double KEPT_FULL = 0.75;

    private final GraphState state;
    private final Object[] stripes = new Object[STRIPES];

    RowWriter(GraphState state) {
        this.state = state;
        Arrays.setAll(stripes, _ -> new Object());
    }

    /** Held while the row of a node changes. */
    Object stripe(int vecId) {
        return stripes[(vecId * 0x9e3779b9) >>> 22];
    }

    /** A copy of a node's row. */
    int[] copy(SearchContext context, int vecId, int layer) {
        synchronized (stripe(vecId)) {
            return Arrays.copyOf(context.row, state.neighbours(vecId, layer, context.row));
        }
    }

    /** Gives a node its first row; where it has one already, what the tree needs of it stays. */
    void begin(SearchContext context, int vecId, int layer, int[] chosen) {
        synchronized (stripe(vecId)) {
            int[] row = context.row;
            int present = state.neighbours(vecId, layer, row);
            int[] next = new int[state.rowRoom(layer)];
            int count = 0;
            for (int i = 0; i < present; i++) {
                if (isChild(row[i], vecId, layer)) {
                    next[count++] = row[i];
                }
            }
            int children = count;
            for (int i = 0; i < chosen.length && count < next.length; i++) {
                if (!contains(next, children, chosen[i])) {
                    next[count++] = chosen[i];
                }
            }
            state.setNeighbours(vecId, layer, next, count);
            for (int i = 0; i < count; i++) {
                state.addInDegree(next[i], 1);
            }
            for (int i = 0; i < present; i++) {
                state.addInDegree(row[i], -1);
            }
        }
    }

    /** Empties a row. */
    void clear(SearchContext context, int vecId, int layer) {
        int[] row = context.row;
        int count;
        synchronized (stripe(vecId)) {
            count = state.neighbours(vecId, layer, row);
            state.setNeighbours(vecId, layer, row, 0);
        }
        for (int i = 0; i < count; i++) {
            state.addInDegree(row[i], -1);
        }
    }

    /**
     * Adds an edge to the row of {@code from}, choosing anew among its neighbours where it is full.
     * One that the tree does not reach yet is reached by this edge, if {@code from} is.
     *
     * @return whether the edge exists now
     */
    boolean add(SearchContext context, int from, int to, int layer) {
        synchronized (stripe(from)) {
            if (!isLinkable(from)) {
                return false;
            }
            int[] row = context.row;
            int count = state.neighbours(from, layer, row);
            if (!contains(row, count, to)) {
                row[count++] = to;
                int room = state.rowRoom(layer);
                if (count > room) {
                    count = prune(context, from, layer, count, room);
                } else {
                    state.addInDegree(to, 1);
                }
                state.setNeighbours(from, layer, row, count);
                if (!contains(row, count, to)) {
                    return false;
                }
            }
            if (layer == 0 && !state.isAttached(to) && state.isAttached(from)) {
                state.setParent(to, from);
            }
            return true;
        }
    }

    /**
     * Makes {@code from} the parent of {@code to}, by an edge that exists, or else by one in the
     * place of the last that is not needed. Under the tree's monitor.
     *
     * @param forced whether an edge may be made
     * @param refused the flags of nodes that do not take it
     * @return whether it is the parent now
     */
    boolean adopt(SearchContext context, int from, int to, boolean forced, int refused) {
        synchronized (stripe(from)) {
            if (!state.isPresent(from, refused)) {
                return false;
            }
            int[] row = context.row;
            int count = state.neighbours(from, 0, row);
            if (!contains(row, count, to) && !(forced && force(from, row, count, to))) {
                return false;
            }
            state.setParent(to, from);
            return true;
        }
    }

    private boolean force(int from, int[] row, int count, int to) {
        int place = count;
        if (count == state.rowRoom(0)) {
            do {
                place--;
            } while (place >= 0 && state.parent(row[place]) == from);
            if (place < 0) {
                return false;
            }
            state.addInDegree(row[place], -1);
        }
        row[place] = to;
        state.addInDegree(to, 1);
        state.setNeighbours(from, 0, row, Math.max(count, place + 1));
        return true;
    }

    /** Whether new edges may start from a node. */
    private boolean isLinkable(int vecId) {
        return state.isPresent(vecId, GraphState.LEAVING);
    }

    private boolean isChild(int vecId, int of, int layer) {
        return layer == 0 && state.parent(vecId) == of;
    }

    /**
     * Chooses among {@code context.row[0..count)}, of which the last is new, and leaves the choice
     * there. Children of the node stay.
     */
    private int prune(SearchContext context, int node, int layer, int count, int room) {
        int[] row = context.row;
        int added = row[count - 1];
        context.pairs.bindVector(node);
        context.pairs.score(row, count, context.distances);
        long[] judged = context.judged;
        for (int i = 0; i < count; i++) {
            judged[i] = Scored.of(context.distances[i], row[i]);
        }
        Arrays.sort(judged, 0, count);
        int size =
                context.diversity.choose(
                        context.pairs, judged, count, room, (int) (KEPT_FULL * room));
        int[] chosen = context.diversity.chosen();
        for (int i = 0, next = 0, kept = size; i < count; i++) {
            int vecId = Scored.vecId(judged[i]);
            if (next < kept && chosen[next] == vecId) {
                next++;
                if (vecId == added) {
                    state.addInDegree(added, 1);
                }
            } else if (isChild(vecId, node, layer)) {
                if (size == room) {
                    int dropped = lastButChildren(chosen, size, node);
                    if (dropped < next) {
                        state.addInDegree(chosen[dropped], -1);
                        next--;
                    }
                    System.arraycopy(chosen, dropped + 1, chosen, dropped, size - dropped - 1);
                    size--;
                    kept--;
                }
                chosen[size++] = vecId;
            } else if (vecId != added) {
                state.addInDegree(vecId, -1);
            }
        }
        System.arraycopy(chosen, 0, row, 0, size);
        return size;
    }

    /** There is one: a row that is full of children has no room for what was added. */
    private int lastButChildren(int[] chosen, int size, int node) {
        int place = size - 1;
        while (state.parent(chosen[place]) == node) {
            place--;
        }
        return place;
    }

    /** Replaces an edge to a dead node by the best of the dead node's own neighbours. */
    void replace(SearchContext context, int source, int dead, int layer, int[] replacements) {
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
            if (candidate != node && isLinkable(candidate) && !contains(row, count, candidate)) {
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

    static boolean contains(int[] row, int count, int vecId) {
        for (int i = 0; i < count; i++) {
            if (row[i] == vecId) {
                return true;
            }
        }
        return false;
    }
}
