package dev.quiverdb.tests;

import static dev.quiverdb.tests.LocalServer.column;
import static dev.quiverdb.tests.LocalServer.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A tenant to each partition: what is left out is never missed, and the nearest come from all. */
class PartitionedSearchTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    @RegisterExtension final LocalServer server = new LocalServer();

    /** Points on a grid, so that every distance is exact and the tenth is not the eleventh. */
    private static void makeDocs(Connection connection) throws SQLException {
        run(
                connection,
                "CREATE EXTENSION vector",
                "CREATE TABLE docs (tenant text, id int, lang text, e vector(2)) PARTITION BY LIST (tenant)",
                "CREATE TABLE docs_a PARTITION OF docs FOR VALUES IN ('a')",
                "CREATE TABLE docs_b (id int, e vector(2), lang text, tenant text)",
                "ALTER TABLE docs ATTACH PARTITION docs_b FOR VALUES IN ('b', 'bb')",
                "CREATE TABLE docs_other PARTITION OF docs DEFAULT",
                "CREATE INDEX ON docs USING hnsw (e vector_l2_ops)",
                "INSERT INTO docs SELECT (ARRAY['a', 'b', 'bb', 'c'])[1 + i % 4], i,"
                        + " CASE WHEN i % 10 = 0 THEN 'fr' ELSE 'en' END,"
                        + " ('[' || i || ',' || i * 0.5 || ']')::vector FROM generate_series(1, 2000) i");
    }

    @Test
    void theNearestOfAllPartitionsComeInOrder() throws SQLException {
        try (var connection = server.connect()) {
            makeDocs(connection);
            var nearest = " ORDER BY e <-> '[1000.2,500.1]' LIMIT 6";

            assertThat(column(connection, "SELECT id FROM docs" + nearest))
                    .containsExactly("1000", "1001", "999", "1002", "998", "1003");
            assertThat(column(connection, "SELECT id FROM docs WHERE lang = 'fr'" + nearest))
                    .containsExactly("1000", "1010", "990", "1020", "980", "1030");
            assertThat(column(connection, "SELECT id FROM docs" + nearest + " OFFSET 4"))
                    .containsExactly("998", "1003", "997", "1004", "996", "1005");
            assertThat(column(connection, "SELECT id FROM docs WHERE tenant = 'bb'" + nearest))
                    .containsExactly("1002", "998", "1006", "994", "1010", "990");
            assertThat(
                            String.join(
                                    "\n",
                                    column(connection, "EXPLAIN SELECT id FROM docs" + nearest)))
                    .contains("Merge Append", "docs_a_e_idx", "docs_b_e_idx", "docs_other_e_idx");
            assertThat(
                            String.join(
                                    "\n",
                                    column(
                                            connection,
                                            "EXPLAIN SELECT id FROM docs WHERE tenant = 'a'"
                                                    + nearest)))
                    .contains("Vector Search using docs_a_e_idx")
                    .doesNotContain("docs_b", "docs_other", "Append");
        }
    }

    @Test
    void aPolicyLeavesPartitionsOutToo() throws SQLException {
        try (var connection = server.connect()) {
            makeDocs(connection);
            run(
                    connection,
                    "CREATE ROLE reader",
                    "GRANT SELECT ON docs TO reader",
                    "ALTER TABLE docs ENABLE ROW LEVEL SECURITY",
                    "CREATE POLICY own ON docs USING (tenant = current_setting('app.tenant', true))",
                    "SET ROLE reader",
                    "SET app.tenant = 'b'");
            var nearest = "SELECT id FROM docs WHERE lang = 'en' ORDER BY e <-> ?::vector LIMIT 3";

            assertThat(column(connection, nearest, "[1000.2,500.1]"))
                    .containsExactly("1001", "997", "1005");
            var plan =
                    String.join(
                            "\n",
                            column(
                                    connection,
                                    "EXPLAIN (ANALYZE) "
                                            + nearest.replace("?", "'[1000.2,500.1]'")));
            assertThat(plan).contains("Subplans Removed: 2", "docs_b_e_idx");
            run(connection, "SET app.tenant = 'nobody'");
            assertThat(column(connection, nearest, "[1000.2,500.1]")).isEmpty();
            run(connection, "RESET app.tenant");
            assertThat(column(connection, nearest, "[1000.2,500.1]")).isEmpty();
        }
    }

    @Test
    void whatIsLeftOutHasNoRows() throws SQLException {
        try (var connection = server.connect()) {
            run(
                    connection,
                    "CREATE TABLE l (a int, b text) PARTITION BY LIST (a)",
                    "CREATE TABLE l1 PARTITION OF l FOR VALUES IN (1, 2, NULL)",
                    "CREATE TABLE l2 PARTITION OF l FOR VALUES IN (5, 7)",
                    "CREATE TABLE l3 PARTITION OF l DEFAULT",
                    "CREATE TABLE r (a int, b int) PARTITION BY RANGE (a, b)",
                    "CREATE TABLE r1 PARTITION OF r FOR VALUES FROM (MINVALUE, MINVALUE) TO (3, 4)",
                    "CREATE TABLE r2 PARTITION OF r FOR VALUES FROM (3, 4) TO (3, 8)",
                    "CREATE TABLE r3 PARTITION OF r FOR VALUES FROM (3, 8) TO (7, MINVALUE)",
                    "CREATE TABLE r4 PARTITION OF r FOR VALUES FROM (7, 2) TO (9, MAXVALUE)"
                            + " PARTITION BY HASH (b)",
                    "CREATE TABLE r41 PARTITION OF r4 FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
                    "CREATE TABLE r42 PARTITION OF r4 FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
                    "CREATE TABLE r5 PARTITION OF r DEFAULT",
                    "INSERT INTO l SELECT nullif(i % 12, 11), i FROM generate_series(1, 200) i",
                    "INSERT INTO r SELECT nullif(i % 12, 11), nullif(i % 11, 10)"
                            + " FROM generate_series(1, 500) i");
            var random = new Random(SEED);
            for (int i = 0; i < 300; i++) {
                boolean list = random.nextInt(3) == 0;
                var first = condition("a", random);
                var second = list ? "true" : condition("b", random);
                var where = random.nextInt(3) == 0 ? first : first + " AND " + second;
                var table = list ? "l" : "r";
                // Nothing is known of a sum, so nothing is left out.
                var hidden = where.replaceAll("\\b([ab])\\b", "($1 + 0)");
                int value = random.nextInt(13) - 1;
                var values = new Object[(int) where.chars().filter(c -> c == '?').count()];
                java.util.Arrays.fill(values, value);

                assertThat(
                                column(
                                        connection,
                                        "SELECT count(*) FROM " + table + " WHERE " + where,
                                        values))
                        .as("%s, ? = %d: replay with -Dseed=%d", where, value, SEED)
                        .isEqualTo(
                                column(
                                        connection,
                                        "SELECT count(*) FROM " + table + " WHERE " + hidden,
                                        values));
            }
        }
    }

    private static String condition(String column, Random random) {
        int value = random.nextInt(13) - 1;
        return switch (random.nextInt(8)) {
            case 0 -> column + " IS NULL";
            case 1 -> column + " IN (" + value + ", " + random.nextInt(10) + ")";
            case 2 -> column + " = ?";
            case 3 -> column + " >= ? AND " + column + " < " + (value + 3);
            case 4 -> column + " < " + value;
            case 5 -> column + " > " + value + " AND " + column + " <= " + (value + 2);
            case 6 -> column + " = " + value + " AND " + column + " > " + random.nextInt(9);
            default -> column + " = " + value;
        };
    }
}
