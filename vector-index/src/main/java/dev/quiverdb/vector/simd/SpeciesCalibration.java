package dev.quiverdb.vector.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Measures which vector width is fastest here: wide registers lower the clock of some processors,
 * and where the processor cannot permute bytes across a wide register the compiler emulates it.
 * Takes a few tens of milliseconds, mostly compilation; the least of several short runs counts, so
 * a busy machine disturbs little.
 */
final class SpeciesCalibration {
    private static final int RUNS = 16;
    private static final int REPEATS = 500;

    private SpeciesCalibration() {}

    /** A loop to time; returns something that depends on its work. */
    private interface Loop {
        float run(int repeats);
    }

    static int floatBits() {
        Integer set = Integer.getInteger("quiverdb.vector.bits");
        int widest = FloatVector.SPECIES_PREFERRED.vectorBitSize();
        if (set != null) {
            return Math.max(128, Math.min(512, set));
        }
        if (widest <= 256) {
            return Math.max(128, widest);
        }
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(1 << 14, 64);
            long at256 = time(repeats -> products256(memory, repeats));
            long at512 = time(repeats -> products512(memory, repeats));
            return at512 < at256 ? 512 : 256;
        }
    }

    private static float products256(MemorySegment memory, int repeats) {
        float sum = 0;
        for (int i = 0; i < repeats; i++) {
            sum += product(FloatVector.SPECIES_256, memory, (i & 3) * 2048L);
        }
        return sum;
    }

    private static float products512(MemorySegment memory, int repeats) {
        float sum = 0;
        for (int i = 0; i < repeats; i++) {
            sum += product(FloatVector.SPECIES_512, memory, (i & 3) * 2048L);
        }
        return sum;
    }

    private static float product(VectorSpecies<Float> species, MemorySegment memory, long offset) {
        FloatVector sum = FloatVector.zero(species);
        for (int i = 0; i < 512; i += species.length()) {
            FloatVector query =
                    FloatVector.fromMemorySegment(species, memory, 4L * i, LITTLE_ENDIAN);
            sum =
                    query.fma(
                            FloatVector.fromMemorySegment(
                                    species, memory, offset + 4L * i, LITTLE_ENDIAN),
                            sum);
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }

    static int shuffleBits() {
        Integer set = Integer.getInteger("quiverdb.vector.shuffle.bits");
        if (set != null) {
            return set;
        }
        int widest = FloatVector.SPECIES_PREFERRED.vectorBitSize();
        if (widest < 256) {
            return 128;
        }
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(1 << 14, 64);
            short[] sums = new short[32];
            long best = time(repeats -> scans128(memory, sums, repeats));
            int bits = 128;
            long at256 = time(repeats -> scans256(memory, sums, repeats));
            if (at256 < best) {
                best = at256;
                bits = 256;
            }
            if (widest >= 512 && time(repeats -> scans512(memory, sums, repeats)) < best) {
                bits = 512;
            }
            return bits;
        }
    }

    private static float scans128(MemorySegment memory, short[] sums, int repeats) {
        for (int i = 0; i < repeats; i++) {
            ShuffleLoops.scan128(memory, 0, memory, (i & 3) * 2048L, 16, sums, 0);
        }
        return sums[0];
    }

    private static float scans256(MemorySegment memory, short[] sums, int repeats) {
        for (int i = 0; i < repeats; i++) {
            ShuffleLoops.scan256(memory, 0, memory, (i & 3) * 2048L, 16, sums, 0);
        }
        return sums[0];
    }

    private static float scans512(MemorySegment memory, short[] sums, int repeats) {
        for (int i = 0; i < repeats; i++) {
            ShuffleLoops.scan512(memory, 0, memory, (i & 3) * 2048L, 16, sums, 0);
        }
        return sums[0];
    }

    private static long time(Loop loop) {
        long best = Long.MAX_VALUE;
        float sink = 0;
        for (int run = 0; run < RUNS; run++) {
            long start = System.nanoTime();
            sink += loop.run(REPEATS);
            best = Math.min(best, System.nanoTime() - start);
        }
        if (Float.isNaN(sink)) {
            return Long.MAX_VALUE;
        }
        return best;
    }
}
