package dev.quiverdb.execute;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.execute.expression.Calls;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.FunctionRef;
import dev.quiverdb.execute.function.CallContext;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.WindowFrame;
import dev.quiverdb.plan.WindowFrame.Bound;
import dev.quiverdb.plan.WindowFrame.Exclusion;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of the partition lie in a row's frame: from start to end, without the excluded ones.
 */
final class WindowFrames {
    private final WindowFrame frame;
    private final @Nullable Evaluator startOffset;
    private final @Nullable Evaluator endOffset;
    private final Calls.@Nullable Invocation startInRange;
    private final Calls.@Nullable Invocation endInRange;
    private final boolean descending;
    private final boolean nullsFirst;
    private final WindowPartition partition;
    private @Nullable Object startValue;
    private @Nullable Object endValue;
    private boolean offsetsKnown;

    /** The bounds of RANGE frames by offset as found last, and for which row. */
    private int rangeStart;

    private int rangeEnd;
    private int startRow;
    private int endRow;

    WindowFrames(Plan.Window plan, WindowPartition partition, Compiler compiler) {
        this.partition = partition;
        frame = plan.frame();
        startOffset = compiler.compileIf(frame.startOffset());
        endOffset = compiler.compileIf(frame.endOffset());
        startInRange = inRange(frame.startInRange(), compiler);
        endInRange = inRange(frame.endInRange(), compiler);
        descending = !plan.order().isEmpty() && plan.order().getFirst().descending();
        nullsFirst = !plan.order().isEmpty() && plan.order().getFirst().nullsFirst();
    }

    private static Calls.@Nullable Invocation inRange(
            @Nullable FunctionRef function, Compiler compiler) {
        return function == null
                ? null
                : Compiler.bind(
                        function, new CallContext(compiler.frame().context(), function, -1, false));
    }

    /** Begins with the partition as it is now. */
    void begin() {
        startRow = Integer.MAX_VALUE;
        endRow = Integer.MAX_VALUE;
        if (!offsetsKnown) {
            offsetsKnown = true;
            if (startOffset != null) {
                startValue =
                        offset(
                                startOffset,
                                "frame starting offset must not be null",
                                "frame starting offset must not be negative");
            }
            if (endOffset != null) {
                endValue =
                        offset(
                                endOffset,
                                "frame ending offset must not be null",
                                "frame ending offset must not be negative");
            }
        }
    }

    private Object offset(Evaluator evaluator, String whenNull, String whenNegative) {
        var value = WindowOperator.required(evaluator, whenNull);
        if (frame.mode() != WindowFrame.Mode.RANGE && (Long) value < 0) {
            throw new SqlException(SqlState.INVALID_PRECEDING_OR_FOLLOWING_SIZE, whenNegative);
        }
        return value;
    }

    int start(int row) {
        return switch (frame.start()) {
            case UNBOUNDED_PRECEDING -> 0;
            case UNBOUNDED_FOLLOWING -> partition.size();
            case CURRENT_ROW ->
                    frame.mode() == WindowFrame.Mode.ROWS ? row : partition.peersStart(row);
            case PRECEDING, FOLLOWING -> offsetStart(row, frame.start() == Bound.PRECEDING);
        };
    }

    /** Exclusive; may lie before the start, then the frame is empty. */
    int end(int row) {
        return switch (frame.end()) {
            case UNBOUNDED_FOLLOWING -> partition.size();
            case UNBOUNDED_PRECEDING -> 0;
            case CURRENT_ROW ->
                    frame.mode() == WindowFrame.Mode.ROWS ? row + 1 : partition.peersEnd(row);
            case PRECEDING, FOLLOWING -> offsetEnd(row, frame.end() == Bound.PRECEDING);
        };
    }

    private int clamp(long index) {
        return (int) Math.max(0, Math.min(index, partition.size()));
    }

    private static long moved(long from, @Nullable Object offset, boolean preceding) {
        long by = (Long) java.util.Objects.requireNonNull(offset);
        if (preceding) {
            return from - by;
        }
        return by > Integer.MAX_VALUE ? Integer.MAX_VALUE : from + by;
    }

    private int offsetStart(int row, boolean preceding) {
        return switch (frame.mode()) {
            case ROWS -> clamp(moved(row, startValue, preceding));
            case GROUPS -> partition.groupStart(moved(partition.group(row), startValue, preceding));
            case RANGE -> rangeStart(row, preceding);
        };
    }

    private int offsetEnd(int row, boolean preceding) {
        return switch (frame.mode()) {
            case ROWS -> clamp(moved(row, endValue, preceding) + 1);
            case GROUPS -> {
                long group = moved(partition.group(row), endValue, preceding);
                yield group < 0 ? 0 : partition.groupStart(group + 1);
            }
            case RANGE -> rangeEnd(row, preceding);
        };
    }

    /** The first row that is not too far before; the later the row, the later it is. */
    private int rangeStart(int row, boolean preceding) {
        var base = partition.orderKey(row);
        if (base == null) {
            return partition.peersStart(row);
        }
        if (row < startRow) {
            rangeStart = firstKnown();
        }
        startRow = row;
        while (rangeStart < partition.size()) {
            var value = partition.orderKey(rangeStart);
            if (value == null || within(startInRange, value, base, startValue, preceding, false)) {
                break;
            }
            rangeStart++;
        }
        return rangeStart;
    }

    /** Behind the last row that is not too far behind; the later the row, the later it is. */
    private int rangeEnd(int row, boolean preceding) {
        var base = partition.orderKey(row);
        if (base == null) {
            return partition.peersEnd(row);
        }
        if (row < endRow) {
            rangeEnd = firstKnown();
        }
        endRow = row;
        while (rangeEnd < partition.size()) {
            var value = partition.orderKey(rangeEnd);
            if (value == null || !within(endInRange, value, base, endValue, preceding, true)) {
                break;
            }
            rangeEnd++;
        }
        return rangeEnd;
    }

    /** The first row whose key is not NULL. */
    private int firstKnown() {
        boolean nullAhead = nullsFirst && partition.size() > 0 && partition.orderKey(0) == null;
        return nullAhead ? partition.peersEnd(0) : 0;
    }

    private boolean within(
            Calls.@Nullable Invocation inRange,
            Object value,
            Object base,
            @Nullable Object offset,
            boolean preceding,
            boolean atEnd) {
        if (inRange == null) {
            throw new IllegalStateException("RANGE with an offset needs an in_range function");
        }
        boolean subtract = preceding != descending;
        boolean less = atEnd != descending;
        return Boolean.TRUE.equals(
                inRange.apply(new Object[] {value, base, offset, subtract, less}));
    }

    /** Whether a row between start and end is left out of another row's frame. */
    boolean excluded(int current, int other) {
        return switch (frame.exclusion()) {
            case NO_OTHERS -> false;
            case CURRENT_ROW -> other == current;
            case GROUP -> partition.arePeers(current, other);
            case TIES -> other != current && partition.arePeers(current, other);
        };
    }

    boolean excludes() {
        return frame.exclusion() != Exclusion.NO_OTHERS;
    }
}
