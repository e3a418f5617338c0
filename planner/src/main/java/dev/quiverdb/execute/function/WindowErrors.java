package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;

/** What window frames complain of in more than one place. */
final class WindowErrors {
    static SqlException negativeOffset() {
        return new SqlException(
                SqlState.INVALID_PRECEDING_OR_FOLLOWING_SIZE,
                "invalid preceding or following size in window function");
    }

    private WindowErrors() {}
}
