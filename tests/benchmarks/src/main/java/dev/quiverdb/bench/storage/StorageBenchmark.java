package dev.quiverdb.bench.storage;

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
              --seconds S       how long each measure runs (5)
              --cache MIB       block cache of each engine (512)
              --engines LIST    of quiver, rocks, mvstore (all)
              --measures LIST   of reads, scan, commits, stall, recovery (all); loading is always measured
              --directory DIR   where the files go (a temporary directory)
              --json FILE       the figures as JSON

            reads     point reads by key in random order after every row was read once: per second, and
                      microseconds of processor time for one
            scan      every row read; every key compared with two bounds, beside the same loop over a
                      plain long[]
            commits   updates of one row with 1, 8 and 64 committers, each durable before the next; beside
                      them what overwriting and forcing one page costs (fsync floor)
            stall     the longest update of 8 committers without and with a checkpoint beside them
            recovery  opening a copy of the files as a crash would leave them, after updates of 1,000 rows
                      each without a checkpoint: seconds, and seconds per GB of new values
            """;

    private static final int TEXT_CHARS = 100;
    private static final int ROW_BYTES = 8 + TEXT_CHARS;
    private static final int RECOVERY_ROWS = 1000;
    private static final int SCANS_MIN = 7;

    private final long rows;
    private final double seconds;
    private final List<String> wanted;
    private final Measures measures;

    private StorageBenchmark(long rows, double seconds, List<String> wanted) {
        this.rows = rows;
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
                        Double.parseDouble(options.getOrDefault("--seconds", "5")),
                        list(options, "--measures", "reads,scan,commits,stall,recovery"));
        long cacheBytes = Long.parseLong(options.getOrDefault("--cache", "512")) << 20;
        var parent = options.get("--directory");
        var directory =
                parent == null
                        ? Files.createTempDirectory("storage-benchmark")
                        : Files.createDirectories(Path.of(parent));
        benchmark.floors(directory);
        for (var engine : list(options, "--engines", "quiver,rocks,mvstore")) {
            var place = Files.createDirectories(directory.resolve(engine));
            benchmark.run(engine, place, cacheBytes);
            delete(place);
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

    private static RowEngine open(String engine, Path directory, long cacheBytes) {
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
        long[] keys = new long[(int) rows];
        for (int i = 0; i < rows; i++) {
            keys[i] = shuffled(i);
        }
        filter("plain array", () -> count(keys, rows / 4, rows / 2));
    }

    private static long count(long[] keys, long low, long high) {
        long found = 0;
        for (long key : keys) {
            found += key >= low && key < high ? 1 : 0;
        }
        return found;
    }

    // ---- rows ----

    private static String text(long key) {
        var random = new SplittableRandom(key);
        var bytes = new byte[TEXT_CHARS];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) random.nextInt('a', 'z' + 1);
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** A permutation of the keys, so that loads come in no order. */
    private long shuffled(long i) {
        return (i * 7_368_787L + 12_345) % rows;
    }

    // ---- the measures ----

    private void run(String name, Path directory, long cacheBytes)
            throws IOException, InterruptedException {
        var engine = open(name, directory, cacheBytes);
        long start = System.nanoTime();
        engine.load(rows, this::shuffled, StorageBenchmark::text);
        measures.put(name, "load rows/s", rows / secondsSince(start));
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
        var committers = new Committers(engine, rows, StorageBenchmark::text);
        if (wanted.contains("commits")) {
            for (int threads : new int[] {1, 8, 64}) {
                commits(committers, threads, name);
            }
        }
        if (wanted.contains("stall")) {
            stall(engine, committers, name);
        }
        if (wanted.contains("recovery")) {
            engine = recovery(engine, name, directory, cacheBytes);
        }
        engine.close();
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

    private static void read(RowEngine engine, long key, String name) {
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

    private void commits(Committers committers, int threads, String name)
            throws InterruptedException {
        committers.run(threads, Math.min(1, seconds));
        long start = System.nanoTime();
        var latencies = committers.run(threads, seconds);
        measures.commits(
                name,
                threads + (threads == 1 ? " committer" : " committers"),
                latencies,
                secondsSince(start));
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
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long changed = 0;
        while (System.nanoTime() < end) {
            long from = changed % Math.max(1, rows - RECOVERY_ROWS);
            long until = Math.min(rows, from + RECOVERY_ROWS);
            engine.updateRange(from, until, key -> text(-key));
            changed += until - from;
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

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
