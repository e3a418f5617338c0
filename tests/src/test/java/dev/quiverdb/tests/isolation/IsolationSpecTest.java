package dev.quiverdb.tests.isolation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sessions at once see what they would see in PostgreSQL. */
@Timeout(300)
class IsolationSpecTest {
    @TempDir static Path data;
    private static QuiverServer server;

    @BeforeAll
    static void start() throws IOException {
        server = QuiverServer.start(ServerOptions.on(data));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Path directory() {
        return Path.of(System.getProperty("quiver.home", ".."))
                .resolve("tests/src/test/resources/isolation");
    }

    static Stream<String> specs() throws IOException {
        try (var files = Files.list(directory())) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".spec"))
                    .map(name -> name.substring(0, name.length() - 5))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void sessionsSeeWhatPostgresShowsThem(String name) throws Exception {
        var spec = IsolationSpec.parse(Files.readString(directory().resolve(name + ".spec")));
        var expected = directory().resolve(name + ".out");
        var record = System.getProperty("isolation.record");
        if (record != null) {
            Files.writeString(expected, IsolationRun.run(Objects.requireNonNull(record), spec));
        }
        var said =
                IsolationRun.run(
                        "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres", spec);
        assertThat(said).isEqualTo(Files.readString(expected));
    }
}
