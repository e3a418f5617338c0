package dev.quiverdb.tests;

import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server of its own for each test, in this process, over an empty directory that goes with it:
 * {@code @RegisterExtension final LocalServer server = new LocalServer();}
 */
final class LocalServer implements BeforeEachCallback, AfterEachCallback {
    private @Nullable Path data;
    private @Nullable QuiverServer server;

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        var directory = Files.createTempDirectory("quiver-test");
        data = directory;
        server = QuiverServer.start(ServerOptions.on(directory));
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        running().close();
        try (var files = Files.walk(Objects.requireNonNull(data))) {
            files.sorted(Comparator.reverseOrder()).forEach(LocalServer::delete);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private QuiverServer running() {
        return Objects.requireNonNull(server, "no test runs");
    }

    /** Stops the server and starts another over what it left. */
    void restart() throws IOException {
        running().close();
        server = QuiverServer.start(ServerOptions.on(Objects.requireNonNull(data)));
    }

    Connection connect() throws SQLException {
        return connect("user=postgres");
    }

    /** Connects with options of the driver, as {@code user=postgres&preferQueryMode=simple}. */
    Connection connect(String options) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + running().port() + "/postgres?" + options);
    }

    static void run(Connection connection, String... statements) throws SQLException {
        try (var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of what a query returns, as text. */
    static List<String> column(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            return column(rows);
        }
    }

    /** As the other, of a query with parameters. */
    static List<String> column(Connection connection, String sql, Object... values)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            try (var rows = statement.executeQuery()) {
                return column(rows);
            }
        }
    }

    private static List<String> column(ResultSet rows) throws SQLException {
        List<String> values = new ArrayList<>();
        while (rows.next()) {
            values.add(rows.getString(1));
        }
        return values;
    }
}
