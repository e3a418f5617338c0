package dev.quiverdb.storage;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One line of pg_locks.
 *
 * @param processId what {@link Transaction#setProcess} said
 * @param kind {@code relation} (an object lock), {@code tuple}, {@code advisory}, or PostgreSQL's
 *     word for a lock on a transaction (of one that loads in bulk), which is then the object
 * @param mode PostgreSQL's name of the mode
 */
public record LockView(
        long processId,
        long transactionId,
        String kind,
        OptionalLong classId,
        OptionalLong objectId,
        OptionalInt tabletId,
        OptionalLong rowId,
        String mode,
        boolean granted) {}
