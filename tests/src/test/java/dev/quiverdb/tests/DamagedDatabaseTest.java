package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.server.QuiverServer;
import dev.quiverdb.server.ServerOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One database whose files are damaged, beside others. */
class DamagedDatabaseTest {
    private static Connection connect(QuiverServer server, String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + database, "postgres", "");
    }

    private static String one(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void damageLog(Path database) throws IOException {
        try (var files = Files.list(database.resolve("log"))) {
            for (var file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
                try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.write(ByteBuffer.wrap(new byte[64]), 0);
                }
            }
        }
    }

    @Test
    void databaseThatCannotBeOpenedKeepsNobodyFromTheOthers(@TempDir Path data)
            throws IOException, SQLException {
        String oid;
        try (var server = QuiverServer.start(ServerOptions.on(data));
                var postgres = connect(server, "postgres")) {
            run(postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
            run(postgres, "CREATE DATABASE other");
            oid = one(postgres, "SELECT oid FROM pg_database WHERE datname = 'other'");
            try (var other = connect(server, "other")) {
                run(other, "CREATE TABLE lost AS SELECT 1 AS a");
            }
        }
        damageLog(data.resolve("base").resolve(oid));
        try (var server = QuiverServer.start(ServerOptions.on(data));
                var postgres = connect(server, "postgres")) {
            assertThat(one(postgres, "SELECT answer FROM kept")).isEqualTo("42");
            assertThatThrownBy(() -> connect(server, "other").close())
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getSQLState()).isEqualTo("XX001"));
            run(postgres, "DROP DATABASE other");
            run(postgres, "CREATE DATABASE other");
            try (var other = connect(server, "other")) {
                assertThat(one(other, "SELECT count(*) FROM pg_class WHERE relname = 'lost'"))
                        .isEqualTo("0");
            }
        }
    }
}
