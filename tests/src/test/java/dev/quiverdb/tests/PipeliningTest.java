package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The extended protocol with many messages under way, byte by byte. */
class PipeliningTest {
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

    @Test
    void anErrorInTheMiddleSkipsToTheSyncAndUndoesTheRunAlone() throws IOException {
        try (var client = RawClient.ready(server.port())) {
            client.query("CREATE TABLE p (id int PRIMARY KEY)").send();
            assertThat(client.next()).isEqualTo("C(CREATE TABLE) Z(I)");
            client.parse("read", "SELECT id FROM p WHERE id = $1")
                    .parse("write", "INSERT INTO p VALUES ($1)")
                    .parse("divide", "SELECT 10 / $1::int")
                    .sync()
                    .send();
            assertThat(client.next()).isEqualTo("1 1 1 Z(I)");
            for (int i = 0; i < 3; i++) {
                client.run("write", "1")
                        .run("read", "1")
                        .run("divide", "5")
                        .run("divide", "0")
                        .run("read", "1")
                        .sync()
                        .run("read", "1")
                        .run("divide", "x")
                        .run("read", "1")
                        .sync()
                        .run("divide", "2")
                        .sync()
                        .query("SELECT 1")
                        .send();
                assertThat(client.next())
                        .isEqualTo(
                                "2 C(INSERT 0 1) 2 D(1) C(SELECT 1) 2 D(2) C(SELECT 1) 2"
                                        + " E(ERROR 22012 division by zero) Z(I)");
                assertThat(client.next())
                        .isEqualTo(
                                "2 C(SELECT 0) E(ERROR 22P02 invalid input syntax for type integer: \"x\") Z(I)");
                assertThat(client.next()).isEqualTo("2 D(5) C(SELECT 1) Z(I)");
                assertThat(client.next()).isEqualTo("D(1) C(SELECT 1) Z(I)");
            }
        }
    }

    @Test
    void answersComeInOrderWhoeverOfLoopAndWorkerMakesThem() throws IOException {
        try (var client = RawClient.ready(server.port())) {
            client.parse("quick", "SELECT $1::int")
                    .parse("slow", "SELECT count(*) FROM generate_series(1, $1::int)")
                    .sync()
                    .send();
            client.next();
            for (int i = 0; i < 300; i++) {
                client.run(i % 3 == 0 ? "slow" : "quick", Integer.toString(i)).sync();
                if (i % 7 == 0) {
                    client.query("SELECT " + i);
                }
                if (i % 5 == 0) {
                    client.send();
                }
            }
            client.send();
            for (int i = 0; i < 300; i++) {
                assertThat(client.next()).isEqualTo("2 D(" + i + ") C(SELECT 1) Z(I)");
                if (i % 7 == 0) {
                    assertThat(client.next()).isEqualTo("D(" + i + ") C(SELECT 1) Z(I)");
                }
            }
        }
    }

    @Test
    void aClientThatDoesNotReadCostsBoundedMemory() throws Exception {
        try (var client = RawClient.ready(server.port())) {
            client.parse("much", "SELECT repeat('x', 100000) || $1").sync().send();
            client.next();
            long before = residentBytes();
            int statements = 3000;
            var writer =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    for (int i = 0; i < statements; i++) {
                                        client.run("much", Integer.toString(i)).sync().send();
                                    }
                                } catch (IOException e) {
                                    throw new java.io.UncheckedIOException(e);
                                }
                            });
            // All is sent, or the server has stopped reading.
            writer.join(java.time.Duration.ofSeconds(2));
            // 300 MB of answers are asked for.
            assertThat(residentBytes() - before).isLessThan(160L << 20);
            for (int i = 0; i < statements; i++) {
                assertThat(client.next()).endsWith("x" + i + ") C(SELECT 1) Z(I)");
            }
            writer.join();
        }
    }

    /** What the process holds in memory, outside the heap too; 0 where the system does not say. */
    private static long residentBytes() throws IOException {
        var status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        var line =
                Files.readAllLines(status).stream()
                        .filter(l -> l.startsWith("VmRSS:"))
                        .findFirst()
                        .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }
}
