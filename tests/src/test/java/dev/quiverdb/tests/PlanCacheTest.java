package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plan that was kept never answers where a new one would answer otherwise. */
class PlanCacheTest {
    @TempDir static Path data;
    private static QuiverServer server;

    private Connection one;
    private Connection other;

    @BeforeAll
    static void start() throws IOException {
        server = QuiverServer.start(ServerOptions.on(data));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connectBoth() throws SQLException {
        one = connect("&preferQueryMode=simple");
        other = connect("&preferQueryMode=simple");
        run(one, "CREATE TABLE t (id int PRIMARY KEY, v text)", "INSERT INTO t VALUES (1, 'one')");
    }

    @AfterEach
    void dropAll() throws SQLException {
        run(one, "ROLLBACK", "RESET ROLE", "RESET ALL", "DROP TABLE IF EXISTS public.t CASCADE");
        one.close();
        other.close();
    }

    private static Connection connect(String options) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:"
                        + server.port()
                        + "/postgres?user=postgres"
                        + options);
    }

    private static void run(Connection connection, String... statements) throws SQLException {
        try (var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** All rows, fields joined by commas. */
    private static List<String> rows(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                List<String> fields = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    fields.add(String.valueOf(rows.getString(i)));
                }
                found.add(String.join(",", fields));
            }
            return found;
        }
    }

    private static void fails(Connection connection, String sql, String state) {
        assertThatThrownBy(() -> rows(connection, sql))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(state));
    }

    @Test
    void definitionsOfAnotherSessionAreSeenByTheSameText() throws SQLException {
        var sql = "SELECT * FROM t WHERE id = 1";
        assertThat(rows(one, sql)).containsExactly("1,one");
        run(other, "ALTER TABLE t ADD COLUMN w int DEFAULT 7");
        assertThat(rows(one, sql)).containsExactly("1,one,7");
        run(other, "ALTER TABLE t DROP COLUMN v");
        assertThat(rows(one, sql)).containsExactly("1,7");
        run(other, "ALTER TABLE t RENAME COLUMN w TO x");
        fails(one, "SELECT w FROM t WHERE id = 1", "42703");
        run(other, "DROP TABLE t");
        fails(one, sql, "42P01");
        run(other, "CREATE TABLE t (id text)", "INSERT INTO t VALUES ('1')");
        assertThat(rows(one, "SELECT * FROM t")).containsExactly("1");
        fails(one, sql, "42883");
    }

    @Test
    void aRenamedColumnIsNotFoundUnderItsOldName() throws SQLException {
        var sql = "SELECT v FROM t WHERE id = 1";
        assertThat(rows(one, sql)).containsExactly("one");
        run(other, "ALTER TABLE t RENAME COLUMN v TO renamed");
        fails(one, sql, "42703");
    }

    @Test
    void aPreparedStatementSeesNewDefinitionsOrRefuses() throws SQLException {
        try (var prepared = connect("&prepareThreshold=1");
                var all = prepared.prepareStatement("SELECT * FROM t WHERE id = ?");
                var insert = prepared.prepareStatement("INSERT INTO t VALUES (?, ?)");
                var delete = prepared.prepareStatement("DELETE FROM t WHERE id = ?")) {
            all.setInt(1, 1);
            for (int i = 0; i < 3; i++) {
                try (var rows = all.executeQuery()) {
                    assertThat(rows.next()).isTrue();
                }
            }
            for (int i = 10; i < 13; i++) {
                insert.setInt(1, i);
                insert.setString(2, "x");
                insert.execute();
                delete.setInt(1, i);
                delete.execute();
            }
            run(other, "ALTER TABLE t ADD CONSTRAINT positive CHECK (id > 0)");
            insert.setInt(1, -1);
            assertThatThrownBy(insert::execute)
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("23514"));
            run(other, "CREATE TABLE child (t int REFERENCES t)", "INSERT INTO child VALUES (1)");
            delete.setInt(1, 1);
            assertThatThrownBy(delete::execute)
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("23503"));
            run(other, "DROP TABLE child");
            run(other, "CREATE UNIQUE INDEX t_v ON t (v)");
            insert.setInt(1, 2);
            insert.setString(2, "one");
            assertThatThrownBy(insert::execute)
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("23505"));
            run(other, "ALTER TABLE t ALTER COLUMN v TYPE int USING 5");
            try {
                all.executeQuery().close();
            } catch (SQLException e) {
                assertThat(e.getSQLState()).isEqualTo("0A000");
            }
        }
    }

    @Test
    void theSearchPathIsPartOfWhatATextMeans() throws SQLException {
        run(
                one,
                "CREATE SCHEMA a",
                "CREATE SCHEMA b",
                "CREATE TABLE b.t (id int, v text)",
                "INSERT INTO b.t VALUES (1, 'in b')");
        try {
            var sql = "SELECT v FROM t WHERE id = 1";
            assertThat(rows(one, sql)).containsExactly("one");
            run(one, "SET search_path = a, b");
            assertThat(rows(one, sql)).containsExactly("in b");
            assertThat(rows(other, sql)).containsExactly("one");
            // A table that comes into being before the one that the text meant.
            run(other, "CREATE TABLE a.t (id int, v text)", "INSERT INTO a.t VALUES (1, 'in a')");
            assertThat(rows(one, sql)).containsExactly("in a");
            run(other, "DROP TABLE a.t");
            assertThat(rows(one, sql)).containsExactly("in b");
            run(one, "BEGIN", "SET LOCAL search_path = public");
            assertThat(rows(one, sql)).containsExactly("one");
            run(one, "ROLLBACK");
            assertThat(rows(one, sql)).containsExactly("in b");
        } finally {
            run(one, "RESET search_path", "DROP SCHEMA a CASCADE", "DROP SCHEMA b CASCADE");
        }
    }

    @Test
    void aTemporaryTableHidesThePermanentOneFromItsSessionAlone() throws SQLException {
        var sql = "SELECT v FROM t WHERE id = 1";
        assertThat(rows(one, sql)).containsExactly("one");
        run(one, "CREATE TEMP TABLE t (id int, v text)", "INSERT INTO t VALUES (1, 'mine')");
        assertThat(rows(one, sql)).containsExactly("mine");
        assertThat(rows(other, sql)).containsExactly("one");
        run(other, "CREATE TEMP TABLE t (id int, v text)", "INSERT INTO t VALUES (1, 'other')");
        assertThat(rows(other, sql)).containsExactly("other");
        assertThat(rows(one, sql)).containsExactly("mine");
        run(one, "DROP TABLE pg_temp.t");
        assertThat(rows(one, sql)).containsExactly("one");
        run(other, "DROP TABLE pg_temp.t");
    }

    @Test
    void whatATransactionHasDefinedIsItsOwn() throws SQLException {
        var sql = "SELECT * FROM t WHERE id = 1";
        run(one, "BEGIN", "ALTER TABLE t RENAME TO hidden", "CREATE TABLE t (id int, other int)");
        run(one, "INSERT INTO t VALUES (1, 2)");
        assertThat(rows(one, sql)).containsExactly("1,2");
        assertThat(rows(one, sql)).containsExactly("1,2");
        run(one, "ROLLBACK");
        assertThat(rows(other, sql)).containsExactly("1,one");
        assertThat(rows(one, sql)).containsExactly("1,one");
    }

    @Test
    void rolesSeeWhatTheirPoliciesAndPrivilegesAllow() throws SQLException {
        run(
                one,
                "CREATE ROLE ann",
                "CREATE ROLE bob",
                "INSERT INTO t VALUES (2, 'two')",
                "GRANT SELECT ON t TO ann, bob",
                "CREATE POLICY for_ann ON t TO ann USING (id = 1)",
                "CREATE POLICY for_bob ON t TO bob USING (id = 2)");
        try (var prepared = connect("&prepareThreshold=1");
                var statement = prepared.prepareStatement("SELECT v FROM t ORDER BY id")) {
            run(prepared, "SET ROLE ann");
            var sql = "SELECT v FROM t ORDER BY id";
            run(other, "SET ROLE ann");
            assertThat(rows(other, sql)).containsExactly("one", "two");
            assertThat(column(statement)).containsExactly("one", "two");
            run(one, "ALTER TABLE t ENABLE ROW LEVEL SECURITY");
            assertThat(rows(other, sql)).containsExactly("one");
            assertThat(column(statement)).containsExactly("one");
            run(other, "SET ROLE bob");
            assertThat(rows(other, sql)).containsExactly("two");
            run(prepared, "SET ROLE bob");
            assertThat(column(statement)).containsExactly("two");
            assertThat(rows(one, sql)).containsExactly("one", "two");
            run(one, "CREATE POLICY more ON t TO bob USING (id = 1)");
            assertThat(column(statement)).containsExactly("one", "two");
            run(one, "DROP POLICY more ON t");
            assertThat(column(statement)).containsExactly("two");
            run(one, "GRANT ann TO bob");
            assertThat(rows(other, sql)).containsExactly("one", "two");
            assertThat(column(statement)).containsExactly("one", "two");
            run(one, "REVOKE ann FROM bob", "ALTER ROLE bob BYPASSRLS");
            assertThat(column(statement)).containsExactly("one", "two");
            run(one, "ALTER ROLE bob NOBYPASSRLS");
            assertThat(column(statement)).containsExactly("two");
            run(one, "REVOKE SELECT ON t FROM bob");
            fails(other, sql, "42501");
            assertThatThrownBy(statement::executeQuery)
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("42501"));
        } finally {
            run(other, "RESET ROLE");
            run(one, "DROP TABLE t", "DROP ROLE ann", "DROP ROLE bob");
        }
    }

    private static List<String> column(java.sql.PreparedStatement statement) throws SQLException {
        try (var rows = statement.executeQuery()) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        }
    }

    @Test
    void settingsThatChangeWhatALiteralMeansAreRespected() throws SQLException {
        run(one, "SET TimeZone = 'UTC'");
        var moment = "SELECT extract(epoch FROM '2024-01-01 00:00'::timestamptz)::int8";
        assertThat(rows(one, moment)).containsExactly("1704067200");
        run(one, "SET TimeZone = 'Etc/GMT-3'");
        assertThat(rows(one, moment)).containsExactly("1704056400");
        var day = "SELECT extract(month FROM '01/02/2024'::date)::int";
        run(one, "SET DateStyle = 'ISO, MDY'");
        assertThat(rows(one, day)).containsExactly("1");
        run(one, "SET DateStyle = 'ISO, DMY'");
        assertThat(rows(one, day)).containsExactly("2");
        var now = "SELECT 'now'::timestamp::text";
        assertThat(rows(one, now)).isNotEqualTo(rows(one, now));
        run(one, "SET application_name = 'first'");
        var setting = "SELECT current_setting('application_name')";
        assertThat(rows(one, setting)).containsExactly("first");
        run(one, "SET application_name = 'second'");
        assertThat(rows(one, setting)).containsExactly("second");
    }

    @Test
    void literalsOfOtherTypesAreOtherStatements() throws SQLException {
        assertThat(rows(one, "SELECT pg_typeof(1)")).containsExactly("integer");
        assertThat(rows(one, "SELECT pg_typeof(3000000000)")).containsExactly("bigint");
        assertThat(rows(one, "SELECT pg_typeof(1.0)")).containsExactly("numeric");
        run(one, "INSERT INTO t VALUES (2, 'two'), (10, 'ten')");
        assertThat(rows(one, "SELECT v FROM t WHERE id = 2")).containsExactly("two");
        assertThat(rows(one, "SELECT v FROM t WHERE id = '2'")).containsExactly("two");
        assertThat(rows(one, "SELECT v FROM t WHERE id = 2.0")).containsExactly("two");
        assertThat(rows(one, "SELECT v FROM t WHERE id = 2.5")).isEmpty();
        assertThat(rows(one, "SELECT v FROM t WHERE id = 3000000000")).isEmpty();
        fails(one, "SELECT v FROM t WHERE id = 'x'", "22P02");
        assertThat(rows(one, "SELECT v FROM t WHERE id = '10'")).containsExactly("ten");
        assertThat(rows(one, "SELECT v FROM t ORDER BY 1 LIMIT 1")).containsExactly("one");
        assertThat(rows(one, "SELECT v, id FROM t ORDER BY 2 DESC LIMIT 1"))
                .containsExactly("ten,10");
        assertThat(rows(one, "SELECT v FROM t ORDER BY 1 LIMIT 2")).containsExactly("one", "ten");
        assertThat(rows(one, "SELECT 1.23456::numeric(4,2)")).containsExactly("1.23");
        assertThat(rows(one, "SELECT 1.23456::numeric(4,1)")).containsExactly("1.2");
        assertThat(rows(one, "SELECT 'abcdef'::varchar(3)")).containsExactly("abc");
        assertThat(rows(one, "SELECT id + 1, count(*) FROM t GROUP BY id + 1 ORDER BY 1 LIMIT 1"))
                .containsExactly("2,1");
    }

    /** The same statement under a text that nobody has seen, so that it is planned as it stands. */
    private static Object unseen(Connection connection, String sql) {
        return outcome(connection, "/* " + UUID.randomUUID() + " */ " + sql);
    }

    private static Object outcome(Connection connection, String sql) {
        try {
            return rows(connection, sql);
        } catch (SQLException e) {
            return e.getSQLState() + " " + e.getMessage().lines().findFirst().orElse("");
        }
    }

    @Test
    void literalsMeanTheSameWhetherOrNotTheyShareAPlan() throws SQLException {
        run(
                one,
                "CREATE EXTENSION IF NOT EXISTS vector",
                "DROP TABLE t",
                "CREATE TABLE t (id bigint PRIMARY KEY, n numeric(6,2), v varchar(4), d date, u text"
                        + " UNIQUE, e vector(2), b bool)",
                "CREATE INDEX part ON t (v) WHERE n > 5");
        for (int i = 0; i < 40; i++) {
            run(
                    one,
                    "INSERT INTO t VALUES (%d, %d.25, 'v%d', '2024-01-%02d', 'u''%d', '[%d,1]', %b)"
                            .formatted(i - 5, i, i % 7, i % 28 + 1, i, i, i % 2 == 0));
        }
        long seed = Long.getLong("seed", System.nanoTime());
        var random = new Random(seed);
        var numbers =
                List.of(
                        "1",
                        "-3",
                        "0",
                        "7.0",
                        "2.50",
                        "3000000000",
                        "'4'",
                        "' 5 '",
                        "'x'",
                        "1e1",
                        "9223372036854775807",
                        "'2024-01-03'",
                        "NULL",
                        "-2147483648");
        var templates =
                List.of(
                        "SELECT id, n, v FROM t WHERE id = %s",
                        "SELECT id FROM t WHERE u = %s",
                        "SELECT id FROM t WHERE id = %s AND v = %s",
                        "SELECT id FROM t WHERE id > %s ORDER BY id LIMIT %s",
                        "SELECT id FROM t WHERE id >= %s AND id < %s ORDER BY 1",
                        "SELECT d FROM t WHERE id = 3 AND d <> %s",
                        "SELECT n + 1, n - 2 FROM t WHERE id = %s OFFSET 0",
                        "SELECT id FROM t WHERE v = 'v3' AND n > %s ORDER BY id LIMIT 3",
                        "SELECT id, e <-> '[%s,1]' FROM t ORDER BY e <-> '[%s,1]' LIMIT 2",
                        "UPDATE t SET n = n + %s WHERE id = %s RETURNING n",
                        "UPDATE t SET v = %s WHERE id = %s RETURNING v",
                        "UPDATE t SET d = %s, b = 'yes' WHERE id = 4 RETURNING d, b",
                        "DELETE FROM t WHERE id = %s AND b = 'maybe' RETURNING id",
                        "INSERT INTO t (id, n, v) VALUES (%s, %s, 'abc') ON CONFLICT DO NOTHING"
                                + " RETURNING id, n",
                        "SELECT id FROM t WHERE id = %s::int",
                        "SELECT id, %s FROM t WHERE id = 2",
                        "SELECT count(*) FROM t WHERE id = %s GROUP BY n + 1");
        for (int i = 0; i < 500; i++) {
            var template = templates.get(random.nextInt(templates.size()));
            Object[] literals = new Object[2];
            for (int n = 0; n < 2; n++) {
                literals[n] =
                        template.contains("[%s")
                                ? Integer.toString(random.nextInt(3))
                                : numbers.get(random.nextInt(numbers.size()));
            }
            var sql = template.formatted(literals);
            run(one, "BEGIN");
            var shared = outcome(one, sql);
            run(one, "ROLLBACK", "BEGIN");
            var alone = unseen(one, sql);
            run(one, "ROLLBACK");
            assertThat(shared).as("%s; replay with -Dseed=%d", sql, seed).isEqualTo(alone);
        }
    }

    @Test
    void manyClientsWaitForALockedTableWithoutHoldingUpOthers() throws Exception {
        List<Connection> waiting = new ArrayList<>();
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            var sql = "SELECT v FROM t WHERE id = 1";
            for (int i = 0; i < 12; i++) {
                var connection = connect(i % 2 == 0 ? "&preferQueryMode=simple" : "");
                waiting.add(connection);
                assertThat(rows(connection, sql)).containsExactly("one");
            }
            run(one, "BEGIN", "LOCK TABLE t", "UPDATE t SET v = 'changed'");
            List<Future<List<String>>> answers = new ArrayList<>();
            for (var connection : waiting) {
                answers.add(threads.submit(() -> rows(connection, sql)));
            }
            run(other, "SET statement_timeout = '100ms'");
            fails(other, sql, "57014");
            run(other, "SET statement_timeout = 0", "SET lock_timeout = '100ms'");
            fails(other, sql, "55P03");
            assertThat(answers).noneMatch(Future::isDone);
            run(one, "COMMIT");
            for (var answer : answers) {
                assertThat(answer.get(30, TimeUnit.SECONDS)).containsExactly("changed");
            }
        } finally {
            threads.shutdownNow();
            for (var connection : waiting) {
                connection.close();
            }
        }
    }

    @Test
    void aStatementThatSleepsLetsOthersBeAnswered() throws Exception {
        List<Connection> sleeping = new ArrayList<>();
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            List<Future<List<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                var connection = connect("");
                sleeping.add(connection);
                rows(connection, "SELECT pg_sleep(0)");
                rows(connection, "SELECT pg_sleep(0)");
                answers.add(threads.submit(() -> rows(connection, "SELECT pg_sleep(20)")));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(rows(other, "SELECT v FROM t WHERE id = 1")).containsExactly("one");
            }
            assertThat(answers).noneMatch(Future::isDone);
            rows(
                    other,
                    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
                            + " WHERE query = 'SELECT pg_sleep(20)'");
            for (var answer : answers) {
                assertThatThrownBy(() -> answer.get(15, TimeUnit.SECONDS))
                        .hasMessageContaining("canceling statement due to user request");
            }
        } finally {
            threads.shutdownNow();
            for (var connection : sleeping) {
                connection.close();
            }
        }
    }

    @Test
    void valuesThatDecideAConditionAreThoseOfTheirExecution() throws SQLException {
        run(one, "INSERT INTO t SELECT i, 'v' || i % 10 FROM generate_series(2, 2000) i");
        try (var client = connect("&prepareThreshold=1");
                var rows =
                        client.prepareStatement(
                                "SELECT count(*) FROM t WHERE (?::int IS NULL OR id = ?::int)"
                                        + " AND (?::text IS NULL OR v = ?::text)")) {
            for (int round = 0; round < 4; round++) {
                assertThat(count(rows, null, null)).isEqualTo(2000);
                assertThat(count(rows, 42, null)).isEqualTo(1);
                assertThat(count(rows, null, "v3")).isEqualTo(200);
                assertThat(count(rows, 42, "v3")).isZero();
                assertThat(count(rows, 43, "v3")).isEqualTo(1);
                run(one, "UPDATE t SET v = v WHERE id = 43");
            }
        }
    }

    private static long count(PreparedStatement rows, @Nullable Object id, @Nullable String v)
            throws SQLException {
        rows.setObject(1, id, Types.INTEGER);
        rows.setObject(2, id, Types.INTEGER);
        rows.setObject(3, v, Types.VARCHAR);
        rows.setObject(4, v, Types.VARCHAR);
        try (var answer = rows.executeQuery()) {
            answer.next();
            return answer.getLong(1);
        }
    }
}
