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
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many who write a little at the same time: the thread that reads their sockets runs the
 * statements, and goes on while the disk ends their commits.
 */
class CommitTogetherTest {
    private static final int WRITERS = 12;
    private static final int ROUNDS = 150;
    private static final int ROWS = 40;

    private Path data;
    private QuiverServer server;

    @BeforeEach
    void start(@TempDir Path temporary) throws IOException, SQLException {
        data = temporary;
        server = QuiverServer.start(ServerOptions.on(data));
        try (var connection = connect()) {
            run(connection, "create table t (id int primary key, v int not null)");
            run(
                    connection,
                    "insert into t select i, 0 from generate_series(1, %d) i".formatted(ROWS));
            run(
                    connection,
                    "create table log (writer int, round int, primary key (writer, round))");
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/postgres?prepareThreshold=1&socketTimeout=60"
                        .formatted(server.port()),
                "postgres",
                "");
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long one(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private interface Work {
        void run(int writer, Connection connection) throws SQLException;
    }

    private void together(Work work) {
        List<CompletableFuture<Void>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            int writer = i;
            writers.add(
                    CompletableFuture.runAsync(
                            () -> {
                                try (var connection = connect()) {
                                    work.run(writer, connection);
                                } catch (SQLException e) {
                                    throw new AssertionError(e);
                                }
                            },
                            task -> Thread.ofPlatform().start(task)));
        }
        writers.forEach(CompletableFuture::join);
    }

    @Test
    void everyWriteCountsOnceAndIsSeenByItsWriterNext() throws Exception {
        var committed = new AtomicLong();
        together((writer, connection) -> {
            var random = new SplittableRandom(writer);
            try (var update = connection.prepareStatement("update t set v = v + 1 where id = ?");
                    var insert = connection.prepareStatement("insert into log values (?, ?)");
                    var read =
                            connection.prepareStatement(
                                    "select round from log where writer = ? and round = ?")) {
                for (int round = 0; round < ROUNDS; round++) {
                    update.setInt(1, 1 + random.nextInt(ROWS));
                    committed.addAndGet(update.executeUpdate());
                    insert.setInt(1, writer);
                    insert.setInt(2, round);
                    insert.executeUpdate();
                    read.setInt(1, writer);
                    read.setInt(2, round);
                    try (var rows = read.executeQuery()) {
                        assertThat(rows.next()).isTrue();
                    }
                    assertThatThrownBy(insert::executeUpdate)
                            .hasMessageContaining("duplicate key value");
                }
            }
        });
        try (var connection = connect()) {
            assertThat(one(connection, "select sum(v) from t")).isEqualTo(committed.get());
            assertThat(one(connection, "select count(*) from log")).isEqualTo(WRITERS * ROUNDS);
        }
        server.close();
        server = QuiverServer.start(ServerOptions.on(data));
        try (var connection = connect()) {
            assertThat(one(connection, "select sum(v) from t")).isEqualTo(committed.get());
            assertThat(one(connection, "select count(*) from log")).isEqualTo(WRITERS * ROUNDS);
        }
    }

    @Test
    void blocksCommitTogetherToo() throws Exception {
        var committed = new AtomicLong();
        together((writer, connection) -> {
            connection.setAutoCommit(false);
            try (var update = connection.prepareStatement("update t set v = v + 1 where id = ?");
                    var insert = connection.prepareStatement("insert into log values (?, ?)")) {
                for (int round = 0; round < ROUNDS / 3; round++) {
                    // Rows of its own: there is nothing to wait for but the disk.
                    update.setInt(1, 1 + writer);
                    insert.setInt(1, writer);
                    insert.setInt(2, round);
                    int changed = update.executeUpdate() + insert.executeUpdate();
                    if (round % 5 == 4) {
                        connection.rollback();
                    } else {
                        connection.commit();
                        committed.addAndGet(changed);
                    }
                }
                insert.setInt(2, 0);
                assertThatThrownBy(insert::executeUpdate).hasMessageContaining("duplicate key");
                connection.commit();
                assertThat(one(connection, "select count(*) from log where writer = " + writer))
                        .isEqualTo(ROUNDS / 3 * 4 / 5);
                connection.commit();
            }
        });
        try (var connection = connect()) {
            assertThat(
                            one(
                                    connection,
                                    "select (select sum(v) from t) + (select count(*) from log)"))
                    .isEqualTo(committed.get());
        }
    }

    @Test
    void clientsThatLeaveWhileTheirCommitIsOnItsWayLeaveNoLocks() throws Exception {
        together((writer, ignored) -> {
            for (int round = 0; round < 20; round++) {
                try (var client = RawClient.ready(server.port())) {
                    client.parse("u", "update t set v = v + 1 where id = 1").run("u").sync().send();
                    if (round % 2 == 0) {
                        client.next();
                        client.run("u").sync().send();
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        });
        try (var connection = connect();
                var update = connection.prepareStatement("update t set v = 0 where id = 1")) {
            assertThat(update.executeUpdate()).isEqualTo(1);
            assertThat(one(connection, "select v from t where id = 1")).isZero();
        }
    }

    @Test
    void answersKeepTheOrderOfWhatIsSentAhead() throws Exception {
        together((writer, ignored) -> {
            try (var client = RawClient.ready(server.port())) {
                int id = writer + 1;
                client.parse("u", "update t set v = v + 1 where id = " + id)
                        .parse("s", "select v from t where id = " + id)
                        .sync()
                        .answers(1);
                int total = 0;
                for (int round = 0; round < 20; round++) {
                    int ahead = 1 + round % 4;
                    for (int i = 0; i < ahead; i++) {
                        client.run("u").sync().run("s").sync();
                    }
                    List<String> expected = new ArrayList<>();
                    for (int i = 0; i < ahead; i++) {
                        total++;
                        expected.addAll(List.of("2", "C(UPDATE 1)", "Z(I)"));
                        expected.addAll(List.of("2", "D(" + total + ")", "C(SELECT 1)", "Z(I)"));
                    }
                    assertThat(client.answers(2 * ahead)).isEqualTo(expected);
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }
}
