package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.table.Snapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What serializable isolation knows of one transaction: its snapshot, its fate, and its edges. An
 * edge from a reader to a writer says that the reader did not see what the writer wrote, so that in
 * every serial order the reader comes first. Guarded by {@link Serializability}.
 */
final class Serializable {
    final long transactionId;
    boolean readOnly;
    @Nullable Snapshot snapshot;

    /** Whose it is; null before its snapshot. */
    @Nullable LockOwner owner;

    /** Those whose end it waits for, to have a safe snapshot. */
    Set<Serializable> awaited = Set.of();

    /** When it commits or committed; Long.MAX_VALUE before. */
    long commit = Long.MAX_VALUE;

    /**
     * When it was prepared, on the same scale; for one committed without, when it committed. From
     * then on nothing can keep it from being the first of a dangerous structure to commit.
     */
    long preparedAt = Long.MAX_VALUE;

    boolean prepared;
    boolean published;
    boolean ended;

    /** Somebody else found that this one must give way. */
    boolean doomed;

    /** A read-only transaction that nothing can touch; it is not tracked. */
    boolean safe;

    boolean wrote;

    /** Those who read what this one overwrote. */
    final Set<Serializable> in = new HashSet<>();

    /** Those who overwrote what this one read. */
    final Set<Serializable> out = new HashSet<>();

    /** The least commit of those in {@link #out} that were forgotten. */
    long leastForgottenOut = Long.MAX_VALUE;

    /** How many single rows and ranges it read, by tablet. */
    final Map<Integer, Integer> rowsRead = new HashMap<>();

    /** How many rows it wrote, by tablet; a row as often as it was written. */
    final Map<Integer, Integer> rowsWritten = new HashMap<>();

    Serializable(long transactionId, boolean readOnly) {
        this.transactionId = transactionId;
        this.readOnly = readOnly;
    }

    /** The process whose it is, or -1. */
    long process() {
        return owner == null ? -1 : owner.process;
    }

    boolean committed() {
        return commit != Long.MAX_VALUE;
    }

    /** Whether what the other wrote is not in this one's snapshot. */
    boolean overlooks(Serializable writer) {
        var seen = snapshot;
        return seen == null || !writer.committed() || !seen.sees(writer.commit);
    }
}
