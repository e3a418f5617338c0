package dev.quiverdb.pgwire.session;

/**
 * Thrown by a session that was asked by a thread which may not wait and finds that it has to: it
 * has done nothing and told the client nothing, and is to be asked the same by a thread that may.
 */
public final class MustWaitException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MustWaitException() {
        super("a worker is to do this", null, false, false);
    }
}
