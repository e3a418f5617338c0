package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Measures an operator for EXPLAIN ANALYZE: times, rows, loops. Times include the inputs. */
final class InstrumentedOperator extends Operator {
    private final Operator operator;
    private long startNanos;
    private long totalNanos;
    private long loops;
    private long rows;
    private boolean first;
    private long loopNanos;

    InstrumentedOperator(Operator operator) {
        super(operator.frame, operator.types);
        this.operator = operator;
    }

    @Override
    void open() {
        loops++;
        first = true;
        loopNanos = 0;
        long begin = System.nanoTime();
        operator.open();
        long spent = System.nanoTime() - begin;
        totalNanos += spent;
        loopNanos += spent;
    }

    @Override
    @Nullable Batch next() {
        long begin = System.nanoTime();
        var batch = operator.next();
        long spent = System.nanoTime() - begin;
        totalNanos += spent;
        loopNanos += spent;
        if (first) {
            startNanos += loopNanos;
            first = false;
        }
        if (batch != null) {
            rows += batch.size();
        }
        return batch;
    }

    Measured measured() {
        return new Measured(
                loops,
                loops == 0 ? 0 : startNanos / 1e6 / loops,
                loops == 0 ? 0 : totalNanos / 1e6 / loops,
                loops == 0 ? 0 : (double) rows / loops,
                operator instanceof ScanOperator scan ? scan.filteredRows : 0,
                operator.details());
    }

    Operator operator() {
        return operator;
    }

    @Override
    List<Map.Entry<String, String>> details() {
        return operator.details();
    }

    @Override
    public void close() {
        operator.close();
    }
}
