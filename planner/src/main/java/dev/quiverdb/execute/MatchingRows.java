package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.plan.Family;
import dev.quiverdb.plan.Matching;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.vector.access.RowSet;
import dev.quiverdb.vector.access.RowTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows that pass a vector search's filter (WHERE and row-level security): as a set, where an
 * index finds few, or row by row while the search goes on, until finding them all by one scan of
 * the filter's columns has become the cheaper way. Remembers from one execution to the next which
 * of these it was for the same parameters. All rows are those that the transaction sees.
 */
final class MatchingRows implements RowTest {
    /** A test reads a row at random: as dear as so many rows of a scan. */
    private static final int SCANNED_PER_TEST = 20;

    /** The same where the filter itself is dear: subqueries and functions with bodies. */
    private static final int SCANNED_PER_DEAR_TEST = 3;

    /** Below this a scan is not worth its beginning. */
    private static final long TESTS_MIN = 256;

    /** An index is asked for no more than this share of the table: then a scan is as cheap. */
    private static final double BY_INDEX_SHARE = 0.125;

    private final Matching matching;
    private final SeqScanOperator scan;
    private final @Nullable IndexScanOperator byIndex;
    private final int scanRowId;
    private final int indexRowId;
    private final int[] parameters;
    private final long testsWorth;

    private boolean mayScan;
    private long asked;
    private long passed;
    private @Nullable RowSet found;
    private String way = "";

    // What the last execution found, and for which parameters.
    private List<@Nullable Object> lastParameters = List.of();
    private boolean lastTooManyByIndex;
    private boolean lastTooManyTests;
    private boolean everOpened;

    MatchingRows(Matching matching, Compiler compiler) {
        this.matching = matching;
        scan = new SeqScanOperator(matching.scan(), compiler);
        var index = matching.byIndex();
        byIndex = index == null ? null : new IndexScanOperator(index, compiler);
        scanRowId = rowIdColumn(matching.scan().source());
        indexRowId = index == null ? -1 : rowIdColumn(index.source());
        parameters = matching.parameters();
        testsWorth = matching.isDear() ? SCANNED_PER_DEAR_TEST : SCANNED_PER_TEST;
    }

    private static int rowIdColumn(Plan.TableSource source) {
        return source.positions().indexOf(Plan.ROW_ID);
    }

    /**
     * Begins an execution.
     *
     * @param allByScan whether all rows that pass may be looked for by reading the table
     */
    void open(boolean allByScan) {
        close();
        mayScan = allByScan;
        asked = 0;
        passed = 0;
        found = null;
        way = "";
        var all = scan.frame.context().parameters();
        var now = new ArrayList<@Nullable Object>();
        for (int number : parameters) {
            now.add(number < all.size() ? all.get(number) : null);
        }
        if (!everOpened || !now.equals(lastParameters)) {
            lastTooManyByIndex = false;
            lastTooManyTests = false;
            lastParameters = now;
            everOpened = true;
        }
    }

    /**
     * The rows, where it is known beforehand that to find them all is the better way; null where
     * the search had better begin by testing.
     *
     * @param effort vectors that the search keeps in view
     */
    @Nullable RowSet few(int effort) {
        var few = byIndex(wantedByIndex(effort));
        if (few != null) {
            return few;
        }
        return mayScan && lastTooManyTests ? gather() : null;
    }

    /**
     * To how many rows an index is asked: looking at each of them then costs about what a walk does
     * that has to pass by all the others.
     */
    private long wantedByIndex(int effort) {
        double rows = matching.tableRows();
        double balance = 4 * Math.sqrt(effort * rows);
        return (long) Math.max(1000, Math.min(BY_INDEX_SHARE * rows, balance));
    }

    /** The rows by an index if there are at most so many, else null. */
    @Nullable RowSet byIndex(long most) {
        var operator = byIndex;
        if (operator == null || lastTooManyByIndex) {
            return null;
        }
        var rows = new RowIds();
        operator.open();
        try {
            if (operator.hasFilter()) {
                for (var batch = operator.next(); batch != null; batch = operator.next()) {
                    rows.add(batch, indexRowId);
                    if (rows.count > most) {
                        break;
                    }
                }
            } else {
                long[] page = new long[Batch.ROWS_MAX];
                for (int count = operator.nextIds(page);
                        count > 0 && rows.count <= most;
                        count = operator.nextIds(page)) {
                    rows.add(page, count);
                }
            }
        } finally {
            operator.close();
        }
        if (rows.count > most) {
            lastTooManyByIndex = true;
            return null;
        }
        found = rows.set();
        way = "by " + operator.indexName();
        return found;
    }

    @Override
    public void admit(long[] rowIds, int count, boolean[] admitted) {
        Arrays.fill(admitted, 0, count, false);
        int[] places = new int[Math.min(count, Batch.ROWS_MAX)];
        for (int from = 0; from < count; from += Batch.ROWS_MAX) {
            scan.frame.context().checkCancelled();
            int size = Math.min(Batch.ROWS_MAX, count - from);
            long[] page = from == 0 ? rowIds : Arrays.copyOfRange(rowIds, from, from + size);
            int passing = scan.passing(page, size, places);
            for (int i = 0; i < passing; i++) {
                admitted[from + places[i]] = true;
            }
            passed += passing;
        }
        asked += count;
    }

    @Override
    public double passRate() {
        return (passed + 1.0) / (asked + 2.0);
    }

    @Override
    public long testsMax() {
        return mayScan
                ? Math.max(TESTS_MIN, (long) (matching.tableRows() / testsWorth))
                : Long.MAX_VALUE;
    }

    @Override
    public RowSet gather() {
        var known = found;
        if (known != null) {
            return known;
        }
        var rows = new RowIds();
        scan.open();
        try {
            for (var batch = scan.next(); batch != null; batch = scan.next()) {
                rows.add(batch, scanRowId);
            }
        } finally {
            scan.close();
        }
        known = rows.set();
        found = known;
        way = asked == 0 ? "by a scan" : "by a scan after " + asked + " tests";
        lastTooManyTests = known.size() < matching.tableRows() / 2;
        return known;
    }

    /** The set that was found, if one was. */
    @Nullable RowSet found() {
        return found;
    }

    /** How the rows were found, for EXPLAIN; null where the search tested them. */
    @Nullable String description() {
        return found == null ? null : found.size() + " " + way;
    }

    void close() {
        scan.close();
        if (byIndex != null) {
            byIndex.close();
        }
    }

    /** Row ids as they come. */
    private static final class RowIds {
        private long[] ids = new long[256];
        private int count;

        void add(long[] page, int size) {
            room(size);
            System.arraycopy(page, 0, ids, count, size);
            count += size;
        }

        void add(Batch batch, int column) {
            room(batch.size());
            var values = (LongColumn) batch.column(column);
            for (int i = 0; i < batch.size(); i++) {
                ids[count++] = Family.local(values.value(batch.row(i)));
            }
        }

        private void room(int more) {
            if (count + more > ids.length) {
                ids = Arrays.copyOf(ids, Math.max(count + more, 2 * ids.length));
            }
        }

        RowSet set() {
            return RowSet.of(ids, count);
        }
    }
}
