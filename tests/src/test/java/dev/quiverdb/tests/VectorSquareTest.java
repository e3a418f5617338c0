package dev.quiverdb.tests;

import static dev.quiverdb.tests.LocalServer.column;
import static dev.quiverdb.tests.LocalServer.run;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every method by every metric by every type that pgvector offers, and ivfpq: what an index finds
 * is what a scan finds, with filters, after changes and after a restart.
 */
class VectorSquareTest {
    private static final List<String> METHODS = List.of("hnsw", "ivfflat", "ivfpq");

    /** One index: column, operator class, operator. */
    private record Square(String method, String column, String operatorClass, String operator) {
        String table() {
            return method + "_points";
        }

        String index() {
            return method + "_" + operatorClass;
        }
    }

    private static List<Square> squares() {
        var squares = new ArrayList<Square>();
        for (var method : METHODS) {
            for (var type : List.of("vector", "halfvec", "sparsevec")) {
                if (type.equals("sparsevec") && !method.equals("hnsw")) {
                    continue;
                }
                squares.add(new Square(method, type, type + "_l2_ops", "<->"));
                squares.add(new Square(method, type, type + "_ip_ops", "<#>"));
                squares.add(new Square(method, type, type + "_cosine_ops", "<=>"));
                if (method.equals("hnsw")) {
                    squares.add(new Square(method, type, type + "_l1_ops", "<+>"));
                }
            }
            if (!method.equals("ivfpq")) {
                squares.add(new Square(method, "bits", "bit_hamming_ops", "<~>"));
            }
            if (method.equals("hnsw")) {
                squares.add(new Square(method, "bits", "bit_jaccard_ops", "<%>"));
            }
        }
        return squares;
    }

    private static void insert(Connection connection, String method, int from, int to)
            throws SQLException {
        run(
                connection,
                """
                INSERT INTO %s_points SELECT i, i %% 3, point::vector(6), point::halfvec(6),
                    %s (binary_quantize(point::vector) || i::bit(58))::bit(64)
                FROM (SELECT i, '[' || string_agg((sin((i %% 20) * 7.3 + d * 1.9) * 10 + sin(i * d * 1.7))::numeric(8,3)::text, ',' ORDER BY d) || ']' AS point
                      FROM generate_series(%d, %d) i, generate_series(1, 6) d GROUP BY i) p
                """
                        .formatted(
                                method,
                                method.equals("hnsw") ? "point::vector::sparsevec(6)," : "",
                                from,
                                to));
    }

    /** Share of the exact distances that an index finds; each answer must be full. */
    private static double recall(Connection connection, Square square, String where)
            throws SQLException {
        int hits = 0;
        int wanted = 0;
        for (int id = 410; id < 600; id += 62) {
            var distance =
                    "round((%s %s (SELECT %s FROM %s WHERE id = %d))::numeric, 4)"
                            .formatted(
                                    square.column,
                                    square.operator,
                                    square.column,
                                    square.table(),
                                    id);
            var nearest =
                    "(SELECT id, %s FROM %s %s ORDER BY %s %s (SELECT %s FROM %s WHERE id = %d) LIMIT 10) n"
                            .formatted(
                                    square.column,
                                    square.table(),
                                    where,
                                    square.column,
                                    square.operator,
                                    square.column,
                                    square.table(),
                                    id);
            var found = column(connection, "SELECT " + distance + " d FROM " + nearest);
            run(connection, "SET enable_indexscan = off");
            var exact = column(connection, "SELECT " + distance + " d FROM " + nearest);
            run(connection, "SET enable_indexscan = on");
            assertThat(found).as(square + " " + where).hasSameSizeAs(exact);
            var left = new ArrayList<>(exact);
            for (var one : found) {
                hits += left.remove(one) ? 1 : 0;
            }
            wanted += exact.size();
        }
        return (double) hits / wanted;
    }

    private static void assertFound(Connection connection, String when) throws SQLException {
        for (var method : METHODS) {
            if (!method.equals("hnsw")) {
                run(connection, "SET " + method + ".probes = 6");
            }
        }
        for (var square : squares()) {
            for (var where : List.of("", "WHERE part = 1", "WHERE id BETWEEN 500 AND 520")) {
                // Four queries: one that goes astray is a quarter. Recall is measured elsewhere.
                assertThat(recall(connection, square, where))
                        .as("%s %s %s", when, square.index(), where)
                        .isGreaterThan(0.7);
            }
            assertThat(
                            column(
                                    connection,
                                    "SELECT vector_index_check('%s')".formatted(square.index())))
                    .as("%s %s", when, square.index())
                    .isEmpty();
        }
    }

    @Test
    void whatIsNearestIsFoundByEveryMethodMetricAndType(@TempDir Path data)
            throws SQLException, IOException {
        var server = QuiverServer.start(ServerOptions.on(data));
        try (var connection = connect(server)) {
            run(connection, "CREATE EXTENSION IF NOT EXISTS vector");
            for (var method : METHODS) {
                run(
                        connection,
                        "CREATE TABLE %s_points (id int PRIMARY KEY, part int, vector vector(6), halfvec halfvec(6),%s bits bit(64))"
                                .formatted(
                                        method,
                                        method.equals("hnsw") ? " sparsevec sparsevec(6)," : ""));
                insert(connection, method, 1, 600);
            }
            for (var square : squares()) {
                run(
                        connection,
                        "CREATE INDEX %s ON %s USING %s (%s %s) %s"
                                .formatted(
                                        square.index(),
                                        square.table(),
                                        square.method,
                                        square.column,
                                        square.operatorClass,
                                        square.method.equals("hnsw") ? "" : "WITH (lists = 12)"));
            }
            for (var method : METHODS) {
                insert(connection, method, 601, 650);
                run(connection, "DELETE FROM %s_points WHERE id < 150".formatted(method));
            }
            assertFound(connection, "changed");
            run(connection, "CHECKPOINT");
            for (var method : METHODS) {
                insert(connection, method, 100, 149);
                run(connection, "DELETE FROM %s_points WHERE id > 630".formatted(method));
            }
        }
        server.close();
        server = QuiverServer.start(ServerOptions.on(data));
        try (var connection = connect(server)) {
            assertFound(connection, "restarted");
        }
        server.close();
    }

    private static Connection connect(QuiverServer server) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:"
                        + server.port()
                        + "/postgres?user=postgres&preferQueryMode=simple");
    }
}
