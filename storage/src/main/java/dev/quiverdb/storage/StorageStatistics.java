package dev.quiverdb.storage;

/**
 * Figures of a running storage, read without stopping it.
 *
 * @param commits transactions that wrote and committed since opening
 * @param aborts transactions rolled back since opening
 * @param activeTransactions now open, prepared ones included
 * @param historyBytes before-images kept for open snapshots
 * @param logBytesSinceCheckpoint what recovery would have to replay
 * @param checkpoints taken since opening
 * @param deadlocks found since opening
 */
public record StorageStatistics(
        long commits,
        long aborts,
        int activeTransactions,
        long historyBytes,
        long logBytesSinceCheckpoint,
        long checkpoints,
        long deadlocks) {}
