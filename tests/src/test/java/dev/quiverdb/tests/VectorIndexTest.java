package dev.quiverdb.tests;

import static dev.quiverdb.tests.LocalServer.column;
import static dev.quiverdb.tests.LocalServer.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vector indexes of every method and type, in SQL: what they find is what a scan finds. */
class VectorIndexTest {
    private static final int ROWS = 1500;

    /** Each row: a point near one of 20 centres, as text of a vector of 6 dimensions. */
    private static final String POINTS =
            "(SELECT i, '[' || string_agg((sin((i %% 20) * 7.3 + d * 1.9) * 10"
                    + " + sin(i * d * 1.7))::numeric(8,3)::text, ',' ORDER BY d) || ']' AS point"
                    + " FROM generate_series(%d, %d) i, generate_series(1, 6) d GROUP BY i)";

    @RegisterExtension final LocalServer server = new LocalServer();

    /** How points become values of a type. */
    private static String value(String type, String point) {
        return switch (type) {
            case "vector" -> point + "::vector(6)";
            case "halfvec" -> point + "::halfvec(6)";
            case "sparsevec" -> point + "::vector::sparsevec(6)";
            case "bit" -> "(binary_quantize(" + point + "::vector) || i::bit(70))::bit(76)";
            case "shortbit" -> "(binary_quantize(" + point + "::vector) || i::bit(7))::bit(13)";
            default -> throw new IllegalArgumentException(type);
        };
    }

    private static String declared(String type) {
        return switch (type) {
            case "bit" -> "bit(76)";
            case "shortbit" -> "bit(13)";
            default -> type + "(6)";
        };
    }

    private void insert(Connection connection, String type, int from, int to) throws SQLException {
        run(
                connection,
                "INSERT INTO points (id, one_in_2, one_in_100, v) SELECT i, i %% 2, i %% 100, %s FROM %s p"
                        .formatted(value(type, "point"), POINTS.formatted(from, to)));
    }

    /** Share of the exact answers that an index finds; each answer must be full and qualify. */
    private static double recall(Connection connection, String operator, String where)
            throws SQLException {
        int hits = 0;
        int wanted = 0;
        for (int q = 0; q < 5; q++) {
            var query =
                    "SELECT id FROM points %s ORDER BY v %s (SELECT v FROM points WHERE id = %d)"
                            .formatted(where, operator, 700 + 31 * q);
            // Distances, for rows at the same distance may come in any order.
            var distance =
                    "SELECT round((v %s (SELECT v FROM points WHERE id = %d))::numeric, 4) d FROM points"
                            .formatted(operator, 700 + 31 * q);
            var found =
                    column(
                            connection,
                            distance + " WHERE id IN (" + query + " LIMIT 10) ORDER BY d");
            run(connection, "SET enable_indexscan = off");
            var exact = column(connection, distance + " " + where + " ORDER BY d LIMIT 10");
            run(connection, "SET enable_indexscan = on");
            assertThat(found).as(query).hasSameSizeAs(exact);
            var left = new ArrayList<>(exact);
            for (var one : found) {
                hits += left.remove(one) ? 1 : 0;
            }
            wanted += exact.size();
        }
        return wanted == 0 ? 1 : (double) hits / wanted;
    }

    @ParameterizedTest
    @CsvSource({
        "hnsw, vector, vector_l1_ops, <+>, ''",
        "hnsw, sparsevec, sparsevec_l2_ops, <->, ''",
        "hnsw, sparsevec, sparsevec_cosine_ops, <=>, ''",
        "hnsw, sparsevec, sparsevec_ip_ops, <#>, ''",
        "hnsw, shortbit, bit_jaccard_ops, <%>, ''",
        "ivfflat, vector, vector_l2_ops, <->, WITH (lists = 20)",
        "ivfflat, halfvec, halfvec_cosine_ops, <=>, WITH (lists = 20)",
        "ivfflat, vector, vector_ip_ops, <#>, WITH (lists = 20)",
        "ivfflat, bit, bit_hamming_ops, <~>, WITH (lists = 10)",
        "ivfflat, shortbit, bit_hamming_ops, <~>, WITH (lists = 10)",
        "ivfpq, vector, vector_cosine_ops, <=>, 'WITH (lists = 20, pq_m = 8, pq_bits = 8)'",
        "ivfpq, halfvec, halfvec_l2_ops, <->, 'WITH (lists = 20, rotation = opq)'"
    })
    void whatAnIndexFindsIsWhatAScanFinds(
            String method, String type, String operatorClass, String operator, String options)
            throws SQLException, IOException {
        try (var connection = server.connect("user=postgres&preferQueryMode=simple")) {
            run(
                    connection,
                    "CREATE EXTENSION IF NOT EXISTS vector",
                    "CREATE TABLE points (id int PRIMARY KEY, one_in_2 int, one_in_100 int, v %s)"
                            .formatted(declared(type)));
            insert(connection, type, 1, ROWS);
            run(
                    connection,
                    "INSERT INTO points (id) VALUES (0)",
                    "CREATE INDEX points_v ON points USING %s (v %s) %s"
                            .formatted(method, operatorClass, options));
            assertThat(
                            column(
                                    connection,
                                    "EXPLAIN SELECT id FROM points ORDER BY v %s (SELECT v FROM points WHERE id = 1) LIMIT 3"
                                            .formatted(operator)))
                    .anyMatch(line -> line.contains("Vector Search using points_v"));
            run(connection, "SET ivfflat.probes = 6", "SET ivfpq.probes = 6");
            for (var where :
                    List.of("", "WHERE one_in_2 = 1", "WHERE one_in_100 = 7", "WHERE id = 77")) {
                assertThat(recall(connection, operator, where)).as(where).isGreaterThan(0.85);
            }

            insert(connection, type, ROWS + 1, ROWS + 200);
            run(
                    connection,
                    "DELETE FROM points WHERE id BETWEEN 100 AND 400",
                    "UPDATE points SET v = (SELECT v FROM points p WHERE p.id = 5) WHERE id = 9",
                    "BEGIN",
                    "DELETE FROM points WHERE id > 1000",
                    "ROLLBACK");
            assertThat(recall(connection, operator, "")).as("changed").isGreaterThan(0.85);
            run(connection, "CHECKPOINT");
            insert(connection, type, 100, 150);
        }
        server.restart();
        try (var connection = server.connect("user=postgres&preferQueryMode=simple")) {
            run(connection, "SET ivfflat.probes = 6", "SET ivfpq.probes = 6");
            assertThat(recall(connection, operator, "")).as("restarted").isGreaterThan(0.85);
            assertThat(
                            column(
                                    connection,
                                    "SELECT count(*) FROM (SELECT id FROM points ORDER BY v %s (SELECT v FROM points WHERE id = 1) LIMIT 5000) p"
                                            .formatted(operator)))
                    .containsExactly("1451");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector", "halfvec", "sparsevec"})
    void searchesOfOneSnapshotSeeOneStateWhateverHappensBeside(String type) throws SQLException {
        try (var reader = server.connect("user=postgres&preferQueryMode=simple");
                var writer = server.connect("user=postgres&preferQueryMode=simple")) {
            run(
                    writer,
                    "CREATE EXTENSION IF NOT EXISTS vector",
                    "CREATE TABLE points (id int PRIMARY KEY, one_in_2 int, one_in_100 int, v %s)"
                            .formatted(declared(type)));
            insert(writer, type, 1, 300);
            run(writer, "CREATE INDEX ON points USING hnsw (v %s_l2_ops)".formatted(type));
            var point = "(SELECT v FROM points WHERE id = 10)";
            var nearest = "SELECT id FROM points ORDER BY v <-> " + point + " LIMIT 5";
            run(reader, "BEGIN ISOLATION LEVEL REPEATABLE READ");
            var before = column(reader, nearest);
            var twin = "INSERT INTO points (id, v) SELECT %d, v FROM points WHERE id = 10";
            run(writer, "BEGIN", twin.formatted(1001));
            assertThat(column(reader, nearest)).as("not committed").isEqualTo(before);
            assertThat(column(writer, nearest)).as("own").contains("1001").hasSize(5);
            run(writer, "COMMIT");
            assertThat(column(reader, nearest)).as("newer than the snapshot").isEqualTo(before);
            run(
                    writer,
                    "UPDATE points SET v = '%s' WHERE id NOT IN (10, 1001)"
                            .formatted(type.equals("sparsevec") ? "{6:100}/6" : "[0,0,0,0,0,100]"),
                    "DELETE FROM points WHERE id = " + before.get(1));
            assertThat(column(reader, nearest)).as("changed").isEqualTo(before);
            run(reader, "COMMIT");
            var after = column(reader, nearest);
            assertThat(after).hasSize(5).contains("10", "1001").doesNotContain(before.get(1));
            run(writer, "BEGIN", "DELETE FROM points WHERE id = 1001");
            assertThat(column(writer, nearest)).as("deleted").hasSize(5).doesNotContain("1001");
            assertThat(column(reader, nearest)).as("by another").contains("1001");
            run(writer, "ROLLBACK");
            assertThat(column(writer, nearest)).contains("10", "1001");
        }
    }

    @Test
    void aBoundOnASearchIsKeptAndWithoutOneAllRowsCome() throws SQLException {
        try (var connection = server.connect("user=postgres&preferQueryMode=simple")) {
            run(
                    connection,
                    "CREATE EXTENSION IF NOT EXISTS vector",
                    "CREATE TABLE points (id int PRIMARY KEY, one_in_2 int, one_in_100 int, v vector(6))");
            insert(connection, "vector", 1, ROWS);
            run(
                    connection,
                    "CREATE INDEX ON points USING ivfflat (v vector_l2_ops) WITH (lists = 30)",
                    "CREATE INDEX ON points USING hnsw (v vector_cosine_ops)");
            var byLists =
                    "SELECT count(*) FROM (SELECT 1 FROM points WHERE one_in_100 = 3 ORDER BY v <-> '[1,2,3,4,5,6]' LIMIT 15) p";
            var byGraph =
                    "SELECT count(*) FROM (SELECT 1 FROM points ORDER BY v <=> '[1,2,3,4,5,6]' LIMIT 100) p";
            assertThat(column(connection, byLists)).containsExactly("15");
            assertThat(column(connection, byGraph)).containsExactly("100");
            run(connection, "SET ivfflat.iterative_scan = off", "SET hnsw.iterative_scan = off");
            assertThat(Integer.parseInt(column(connection, byLists).getFirst())).isLessThan(15);
            assertThat(column(connection, byGraph)).containsExactly("40");
            run(
                    connection,
                    "SET ivfflat.iterative_scan = relaxed_order",
                    "SET hnsw.iterative_scan = strict_order");
            assertThat(column(connection, byLists)).containsExactly("15");
            assertThat(column(connection, byGraph)).containsExactly("100");
            run(connection, "SET ivfflat.max_probes = 2");
            assertThat(Integer.parseInt(column(connection, byLists).getFirst())).isLessThan(15);
            run(
                    connection,
                    "RESET ivfflat.max_probes",
                    "RESET ivfflat.iterative_scan",
                    "RESET hnsw.iterative_scan");
            assertThat(column(connection, byLists)).containsExactly("15");
            assertThat(column(connection, byGraph)).containsExactly("100");
        }
    }

    @Test
    void expressionsAndPredicatesHaveIndexesThatOutliveARestart() throws SQLException, IOException {
        var queries =
                List.of(
                        "SELECT id FROM points ORDER BY v::halfvec(6) <-> '[1,2,3,4,5,6]' LIMIT 5",
                        "SELECT id FROM points ORDER BY subvector(v, 1, 3)::vector(3) <-> '[1,2,3]' LIMIT 5",
                        "SELECT id FROM points WHERE one_in_2 = 1 ORDER BY v <-> '[1,2,3,4,5,6]' LIMIT 5");
        List<List<String>> answers = new ArrayList<>();
        try (var connection = server.connect("user=postgres&preferQueryMode=simple")) {
            run(
                    connection,
                    "CREATE EXTENSION IF NOT EXISTS vector",
                    "CREATE TABLE points (id int PRIMARY KEY, one_in_2 int, one_in_100 int, v vector(6))");
            insert(connection, "vector", 1, 400);
            run(
                    connection,
                    "CREATE INDEX ON points USING hnsw ((v::halfvec(6)) halfvec_l2_ops)",
                    "CREATE INDEX ON points USING ivfflat ((subvector(v, 1, 3)::vector(3)) vector_l2_ops) WITH (lists = 4)",
                    "CREATE INDEX ON points USING hnsw (v vector_l2_ops) WHERE one_in_2 = 1",
                    "CHECKPOINT");
            for (var query : queries) {
                assertThat(column(connection, "EXPLAIN " + query))
                        .anyMatch(line -> line.contains("Vector Search using"));
                answers.add(column(connection, query));
                assertThat(answers.getLast()).hasSize(5);
            }
        }
        server.restart();
        try (var connection = server.connect("user=postgres&preferQueryMode=simple")) {
            for (int i = 0; i < queries.size(); i++) {
                assertThat(column(connection, queries.get(i))).isEqualTo(answers.get(i));
            }
        }
    }

    @Test
    void aSparseVectorWithTooManyEntriesIsRefusedWhereAnIndexWouldHaveIt() throws SQLException {
        try (var connection = server.connect("user=postgres&preferQueryMode=simple")) {
            run(
                    connection,
                    "CREATE EXTENSION IF NOT EXISTS vector",
                    "CREATE TABLE s (v sparsevec(2000))",
                    "CREATE INDEX ON s USING hnsw (v sparsevec_l2_ops)");
            assertThatThrownBy(() ->
                            run(
                                    connection,
                                    "INSERT INTO s VALUES (('[' || repeat('1,', 1001) || rtrim(repeat('0,', 999), ',') || ']')::vector::sparsevec)"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining(
                            "sparsevec cannot have more than 1000 non-zero elements for hnsw index")
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("54000");
        }
    }

    /** What links in the background must not outlive the vectors that it reads. */
    @ParameterizedTest
    @ValueSource(strings = {"hnsw", "ivfflat"})
    void truncatedTableIsLeftAloneInTheBackground(String method) throws SQLException {
        var uncaught = new java.util.concurrent.ConcurrentLinkedQueue<Throwable>();
        var before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((_, e) -> uncaught.add(e));
        try (var connection = server.connect("user=postgres&preferQueryMode=simple")) {
            run(
                    connection,
                    "CREATE EXTENSION vector",
                    "CREATE TABLE t (id bigint PRIMARY KEY, v vector(64))",
                    "INSERT INTO t SELECT i, array_fill(i::real, ARRAY[64])::vector"
                            + " FROM generate_series(1, 100) i",
                    "CREATE INDEX ON t USING " + method + " (v vector_l2_ops)");
            for (int i = 0; i < 6; i++) {
                run(
                        connection,
                        "TRUNCATE t",
                        "INSERT INTO t SELECT i, array_fill(sin(i * 0.7)::real, ARRAY[64])::vector"
                                + " FROM generate_series(1, 1000) i");
            }
            assertThat(column(connection, "SELECT count(*) FROM t")).containsExactly("1000");
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertThat(uncaught).isEmpty();
    }
}
