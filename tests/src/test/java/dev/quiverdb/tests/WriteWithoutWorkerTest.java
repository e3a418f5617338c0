package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Writes that the thread which reads the sockets runs itself: a lock in their way holds up nobody
 * else on that thread, and they take effect once.
 */
class WriteWithoutWorkerTest {
    /** More connections than there are threads that read sockets. */
    private static final int BYSTANDERS = 2 * Runtime.getRuntime().availableProcessors() + 2;

    private static Path data;
    private static QuiverServer server;

    private final List<Connection> connections = new ArrayList<>();
    private Connection writer;
    private Connection holder;

    /** In memory where that can be had: only commits that are quick enough go this way. */
    @BeforeAll
    static void start(@TempDir Path temporary) throws IOException {
        var memory = Path.of("/dev/shm");
        data =
                Files.isWritable(memory)
                        ? Files.createTempDirectory(memory, "quiver-test")
                        : temporary;
        server = QuiverServer.start(ServerOptions.on(data));
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
        try (var files = Files.walk(data)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        // Where it is JUnit's, JUnit finds it gone.
    }

    private Connection connect() throws SQLException {
        var connection =
                DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:"
                                + server.port()
                                + "/postgres?prepareThreshold=1&socketTimeout=60",
                        "postgres",
                        "");
        connections.add(connection);
        return connection;
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String one(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** A prepared statement each time: its plan is there, and it is short. */
    private static int write(Connection connection, String sql) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            return statement.executeUpdate();
        }
    }

    @BeforeEach
    void tables() throws SQLException {
        writer = connect();
        holder = connect();
        run(writer, "drop table if exists child; drop table if exists t");
        run(writer, "create table t (id int primary key, v int not null)");
        run(writer, "create table child (t int references t deferrable initially deferred, n int)");
        run(writer, "insert into t values (1, 0)");
        // The plans are known, and the writer's commits are the last ones.
        for (int i = 0; i < 20; i++) {
            write(writer, "update t set v = v + 1 where id = 1");
            write(writer, "insert into t values (99, 0), (100, 0), (101, 0)");
            write(writer, "delete from t where id >= 99");
        }
    }

    @AfterEach
    void disconnect() throws SQLException {
        for (var connection : connections) {
            connection.close();
        }
    }

    private void awaitWaiting(CompletableFuture<Integer> write) throws Exception {
        while (!one(holder, "select count(*) from pg_locks where not granted").equals("1")) {
            assertThat(write).isNotDone();
            Thread.sleep(5);
        }
    }

    private void everybodyElseIsAnswered() throws SQLException {
        for (int i = 0; i < BYSTANDERS; i++) {
            assertThat(one(connect(), "select v from t where id = 1")).isEqualTo("20");
        }
    }

    private static CompletableFuture<Integer> begun(Connection connection, String sql) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return write(connection, sql);
            } catch (SQLException e) {
                throw new java.util.concurrent.CompletionException(e);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rowThatIsLockedHoldsUpItsWriterOnly(boolean block) throws Exception {
        holder.setAutoCommit(false);
        run(holder, "update t set v = v + 100 where id = 1");
        writer.setAutoCommit(!block);
        if (block) {
            write(writer, "insert into t values (99, 0), (100, 0), (101, 0)");
        }
        var waiting = begun(writer, "update t set v = v + 1 where id = 1");
        awaitWaiting(waiting);
        everybodyElseIsAnswered();
        holder.commit();
        assertThat(waiting.get(30, TimeUnit.SECONDS)).isEqualTo(1);
        if (block) {
            writer.commit();
            assertThat(one(holder, "select count(*) from t where id >= 99")).isEqualTo("3");
        }
        assertThat(one(holder, "select v from t where id = 1")).isEqualTo("121");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keyThatAnotherMayTakeHoldsUpItsWriterOnly(boolean taken) throws Exception {
        holder.setAutoCommit(false);
        run(holder, "insert into t values (100, 7)");
        var waiting = begun(writer, "insert into t values (99, 0), (100, 0), (101, 0)");
        awaitWaiting(waiting);
        everybodyElseIsAnswered();
        if (taken) {
            holder.commit();
            assertThatThrownBy(() -> waiting.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("duplicate key value");
            assertThat(one(holder, "select count(*) || ',' || sum(v) from t where id >= 99"))
                    .isEqualTo("1,7");
        } else {
            holder.rollback();
            assertThat(waiting.get(30, TimeUnit.SECONDS)).isEqualTo(3);
            assertThat(one(holder, "select count(*) || ',' || sum(v) from t where id >= 99"))
                    .isEqualTo("3,0");
        }
    }

    @Test
    void errorInABlockFailsTheBlockAndNothingElse() throws Exception {
        writer.setAutoCommit(false);
        write(writer, "update t set v = v + 1 where id = 1");
        assertThatThrownBy(() -> write(writer, "insert into t values (1, 0)"))
                .hasMessageContaining("duplicate key value");
        assertThatThrownBy(() -> write(writer, "update t set v = v + 1 where id = 1"))
                .hasMessageContaining("current transaction is aborted");
        writer.rollback();
        assertThat(write(writer, "update t set v = v + 1 where id = 1")).isEqualTo(1);
        writer.commit();
        assertThat(one(holder, "select v from t where id = 1")).isEqualTo("21");
    }

    @Test
    void savepointsGoOnAfterStatementsOfTheirOwn() throws Exception {
        writer.setAutoCommit(false);
        write(writer, "update t set v = v + 1 where id = 1");
        var savepoint = writer.setSavepoint();
        write(writer, "update t set v = v + 1 where id = 1");
        write(writer, "update t set v = v + 1 where id = 1");
        writer.rollback(savepoint);
        write(writer, "update t set v = v + 1 where id = 1");
        writer.commit();
        assertThat(one(holder, "select v from t where id = 1")).isEqualTo("22");
    }

    @Test
    void deferredConstraintIsCheckedAtTheEnd() throws Exception {
        for (int i = 0; i < 12; i++) {
            write(writer, "insert into child values (1, 0)");
        }
        assertThatThrownBy(() -> write(writer, "insert into child values (5, 0)"))
                .hasMessageContaining("violates foreign key constraint");
        writer.setAutoCommit(false);
        write(writer, "insert into child values (5, 0)");
        write(writer, "insert into t values (5, 0)");
        writer.commit();
        assertThat(one(holder, "select count(*) from child")).isEqualTo("13");
    }
}
