package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

class NotificationTest {
    private static final int PATIENCE_MILLIS = 60_000;

    private QuiverServer server;
    private Connection listener;
    private Connection notifier;

    @BeforeEach
    void start(@TempDir Path data) throws IOException, SQLException {
        server = QuiverServer.start(ServerOptions.on(data));
        listener = connect();
        notifier = connect();
        run(listener, "listen news");
    }

    @AfterEach
    void stop() throws IOException, SQLException {
        listener.close();
        notifier.close();
        server.close();
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/postgres?socketTimeout=60".formatted(server.port()),
                "postgres",
                "");
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Reads the socket, and says nothing, until so many have come. */
    private static List<String> received(Connection connection, int count) throws SQLException {
        var driver = connection.unwrap(PGConnection.class);
        List<String> payloads = new ArrayList<>();
        while (payloads.size() < count) {
            var found = driver.getNotifications(PATIENCE_MILLIS);
            assertThat(found).as("after %s", payloads).isNotEmpty();
            for (var one : found) {
                payloads.add(one.getParameter());
            }
        }
        return payloads;
    }

    @Test
    void idleListenerIsToldAtOnce() throws SQLException {
        run(notifier, "notify news, 'a'");
        assertThat(received(listener, 1)).containsExactly("a");
        run(notifier, "notify other, 'x'; notify news, 'b'; notify news; notify news, 'b'");
        assertThat(received(listener, 2)).containsExactly("b", "");
        run(notifier, "select pg_notify('news', null)");
        assertThat(received(listener, 1)).containsExactly("");
    }

    @Test
    void listenerInTransactionIsToldWhenItEnds() throws SQLException {
        listener.setAutoCommit(false);
        run(listener, "select 1");
        run(notifier, "notify news, 'a'");
        run(listener, "select 1");
        assertThat(listener.unwrap(PGConnection.class).getNotifications(50)).isNullOrEmpty();
        listener.commit();
        assertThat(received(listener, 1)).containsExactly("a");
    }

    @Test
    void whatIsRolledBackIsNotSaid() throws SQLException {
        run(listener, "begin; listen more; savepoint s; listen most; rollback to s; commit");
        run(
                notifier,
                "begin; notify news, 'a'; savepoint s; notify news, 'b'; notify more, 'c';"
                        + " rollback to s; notify news, 'd'; notify news, 'b'; commit");
        run(notifier, "begin; notify news, 'e'; rollback; notify most, 'f'; notify more, 'g'");
        assertThat(received(listener, 4)).containsExactly("a", "d", "b", "g");
        assertThatThrownBy(() -> run(notifier, "begin; notify news; prepare transaction 'p'"))
                .hasMessageContaining("cannot PREPARE a transaction that has executed LISTEN");
    }

    @Test
    void orderIsTheSameForAll() throws Exception {
        int each = 200;
        try (var second = connect();
                var other = connect()) {
            run(second, "listen news");
            List<Thread> notifiers = new ArrayList<>();
            for (var sender : List.of(notifier, other)) {
                notifiers.add(
                        Thread.startVirtualThread(() -> {
                            try {
                                for (int i = 0; i < each; i++) {
                                    run(
                                            sender,
                                            "notify news, '%s %d'".formatted(sender == other, i));
                                }
                            } catch (SQLException e) {
                                throw new AssertionError(e);
                            }
                        }));
            }
            var heard = received(listener, 2 * each);
            assertThat(received(second, 2 * each)).isEqualTo(heard);
            for (boolean sender : new boolean[] {true, false}) {
                assertThat(heard.stream().filter(m -> m.startsWith(sender + " ")))
                        .containsExactlyElementsOf(
                                IntStream.range(0, each).mapToObj(i -> sender + " " + i).toList());
            }
            for (var thread : notifiers) {
                thread.join();
            }
        }
    }

    @Test
    void tooLongAndNamelessAreRefused() throws SQLException {
        for (var call :
                List.of(
                        "select pg_notify('', 'x') | channel name cannot be empty",
                        "select pg_notify(null, 'x') | channel name cannot be empty",
                        "select pg_notify(repeat('c', 64), 'x') | channel name too long",
                        "select pg_notify('news', repeat('x', 8000)) | payload string too long")) {
            var parts = call.split(" \\| ", -1);
            assertThatThrownBy(() -> run(notifier, parts[0]))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("22023"))
                    .hasMessageContaining(parts[1]);
        }
        run(notifier, "select pg_notify('news', repeat('x', 7999))");
        assertThat(received(listener, 1).getFirst()).hasSize(7999);
    }

    @Test
    void whatWaitsForATransactionHasABound() throws SQLException {
        listener.setAutoCommit(false);
        run(listener, "select 1");
        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 100; i++) {
                                run(
                                        notifier,
                                        "select pg_notify('news', i || repeat('x', 7000)) from generate_series(1, 200) i");
                            }
                        })
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("54000"));
        try (var statement = notifier.createStatement();
                var rows = statement.executeQuery("select pg_notification_queue_usage() >= 1")) {
            rows.next();
            assertThat(rows.getBoolean(1)).isTrue();
        }
        run(listener, "unlisten *");
        listener.commit();
        run(notifier, "notify news, 'again'");
        try (var statement = notifier.createStatement();
                var rows = statement.executeQuery("select pg_notification_queue_usage()")) {
            rows.next();
            assertThat(rows.getDouble(1)).isZero();
        }
    }
}
