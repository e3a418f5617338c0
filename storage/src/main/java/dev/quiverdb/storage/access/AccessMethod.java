package dev.quiverdb.storage.access;

import dev.quiverdb.storage.BuildProgress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A way to index, such as {@code btree} or {@code hnsw}. Registered before the storage opens.
 * Thread-safe.
 */
public interface AccessMethod {
    /** What stands behind USING. */
    String name();

    /**
     * Makes an empty index, in a writer's visit, between two log entries. Must not fail: what is
     * wrong with a spec is said by {@link #validate}.
     */
    AccessIndex create(AccessContext context);

    /** Opens an index after a restart, in no visit, from what {@link AccessIndex#save} wrote. */
    AccessIndex open(AccessContext context, ByteBuffer saved);

    /**
     * Builds an index over rows that nobody changes meanwhile. Runs in the session before its
     * commit; in no visit. What it returns either becomes the index at commit or is dropped. Where
     * it is missing (replay after a crash), the index is made by {@link #create} and one {@link
     * AccessIndex#insert} per row.
     */
    AccessIndex build(AccessContext context, RowSource rows, BuildProgress progress);

    /** Throws the user's error about an index that this method cannot make. */
    void validate(AccessContext context);

    /** Tells what the user should know about an index that begins with so many rows. */
    default void announce(AccessContext context, long rows, BuildProgress progress) {}

    /** What an index demands of rows that come; null for nothing. */
    default @Nullable RowGuard guard(AccessContext context) {
        return null;
    }
}
