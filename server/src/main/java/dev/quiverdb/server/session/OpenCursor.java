package dev.quiverdb.server.session;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Cursor;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.execute.spill.HeldRows;
import dev.quiverdb.pgwire.message.ResultField;
import dev.quiverdb.plan.Family;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cursor that DECLARE made. Rows are drawn as FETCH asks; those that may be asked for again
 * (SCROLL, WITH HOLD) are kept. The position stands before the first row (0), on a row (its number)
 * or behind the last.
 */
final class OpenCursor implements AutoCloseable {
    private final String name;
    private final String statement;
    private final List<ResultField> fields;
    private final boolean scroll;
    private final boolean hold;
    private final boolean binary;
    private final long createdMicros;
    private final boolean keeps;

    private @Nullable Cursor source;
    private final HeldRows kept;
    private final List<Integer> tracked;
    private @Nullable Batch batch;
    private int batchAt;
    private long drawn;
    private long position;
    private boolean afterLast;
    private @Nullable Object @Nullable [] current;

    /**
     * @param kept takes the rows that may be asked for again; closed with the cursor
     */
    OpenCursor(
            String name,
            String statement,
            List<ResultField> fields,
            Cursor source,
            HeldRows kept,
            List<Integer> tracked,
            boolean scroll,
            boolean hold,
            boolean binary,
            long createdMicros) {
        this.name = name;
        this.statement = statement;
        this.fields = fields;
        this.source = source;
        this.kept = kept;
        this.tracked = List.copyOf(tracked);
        this.scroll = scroll;
        this.hold = hold;
        this.binary = binary;
        this.createdMicros = createdMicros;
        keeps = scroll || hold;
    }

    String name() {
        return name;
    }

    String statement() {
        return statement;
    }

    boolean scroll() {
        return scroll;
    }

    boolean hold() {
        return hold;
    }

    /** Whether all rows were drawn, so that it needs its transaction no more. */
    boolean isMaterialised() {
        return source == null;
    }

    boolean binary() {
        return binary;
    }

    long createdMicros() {
        return createdMicros;
    }

    List<ResultField> fields() {
        return fields;
    }

    /** Draws all rows that are left, so that the cursor outlives its transaction. */
    void hold(Runnable checkCancelled) {
        while (draw() != null) {
            checkCancelled.run();
        }
        endSource();
    }

    private @Nullable Object @Nullable [] draw() {
        var from = source;
        if (from == null) {
            return null;
        }
        var now = batch;
        if (now == null || batchAt >= now.size()) {
            now = from.next();
            batch = now;
            batchAt = 0;
            if (now == null) {
                endSource();
                return null;
            }
        }
        @Nullable Object[] row = new @Nullable Object[now.columnCount()];
        for (int i = 0; i < row.length; i++) {
            row[i] = now.get(batchAt, i);
        }
        batchAt++;
        drawn++;
        if (keeps) {
            kept.add(row);
        }
        return row;
    }

    private void endSource() {
        var from = source;
        if (from != null) {
            from.close();
            source = null;
        }
    }

    /**
     * Whether it stands on this row of a table.
     *
     * @param named OID of the table that the statement names
     * @param table OID of the table that the row is in, which may inherit from it
     */
    boolean standsOn(int named, String name, long table, long rowId, boolean isFamily) {
        if (tracked.isEmpty() || !isFamily && !tracked.contains(named)) {
            throw new SqlException(
                    SqlState.INVALID_CURSOR_STATE,
                    "cursor \""
                            + this.name
                            + "\" is not a simply updatable scan of table \""
                            + name
                            + "\"");
        }
        var row = current;
        if (row == null) {
            throw new SqlException(
                    SqlState.INVALID_CURSOR_STATE,
                    "cursor \"" + this.name + "\" is not positioned on a row");
        }
        for (int i = 0; i < tracked.size(); i++) {
            int at = fields.size() + 2 * i;
            if (row[at] instanceof Long own
                    && row[at + 1] instanceof Long home
                    && home == table
                    && Family.local(own) == Family.local(rowId)) {
                return true;
            }
        }
        return false;
    }

    List<Integer> tracked() {
        return tracked;
    }

    private @Nullable Object[] shown(@Nullable Object[] row) {
        return tracked.isEmpty() ? row : java.util.Arrays.copyOf(row, fields.size());
    }

    /** Steps to the next row; null behind the last. */
    private @Nullable Object @Nullable [] forward() {
        if (afterLast) {
            return null;
        }
        @Nullable Object[] row;
        if (keeps && position < kept.size()) {
            row = kept.get(position);
        } else {
            row = draw();
        }
        if (row == null) {
            afterLast = true;
        }
        position++;
        current = row;
        return row;
    }

    /** Steps to the row before; null before the first. */
    private @Nullable Object @Nullable [] backward() {
        if (position == 0) {
            current = null;
            return null;
        }
        afterLast = false;
        position--;
        var row = position == 0 ? null : kept.get(position - 1);
        current = row;
        return row;
    }

    private void requireBackward() {
        if (!scroll) {
            throw new SqlException(
                            SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                            "cursor can only scan forward")
                    .withHint("Declare it with SCROLL option to enable backward scan.");
        }
    }

    /** FETCH FORWARD n (n &lt; 0 goes backward); 0 fetches the current row again. */
    List<@Nullable Object[]> forward(long count) {
        if (count < 0) {
            return backward(count == Long.MIN_VALUE ? Long.MAX_VALUE : -count);
        }
        List<@Nullable Object[]> rows = new ArrayList<>();
        if (count == 0) {
            again(rows);
            return rows;
        }
        for (long i = 0; i < count; i++) {
            var row = forward();
            if (row == null) {
                break;
            }
            rows.add(shown(row));
        }
        return rows;
    }

    /** FETCH BACKWARD n. */
    List<@Nullable Object[]> backward(long count) {
        if (count < 0) {
            return forward(count == Long.MIN_VALUE ? Long.MAX_VALUE : -count);
        }
        List<@Nullable Object[]> rows = new ArrayList<>();
        if (count == 0) {
            again(rows);
            return rows;
        }
        requireBackward();
        for (long i = 0; i < count; i++) {
            var row = backward();
            if (row == null) {
                break;
            }
            rows.add(shown(row));
        }
        return rows;
    }

    private void again(List<@Nullable Object[]> rows) {
        var row = current;
        if (row != null) {
            rows.add(shown(row));
        }
    }

    /** FETCH ABSOLUTE n; a negative number counts from the end. */
    List<@Nullable Object[]> absolute(long number) {
        long target = number;
        if (number < 0) {
            requireBackward();
            while (forward() != null) {
                // To the end, to learn how many rows there are.
            }
            target = Math.max(0, drawn + number + 1);
        }
        if (target < position || (target == position && (afterLast || !scroll && position > 0))) {
            requireBackward();
            while (position > target) {
                backward();
            }
        }
        while (position < target && !afterLast) {
            forward();
        }
        List<@Nullable Object[]> rows = new ArrayList<>();
        if (target > 0) {
            again(rows);
        }
        return rows;
    }

    /** FETCH RELATIVE n. */
    List<@Nullable Object[]> relative(long number) {
        if (number < 0) {
            requireBackward();
        }
        return number == 0 ? forward(0) : absolute(Math.max(0, position + number));
    }

    @Override
    public void close() {
        endSource();
        kept.close();
    }
}
