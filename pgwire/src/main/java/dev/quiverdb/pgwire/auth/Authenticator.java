package dev.quiverdb.pgwire.auth;

import dev.quiverdb.base.error.SqlException;
import java.net.SocketAddress;
import java.util.Map;

/** Decides whether a client may connect. Thread-safe. */
@FunctionalInterface
public interface Authenticator {
    /**
     * Returns if the client may go on.
     *
     * @param parameters the start-up parameters, with a user
     * @throws SqlException of class 28 if it may not
     */
    void admit(SocketAddress client, Map<String, String> parameters);
}
