package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Clock;
import dev.quiverdb.base.world.DamagedException;
import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import dev.quiverdb.storage.StorageOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client hears when the machine's disk is full or not what it was. */
@Timeout(300)
class FailingDiskTest {
    /** The directory of the database postgres. */
    private static final String DATABASE = "5";

    @TempDir Path data;

    /** The simulated disks of all databases, by directory. */
    private final Map<Path, SimulatedDisk> disks = new ConcurrentHashMap<>();

    private QuiverServer start() throws IOException {
        return QuiverServer.start(ServerOptions.on(data), this::storage);
    }

    private StorageOptions storage(Path directory) {
        var disk = disks.computeIfAbsent(directory, _ -> new SimulatedDisk());
        return StorageOptions.in(disk, Clock.system(), Chance.secure())
                .withCacheBytes(16 << 20)
                .withCheckpointLogBytes(256 << 10);
    }

    private SimulatedDisk disk() {
        return disks.entrySet().stream()
                .filter(entry -> entry.getKey().endsWith(DATABASE))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    private static Connection connect(QuiverServer server) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres?user=postgres");
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

    private static void failsFull(Connection connection, String sql) {
        assertThatThrownBy(() -> run(connection, sql))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        e -> {
                            assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo("53100");
                            assertThat(e.getMessage()).contains("could not extend file");
                        });
    }

    @Test
    void aFullDiskIsAnErrorAndGoesOnWhenThereIsRoomAgain() throws Exception {
        long rows;
        try (var server = start();
                var connection = connect(server)) {
            run(connection, "CREATE TABLE t (id bigint PRIMARY KEY, filling text)");
            run(connection, "INSERT INTO t VALUES (0, 'first')");
            disk().limitCapacity(disk().usedBytes() + 3_000_000);
            rows = fillWithRows(connection);
            // Many at once, in each of the ways in which they come.
            failsFull(
                    connection,
                    "INSERT INTO t SELECT -i, repeat('y', 500) FROM generate_series(1, 20000) AS i");
            failsFull(connection, "UPDATE t SET filling = filling || repeat('z', 9000)");
            assertThat(value(connection, "SELECT count(*) FROM t")).isEqualTo(rows);
            assertThat(value(connection, "SELECT count(*) FROM t WHERE id < 0")).isZero();
            disk().limitCapacity(Long.MAX_VALUE);
            run(connection, "INSERT INTO t SELECT -i, 'late' FROM generate_series(1, 5000) AS i");
            run(connection, "UPDATE t SET filling = 'short' WHERE id >= 0");
        }
        try (var server = start();
                var connection = connect(server)) {
            assertThat(value(connection, "SELECT count(*) FROM t")).isEqualTo(rows + 5000);
            assertThat(value(connection, "SELECT count(*) FROM t WHERE filling = 'short'"))
                    .isEqualTo(rows);
        }
    }

    /** Inserts row by row until there is no room. Returns how many rows there are. */
    private static long fillWithRows(Connection connection) throws SQLException {
        for (long id = 1; ; id++) {
            try {
                run(connection, "INSERT INTO t VALUES (" + id + ", repeat('x', 20000))");
            } catch (SQLException full) {
                assertThat(full.getSQLState()).as(full.getMessage()).isEqualTo("53100");
                assertThat(value(connection, "SELECT count(*) FROM t")).isEqualTo(id);
                return id;
            }
        }
    }

    @Test
    void whatAFullDiskRefusedIsNotThereAfterACrashAndAllElseIs() throws Exception {
        long rows;
        try (var server = start();
                var connection = connect(server)) {
            run(connection, "CREATE TABLE t (id bigint PRIMARY KEY, filling text)");
            run(connection, "INSERT INTO t VALUES (0, 'first')");
            disk().limitCapacity(disk().usedBytes() + 2_000_000);
            rows = fillWithRows(connection);
            // What the power leaves, for the next server.
            disks.replaceAll((_, disk) -> disk.crashLosingAll());
        }
        try (var server = start();
                var connection = connect(server)) {
            assertThat(value(connection, "SELECT count(*) FROM t")).isEqualTo(rows);
            assertThat(value(connection, "SELECT max(id) FROM t")).isEqualTo(rows - 1);
        }
    }

    @Test
    void aFlippedBitIsAnErrorThatNamesTheFile() throws Exception {
        try (var server = start();
                var connection = connect(server)) {
            run(connection, "CREATE TABLE t (id bigint PRIMARY KEY, filling text)");
            run(
                    connection,
                    "INSERT INTO t SELECT i, repeat('x', 300) FROM generate_series(1, 4000) AS i");
        }
        var random = new SplittableRandom(3);
        int served = 0;
        int refused = 0;
        int notOpened = 0;
        var whole = Map.copyOf(disks);
        for (int flip = 0; flip < 24; flip++) {
            disks.replaceAll((directory, _) -> whole.get(directory).kill());
            var names =
                    disk().files().stream().filter(f -> disk().contentOf(f).length > 0).toList();
            var name = names.get(flip % names.size());
            int size = disk().contentOf(name).length;
            disk().flipBit(name, random.nextInt(size), random.nextInt(8));
            try (var server = start();
                    var connection = connect(server)) {
                assertThat(value(connection, "SELECT count(*) FROM t WHERE length(filling) = 300"))
                        .isEqualTo(4000);
                served++;
            } catch (SQLException e) {
                // A database is opened when somebody connects to it.
                assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo("XX001");
                assertThat(e.getMessage()).contains(disk().describe(name));
                refused++;
            } catch (DamagedException e) {
                assertThat(e.file()).isEqualTo(disk().describe(name));
                notOpened++;
            }
        }
        assertThat(refused).as("served %d, not opened %d", served, notOpened).isPositive();
    }
}
