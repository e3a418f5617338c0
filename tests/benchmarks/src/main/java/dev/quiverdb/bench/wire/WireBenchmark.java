package dev.quiverdb.bench.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Small statements over the wire, beside a peer that speaks the same protocol. The two servers take
 * turns; a line of the table is the median of the rounds, and the ratio is ours to the peer's.
 *
 * <pre>
 * WireBenchmark --url user@host:port/db --peer user@host:port/db [--programs DIR] [--clients 1,8,32]
 *               [--seconds S] [--rounds N] [--scale N] [--workloads select1,read,...]
 * </pre>
 *
 * Both databases must exist; pgbench's tables in them are made anew.
 */
public final class WireBenchmark {
    /**
     * @param script what one transaction does, in pgbench's language
     */
    private record Workload(String name, String mode, String script) {}

    private static final String READ =
            """
            \\set aid random(1, 100000 * :scale)
            SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
            """;

    private static final String INSERT =
            """
            \\set v random(1, 1000000)
            INSERT INTO wire_log (number, note) VALUES (:v, 'a note of some length');
            """;

    private static final String UPDATE =
            """
            \\set aid random(1, 100000 * :scale)
            \\set delta random(-5000, 5000)
            UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
            """;

    private static final String USAGE =
            """
            usage: ./quiver bench wire --url USER@HOST:PORT/DATABASE --peer USER@HOST:PORT/DATABASE [OPTIONS]
              --programs DIR      where pgbench is (/usr/lib/postgresql/15/bin)
              --workloads W,W     select1, read, read-simple, insert, update, tpcb (all)
              --clients N,N       (1,8,32)       --scale N       of pgbench's tables (1)
              --seconds N         a run (5)      --rounds N      of both servers in turn (3)
              --load no           the tables are there from an earlier run
            """;

    private static final List<Workload> WORKLOADS =
            List.of(
                    new Workload("select1", "prepared", "SELECT 1;\n"),
                    new Workload("read", "prepared", READ),
                    new Workload("read-simple", "simple", READ),
                    new Workload("insert", "prepared", INSERT),
                    new Workload("update", "prepared", UPDATE),
                    new Workload("tpcb", "prepared", ""));

    private final Target ours;
    private final Target peer;
    private final int seconds;
    private final int rounds;
    private final int scale;

    private WireBenchmark(Map<String, String> options) {
        var programs = Path.of(options.getOrDefault("--programs", "/usr/lib/postgresql/15/bin"));
        ours = new Target("quiver", required(options, "--url"), programs);
        peer = new Target("peer", required(options, "--peer"), programs);
        seconds = Integer.parseInt(options.getOrDefault("--seconds", "5"));
        rounds = Integer.parseInt(options.getOrDefault("--rounds", "3"));
        scale = Integer.parseInt(options.getOrDefault("--scale", "1"));
    }

    private static String required(Map<String, String> options, String name) {
        var value = options.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " user@host:port/database is missing");
        }
        return value;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (Arrays.asList(arguments).contains("--help")) {
            System.out.print(USAGE);
            return;
        }
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        var benchmark = new WireBenchmark(options);
        var wanted = Arrays.asList(options.getOrDefault("--workloads", "").split(",", -1));
        var clients =
                Arrays.stream(options.getOrDefault("--clients", "1,8,32").split(",", -1))
                        .mapToInt(Integer::parseInt)
                        .toArray();
        if (!"no".equals(options.get("--load"))) {
            benchmark.prepare();
        }
        System.out.printf(
                "%-12s %7s %12s %12s %6s %14s %14s%n",
                "workload",
                "clients",
                "ours tps",
                "peer tps",
                "ratio",
                "ours CPU us",
                "peer CPU us");
        for (var workload : WORKLOADS) {
            if (wanted.contains("") || wanted.contains(workload.name)) {
                for (int count : clients) {
                    benchmark.run(workload, count);
                }
            }
        }
    }

    private void prepare() throws IOException, InterruptedException {
        for (var target : List.of(ours, peer)) {
            target.load(scale);
            target.sql("DROP TABLE IF EXISTS wire_log");
            target.sql(
                    "CREATE TABLE wire_log (id bigserial PRIMARY KEY, number integer, note text)");
        }
    }

    private void run(Workload workload, int clients) throws IOException, InterruptedException {
        var script = Files.createTempFile("wire", ".sql");
        try {
            Files.writeString(script, workload.script);
            List<String> options = new ArrayList<>(List.of("-M", workload.mode));
            options.addAll(
                    workload.script.isEmpty()
                            ? List.of("-b", "tpcb-like")
                            : List.of("-D", "scale=" + scale, "-f", script.toString()));
            // The first round warms both up and does not count.
            List<Target.Run> our = new ArrayList<>();
            List<Target.Run> their = new ArrayList<>();
            for (int round = 0; round <= rounds; round++) {
                var one = ours.measure(clients, seconds, options);
                var other = peer.measure(clients, seconds, options);
                if (round > 0) {
                    our.add(one);
                    their.add(other);
                }
            }
            double ourRate = median(our.stream().mapToDouble(Target.Run::rate).toArray());
            double peerRate = median(their.stream().mapToDouble(Target.Run::rate).toArray());
            System.out.printf(
                    Locale.ROOT,
                    "%-12s %7d %12.0f %12.0f %6.2f %14s %14s%n",
                    workload.name,
                    clients,
                    ourRate,
                    peerRate,
                    ourRate / peerRate,
                    cpu(our),
                    cpu(their));
        } finally {
            Files.delete(script);
        }
    }

    private static String cpu(List<Target.Run> runs) {
        var known =
                runs.stream()
                        .map(Target.Run::cpuMicros)
                        .filter(OptionalDouble::isPresent)
                        .mapToDouble(OptionalDouble::getAsDouble)
                        .toArray();
        return known.length == 0 ? "-" : String.format(Locale.ROOT, "%.1f", median(known));
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
