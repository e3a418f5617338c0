package dev.quiverdb.tests;

import static dev.quiverdb.tests.LocalServer.column;
import static dev.quiverdb.tests.LocalServer.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Nearest rows among those that a filter lets pass, by whatever way the search takes: as many as
 * qualify, and those that a scan finds.
 */
class FilteredSearchTest {
    private static final int ROWS = 3000;
    private static final int DIMENSIONS = 8;

    @RegisterExtension final LocalServer server = new LocalServer();

    /** A condition with its parameters. */
    private record Filter(String sql, Object... values) {}

    private static final List<String> TYPES = List.of("vector", "vector", "halfvec", "sparsevec");

    /** One table in one state, asked by many filters. */
    private static final class Trial {
        final SplittableRandom chance;
        final Connection connection;
        final String type;
        int nextId;
        int hits;
        int wanted;

        Trial(SplittableRandom chance, Connection connection) {
            this.chance = chance;
            this.connection = connection;
            this.type = TYPES.get(chance.nextInt(TYPES.size()));
        }

        String point() {
            int centre = chance.nextInt(12);
            var text = new StringBuilder("[");
            for (int d = 0; d < DIMENSIONS; d++) {
                double value = Math.sin(centre * 7.3 + d * 1.9) * 3 + chance.nextGaussian();
                text.append(d > 0 ? "," : "").append("%.4f".formatted(value));
            }
            var cast = type.equals("vector") ? "" : "::" + type + "(" + DIMENSIONS + ")";
            return "'" + text + "]'::vector" + cast;
        }

        /** Few rows belong to a high tenant, and nearly none to the highest. */
        int tenant() {
            return (int) (Math.pow(chance.nextDouble(), 4) * 200);
        }

        void insert(int count) throws SQLException {
            var sql = new StringBuilder("INSERT INTO items (id, tenant, kind, v) VALUES ");
            for (int i = 0; i < count; i++) {
                int id = nextId++;
                var kind = id % 97 == 0 ? "NULL" : "'k" + chance.nextInt(30) + "'";
                sql.append(i > 0 ? "," : "")
                        .append("(%d, %d, %s, ".formatted(id, tenant(), kind))
                        .append(id % 211 == 5 ? "NULL" : point())
                        .append(')');
            }
            run(connection, sql.toString());
        }

        void change() throws SQLException {
            int from = chance.nextInt(nextId);
            switch (chance.nextInt(5)) {
                case 0 -> insert(1 + chance.nextInt(40));
                case 1 ->
                        run(
                                connection,
                                "DELETE FROM items WHERE id BETWEEN %d AND %d"
                                        .formatted(from, from + chance.nextInt(60)));
                case 2 ->
                        run(
                                connection,
                                "UPDATE items SET tenant = %d WHERE id BETWEEN %d AND %d"
                                        .formatted(tenant(), from, from + chance.nextInt(60)));
                case 3 ->
                        run(
                                connection,
                                "UPDATE items SET v = %s WHERE id BETWEEN %d AND %d"
                                        .formatted(point(), from, from + chance.nextInt(20)));
                default ->
                        run(
                                connection,
                                "UPDATE items SET kind = 'k1', tenant = tenant + 1 WHERE id %% 50 = %d"
                                        .formatted(chance.nextInt(50)));
            }
        }

        Filter filter() {
            int tenant = tenant();
            int kind = chance.nextInt(31);
            return switch (chance.nextInt(14)) {
                case 0 -> new Filter("tenant = " + tenant);
                case 1 -> new Filter("tenant = ?", tenant);
                case 2 -> new Filter("tenant = ? AND kind = ?", tenant, "k" + kind);
                case 3 -> new Filter("tenant IN (%d, %d, 500)".formatted(tenant, tenant + 3));
                case 4 -> new Filter("tenant BETWEEN ? AND ?", tenant, tenant + 5);
                case 5 -> new Filter("tenant > " + tenant);
                case 6 -> new Filter("tenant < ?", chance.nextInt(3));
                case 7 -> new Filter("kind = ?", "k" + kind);
                case 8 -> new Filter("kind IS NULL");
                case 9 -> new Filter("id % 500 = 3");
                case 10 -> new Filter("length(kind) + tenant % 7 = ?", 4);
                case 11 -> new Filter("kind = 'k1' OR tenant = " + tenant);
                case 12 ->
                        new Filter(
                                "tenant = (SELECT max(tenant) - 100 FROM items WHERE id < 1000)");
                default -> new Filter("tenant IS NOT NULL AND NOT (kind = 'k2')");
            };
        }

        /** Asks by index, several times as a prepared statement is, and by a scan. */
        void ask() throws SQLException {
            var filter = filter();
            int limit = 1 + chance.nextInt(25);
            var order = " ORDER BY v <-> " + point() + ", id LIMIT " + limit;
            var byScan = "SELECT id FROM items WHERE " + filter.sql + order;
            // A second key asks for a sort: what is compared is the index alone.
            var byIndex = byScan.replace(", id LIMIT", " LIMIT");
            var exact = column(connection, byScan, filter.values);
            for (int i = 0; i < 2; i++) {
                var found = column(connection, byIndex, filter.values);
                assertThat(found).as(byIndex).hasSameSizeAs(exact).doesNotHaveDuplicates();
                assertThat(
                                column(
                                        connection,
                                        "SELECT id FROM items WHERE " + filter.sql,
                                        filter.values))
                        .as(byIndex)
                        .containsAll(found);
                var answer = new HashSet<>(exact);
                hits += (int) found.stream().filter(answer::contains).count();
                wanted += exact.size();
            }
        }
    }

    private static void makeItems(Trial trial, String method, String partitions)
            throws SQLException {
        run(
                trial.connection,
                "CREATE EXTENSION IF NOT EXISTS vector",
                "DROP TABLE IF EXISTS items",
                "CREATE TABLE items (id int, tenant int, kind text, v %s(%d)) %s"
                        .formatted(trial.type, DIMENSIONS, partitions));
        if (!partitions.isEmpty()) {
            run(
                    trial.connection,
                    "CREATE TABLE items_low PARTITION OF items FOR VALUES FROM (MINVALUE) TO (3)",
                    "CREATE TABLE items_rest PARTITION OF items DEFAULT");
        }
        for (int i = 0; i < ROWS / 500; i++) {
            trial.insert(500);
        }
        run(
                trial.connection,
                "CREATE INDEX ON items USING %s (v %s_l2_ops)".formatted(method, trial.type),
                "CREATE INDEX ON items (tenant, kind)",
                "SET hnsw.ef_search = 120",
                "SET ivfflat.probes = 30");
    }

    private static String method(Trial trial) {
        return trial.type.equals("sparsevec") || trial.chance.nextBoolean() ? "hnsw" : "ivfflat";
    }

    @Randomised(runs = 6)
    void aFilteredSearchFindsWhatAScanFinds(SplittableRandom chance) throws SQLException {
        try (var connection = server.connect()) {
            var trial = new Trial(chance, connection);
            makeItems(
                    trial,
                    method(trial),
                    chance.nextInt(3) == 0 ? "PARTITION BY RANGE (tenant)" : "");
            for (int round = 0; round < 6; round++) {
                for (int i = 0; i < 6; i++) {
                    trial.ask();
                }
                // Own rows, seen by the transaction alone, then by all or by none.
                connection.setAutoCommit(false);
                for (int i = 0; i < 3; i++) {
                    trial.change();
                }
                for (int i = 0; i < 6; i++) {
                    trial.ask();
                }
                if (chance.nextBoolean()) {
                    connection.commit();
                } else {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
            assertThat((double) trial.hits / trial.wanted).isGreaterThan(0.97);
        }
    }

    @Randomised(runs = 3)
    void anOldSnapshotFiltersWhatItSees(SplittableRandom chance) throws SQLException {
        try (var writer = server.connect();
                var reader = server.connect()) {
            var trial = new Trial(chance, writer);
            makeItems(trial, method(trial), "");
            reader.setAutoCommit(false);
            reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            run(reader, "SET hnsw.ef_search = 120", "SET ivfflat.probes = 30");
            for (var filter : List.of("tenant = 1", "kind = 'k3'", "tenant < 2", "id % 300 = 7")) {
                var sql =
                        "SELECT id FROM items WHERE %s ORDER BY v <-> %s LIMIT 10"
                                .formatted(filter, trial.point());
                var before = column(reader, sql);
                for (int i = 0; i < 3; i++) {
                    trial.change();
                }
                run(writer, "UPDATE items SET tenant = 9999, kind = 'gone' WHERE " + filter);
                assertThat(column(reader, sql)).as(sql).containsExactlyElementsOf(before);
                assertThat(column(writer, sql).size())
                        .as(sql)
                        .isEqualTo(filter.startsWith("id") ? 10 : 0);
                reader.commit();
            }
        }
    }

    @Randomised(runs = 3)
    void aPolicyIsPartOfTheFilter(SplittableRandom chance) throws SQLException {
        try (var connection = server.connect()) {
            var trial = new Trial(chance, connection);
            makeItems(trial, method(trial), "");
            run(
                    connection,
                    "CREATE TABLE members (name text, tenant int)",
                    "INSERT INTO members VALUES ('ann', 1), ('ann', 40), ('bob', 0), ('eve', -1)",
                    "DROP ROLE IF EXISTS app",
                    "CREATE ROLE app",
                    "GRANT SELECT ON items, members TO app",
                    "ALTER TABLE items ENABLE ROW LEVEL SECURITY",
                    chance.nextBoolean()
                            ? "CREATE POLICY own ON items USING (tenant IN (SELECT m.tenant FROM"
                                    + " members m WHERE m.name = current_setting('app.name')))"
                            : "CREATE POLICY own ON items USING (tenant = ANY (CASE"
                                    + " current_setting('app.name') WHEN 'ann' THEN '{1,40}'::int[]"
                                    + " WHEN 'bob' THEN '{0}' ELSE '{}' END))");
            for (var name : List.of("ann", "bob", "eve")) {
                run(connection, "RESET ROLE");
                int visible =
                        Integer.parseInt(
                                column(
                                                connection,
                                                "SELECT count(*) FROM items i JOIN members m USING"
                                                        + " (tenant) WHERE m.name = ?",
                                                name)
                                        .getFirst());
                run(connection, "SET ROLE app", "SET app.name = '" + name + "'");
                assertThat(column(connection, "SELECT id FROM items")).hasSize(visible);
                for (int i = 0; i < 8; i++) {
                    trial.ask();
                }
            }
            assertThat((double) trial.hits / trial.wanted).isGreaterThan(0.97);
        }
    }

    private static String explain(Connection connection, String sql) throws SQLException {
        return String.join("\n", column(connection, "EXPLAIN (ANALYZE) " + sql));
    }

    @Test
    void explainTellsHowTheRowsWereFound() throws SQLException {
        try (var connection = server.connect()) {
            run(
                    connection,
                    "CREATE EXTENSION vector",
                    "CREATE TABLE items (id int, tenant int, kind int, v vector(2))",
                    "INSERT INTO items SELECT i, i / 100, i % 200, ('[' || i || ',' || i || ']')::vector"
                            + " FROM generate_series(0, 19999) i",
                    "CREATE INDEX ON items USING hnsw (v vector_l2_ops)",
                    "CREATE INDEX items_tenant ON items (tenant)");
            var nearest = " ORDER BY v <-> '[7000,7000]' LIMIT 5";

            assertThat(explain(connection, "SELECT id FROM items WHERE tenant = 7" + nearest))
                    .contains(
                            "Filter Index: items_tenant",
                            "Filter Index Cond: (tenant = 7)",
                            "Matching Rows: 100 by items_tenant",
                            "Search Mode: matching rows one by one");
            assertThat(explain(connection, "SELECT id FROM items WHERE kind = 7" + nearest))
                    .containsPattern("Matching Rows: 100 by a scan after \\d+ tests")
                    .contains("Search Mode: matching rows one by one");
            assertThat(explain(connection, "SELECT id FROM items WHERE id > 10" + nearest))
                    .contains("Search Mode: graph\n")
                    .containsPattern("Passed: \\d+ of \\d+ tested")
                    .doesNotContain("Matching Rows");
            run(connection, "DROP INDEX items_v_idx");
            assertThat(explain(connection, "SELECT id FROM items WHERE tenant = 7" + nearest))
                    .contains("Searched: exact", "Matching Rows: 100 by items_tenant")
                    .contains("Distances: 100\n");
        }
    }
}
