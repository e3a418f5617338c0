package dev.quiverdb.bench.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Loads rows, then measures point reads, scans and durable commits for each engine in turn.
 *
 * <pre>
 * StorageBenchmark [--rows N] [--seconds S] [--cache MiB] [--engines quiver,rocks,mvstore] [--directory D] [--json FILE]
 * </pre>
 */
public final class StorageBenchmark {
    private static final int TEXT_CHARS = 100;

    private final long rows;
    private final double seconds;
    private final Map<String, Map<String, Double>> results = new LinkedHashMap<>();

    private StorageBenchmark(long rows, double seconds) {
        this.rows = rows;
        this.seconds = seconds;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        var benchmark =
                new StorageBenchmark(
                        Long.parseLong(options.getOrDefault("--rows", "1000000")),
                        Double.parseDouble(options.getOrDefault("--seconds", "5")));
        long cacheBytes = Long.parseLong(options.getOrDefault("--cache", "256")) << 20;
        var parent = options.get("--directory");
        var directory =
                parent == null
                        ? Files.createTempDirectory("storage-benchmark")
                        : Files.createDirectories(Path.of(parent));
        benchmark.forceFloor(directory);
        for (var engine :
                options.getOrDefault("--engines", "quiver,rocks,mvstore").split(",", -1)) {
            var place = Files.createDirectories(directory.resolve(engine));
            benchmark.run(engine, place, cacheBytes);
            delete(place);
        }
        System.out.println(benchmark.table());
        var json = options.get("--json");
        if (json != null) {
            Files.writeString(Path.of(json), benchmark.json());
        }
    }

    private static RowEngine open(String engine, Path directory, long cacheBytes) {
        return switch (engine) {
            case "quiver" -> new QuiverEngine(directory, cacheBytes);
            case "rocks" -> new RocksEngine(directory, cacheBytes);
            case "mvstore" -> new MvStoreEngine(directory, cacheBytes);
            default -> throw new IllegalArgumentException("there is no engine " + engine);
        };
    }

    private void put(String engine, String measure, double value) {
        results.computeIfAbsent(measure, _ -> new LinkedHashMap<>()).put(engine, value);
        System.out.printf(Locale.ROOT, "%-12s %-40s %,14.2f%n", engine, measure, value);
    }

    /** What a commit cannot be faster than: one page written over, and forced. */
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
            report("fsync floor", "1 committer", latencies, seconds);
        }
        Files.delete(file);
    }

    private void report(String engine, String what, Latencies latencies, double took) {
        put(engine, "commits/s, " + what, latencies.count() / took);
        put(engine, "commit p50 us, " + what, latencies.percentile(0.50) / 1e3);
        put(engine, "commit p99 us, " + what, latencies.percentile(0.99) / 1e3);
        put(engine, "commit longest us, " + what, latencies.percentile(1) / 1e3);
    }

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

    private void run(String name, Path directory, long cacheBytes) throws InterruptedException {
        var engine = open(name, directory, cacheBytes);
        long start = System.nanoTime();
        engine.load(rows, this::shuffled, StorageBenchmark::text);
        put(name, "load rows/s", rows / secondsSince(start));
        engine.checkpoint();
        put(name, "bytes on disk per row", (double) bytesIn(directory) / rows);
        engine.close();
        engine = open(name, directory, cacheBytes);
        for (int warm = 0; warm < 2; warm++) {
            reads(engine, warm == 0 ? "" : "point reads/s, 1 thread", name);
        }
        for (int warm = 0; warm < 2; warm++) {
            start = System.nanoTime();
            long found = engine.scan();
            if (found != rows) {
                throw new IllegalStateException(name + " has " + found + " rows");
            }
            if (warm > 0) {
                put(name, "scan rows/s", rows / secondsSince(start));
            }
        }
        for (int committers : new int[] {1, 8, 64}) {
            commits(engine, committers, name);
        }
        stall(engine, name);
        // The log of the commits is replayed, or whatever the engine does instead.
        long logged = bytesIn(directory);
        engine.close();
        start = System.nanoTime();
        engine = open(name, directory, cacheBytes);
        if (engine.read(0) != TEXT_CHARS) {
            throw new IllegalStateException(name + " lost a row");
        }
        put(name, "open after commits, seconds", secondsSince(start));
        put(name, "MiB on disk then", logged / 1048576.0);
        engine.close();
    }

    private void reads(RowEngine engine, String measure, String name) {
        var random = new SplittableRandom(1);
        long count = 0;
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        while (System.nanoTime() < end) {
            for (int i = 0; i < 100; i++) {
                if (engine.read(random.nextLong(rows)) != TEXT_CHARS) {
                    throw new IllegalStateException(name + " does not find a row");
                }
            }
            count += 100;
        }
        if (!measure.isEmpty()) {
            put(name, measure, count / secondsSince(start));
        }
    }

    private void commits(RowEngine engine, int committers, String name)
            throws InterruptedException {
        committing(engine, committers, Math.min(1, seconds));
        long start = System.nanoTime();
        var latencies = committing(engine, committers, seconds);
        report(
                name,
                committers + (committers == 1 ? " committer" : " committers"),
                latencies,
                secondsSince(start));
    }

    private Latencies committing(RowEngine engine, int committers, double duration)
            throws InterruptedException {
        List<Latencies> all = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        var ready = new CountDownLatch(1);
        var end = new AtomicLong();
        for (int t = 0; t < committers; t++) {
            var latencies = new Latencies();
            all.add(latencies);
            var random = new SplittableRandom(t);
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    ready.await();
                                } catch (InterruptedException e) {
                                    return;
                                }
                                while (System.nanoTime() < end.get()) {
                                    long key = random.nextLong(rows);
                                    long before = System.nanoTime();
                                    engine.update(key, text(before));
                                    latencies.add(System.nanoTime() - before);
                                }
                            }));
        }
        end.set(System.nanoTime() + (long) (duration * 1e9));
        ready.countDown();
        for (var thread : threads) {
            thread.join();
        }
        var sum = new Latencies();
        all.forEach(sum::addAll);
        return sum;
    }

    /** The longest commit of eight committers while a checkpoint runs. */
    private void stall(RowEngine engine, String name) throws InterruptedException {
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
        var latencies = committing(engine, 8, Math.max(2, seconds / 2));
        checkpointing.join();
        put(name, "longest commit beside checkpoint, ms", latencies.percentile(1) / 1e6);
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    /** Nanoseconds, one thread. */
    private static final class Latencies {
        private long[] nanos = new long[1024];
        private int count;

        void add(long value) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, count * 2);
            }
            nanos[count++] = value;
        }

        void addAll(Latencies other) {
            for (int i = 0; i < other.count; i++) {
                add(other.nanos[i]);
            }
        }

        int count() {
            return count;
        }

        double percentile(double share) {
            if (count == 0) {
                return Double.NaN;
            }
            var sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            return sorted[Math.min(count - 1, (int) (share * count))];
        }
    }

    private static long bytesIn(Path directory) {
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private String table() {
        var engines =
                results.values().stream().flatMap(m -> m.keySet().stream()).distinct().toList();
        var text = new StringBuilder(String.format(Locale.ROOT, "%n%-42s", "rows: " + rows));
        engines.forEach(e -> text.append(String.format(Locale.ROOT, "%16s", e)));
        results.forEach((measure, values) -> {
            text.append(String.format(Locale.ROOT, "%n%-42s", measure));
            for (var engine : engines) {
                var value = values.get(engine);
                text.append(
                        value == null
                                ? String.format(Locale.ROOT, "%16s", "-")
                                : String.format(Locale.ROOT, "%,16.1f", value));
            }
        });
        return text.append('\n').toString();
    }

    private String json() {
        var text = new StringBuilder("{\"rows\": " + rows + ", \"measures\": [\n");
        var lines = new ArrayList<String>();
        results.forEach((measure, values) ->
                values.forEach((engine, value) ->
                        lines.add(
                                String.format(
                                        Locale.ROOT,
                                        "  {\"engine\": \"%s\", \"measure\": \"%s\", \"value\": %.3f}",
                                        engine,
                                        measure,
                                        value))));
        return text.append(String.join(",\n", lines)).append("\n]}\n").toString();
    }
}
