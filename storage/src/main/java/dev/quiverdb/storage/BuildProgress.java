package dev.quiverdb.storage;

import dev.quiverdb.base.error.SqlException;

/**
 * Told how far an index build has come; feeds pg_stat_progress_create_index. Any thread may call.
 */
@FunctionalInterface
public interface BuildProgress {
    /** Hears nothing. */
    BuildProgress SILENT = (phase, done, total) -> {};

    /**
     * Hears of progress.
     *
     * @param phase PostgreSQL's phase name, such as {@code building index: scanning table}
     * @param done rows (or blocks) done in this phase
     * @param total rows (or blocks) of this phase, 0 where it is not known
     */
    void report(String phase, long done, long total);

    /** Hears what the user should know about the index. */
    default void notice(SqlException notice) {}
}
