package dev.quiverdb.tests;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.util.PSQLException;

/** Says a {@link SqlFile} to a server and gathers what differs from what the file expects. */
final class SqlFileRun implements AutoCloseable {
    private final String url;
    private final Map<String, Connection> connections = new HashMap<>();

    /**
     * @param url of an empty database
     */
    SqlFileRun(String url) {
        this.url = url;
    }

    /** What was answered otherwise than expected, one text for each statement. */
    List<String> differences(SqlFile file) throws SQLException {
        List<String> differences = new ArrayList<>();
        for (var entry : file.entries()) {
            var answer = answer(entry);
            var expected = expected(entry);
            if (!answer.equals(expected)) {
                differences.add(
                        file.name()
                                + ":"
                                + entry.line()
                                + "\n"
                                + entry.sql()
                                + "\nexpected: "
                                + expected
                                + "\nanswered: "
                                + answer);
            }
        }
        return differences;
    }

    private static String expected(SqlFile.Entry entry) {
        return switch (entry.kind()) {
            case OK -> "ok";
            case ERROR -> ("error " + entry.state() + " " + entry.message()).trim();
            case QUERY -> String.join("\n", sorted(entry, entry.rows()));
        };
    }

    private static List<String> sorted(SqlFile.Entry entry, List<String> rows) {
        return entry.sorted() ? rows.stream().sorted().toList() : rows;
    }

    private String answer(SqlFile.Entry entry) throws SQLException {
        var connection = connections.get(entry.connection());
        if (connection == null) {
            connection = DriverManager.getConnection(url);
            connections.put(entry.connection(), connection);
        }
        try (var statement = connection.createStatement()) {
            boolean rows = statement.execute(entry.sql());
            if (entry.kind() != SqlFile.Kind.QUERY) {
                return "ok";
            }
            if (!rows) {
                return "no rows";
            }
            try (var result = statement.getResultSet()) {
                return String.join("\n", sorted(entry, rows(result)));
            }
        } catch (SQLException error) {
            boolean wanted =
                    entry.kind() == SqlFile.Kind.ERROR
                            && error.getSQLState() != null
                            && error.getSQLState().equals(entry.state());
            return wanted && entry.message().isEmpty()
                    ? "error " + entry.state()
                    : "error " + error.getSQLState() + " " + message(entry, error);
        }
    }

    /** The server's message, with the detail where one is expected. */
    private static String message(SqlFile.Entry entry, SQLException error) {
        if (!(error instanceof PSQLException postgres)
                || postgres.getServerErrorMessage() == null) {
            return String.valueOf(error.getMessage());
        }
        var server = postgres.getServerErrorMessage();
        var detail = server.getDetail();
        return entry.message().contains(" / ") && detail != null
                ? server.getMessage() + " / " + detail.replace("\n", " / ")
                : String.valueOf(server.getMessage());
    }

    private static List<String> rows(ResultSet result) throws SQLException {
        int columns = result.getMetaData().getColumnCount();
        List<String> rows = new ArrayList<>();
        while (result.next()) {
            var row = new StringBuilder();
            for (int i = 1; i <= columns; i++) {
                var value = result.getString(i);
                row.append(i > 1 ? "|" : "")
                        .append(value == null ? "NULL" : value.isEmpty() ? "(empty)" : value);
            }
            rows.add(row.toString());
        }
        return rows;
    }

    @Override
    public void close() throws SQLException {
        for (var connection : connections.values()) {
            connection.close();
        }
    }
}
