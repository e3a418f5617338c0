package dev.quiverdb.execute.function;

import dev.quiverdb.base.batch.Column;
import org.jspecify.annotations.Nullable;

/**
 * The running states of one aggregate over all groups of a table, in arrays by the group's number,
 * fed by the column. What has one gives the same results as its {@link Accumulator}; it exists
 * where no row needs an object.
 */
public interface GroupAccumulator {
    /** Makes room for groups up to but without {@code count}; called before they are added to. */
    void grow(int count);

    /**
     * Takes rows of a batch.
     *
     * @param groups the group of each physical row
     * @param argument null where the aggregate has none
     * @param rows the physical rows that count
     */
    void add(int[] groups, @Nullable Column argument, int[] rows, int count);

    /** Takes rows that all belong to one group. */
    void addTo(int group, @Nullable Column argument, int[] rows, int count);

    @Nullable Object result(int group);

    /** Bytes of state for one group. */
    int groupBytes();
}
