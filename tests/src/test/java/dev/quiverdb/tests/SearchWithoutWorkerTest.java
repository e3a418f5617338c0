package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Searches that the thread which reads the sockets begins: those that turn out to take long are
 * begun again elsewhere, and what the client sees is one answer, the right one.
 */
class SearchWithoutWorkerTest {
    private static final int ROWS = 400;
    private static final int WITHOUT_VECTOR = 50;

    private QuiverServer server;
    private Connection connection;

    @BeforeEach
    void start(@TempDir Path data) throws IOException, SQLException {
        server = QuiverServer.start(ServerOptions.on(data));
        connection = connect("");
        run("create extension vector");
        run("create table items (id int primary key, at vector(2))");
        run(
                "insert into items select i, ('[' || i || ',0]')::vector from generate_series(1, %d) i"
                        .formatted(ROWS));
        run(
                "insert into items select i, null from generate_series(%d, %d) i"
                        .formatted(ROWS + 1, ROWS + WITHOUT_VECTOR));
        run("create index on items using hnsw (at vector_l2_ops)");
    }

    @AfterEach
    void stop() throws IOException, SQLException {
        connection.close();
        server.close();
    }

    private Connection connect(String options) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/postgres?socketTimeout=60%s"
                        .formatted(server.port(), options),
                "postgres",
                "");
    }

    private void run(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * @param plan each has a plan of its own, of which no search is known to take long yet
     */
    private static List<Integer> nearestToZero(
            Connection asks, String plan, int limit, int fetchSize) throws SQLException {
        try (var statement =
                asks.prepareStatement(
                        "select id as %s from items order by at <-> '[0,0]' limit ?"
                                .formatted(plan))) {
            statement.setInt(1, limit);
            statement.setFetchSize(fetchSize);
            List<Integer> ids = new ArrayList<>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getInt(1));
                }
            }
            return ids;
        }
    }

    private static List<Integer> upTo(int last) {
        return IntStream.rangeClosed(1, last).boxed().toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "&preferQueryMode=simple",
                "&preferQueryMode=extended&prepareThreshold=1",
                "&preferQueryMode=extended&prepareThreshold=0"
            })
    void answersAreWholeAndComeOnce(String mode) throws SQLException {
        try (var asks = connect(mode)) {
            for (int round = 0; round < 5; round++) {
                // More rows than are soon found, and more than the index holds.
                for (int limit : new int[] {300, ROWS + 20}) {
                    var plan = "p%d_%d".formatted(round, limit);
                    assertThat(nearestToZero(asks, plan, 5, 0)).isEqualTo(upTo(5));
                    assertThat(nearestToZero(asks, plan, limit, 0))
                            .hasSize(limit)
                            .startsWith(upTo(Math.min(limit, ROWS)).toArray(Integer[]::new));
                    assertThat(nearestToZero(asks, plan, 5, 0)).isEqualTo(upTo(5));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void transactionsSeeTheirOwnRowsAndGoOn(int fetchSize) throws SQLException {
        try (var asks = connect("&prepareThreshold=1");
                var statement = asks.createStatement()) {
            asks.setAutoCommit(false);
            for (int round = 1; round <= 5; round++) {
                statement.execute("insert into items values (%d, '[0,0]')".formatted(-round));
                var plan = "p" + round;
                assertThat(nearestToZero(asks, plan, 4 + round, fetchSize))
                        .hasSize(4 + round)
                        .contains(-round, 1, 2, 3, 4);
                assertThat(nearestToZero(asks, plan, ROWS + 20, fetchSize)).hasSize(ROWS + 20);
            }
            asks.rollback();
            assertThat(nearestToZero(asks, "p1", 7, fetchSize)).isEqualTo(upTo(7));
            asks.commit();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hnsw.ef_search = 1000", "hnsw.target_recall = 0.99"})
    void greaterEffortAnswersTheSame(String setting) throws SQLException {
        try (var asks = connect("&prepareThreshold=1");
                var statement = asks.createStatement()) {
            for (int i = 0; i < 3; i++) {
                assertThat(nearestToZero(asks, "p", 9, 0)).isEqualTo(upTo(9));
            }
            statement.execute("set " + setting);
            for (int i = 0; i < 3; i++) {
                assertThat(nearestToZero(asks, "p", 9, 0)).isEqualTo(upTo(9));
            }
        }
    }
}
