package dev.quiverdb.base.type;

/** What a column of a type is made of in memory and in a stripe. */
public enum Kind {
    /** {@code boolean[]}; boxed as Boolean. */
    BOOL,
    /** {@code int[]}; int2 boxed as Short, int4 and date boxed as Integer. */
    INT,
    /**
     * {@code long[]}; int8, time, timestamp, timestamptz, money, pg_lsn, oid and its kin, boxed as
     * Long.
     */
    LONG,
    /** {@code float[]}; boxed as Float. */
    FLOAT,
    /** {@code double[]}; boxed as Double. */
    DOUBLE,
    /** {@code Object[]}; on disk as {@link Type#encode}. */
    OBJECT
}
