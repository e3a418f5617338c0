package dev.quiverdb.bench.sql;

import dev.quiverdb.bench.wire.ServerCpu;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Scans, aggregates, joins and range reads by JDBC, in turn on both servers so that other work on
 * the machine disturbs both alike. Both must give the same rows.
 */
public final class SqlBenchmark {
    private static final String HELP =
            """
            usage: ./quiver bench sql [OPTIONS]

              --url URL         QuiverDB (jdbc:postgresql://127.0.0.1:5432/postgres?user=postgres)
              --peer URL        PostgreSQL, the same kind of URL; without it only QuiverDB is measured
              --rows N          rows of the large table; the small one has a tenth (1000000)
              --seconds S       how long each query runs on each server to warm up, and then twice more (2)
              --keep            leave the tables, and use those of an earlier run
              --json FILE       the figures as JSON

            For each query: what the client waits, the fastest run; and, where the server is of this machine,
            the processor time of all its threads and processes for one run, the better of two rounds, which
            other work on the machine disturbs less. PostgreSQL runs with its own settings, parallel workers
            included; both have their tables analyzed.
            """;

    private static final int COPY_ROWS = 10_000;

    private record Query(String name, String sql) {}

    private record Server(String name, Connection connection, ServerCpu cpu) {}

    /** Milliseconds of one run; not a number where the processor time is not known. */
    private record Times(double wall, double cpu) {
        Times best(Times other) {
            return new Times(Math.min(wall, other.wall), Math.min(cpu, other.cpu));
        }
    }

    private final List<Server> servers = new ArrayList<>();
    private final int rows;
    private final double seconds;

    private SqlBenchmark(int rows, double seconds) {
        this.rows = rows;
        this.seconds = seconds;
    }

    public static void main(String[] arguments) throws SQLException, IOException {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i < arguments.length; i++) {
            var name = arguments[i];
            if (name.equals("--help")) {
                System.out.print(HELP);
                return;
            }
            boolean flag = name.equals("--keep");
            if (!HELP.contains("  " + name + " ") || (!flag && i + 1 == arguments.length)) {
                System.err.println("unexpected argument: " + name);
                System.err.print(HELP);
                System.exit(2);
            }
            options.put(name, flag ? "" : arguments[++i]);
        }
        var benchmark =
                new SqlBenchmark(
                        Integer.parseInt(options.getOrDefault("--rows", "1000000")),
                        Double.parseDouble(options.getOrDefault("--seconds", "2")));
        benchmark.run(options);
    }

    private void run(Map<String, String> options) throws SQLException, IOException {
        open(
                "quiverdb",
                options.getOrDefault(
                        "--url", "jdbc:postgresql://127.0.0.1:5432/postgres?user=postgres"));
        var peer = options.get("--peer");
        if (peer != null) {
            open("postgresql", peer);
        }
        boolean keep = options.containsKey("--keep");
        for (var server : servers) {
            if (!(keep && isLoaded(server))) {
                load(server);
            }
        }
        var results = new LinkedHashMap<Query, Times[]>();
        for (var query : queries()) {
            results.put(query, measure(query));
        }
        if (!keep) {
            for (var server : servers) {
                execute(server, "DROP TABLE bench_items, bench_owners");
            }
        }
        for (var server : servers) {
            server.connection.close();
        }
        System.out.println(table(results));
        var json = options.get("--json");
        if (json != null) {
            Files.writeString(Path.of(json), json(results));
        }
    }

    private void open(String name, String url) throws SQLException {
        var uri = URI.create(url.substring("jdbc:".length()));
        var cpu = ServerCpu.of(uri.getPort() < 0 ? 5432 : uri.getPort());
        servers.add(new Server(name, DriverManager.getConnection(url), cpu));
    }

    private List<Query> queries() {
        int from = rows / 3;
        int to = from + rows / 100;
        return List.of(
                new Query("count(*)", "SELECT count(*) FROM bench_items"),
                new Query(
                        "sum and avg with a filter",
                        "SELECT sum(val), avg(val) FROM bench_items WHERE val BETWEEN 100 AND 599"),
                new Query(
                        "float8 sum, filter on text",
                        "SELECT count(*), sum(price) FROM bench_items WHERE label = 'label 7'"),
                new Query(
                        "group by 100 ints",
                        "SELECT kind, count(*), sum(amount), min(val), max(val) FROM bench_items"
                                + " GROUP BY kind ORDER BY kind"),
                new Query(
                        "group by 100 texts",
                        "SELECT label, count(*), avg(val) FROM bench_items"
                                + " GROUP BY label ORDER BY label"),
                new Query(
                        "group by rows / 10 ints",
                        "SELECT count(*), max(n) FROM (SELECT owner, count(*) AS n FROM bench_items"
                                + " GROUP BY owner) AS g"),
                new Query(
                        "join with a tenth, group by",
                        "SELECT o.region, count(*), sum(i.amount) FROM bench_items i"
                                + " JOIN bench_owners o ON o.id = i.owner"
                                + " GROUP BY o.region ORDER BY o.region"),
                new Query(
                        "order by limit 10",
                        "SELECT id, amount FROM bench_items ORDER BY amount DESC, id LIMIT 10"),
                new Query(
                        "index range of 1 % summed",
                        "SELECT count(*), sum(val) FROM bench_items WHERE id BETWEEN "
                                + from
                                + " AND "
                                + to),
                new Query(
                        "rows of 1 % by index",
                        "SELECT id, val, label FROM bench_items WHERE id BETWEEN "
                                + from
                                + " AND "
                                + to
                                + " ORDER BY id"));
    }

    // ---- loading ----

    private boolean isLoaded(Server server) throws SQLException {
        try (var statement = server.connection.createStatement();
                var found =
                        statement.executeQuery(
                                "SELECT count(*) FROM pg_class WHERE relname = 'bench_items'")) {
            found.next();
            if (found.getInt(1) == 0) {
                return false;
            }
        }
        try (var statement = server.connection.createStatement();
                var found = statement.executeQuery("SELECT count(*) FROM bench_items")) {
            return found.next() && found.getInt(1) == rows;
        }
    }

    private static void execute(Server server, String sql) throws SQLException {
        try (var statement = server.connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void load(Server server) throws SQLException, IOException {
        execute(server, "DROP TABLE IF EXISTS bench_items, bench_owners");
        execute(
                server,
                "CREATE TABLE bench_items (id bigint PRIMARY KEY, owner int NOT NULL,"
                        + " kind int NOT NULL, val int, amount bigint NOT NULL,"
                        + " price float8 NOT NULL, label text NOT NULL)");
        execute(
                server,
                "CREATE TABLE bench_owners (id int PRIMARY KEY, region int NOT NULL,"
                        + " name text NOT NULL)");
        long start = System.nanoTime();
        int owners = Math.max(1, rows / 10);
        copy(server, "bench_owners", owners, (i, _) -> i + "\t" + i % 25 + "\towner " + i);
        copy(
                server,
                "bench_items",
                rows,
                (i, random) ->
                        i
                                + "\t"
                                + random.nextInt(owners)
                                + "\t"
                                + random.nextInt(100)
                                + "\t"
                                + (random.nextInt(50) == 0 ? "\\N" : random.nextInt(1000))
                                + "\t"
                                + random.nextLong(1_000_000_000_000L)
                                + "\t"
                                + random.nextInt(1_000_000) / 4.0
                                + "\tlabel "
                                + random.nextInt(100));
        execute(server, "ANALYZE bench_items");
        execute(server, "ANALYZE bench_owners");
        System.out.printf(
                Locale.ROOT,
                "%s loaded in %.1f s%n",
                server.name,
                (System.nanoTime() - start) / 1e9);
    }

    private interface Line {
        String of(int row, SplittableRandom random);
    }

    private static void copy(Server server, String table, int rows, Line line)
            throws SQLException, IOException {
        var random = new SplittableRandom(1);
        var copy = server.connection.unwrap(PGConnection.class).getCopyAPI();
        var text = new StringBuilder();
        for (int i = 0; i < rows; i++) {
            text.append(line.of(i, random)).append('\n');
            if (i % COPY_ROWS == COPY_ROWS - 1 || i == rows - 1) {
                copy.copyIn("COPY " + table + " FROM STDIN", new StringReader(text.toString()));
                text.setLength(0);
            }
        }
    }

    // ---- measuring ----

    private Times[] measure(Query query) throws SQLException {
        var best = new Times[servers.size()];
        @Nullable List<String> expected = null;
        for (int round = 0; round < 3; round++) {
            for (int s = 0; s < best.length; s++) {
                var found = new ArrayList<String>();
                var times = repeat(servers.get(s), query, found);
                if (expected != null && !expected.equals(found)) {
                    throw new IllegalStateException(
                            query.name + ": " + found + " instead of " + expected);
                }
                expected = found;
                // The first round warms up.
                best[s] = round < 2 ? times : times.best(best[s]);
            }
        }
        return best;
    }

    private Times repeat(Server server, Query query, List<String> found) throws SQLException {
        double fastest = Double.MAX_VALUE;
        double cpuBefore = server.cpu.seconds().orElse(Double.NaN);
        long end = System.nanoTime() + (long) (seconds * 1e9);
        int runs = 0;
        do {
            found.clear();
            fastest = Math.min(fastest, time(server, query, found));
            runs++;
        } while (System.nanoTime() < end);
        double cpu = server.cpu.seconds().orElse(Double.NaN) - cpuBefore;
        return new Times(fastest, cpu * 1e3 / runs);
    }

    private static double time(Server server, Query query, List<String> rows) throws SQLException {
        long start = System.nanoTime();
        try (var statement = server.connection.createStatement();
                var found = statement.executeQuery(query.sql)) {
            int columns = found.getMetaData().getColumnCount();
            while (found.next()) {
                var row = new StringBuilder();
                for (int c = 1; c <= columns; c++) {
                    row.append(found.getString(c)).append('|');
                }
                rows.add(row.toString());
            }
        }
        return (System.nanoTime() - start) / 1e6;
    }

    private String table(Map<Query, Times[]> results) {
        var text = new StringBuilder(String.format(Locale.ROOT, "%n%-28s", "rows: " + rows));
        for (var server : servers) {
            text.append(String.format(Locale.ROOT, "%15s", server.name + " ms"));
            text.append(String.format(Locale.ROOT, "%12s", "cpu ms"));
        }
        boolean two = servers.size() > 1;
        text.append(two ? String.format(Locale.ROOT, "%16s%12s", "times as fast", "by cpu") : "");
        results.forEach((query, times) -> {
            text.append(String.format(Locale.ROOT, "%n%-28s", query.name));
            for (var one : times) {
                text.append(String.format(Locale.ROOT, "%,15.2f%,12.2f", one.wall, one.cpu));
            }
            if (two) {
                text.append(
                        String.format(
                                Locale.ROOT,
                                "%16.2f%12.2f",
                                times[1].wall / times[0].wall,
                                times[1].cpu / times[0].cpu));
            }
        });
        return text.append('\n').toString();
    }

    private String json(Map<Query, Times[]> results) {
        var lines = new ArrayList<String>();
        results.forEach((query, times) -> {
            for (int s = 0; s < times.length; s++) {
                lines.add(
                        String.format(
                                Locale.ROOT,
                                "  {\"server\": \"%s\", \"query\": \"%s\", \"milliseconds\": %.3f,"
                                        + " \"cpu_milliseconds\": %s}",
                                servers.get(s).name,
                                query.name,
                                times[s].wall,
                                Double.isNaN(times[s].cpu)
                                        ? "null"
                                        : String.format(Locale.ROOT, "%.3f", times[s].cpu)));
            }
        });
        return "{\"rows\": " + rows + ", \"queries\": [\n" + String.join(",\n", lines) + "\n]}\n";
    }
}
