package dev.quiverdb.tests;

import static dev.quiverdb.tests.LocalServer.column;
import static dev.quiverdb.tests.LocalServer.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a vector index tells of itself in SQL, and the effort that it finds by itself. */
class VectorIntrospectionTest {
    private QuiverServer server;

    @BeforeEach
    void start(@TempDir Path data) throws IOException, SQLException {
        server = QuiverServer.start(ServerOptions.on(data));
        try (var connection = connect("postgres")) {
            run(
                    connection,
                    "CREATE EXTENSION IF NOT EXISTS vector",
                    "CREATE TABLE points (id int PRIMARY KEY, v vector(12))",
                    """
                    INSERT INTO points SELECT i, ('[' || string_agg(sin(i * 1.37 * d + d * d)::text, ',') || ']')::vector
                    FROM generate_series(1, 2500) i, generate_series(1, 12) d GROUP BY i
                    """);
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Connection connect(String user) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:"
                        + server.port()
                        + "/postgres?preferQueryMode=simple&user="
                        + user);
    }

    private static double number(Connection connection, String sql) throws SQLException {
        return Double.parseDouble(column(connection, sql).getFirst());
    }

    private static void assertRefused(
            Connection connection, String sql, String state, String message) {
        assertThatThrownBy(() -> run(connection, sql))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        e -> assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(state))
                .hasMessageContaining(message);
    }

    private static int effort(String method, Connection connection) throws SQLException {
        for (var line :
                column(
                        connection,
                        "EXPLAIN (ANALYZE, COSTS OFF) SELECT id FROM points ORDER BY v <-> (SELECT v FROM points WHERE id = 7) LIMIT 10")) {
            if (line.contains("Index Visits:")) {
                return Integer.parseInt(line.replaceAll("\\D", ""));
            }
        }
        throw new AssertionError(method + " says nothing of its visits");
    }

    @ParameterizedTest
    @CsvSource({
        "hnsw, 'WITH (m = 8, ef_construction = 32)', SET hnsw.ef_search = 10, SET hnsw.ef_search = 400",
        "ivfflat, WITH (lists = 40), SET ivfflat.probes = 1, SET ivfflat.probes = 40",
        "ivfpq, WITH (lists = 40), SET ivfpq.probes = 1, SET ivfpq.probes = 40"
    })
    void recallIsMeasuredAndMetWithAnEffortThatIsFound(
            String method, String options, String little, String much) throws SQLException {
        try (var connection = connect("postgres")) {
            run(
                    connection,
                    "CREATE INDEX points_v ON points USING %s (v vector_l2_ops) %s"
                            .formatted(method, options));
            assertThat(column(connection, "SELECT vector_index_check('points_v')")).isEmpty();
            run(connection, little);
            double least =
                    number(connection, "SELECT vector_index_recall('points_v', 200, k => 10)");
            run(connection, much);
            double most = number(connection, "SELECT vector_index_recall('points_v', 200)");
            assertThat(most).isGreaterThan(0.985).isGreaterThan(least);
            assertThat(least).isLessThan(0.98);

            run(connection, little, "SET %s.target_recall = 0.98".formatted(method));
            assertThat(number(connection, "SELECT vector_index_recall('points_v', 300)"))
                    .isGreaterThan(0.95);
            int high = effort(method, connection);
            run(connection, "SET %s.target_recall = 0.5".formatted(method));
            assertThat(effort(method, connection)).isLessThan(high);
            assertRefused(
                    connection,
                    "SET %s.target_recall = 1.5".formatted(method),
                    "22023",
                    "is outside the valid range for parameter \"%s.target_recall\" (0 .. 1)"
                            .formatted(method));
        }
    }

    @Test
    void whatIsNoVectorIndexOrNotOnesOwnIsRefused() throws SQLException {
        try (var connection = connect("postgres")) {
            run(
                    connection,
                    "CREATE INDEX points_v ON points USING hnsw (v vector_l2_ops)",
                    "CREATE ROLE reader LOGIN",
                    "CREATE ROLE stranger LOGIN",
                    "GRANT SELECT ON points TO reader");
            for (var name : List.of("points", "points_pkey")) {
                for (var function : List.of("check", "recall")) {
                    assertRefused(
                            connection,
                            "SELECT vector_index_%s('%s')".formatted(function, name),
                            "42809",
                            "\"" + name + "\" is not a vector index");
                }
            }
            assertRefused(
                    connection,
                    "SELECT vector_index_recall(123456789)",
                    "42P01",
                    "could not open relation with OID 123456789");
            assertRefused(
                    connection,
                    "SELECT vector_index_recall('points_v', 0)",
                    "22023",
                    "sample must be between 1 and 10000");
            assertRefused(
                    connection,
                    "SELECT vector_index_recall('points_v', k => 1001)",
                    "22023",
                    "k must be between 1 and 1000");
            assertThat(column(connection, "SELECT vector_index_recall(NULL)"))
                    .containsExactly((String) null);
            assertThat(column(connection, "SELECT vector_index_check(NULL)")).isEmpty();
        }
        try (var connection = connect("reader")) {
            assertThat(number(connection, "SELECT vector_index_recall('points_v')"))
                    .isGreaterThan(0.5);
            assertRefused(
                    connection,
                    "SELECT vector_index_check('points_v')",
                    "42501",
                    "must be owner of index points_v");
        }
        try (var connection = connect("stranger")) {
            assertRefused(
                    connection,
                    "SELECT vector_index_recall('points_v')",
                    "42501",
                    "permission denied for table points");
        }
    }

    @Test
    void anIndexWithoutNeighboursHasNoRecall() throws SQLException {
        try (var connection = connect("postgres")) {
            run(
                    connection,
                    "CREATE TABLE few (v vector(2))",
                    "CREATE INDEX few_hnsw ON few USING hnsw (v vector_l2_ops)",
                    "CREATE INDEX few_ivfflat ON few USING ivfflat (v vector_l2_ops)");
            for (var index : List.of("few_hnsw", "few_ivfflat")) {
                var recall = "SELECT vector_index_recall('%s')".formatted(index);
                assertThat(column(connection, recall)).containsExactly((String) null);
                run(connection, "INSERT INTO few VALUES ('[1,2]')");
                assertThat(column(connection, "SELECT vector_index_check('%s')".formatted(index)))
                        .isEmpty();
                run(connection, "DELETE FROM few");
            }
        }
    }
}
