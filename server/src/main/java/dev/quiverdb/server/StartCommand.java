package dev.quiverdb.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quiver start}. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "Start a server; returns once it takes connections.")
final class StartCommand implements Callable<Integer> {
    @Option(
            names = "--data",
            description = "data directory (default: quiver-data beside the launcher)")
    private @Nullable Path data;

    @Option(
            names = "--port",
            defaultValue = "5432",
            description = "port (default: ${DEFAULT-VALUE}; 0 takes any free one)")
    private int port;

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            description = "address to listen on; only loopback while there are no passwords")
    private String host = "127.0.0.1";

    @Option(names = "--foreground", description = "stay in this process until it is ended")
    private boolean foreground;

    @Option(
            names = "-c",
            description =
                    "a setting for every session, as name=value; also read from quiver.conf in the data directory")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        var directory = ServerProcess.dataDirectory(data);
        var already = ServerProcess.running(directory);
        if (already.isPresent()) {
            System.err.printf(
                    "quiver: a server (process %d) already runs on %s, port %d%n",
                    already.get().process().pid(), directory, already.get().port());
            return 1;
        }
        return foreground ? serve(directory) : spawn(directory);
    }

    private int spawn(Path directory) throws InterruptedException {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--data",
                                directory.toString(),
                                "--host",
                                host,
                                "--port",
                                Integer.toString(port)));
        settings.forEach((name, value) -> arguments.addAll(List.of("-c", name + "=" + value)));
        try {
            var server = ServerProcess.spawn(directory, arguments, Duration.ofMinutes(2));
            System.out.printf(
                    "QuiverDB takes connections: psql -h 127.0.0.1 -p %d -U postgres   (process %d, data in %s)%n",
                    server.port(), server.process().pid(), directory);
            return 0;
        } catch (IOException e) {
            System.err.println("quiver: " + e.getMessage());
            return 1;
        }
    }

    private int serve(Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        QuiverServer server;
        try {
            server =
                    QuiverServer.start(
                            new ServerOptions(directory, host, port, fileAndLine(directory)));
        } catch (IOException | RuntimeException e) {
            System.err.println("quiver: " + e.getMessage());
            if (Boolean.getBoolean("quiver.trace")) {
                e.printStackTrace();
            }
            return 1;
        }
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform()
                                .name("shutdown")
                                .unstarted(() -> stop(server, directory)));
        ServerProcess.announce(directory, server.port());
        System.out.printf(
                "QuiverDB takes connections on port %d, data in %s%n", server.port(), directory);
        server.awaitEnd();
        return 0;
    }

    private static void stop(QuiverServer server, Path directory) {
        server.close();
        try {
            ServerProcess.withdraw(directory);
        } catch (IOException e) {
            System.err.println("quiver: " + e.getMessage());
        }
    }

    /** Settings of quiver.conf, overridden by those of the command line. */
    private Map<String, String> fileAndLine(Path directory) throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        var file = directory.resolve("quiver.conf");
        if (Files.exists(file)) {
            for (var line : Files.readAllLines(file)) {
                int equals = line.indexOf('=');
                if (!line.isBlank() && !line.strip().startsWith("#") && equals > 0) {
                    var value = line.substring(equals + 1).strip();
                    all.put(
                            line.substring(0, equals).strip(),
                            value.length() >= 2 && value.startsWith("'") && value.endsWith("'")
                                    ? value.substring(1, value.length() - 1)
                                    : value);
                }
            }
        }
        all.putAll(settings);
        return all;
    }
}
