package dev.quiverdb.tests.soak;

import dev.quiverdb.base.testing.Ledger;
import dev.quiverdb.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * A server in a process of its own under load from several clients; it is killed (SIGKILL) as often
 * as asked for, and judged after each start. {@code ./quiver soak server --kills N}.
 */
public final class ServerSoak {
    private static final int WORKERS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int SUM = 1000 * Load.ACCOUNTS;

    private final Path data;
    private final SplittableRandom random;
    private final Consumer<String> report;
    private final List<Ledger> ledgers = new ArrayList<>();
    private final int commitsMax;
    private int failedRounds;

    /** A soak whose server lives for at most so many commits each time. */
    public ServerSoak(Path data, long seed, int commitsMax, Consumer<String> report) {
        this.data = data;
        this.commitsMax = commitsMax;
        this.random = new SplittableRandom(seed);
        this.report = report;
        for (int i = 0; i < WORKERS; i++) {
            ledgers.add(new Ledger());
        }
    }

    /** Kills the server that often; returns everything that was wrong afterwards. */
    public List<String> run(int kills) throws IOException, InterruptedException, SQLException {
        List<String> wrong = new ArrayList<>();
        var server = start();
        try {
            try (var connection = connect(server)) {
                setUp(connection);
            }
            for (int kill = 1; kill <= kills; kill++) {
                int before = acknowledged();
                wrong.addAll(loadUntilKilled(server));
                long began = System.nanoTime();
                server = start();
                long startMillis = (System.nanoTime() - began) / 1_000_000;
                List<String> found;
                try (var connection = connect(server)) {
                    found = judge(connection);
                }
                failedRounds += found.isEmpty() ? 0 : 1;
                wrong.addAll(found);
                report.accept(
                        "kill %d of %d: %d commits acknowledged, up again after %d ms, %s"
                                .formatted(
                                        kill,
                                        kills,
                                        acknowledged() - before,
                                        startMillis,
                                        found.isEmpty() ? "all is there" : "WRONG: " + found));
            }
        } finally {
            server.kill(PATIENCE);
        }
        return wrong;
    }

    public int failedRounds() {
        return failedRounds;
    }

    /** Commits that were answered in all. */
    public int acknowledged() {
        return ledgers.stream().mapToInt(Ledger::acknowledged).sum();
    }

    private ServerProcess start() throws IOException, InterruptedException {
        return ServerProcess.spawn(
                data, List.of("--data", data.toString(), "--port", "0"), PATIENCE);
    }

    private static Connection connect(ServerProcess server) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + server.port() + "/postgres?user=postgres");
    }

    private static void setUp(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("CREATE EXTENSION IF NOT EXISTS vector");
            statement.execute(
                    "CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL)");
            statement.execute(
                    "INSERT INTO accounts SELECT i, 1000 FROM generate_series(0, "
                            + (Load.ACCOUNTS - 1)
                            + ") i");
            statement.execute(
                    "CREATE TABLE batches (number bigint, row int, worker int NOT NULL, padding text,"
                            + " PRIMARY KEY (number, row))");
            statement.execute("CREATE INDEX ON batches (worker, number)");
            statement.execute(
                    "CREATE TABLE documents (id bigint PRIMARY KEY, worker int NOT NULL, version bigint"
                            + " NOT NULL, embedding vector("
                            + Load.DIMENSIONS
                            + "))");
            statement.execute("CREATE INDEX ON documents USING hnsw (embedding vector_l2_ops)");
            statement.execute(
                    "CREATE TABLE counters (worker int PRIMARY KEY, value bigint NOT NULL)");
            statement.execute(
                    "INSERT INTO counters SELECT i, 0 FROM generate_series(0, "
                            + (WORKERS - 1)
                            + ") i");
        }
    }

    private List<String> loadUntilKilled(ServerProcess server)
            throws SQLException, InterruptedException {
        int goal = acknowledged() + 1 + random.nextInt(commitsMax);
        var loads = new ArrayList<Load>();
        var threads = new ArrayList<Thread>();
        for (int worker = 0; worker < WORKERS; worker++) {
            var connection = connect(server);
            connection.setAutoCommit(false);
            var load = new Load(worker, ledgers.get(worker), random.split(), connection);
            loads.add(load);
            threads.add(Thread.ofPlatform().name("load " + worker).start(load));
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (acknowledged() < goal
                && threads.stream().allMatch(Thread::isAlive)
                && System.nanoTime() < deadline) {
            Thread.sleep(1);
        }
        server.kill(PATIENCE);
        for (var thread : threads) {
            thread.join();
        }
        List<String> wrong = new ArrayList<>();
        for (var load : loads) {
            var failure = load.failure;
            if (failure != null) {
                wrong.add("a client failed: " + failure.getSQLState() + " " + failure.getMessage());
            }
        }
        if (acknowledged() < goal) {
            wrong.add("the load came to a standstill");
        }
        return wrong;
    }

    // ---- the judge ------------------------------------------------------------------------------

    private interface Reader {
        void accept(ResultSet row) throws SQLException;
    }

    private static void read(Connection connection, String sql, Reader reader) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                reader.accept(rows);
            }
        }
    }

    private static List<String> lines(Connection connection, String sql) throws SQLException {
        List<String> lines = new ArrayList<>();
        read(
                connection,
                sql,
                row -> {
                    var line = new StringBuilder();
                    for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                        line.append(i == 1 ? "" : "|").append(row.getString(i));
                    }
                    lines.add(line.toString());
                });
        return lines;
    }

    private List<String> judge(Connection connection) throws SQLException {
        List<String> wrong = new ArrayList<>();
        for (int worker = 0; worker < WORKERS; worker++) {
            int number = worker;
            ledgers.get(worker).judge(found(connection, worker)).stream()
                    .map(what -> "client " + number + ": " + what)
                    .forEach(wrong::add);
        }
        read(
                connection,
                "SELECT sum(balance), count(*) FROM accounts",
                row -> {
                    if (row.getLong(1) != SUM || row.getInt(2) != Load.ACCOUNTS) {
                        wrong.add("the accounts have " + row.getLong(1) + ", not " + SUM);
                    }
                });
        compareIndexes(connection, wrong);
        compareNeighbours(connection, wrong);
        return wrong;
    }

    /** The things of one worker, as its ledger names them. */
    private static Map<String, String> found(Connection connection, int worker)
            throws SQLException {
        Map<String, String> found = new HashMap<>();
        read(
                connection,
                "SELECT number, count(*) FROM batches WHERE worker = "
                        + worker
                        + " GROUP BY number",
                row -> found.put(Load.batch(row.getLong(1)), row.getString(2)));
        read(
                connection,
                "SELECT id, version FROM documents WHERE worker = " + worker,
                row -> found.put(Load.document(row.getLong(1)), row.getString(2)));
        read(
                connection,
                "SELECT value FROM counters WHERE value > 0 AND worker = " + worker,
                row -> found.put(Load.COUNTER, row.getString(1)));
        var mine = "w" + worker + "-";
        read(
                connection,
                "SELECT gid FROM pg_prepared_xacts WHERE gid LIKE '" + mine + "%'",
                row ->
                        found.put(
                                Load.prepared(row.getString(1)),
                                row.getString(1).substring(mine.length())));
        return found;
    }

    /** Ordered indexes say what the tables say. */
    private static void compareIndexes(Connection connection, List<String> wrong)
            throws SQLException {
        for (var query :
                List.of(
                        "SELECT number, row FROM batches ORDER BY number, row",
                        "SELECT worker, number, row FROM batches WHERE worker >= 0 ORDER BY worker, number, row",
                        "SELECT id, version FROM documents ORDER BY id")) {
            set(connection, "enable_seqscan", false);
            var byIndex = lines(connection, query);
            set(connection, "enable_seqscan", true);
            set(connection, "enable_indexscan", false);
            var byScan = lines(connection, query);
            set(connection, "enable_indexscan", true);
            if (!byIndex.equals(byScan)) {
                wrong.add("index and table differ: " + query);
            }
        }
    }

    private static void set(Connection connection, String setting, boolean on) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("SET " + setting + " = " + (on ? "on" : "off"));
        }
    }

    /** The graph holds fewer rows than it looks at, so its answers are exact. */
    private void compareNeighbours(Connection connection, List<String> wrong) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("SET hnsw.ef_search = 1000");
        }
        for (int i = 0; i < 5; i++) {
            var target = new StringBuilder("[");
            for (int d = 0; d < Load.DIMENSIONS; d++) {
                target.append(d == 0 ? "" : ",").append(random.nextInt(1000) / 100.0);
            }
            var distance = "embedding <-> '" + target.append("]") + "'";
            var query =
                    "SELECT id, version, round((%s)::numeric, 3) FROM documents ORDER BY %s LIMIT 10"
                            .formatted(distance, distance);
            var byIndex = lines(connection, query);
            set(connection, "enable_indexscan", false);
            var exact = lines(connection, query);
            set(connection, "enable_indexscan", true);
            if (!byIndex.equals(exact)) {
                wrong.add("neighbours are %s, not %s".formatted(byIndex, exact));
            }
        }
    }

    /** The entry of {@code ./quiver soak server}. */
    public static void main(String[] arguments)
            throws IOException, InterruptedException, SQLException {
        int kills = 50;
        long seed = System.nanoTime();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            switch (arguments[i]) {
                case "--kills" -> kills = Integer.parseInt(arguments[i + 1]);
                case "--seed" -> seed = Long.parseLong(arguments[i + 1]);
                default -> {
                    System.err.println("unknown option " + arguments[i]);
                    System.exit(2);
                }
            }
        }
        var data = Files.createTempDirectory("quiver-soak");
        System.out.printf("killing a server in %s %d times, seed %d%n", data, kills, seed);
        var soak = new ServerSoak(data, seed, 800, System.out::println);
        var wrong = soak.run(kills);
        wrong.forEach(what -> System.out.println("WRONG: " + what));
        int failed = wrong.isEmpty() ? 0 : Math.max(1, soak.failedRounds());
        System.out.printf("%d passed, %d failed%n", kills - failed, failed);
        System.exit(failed == 0 ? 0 : 1);
    }
}
