package dev.quiverdb.storage;

/**
 * A tablet's size, for the planner.
 *
 * @param liveRows rows in the newest committed state
 * @param stripes units of 1,024 row slots; also the range of {@code Transaction.scan}
 * @param bytes approximate size of its blocks
 * @param changes rows inserted, updated and deleted since opening
 */
public record TabletStatistics(long liveRows, int stripes, long bytes, long changes) {}
