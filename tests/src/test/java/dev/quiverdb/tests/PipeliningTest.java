package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
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

    /** A client that says exactly what it is told to. */
    private static final class RawClient implements AutoCloseable {
        private final Socket socket = new Socket("127.0.0.1", server.port());
        private final DataInputStream in = new DataInputStream(socket.getInputStream());
        private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();

        RawClient() throws IOException {
            var body = new ByteArrayOutputStream();
            var out = new DataOutputStream(body);
            out.writeInt(3 << 16);
            for (var word : new String[] {"user", "postgres", "database", "postgres", ""}) {
                text(out, word);
            }
            var start = new DataOutputStream(waiting);
            start.writeInt(body.size() + 4);
            start.write(body.toByteArray());
            send();
            answersUntilReady();
        }

        private static void text(DataOutputStream out, String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.writeByte(0);
        }

        private interface Body {
            void write(DataOutputStream out) throws IOException;
        }

        private RawClient message(char type, Body body) throws IOException {
            var bytes = new ByteArrayOutputStream();
            body.write(new DataOutputStream(bytes));
            var out = new DataOutputStream(waiting);
            out.writeByte(type);
            out.writeInt(bytes.size() + 4);
            out.write(bytes.toByteArray());
            return this;
        }

        RawClient parse(String name, String sql) throws IOException {
            return message(
                    'P',
                    out -> {
                        text(out, name);
                        text(out, sql);
                        out.writeShort(0);
                    });
        }

        RawClient run(String name, String... parameters) throws IOException {
            message(
                    'B',
                    out -> {
                        text(out, "");
                        text(out, name);
                        out.writeShort(0);
                        out.writeShort(parameters.length);
                        for (var parameter : parameters) {
                            out.writeInt(parameter.length());
                            out.writeBytes(parameter);
                        }
                        out.writeShort(0);
                    });
            return message(
                    'E',
                    out -> {
                        text(out, "");
                        out.writeInt(0);
                    });
        }

        RawClient query(String sql) throws IOException {
            return message('Q', out -> text(out, sql));
        }

        RawClient sync() throws IOException {
            return message('S', _ -> {});
        }

        void send() throws IOException {
            waiting.writeTo(socket.getOutputStream());
            waiting.reset();
        }

        /**
         * Types of messages up to ReadyForQuery; rows and tags with their text, errors with code.
         */
        String answersUntilReady() throws IOException {
            var answers = new StringBuilder();
            while (true) {
                char type = (char) in.readByte();
                byte[] body = in.readNBytes(in.readInt() - 4);
                answers.append(type);
                switch (type) {
                    case 'D' ->
                            answers.append('(')
                                    .append(
                                            new String(
                                                    body,
                                                    6,
                                                    body.length - 6,
                                                    StandardCharsets.UTF_8))
                                    .append(')');
                    case 'E' -> {
                        var text = new String(body, StandardCharsets.UTF_8);
                        int code = text.indexOf("\0C") + 2;
                        answers.append('(').append(text, code, code + 5).append(')');
                    }
                    case 'Z' -> {
                        return answers.append((char) body[0]).toString();
                    }
                    default -> {}
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void anErrorInTheMiddleSkipsToTheSyncAndUndoesTheRunAlone() throws IOException {
        try (var client = new RawClient()) {
            client.query("CREATE TABLE p (id int PRIMARY KEY)").send();
            assertThat(client.answersUntilReady()).isEqualTo("CZI");
            client.parse("read", "SELECT id FROM p WHERE id = $1")
                    .parse("write", "INSERT INTO p VALUES ($1)")
                    .parse("divide", "SELECT 10 / $1::int")
                    .sync()
                    .send();
            assertThat(client.answersUntilReady()).isEqualTo("111ZI");
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
                assertThat(client.answersUntilReady()).isEqualTo("2C2D(1)C2D(2)C2E(22012)ZI");
                assertThat(client.answersUntilReady()).isEqualTo("2CE(22P02)ZI");
                assertThat(client.answersUntilReady()).isEqualTo("2D(5)CZI");
                assertThat(client.answersUntilReady()).isEqualTo("TD(1)CZI");
            }
        }
    }

    @Test
    void answersComeInOrderWhoeverOfLoopAndWorkerMakesThem() throws IOException {
        try (var client = new RawClient()) {
            client.parse("quick", "SELECT $1::int")
                    .parse("slow", "SELECT count(*) FROM generate_series(1, $1::int)")
                    .sync()
                    .send();
            client.answersUntilReady();
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
                assertThat(client.answersUntilReady()).isEqualTo("2D(" + i + ")CZI");
                if (i % 7 == 0) {
                    assertThat(client.answersUntilReady()).isEqualTo("TD(" + i + ")CZI");
                }
            }
        }
    }

    @Test
    void aClientThatDoesNotReadCostsBoundedMemory() throws Exception {
        try (var client = new RawClient()) {
            client.parse("much", "SELECT repeat('x', 100000) || $1").sync().send();
            client.answersUntilReady();
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
                assertThat(client.answersUntilReady()).endsWith("x" + i + ")CZI");
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
