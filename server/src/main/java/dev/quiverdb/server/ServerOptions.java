package dev.quiverdb.server;

import java.nio.file.Path;
import java.util.Map;

/**
 * How a server is to run.
 *
 * @param port 0 for any free one
 * @param settings defaults for every session, by name
 */
public record ServerOptions(Path data, String host, int port, Map<String, String> settings) {
    public ServerOptions {
        settings = Map.copyOf(settings);
    }

    /** A server on this machine, on any free port. */
    public static ServerOptions on(Path data) {
        return new ServerOptions(data, "127.0.0.1", 0, Map.of());
    }
}
