package dev.quiverdb.server;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quiver status}: exit status 0 if a server runs, 3 if none does. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Say whether a server runs on a data directory.")
final class StatusCommand implements Callable<Integer> {
    @Option(
            names = "--data",
            description = "data directory (default: quiver-data beside the launcher)")
    private @Nullable Path data;

    @Override
    public Integer call() {
        var directory = ServerProcess.dataDirectory(data);
        var server = ServerProcess.running(directory);
        if (server.isEmpty()) {
            System.out.println("no server runs on " + directory);
            return 3;
        }
        System.out.printf(
                "a server runs on %s: process %d, port %d%n",
                directory, server.get().process().pid(), server.get().port());
        return 0;
    }
}
