package dev.quiverdb.base.error;

/** How grave a message is; the names are what field S of the protocol carries. */
public enum Severity {
    DEBUG,
    LOG,
    INFO,
    NOTICE,
    WARNING,
    /** The statement failed, the session goes on. */
    ERROR,
    /** The session ends. */
    FATAL,
    /** The server ends. */
    PANIC
}
