package dev.quiverdb.pgwire.auth;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;

/** Trusts whoever comes from this machine and nobody else: the rule until there are passwords. */
public final class LoopbackTrust implements Authenticator {
    @Override
    public void admit(SocketAddress client, Map<String, String> parameters) {
        if (client instanceof InetSocketAddress internet
                && internet.getAddress() != null
                && internet.getAddress().isLoopbackAddress()) {
            return;
        }
        throw new SqlException(
                SqlState.INVALID_AUTHORIZATION_SPECIFICATION,
                "no pg_hba.conf entry for host \"%s\", user \"%s\", database \"%s\", no encryption"
                        .formatted(
                                client instanceof InetSocketAddress a
                                        ? a.getHostString()
                                        : client.toString(),
                                parameters.get("user"),
                                parameters.getOrDefault(
                                        "database", parameters.getOrDefault("user", ""))));
    }
}
