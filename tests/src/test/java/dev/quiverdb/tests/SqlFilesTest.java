package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The files of {@code tests/sql}, each in a database of its own. With {@code
 * -Dsql.url=jdbc:postgresql://HOST:PORT/?user=NAME} another server is asked, as a real PostgreSQL,
 * so that the expectations themselves can be checked.
 */
class SqlFilesTest {
    @TempDir static Path data;
    private static QuiverServer server;
    private static String url;

    @BeforeAll
    static void start() throws IOException {
        url = System.getProperty("sql.url", "");
        if (url.isEmpty()) {
            server = QuiverServer.start(ServerOptions.on(data));
            url = "jdbc:postgresql://127.0.0.1:" + server.port() + "/?user=postgres";
        }
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    static List<Path> files() throws IOException {
        var directory = Path.of(System.getProperty("quiver.home", ".."), "tests", "sql");
        if (!Files.isDirectory(directory)) {
            directory = Path.of("sql");
        }
        var only = System.getProperty("sql.file", "");
        try (var found = Files.list(directory)) {
            return found.filter(path -> path.toString().endsWith(".slt"))
                    .filter(path -> path.getFileName().toString().contains(only))
                    .sorted()
                    .toList();
        }
    }

    private static void administer(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(url.replace("/?", "/postgres?"));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void aFileIsAnsweredAsItSays(Path path) throws IOException, SQLException {
        var file = SqlFile.read(path);
        var database = "slt_" + file.name().replace(".slt", "").replace('-', '_');
        administer("DROP DATABASE IF EXISTS " + database);
        administer("CREATE DATABASE " + database);
        try (var run = new SqlFileRun(url.replace("/?", "/" + database + "?"))) {
            assertThat(String.join("\n\n", run.differences(file))).isEmpty();
        }
        administer("DROP DATABASE " + database);
    }
}
