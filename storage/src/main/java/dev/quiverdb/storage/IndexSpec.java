package dev.quiverdb.storage;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * An index of a tablet.
 *
 * @param indexId names the index within its tablet for ever
 * @param method {@code btree}, or the name of a registered {@code AccessMethod}
 * @param nullsNotDistinct whether a unique index takes NULLs for equal
 * @param membershipColumn of a partial index: the hidden bool column that says which rows belong
 * @param options what stood in WITH (...)
 */
public record IndexSpec(
        int indexId,
        String method,
        List<Key> keys,
        boolean unique,
        boolean nullsNotDistinct,
        OptionalInt membershipColumn,
        Map<String, String> options) {

    /** The method name of the built-in ordered index. */
    public static final String BTREE = "btree";

    /**
     * An option of a unique index whose writers ask {@link Transaction#checkUnique} themselves,
     * when their statement or transaction ends. Building it still checks the rows that are there.
     */
    public static final String CHECKED_LATER = "checked_later";

    /**
     * One key column.
     *
     * @param operatorClass its PostgreSQL name, empty for the type's default
     */
    public record Key(int columnId, boolean descending, boolean nullsFirst, String operatorClass) {
        /** An ascending key with NULLs last, of the default operator class. */
        public static Key of(int columnId) {
            return new Key(columnId, false, false, "");
        }
    }

    public IndexSpec {
        keys = List.copyOf(keys);
        options = Map.copyOf(options);
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("An index needs a key.");
        }
    }

    /** A plain B+tree over the columns, ascending. */
    public static IndexSpec btree(int indexId, boolean unique, int... columnIds) {
        var keys = new java.util.ArrayList<Key>();
        for (int columnId : columnIds) {
            keys.add(Key.of(columnId));
        }
        return new IndexSpec(indexId, BTREE, keys, unique, false, OptionalInt.empty(), Map.of());
    }

    /** Returns whether each write keeps the keys apart. */
    public boolean checksWrites() {
        return unique && !options.containsKey(CHECKED_LATER);
    }

    /** Returns whether this is the built-in ordered index. */
    public boolean isBtree() {
        return method.equals(BTREE);
    }
}
