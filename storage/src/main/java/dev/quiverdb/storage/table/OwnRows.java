package dev.quiverdb.storage.table;

import org.jspecify.annotations.Nullable;

/**
 * The rows of one stripe that the reading transaction wrote itself. They hide what the stripe has
 * in their slots.
 */
public interface OwnRows {
    int count();

    /** The slot of the i-th own row, ascending. */
    int slot(int index);

    /**
     * The values that the reader sees, for the positions asked for; null where it sees no row.
     *
     * @param out receives them at 0, 1...
     */
    boolean read(int index, Layout layout, int[] positions, @Nullable Object[] out);
}
