package dev.quiverdb.storage;

/**
 * What {@link Transaction#insertOrConflict} did.
 *
 * @param inserted whether the row was inserted
 * @param rowId the new row, or the row that is in its way (newest committed or own)
 * @param indexId the arbiter index that conflicts, -1 if inserted
 */
public record InsertOutcome(boolean inserted, long rowId, int indexId) {}
