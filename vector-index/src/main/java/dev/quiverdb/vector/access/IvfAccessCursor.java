package dev.quiverdb.vector.access;

import dev.quiverdb.storage.access.AccessReader;
import dev.quiverdb.vector.flat.NearestHeap;
import dev.quiverdb.vector.graph.Neighbours;
import dev.quiverdb.vector.graph.Tail;
import dev.quiverdb.vector.ivf.IvfCursor;
import dev.quiverdb.vector.ivf.IvfIndex;
import dev.quiverdb.vector.simd.QueryVector;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** Rows by lists, and by comparing what waits for a list. */
final class IvfAccessCursor extends MergingCursor {
    private final IvfAccessIndex access;
    private final IvfIndex index;
    private final Tail.View waiting;
    private final VectorEffort.Lists effort;
    private final QueryVector bound;
    private @Nullable IvfCursor cursor;
    private @Nullable VectorSearchStatistics statistics;

    IvfAccessCursor(
            IvfAccessIndex access,
            VectorSearchRequest request,
            VectorEffort.Lists effort,
            AccessReader reader) {
        super(access.column(), access.holding(), access, access.blocks(), request, reader);
        this.access = access;
        this.effort = effort;
        // In this order: what finds its list between the two is in both.
        this.waiting = access.waiting();
        this.index = access.lists();
        var slots = access.holding().slots();
        this.bound = new QueryVector(slots.kind(), slots.dimensions(), Arena.ofAuto());
        bound.setBytes(query, 0);
    }

    @Override
    boolean first(int count, Neighbours into) {
        var search = index.takeSearch();
        try {
            var found =
                    search.search(
                            bound,
                            access.effort(effort, count),
                            waiting,
                            access::isThere,
                            access.visits(),
                            admission);
            take(found, into);
            var known = search.statistics();
            statistics =
                    new VectorSearchStatistics(
                            known.lists() > 0 ? "lists" : "matching rows one by one",
                            known.lists(),
                            known.scanned(),
                            known.distances(),
                            waiting.size(),
                            known.tested(),
                            known.admitted());
            return found.count() == count;
        } finally {
            index.giveSearch(search);
        }
    }

    private static void take(NearestHeap found, Neighbours into) {
        for (int i = 0; i < found.count(); i++) {
            // One that changed its list meanwhile was met twice.
            if (i == 0
                    || found.vecId(i) != found.vecId(i - 1)
                    || found.rank(i) != found.rank(i - 1)) {
                into.add(found.vecId(i), found.rank(i));
            }
        }
    }

    @Override
    void more(int count, Neighbours into) {
        long ticket = access.blocks().enter();
        try {
            var going = cursor;
            if (going == null) {
                going = index.openCursor(bound, access.effort(effort, count), waiting, admission);
                cursor = going;
            }
            while (into.count() < count && going.advance()) {
                into.add(going.vecId(), going.rank());
            }
        } finally {
            access.blocks().exit(ticket);
        }
    }

    @Override
    public @Nullable VectorSearchStatistics statistics() {
        return statistics;
    }

    @Override
    public void close() {}
}
