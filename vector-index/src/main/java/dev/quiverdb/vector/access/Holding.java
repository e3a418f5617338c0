package dev.quiverdb.vector.access;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.access.AccessReader;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.vector.filter.VecIdBitmap;
import dev.quiverdb.vector.simd.VectorSlots;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where an index's vectors are: in the column's slots, or in storage of the index's own, whose
 * vecIds are the index's own as well. The applying thread alone calls {@link #come} and {@link
 * #go}, in its writer's visit; a build calls {@link #come} in a visit of its own.
 */
interface Holding {
    VectorForm form();

    /** Fixed-stride slots; throws where values have no fixed stride. */
    VectorSlots slots();

    /** The vector of a row version that comes, stored if need be; -1 for NULL. */
    int come(RowView row, long rowId);

    /** The vector of a row version that goes; -1 for NULL. */
    int go(RowView row, long rowId);

    /** Whether distances to a stored vector mean anything. In a visit. */
    boolean isRankable(int vecId);

    /** A vector is out of the index; its place may be used again. Any thread. */
    void released(int vecId);

    /** As {@link AccessReader#visible} by this holding's vecIds. In no visit. */
    void visible(AccessReader reader, int[] vecIds, long[] rowIds, int count, boolean[] visible);

    /**
     * The vectors of rows: those of the visible versions, none for rows with own writes. In no
     * visit. Null where rows do not lead to their vectors.
     */
    @Nullable VecIdBitmap vecIds(AccessReader reader, RowSet rows, int idsMax);

    /** Whether one row may be in the index twice, as versions of equal value. */
    boolean repeatsRows();

    void save(ByteWriter out);

    /** Fills a holding that was just made from what {@link #save} wrote. */
    void restore(ByteBuffer in);

    /** Hears of a vector that is in the index after a restart. In a visit. */
    void adopt(int vecId, long rowId);

    /**
     * Hears of a vector that no row has any more but that searches may still meet after a restart:
     * its value stays until it is {@link #released}. In a visit.
     */
    void occupied(int vecId);

    /** Hears that all were adopted: what was not is free. */
    void adopted();

    /** Size of the index's own blocks of vectors; 0 where they lie in the column's slots. */
    long bytes();

    void drop();
}
