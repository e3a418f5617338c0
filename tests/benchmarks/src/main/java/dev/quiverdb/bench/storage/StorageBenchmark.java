package dev.quiverdb.bench.storage;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/**
 * Loads rows, then measures each engine in turn; {@code --help} lists the measures. What one thread
 * does in memory is also given in processor time, which other work on the machine disturbs less.
 */
public final class StorageBenchmark {
    private static final String HELP =
            """
            usage: ./quiver bench storage [OPTIONS]

              --rows N          rows of an 8-byte key and 100 characters of text (1000000)
              --vectors N       rows of an 8-byte key and a vector of 384 floats (100000)
              --seconds S       how long each measure runs (5)
              --cache MIB       block cache of each engine (512)
              --engines LIST    of quiver, rocks, mvstore (all)
              --measures LIST   of reads, scan, vectors, stall, recovery, commits, micro (all); loading is always
                                measured
              --directory DIR   where the files go (a temporary directory)
              --json FILE       the figures as JSON

            loading   rows in no order of their keys, after each engine loaded some elsewhere to warm up: rows per
                      second, and microseconds of processor time of the whole process for one
            vectors   rows with vectors loaded in the order of their keys, likewise
            reads     point reads by key in random order after every row was read once: per second, and
                      microseconds of processor time for one
            scan      every row read; every key compared with two bounds, beside the same loop over a
                      plain long[]
            commits   updates of one row with 1, 8 and 64 committers, each durable before the next: all engines
                      in turn, several times, so that they meet the same disk; beside them what overwriting
                      and forcing one page costs (fsync floor)
            stall     the longest update of 8 committers without and with a checkpoint beside them
            recovery  opening a copy of the files as a crash would leave them, after every row was updated, 1,000
                      in a transaction, without a checkpoint: seconds, and seconds per GB of new values
            micro     point read, scan and filter under JMH, each in a process of its own, with its error
            """;

    private static final int TEXT_CHARS = 100;
    private static final int ROW_BYTES = 8 + TEXT_CHARS;
    private static final int DIMENSIONS = 384;
    private static final int RECOVERY_ROWS = 1000;
    private static final int WARM_ROWS = 200_000;
    private static final int WARM_VECTORS = 100_000;

    /** After fewer, much of the time goes into compiling. */
    private static final int WARM_ROUNDS = 3;

    private static final int COMMIT_ROUNDS = 5;
    private static final int SCANS_MIN = 7;

    private final long rows;
    private final long vectors;
    private final double seconds;
    private final List<String> wanted;
    private final Measures measures;

    private StorageBenchmark(long rows, long vectors, double seconds, List<String> wanted) {
        this.rows = rows;
        this.vectors = vectors;
        this.seconds = seconds;
        this.wanted = wanted;
        this.measures = new Measures(rows);
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i < arguments.length; i += 2) {
            if (arguments[i].equals("--help")) {
                System.out.print(HELP);
                return;
            }
            if (!HELP.contains("  " + arguments[i] + " ") || i + 1 == arguments.length) {
                System.err.println("unexpected argument: " + arguments[i]);
                System.err.print(HELP);
                System.exit(2);
            }
            options.put(arguments[i], arguments[i + 1]);
        }
        var benchmark =
                new StorageBenchmark(
                        Long.parseLong(options.getOrDefault("--rows", "1000000")),
                        Long.parseLong(options.getOrDefault("--vectors", "100000")),
                        Double.parseDouble(options.getOrDefault("--seconds", "5")),
                        list(options, "--measures", "reads,scan,vectors,stall,recovery,commits,micro"));
        long cacheBytes = Long.parseLong(options.getOrDefault("--cache", "512")) << 20;
        var parent = options.get("--directory");
        var directory =
                parent == null
                        ? Files.createTempDirectory("storage-benchmark")
                        : Files.createDirectories(Path.of(parent));
        benchmark.floors(directory);
        var engines = list(options, "--engines", "quiver,rocks,mvstore");
        for (var engine : engines) {
            StorageBenchmark.warmUp(engine, directory.resolve("warm"), cacheBytes);
        }
        for (var engine : engines) {
            benchmark.run(
                    engine, Files.createDirectories(directory.resolve(engine)), cacheBytes);
        }
        if (benchmark.wanted.contains("commits")) {
            benchmark.commitsInTurn(engines, directory, cacheBytes);
        }
        for (var engine : engines) {
            delete(directory.resolve(engine));
        }
        if (benchmark.wanted.contains("micro")) {
            new Micro(engines, benchmark.rows, benchmark.seconds, cacheBytes >> 20)
                    .run(benchmark.measures);
        }
        System.out.println(benchmark.measures.table());
        var json = options.get("--json");
        if (json != null) {
            Files.writeString(Path.of(json), benchmark.measures.json());
        }
    }

    private static List<String> list(Map<String, String> options, String name, String otherwise) {
        return List.of(options.getOrDefault(name, otherwise).split(",", -1));
    }

    static RowEngine open(String engine, Path directory, long cacheBytes) {
        return switch (engine) {
            case "quiver" -> new QuiverEngine(directory, cacheBytes);
            case "rocks" -> new RocksEngine(directory, cacheBytes);
            case "mvstore" -> new MvStoreEngine(directory, cacheBytes);
            default -> throw new IllegalArgumentException("there is no engine " + engine);
        };
    }

    // ---- what nothing can be faster than ----

    private void floors(Path directory) throws IOException {
        if (wanted.contains("commits")) {
            forceFloor(directory);
        }
        if (wanted.contains("scan")) {
            arrayFloor();
        }
    }

    /** One page written over, and forced. */
    private void forceFloor(Path directory) throws IOException {
        var file = directory.resolve("floor");
        try (var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocateDirect(4 << 20), 0);
            channel.force(true);
            var latencies = new Latencies();
            long end = System.nanoTime() + (long) (seconds * 1e9);
            for (long at = 0; System.nanoTime() < end; at = (at + 200) % (4 << 20)) {
                long start = System.nanoTime();
                channel.write(ByteBuffer.allocateDirect(200), at);
                channel.force(false);
                latencies.add(System.nanoTime() - start);
            }
            measures.commits("fsync floor", "1 committer", latencies, seconds);
        }
        Files.delete(file);
    }

    private void arrayFloor() {
        long[] keys = shuffledKeys((int) rows);
        filter("plain array", () -> count(keys, rows / 4, rows / 2));
    }

    static long[] shuffledKeys(int rows) {
        long[] keys = new long[rows];
        for (int i = 0; i < rows; i++) {
            keys[i] = shuffled(i, rows);
        }
        return keys;
    }

    static long count(long[] keys, long low, long high) {
        long found = 0;
        for (long key : keys) {
            found += key >= low && key < high ? 1 : 0;
        }
        return found;
    }

    // ---- rows ----

    static String text(long key) {
        var random = new SplittableRandom(key);
        var bytes = new byte[TEXT_CHARS];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) random.nextInt('a', 'z' + 1);
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** A permutation of the keys, so that loads come in no order. */
    static long shuffled(long i, long rows) {
        return (i * 7_368_787L + 12_345) % rows;
    }

    // ---- the measures ----

    private static void warmUp(String name, Path directory, long cacheBytes) throws IOException {
        for (int round = 0; round < WARM_ROUNDS; round++) {
            Files.createDirectories(directory);
            try (var engine = open(name, directory, cacheBytes)) {
                engine.load(WARM_ROWS, i -> shuffled(i, WARM_ROWS), StorageBenchmark::text);
                engine.loadVectors(WARM_VECTORS, StorageBenchmark::vector);
            }
            delete(directory);
        }
    }

    private void run(String name, Path directory, long cacheBytes)
            throws IOException, InterruptedException {
        var engine = open(name, directory, cacheBytes);
        var loaded = engine;
        load(name, "load", rows, () -> loaded.load(rows, i -> shuffled(i, rows), StorageBenchmark::text));
        engine.checkpoint();
        measures.put(
                name,
                "bytes on disk per byte of row",
                (double) bytesIn(directory) / rows / ROW_BYTES);
        engine.close();
        engine = open(name, directory, cacheBytes);
        if (wanted.contains("reads")) {
            reads(engine, name);
        }
        if (wanted.contains("scan")) {
            scans(engine, name);
        }
        if (wanted.contains("stall")) {
            stall(engine, new Committers(engine, rows, StorageBenchmark::text), name);
        }
        if (wanted.contains("recovery")) {
            engine = recovery(engine, name, directory, cacheBytes);
        }
        if (wanted.contains("vectors")) {
            var full = engine;
            load(
                    name,
                    "load of vectors",
                    vectors,
                    () -> full.loadVectors(vectors, StorageBenchmark::vector));
        }
        engine.close();
    }

    private void load(String name, String what, long count, Runnable work) {
        long start = System.nanoTime();
        long cpuStart = processNanos();
        work.run();
        measures.put(name, what + ", rows/s", count / secondsSince(start));
        measures.put(
                name, what + ", us of processor a row", (processNanos() - cpuStart) / 1e3 / count);
    }

    private static float[] vector(long key) {
        var random = new SplittableRandom(key);
        var vector = new float[DIMENSIONS];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = random.nextInt() * 0x1p-32f;
        }
        return vector;
    }

    private void reads(RowEngine engine, String name) {
        for (long key = 0; key < rows; key++) {
            read(engine, key, name);
        }
        var random = new SplittableRandom(1);
        long count = 0;
        long start = System.nanoTime();
        long cpuStart = cpuNanos();
        long end = start + (long) (seconds * 1e9);
        while (System.nanoTime() < end) {
            for (int i = 0; i < 100; i++) {
                read(engine, random.nextLong(rows), name);
            }
            count += 100;
        }
        measures.put(name, "point reads/s, 1 thread", count / secondsSince(start));
        measures.put(name, "point read, us of processor", (cpuNanos() - cpuStart) / 1e3 / count);
    }

    static void read(RowEngine engine, long key, String name) {
        if (engine.read(key) != TEXT_CHARS) {
            throw new IllegalStateException(name + " does not find row " + key);
        }
    }

    private void scans(RowEngine engine, String name) {
        fastest(name, "scan of all columns, rows/s", engine::scan, rows);
        filter(name, () -> engine.countKeys(rows / 4, rows / 2));
    }

    private void filter(String name, LongSupplier filter) {
        double perSecond = fastest(name, "filter on the key, rows/s", filter, rows / 2 - rows / 4);
        measures.put(name, "filter on the key, GB/s", perSecond * 8 / 1e9);
    }

    /** Rows per second of processor time, the best of some runs. */
    private double fastest(String name, String measure, LongSupplier work, long expected) {
        double best = 0;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        for (int run = 0; run < SCANS_MIN || System.nanoTime() < end; run++) {
            long start = cpuNanos();
            long found = work.getAsLong();
            double took = (cpuNanos() - start) / 1e9;
            if (found != expected) {
                throw new IllegalStateException(name + " has " + found + " rows");
            }
            best = Math.max(best, rows / took);
        }
        measures.put(name, measure, best);
        return best;
    }

    private void commitsInTurn(List<String> names, Path directory, long cacheBytes)
            throws InterruptedException {
        var engines = new LinkedHashMap<String, RowEngine>();
        for (var name : names) {
            engines.put(name, open(name, directory.resolve(name), cacheBytes));
        }
        for (int threads : new int[] {1, 8, 64}) {
            var latencies = new LinkedHashMap<String, Latencies>();
            var took = new LinkedHashMap<String, Double>();
            var cpu = new LinkedHashMap<String, Double>();
            for (int round = 0; round < COMMIT_ROUNDS; round++) {
                for (var one : engines.entrySet()) {
                    var committers = new Committers(one.getValue(), rows, StorageBenchmark::text);
                    long start = System.nanoTime();
                    long cpuStart = processNanos();
                    var found = committers.run(threads, seconds / COMMIT_ROUNDS);
                    took.merge(one.getKey(), secondsSince(start), Double::sum);
                    cpu.merge(one.getKey(), (processNanos() - cpuStart) / 1e3, Double::sum);
                    latencies.computeIfAbsent(one.getKey(), _ -> new Latencies()).addAll(found);
                }
            }
            var what = threads + (threads == 1 ? " committer" : " committers");
            latencies.forEach((name, found) -> {
                measures.commits(name, what, found, took.getOrDefault(name, 0.0));
                measures.put(
                        name,
                        "us of processor a commit, " + what,
                        cpu.getOrDefault(name, 0.0) / found.count());
            });
        }
        engines.values().forEach(RowEngine::close);
    }

    private void stall(RowEngine engine, Committers committers, String name)
            throws InterruptedException {
        double duration = Math.max(2, seconds / 2);
        engine.checkpoint();
        measures.put(
                name,
                "longest commit without checkpoint, ms",
                committers.run(8, duration).percentile(1) / 1e6);
        var checkpointing =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                Thread.sleep(300);
                            } catch (InterruptedException e) {
                                return;
                            }
                            engine.checkpoint();
                        });
        var latencies = committers.run(8, duration);
        checkpointing.join();
        measures.put(name, "longest commit beside checkpoint, ms", latencies.percentile(1) / 1e6);
    }

    /** Answers the engine that goes on. */
    private RowEngine recovery(RowEngine engine, String name, Path directory, long cacheBytes)
            throws IOException {
        engine.checkpoint();
        long changed = 0;
        while (changed < rows) {
            long until = Math.min(rows, changed + RECOVERY_ROWS);
            engine.updateRange(changed, until, key -> text(-key));
            changed = until;
        }
        var copy = directory.resolveSibling(directory.getFileName() + "-crashed");
        copy(directory, copy);
        engine.close();
        long start = System.nanoTime();
        var opened = open(name, copy, cacheBytes);
        double took = secondsSince(start);
        read(opened, 0, name);
        opened.close();
        delete(copy);
        double gigabytes = changed * (double) ROW_BYTES / 1e9;
        measures.put(name, "recovery, MB of new values", gigabytes * 1e3);
        measures.put(name, "recovery, seconds", took);
        measures.put(name, "recovery, seconds per GB", took / gigabytes);
        return open(name, directory, cacheBytes);
    }

    // ---- clock and files ----

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Processor time of all threads, the engines' own too. */
    private static long processNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                .getProcessCpuTime();
    }

    private static long bytesIn(Path directory) {
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
