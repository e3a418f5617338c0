package dev.quiverdb.execute;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.plan.AggregateCall;
import dev.quiverdb.plan.WindowCall;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One window function or windowed aggregate over the current partition. */
final class WindowCalls {
    private final WindowCall call;
    private final Evaluator[] arguments;
    private final AggregateState.@Nullable Template aggregate;
    private final Row.OfArray row = new Row.OfArray();
    private WindowPartition partition = WindowPartition.EMPTY;
    private @Nullable WindowFrames frames;
    private @Nullable AggregateState running;
    private int runningEnd;
    private int lastStart = -1;
    private int lastEnd = -1;
    private @Nullable Object lastValue;

    WindowCalls(WindowCall call, Compiler compiler) {
        this.call = call;
        arguments = compiler.compileAll(call.arguments());
        aggregate =
                call.aggregate()
                        ? new AggregateState.Template(
                                new AggregateCall(
                                        call.function(),
                                        call.arguments(),
                                        List.of(),
                                        false,
                                        List.of(),
                                        call.filter(),
                                        call.type()),
                                compiler)
                        : null;
    }

    void begin(WindowPartition newPartition, WindowFrames newFrames) {
        partition = newPartition;
        frames = newFrames;
        running = null;
        lastStart = -1;
        lastEnd = -1;
    }

    @Nullable Object value(int index) {
        if (aggregate != null) {
            return aggregated(index, aggregate);
        }
        return switch (call.function().source()) {
            case "window_row_number" -> index + 1L;
            case "window_rank" -> partition.peersStart(index) + 1L;
            case "window_dense_rank" -> partition.group(index) + 1L;
            case "window_percent_rank" ->
                    partition.size() <= 1
                            ? 0.0
                            : partition.peersStart(index) / (partition.size() - 1.0);
            case "window_cume_dist" -> (double) partition.peersEnd(index) / partition.size();
            case "window_ntile" -> tile(index);
            case "window_lag" -> at(index, index - 1L, false);
            case "window_lead" -> at(index, index + 1L, false);
            case "window_lag_with_offset" -> shifted(index, -1, false);
            case "window_lead_with_offset" -> shifted(index, 1, false);
            case "window_lag_with_offset_and_default" -> shifted(index, -1, true);
            case "window_lead_with_offset_and_default" -> shifted(index, 1, true);
            case "window_first_value" -> nth(index, 1);
            case "window_last_value" -> last(index);
            case "window_nth_value" -> {
                var n = argument(1, index);
                if (n == null) {
                    yield null;
                }
                if ((Integer) n <= 0) {
                    throw new SqlException(
                            SqlState.INVALID_ARGUMENT_FOR_NTH_VALUE,
                            "argument of nth_value must be greater than zero");
                }
                yield nth(index, (Integer) n);
            }
            default ->
                    throw SqlException.notSupported(
                            "window function " + call.function().name() + " is not supported yet");
        };
    }

    private @Nullable Object argument(int number, int index) {
        return arguments[number].value(row.set(partition.row(index)));
    }

    private @Nullable Object at(int index, long target, boolean withDefault) {
        if (target < 0 || target >= partition.size()) {
            return withDefault ? argument(2, index) : null;
        }
        return argument(0, (int) target);
    }

    private @Nullable Object shifted(int index, int direction, boolean withDefault) {
        var offset = argument(1, index);
        return offset == null
                ? null
                : at(index, index + (long) direction * (Integer) offset, withDefault);
    }

    private @Nullable Object tile(int index) {
        var count = argument(0, 0);
        if (count == null) {
            return null;
        }
        int tiles = (Integer) count;
        if (tiles <= 0) {
            throw new SqlException(
                    SqlState.INVALID_ARGUMENT_FOR_NTILE,
                    "argument of ntile must be greater than zero");
        }
        int size = partition.size();
        int base = size / tiles;
        int longer = size % tiles;
        // The first tiles have one row more.
        return index < longer * (base + 1)
                ? index / (base + 1) + 1
                : longer + (index - longer * (base + 1)) / Math.max(base, 1) + 1;
    }

    private WindowFrames frames() {
        var current = frames;
        if (current == null) {
            throw new IllegalStateException("no partition");
        }
        return current;
    }

    private @Nullable Object nth(int index, int n) {
        var current = frames();
        int end = current.end(index);
        int left = n;
        for (int i = current.start(index); i < end; i++) {
            if (!current.excluded(index, i) && --left == 0) {
                return argument(0, i);
            }
        }
        return null;
    }

    private @Nullable Object last(int index) {
        var current = frames();
        int start = current.start(index);
        for (int i = current.end(index) - 1; i >= start; i--) {
            if (!current.excluded(index, i)) {
                return argument(0, i);
            }
        }
        return null;
    }

    private @Nullable Object aggregated(int index, AggregateState.Template template) {
        var current = frames();
        int start = current.start(index);
        int end = Math.max(start, current.end(index));
        if (!current.excludes() && start == lastStart && end == lastEnd) {
            return lastValue;
        }
        var state = running;
        boolean goesOn = state != null && current.growing() && end >= runningEnd;
        if (state == null || !goesOn) {
            state = template.start();
            runningEnd = start;
        }
        for (int i = runningEnd; i < end; i++) {
            if (!current.excluded(index, i)) {
                state.add(row.set(partition.row(i)));
            }
        }
        running = state;
        runningEnd = end;
        lastStart = start;
        lastEnd = end;
        lastValue = state.result();
        return lastValue;
    }
}
