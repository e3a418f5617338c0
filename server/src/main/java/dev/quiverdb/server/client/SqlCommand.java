package dev.quiverdb.server.client;

import dev.quiverdb.server.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quiver sql}: runs SQL where psql is not at hand. */
@Command(
        name = "sql",
        mixinStandardHelpOptions = true,
        description = "Run SQL from the command line, or from standard input if none is given.")
public final class SqlCommand implements Callable<Integer> {
    @Option(
            names = "--port",
            description = "port (default: that of the data directory's server, else 5432)")
    private @Nullable Integer port;

    @Option(names = "--data", description = "data directory whose server is meant")
    private @Nullable Path data;

    @Option(
            names = {"-U", "--user"},
            defaultValue = "postgres",
            description = "role (default: ${DEFAULT-VALUE})")
    private String user = "postgres";

    @Option(
            names = {"-d", "--database"},
            defaultValue = "postgres",
            description = "database (default: ${DEFAULT-VALUE})")
    private String database = "postgres";

    @Parameters(arity = "0..1", description = "one text of statements")
    private @Nullable String sql;

    @Override
    public Integer call() throws IOException {
        var text = sql == null ? standardInput() : sql;
        try (var client = WireClient.connect(port(), user, database)) {
            var printer = new TablePrinter(System.out, 200);
            client.query(text).forEach(printer::print);
            return 0;
        } catch (IOException e) {
            System.err.println(e.getMessage());
            return 1;
        }
    }

    private int port() {
        if (port != null) {
            return port;
        }
        return ServerProcess.running(ServerProcess.dataDirectory(data))
                .map(ServerProcess::port)
                .orElse(5432);
    }

    private static String standardInput() throws IOException {
        try (var in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            return in.readAllAsString();
        }
    }
}
