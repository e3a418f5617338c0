package dev.quiverdb.base.type;

/** The setting IntervalStyle. */
public enum IntervalStyle {
    POSTGRES,
    POSTGRES_VERBOSE,
    SQL_STANDARD,
    ISO_8601
}
