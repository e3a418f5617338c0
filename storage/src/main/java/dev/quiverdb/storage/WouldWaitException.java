package dev.quiverdb.storage;

/**
 * Thrown in a transaction that must not wait (see {@link Transaction#setWaits}) where it would have
 * to wait for somebody else's lock. What the statement has done so far stands; who catches it rolls
 * back.
 */
public final class WouldWaitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public WouldWaitException() {
        super("a lock is not to be had at once", null, false, false);
    }
}
