package dev.quiverdb.tests.isolation;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs a spec and writes down what every step said. A step that waits for a lock is reported as
 * waiting when the server says that it does, and completed as soon as it is after a later step, so
 * that what is written does not depend on time.
 */
final class IsolationRun {
    /** A wait that ends by itself within this time, as in a deadlock, is none. */
    private static final long GRACE_NANOS = 100_000_000L;

    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private final String url;
    private final IsolationSpec spec;
    private final StringBuilder out = new StringBuilder();

    private IsolationRun(String url, IsolationSpec spec) {
        this.url = url;
        this.spec = spec;
    }

    /** What the sessions said, as text. */
    static String run(String url, IsolationSpec spec)
            throws SQLException, InterruptedException, ExecutionException {
        var run = new IsolationRun(url, spec);
        for (var order : spec.permutations()) {
            run.permutation(order);
        }
        return run.out.toString();
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(
                url + (url.contains("?") ? "&" : "?") + "user=postgres&preferQueryMode=simple");
    }

    private static int processOf(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    private void permutation(List<String> order)
            throws SQLException, InterruptedException, ExecutionException {
        out.append("permutation ").append(String.join(" ", order)).append('\n');
        var connections = new ArrayList<Connection>();
        try (var control = connect()) {
            for (var sql : spec.setup()) {
                execute(control, sql);
            }
            int[] processes = new int[spec.sessions().size()];
            for (int i = 0; i < processes.length; i++) {
                var connection = connect();
                connections.add(connection);
                processes[i] = processOf(connection);
                for (var sql : spec.sessions().get(i).setup()) {
                    out.append(execute(connection, sql));
                }
            }
            steps(order, control, connections, processes);
            for (int i = 0; i < processes.length; i++) {
                for (var sql : spec.sessions().get(i).teardown()) {
                    execute(connections.get(i), sql);
                }
            }
            for (var connection : connections) {
                connection.close();
            }
            for (var sql : spec.teardown()) {
                execute(control, sql);
            }
        } finally {
            for (var connection : connections) {
                connection.close();
            }
        }
        out.append('\n');
    }

    private void steps(
            List<String> order, Connection control, List<Connection> connections, int[] processes)
            throws SQLException, InterruptedException, ExecutionException {
        Map<String, FutureTask<String>> waiting = new LinkedHashMap<>();
        for (var name : order) {
            var step = spec.step(name);
            int session = spec.sessionOf(name);
            // A session's next step comes after its last one.
            for (var other : List.copyOf(waiting.keySet())) {
                if (spec.sessionOf(other) == session) {
                    complete(other, waiting);
                }
            }
            var connection = connections.get(session);
            var task = new FutureTask<>(() -> execute(connection, step.sql()));
            Thread.ofVirtual().start(task);
            out.append(name).append(": ").append(step.sql().replaceAll("\\s+", " "));
            if (waits(task, control, processes, session)) {
                out.append(" <waiting>\n");
                waiting.put(name, task);
            } else {
                out.append('\n').append(task.get());
            }
            for (var other : List.copyOf(waiting.keySet())) {
                if (!other.equals(name)
                        && !waits(waiting.get(other), control, processes, spec.sessionOf(other))) {
                    complete(other, waiting);
                }
            }
        }
        for (var left : List.copyOf(waiting.keySet())) {
            complete(left, waiting);
        }
    }

    private void complete(String name, Map<String, FutureTask<String>> waiting)
            throws InterruptedException, ExecutionException {
        out.append(name).append(": <completed>\n").append(waiting.get(name).get());
        waiting.remove(name);
    }

    /** Whether a session waits for another one, for longer than a moment. */
    private static boolean waits(
            FutureTask<String> task, Connection control, int[] processes, int session)
            throws SQLException, InterruptedException {
        var others = new ArrayList<String>();
        for (int process : processes) {
            others.add(Integer.toString(process));
        }
        var question =
                "SELECT pg_catalog.pg_isolation_test_session_is_blocked("
                        + processes[session]
                        + ", '{"
                        + String.join(",", others)
                        + "}')";
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        long blockedSince = 0;
        while (!task.isDone()) {
            long now = System.nanoTime();
            if (now > deadline) {
                throw new IllegalStateException("a step neither ends nor waits");
            }
            try (var statement = control.createStatement();
                    var row = statement.executeQuery(question)) {
                row.next();
                if (!row.getBoolean(1)) {
                    blockedSince = 0;
                } else if (blockedSince == 0) {
                    blockedSince = now;
                } else if (now - blockedSince > GRACE_NANOS) {
                    return true;
                }
            }
            Thread.sleep(2);
        }
        return false;
    }

    private static String execute(Connection connection, String sql) throws SQLException {
        var said = new StringBuilder();
        try (var statement = connection.createStatement()) {
            boolean isRows = statement.execute(sql);
            while (isRows || statement.getUpdateCount() >= 0) {
                if (isRows) {
                    try (var rows = statement.getResultSet()) {
                        print(rows, said);
                    }
                }
                isRows = statement.getMoreResults();
            }
        } catch (SQLException failure) {
            var message = String.valueOf(failure.getMessage());
            int end = message.indexOf('\n');
            said.append(end < 0 ? message : message.substring(0, end))
                    .append(" (")
                    .append(failure.getSQLState())
                    .append(")\n");
        }
        return said.toString();
    }

    private static void print(ResultSet rows, StringBuilder said) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        int count = 0;
        while (rows.next()) {
            count++;
            for (int i = 1; i <= columns; i++) {
                said.append(i == 1 ? "    " : "|").append(rows.getString(i));
            }
            said.append('\n');
        }
        if (count == 0) {
            said.append("    (no rows)\n");
        }
    }
}
