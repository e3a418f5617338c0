package dev.quiverdb.execute.function;

import dev.quiverdb.base.type.Type;
import org.jspecify.annotations.Nullable;

/**
 * The hash by which rows are parted among hash partitions. It is kept in where rows lie, so it must
 * never change. It is not PostgreSQL's.
 */
public final class PartitionHash {
    private static final long SEED = 0x7A5B22367996DCFDL;

    private PartitionHash() {}

    /** Hash of a key's columns; null counts as nothing, as in PostgreSQL. */
    public static long of(Type[] types, @Nullable Object[] values) {
        long hash = 0;
        for (int i = 0; i < values.length; i++) {
            var value = values[i];
            if (value != null) {
                long one = mix(types[i].hash(value) + SEED);
                hash ^= one + 0x49A0F4DD15E5A8E3L + (hash << 54) + (hash >>> 7);
            }
        }
        return hash;
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
