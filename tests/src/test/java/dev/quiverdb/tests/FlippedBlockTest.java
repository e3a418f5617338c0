package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.testing.RecordingDisk;
import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Clock;
import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.key.KeyRings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A bit is flipped in a block of a table, of an ordered index, of a vector index, or in the log.
 * Who reads it hears XX001 with the file, and the connection lives on.
 */
@Timeout(300)
class FlippedBlockTest {
    private static final String BLOCKS = "blocks/blocks";

    /** The directory of the database postgres. */
    private static final String DATABASE = "5";

    private static final int ROWS = 3000;

    @TempDir Path data;

    /** The disks of all databases, by directory. */
    private final Map<Path, SimulatedDisk> disks = new ConcurrentHashMap<>();

    /** The one of the database postgres, as its server has it. */
    private RecordingDisk recording = new RecordingDisk(new SimulatedDisk());

    /** What reads blocks of a kind, when all that stands before it was read. */
    private enum Kind {
        TABLE("SELECT count(*) FROM t WHERE length(filling) > 0"),
        ORDERED_INDEX("SELECT count(*) FROM t WHERE id BETWEEN 10 AND 2900"),
        VECTOR_INDEX(
                "SELECT count(*) FROM (SELECT id FROM t ORDER BY embedding <-> '[1,2,3,4]' LIMIT 40) AS s");

        final String query;

        Kind(String query) {
            this.query = query;
        }
    }

    static Stream<Arguments> kinds() {
        return Stream.of(Kind.values())
                .flatMap(kind -> Stream.of(false, true).map(sealed -> Arguments.of(kind, sealed)));
    }

    private QuiverServer start(boolean encrypted) throws IOException {
        return QuiverServer.start(
                ServerOptions.on(data),
                directory -> {
                    var disk = disks.computeIfAbsent(directory, _ -> new SimulatedDisk());
                    var noting = new RecordingDisk(disk);
                    if (directory.endsWith(DATABASE)) {
                        recording = noting;
                    }
                    return StorageOptions.in(noting, Clock.system(), Chance.secure())
                            .withCacheBytes(64 << 20)
                            .withKeyRing(
                                    encrypted ? KeyRings.of(new byte[32], Chance.secure()) : null);
                });
    }

    private SimulatedDisk disk() {
        return Objects.requireNonNull(
                disks.get(
                        disks.keySet().stream()
                                .filter(directory -> directory.endsWith(DATABASE))
                                .findFirst()
                                .orElseThrow()));
    }

    private static Connection connect(QuiverServer server, String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + database + "?user=postgres");
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long value(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        }
    }

    private void makeDatabase(boolean encrypted) throws IOException, SQLException {
        try (var server = start(encrypted);
                var connection = connect(server, "postgres")) {
            run(connection, "CREATE EXTENSION vector");
            for (var table : List.of("t", "other")) {
                run(
                        connection,
                        "CREATE TABLE "
                                + table
                                + " (id bigint PRIMARY KEY, filling text, embedding vector(4))");
                run(
                        connection,
                        "INSERT INTO "
                                + table
                                + " SELECT i, repeat('x', 300), ARRAY[i % 17, i % 19, i % 23, 1]::real[]::vector"
                                + " FROM generate_series(1, "
                                + ROWS
                                + ") AS i");
                run(
                        connection,
                        "CREATE INDEX ON " + table + " USING hnsw (embedding vector_l2_ops)");
            }
        }
    }

    /** Reads table, ordered index and vector index in the order of the kinds, up to one of them. */
    private static void readBefore(Connection connection, Kind kind) throws SQLException {
        run(connection, "SET enable_seqscan = on");
        for (var before : Kind.values()) {
            if (before == kind) {
                break;
            }
            assertThat(value(connection, before.query)).isPositive();
            // The values that an index search looks at lie in the table too.
            assertThat(value(connection, "SELECT count(embedding <-> '[1,2,3,4]') FROM t"))
                    .isEqualTo(ROWS);
            run(connection, "SET enable_seqscan = off");
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aDamagedBlockIsAnErrorThatNamesTheFile(Kind kind, boolean encrypted) throws Exception {
        makeDatabase(encrypted);
        var whole = Map.copyOf(disks);
        List<RecordingDisk.Read> blocks = new ArrayList<>();
        try (var server = start(encrypted);
                var connection = connect(server, "postgres")) {
            readBefore(connection, kind);
            recording.takeReads();
            assertThat(value(connection, kind.query)).isPositive();
            recording.takeReads().stream()
                    .filter(read -> read.file().equals(BLOCKS))
                    .forEach(blocks::add);
        }
        assertThat(blocks).isNotEmpty();
        for (int flip = 0; flip < 3; flip++) {
            disks.replaceAll((directory, _) -> Objects.requireNonNull(whole.get(directory)).kill());
            var block = blocks.get(flip * (blocks.size() - 1) / 2);
            long at = block.offset() + 1000 + flip * 1009;
            disk().flipBit(BLOCKS, at, flip);
            try (var server = start(encrypted);
                    var connection = connect(server, "postgres")) {
                readBefore(connection, kind);
                assertThatThrownBy(() -> value(connection, kind.query))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> {
                                    assertThat(e.getSQLState())
                                            .as(e.getMessage())
                                            .isEqualTo("XX001");
                                    assertThat(e.getMessage())
                                            .contains(disk().describe(BLOCKS))
                                            .contains("offset " + block.offset());
                                });
                // The same connection goes on, with other tables and after the disk was mended.
                assertThat(value(connection, kind.query.replace("FROM t", "FROM other")))
                        .isPositive();
                run(connection, "INSERT INTO other VALUES (0, 'more', '[1,1,1,1]')");
                disk().flipBit(BLOCKS, at, flip);
                assertThat(value(connection, kind.query)).isPositive();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDatabaseWithADamagedLogIsNotOpenedAndOthersAre(boolean encrypted) throws Exception {
        try (var server = start(encrypted);
                var connection = connect(server, "postgres")) {
            run(connection, "CREATE DATABASE neighbour");
            run(connection, "CREATE TABLE t (id bigint PRIMARY KEY, filling text)");
            for (int i = 0; i < 20; i++) {
                run(connection, "INSERT INTO t VALUES (" + i + ", repeat('x', 3000))");
            }
            // What a dead process leaves, for the next server.
            disks.replaceAll((_, disk) -> disk.kill());
        }
        var log =
                disk().files().stream()
                        .filter(name -> name.endsWith(".log"))
                        .reduce((_, second) -> second)
                        .orElseThrow();
        var content = new String(disk().contentOf(log), StandardCharsets.ISO_8859_1);
        long at = content.indexOf("QVLE", content.length() / 1000) + 500;
        disk().flipBit(log, at, 2);
        try (var server = start(encrypted);
                var neighbour = connect(server, "neighbour")) {
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> connect(server, "postgres").close())
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> {
                                    assertThat(e.getSQLState())
                                            .as(e.getMessage())
                                            .isEqualTo("XX001");
                                    assertThat(e.getMessage()).contains(disk().describe(log));
                                });
                assertThat(value(neighbour, "SELECT 1")).isEqualTo(1);
            }
            run(neighbour, "CREATE TABLE t (id int)");
        }
    }
}
