package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.batch.IntColumn;
import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.base.type.Type;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Numbers distinct keys 0, 1, 2 ... in the order in which they come. Keys are columns; NULL equals
 * NULL. Open addressing over the hashes; the keys lie in columns by the group's number, so a row
 * costs no object.
 */
final class GroupTable {
    private final Type[] types;

    /** The keys by the group's number. */
    private final ColumnStore stored;

    /** Group number plus one; 0 is free. */
    private int[] slots = new int[64];

    private int[] hashes = new int[32];

    GroupTable(Type[] types) {
        this.types = types;
        stored = new ColumnStore(types);
    }

    int count() {
        return stored.count();
    }

    /** Roughly what keys and table take. */
    long memoryBytes() {
        return stored.memoryBytes() + 16L * stored.count();
    }

    /**
     * Hashes of rows, equal for equal keys.
     *
     * @param hashes receives the hash by physical row
     */
    static void hash(Type[] types, Column[] keys, int[] rows, int rowCount, int[] hashes) {
        for (int i = 0; i < rowCount; i++) {
            hashes[rows[i]] = 1;
        }
        for (int k = 0; k < keys.length; k++) {
            var column = keys[k];
            boolean nulls = column.hasNulls();
            switch (column) {
                case IntColumn ints when !nulls -> {
                    int[] values = ints.values();
                    for (int i = 0; i < rowCount; i++) {
                        int row = rows[i];
                        hashes[row] = combine(hashes[row], values[row]);
                    }
                }
                case LongColumn longs when !nulls -> {
                    long[] values = longs.values();
                    for (int i = 0; i < rowCount; i++) {
                        int row = rows[i];
                        hashes[row] = combine(hashes[row], Long.hashCode(values[row]));
                    }
                }
                default -> {
                    for (int i = 0; i < rowCount; i++) {
                        int row = rows[i];
                        hashes[row] =
                                combine(
                                        hashes[row],
                                        nulls && column.isNull(row)
                                                ? 0x5bd1e995
                                                : valueHash(types[k], column, row));
                    }
                }
            }
        }
    }

    private static int valueHash(Type type, Column column, int row) {
        return switch (column) {
            case IntColumn ints -> ints.value(row);
            case LongColumn longs -> Long.hashCode(longs.value(row));
            default -> type.hash(present(column, row));
        };
    }

    private static int combine(int hash, int value) {
        int mixed = (hash * 31 + value) * 0x9E3779B9;
        return mixed ^ mixed >>> 15;
    }

    private static Object present(Column column, int row) {
        var value = column.get(row);
        if (value == null) {
            throw new IllegalStateException("row " + row + " is null");
        }
        return value;
    }

    /**
     * Finds the groups of rows.
     *
     * @param rowHashes by physical row, of {@link #hash}
     * @param mayGrow whether keys that are new get a group
     * @param groups receives the group by physical row; -1 for new keys if it may not grow
     * @return whether every row has a group
     */
    boolean assign(
            Column[] keys,
            int[] rows,
            int rowCount,
            int[] rowHashes,
            boolean mayGrow,
            int[] groups) {
        boolean all = true;
        for (int i = 0; i < rowCount; i++) {
            int row = rows[i];
            int hash = rowHashes[row];
            int mask = slots.length - 1;
            int slot = hash & mask;
            int group = slots[slot] - 1;
            while (group >= 0 && !(hashes[group] == hash && isKey(group, keys, row))) {
                slot = (slot + 1) & mask;
                group = slots[slot] - 1;
            }
            if (group < 0 && mayGrow) {
                group = add(keys, row, hash, slot);
            }
            groups[row] = group;
            all &= group >= 0;
        }
        return all;
    }

    private boolean isKey(int group, Column[] keys, int row) {
        for (int k = 0; k < keys.length; k++) {
            var mine = stored.columnOf(k, group);
            if (!same(types[k], mine, ColumnStore.rowOf(group), keys[k], row)) {
                return false;
            }
        }
        return true;
    }

    /** Whether two values of one type are equal, or both NULL. */
    static boolean same(Type type, Column left, int leftRow, Column right, int rightRow) {
        boolean isNull = left.isNull(leftRow);
        if (isNull || right.isNull(rightRow)) {
            return isNull && right.isNull(rightRow);
        }
        if (left instanceof IntColumn a && right instanceof IntColumn b) {
            return a.value(leftRow) == b.value(rightRow);
        }
        if (left instanceof LongColumn a && right instanceof LongColumn b) {
            return a.value(leftRow) == b.value(rightRow);
        }
        return type.valuesEqual(present(left, leftRow), present(right, rightRow));
    }

    private int add(Column[] keys, int row, int hash, int slot) {
        int group = stored.add(keys, row);
        if (group == hashes.length) {
            hashes = Arrays.copyOf(hashes, group * 2);
        }
        hashes[group] = hash;
        slots[slot] = group + 1;
        if (stored.count() * 2 > slots.length) {
            rehash();
        }
        return group;
    }

    private void rehash() {
        int mask = slots.length * 2 - 1;
        var next = new int[mask + 1];
        for (int group = 0; group < stored.count(); group++) {
            int slot = hashes[group] & mask;
            while (next[slot] != 0) {
                slot = (slot + 1) & mask;
            }
            next[slot] = group + 1;
        }
        slots = next;
    }

    /** The value of a key of a group. */
    @Nullable Object key(int group, int key) {
        return stored.value(key, group);
    }

    /** The types of some keys. */
    static Type[] typesOf(Type[] all, List<Integer> keys) {
        return keys.stream().map(key -> all[key]).toArray(Type[]::new);
    }

    /** Room for one value for each physical row of a batch. */
    static int[] perRow(int[] array, Batch batch) {
        return array.length >= batch.rows()
                ? array
                : new int[batch.rows() <= 16 ? 16 : Math.max(batch.rows(), Batch.ROWS_MAX)];
    }
}
