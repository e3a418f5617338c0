package dev.quiverdb.execute;

import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.execute.spill.PagedRows;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one partition in window order, and who is whose peer. Rows beyond work_mem lie in a
 * file; of each of those only a bit stays in memory, which says whether a group of peers begins
 * with it. Filled anew for each partition. Used by one thread.
 */
final class WindowPartition implements AutoCloseable {
    /** Rows between two counts of groups. */
    private static final int STRIDE = 1024;

    private final PagedRows rows;
    private final @Nullable RowOrder order;
    private final Row.OfArray row = new Row.OfArray();

    /** The first rows of the groups of peers. */
    private final BitSet starts = new BitSet();

    /** How many groups begin before each STRIDE'th row. */
    private int[] groupsBefore = new int[16];

    private int groups;
    private @Nullable Object @Nullable [] newestKeys;

    /** The peers that were asked for last, end exclusive, and the number of their group. */
    private int peersStart;

    private int peersEnd;
    private int peersGroup = -1;

    /**
     * @param order null where all rows are peers
     */
    WindowPartition(PagedRows rows, @Nullable RowOrder order) {
        this.rows = rows;
        this.order = order == null || order.size() == 0 ? null : order;
    }

    void clear() {
        rows.clear();
        starts.clear();
        groups = 0;
        newestKeys = null;
        peersStart = 0;
        peersEnd = 0;
        peersGroup = -1;
    }

    /** Takes over the next row in window order. */
    void add(@Nullable Object[] values) {
        int number = rows.size();
        var sorting = order;
        boolean begins = number == 0;
        if (sorting != null) {
            var keys = sorting.keys(row.set(values));
            var before = newestKeys;
            begins |= before == null || sorting.compare(before, keys) != 0;
            newestKeys = keys;
        }
        if (number % STRIDE == 0) {
            if (number / STRIDE >= groupsBefore.length) {
                groupsBefore = Arrays.copyOf(groupsBefore, groupsBefore.length * 2);
            }
            groupsBefore[number / STRIDE] = groups;
        }
        if (begins) {
            starts.set(number);
            groups++;
        }
        rows.add(values);
    }

    int size() {
        return rows.size();
    }

    @Nullable Object[] row(int index) {
        return rows.get(index);
    }

    /** The value of the first key of the order. */
    @Nullable Object orderKey(int index) {
        return order == null ? null : order.key(0, row.set(rows.get(index)));
    }

    private void findPeers(int index) {
        if (index >= peersStart && index < peersEnd) {
            return;
        }
        boolean next = index == peersEnd && peersGroup >= 0;
        peersStart = starts.previousSetBit(index);
        int end = starts.nextSetBit(index + 1);
        peersEnd = end < 0 ? rows.size() : end;
        peersGroup = next ? peersGroup + 1 : -1;
    }

    /** The first of a row's peers. */
    int peersStart(int index) {
        findPeers(index);
        return peersStart;
    }

    /** Behind the last of a row's peers. */
    int peersEnd(int index) {
        findPeers(index);
        return peersEnd;
    }

    boolean arePeers(int one, int other) {
        findPeers(one);
        return other >= peersStart && other < peersEnd;
    }

    /** The number of a row's group, counted from 0. */
    int group(int index) {
        findPeers(index);
        if (peersGroup < 0) {
            int count = groupsBefore[peersStart / STRIDE];
            int from = peersStart / STRIDE * STRIDE;
            for (int at = starts.nextSetBit(from);
                    at >= 0 && at < peersStart;
                    at = starts.nextSetBit(at + 1)) {
                count++;
            }
            peersGroup = count;
        }
        return peersGroup;
    }

    int groups() {
        return groups;
    }

    /** First row of a group; for the number after the last one the partition's size. */
    int groupStart(long number) {
        if (number <= 0) {
            return 0;
        }
        if (number >= groups) {
            return rows.size();
        }
        int strides = (rows.size() + STRIDE - 1) / STRIDE;
        int low = 0;
        for (int high = strides - 1; low < high; ) {
            int middle = (low + high + 1) >>> 1;
            if (groupsBefore[middle] <= number) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        int at = starts.nextSetBit(low * STRIDE);
        for (long left = number - groupsBefore[low]; left > 0; left--) {
            at = starts.nextSetBit(at + 1);
        }
        return at;
    }

    @Override
    public void close() {
        clear();
    }
}
