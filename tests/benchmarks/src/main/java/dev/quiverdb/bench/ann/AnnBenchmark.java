package dev.quiverdb.bench.ann;

import dev.quiverdb.vector.ivf.IvfOptions;
import dev.quiverdb.vector.ivf.IvfOptions.Coding;
import dev.quiverdb.vector.simd.Kernels;
import dev.quiverdb.vector.simd.Metric;

import com.sun.management.OperatingSystemMXBean;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@code ./quiver bench ann}: builds QuiverDB's indexes and those of Lucene and JVector over the
 * same vectors, one after the other, and prints a table; {@code --help} lists the options.
 */
public final class AnnBenchmark {
    private static final String HELP =
            """
            usage: ./quiver bench ann [OPTIONS]

              --data DIR        base.f16, queries.f16 and, if there, truth.i32, base.tsv.gz; without it vectors are generated
              --dims N          dimensions of the files (384)
              --engines LIST    of quiver, lucene, jvector, or names out of the table (quiver,lucene,jvector)
              --subset N        only the first N base vectors
              --queries N       only the first N queries
              --passes N        passes over the queries at each effort; the fastest counts (3)
              --threads LIST    builds with so many threads; the last build is measured (1)
              --filters         filtered searches too
              --churn           replaces half the vectors five times
              --json FILE       the outcome as JSON
              --plot FILE       the outcome as a PNG
            """;

    private AnnBenchmark() {}

    /** Runs the benchmark. */
    public static void main(String[] args) throws IOException {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < args.length; i++) {
            String name = args[i];
            if (name.equals("--help")) {
                System.out.print(HELP);
                return;
            }
            boolean flag = name.equals("--filters") || name.equals("--churn");
            if (!name.startsWith("--") || (!flag && i + 1 == args.length)) {
                System.err.println("unexpected argument: " + name);
                System.err.print(HELP);
                System.exit(2);
            }
            options.put(name.substring(2), flag ? "true" : args[++i]);
        }
        run(options);
    }

    private static void run(Map<String, String> options) throws IOException {
        int subset =
                Integer.parseInt(
                        options.getOrDefault("subset", Integer.toString(Integer.MAX_VALUE)));
        int queries = Integer.parseInt(options.getOrDefault("queries", "1000"));
        int dimensions = Integer.parseInt(options.getOrDefault("dims", "384"));
        String directory = options.get("data");
        AnnData data =
                directory != null && Files.isDirectory(Path.of(directory))
                        ? AnnData.read(Path.of(directory), dimensions, subset, queries)
                        : AnnData.generate(
                                Math.min(subset, 100_000), Math.min(queries, 1000), dimensions, 1);
        System.out.printf(
                Locale.ROOT,
                "%,d vectors of %d dimensions, %,d queries; kernels %s; Java %s%n",
                data.base().length,
                data.dimensions(),
                data.queries().length,
                Kernels.active().description(),
                Runtime.version());
        var scenarios = new Scenarios(data, Integer.parseInt(options.getOrDefault("passes", "3")));
        boolean filters = options.containsKey("filters");
        Map<String, BitSet> filterBits = filters ? scenarios.filters() : Map.of();
        Map<String, Scenarios.Exact> truths = filters ? scenarios.truths(filterBits) : Map.of();
        List<Outcome> outcomes = new ArrayList<>();
        for (Supplier<AnnEngine> maker :
                engines(options.getOrDefault("engines", "quiver,lucene,jvector"))) {
            outcomes.add(measure(maker, data, scenarios, options, filterBits, truths));
            // After each engine, as one that is slow may be cut short.
            write(outcomes, options);
        }
        System.out.print(Report.table(outcomes));
    }

    private static void write(List<Outcome> outcomes, Map<String, String> options)
            throws IOException {
        if (options.containsKey("json")) {
            Report.json(outcomes, Path.of(options.getOrDefault("json", "")));
        }
        if (options.containsKey("plot")) {
            Report.plot(outcomes, Path.of(options.getOrDefault("plot", "")));
        }
    }

    private static Outcome measure(
            Supplier<AnnEngine> maker,
            AnnData data,
            Scenarios scenarios,
            Map<String, String> options,
            Map<String, BitSet> filters,
            Map<String, Scenarios.Exact> truths) {
        String[] threads = options.getOrDefault("threads", "1").split(",", -1);
        Outcome outcome = null;
        for (int build = 0; build < threads.length; build++) {
            AnnEngine engine = maker.get();
            try (engine) {
                if (outcome == null) {
                    outcome = new Outcome(engine.name());
                }
                int count = Integer.parseInt(threads[build]);
                long start = System.nanoTime();
                long processorStart = processorNanos();
                engine.build(data, count);
                outcome.buildSeconds.put(count, (System.nanoTime() - start) / 1e9);
                outcome.buildProcessorSeconds.put(count, (processorNanos() - processorStart) / 1e9);
                System.out.printf(
                        Locale.ROOT,
                        "%s: built in %.1f s by %d threads, %.1f s of the processor%n",
                        engine.name(),
                        outcome.buildSeconds.get(count),
                        count,
                        outcome.buildProcessorSeconds.get(count));
                if (build == threads.length - 1) {
                    search(engine, scenarios, options, filters, truths, outcome);
                }
            }
        }
        if (outcome == null) {
            throw new IllegalArgumentException("--threads names no number");
        }
        return outcome;
    }

    /** What the whole process has had of the processors: builds under load compare by it. */
    private static long processorNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                .getProcessCpuTime();
    }

    private static void search(
            AnnEngine engine,
            Scenarios scenarios,
            Map<String, String> options,
            Map<String, BitSet> filters,
            Map<String, Scenarios.Exact> truths,
            Outcome outcome) {
        outcome.bytesPerVector = engine.indexBytesPerVector();
        outcome.storeMicros = engine.storeMicros();
        outcome.linkedPerSecond = engine.linkedPerSecond();
        scenarios.warmUp(engine);
        int effort95 = engine.efforts()[engine.efforts().length - 1];
        for (int effort : engine.efforts()) {
            Curve.Point point = scenarios.measure(engine, effort);
            outcome.curve.add(point);
            System.out.printf(
                    Locale.ROOT,
                    "  effort %4d  recall %.4f  %,9.0f queries/s%n",
                    effort,
                    point.recall(),
                    point.queriesPerSecond());
            if (point.recall() >= 0.96) {
                effort95 = Math.min(effort95, effort);
            }
        }
        if (!filters.isEmpty()) {
            scenarios.filtered(engine, effort95, filters, truths, outcome);
        }
        if (options.containsKey("churn") && engine.changes()) {
            scenarios.churn(engine, effort95, 5, outcome);
        }
    }

    private static List<Supplier<AnnEngine>> engines(String list) {
        int[] probes = {4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256};
        Map<String, Supplier<AnnEngine>> known = new java.util.LinkedHashMap<>();
        known.put("quiver hnsw", () -> new QuiverHnswEngine("quiver hnsw", 0, 0));
        known.put("quiver hnsw rabitq", () -> new QuiverHnswEngine("quiver hnsw rabitq", 2, 0));
        known.put(
                "quiver hnsw rabitq 1 bit",
                () -> new QuiverHnswEngine("quiver hnsw rabitq 1 bit", 1, 0));
        known.put(
                "quiver ivfpq",
                () ->
                        new QuiverIvfEngine(
                                "quiver ivfpq",
                                new IvfOptions(Metric.L2, 0, Coding.PRODUCT, 0, 1, 42),
                                100,
                                probes));
        known.put(
                "quiver ivfpq 64 bytes",
                () ->
                        new QuiverIvfEngine(
                                "quiver ivfpq 64 bytes",
                                new IvfOptions(Metric.L2, 0, Coding.PRODUCT, 128, 4, true, 1, 42),
                                100,
                                probes));
        known.put(
                "quiver ivfpq 2 copies",
                () ->
                        new QuiverIvfEngine(
                                "quiver ivfpq 2 copies",
                                new IvfOptions(Metric.L2, 0, Coding.PRODUCT, 0, 2, 42),
                                100,
                                probes));
        known.put(
                "quiver ivfflat",
                () ->
                        new QuiverIvfEngine(
                                "quiver ivfflat",
                                new IvfOptions(Metric.L2, 0, Coding.FLAT, 0, 1, 42),
                                0,
                                probes));
        known.put("lucene", LuceneEngine::new);
        known.put("jvector", JVectorEngine::new);
        List<Supplier<AnnEngine>> chosen = new ArrayList<>();
        for (String name : list.split(",", -1)) {
            String wanted = name.strip();
            known.forEach((key, maker) -> {
                if (key.equals(wanted) || (wanted.equals("quiver") && key.startsWith("quiver"))) {
                    chosen.add(maker);
                }
            });
        }
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException(
                    "no engine of that name: " + list + "; known are " + known.keySet());
        }
        return chosen;
    }
}
