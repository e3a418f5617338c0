package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.world.Chance;
import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.key.KeyRings;
import dev.quiverdb.storage.spill.OpenFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What statements keep in temporary files is as unreadable as the database itself. */
@Timeout(120)
class EncryptedDatabaseTest {
    private static final String MARKER = "planted marker";

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatStatementsSpillIsInTheClearOnlyIfTheDatabaseIs(boolean encrypted, @TempDir Path data)
            throws Exception {
        var keys = encrypted ? KeyRings.of(new byte[32], Chance.secure()) : null;
        try (var server =
                        QuiverServer.start(
                                ServerOptions.on(data),
                                directory -> StorageOptions.in(directory).withKeyRing(keys));
                var connection =
                        DriverManager.getConnection(
                                "jdbc:postgresql://127.0.0.1:"
                                        + server.port()
                                        + "/postgres?user=postgres");
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SET work_mem = '64kB'");
            statement.execute("CREATE TABLE t (id int, name text)");
            statement.execute(
                    "INSERT INTO t SELECT i, '"
                            + MARKER
                            + " ' || i FROM generate_series(1, 20000) AS i");
            // A sort that is not read to its end holds its files.
            statement.execute("DECLARE c CURSOR FOR SELECT * FROM t ORDER BY name");
            try (var rows = statement.executeQuery("FETCH 10 FROM c")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString(2)).isEqualTo(MARKER + " 1");
            }
            var spilled = OpenFiles.unnamedUnder(data.resolve("spill"));
            assertThat(spilled).isNotEmpty();
            assertThat(withMarker(spilled).isEmpty()).isEqualTo(encrypted);
            connection.commit();
            assertThat(withMarker(namedUnder(data)).isEmpty()).isEqualTo(encrypted);
        }
    }

    private static List<Path> namedUnder(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static List<Path> withMarker(List<Path> files) throws IOException {
        var found = new ArrayList<Path>();
        for (var file : files) {
            if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
                    .contains(MARKER)) {
                found.add(file);
            }
        }
        return found;
    }
}
