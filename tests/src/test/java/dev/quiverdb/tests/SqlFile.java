package dev.quiverdb.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file of SQL with what it must answer, after SQLite's sqllogictest:
 *
 * <pre>
 * # comment
 * statement ok                  the statement, to the next empty line, succeeds
 * statement error 42703         it fails with this SQLSTATE
 * statement error 42501 denied  and with this message; behind it " / " and the detail's lines
 * connection two                what follows is said on another connection
 * query                         the rows follow behind ----, one a line, columns parted by |,
 * SELECT 1, NULL                NULL as it is, in the order of the query
 * ----
 * 1|NULL
 * query rowsort                 the same, rows sorted as text on both sides
 * </pre>
 */
record SqlFile(Path path, List<Entry> entries) {
    /** What is expected of a statement. */
    enum Kind {
        OK,
        ERROR,
        QUERY
    }

    /**
     * A statement.
     *
     * @param state SQLSTATE of an error
     * @param message message of an error, perhaps with its detail; empty for any
     * @param line where its SQL begins, from 1
     */
    record Entry(
            Kind kind,
            String connection,
            @Nullable String state,
            String message,
            boolean sorted,
            String sql,
            List<String> rows,
            int line) {}

    static SqlFile read(Path path) throws IOException {
        var lines = Files.readAllLines(path);
        List<Entry> entries = new ArrayList<>();
        var connection = "";
        int at = 0;
        while (at < lines.size()) {
            var line = lines.get(at);
            if (line.isBlank() || line.startsWith("#")) {
                at++;
                continue;
            }
            var words = line.trim().split("\\s+");
            if (words[0].equals("connection")) {
                connection = words[1];
                at++;
                continue;
            }
            boolean query = words[0].equals("query");
            if (!query && !words[0].equals("statement")) {
                throw new IOException(path + ":" + (at + 1) + ": " + line);
            }
            at++;
            int first = at;
            var sql = new StringBuilder();
            while (at < lines.size()
                    && !lines.get(at).isBlank()
                    && !(query && lines.get(at).equals("----"))) {
                sql.append(sql.isEmpty() ? "" : "\n").append(lines.get(at++));
            }
            List<String> rows = new ArrayList<>();
            if (query && at < lines.size() && lines.get(at).equals("----")) {
                at++;
                while (at < lines.size() && !lines.get(at).isBlank()) {
                    rows.add(lines.get(at++));
                }
            }
            boolean error = !query && words[1].equals("error");
            entries.add(
                    new Entry(
                            query ? Kind.QUERY : error ? Kind.ERROR : Kind.OK,
                            connection,
                            error ? words[2] : null,
                            error && words.length > 3
                                    ? line.trim().substring(line.trim().indexOf(words[2]) + 6)
                                    : "",
                            query && words.length > 1 && words[1].equals("rowsort"),
                            sql.toString(),
                            rows,
                            first + 1));
        }
        return new SqlFile(path, entries);
    }

    String name() {
        return path.getFileName().toString();
    }
}
