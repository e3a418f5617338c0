package dev.quiverdb.execute;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.Rewriter;
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
    private final WindowPartition partition;
    private final WindowFrames frames;

    /** Whether arguments and filter are the same when a row leaves as when it came. */
    private final boolean repeatable;

    /** What is aggregated of the rows from start to end. */
    private @Nullable AggregateState running;

    private int runningStart;
    private int runningEnd;
    private @Nullable Object lastValue;

    WindowCalls(
            WindowCall call, WindowPartition partition, WindowFrames frames, Compiler compiler) {
        this.call = call;
        this.partition = partition;
        this.frames = frames;
        repeatable =
                call.arguments().stream().allMatch(WindowCalls::isRepeatable)
                        && (call.filter() == null || isRepeatable(call.filter()));
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

    private static boolean isRepeatable(Expression expression) {
        boolean[] repeatable = {true};
        Rewriter.rewrite(
                expression,
                part -> {
                    if (part instanceof Expression.SubPlan
                            || (part instanceof Expression.Call called
                                    && called.function().volatility() == 'v')) {
                        repeatable[0] = false;
                    }
                    return null;
                });
        return repeatable[0];
    }

    /** Begins with the partition as it is now. */
    void begin() {
        running = null;
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

    private @Nullable Object nth(int index, int n) {
        int end = frames.end(index);
        int left = n;
        for (int i = frames.start(index); i < end; i++) {
            if (!frames.excluded(index, i) && --left == 0) {
                return argument(0, i);
            }
        }
        return null;
    }

    private @Nullable Object last(int index) {
        int start = frames.start(index);
        for (int i = frames.end(index) - 1; i >= start; i--) {
            if (!frames.excluded(index, i)) {
                return argument(0, i);
            }
        }
        return null;
    }

    /**
     * The aggregate over a row's frame. Where the frame has moved on, rows that left it are taken
     * back, as PostgreSQL's moving-aggregate mode does; what cannot take them back starts again.
     */
    private @Nullable Object aggregated(int index, AggregateState.Template template) {
        int start = frames.start(index);
        int end = Math.max(start, frames.end(index));
        var state = running;
        if (state != null && !frames.excludes() && start == runningStart && end == runningEnd) {
            return lastValue;
        }
        if (state == null || !goesOn(state, start, end)) {
            state = template.start();
            runningEnd = start;
        }
        for (int i = runningEnd; i < end; i++) {
            if (!frames.excluded(index, i)) {
                state.add(row.set(partition.row(i)));
            }
        }
        running = state;
        runningStart = start;
        runningEnd = end;
        lastValue = state.result();
        return lastValue;
    }

    /** Whether what is aggregated can be made that of a later frame; it then begins with that. */
    private boolean goesOn(AggregateState state, int start, int end) {
        if (frames.excludes() || start < runningStart || end < runningEnd) {
            return false;
        }
        if (start > runningStart && (!repeatable || start >= runningEnd)) {
            return false;
        }
        for (int i = runningStart; i < start; i++) {
            if (!state.remove(row.set(partition.row(i)))) {
                return false;
            }
        }
        return true;
    }
}
