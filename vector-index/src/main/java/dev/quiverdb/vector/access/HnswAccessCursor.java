package dev.quiverdb.vector.access;

import dev.quiverdb.storage.access.AccessReader;
import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.graph.HnswIndex;
import dev.quiverdb.vector.graph.Neighbours;
import dev.quiverdb.vector.graph.SearchCursor;
import dev.quiverdb.vector.graph.SearchMode;
import dev.quiverdb.vector.graph.SearchParameters;
import dev.quiverdb.vector.graph.SearchStatistics;
import org.jspecify.annotations.Nullable;

/** Rows by a graph. */
final class HnswAccessCursor extends MergingCursor {
    private final HnswAccessIndex access;
    private final HnswIndex index;
    private final SearchParameters parameters;
    private final boolean once;
    private final int most;
    private @Nullable SearchCursor cursor;
    private @Nullable SearchStatistics statistics;

    HnswAccessCursor(
            HnswAccessIndex access,
            VectorSearchRequest request,
            VectorEffort.Graph effort,
            AccessReader reader) {
        super(access.column(), access.holding(), access, access.blocks(), request, reader);
        this.access = access;
        this.index = access.index();
        this.once = effort.once();
        this.parameters = access.parameters(effort);
        this.most = effort.parameters().efSearch();
    }

    @Override
    boolean first(int count, Neighbours into) {
        int k = once ? Math.min(count, most) : count;
        if (parameters.bounded()) {
            more(k, into);
            return !once && into.count() == k;
        }
        if (!filtered && access.trustsVectors()) {
            // Nearly all vectors are rows that this snapshot sees: look first, ask then.
            statistics = index.search(query, k, parameters, Admission.ALL, into);
            if (admitsAll(into)) {
                return !once && into.count() == k;
            }
            access.distrustVectors();
            into.clear();
        }
        statistics = index.search(query, k, parameters, admission, into);
        return !once && into.count() == k;
    }

    @Override
    void more(int count, Neighbours into) {
        var going = cursor;
        if (going == null) {
            going = index.openCursor(query, parameters, admission);
            cursor = going;
        }
        going.next(count, into);
        statistics = going.statistics();
    }

    @Override
    public @Nullable VectorSearchStatistics statistics() {
        var known = statistics;
        return known == null
                ? null
                : new VectorSearchStatistics(
                        mode(known.mode()),
                        known.visits(),
                        known.distances(),
                        known.reranked(),
                        known.tailScanned(),
                        known.tested(),
                        known.passed());
    }

    private static String mode(SearchMode mode) {
        return switch (mode) {
            case GATED -> "graph";
            case ADMITTED_ONLY -> "graph of matching rows";
            case EXACT_FEW -> "matching rows one by one";
            case EXACT_REST -> "graph, then all rows";
        };
    }

    @Override
    public void close() {
        if (cursor != null) {
            cursor.close();
        }
    }
}
