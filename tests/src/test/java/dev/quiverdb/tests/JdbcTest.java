package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;

/** The whole server through PostgreSQL's own JDBC driver. */
class JdbcTest {
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

    private Connection connect() throws SQLException {
        return connect("");
    }

    private Connection connect(String options) throws SQLException {
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

    private static List<String> column(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    @Test
    void preparedStatementsKeepTheirTypesInTextAndInBinary() throws SQLException {
        for (var options :
                List.of("&prepareThreshold=1&binaryTransfer=true", "&preferQueryMode=simple")) {
            try (var connection = connect(options);
                    var query =
                            connection.prepareStatement(
                                    "SELECT ?::int4 + 1, ?::text || '!', ?::numeric * 2,"
                                            + " ?::bool")) {
                for (int i = 0; i < 7; i++) {
                    query.setInt(1, i);
                    query.setString(2, "x" + i);
                    query.setBigDecimal(3, new java.math.BigDecimal("1.25"));
                    query.setBoolean(4, i % 2 == 0);
                    try (var rows = query.executeQuery()) {
                        assertThat(rows.next()).isTrue();
                        assertThat(rows.getInt(1)).isEqualTo(i + 1);
                        assertThat(rows.getString(2)).isEqualTo("x" + i + "!");
                        assertThat(rows.getBigDecimal(3)).isEqualByComparingTo("2.50");
                        assertThat(rows.getBoolean(4)).isEqualTo(i % 2 == 0);
                    }
                }
            }
        }
    }

    @Test
    void batchesAndGeneratedKeys() throws SQLException {
        try (var connection = connect()) {
            run(connection, "CREATE TABLE notes (id bigserial PRIMARY KEY, body text NOT NULL)");
            try (var insert =
                    connection.prepareStatement(
                            "INSERT INTO notes (body) VALUES (?)",
                            Statement.RETURN_GENERATED_KEYS)) {
                for (int i = 0; i < 50; i++) {
                    insert.setString(1, "note " + i);
                    insert.addBatch();
                }
                assertThat(insert.executeBatch()).hasSize(50);
                List<Long> keys = new ArrayList<>();
                try (var generated = insert.getGeneratedKeys()) {
                    while (generated.next()) {
                        keys.add(generated.getLong(1));
                    }
                }
                assertThat(keys).hasSize(50).doesNotHaveDuplicates();
            }
            assertThat(column(connection, "SELECT count(*) FROM notes")).containsExactly("50");
        }
    }

    @Test
    void fetchSizeReadsAResultPieceByPiece() throws SQLException {
        try (var connection = connect()) {
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                statement.setFetchSize(100);
                int count = 0;
                try (var rows =
                        statement.executeQuery("SELECT g FROM generate_series(1, 2500) g")) {
                    while (rows.next()) {
                        assertThat(rows.getInt(1)).isEqualTo(++count);
                    }
                }
                assertThat(count).isEqualTo(2500);
            }
            connection.commit();
        }
    }

    @Test
    void errorsCarryTheirStateAndTheConnectionLivesOn() throws SQLException {
        try (var connection = connect()) {
            run(connection, "CREATE TABLE t (id int PRIMARY KEY, v int NOT NULL CHECK (v > 0))");
            run(connection, "INSERT INTO t VALUES (1, 1)");
            assertState(connection, "INSERT INTO t VALUES (1, 2)", "23505");
            assertState(connection, "INSERT INTO t VALUES (2, NULL)", "23502");
            assertState(connection, "INSERT INTO t VALUES (2, -1)", "23514");
            assertState(connection, "SELECT * FROM nothing", "42P01");
            assertState(connection, "SELEC 1", "42601");
            assertState(connection, "SELECT 1/0", "22012");
            assertThat(column(connection, "SELECT count(*) FROM t")).containsExactly("1");
        }
    }

    @Test
    void aStatementWhoseColumnsChangedIsPreparedAgain() throws SQLException {
        try (var connection = connect("&prepareThreshold=1&autosave=conservative")) {
            run(connection, "CREATE TABLE widening (a int)");
            try (var all = connection.prepareStatement("SELECT * FROM widening")) {
                assertThat(columns(all)).isEqualTo(1);
                run(connection, "ALTER TABLE widening ADD b int");
                assertThat(columns(all)).isEqualTo(2);
                connection.setAutoCommit(false);
                run(connection, "ALTER TABLE widening ADD c int");
                assertThat(columns(all)).isEqualTo(3);
            }
        }
    }

    private static int columns(PreparedStatement statement) throws SQLException {
        try (var rows = statement.executeQuery()) {
            return rows.getMetaData().getColumnCount();
        }
    }

    private static void assertState(Connection connection, String sql, String state) {
        assertThatThrownBy(() -> run(connection, sql))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(state));
    }

    @Test
    void aFailedBlockIsLeftBySavepointOrRollback() throws SQLException {
        try (var connection = connect()) {
            run(connection, "CREATE TABLE t (id int PRIMARY KEY)");
            connection.setAutoCommit(false);
            run(connection, "INSERT INTO t VALUES (1)");
            var savepoint = connection.setSavepoint();
            assertState(connection, "INSERT INTO t VALUES (1)", "23505");
            assertState(connection, "SELECT 1", "25P02");
            connection.rollback(savepoint);
            run(connection, "INSERT INTO t VALUES (2)");
            connection.commit();
            assertThat(column(connection, "SELECT id FROM t ORDER BY id"))
                    .containsExactly("1", "2");
        }
    }

    @Test
    void aFilteredSearchReturnsKRowsAndAgreesWithTheExactOne() throws SQLException {
        try (var connection = connect()) {
            run(
                    connection,
                    "CREATE EXTENSION vector",
                    "CREATE TABLE docs (id int PRIMARY KEY, tenant int, embedding vector(8))",
                    "INSERT INTO docs SELECT i, i % 50, (SELECT array_agg(sin(i * 7.3 + d)) FROM"
                            + " generate_series(1, 8) d)::vector FROM generate_series(1, 3000) i",
                    "CREATE INDEX ON docs USING hnsw (embedding vector_l2_ops)");
            var query = "'[0.1,0.2,0.3,0.4,0.5,0.4,0.3,0.2]'";
            var near =
                    "SELECT id FROM docs WHERE tenant = 7 ORDER BY embedding <-> "
                            + query
                            + " LIMIT 10";
            assertThat(String.join("\n", column(connection, "EXPLAIN " + near)))
                    .contains("Vector Search");
            var found = column(connection, near);
            var exact =
                    column(
                            connection,
                            "SELECT id FROM docs WHERE tenant = 7 ORDER BY (embedding <-> "
                                    + query
                                    + ") + 0 LIMIT 10");
            assertThat(found).hasSize(10).doesNotHaveDuplicates();
            assertThat(found.stream().filter(exact::contains).count()).isGreaterThanOrEqualTo(8);
        }
    }

    @Test
    void whatWasCommittedIsThereAfterARestart() throws SQLException, IOException {
        try (var connection = connect()) {
            run(
                    connection,
                    "CREATE TABLE t (id int PRIMARY KEY, body text)",
                    "CREATE INDEX t_body ON t (body)",
                    "INSERT INTO t SELECT i, 'row ' || i FROM generate_series(1, 1000) i",
                    "UPDATE t SET body = 'changed' WHERE id = 500",
                    "DELETE FROM t WHERE id > 900");
        }
        server.close();
        server = QuiverServer.start(ServerOptions.on(data));
        try (var connection = connect()) {
            assertThat(column(connection, "SELECT count(*) FROM t")).containsExactly("900");
            assertThat(column(connection, "SELECT id FROM t WHERE body = 'changed'"))
                    .containsExactly("500");
            assertState(connection, "INSERT INTO t VALUES (500, '')", "23505");
        }
    }

    @Test
    void metadataIsReadFromTheCatalogs() throws SQLException {
        try (var connection = connect()) {
            run(
                    connection,
                    "CREATE TABLE parent (id int PRIMARY KEY)",
                    "CREATE TABLE child (id int, p int REFERENCES parent)");
            var metadata = connection.getMetaData();
            List<String> tables = new ArrayList<>();
            try (var rows = metadata.getTables(null, "public", "%", new String[] {"TABLE"})) {
                while (rows.next()) {
                    tables.add(rows.getString("TABLE_NAME"));
                }
            }
            assertThat(tables).containsExactly("child", "parent");
            List<String> columns = new ArrayList<>();
            try (var rows = metadata.getColumns(null, "public", "child", "%")) {
                while (rows.next()) {
                    columns.add(rows.getString("COLUMN_NAME") + " " + rows.getString("TYPE_NAME"));
                }
            }
            assertThat(columns).containsExactly("id int4", "p int4");
        }
    }

    @Test
    void aFunctionIsCalledWithAPlaceForItsResult() throws SQLException {
        try (var connection = connect()) {
            run(
                    connection,
                    "CREATE FUNCTION add_one(int) RETURNS int LANGUAGE sql AS 'SELECT $1 + 1'");
            try (var call = connection.prepareCall("{? = call add_one(?)}")) {
                call.registerOutParameter(1, Types.INTEGER);
                call.setInt(2, 41);
                call.execute();
                assertThat(call.getInt(1)).isEqualTo(42);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    a,b ; wrong number of fields in header line: got 2, expected 3
                    a,b,d ; column name mismatch in header line field 3: got "d", expected "c"
                    a,b, ; column name mismatch in header line field 3: got null value (""), expected "c"
                    """)
    void copySaysHowAHeaderDiffers(String header, String message) throws SQLException {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute("CREATE TEMP TABLE headed (a int, b int, c text)");
            var copy = connection.unwrap(PGConnection.class).getCopyAPI();
            assertThatThrownBy(() ->
                            copy.copyIn(
                                    "COPY headed FROM STDIN (FORMAT csv, HEADER match)",
                                    new StringReader(header + "\n1,2,x\n")))
                    .hasMessageContaining(message);
            assertThatThrownBy(() ->
                            copy.copyIn(
                                    "COPY headed FROM STDIN (HEADER sometimes)",
                                    new StringReader("")))
                    .hasMessageContaining("header requires a Boolean value or \"match\"");
        }
    }

    @Test
    void copyTakesTheRowsThatMeetItsCondition() throws SQLException, IOException {
        try (var connection = connect()) {
            run(
                    connection,
                    "CREATE SEQUENCE s",
                    "CREATE TABLE t (a int, b text DEFAULT 'none', n bigint DEFAULT nextval('s'))");
            var copy = connection.unwrap(PGConnection.class).getCopyAPI();
            // Defaults are there for the condition, and are made for rows that it leaves out too.
            long rows =
                    copy.copyIn(
                            "COPY t (a) FROM STDIN WHERE a % 2 = 0 AND b = 'none' AND n < 6",
                            new StringReader("1\n2\n3\n4\n5\n6\n\\N\n"));
            assertThat(rows).isEqualTo(2);
            assertThat(column(connection, "SELECT t::text FROM t"))
                    .containsExactly("(2,none,2)", "(4,none,4)");
            assertThat(column(connection, "SELECT nextval('s')")).containsExactly("8");
        }
    }
}
