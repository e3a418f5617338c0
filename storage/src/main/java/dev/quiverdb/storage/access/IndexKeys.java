package dev.quiverdb.storage.access;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.KeyWriter;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.KeyRange;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.btree.BTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the memory-comparable keys of one ordered index, from rows and from ranges. Immutable; see
 * {@link KeyWriter} for the bytes.
 */
public final class IndexKeys {
    /** The longest key. */
    public static final int BYTES_MAX = BTree.keyBytesMax(BTree.NODE_BYTES);

    private final IndexSpec spec;
    private final Type[] types;
    private final int[] positions;

    public IndexKeys(TabletSpec tablet, IndexSpec spec) {
        this.spec = spec;
        types = new Type[spec.keys().size()];
        positions = new int[types.length + (spec.membershipColumn().isPresent() ? 1 : 0)];
        for (int i = 0; i < types.length; i++) {
            var column = tablet.column(spec.keys().get(i).columnId());
            types[i] = column.type();
            positions[i] = tablet.columns().indexOf(column);
        }
        if (spec.membershipColumn().isPresent()) {
            positions[types.length] =
                    tablet.columns().indexOf(tablet.column(spec.membershipColumn().getAsInt()));
        }
    }

    public IndexSpec spec() {
        return spec;
    }

    /**
     * Where in the tablet's spec the columns stand from which membership and keys are made. Not to
     * be changed.
     */
    public int[] positions() {
        return positions;
    }

    /** The key of a row. */
    public byte[] key(RowView row) {
        var out = new KeyWriter(16 * types.length);
        for (int i = 0; i < types.length; i++) {
            var key = spec.keys().get(i);
            out.append(types[i], row.value(key.columnId()), key.descending(), key.nullsFirst());
        }
        return out.toBytes();
    }

    /**
     * The key of a row.
     *
     * @throws SqlException 54000 if it is too long for a node
     */
    public byte[] checkedKey(RowView row) {
        byte[] key = key(row);
        if (key.length > BYTES_MAX) {
            throw new SqlException(
                            SqlState.PROGRAM_LIMIT_EXCEEDED,
                            "index row size "
                                    + key.length
                                    + " exceeds btree version 4 maximum "
                                    + BYTES_MAX)
                    .withHint(
                            "Values larger than 1/3 of a buffer page cannot be indexed.\n"
                                    + "Consider a function index of an MD5 hash of the value, or"
                                    + " use full text indexing.");
        }
        return key;
    }

    /** The values of the key columns of a row. */
    public List<@Nullable Object> values(RowView row) {
        var values = new ArrayList<@Nullable Object>();
        for (var key : spec.keys()) {
            values.add(row.value(key.columnId()));
        }
        return values;
    }

    /** Whether the row's key cannot be equal to any other, because it has a NULL. */
    public boolean isDistinct(RowView row) {
        if (spec.nullsNotDistinct()) {
            return false;
        }
        for (var key : spec.keys()) {
            if (row.value(key.columnId()) == null) {
                return true;
            }
        }
        return false;
    }

    /** Whether a partial index has the row. */
    public boolean belongs(RowView row) {
        return spec.membershipColumn().isEmpty()
                || Boolean.TRUE.equals(row.value(spec.membershipColumn().getAsInt()));
    }

    /** Bytes with which all keys begin whose first columns have the values. */
    public byte[] prefix(List<@Nullable Object> values) {
        var out = new KeyWriter(16 * types.length);
        for (int i = 0; i < values.size(); i++) {
            append(out, i, values.get(i));
        }
        return out.toBytes();
    }

    private void append(KeyWriter out, int column, @Nullable Object value) {
        var key = spec.keys().get(column);
        out.append(types[column], value, key.descending(), key.nullsFirst());
    }

    /** Keys from lower (inclusive) to upper (exclusive), in byte order; null: no bound. */
    public static final class Bounds {
        private final byte @Nullable [] lower;
        private final byte @Nullable [] upper;

        /** Takes the arrays over. */
        public Bounds(byte @Nullable [] lower, byte @Nullable [] upper) {
            this.lower = lower;
            this.upper = upper;
        }

        public byte @Nullable [] lower() {
            return lower;
        }

        public byte @Nullable [] upper() {
            return upper;
        }

        /** Whether the key lies between. */
        public boolean contain(byte[] key) {
            return (lower == null || Arrays.compareUnsigned(key, lower) >= 0)
                    && (upper == null || Arrays.compareUnsigned(key, upper) < 0);
        }
    }

    /** The bytes between which a range lies. */
    public Bounds bounds(KeyRange range) {
        byte[] prefix = prefix(range.prefix());
        if (range.nulls()) {
            return new Bounds(prefix.length == 0 ? null : prefix, after(prefix));
        }
        int column = range.prefix().size();
        boolean descending = spec.keys().get(column).descending();
        var low = descending ? range.upper() : range.lower();
        var high = descending ? range.lower() : range.upper();
        // A value's marker is 1, a NULL's is 0 or 2: without a bound the marker is the bound.
        byte[] lower = bound(prefix, column, low);
        if (low == null) {
            lower[lower.length - 1] = 1;
        }
        byte @Nullable [] from = low != null && !low.inclusive() ? after(lower) : lower;
        byte @Nullable [] to;
        if (high == null) {
            byte[] upper = bound(prefix, column, null);
            upper[upper.length - 1] = 2;
            to = upper;
        } else {
            byte[] upper = bound(prefix, column, high);
            to = high.inclusive() ? after(upper) : upper;
        }
        return new Bounds(from, to);
    }

    private byte[] bound(byte[] prefix, int column, KeyRange.@Nullable Bound bound) {
        if (bound == null) {
            return Arrays.copyOf(prefix, prefix.length + 1);
        }
        var out = new KeyWriter(prefix.length + 16);
        out.putBytes(prefix);
        append(out, column, bound.value());
        return out.toBytes();
    }

    /**
     * The least bytes greater than everything that begins with the prefix; null if there are none.
     */
    public static byte @Nullable [] after(byte[] prefix) {
        int length = prefix.length;
        while (length > 0 && prefix[length - 1] == (byte) 0xff) {
            length--;
        }
        if (length == 0) {
            return null;
        }
        byte[] after = Arrays.copyOf(prefix, length);
        after[length - 1]++;
        return after;
    }
}
