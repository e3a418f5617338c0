package dev.quiverdb.bench.storage;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The filter over a plain array, which no engine can be faster than. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls fill first
public class ArrayMicro {
    @Param("1000000")
    public int rows;

    private long[] keys;

    /** Makes the keys. */
    @Setup
    public void fill() {
        keys = StorageBenchmark.shuffledKeys(rows);
    }

    /** All keys, each compared with two bounds. */
    @Benchmark
    public long filter() {
        return StorageBenchmark.count(keys, rows / 4, rows / 2);
    }
}
