package dev.quiverdb.vector.access;

import dev.quiverdb.storage.access.AccessReader;
import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.filter.AdmissionTest;
import dev.quiverdb.vector.filter.VecIdBitmap;
import dev.quiverdb.vector.graph.Neighbours;
import dev.quiverdb.vector.simd.Metric;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows by ascending distance: those of the index that the snapshot sees, merged with those that the
 * transaction wrote itself. The first rows come of one search; who asks for more gets pages of a
 * search without end, less what was given.
 */
abstract class MergingCursor implements VectorCursor {
    private static final int BATCH = 256;

    final MemorySegment query;
    final Admission admission;
    private final Members members;
    private final StorageGraphBlocks blocks;
    private final AccessReader reader;
    private final Holding holding;
    private final int columnId;
    private final Metric metric;
    private final Neighbours page = new Neighbours();
    private final List<Own> own;
    private final int wanted;
    final boolean filtered;
    private final BitSet given = new BitSet();
    private final Set<Long> givenRows = new HashSet<>();
    private int ownAt;
    private int pageAt;
    private boolean started;
    private boolean ended;

    /** A row of the asking transaction with its distance. */
    private record Own(long rowId, double rank) {}

    MergingCursor(
            IndexedColumn column,
            Holding holding,
            Members members,
            StorageGraphBlocks blocks,
            VectorSearchRequest request,
            AccessReader reader) {
        this.members = members;
        this.blocks = blocks;
        this.reader = reader;
        this.holding = holding;
        this.columnId = column.columnId();
        this.metric = column.operatorClass().metric();
        this.query = holding.form().encode(request.query());
        this.wanted = request.wanted();
        this.own = ownRows(request.filter());
        this.admission = admission(request.filter());
        this.filtered = request.filter() != null;
    }

    /** The first vectors, nearest first. Returns whether there may be more. */
    abstract boolean first(int count, Neighbours into);

    /** More vectors, from the start again or not; none at the end. */
    abstract void more(int count, Neighbours into);

    private List<Own> ownRows(@Nullable RowFilter filter) {
        var rows = new ArrayList<Own>();
        long[] rowId = new long[1];
        boolean[] admitted = {true};
        var ranker = new VectorForm.Ranker[1];
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
                        if (ranker[0] == null) {
                            ranker[0] = holding.form().ranker(query);
                        }
                        double rank = ranker[0].rank(holding.form().encode(row.value()));
                        if (!Double.isNaN(rank)) {
                            rows.add(new Own(row.rowId(), rank));
                        }
                    }
                });
        rows.sort(Comparator.comparingDouble(Own::rank));
        return rows;
    }

    private Admission admission(@Nullable RowFilter filter) {
        return switch (filter) {
            case null -> new VisibleRows(null);
            case RowTest test -> new VisibleRows(test);
            case RowSet rows -> known(rows);
        };
    }

    /** The vectors of a set of rows. */
    private Admission known(RowSet rows) {
        var bitmap = holding.vecIds(reader, rows, members.idsMax());
        return bitmap != null ? bitmap : Admission.and(owned(rows), new VisibleRows(null));
    }

    /** All vectors that belong to rows of a set, whether or not the snapshot sees them. */
    private VecIdBitmap owned(RowSet rows) {
        int end = members.idsMax();
        var bitmap = new VecIdBitmap(end);
        for (int from = 0; from < end; from += BATCH) {
            long ticket = blocks.enter();
            try {
                for (int vecId = from; vecId < Math.min(end, from + BATCH); vecId++) {
                    if (members.isStored(vecId) && rows.contains(members.owner(vecId))) {
                        bitmap.add(vecId);
                    }
                }
            } finally {
                blocks.exit(ticket);
            }
        }
        return bitmap;
    }

    /** Whether all of these are admitted. */
    final boolean admitsAll(Neighbours found) {
        int count = found.count();
        int[] vecIds = new int[count];
        for (int i = 0; i < count; i++) {
            vecIds[i] = found.vecId(i);
        }
        boolean[] seen = new boolean[count];
        ((AdmissionTest) admission).admitMany(vecIds, count, seen);
        for (boolean one : seen) {
            if (!one) {
                return false;
            }
        }
        return true;
    }

    /** Snapshot first, then the filter, which must see no other rows. */
    private final class VisibleRows implements AdmissionTest {
        private final @Nullable RowTest filter;
        private long[] rowIds = new long[64];
        private long[] seenRows = new long[64];
        private boolean[] verdicts = new boolean[64];
        private final int[] one = new int[1];
        private final boolean[] verdict = new boolean[1];
        private @Nullable Admission gathered;

        VisibleRows(@Nullable RowTest filter) {
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
            long ticket = blocks.enter();
            try {
                for (int i = 0; i < count; i++) {
                    rowIds[i] = members.owner(vecIds[i]);
                }
            } finally {
                blocks.exit(ticket);
            }
            holding.visible(reader, vecIds, rowIds, count, admitted);
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

        @Override
        public long testsMax() {
            return filter == null ? Long.MAX_VALUE : filter.testsMax();
        }

        @Override
        public Admission gathered() {
            var known = gathered;
            if (known == null) {
                known = filter == null ? this : known(filter.gather());
                gathered = known;
            }
            return known;
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
                long rowId = ownerOf(page.vecId(pageAt));
                if (!holding.repeatsRows() || givenRows.add(rowId)) {
                    rowIds[count] = rowId;
                    distances[count++] = metric.toDistance(page.distance(pageAt));
                }
                pageAt++;
            }
        }
        return count;
    }

    private long ownerOf(int vecId) {
        long ticket = blocks.enter();
        try {
            return members.owner(vecId);
        } finally {
            blocks.exit(ticket);
        }
    }

    private void turnPage(int room) {
        pageAt = 0;
        int count = Math.max(wanted, room);
        if (!started) {
            started = true;
            page.clear();
            ended = !first(count, page);
            return;
        }
        if (given.isEmpty()) {
            // Most searches end with their first page and need no such set.
            for (int i = 0; i < page.count(); i++) {
                given.set(page.vecId(i));
            }
        }
        do {
            page.clear();
            more(count, page);
            ended = page.count() == 0;
            page.removeIf(given::get);
        } while (!ended && page.count() == 0);
    }
}
