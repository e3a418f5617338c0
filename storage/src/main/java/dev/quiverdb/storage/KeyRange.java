package dev.quiverdb.storage;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which keys of an ordered index a scan wants: equality on the first columns, then at most one
 * range on the next column. Bounds are in the order of values, also where the index is descending.
 *
 * @param prefix what the first key columns equal; a null element stands for IS NULL
 * @param lower least value of the next column, or null for none
 * @param upper greatest value of the next column, or null for none
 * @param nulls whether rows whose next column is NULL belong to the range; true only makes sense
 *     without bounds, as in a scan for order
 */
public record KeyRange(
        List<@Nullable Object> prefix,
        @Nullable Bound lower,
        @Nullable Bound upper,
        boolean nulls) {

    /** Everything, in index order. */
    public static final KeyRange ALL = new KeyRange(List.of(), null, null, true);

    /** One end of a range; the value is not null. */
    public record Bound(Object value, boolean inclusive) {}

    public KeyRange {
        prefix = Collections.unmodifiableList(Arrays.asList(prefix.toArray()));
        if (nulls && (lower != null || upper != null)) {
            throw new IllegalArgumentException("A bounded range has no NULLs.");
        }
    }

    /** All entries whose first columns equal the values; a null value stands for IS NULL. */
    public static KeyRange equalTo(@Nullable Object... values) {
        return new KeyRange(Arrays.asList(values), null, null, true);
    }

    /** A range on the first column. */
    public static KeyRange between(@Nullable Bound lower, @Nullable Bound upper) {
        return new KeyRange(List.of(), lower, upper, false);
    }

    /** A range on the column after the prefix. */
    public static KeyRange between(
            List<@Nullable Object> prefix, @Nullable Bound lower, @Nullable Bound upper) {
        return new KeyRange(prefix, lower, upper, false);
    }

    /** An inclusive bound. */
    public static Bound including(Object value) {
        return new Bound(value, true);
    }

    /** An exclusive bound. */
    public static Bound excluding(Object value) {
        return new Bound(value, false);
    }
}
