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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may connect, what sessions start with, and who may pass privileges on. */
class RolesTest {
    @TempDir Path data;
    private QuiverServer server;

    @BeforeEach
    void start() throws IOException {
        server = QuiverServer.start(ServerOptions.on(data));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Connection connect(String user) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres?user=" + user);
    }

    private void asOwner(String... statements) throws SQLException {
        try (var connection = connect("postgres")) {
            run(connection, statements);
        }
    }

    private static void run(Connection connection, String... statements) throws SQLException {
        try (var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static String value(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private static void fails(Connection connection, String sql, String state) {
        assertThatThrownBy(() -> run(connection, sql))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        e -> assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(state));
    }

    @Test
    void theNarrowestDefaultOfASettingWins() throws Exception {
        asOwner(
                "CREATE ROLE reader LOGIN",
                "ALTER ROLE ALL SET work_mem = '5MB'",
                "ALTER DATABASE postgres SET work_mem = '6MB'",
                "ALTER ROLE reader SET work_mem = '7MB'",
                "ALTER ROLE reader SET search_path = a, \"B c\"",
                "ALTER ROLE reader IN DATABASE postgres SET statement_timeout = '11s'");
        stop();
        start();
        try (var reader = connect("reader");
                var owner = connect("postgres")) {
            assertThat(value(reader, "SHOW work_mem")).isEqualTo("7MB");
            assertThat(value(reader, "SHOW statement_timeout")).isEqualTo("11s");
            assertThat(value(reader, "SHOW search_path")).isEqualTo("a, \"B c\"");
            assertThat(value(owner, "SHOW work_mem")).isEqualTo("6MB");
            run(owner, "ALTER ROLE reader RESET work_mem", "ALTER DATABASE postgres RESET ALL");
            assertThat(
                            value(
                                    owner,
                                    "SELECT string_agg(setconfig::text, ' ' ORDER BY setconfig::text)"
                                            + " FROM pg_db_role_setting"))
                    .isEqualTo(
                            "{\"search_path=a, \\\"B c\\\"\"} {statement_timeout=11s}"
                                    + " {work_mem=5MB}");
            fails(owner, "ALTER ROLE reader SET work_mem = 'much'", "22023");
            fails(owner, "ALTER ROLE reader SET nosuch = 1", "42704");
            fails(reader, "ALTER DATABASE postgres SET work_mem = '1MB'", "42501");
            fails(reader, "ALTER ROLE ALL SET work_mem = '1MB'", "42501");
        }
        try (var reader = connect("reader")) {
            assertThat(value(reader, "SHOW work_mem")).isEqualTo("5MB");
        }
    }

    @Test
    void connectingIsAPrivilegeAndIsLimited() throws Exception {
        asOwner(
                "CREATE ROLE guest LOGIN CONNECTION LIMIT 1",
                "REVOKE CONNECT ON DATABASE postgres FROM PUBLIC");
        assertThatThrownBy(() -> connect("guest"))
                .hasMessageContaining("permission denied for database \"postgres\"");
        asOwner("GRANT CONNECT ON DATABASE postgres TO guest");
        try (var first = connect("guest")) {
            assertThat(value(first, "SELECT 1")).isEqualTo("1");
            assertThatThrownBy(() -> connect("guest"))
                    .hasMessageContaining("too many connections for role \"guest\"");
        }
    }

    @Test
    void onlyOwnersAndHoldersOfGrantOptionsPassPrivilegesOn() throws Exception {
        asOwner(
                "CREATE ROLE holder LOGIN",
                "CREATE ROLE third LOGIN",
                "CREATE TABLE shared (a int)",
                "GRANT SELECT ON shared TO holder WITH GRANT OPTION");
        try (var owner = connect("postgres");
                var holder = connect("holder");
                var third = connect("third")) {
            fails(third, "GRANT SELECT ON shared TO third", "42501");
            run(third, "GRANT CREATE ON SCHEMA public TO third");
            assertThat(value(third, "SELECT has_schema_privilege('public', 'CREATE')"))
                    .isEqualTo("f");
            run(holder, "GRANT SELECT ON shared TO third", "GRANT DELETE ON shared TO third");
            assertThat(value(third, "SELECT count(*) FROM shared")).isEqualTo("0");
            fails(third, "DELETE FROM shared", "42501");
            assertThat(value(owner, "SELECT relacl FROM pg_class WHERE relname = 'shared'"))
                    .isEqualTo("{postgres=arwdDxt/postgres,holder=r*/postgres,third=r/holder}");

            fails(owner, "REVOKE SELECT ON shared FROM holder", "2BP01");
            fails(owner, "DROP ROLE third", "2BP01");
            fails(owner, "GRANT USAGE ON TABLE shared TO third", "0LP01");
            fails(owner, "GRANT DELETE (a) ON shared TO third", "0LP01");
            run(owner, "REVOKE SELECT ON shared FROM holder CASCADE");

            fails(third, "SELECT * FROM shared", "42501");
            run(owner, "DROP ROLE third");
        }
    }

    @Test
    void aRoleStaysWhileAnotherDatabaseNeedsIt() throws Exception {
        asOwner("CREATE ROLE needed", "CREATE DATABASE other");
        var url = "jdbc:postgresql://127.0.0.1:" + server.port() + "/other?user=postgres";
        try (var other = DriverManager.getConnection(url);
                var here = connect("postgres")) {
            run(other, "CREATE TABLE t (a int)", "GRANT SELECT ON t TO needed");
            assertThatThrownBy(() -> run(here, "DROP ROLE needed"))
                    .hasMessageContaining("1 object in database other");
            run(other, "DROP OWNED BY needed");
            run(here, "DROP ROLE needed");
        }
    }

    @Test
    void privilegesAreThereAfterARestart() throws Exception {
        asOwner(
                "CREATE ROLE reader LOGIN",
                "CREATE TABLE kept (a int, b int)",
                "GRANT SELECT (a) ON kept TO reader",
                "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader");
        stop();
        start();
        asOwner("CREATE TABLE made_after (a int)");
        try (var reader = connect("reader")) {
            assertThat(value(reader, "SELECT count(a) FROM kept")).isEqualTo("0");
            assertThat(value(reader, "SELECT count(*) FROM made_after")).isEqualTo("0");
            fails(reader, "SELECT b FROM kept", "42501");
        }
    }

    @Test
    void aPreparedStatementAsksAgainAfterARevoke() throws Exception {
        asOwner(
                "CREATE ROLE reader LOGIN",
                "CREATE TABLE t (a int)",
                "CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1",
                "GRANT SELECT ON t TO reader");
        try (var reader = connect("reader");
                var table = reader.prepareStatement("SELECT count(*) FROM t");
                var function = reader.prepareStatement("SELECT f()")) {
            for (int i = 0; i < 7; i++) {
                table.executeQuery().close();
                function.executeQuery().close();
            }
            asOwner("REVOKE SELECT ON t FROM reader", "REVOKE EXECUTE ON FUNCTION f FROM PUBLIC");
            assertThatThrownBy(table::executeQuery).hasMessageContaining("for table t");
            assertThatThrownBy(function::executeQuery).hasMessageContaining("for function f");
        }
    }

    @Test
    void aTableMayReferToItselfInATransactionThatMadeOthers() throws Exception {
        try (var owner = connect("postgres")) {
            run(
                    owner,
                    "BEGIN",
                    "CREATE TABLE made_before (a int)",
                    "CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree)",
                    "COMMIT",
                    "INSERT INTO tree VALUES (1, 1), (2, 1)");
            fails(owner, "INSERT INTO tree VALUES (3, 9)", "23503");
        }
    }
}
