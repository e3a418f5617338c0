package dev.quiverdb.vector.access;

import dev.quiverdb.storage.AccessCursor;
import dev.quiverdb.storage.access.AccessReader;
import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.filter.AdmissionTest;
import dev.quiverdb.vector.filter.VecIdBitmap;
import dev.quiverdb.vector.graph.HnswIndex;
import dev.quiverdb.vector.graph.Neighbours;
import dev.quiverdb.vector.graph.SearchCursor;
import dev.quiverdb.vector.graph.SearchParameters;
import dev.quiverdb.vector.graph.SearchStatistics;
import dev.quiverdb.vector.simd.DistanceFunction;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.QueryVector;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/**
 * Rows by ascending distance: those of the index that the snapshot sees, merged with those that the
 * transaction wrote itself. The first rows come of one bounded search; who asks for more begins a
 * resumable one, which leaves out what was given.
 */
final class HnswAccessCursor implements AccessCursor {
    private static final int BATCH = 256;

    /** A filter that admits more than this is cheaper to ask along the way. */
    private static final double SET_SHARE_MAX = 0.6;

    private final HnswIndex index;
    private final StorageGraphBlocks blocks;
    private final AccessReader reader;
    private final int columnId;
    private final Metric metric;
    private final MemorySegment query;
    private final SearchParameters parameters;
    private final Admission admission;
    private final Neighbours page = new Neighbours();
    private final List<Own> own;
    private int ownAt;
    private int pageAt;
    private int wanted;
    private boolean started;
    private boolean ended;
    private final BitSet given = new BitSet();
    private @Nullable SearchCursor cursor;
    private @Nullable SearchStatistics statistics;

    /** A row of the asking transaction with its distance. */
    private record Own(long rowId, double rank) {}

    HnswAccessCursor(
            HnswAccessIndex access,
            StorageSlots slots,
            VectorSearchRequest request,
            AccessReader reader) {
        this.index = access.index();
        this.blocks = access.blocks();
        this.reader = reader;
        this.columnId = access.column().columnId();
        this.metric = access.column().operatorClass().metric();
        this.query = VectorValues.encode(request.query(), slots.kind(), slots.dimensions());
        this.wanted = request.wanted();
        var asked = request.parameters();
        this.parameters = asked.withEfSearch(access.effortByCodes(asked.efSearch()));
        this.own = ownRows(slots, request);
        this.admission = admission(request.filter());
    }

    private List<Own> ownRows(StorageSlots slots, VectorSearchRequest request) {
        var function = DistanceFunction.of(metric, slots.kind(), slots.dimensions());
        var rows = new ArrayList<Own>();
        var filter = request.filter();
        long[] rowId = new long[1];
        boolean[] admitted = {true};
        var bound = new QueryVector[1];
        reader.ownRows(
                columnId,
                row -> {
                    if (row.value() == null) {
                        return;
                    }
                    rowId[0] = row.rowId();
                    if (filter != null) {
                        filter.admit(rowId, 1, admitted);
                    }
                    if (admitted[0]) {
                        if (bound[0] == null) {
                            bound[0] =
                                    new QueryVector(
                                            slots.kind(), slots.dimensions(), Arena.ofAuto());
                            bound[0].setBytes(query, 0);
                        }
                        var value =
                                VectorValues.encode(row.value(), slots.kind(), slots.dimensions());
                        rows.add(new Own(row.rowId(), function.rank(bound[0], value, 0)));
                    }
                });
        rows.sort(Comparator.comparingDouble(Own::rank));
        return rows;
    }

    private Admission admission(@Nullable RowFilter filter) {
        var visible = new VisibleRows(filter);
        if (filter == null || !filter.isSet() || filter.passRate() > SET_SHARE_MAX) {
            return visible;
        }
        return Admission.and(known(filter), visible);
    }

    /** Asks a set of rows about every vector beforehand. */
    private VecIdBitmap known(RowFilter filter) {
        int end = index.idsMax();
        var bitmap = new VecIdBitmap(end);
        int[] vecIds = new int[BATCH];
        long[] rowIds = new long[BATCH];
        boolean[] admitted = new boolean[BATCH];
        for (int from = 0; from < end; from += BATCH) {
            long ticket = blocks.enter();
            int count = 0;
            try {
                for (int vecId = from; vecId < Math.min(end, from + BATCH); vecId++) {
                    if (index.isStored(vecId)) {
                        vecIds[count] = vecId;
                        rowIds[count++] = index.owner(vecId);
                    }
                }
            } finally {
                blocks.exit(ticket);
            }
            filter.admit(rowIds, count, admitted);
            for (int i = 0; i < count; i++) {
                if (admitted[i]) {
                    bitmap.add(vecIds[i]);
                }
            }
        }
        return bitmap;
    }

    /** Snapshot first, then the filter, which must see no other rows. */
    private final class VisibleRows implements AdmissionTest {
        private final @Nullable RowFilter filter;
        private long[] rowIds = new long[64];
        private long[] seenRows = new long[64];
        private boolean[] verdicts = new boolean[64];
        private final int[] one = new int[1];
        private final boolean[] verdict = new boolean[1];

        VisibleRows(@Nullable RowFilter filter) {
            this.filter = filter;
        }

        @Override
        public boolean admits(int vecId) {
            one[0] = vecId;
            admitMany(one, 1, verdict);
            return verdict[0];
        }

        @Override
        public void admitMany(int[] vecIds, int count, boolean[] admitted) {
            if (rowIds.length < count) {
                rowIds = new long[count];
                seenRows = new long[count];
                verdicts = new boolean[count];
            }
            for (int i = 0; i < count; i++) {
                rowIds[i] = index.owner(vecIds[i]);
            }
            reader.visible(columnId, vecIds, rowIds, count, admitted);
            if (filter == null) {
                return;
            }
            int seen = 0;
            for (int i = 0; i < count; i++) {
                if (admitted[i]) {
                    seenRows[seen++] = rowIds[i];
                }
            }
            if (seen > 0) {
                filter.admit(seenRows, seen, verdicts);
            }
            for (int i = 0, next = 0; i < count; i++) {
                if (admitted[i]) {
                    admitted[i] = verdicts[next++];
                }
            }
        }

        @Override
        public double passRate(long liveCount) {
            return filter == null ? 1 : filter.passRate();
        }
    }

    @Override
    public int next(long[] rowIds, double[] distances) {
        int count = 0;
        while (count < rowIds.length) {
            if (pageAt == page.count() && !ended) {
                turnPage(rowIds.length);
                continue;
            }
            boolean fromIndex = pageAt < page.count();
            boolean fromOwn = ownAt < own.size();
            if (!fromIndex && !fromOwn) {
                break;
            }
            if (fromOwn && (!fromIndex || own.get(ownAt).rank <= page.distance(pageAt))) {
                rowIds[count] = own.get(ownAt).rowId;
                distances[count++] = metric.toDistance(own.get(ownAt++).rank);
            } else {
                int vecId = page.vecId(pageAt);
                rowIds[count] = ownerOf(vecId);
                distances[count++] = metric.toDistance(page.distance(pageAt++));
            }
        }
        return count;
    }

    private long ownerOf(int vecId) {
        long ticket = blocks.enter();
        try {
            return index.owner(vecId);
        } finally {
            blocks.exit(ticket);
        }
    }

    private void turnPage(int room) {
        pageAt = 0;
        if (!started) {
            started = true;
            int k = Math.max(wanted, room);
            statistics = index.search(query, k, parameters, admission, page);
            ended = page.count() < k;
            for (int i = 0; i < page.count(); i++) {
                given.set(page.vecId(i));
            }
            return;
        }
        var going = cursor;
        if (going == null) {
            going = index.openCursor(query, parameters, admission);
            cursor = going;
        }
        do {
            going.next(Math.max(wanted, room), page);
            ended = page.count() == 0;
            page.removeIf(given::get);
        } while (!ended && page.count() == 0);
    }

    /** Returns what the search did; null before the first rows. */
    @Nullable SearchStatistics statistics() {
        return statistics;
    }

    @Override
    public void close() {
        if (cursor != null) {
            cursor.close();
        }
    }
}
