package dev.quiverdb.bench.ann;

import dev.quiverdb.bench.wire.ServerCpu;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.postgresql.PGConnection;

/**
 * Nearest neighbours over the wire, beside a peer that speaks the same protocol and pgvector's SQL:
 * loading by binary COPY, building an index, and queries per second at a recall, by prepared
 * statements with binary parameters. The two servers take turns.
 *
 * <pre>
 * WireAnnBenchmark --data DIR --url jdbc:postgresql://... --peer jdbc:postgresql://...
 *     [--rows N] [--queries N] [--method hnsw|ivfflat] [--options "m = 16, ..."]
 *     [--recalls 0.95,0.99] [--clients 1,2,8] [--seconds S] [--load no]
 *     [--filters yes]
 * </pre>
 *
 * With {@code --load no} the tables of the last run are asked again. With {@code --filters yes} the
 * searches are of rows that pass {@code WHERE column < value}, at several rates, with a btree index
 * of the column and without; the peer scans iteratively. Beside the rates stands the processor time
 * that each server took for one query, where its process is on this machine: the clients' own share
 * of a small machine is in the rates and not in that.
 *
 * <p>The data is that of {@link AnnBenchmark}: 384 dimensions.
 */
public final class WireAnnBenchmark {
    private static final int DIMENSIONS = 384;
    private static final int NEAREST = 10;
    private static final int WARM_UP = 50;

    /** Of so many values a row has one at random, in a column with an index and in one without. */
    private static final int VALUES = 10_000;

    private static final double[] SHARES = {0.5, 0.1, 0.01, 0.001};

    private static final String USAGE =
            """
            usage: ./quiver bench wire-ann --data DIR --url JDBC-URL --peer JDBC-URL [OPTIONS]
              --data DIR          base vectors, queries and exact answers
              --url, --peer URL   databases of the two servers, with the extension vector
              --rows N            of the base vectors (all)       --queries N     (500)
              --method NAME       hnsw or ivfflat (hnsw)          --options TEXT  of CREATE INDEX
              --recalls R,R       (0.95,0.99)                     --clients N,N   (1,2,8)
              --seconds N         for each rate (5)
              --filters yes       rows that pass a WHERE, too     --load no       as an earlier run left it
            """;

    private final AnnData data;
    private final String method;
    private final String options;
    private final double[] recalls;
    private final int[] clients;
    private final int seconds;
    private final boolean filters;

    private WireAnnBenchmark(AnnData data, Map<String, String> options) {
        this.data = data;
        method = options.getOrDefault("--method", "hnsw");
        this.options = options.getOrDefault("--options", "");
        recalls =
                Arrays.stream(options.getOrDefault("--recalls", "0.95,0.99").split(",", -1))
                        .mapToDouble(Double::parseDouble)
                        .toArray();
        clients =
                Arrays.stream(options.getOrDefault("--clients", "1,2,8").split(",", -1))
                        .mapToInt(Integer::parseInt)
                        .toArray();
        seconds = Integer.parseInt(options.getOrDefault("--seconds", "5"));
        filters = "yes".equals(options.get("--filters"));
    }

    public static void main(String[] arguments) throws Exception {
        if (Arrays.asList(arguments).contains("--help")) {
            System.out.print(USAGE);
            return;
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        var data =
                AnnData.read(
                        Path.of(required(options, "--data")),
                        DIMENSIONS,
                        Integer.parseInt(options.getOrDefault("--rows", "1000000000")),
                        Integer.parseInt(options.getOrDefault("--queries", "500")));
        var benchmark = new WireAnnBenchmark(data, options);
        var ours = new WireServer("quiver", required(options, "--url"));
        var peer = new WireServer("peer", required(options, "--peer"));
        benchmark.compare(ours, peer, !"no".equals(options.get("--load")));
    }

    private static String required(Map<String, String> options, String name) {
        var value = options.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }

    private record Line(String what, double ours, double peer) {}

    /** A question and the right answers. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Question(String where, int[][] truth) {
        String sql() {
            return "SELECT id FROM wire_items%s ORDER BY embedding <-> ? LIMIT %d"
                    .formatted(where, NEAREST);
        }

        int wanted(int q) {
            return Math.min(NEAREST, truth[q].length);
        }
    }

    private void compare(WireServer ours, WireServer peer, boolean load) throws Exception {
        List<Line> lines = new ArrayList<>();
        if (load) {
            // The first load finds both servers, and the client that sends it, not warmed up.
            lines.add(new Line("COPY, rows/s, first", load(ours), load(peer)));
            lines.add(new Line("COPY, rows/s, again", load(ours), load(peer)));
            lines.add(new Line("CREATE INDEX, s", build(ours), build(peer)));
        }
        for (var question : filters ? filtered() : List.of(new Question("", data.truth()))) {
            for (double recall : recalls) {
                compare(ours, peer, question, recall, lines);
            }
        }
        report(lines);
    }

    private void compare(
            WireServer ours, WireServer peer, Question question, double recall, List<Line> lines)
            throws Exception {
        var of = question.where + " at recall " + recall;
        int effortOurs = effort(ours, question, recall);
        int effortPeer = effort(peer, question, recall);
        lines.add(new Line("effort" + of, effortOurs, effortPeer));
        lines.add(
                new Line(
                        "recall" + of,
                        recall(ours, question, effortOurs),
                        recall(peer, question, effortPeer)));
        for (int count : clients) {
            var at = "%s, %d clients".formatted(of, count);
            var best = rates(ours, effortOurs, peer, effortPeer, question, count);
            System.out.printf(
                    Locale.ROOT,
                    "%.1f queries/s and %.1f%s%n",
                    best[0].perSecond,
                    best[1].perSecond,
                    at);
            lines.add(new Line("queries/s" + at, best[0].perSecond, best[1].perSecond));
            lines.add(new Line("server CPU us" + at, best[0].cpuMicros, best[1].cpuMicros));
        }
    }

    /** The value that decides whether a filter lets a row pass. */
    private static int[] values(int rows) {
        var random = new SplittableRandom(11);
        int[] values = new int[rows];
        for (int id = 0; id < rows; id++) {
            values[id] = random.nextInt(VALUES);
        }
        return values;
    }

    private List<Question> filtered() {
        int[] values = values(data.base().length);
        Map<String, BitSet> bits = new LinkedHashMap<>();
        for (double share : SHARES) {
            var passing = new BitSet();
            for (int id = 0; id < values.length; id++) {
                passing.set(id, values[id] < share * VALUES);
            }
            bits.put(Integer.toString((int) (share * VALUES)), passing);
        }
        List<Question> questions = new ArrayList<>();
        new Scenarios(data, 1)
                .truths(bits)
                .forEach((bound, exact) -> {
                    for (var column : List.of("plain", "indexed")) {
                        questions.add(
                                new Question(" WHERE " + column + " < " + bound, exact.nearest()));
                    }
                });
        return questions;
    }

    private static void report(List<Line> lines) {
        System.out.printf("%-56s %12s %12s %8s%n", "", "quiver", "peer", "ratio");
        for (var line : lines) {
            System.out.printf(
                    Locale.ROOT,
                    "%-56s %12.1f %12.1f %8.2f%n",
                    line.what,
                    line.ours,
                    line.peer,
                    line.ours / line.peer);
        }
    }

    private double load(WireServer server) throws SQLException, IOException {
        try (var connection = server.connect();
                var statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS wire_items");
            statement.execute(
                    "CREATE TABLE wire_items (id int PRIMARY KEY, plain int, indexed int, embedding vector(%d))"
                            .formatted(DIMENSIONS));
            long begin = System.nanoTime();
            var copy =
                    connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn("COPY wire_items FROM STDIN WITH (FORMAT binary)");
            var buffer = new ByteArrayOutputStream();
            var out = new DataOutputStream(buffer);
            out.write("PGCOPY\n".getBytes(StandardCharsets.ISO_8859_1));
            out.write(new byte[] {(byte) 0xff, '\r', '\n', 0});
            out.writeInt(0);
            out.writeInt(0);
            float[][] base = data.base();
            int[] values = values(base.length);
            for (int id = 0; id < base.length; id++) {
                out.writeShort(4);
                for (int number : new int[] {id, values[id], values[id]}) {
                    out.writeInt(4);
                    out.writeInt(number);
                }
                out.writeInt(4 + 4 * DIMENSIONS);
                out.writeShort(DIMENSIONS);
                out.writeShort(0);
                for (float x : base[id]) {
                    out.writeFloat(x);
                }
                if (buffer.size() > 60_000) {
                    copy.writeToCopy(buffer.toByteArray(), 0, buffer.size());
                    buffer.reset();
                }
            }
            out.writeShort(-1);
            copy.writeToCopy(buffer.toByteArray(), 0, buffer.size());
            copy.endCopy();
            return base.length / secondsSince(begin);
        }
    }

    private static double secondsSince(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    private double build(WireServer server) throws SQLException {
        try (var connection = server.connect();
                var statement = connection.createStatement()) {
            statement.execute("SET maintenance_work_mem = '2GB'");
            long begin = System.nanoTime();
            statement.execute(
                    "CREATE INDEX ON wire_items USING %s (embedding vector_l2_ops)%s"
                            .formatted(method, options.isEmpty() ? "" : " WITH (" + options + ")"));
            double took = secondsSince(begin);
            System.out.printf(Locale.ROOT, "%s: index built in %.1f s%n", server.name(), took);
            statement.execute("CREATE INDEX ON wire_items (indexed)");
            statement.execute("ANALYZE wire_items");
            return took;
        }
    }

    private String effortSetting(int effort) {
        return method.equals("hnsw")
                ? "SET hnsw.ef_search = " + effort
                : "SET " + method + ".probes = " + effort;
    }

    /** The least effort of a ladder that reaches a recall. */
    private int effort(WireServer server, Question question, double recall) throws SQLException {
        int[] ladder = {
            10, 12, 14, 17, 20, 24, 28, 34, 40, 48, 56, 67, 80, 95, 110, 130, 150, 180, 210, 250,
            300, 360, 420, 500, 600, 1000
        };
        for (int effort : ladder) {
            double reached = recall(server, question, effort);
            System.out.printf(
                    Locale.ROOT,
                    "%s:%s effort %d, recall %.4f%n",
                    server.name(),
                    question.where,
                    effort,
                    reached);
            if (reached >= recall) {
                return effort;
            }
        }
        return ladder[ladder.length - 1];
    }

    private double recall(WireServer server, Question question, int effort) throws SQLException {
        long hits = 0;
        long possible = 0;
        try (var connection = server.connect();
                var query = prepare(connection, question, effort)) {
            for (int q = 0; q < data.queries().length; q++) {
                var truth = new HashSet<Integer>();
                for (int i = 0; i < question.wanted(q); i++) {
                    truth.add(question.truth[q][i]);
                }
                for (int id : ask(query, question, q)) {
                    hits += truth.contains(id) ? 1 : 0;
                }
                possible += truth.size();
            }
        }
        return (double) hits / possible;
    }

    private PreparedStatement prepare(Connection connection, Question question, int effort)
            throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(effortSetting(effort));
            if (filters) {
                // As ours goes on by itself until it has its rows.
                statement.execute(
                        "SET %s.iterative_scan = relaxed_order"
                                .formatted(method.equals("hnsw") ? method : "ivfflat"));
            }
        }
        return connection.prepareStatement(question.sql());
    }

    private int[] ask(PreparedStatement query, Question question, int q) throws SQLException {
        query.setObject(1, new WireServer.VectorParameter(data.queries()[q]));
        int[] ids = new int[question.wanted(q)];
        int count = 0;
        try (var rows = query.executeQuery()) {
            while (rows.next()) {
                ids[count++] = rows.getInt(1);
            }
        }
        // pgvector gives up after hnsw.max_scan_tuples.
        return count == ids.length ? ids : Arrays.copyOf(ids, count);
    }

    /**
     * What a server answered.
     *
     * @param cpuMicros processor time of the server for a query; NaN where it cannot be seen
     */
    private record Rate(double perSecond, double cpuMicros) {
        static final Rate NONE = new Rate(0, Double.NaN);

        Rate better(Rate other) {
            return other.perSecond > perSecond ? other : this;
        }
    }

    /** Rates of both servers, in turns: each is warmed up and measured twice, the better counts. */
    private Rate[] rates(
            WireServer ours,
            int effortOurs,
            WireServer peer,
            int effortPeer,
            Question question,
            int count)
            throws Exception {
        Rate[] best = {Rate.NONE, Rate.NONE};
        for (int round = 0; round < 2; round++) {
            best[0] = best[0].better(rate(ours, effortOurs, question, count));
            best[1] = best[1].better(rate(peer, effortPeer, question, count));
        }
        return best;
    }

    private Rate rate(WireServer server, int effort, Question question, int count)
            throws Exception {
        List<Future<Long>> running = new ArrayList<>();
        var cpu = ServerCpu.of(server.port());
        try (var executor = Executors.newFixedThreadPool(count)) {
            double before = cpu.seconds().orElse(Double.NaN);
            for (int client = 0; client < count; client++) {
                int first = client * 37;
                running.add(executor.submit(() -> askFor(server, effort, question, first)));
            }
            long done = 0;
            for (var future : running) {
                done += future.get();
            }
            double used = cpu.seconds().orElse(Double.NaN) - before;
            return new Rate((double) done / seconds, 1e6 * used / (done + (long) count * WARM_UP));
        } catch (ExecutionException failure) {
            throw new IllegalStateException("a client failed", failure.getCause());
        }
    }

    /** How many queries one client gets answered. */
    private long askFor(WireServer server, int effort, Question question, int first)
            throws SQLException {
        try (var connection = server.connect();
                var query = prepare(connection, question, effort)) {
            int queries = data.queries().length;
            for (int i = 0; i < WARM_UP; i++) {
                ask(query, question, (first + i) % queries);
            }
            long done = 0;
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            while (System.nanoTime() < end) {
                ask(query, question, (int) ((first + done) % queries));
                done++;
            }
            return done;
        }
    }
}
