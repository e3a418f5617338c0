package dev.quiverdb.storage.btree;

import java.util.Arrays;

/** A place between entries: (key, row id), or none. Owns its array, which is not changed. */
final class Fence {
    static final Fence NONE = new Fence(new byte[0], 0);

    final byte[] key;
    final long rowId;

    Fence(byte[] key, long rowId) {
        this.key = key;
        this.rowId = rowId;
    }

    @SuppressWarnings(
            "ReferenceEquality") // NONE is one object; a fence with an empty key is another.
    boolean isNone() {
        return this == NONE;
    }

    /** By unsigned key, the shorter first, then by unsigned row id. */
    static int compare(byte[] aKey, long aRow, byte[] bKey, long bRow) {
        int keys = Arrays.compareUnsigned(aKey, bKey);
        return keys != 0 ? keys : Long.compareUnsigned(aRow, bRow);
    }

    int compareTo(byte[] otherKey, long otherRow) {
        return compare(key, rowId, otherKey, otherRow);
    }

    /** The shortest place above the left entry and not above the right one. */
    static Fence between(byte[] left, byte[] right, long rightRow) {
        int common = Arrays.mismatch(left, right);
        if (common < 0) {
            return new Fence(right, rightRow);
        }
        return new Fence(Arrays.copyOf(right, common + 1), 0);
    }
}
