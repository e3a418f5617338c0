package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlException;
import org.jspecify.annotations.Nullable;

/** A text cut into tokens, in parallel arrays. */
final class Tokens {

    final String sql;
    final Token[] kinds;
    final int[] starts;
    final int[] ends;

    /** Names folded and unquoted, strings without quotes, digits of numbers; null elsewhere. */
    final @Nullable String[] values;

    /** What the {@link Token#ERROR} token at the end stands for. */
    final @Nullable SqlException error;

    Tokens(
            String sql,
            Token[] kinds,
            int[] starts,
            int[] ends,
            @Nullable String[] values,
            @Nullable SqlException error) {
        this.sql = sql;
        this.kinds = kinds;
        this.starts = starts;
        this.ends = ends;
        this.values = values;
        this.error = error;
    }

    /** PostgreSQL's position of a character: code points, from 1. */
    static int position(String sql, int offset) {
        return sql.codePointCount(0, Math.min(offset, sql.length())) + 1;
    }

    /** {@code message at or near "text"}, or {@code at end of input}. */
    static SqlException errorNear(String sql, String message, int start, int end) {
        var where =
                start >= sql.length()
                        ? " at end of input"
                        : " at or near \"" + sql.substring(start, end) + "\"";
        return SqlException.syntax(message + where, position(sql, start));
    }

    /** The error of the parser's stopping at this token. */
    SqlException errorAt(int index, String message) {
        if (kinds[index] == Token.ERROR && error != null) {
            return error;
        }
        return errorNear(sql, message, starts[index], ends[index]);
    }
}
