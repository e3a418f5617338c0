package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A statement that is long in being bound and planned ends like one that runs. */
class LongPlanningTest {
    /** Views on views, twice each: one names a thousand tables, and this one sixty-four of them. */
    private static final String LONG =
            "SELECT count(*) FROM "
                    + IntStream.range(0, 64)
                            .mapToObj(i -> "v10 a" + i)
                            .collect(Collectors.joining(", "));

    @TempDir Path data;

    private static Connection connect(QuiverServer server) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres?user=postgres");
    }

    private static void makeViews(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("CREATE VIEW v0 AS SELECT 1 AS x");
            for (int i = 1; i <= 10; i++) {
                statement.execute(
                        "CREATE VIEW v%d AS SELECT a.x FROM v%d a, v%d b"
                                .formatted(i, i - 1, i - 1));
            }
        }
    }

    private static CompletableFuture<String> failure(Connection connection) {
        return CompletableFuture.supplyAsync(() -> {
            try (var statement = connection.createStatement()) {
                statement.executeQuery(LONG);
                return "answered";
            } catch (SQLException e) {
                return String.valueOf(e.getSQLState());
            }
        });
    }

    private static void awaitBegin(Connection other) throws SQLException, InterruptedException {
        var active =
                "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT count%'";
        while (true) {
            try (var statement = other.createStatement();
                    var rows = statement.executeQuery(active)) {
                if (rows.next()) {
                    return;
                }
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    @Timeout(120)
    void itIsCancelled() throws Exception {
        try (var server = QuiverServer.start(ServerOptions.on(data));
                var connection = connect(server);
                var other = connect(server)) {
            makeViews(connection);
            var failure = failure(connection);
            awaitBegin(other);

            try (var statement = other.createStatement()) {
                statement.execute(
                        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT count%'");
            }

            assertThat(failure.get()).isEqualTo("57014");
        }
    }

    @Test
    @Timeout(120)
    void itDoesNotHoldUpTheServersEnd() throws Exception {
        var server = QuiverServer.start(ServerOptions.on(data));
        var connection = connect(server);
        CompletableFuture<String> failure;
        try (var other = connect(server)) {
            makeViews(connection);
            failure = failure(connection);
            awaitBegin(other);
        }

        server.close();

        assertThat(failure.get()).isNotEqualTo("answered");
    }
}
