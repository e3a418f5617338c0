package dev.quiverdb.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quiver stop}. */
@Command(
        name = "stop",
        mixinStandardHelpOptions = true,
        description = "Stop the server of a data directory.")
final class StopCommand implements Callable<Integer> {
    @Option(
            names = "--data",
            description = "data directory (default: quiver-data beside the launcher)")
    private @Nullable Path data;

    @Override
    public Integer call() throws InterruptedException {
        var directory = ServerProcess.dataDirectory(data);
        var server = ServerProcess.running(directory);
        if (server.isEmpty()) {
            System.err.println("quiver: no server runs on " + directory);
            return 1;
        }
        if (!server.get().stop(Duration.ofSeconds(60))) {
            System.err.println("quiver: the server has not ended within a minute");
            return 1;
        }
        System.out.println("stopped");
        return 0;
    }
}
