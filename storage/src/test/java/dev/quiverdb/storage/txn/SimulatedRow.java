package dev.quiverdb.storage.txn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A row as it should be: id, number, name, vector, flag, extra. */
record SimulatedRow(long rowId, List<@Nullable Object> values) {
    SimulatedRow {
        values = Collections.unmodifiableList(new ArrayList<>(values));
    }

    SimulatedRow with(int position, @Nullable Object value) {
        var next = new ArrayList<@Nullable Object>(values);
        next.set(position, value);
        return new SimulatedRow(rowId, next);
    }

    /** The rows with their first columns only. */
    static NavigableMap<Long, SimulatedRow> narrow(Map<Long, SimulatedRow> rows, int columns) {
        var narrow = new TreeMap<Long, SimulatedRow>();
        rows.forEach((id, row) ->
                narrow.put(id, new SimulatedRow(row.rowId(), row.values().subList(0, columns))));
        return narrow;
    }
}
