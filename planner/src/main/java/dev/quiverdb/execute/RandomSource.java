package dev.quiverdb.execute;

import java.util.SplittableRandom;

/** The generator behind random(), one per session; the same seed gives the same series. */
public final class RandomSource {
    private SplittableRandom random;

    public RandomSource(long seed) {
        random = new SplittableRandom(seed);
    }

    public void seed(double seed) {
        random = new SplittableRandom(Double.doubleToLongBits(seed));
    }

    /** Uniform in [0, 1). */
    public double nextDouble() {
        return random.nextDouble();
    }

    public long nextLong() {
        return random.nextLong();
    }
}
