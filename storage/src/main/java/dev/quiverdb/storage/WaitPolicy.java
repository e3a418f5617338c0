package dev.quiverdb.storage;

/** What to do about a lock that somebody else holds. */
public enum WaitPolicy {
    /** Wait in the queue, until lock_timeout, cancellation or a deadlock. */
    WAIT,
    /** Answer WOULD_BLOCK at once; the caller, who knows the relation's name, throws 55P03. */
    NOWAIT,
    /** Answer WOULD_BLOCK at once; the caller leaves the row out. */
    SKIP_LOCKED
}
