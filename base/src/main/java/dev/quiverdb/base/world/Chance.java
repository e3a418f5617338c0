package dev.quiverdb.base.world;

import java.security.SecureRandom;
import java.util.SplittableRandom;

/**
 * Where random numbers come from, so that a seed can decide them. Implementations made here are
 * safe for all threads.
 */
public interface Chance {
    long nextLong();

    /** Fills the whole array. */
    void nextBytes(byte[] target);

    /** Uniform in {@code [0, bound)}; {@code bound > 0}. */
    default int nextInt(int bound) {
        assert bound > 0 : "bound " + bound;
        return (int) Math.floorMod(nextLong() >>> 1, (long) bound);
    }

    /** Uniform in {@code [0, 1)}. */
    default double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Cryptographically strong; the only source fit for keys and nonces outside tests. */
    static Chance secure() {
        var random = new SecureRandom();
        return new Chance() {
            @Override
            public long nextLong() {
                return random.nextLong();
            }

            @Override
            public void nextBytes(byte[] target) {
                random.nextBytes(target);
            }
        };
    }

    /** The same numbers for the same seed; never for keys of real data. */
    static Chance seeded(long seed) {
        var random = new SplittableRandom(seed);
        return new Chance() {
            @Override
            public synchronized long nextLong() {
                return random.nextLong();
            }

            @Override
            public synchronized void nextBytes(byte[] target) {
                random.nextBytes(target);
            }
        };
    }
}
