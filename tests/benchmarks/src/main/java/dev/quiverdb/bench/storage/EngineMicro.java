package dev.quiverdb.bench.storage;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What one thread does with an engine whose rows are in memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EngineMicro {
    private final SplittableRandom random = new SplittableRandom(1);

    /** One row by a random key, in a transaction of its own. */
    @Benchmark
    public int pointRead(LoadedRows loaded) {
        return loaded.rows().read(random.nextLong(loaded.rows));
    }

    /** All columns of all rows. */
    @Benchmark
    public long scan(LoadedRows loaded) {
        return loaded.rows().scan();
    }

    /** The keys of all rows, each compared with two bounds. */
    @Benchmark
    public long filter(LoadedRows loaded) {
        return loaded.rows().countKeys(loaded.rows / 4, loaded.rows / 2);
    }
}
