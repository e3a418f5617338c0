package dev.quiverdb.storage.btree;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A range of keys, each end open or closed or unbounded. Owns its arrays, which are not changed.
 */
public final class KeyBounds {
    private static final KeyBounds ALL = new KeyBounds(null, true, null, true);

    private final byte @Nullable [] lower;
    private final boolean lowerInclusive;
    private final byte @Nullable [] upper;
    private final boolean upperInclusive;

    private KeyBounds(
            byte @Nullable [] lower,
            boolean lowerInclusive,
            byte @Nullable [] upper,
            boolean upperInclusive) {
        this.lower = lower;
        this.lowerInclusive = lowerInclusive;
        this.upper = upper;
        this.upperInclusive = upperInclusive;
    }

    public static KeyBounds all() {
        return ALL;
    }

    /** Null is no bound. */
    public static KeyBounds of(
            byte @Nullable [] lower,
            boolean lowerInclusive,
            byte @Nullable [] upper,
            boolean upperInclusive) {
        return new KeyBounds(
                lower == null ? null : lower.clone(),
                lowerInclusive,
                upper == null ? null : upper.clone(),
                upperInclusive);
    }

    /** Exactly one key. */
    public static KeyBounds equalTo(byte[] key) {
        return of(key, true, key, true);
    }

    /** Every key that begins with {@code prefix}, the prefix itself included. */
    public static KeyBounds prefix(byte[] prefix) {
        return new KeyBounds(prefix.clone(), true, successor(prefix), false);
    }

    /**
     * The smallest key above every key that begins with {@code prefix}; null where there is none.
     */
    public static byte @Nullable [] successor(byte[] prefix) {
        int n = prefix.length;
        while (n > 0 && prefix[n - 1] == (byte) 0xFF) {
            n--;
        }
        if (n == 0) {
            return null;
        }
        var next = Arrays.copyOf(prefix, n);
        next[n - 1]++;
        return next;
    }

    /** The first place in the range. */
    Fence first() {
        var key = lower;
        if (key == null) {
            return Fence.NONE;
        }
        // Above every row id of the key is the shortest longer key.
        return lowerInclusive
                ? new Fence(key, 0)
                : new Fence(Arrays.copyOf(key, key.length + 1), 0);
    }

    /** The first place behind the range. */
    Fence end() {
        var key = upper;
        if (key == null) {
            return Fence.NONE;
        }
        return upperInclusive
                ? new Fence(Arrays.copyOf(key, key.length + 1), 0)
                : new Fence(key, 0);
    }
}
