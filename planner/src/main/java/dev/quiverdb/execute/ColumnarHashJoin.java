package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.plan.Plan.JoinKind;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A hash join whose right side fits into memory, by the column: build rows lie in a {@link
 * ColumnStore}, chained by the hash of their keys, and a batch of the left side is looked up as a
 * whole. Rows come out in the order of the left side, matches in the order of the right side. Which
 * joins it can do says {@link #suits}; the others, and those that outgrow memory, go row by row in
 * {@link HashJoinOperator}.
 */
final class ColumnarHashJoin {
    private static final int FIRST_ROWS = 16;

    private final JoinKind kind;
    private final Operator left;
    private final Operator right;
    private final Evaluator[] leftKeys;
    private final Evaluator[] rightKeys;
    private final Type[] keyTypes;
    private final @Nullable Evaluator residual;
    private final Type[] types;

    private final ColumnStore rows;
    private final ColumnStore keys;

    /** By hash, the first and last build row plus one; 0 is none. */
    private int[] heads = new int[64];

    private int[] tails = new int[64];

    /** By build row: its hash, and the next in its chain plus one. */
    private int[] hashes = new int[32];

    private int[] next = new int[32];
    private final BitSet matched = new BitSet();

    /** Build rows with a NULL key. */
    private final BitSet nullKeys = new BitSet();

    private boolean anyRow;
    private boolean anyNull;

    private @Nullable Batch probe;
    private Column[] probeKeys = {};
    private int[] probeHashes = {};
    private int probeAt;

    /** The build row plus one at which the probe row goes on; -1: it has not begun. */
    private int chain;

    private boolean rowMatched;
    private int unmatchedAt;
    private boolean leftEnded;

    private int capacity = FIRST_ROWS;
    private int[] pairLeft = new int[Batch.ROWS_MAX];
    private int[] pairRight = new int[Batch.ROWS_MAX];
    private Column[] out = {};
    private int[] selected = {};

    ColumnarHashJoin(
            JoinKind kind,
            Operator left,
            Operator right,
            Evaluator[] leftKeys,
            Evaluator[] rightKeys,
            @Nullable Evaluator residual,
            Type[] types) {
        this.kind = kind;
        this.left = left;
        this.right = right;
        this.leftKeys = leftKeys;
        this.rightKeys = rightKeys;
        this.residual = residual;
        this.types = types;
        keyTypes = Arrays.stream(rightKeys).map(Evaluator::type).toArray(Type[]::new);
        rows = new ColumnStore(right.types);
        keys = new ColumnStore(keyTypes);
    }

    /** Whether of the right side nothing but its keys matters, each of them once. */
    static boolean keysOnly(JoinKind kind, @Nullable Evaluator residual) {
        return residual == null
                && switch (kind) {
                    case SEMI, ANTI, NULL_AWARE_ANTI -> true;
                    case INNER, LEFT, RIGHT, FULL -> false;
                };
    }

    /** A further condition decides over outer rows only once all of their matches are known. */
    static boolean suits(
            JoinKind kind,
            Evaluator[] leftKeys,
            Evaluator[] rightKeys,
            @Nullable Evaluator residual) {
        for (int i = 0; i < leftKeys.length; i++) {
            if (leftKeys[i].type().kind() != rightKeys[i].type().kind()) {
                return false;
            }
        }
        return switch (kind) {
            case INNER -> true;
            case LEFT, RIGHT, FULL, SEMI, ANTI, NULL_AWARE_ANTI -> residual == null;
        };
    }

    /** Whether build rows with a NULL key are kept, which no chain leads to. */
    private boolean keepsNullKeys() {
        return keepsRight() || (kind == JoinKind.NULL_AWARE_ANTI && keyTypes.length > 1);
    }

    private boolean keepsRight() {
        return kind == JoinKind.RIGHT || kind == JoinKind.FULL;
    }

    // ---- building ----

    /**
     * Reads the right side, which is open.
     *
     * @return false when it does not fit: {@link #buildRow} then has what was read so far
     */
    boolean build(long memoryBytesMax) {
        var columns = new Column[keyTypes.length];
        int[] batchHashes = {};
        for (var batch = right.next(); batch != null; batch = right.next()) {
            int[] selection = Operator.rows(batch);
            int count = batch.size();
            anyRow |= count > 0;
            for (int i = 0; i < columns.length; i++) {
                columns[i] = rightKeys[i].column(batch, selection, count);
            }
            batchHashes = GroupTable.perRow(batchHashes, batch);
            GroupTable.hash(keyTypes, columns, selection, count, batchHashes);
            for (int i = 0; i < count; i++) {
                add(batch.columns(), columns, selection[i], batchHashes[selection[i]]);
            }
            if (answersNothing()) {
                return true;
            }
            if (rows.memoryBytes() + keys.memoryBytes() + 16L * keys.count() > memoryBytesMax) {
                return false;
            }
        }
        return true;
    }

    private void add(Column[] columns, Column[] keyColumns, int row, int hash) {
        boolean isNull = hasNull(keyColumns, row);
        anyNull |= isNull;
        if (isNull && !keepsNullKeys()) {
            return;
        }
        if (keysOnly(kind, residual)) {
            if (!isNull && isThere(keyColumns, row, hash)) {
                return;
            }
        } else {
            rows.add(columns, row);
        }
        int number = keys.add(keyColumns, row);
        if (number == hashes.length) {
            hashes = Arrays.copyOf(hashes, number * 2);
            next = Arrays.copyOf(next, number * 2);
        }
        hashes[number] = hash;
        if (isNull) {
            nullKeys.set(number);
            return;
        }
        if (number * 2 > heads.length) {
            rehash();
        }
        link(number, hash);
    }

    private boolean isThere(Column[] keyColumns, int row, int hash) {
        for (int at = heads[hash & (heads.length - 1)]; at != 0; at = next[at - 1]) {
            if (hashes[at - 1] == hash && isKey(at - 1, keyColumns, row)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasNull(Column[] columns, int row) {
        for (var column : columns) {
            if (column.isNull(row)) {
                return true;
            }
        }
        return false;
    }

    private void link(int number, int hash) {
        int slot = hash & (heads.length - 1);
        next[number] = 0;
        if (heads[slot] == 0) {
            heads[slot] = number + 1;
        } else {
            next[tails[slot] - 1] = number + 1;
        }
        tails[slot] = number + 1;
    }

    private void rehash() {
        int size = heads.length * 4;
        heads = new int[size];
        tails = new int[size];
        int last = keys.count() - 1;
        for (int number = 0; number < last; number++) {
            if (!nullKeys.get(number)) {
                link(number, hashes[number]);
            }
        }
    }

    /** Whether the build side had a row, be it kept or not. */
    boolean anyRow() {
        return anyRow;
    }

    /** Whether the build side had a NULL key. */
    boolean anyNull() {
        return anyNull;
    }

    /** NOT IN of one column with a NULL in it is true of nothing. */
    private boolean answersNothing() {
        return kind == JoinKind.NULL_AWARE_ANTI && keyTypes.length == 1 && anyNull;
    }

    int buildRows() {
        return keys.count();
    }

    /** A row of the right side, or its key where {@link #keysOnly}. */
    @Nullable Object[] buildRow(int number) {
        var store = keysOnly(kind, residual) ? keys : rows;
        @Nullable Object[] values =
                new @Nullable Object[store == keys ? keyTypes.length : right.types.length];
        for (int c = 0; c < values.length; c++) {
            values[c] = store.value(c, number);
        }
        return values;
    }

    // ---- probing ----

    /** The next rows; the left side is open. */
    @Nullable Batch next() {
        if (answersNothing()) {
            return null;
        }
        while (true) {
            var batch = probe;
            if (batch == null) {
                batch = leftEnded ? null : left.next();
                if (batch == null) {
                    leftEnded = true;
                    return keepsRight() ? unmatched() : null;
                }
                begin(batch);
            }
            if (kind == JoinKind.NULL_AWARE_ANTI) {
                probe = null;
                var kept = anyRow ? select(batch, this::differsFromAll) : batch;
                if (kept != null) {
                    return kept;
                }
                continue;
            }
            if (kind == JoinKind.SEMI || kind == JoinKind.ANTI) {
                probe = null;
                boolean wanted = kind == JoinKind.SEMI;
                var kept = select(batch, row -> (find(head(row), row) != 0) == wanted);
                if (kept != null) {
                    return kept;
                }
                continue;
            }
            int pairs = pairs(batch);
            if (probeAt == batch.size()) {
                probe = null;
            }
            if (pairs > 0) {
                var joined = join(batch.columns(), pairs);
                if (residual == null) {
                    return joined;
                }
                selected = GroupTable.perRow(selected, joined);
                int kept = residual.select(joined, Operator.rows(joined), pairs, selected);
                if (kept > 0) {
                    joined.select(selected, kept);
                    return joined;
                }
            }
        }
    }

    private void begin(Batch batch) {
        probe = batch;
        probeAt = 0;
        chain = -1;
        rowMatched = false;
        int[] selection = Operator.rows(batch);
        probeKeys = new Column[keyTypes.length];
        for (int i = 0; i < probeKeys.length; i++) {
            probeKeys[i] = leftKeys[i].column(batch, selection, batch.size());
        }
        probeHashes = GroupTable.perRow(probeHashes, batch);
        GroupTable.hash(keyTypes, probeKeys, selection, batch.size(), probeHashes);
    }

    /** The first build row plus one from a place in a chain on that has the key of a row; or 0. */
    private int find(int from, int row) {
        int hash = probeHashes[row];
        for (int at = from; at != 0; at = next[at - 1]) {
            if (hashes[at - 1] == hash && isKey(at - 1, probeKeys, row)) {
                return at;
            }
        }
        return 0;
    }

    private boolean isKey(int number, Column[] columns, int row) {
        for (int k = 0; k < keyTypes.length; k++) {
            if (!GroupTable.same(
                    keyTypes[k],
                    keys.columnOf(k, number),
                    ColumnStore.rowOf(number),
                    columns[k],
                    row)) {
                return false;
            }
        }
        return true;
    }

    private int head(int row) {
        return hasNull(probeKeys, row) ? 0 : heads[probeHashes[row] & (heads.length - 1)];
    }

    /** NOT IN: whether no build row equals a probe row's key or might. */
    private boolean differsFromAll(int row) {
        boolean unknown = hasNull(probeKeys, row);
        if (keyTypes.length == 1) {
            return !unknown && find(head(row), row) == 0;
        }
        if (unknown) {
            for (int number = 0; number < keys.count(); number++) {
                if (mayBeKey(number, row)) {
                    return false;
                }
            }
            return true;
        }
        if (find(head(row), row) != 0) {
            return false;
        }
        for (int number = nullKeys.nextSetBit(0);
                number >= 0;
                number = nullKeys.nextSetBit(number + 1)) {
            if (mayBeKey(number, row)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a build row's key equals a probe row's where both are not NULL. */
    private boolean mayBeKey(int number, int row) {
        for (int k = 0; k < keyTypes.length; k++) {
            var column = keys.columnOf(k, number);
            int at = ColumnStore.rowOf(number);
            if (!column.isNull(at)
                    && !probeKeys[k].isNull(row)
                    && !GroupTable.same(keyTypes[k], column, at, probeKeys[k], row)) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Batch select(Batch batch, IntPredicate wanted) {
        int[] selection = Operator.rows(batch);
        int[] kept = new int[batch.size()];
        int count = 0;
        for (int i = 0; i < batch.size(); i++) {
            int row = selection[i];
            if (wanted.test(row)) {
                kept[count++] = row;
            }
        }
        if (count == 0) {
            return null;
        }
        var out = new Batch(batch.rows(), batch.columns());
        out.select(kept, count);
        return out;
    }

    /** Collects pairs until there is no room or the batch ends. */
    private int pairs(Batch batch) {
        int pairs = 0;
        boolean outer = kind == JoinKind.LEFT || kind == JoinKind.FULL;
        while (probeAt < batch.size() && pairs < capacity) {
            int row = batch.row(probeAt);
            int found = find(chain < 0 ? head(row) : chain, row);
            if (found != 0) {
                rowMatched = true;
                if (keepsRight()) {
                    matched.set(found - 1);
                }
                pairLeft[pairs] = row;
                pairRight[pairs++] = found - 1;
                chain = next[found - 1];
                if (chain != 0) {
                    continue;
                }
            } else if (!rowMatched && outer) {
                pairLeft[pairs] = row;
                pairRight[pairs++] = -1;
            }
            probeAt++;
            chain = -1;
            rowMatched = false;
        }
        return pairs;
    }

    private Batch join(Column[] leftColumns, int pairs) {
        var columns = emptyOut();
        int width = left.types.length;
        for (int c = 0; c < width; c++) {
            ColumnStore.gather(leftColumns[c], pairLeft, pairs, columns[c]);
        }
        return finish(columns, pairs);
    }

    private Batch finish(Column[] columns, int pairs) {
        int width = left.types.length;
        for (int c = width; c < columns.length; c++) {
            rows.gather(c - width, pairRight, pairs, columns[c]);
        }
        return new Batch(pairs, columns);
    }

    private Column[] emptyOut() {
        if (out.length != types.length || out.length == 0 || out[0].capacity() < capacity) {
            out = new Column[types.length];
            for (int c = 0; c < out.length; c++) {
                out[c] = Column.of(types[c], capacity);
            }
        } else {
            for (var column : out) {
                column.clear();
            }
        }
        capacity = Batch.ROWS_MAX;
        return out;
    }

    /** Build rows that nothing matched, with NULLs for the left side. */
    private @Nullable Batch unmatched() {
        int pairs = 0;
        while (pairs < capacity) {
            int number = matched.nextClearBit(unmatchedAt);
            if (number >= keys.count()) {
                break;
            }
            unmatchedAt = number + 1;
            pairRight[pairs++] = number;
        }
        if (pairs == 0) {
            return null;
        }
        var columns = emptyOut();
        for (int c = 0; c < left.types.length; c++) {
            for (int i = 0; i < pairs; i++) {
                columns[c].appendNull();
            }
        }
        return finish(columns, pairs);
    }
}
