package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.soak.KillSoak;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The simulation of {@link StorageSimulationTest} under as many seeds as asked for ({@code ./quiver
 * soak storage --seeds N --from S}), or a process that is killed as often as asked for ({@code
 * --kills N}).
 */
public final class StorageSoak {
    private static final long REPORT_NANOS = 2_000_000_000L;
    private static final long SEEDS = 20_000;
    private static final long KILLS = 100;
    private static final int LIVE_MILLIS_MAX = 5000;

    private StorageSoak() {}

    /** Ends with 1 if a seed or a kill fails. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var options = new HashMap<String, Long>();
        for (int i = 0; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length
                    || !List.of("--seeds", "--from", "--kills", "--seed").contains(arguments[i])) {
                usage();
            }
            options.put(arguments[i], Long.parseLong(arguments[i + 1]));
        }
        boolean kill = options.containsKey("--kills") || options.containsKey("--seed");
        if (kill && (options.containsKey("--seeds") || options.containsKey("--from"))) {
            usage();
        }
        boolean passed =
                kill
                        ? kill(
                                options.getOrDefault("--kills", KILLS).intValue(),
                                options.getOrDefault("--seed", System.nanoTime()))
                        : run(
                                        options.getOrDefault("--from", 0L),
                                        options.getOrDefault("--seeds", SEEDS))
                                .isEmpty();
        System.exit(passed ? 0 : 1);
    }

    private static void usage() {
        System.err.println(
                """
                usage: soak storage --seeds N [--from S]
                       soak storage --kills N [--seed S]\
                """);
        System.exit(2);
    }

    private static boolean kill(int kills, long seed) throws IOException, InterruptedException {
        var directory = Files.createTempDirectory("quiver-soak");
        System.out.printf(
                "killing a process with the storage engine in %s %d times, seed %d%n",
                directory, kills, seed);
        var soak = new KillSoak(directory, seed, LIVE_MILLIS_MAX, System.out::println);
        soak.run(kills);
        System.out.printf(
                "%d commits acknowledged%n%d kills, %d passed, %d failed%n",
                soak.acknowledged(), kills, kills - soak.failed(), soak.failed());
        if (soak.failed() == 0) {
            LargeTransactionTest.delete(directory);
        }
        return soak.failed() == 0;
    }

    /** The seeds that failed. */
    static List<Long> run(long from, long seeds) {
        System.out.printf(
                "simulating the storage engine under seeds %d to %d%n", from, from + seeds - 1);
        List<Long> failed = new ArrayList<>();
        long began = System.nanoTime();
        long reported = began;
        for (long seed = from; seed < from + seeds; seed++) {
            try {
                StorageSimulationTest.live(new SplittableRandom(seed));
            } catch (RuntimeException | Error failure) {
                failed.add(seed);
                System.out.printf(
                        "seed %d FAILED: %s%n    replay with -Dseed=%d: ./quiver soak storage --seeds 1 --from %d%n",
                        seed, failure, seed, seed);
                failure.printStackTrace(System.out);
            }
            long now = System.nanoTime();
            if (now - reported > REPORT_NANOS) {
                reported = now;
                long done = seed - from + 1;
                System.out.printf(
                        "%d of %d seeds, %d failed, %.1f seeds/s%n",
                        done, seeds, failed.size(), done * 1e9 / (now - began));
            }
        }
        System.out.printf("%d passed, %d failed%n", seeds - failed.size(), failed.size());
        return failed;
    }
}
