package dev.quiverdb.bench.ann;

import dev.quiverdb.bench.wire.ServerCpu;
import org.postgresql.PGConnection;
import org.postgresql.util.ByteConverter;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Nearest neighbours over the wire, beside a peer that speaks the same protocol and pgvector's SQL:
 * loading by binary COPY, building an index, and queries per second at a recall, by prepared
 * statements with binary parameters. The two servers take turns.
 *
 * <pre>
 * WireAnnBenchmark --data DIR --url jdbc:postgresql://... --peer jdbc:postgresql://...
 *     [--rows N] [--queries N] [--method hnsw|ivfflat] [--options "m = 16, ..."]
 *     [--recalls 0.95,0.99] [--clients 1,2,8] [--seconds S] [--load no]
 * </pre>
 *
 * With {@code --load no} the tables of the last run are asked again. Beside the rates stands the
 * processor time that each server took for one query, where its process is on this machine: the
 * clients' own share of a small machine is in the rates and not in that.
 *
 * The data is that of {@link AnnBenchmark}: 384 dimensions.
 */
public final class WireAnnBenchmark {
    private static final int DIMENSIONS = 384;
    private static final int NEAREST = 10;
    private static final int WARM_UP = 50;
    private static final String QUERY =
            "SELECT id FROM wire_items ORDER BY embedding <-> ? LIMIT " + NEAREST;

    private final AnnData data;
    private final String method;
    private final String options;
    private final double[] recalls;
    private final int[] clients;
    private final int seconds;

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
    }

    public static void main(String[] arguments) throws Exception {
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
        var ours = new Server("quiver", required(options, "--url"));
        var peer = new Server("peer", required(options, "--peer"));
        benchmark.compare(ours, peer, !"no".equals(options.get("--load")));
    }

    private static String required(Map<String, String> options, String name) {
        var value = options.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }

    /** A server and how to reach it. */
    private record Server(String name, String url) {
        int port() {
            int port = URI.create(url.substring("jdbc:".length())).getPort();
            return port < 0 ? 5432 : port;
        }

        Connection connect() throws SQLException {
            String oid;
            try (var connection = DriverManager.getConnection(url);
                    var statement = connection.createStatement()) {
                statement.execute("CREATE EXTENSION IF NOT EXISTS vector");
                try (var rows = statement.executeQuery("SELECT 'vector'::regtype::oid::int")) {
                    rows.next();
                    oid = rows.getString(1);
                }
            }
            var properties = new Properties();
            properties.setProperty("binaryTransferEnable", oid);
            properties.setProperty("prepareThreshold", "1");
            return DriverManager.getConnection(url, properties);
        }
    }

    /** A parameter of type vector, sent as pgvector's binary format has it. */
    private static final class VectorParameter extends PGobject implements PGBinaryObject {
        private final transient float[] values;

        VectorParameter(float[] values) {
            this.values = values;
            type = "vector";
        }

        @Override
        public String getValue() {
            return Arrays.toString(values).replace(" ", "");
        }

        @Override
        public void setByteValue(byte[] bytes, int offset) {
            throw new IllegalStateException("a parameter is not read");
        }

        @Override
        public int lengthInBytes() {
            return 4 + 4 * values.length;
        }

        @Override
        public void toBytes(byte[] bytes, int offset) {
            ByteConverter.int2(bytes, offset, values.length);
            ByteConverter.int2(bytes, offset + 2, 0);
            for (int i = 0; i < values.length; i++) {
                ByteConverter.float4(bytes, offset + 4 + 4 * i, values[i]);
            }
        }
    }

    private record Line(String what, double ours, double peer) {}

    private void compare(Server ours, Server peer, boolean load) throws Exception {
        List<Line> lines = new ArrayList<>();
        if (load) {
            lines.add(new Line("COPY, rows/s", load(ours), load(peer)));
            lines.add(new Line("CREATE INDEX, s", build(ours), build(peer)));
        }
        for (double recall : recalls) {
            int effortOurs = effort(ours, recall);
            int effortPeer = effort(peer, recall);
            lines.add(new Line("effort for recall " + recall, effortOurs, effortPeer));
            for (int count : clients) {
                var at = "at recall %s, %d clients".formatted(recall, count);
                var best = rates(ours, effortOurs, peer, effortPeer, count);
                lines.add(new Line("queries/s " + at, best[0].perSecond, best[1].perSecond));
                lines.add(new Line("server CPU us " + at, best[0].cpuMicros, best[1].cpuMicros));
            }
        }
        report(lines);
    }

    private static void report(List<Line> lines) {
        System.out.printf("%-42s %12s %12s %8s%n", "", "quiver", "peer", "ratio");
        for (var line : lines) {
            System.out.printf(
                    Locale.ROOT,
                    "%-42s %12.1f %12.1f %8.2f%n",
                    line.what,
                    line.ours,
                    line.peer,
                    line.ours / line.peer);
        }
    }

    private double load(Server server) throws SQLException, IOException {
        try (var connection = server.connect();
                var statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS wire_items");
            statement.execute(
                    "CREATE TABLE wire_items (id int PRIMARY KEY, embedding vector(%d))"
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
            for (int id = 0; id < base.length; id++) {
                out.writeShort(2);
                out.writeInt(4);
                out.writeInt(id);
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

    private double build(Server server) throws SQLException {
        try (var connection = server.connect();
                var statement = connection.createStatement()) {
            statement.execute("SET maintenance_work_mem = '2GB'");
            long begin = System.nanoTime();
            statement.execute(
                    "CREATE INDEX ON wire_items USING %s (embedding vector_l2_ops)%s"
                            .formatted(method, options.isEmpty() ? "" : " WITH (" + options + ")"));
            double took = secondsSince(begin);
            System.out.printf(Locale.ROOT, "%s: index built in %.1f s%n", server.name, took);
            return took;
        }
    }

    private String effortSetting(int effort) {
        return method.equals("hnsw")
                ? "SET hnsw.ef_search = " + effort
                : "SET " + method + ".probes = " + effort;
    }

    /** The least effort of a ladder that reaches a recall. */
    private int effort(Server server, double recall) throws SQLException {
        int[] ladder = {10, 14, 20, 28, 40, 56, 80, 110, 150, 210, 300, 420, 600, 1000};
        for (int effort : ladder) {
            double reached = recall(server, effort);
            System.out.printf(
                    Locale.ROOT, "%s: effort %d, recall %.4f%n", server.name, effort, reached);
            if (reached >= recall) {
                return effort;
            }
        }
        return ladder[ladder.length - 1];
    }

    private double recall(Server server, int effort) throws SQLException {
        long hits = 0;
        try (var connection = server.connect();
                var query = prepare(connection, effort)) {
            for (int q = 0; q < data.queries().length; q++) {
                var truth = new HashSet<Integer>();
                for (int i = 0; i < NEAREST; i++) {
                    truth.add(data.truth()[q][i]);
                }
                for (int id : ask(query, q)) {
                    hits += truth.contains(id) ? 1 : 0;
                }
            }
        }
        return (double) hits / NEAREST / data.queries().length;
    }

    private PreparedStatement prepare(Connection connection, int effort) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(effortSetting(effort));
        }
        return connection.prepareStatement(QUERY);
    }

    private int[] ask(PreparedStatement query, int q) throws SQLException {
        query.setObject(1, new VectorParameter(data.queries()[q]));
        int[] ids = new int[NEAREST];
        int count = 0;
        try (var rows = query.executeQuery()) {
            while (rows.next()) {
                ids[count++] = rows.getInt(1);
            }
        }
        if (count != NEAREST) {
            throw new IllegalStateException(count + " rows where " + NEAREST + " qualify");
        }
        return ids;
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
    private Rate[] rates(Server ours, int effortOurs, Server peer, int effortPeer, int count)
            throws Exception {
        Rate[] best = {Rate.NONE, Rate.NONE};
        for (int round = 0; round < 2; round++) {
            best[0] = best[0].better(rate(ours, effortOurs, count));
            best[1] = best[1].better(rate(peer, effortPeer, count));
        }
        return best;
    }

    private Rate rate(Server server, int effort, int count) throws Exception {
        List<Future<Long>> running = new ArrayList<>();
        var cpu = ServerCpu.of(server.port());
        try (var executor = Executors.newFixedThreadPool(count)) {
            double before = cpu.seconds().orElse(Double.NaN);
            for (int client = 0; client < count; client++) {
                int first = client * 37;
                running.add(executor.submit(() -> askFor(server, effort, first)));
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
    private long askFor(Server server, int effort, int first) throws SQLException {
        try (var connection = server.connect();
                var query = prepare(connection, effort)) {
            int queries = data.queries().length;
            for (int i = 0; i < WARM_UP; i++) {
                ask(query, (first + i) % queries);
            }
            long done = 0;
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            while (System.nanoTime() < end) {
                ask(query, (int) ((first + done) % queries));
                done++;
            }
            return done;
        }
    }
}
