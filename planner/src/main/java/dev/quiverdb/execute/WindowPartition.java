package dev.quiverdb.execute;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of one partition in window order, and who is whose peer. */
final class WindowPartition {
    static final WindowPartition EMPTY = new WindowPartition(List.of(), List.of(), null);

    private final List<@Nullable Object[]> rows;
    private final List<@Nullable Object[]> orderKeys;

    /** For each row the first and the end (exclusive) of its peers, and the number of its group. */
    private final int[] peersStart;

    private final int[] peersEnd;
    private final int[] group;
    private final int[] groupStarts;

    WindowPartition(
            List<@Nullable Object[]> rows,
            List<@Nullable Object[]> orderKeys,
            @Nullable RowOrder order) {
        this.rows = rows;
        this.orderKeys = orderKeys;
        int size = rows.size();
        peersStart = new int[size];
        peersEnd = new int[size];
        group = new int[size];
        int[] starts = new int[size + 1];
        int groups = 0;
        for (int i = 0; i < size; ) {
            int end = i + 1;
            while (end < size
                    && (order == null
                            || order.compare(orderKeys.get(i), orderKeys.get(end)) == 0)) {
                end++;
            }
            for (int j = i; j < end; j++) {
                peersStart[j] = i;
                peersEnd[j] = end;
                group[j] = groups;
            }
            starts[groups++] = i;
            i = end;
        }
        starts[groups] = size;
        groupStarts = java.util.Arrays.copyOf(starts, groups + 1);
    }

    int size() {
        return rows.size();
    }

    @Nullable Object[] row(int index) {
        return rows.get(index);
    }

    @Nullable Object orderKey(int index, int key) {
        return orderKeys.get(index)[key];
    }

    int peersStart(int index) {
        return peersStart[index];
    }

    int peersEnd(int index) {
        return peersEnd[index];
    }

    int group(int index) {
        return group[index];
    }

    int groups() {
        return groupStarts.length - 1;
    }

    /** First row of a group; for the number after the last one the partition's size. */
    int groupStart(long number) {
        return groupStarts[(int) Math.max(0, Math.min(number, groups()))];
    }
}
