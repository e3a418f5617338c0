package dev.quiverdb.vector.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Reads a whole quiet graph and says which of the README's invariants do not hold. */
final class GraphCheck {
    private static final int COMPLAINTS_MAX = 100;

    private final GraphState state;
    private final List<String> complaints = new ArrayList<>();

    GraphCheck(GraphState state) {
        this.state = state;
    }

    List<String> run() {
        int[] inDegrees = new int[state.idsMax()];
        int[] row = new int[state.rowRoom(0)];
        for (int id = 0; id < state.idsMax(); id++) {
            int flags = state.flags(id);
            if (flags == 0) {
                continue;
            }
            for (int layer = 0; layer <= (flags & 0xff); layer++) {
                checkRow(id, layer, row, inDegrees);
            }
        }
        for (int id = 0; id < state.idsMax(); id++) {
            if (state.flags(id) != 0 && state.inDegree(id) != inDegrees[id]) {
                complain(
                        "node %d counts %d rows that point to it, there are %d"
                                .formatted(id, state.inDegree(id), inDegrees[id]));
            }
        }
        checkEntry();
        int lost = lost().cardinality();
        if (lost > 0) {
            complain(lost + " live nodes are out of reach from the entry");
        }
        var reached = new SpanningTree(state, new RowWriter(state)).reachedByTree();
        for (int id = 0; id < state.idsMax(); id++) {
            if (isToBeReached(id) && !reached.get(id)) {
                complain("no edges of the spanning tree lead to node " + id);
            }
        }
        return complaints;
    }

    private void checkRow(int id, int layer, int[] row, int[] inDegrees) {
        int count = state.neighbours(id, layer, row);
        var seen = new BitSet();
        for (int i = 0; i < count; i++) {
            int target = row[i];
            if (!isNode(target)) {
                complain(
                        "node %d points to %d on layer %d, which is no node"
                                .formatted(id, target, layer));
                continue;
            }
            inDegrees[target]++;
            if (target == id) {
                complain("node %d points to itself on layer %d".formatted(id, layer));
            }
            if (state.level(target) < layer) {
                complain(
                        "node %d points to %d on layer %d, above its level %d"
                                .formatted(id, target, layer, state.level(target)));
            }
            if (seen.get(target)) {
                complain("node %d points to %d twice on layer %d".formatted(id, target, layer));
            }
            seen.set(target);
        }
    }

    private void checkEntry() {
        int entry = state.entryId();
        for (int id = 0; id < state.idsMax(); id++) {
            if (state.isLive(id)) {
                if (entry < 0) {
                    complain("node %d is linked but the graph has no entry".formatted(id));
                    return;
                }
                if (state.level(id) > state.entryLevel()) {
                    complain(
                            "node %d of level %d stands above the entry's level %d"
                                    .formatted(id, state.level(id), state.entryLevel()));
                }
            }
        }
        if (entry >= 0 && state.level(entry) != state.entryLevel()) {
            complain(
                    "entry %d has level %d, not %d"
                            .formatted(entry, state.level(entry), state.entryLevel()));
        }
    }

    private boolean isNode(int vecId) {
        return vecId >= 0 && vecId < state.idsMax() && state.flags(vecId) != 0;
    }

    /** Dead nodes too, until they are cut out: children of theirs may be alive. */
    private boolean isToBeReached(int id) {
        int flags = state.flags(id);
        return (flags & (GraphState.LINKED | GraphState.CUT)) == GraphState.LINKED
                && ((flags & GraphState.DEAD) == 0 || state.isAttached(id));
    }

    /** Returns the live nodes that no path of the ground layer leads to from the entry. */
    BitSet lost() {
        var lost = new BitSet();
        for (int id = 0; id < state.idsMax(); id++) {
            if (state.isLive(id)) {
                lost.set(id);
            }
        }
        if (state.entryId() >= 0) {
            strikeReachable(state.entryId(), lost);
        }
        return lost;
    }

    private void strikeReachable(int from, BitSet lost) {
        var seen = new BitSet();
        int[] queue = new int[64];
        int end = 0;
        int[] row = new int[state.rowRoom(0)];
        queue[end++] = from;
        seen.set(from);
        for (int at = 0; at < end; at++) {
            lost.clear(queue[at]);
            int count = state.neighbours(queue[at], 0, row);
            for (int i = 0; i < count; i++) {
                if (isNode(row[i]) && !seen.get(row[i])) {
                    seen.set(row[i]);
                    if (end == queue.length) {
                        queue = Arrays.copyOf(queue, end * 2);
                    }
                    queue[end++] = row[i];
                }
            }
        }
    }

    private void complain(String complaint) {
        if (complaints.size() < COMPLAINTS_MAX) {
            complaints.add(complaint);
        }
    }
}
