package dev.quiverdb.plan;

import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.FunctionRef;
import org.jspecify.annotations.Nullable;

/**
 * A window's frame.
 *
 * @param startOffset value of {@code n PRECEDING/FOLLOWING}; evaluated once
 * @param startInRange RANGE with an offset: the in_range support function (pg_amproc 3), which
 *     takes (value, base, offset, subtract, less); else null
 */
public record WindowFrame(
        Mode mode,
        Bound start,
        @Nullable Expression startOffset,
        Bound end,
        @Nullable Expression endOffset,
        Exclusion exclusion,
        @Nullable FunctionRef startInRange,
        @Nullable FunctionRef endInRange) {
    /** RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW. */
    public static final WindowFrame DEFAULT =
            new WindowFrame(
                    Mode.RANGE,
                    Bound.UNBOUNDED_PRECEDING,
                    null,
                    Bound.CURRENT_ROW,
                    null,
                    Exclusion.NO_OTHERS,
                    null,
                    null);

    public enum Mode {
        ROWS,
        RANGE,
        GROUPS
    }

    public enum Bound {
        UNBOUNDED_PRECEDING,
        PRECEDING,
        CURRENT_ROW,
        FOLLOWING,
        UNBOUNDED_FOLLOWING
    }

    public enum Exclusion {
        NO_OTHERS,
        CURRENT_ROW,
        GROUP,
        TIES
    }
}
