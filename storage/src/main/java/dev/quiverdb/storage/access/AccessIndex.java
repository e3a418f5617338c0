package dev.quiverdb.storage.access;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.AccessCursor;
import dev.quiverdb.storage.AccessRequest;
import java.util.List;

/**
 * One index. The applying thread alone calls {@link #insert}, {@link #delete}, {@link #unlink} and
 * {@link #drop}, inside a writer's visit, in log order; they never fail and never wait for a
 * reader. Searches come from any thread at any time, in no visit.
 */
public interface AccessIndex extends AutoCloseable {
    /** A row version came that belongs to this index. */
    void insert(RowView row, long rowId, long commit);

    /**
     * A row version went.
     *
     * @param forSnapshots whether open snapshots may still look for it; the row tells them whether
     *     it counts
     */
    void delete(RowView row, long rowId, long commit, boolean forSnapshots);

    /**
     * These vectors of a column are needed by nobody; after the call no search touches their slots,
     * which get new vectors. Nothing for indexes that do not read slots.
     */
    default void unlink(int columnId, int[] vecIds) {}

    /** Every open snapshot sees what was committed up to here. Any thread. */
    default void prune(long horizon) {}

    /**
     * Writes what {@link AccessMethod#open} needs, between two log entries, in a writer's visit.
     */
    void save(ByteWriter out);

    /**
     * Approximate size of its blocks and of what it keeps in memory besides. Any thread, no visit.
     */
    long bytes();

    /** Gives all blocks back. */
    void drop();

    /** Names what is wrong inside; nothing if all is well. In no visit. */
    List<String> check();

    /** Searches. Methods without an order by distance throw UnsupportedOperationException. */
    AccessCursor search(AccessRequest request, AccessReader reader);

    /** Stops background work; keeps blocks. */
    @Override
    default void close() {}
}
