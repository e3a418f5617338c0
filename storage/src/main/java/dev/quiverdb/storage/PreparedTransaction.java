package dev.quiverdb.storage;

/**
 * A transaction that waits for COMMIT PREPARED, as in pg_prepared_xacts.
 *
 * @param preparedMicros when, in microseconds since 2000-01-01 UTC
 * @param owner what {@link Transaction#prepare} was given: role and database
 */
public record PreparedTransaction(
        String gid, long transactionId, long preparedMicros, String owner) {}
