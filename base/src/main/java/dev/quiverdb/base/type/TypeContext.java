package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * What reading and printing a value depends on beside the value: the session's settings and names.
 * Every method has PostgreSQL's default, so a test may use {@link #DEFAULT}.
 */
public interface TypeContext {
    TypeContext DEFAULT = new TypeContext() {};

    default ZoneId zone() {
        return ZoneOffset.UTC;
    }

    default DateStyle dateStyle() {
        return DateStyle.ISO;
    }

    default DateOrder dateOrder() {
        return DateOrder.MDY;
    }

    default IntervalStyle intervalStyle() {
        return IntervalStyle.POSTGRES;
    }

    /** Above 0 prints floats shortest and exact, otherwise with 15 (6) digits plus this. */
    default int extraFloatDigits() {
        return 1;
    }

    /** bytea_output: true for {@code hex}, false for {@code escape}. */
    default boolean byteaHex() {
        return true;
    }

    /** Start of the transaction in microseconds since 2000-01-01 00:00 UTC; what 'now' means. */
    default long nowMicros() {
        return 0;
    }

    default NameResolver names() {
        return NameResolver.NONE;
    }

    /** The type with this OID, for values that name their parts' types (binary arrays, records). */
    default Type type(int oid) {
        var type = Types.byOid(oid);
        if (type == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT, "type with OID " + oid + " does not exist");
        }
        return type;
    }
}
