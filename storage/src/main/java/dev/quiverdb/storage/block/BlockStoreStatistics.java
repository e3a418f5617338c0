package dev.quiverdb.storage.block;

/**
 * Where the space is.
 *
 * @param blocks live blocks
 * @param cacheBytes memory for frames now in use
 * @param cachePeakBytes the most of it that was ever in use since open
 * @param dirtyBytes of those, changed since they were last written
 * @param fileBytes size of the data file
 * @param usedBytes of the file, needed by the newest state or by a kept root
 * @param reads blocks read from disk since open
 * @param writes blocks written to disk since open
 * @param evictions frames given up for others since open
 */
public record BlockStoreStatistics(
        long blocks,
        long cacheBytes,
        long cachePeakBytes,
        long dirtyBytes,
        long fileBytes,
        long usedBytes,
        long reads,
        long writes,
        long evictions) {}
