package dev.quiverdb.storage;

import dev.quiverdb.base.type.Type;
import org.jspecify.annotations.Nullable;

/**
 * A column of a tablet.
 *
 * @param columnId names the column for ever within its tablet, is never reused, and need not be
 *     dense
 * @param name for error messages and inspection; may be empty
 * @param typmod the type's modifier, -1 for none; vector(n), halfvec(n) and bit(n) with a modifier
 *     are kept in fixed-stride vector slots
 * @param hidden whether the executor made it (index expressions, partial-index membership)
 * @param missingValue what rows written before the column was added have; null for SQL NULL
 */
public record ColumnSpec(
        int columnId,
        String name,
        Type type,
        int typmod,
        boolean hidden,
        @Nullable Object missingValue) {

    /** An ordinary column without modifier or missing value. */
    public static ColumnSpec of(int columnId, String name, Type type) {
        return new ColumnSpec(columnId, name, type, -1, false, null);
    }

    /** As {@link #of(int, String, Type)}, with a type modifier. */
    public static ColumnSpec of(int columnId, String name, Type type, int typmod) {
        return new ColumnSpec(columnId, name, type, typmod, false, null);
    }
}
