package dev.quiverdb.storage.access;

/** What an index demands of rows. Used by the writing session, before anything is logged. */
@FunctionalInterface
public interface RowGuard {
    /** Throws the user's error about a row that the index cannot take. */
    void check(RowView row);
}
