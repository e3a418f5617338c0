package dev.quiverdb.bench.storage;

import java.util.List;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the JMH benchmarks of this package, each in a process of its own. */
final class Micro {
    private static final int ITERATIONS = 5;

    private final List<String> engines;
    private final long rows;
    private final double seconds;
    private final long cacheMib;

    Micro(List<String> engines, long rows, double seconds, long cacheMib) {
        this.engines = engines;
        this.rows = rows;
        this.seconds = seconds;
        this.cacheMib = cacheMib;
    }

    /** Measures everything into {@code measures}. */
    void run(Measures measures) {
        put(
                measures,
                options(EngineMicro.class)
                        .param("engine", engines.toArray(String[]::new))
                        .param("cacheMib", Long.toString(cacheMib)));
        put(measures, options(ArrayMicro.class));
    }

    private ChainedOptionsBuilder options(Class<?> benchmark) {
        var time = TimeValue.milliseconds(Math.max(100, (long) (seconds * 1e3 / ITERATIONS)));
        return new OptionsBuilder()
                .include("\\b" + benchmark.getSimpleName() + "\\b")
                .param("rows", Long.toString(rows))
                .forks(1)
                .warmupIterations(ITERATIONS)
                .warmupTime(time)
                .measurementIterations(ITERATIONS)
                .measurementTime(time)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
    }

    private void put(Measures measures, ChainedOptionsBuilder options) {
        try {
            for (var result : new Runner(options.build()).run()) {
                put(measures, result);
            }
        } catch (RunnerException e) {
            throw new IllegalStateException(e);
        }
    }

    private void put(Measures measures, RunResult result) {
        var engine = result.getParams().getParam("engine");
        var name = result.getPrimaryResult().getLabel();
        double nanos = result.getPrimaryResult().getScore();
        double error = result.getPrimaryResult().getScoreError();
        boolean one = name.equals("pointRead");
        double rowsEach = one ? 1 : rows;
        var measure = "JMH " + (one ? "point read" : name + ", a row") + ", ns";
        measures.put(engine == null ? "plain array" : engine, measure, nanos / rowsEach);
        measures.put(
                engine == null ? "plain array" : engine, measure + " +-", error / rowsEach);
    }
}
