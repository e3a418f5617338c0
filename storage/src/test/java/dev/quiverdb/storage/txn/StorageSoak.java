package dev.quiverdb.storage.txn;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The simulation of {@link StorageSimulationTest} under as many seeds as asked for. {@code ./quiver
 * soak storage --seeds N --from S}.
 */
public final class StorageSoak {
    private static final long REPORT_NANOS = 2_000_000_000L;
    private static final int SEEDS = 20_000;

    private StorageSoak() {}

    /** Ends with 1 if a seed fails. */
    public static void main(String[] arguments) {
        long seeds = SEEDS;
        long from = 0;
        for (int i = 0; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length || !List.of("--seeds", "--from").contains(arguments[i])) {
                System.err.println("usage: soak storage --seeds N [--from S]");
                System.exit(2);
            }
            long value = Long.parseLong(arguments[i + 1]);
            if (arguments[i].equals("--seeds")) {
                seeds = value;
            } else {
                from = value;
            }
        }
        System.exit(run(from, seeds).isEmpty() ? 0 : 1);
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
