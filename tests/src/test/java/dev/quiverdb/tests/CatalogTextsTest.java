package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients read of the catalog: definitions as text, descriptions of results, metadata. */
class CatalogTextsTest {
    @TempDir static Path data;
    private static QuiverServer server;
    private static Connection connection;

    @BeforeAll
    static void start() throws IOException, SQLException {
        server = QuiverServer.start(ServerOptions.on(data));
        connection =
                DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres?user=postgres");
    }

    @AfterAll
    static void stop() throws SQLException {
        connection.close();
        server.close();
    }

    private static void run(String... statements) throws SQLException {
        try (var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** All values, row by row. */
    private static List<String> values(String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    values.add(rows.getString(i));
                }
            }
            return values;
        }
    }

    @Test
    void prettyDefinitionsLeaveOutWhatIsNotNeeded() throws SQLException {
        run(
                "CREATE TABLE pretty (a int, b int, c text, d date, CONSTRAINT c1 CHECK (a*2+b >"
                        + " 3*(b-a) AND NOT (c LIKE 'x%' OR d < '2020-01-01')), CONSTRAINT c2 CHECK"
                        + " (CASE WHEN a > 1 THEN b < 2 ELSE c IS NOT NULL END), CONSTRAINT c3 CHECK"
                        + " (coalesce(a, b+1) > 2), CONSTRAINT c4 CHECK (a IS DISTINCT FROM b OR (a ="
                        + " 1) IS TRUE))",
                "CREATE INDEX pretty_i ON pretty (lower(c), (a+1)) WITH (fillfactor = 70) WHERE a >"
                        + " 3 OR c IS NULL");

        assertThat(
                        values(
                                "SELECT pg_get_constraintdef(oid), pg_get_constraintdef(oid, true)"
                                        + " FROM pg_constraint WHERE conrelid = 'pretty'::regclass"
                                        + " ORDER BY conname"))
                .containsExactly(
                        "CHECK (((((a * 2) + b) > (3 * (b - a))) AND (NOT ((c ~~ 'x%'::text) OR (d"
                                + " < '2020-01-01'::date)))))",
                        "CHECK ((a * 2 + b) > (3 * (b - a)) AND NOT (c ~~ 'x%'::text OR d <"
                                + " '2020-01-01'::date))",
                        "CHECK (\n"
                                + "CASE\n"
                                + "    WHEN (a > 1) THEN (b < 2)\n"
                                + "    ELSE (c IS NOT NULL)\n"
                                + "END)",
                        "CHECK (\nCASE\n    WHEN a > 1 THEN b < 2\n    ELSE c IS NOT NULL\nEND)",
                        "CHECK ((COALESCE(a, (b + 1)) > 2))",
                        "CHECK (COALESCE(a, b + 1) > 2)",
                        "CHECK (((a IS DISTINCT FROM b) OR ((a = 1) IS TRUE)))",
                        "CHECK (a IS DISTINCT FROM b OR (a = 1) IS TRUE)");
        assertThat(
                        values(
                                "SELECT pg_get_indexdef('pretty_i'::regclass),"
                                        + " pg_get_indexdef('pretty_i'::regclass, 0, true)"))
                .containsExactly(
                        "CREATE INDEX pretty_i ON public.pretty USING btree (lower(c), ((a + 1)))"
                                + " WITH (fillfactor='70') WHERE ((a > 3) OR (c IS NULL))",
                        "CREATE INDEX pretty_i ON pretty USING btree (lower(c), (a + 1)) WITH"
                                + " (fillfactor='70') WHERE a > 3 OR c IS NULL");
    }

    @Test
    void optionsStayInTheOrderInWhichTheyWereGiven() throws SQLException {
        run(
                "CREATE EXTENSION IF NOT EXISTS vector",
                "CREATE TABLE ordered (v vector(3))",
                "CREATE INDEX ordered_i ON ordered USING hnsw (v vector_l2_ops) WITH (m = 8,"
                        + " ef_construction = 32)");

        assertThat(values("SELECT reloptions FROM pg_class WHERE relname = 'ordered_i'"))
                .containsExactly("{m=8,ef_construction=32}");
    }

    @Test
    void clientsAreToldTheBaseTypeOfADomain() throws SQLException {
        run("CREATE DOMAIN price AS numeric(8,2)", "CREATE TABLE priced (p price)");
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT p FROM priced")) {
            assertThat(rows.getMetaData().getColumnType(1)).isEqualTo(Types.NUMERIC);
            assertThat(rows.getMetaData().getPrecision(1)).isEqualTo(8);
        }
    }

    @Test
    void metadataNamesPrimaryKeysAndIndexes() throws SQLException {
        run(
                "CREATE TABLE keyed (a int, b int, c text, PRIMARY KEY (b, a))",
                "CREATE INDEX ON keyed (c)");
        var metadata = connection.getMetaData();
        List<String> keys = new ArrayList<>();
        try (var rows = metadata.getPrimaryKeys(null, "public", "keyed")) {
            while (rows.next()) {
                keys.add(rows.getShort("KEY_SEQ") + " " + rows.getString("COLUMN_NAME"));
            }
        }
        assertThat(keys).containsExactlyInAnyOrder("1 b", "2 a");
        List<String> indexes = new ArrayList<>();
        try (var rows = metadata.getIndexInfo(null, "public", "keyed", false, true)) {
            while (rows.next()) {
                indexes.add(rows.getString("INDEX_NAME") + " " + rows.getString("COLUMN_NAME"));
            }
        }
        assertThat(indexes)
                .containsExactlyInAnyOrder("keyed_pkey b", "keyed_pkey a", "keyed_c_idx c");
    }

    @Test
    void vectorsOfOidsAreArraysToPolymorphicFunctions() throws SQLException {
        assertThat(values("SELECT unnest('4 5'::int2vector), array_length('4 5'::oidvector, 1)"))
                .containsExactly("4", "2", "5", "2");
        assertThat(
                        values(
                                "SELECT (k).n, (k).x FROM (SELECT"
                                        + " information_schema._pg_expandarray('7 8'::int2vector) AS k)"
                                        + " s"))
                .containsExactly("1", "7", "2", "8");
    }

    @Test
    void aColumnDefinitionListTellsAFunctionItsRow() throws SQLException {
        assertThat(
                        values(
                                "SELECT * FROM"
                                        + " json_to_recordset('[{\"a\":1,\"b\":{\"x\":2}},{\"b\":null,\"a\":3}]')"
                                        + " AS x(a int, b json, c text)"))
                .containsExactly("1", "{\"x\":2}", null, "3", null, null);
    }

    @Test
    void aChangedColumnTypeKeepsTheIndexes() throws SQLException {
        run(
                "CREATE TABLE retyped (id int PRIMARY KEY, n varchar(20) UNIQUE, u int)",
                "CREATE INDEX retyped_low ON retyped (lower(n)) WHERE u > 0",
                "INSERT INTO retyped VALUES (1, 'Ann', 1), (2, 'Bob', 2)",
                "ALTER TABLE retyped ALTER COLUMN n TYPE varchar(10)",
                "ALTER TABLE retyped ADD COLUMN s serial");

        assertThat(values("SELECT id FROM retyped WHERE n = 'Bob'")).containsExactly("2");
        assertThat(values("SELECT id FROM retyped WHERE lower(n) = 'ann' AND u > 0"))
                .containsExactly("1");
        assertThat(values("SELECT s FROM retyped WHERE id = 2")).containsExactly("2");
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> run("INSERT INTO retyped VALUES (3, 'Ann', 3)"))
                .hasMessageContaining("retyped_n_key");
    }

    @Test
    void aViewsTextNamesWhatTheReaderDoesNotSee() throws SQLException {
        run(
                "CREATE SCHEMA hidden",
                "CREATE TYPE hidden.size AS ENUM ('s', 'l')",
                "CREATE TABLE hidden.t (a int, z hidden.size)",
                "SET search_path = hidden, public",
                "CREATE VIEW public.over_hidden AS WITH w AS (SELECT a FROM t) SELECT w.a, 's'::size AS z FROM w, t x",
                "SET search_path = public");
        assertThat(values("SELECT pg_get_viewdef('over_hidden')"))
                .containsExactly(
                        """
                         WITH w AS (
                                 SELECT t.a
                                   FROM hidden.t
                                )
                         SELECT w.a,
                            's'::hidden.size AS z
                           FROM w,
                            hidden.t x;\
                        """);
        run("RESET search_path");
    }

    @Test
    void typesCanBeRenamedMovedAndGivenAway() throws SQLException {
        run(
                "CREATE SCHEMA elsewhere",
                "CREATE TYPE hue AS ENUM ('r', 'g')",
                "CREATE ROLE painter",
                "ALTER TYPE hue RENAME TO tint",
                "ALTER TYPE tint OWNER TO painter",
                "ALTER TYPE tint SET SCHEMA elsewhere",
                "CREATE DOMAIN small AS int",
                "ALTER DOMAIN small RENAME TO tiny",
                "ALTER DOMAIN tiny OWNER TO painter");
        assertThat(
                        values(
                                "SELECT typname, typnamespace::regnamespace, typowner::regrole FROM pg_type"
                                        + " WHERE typname IN ('tint', '_tint', 'tiny') ORDER BY 1"))
                .containsExactly(
                        "_tint",
                        "elsewhere",
                        "painter",
                        "tint",
                        "elsewhere",
                        "painter",
                        "tiny",
                        "public",
                        "painter");
    }

    @Test
    void aLetterOfANameIsReadByItsPosition() throws SQLException {
        assertThat(values("SELECT ('ab'::name)[0], ('ab'::name)[1], ('ab'::name)[64] IS NULL"))
                .containsExactly("a", "b", "t");
    }
}
