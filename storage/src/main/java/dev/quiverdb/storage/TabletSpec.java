package dev.quiverdb.storage;

import java.util.ArrayList;
import java.util.List;

/**
 * A tablet: the slice of a table that one partition holds; here, a table.
 *
 * @param tabletId chosen by the caller, at least 1 and never reused (see {@link
 *     Storage#newTabletId})
 * @param temporary not logged and gone when the storage is closed
 */
public record TabletSpec(
        int tabletId, List<ColumnSpec> columns, List<IndexSpec> indexes, boolean temporary) {

    public TabletSpec {
        columns = List.copyOf(columns);
        indexes = List.copyOf(indexes);
        if (tabletId < 1) {
            throw new IllegalArgumentException("tablet id " + tabletId);
        }
    }

    /** A logged tablet. */
    public static TabletSpec of(int tabletId, List<ColumnSpec> columns, List<IndexSpec> indexes) {
        return new TabletSpec(tabletId, columns, indexes, false);
    }

    /** Returns the column of that id. */
    public ColumnSpec column(int columnId) {
        for (var column : columns) {
            if (column.columnId() == columnId) {
                return column;
            }
        }
        throw new IllegalArgumentException("tablet " + tabletId + " has no column " + columnId);
    }

    /** Returns the index of that id. */
    public IndexSpec index(int indexId) {
        for (var index : indexes) {
            if (index.indexId() == indexId) {
                return index;
            }
        }
        throw new IllegalArgumentException("tablet " + tabletId + " has no index " + indexId);
    }

    /** Returns the ids of all columns, in order. */
    public int[] columnIds() {
        return columns.stream().mapToInt(ColumnSpec::columnId).toArray();
    }

    /** Returns this spec with one column more, at the end. */
    public TabletSpec withColumn(ColumnSpec column) {
        var more = new ArrayList<>(columns);
        more.add(column);
        return new TabletSpec(tabletId, more, indexes, temporary);
    }

    /** Returns this spec without a column. Indexes over it must be gone already. */
    public TabletSpec withoutColumn(int columnId) {
        var fewer = new ArrayList<>(columns);
        fewer.remove(column(columnId));
        return new TabletSpec(tabletId, fewer, indexes, temporary);
    }

    /** Returns this spec with one index more. */
    public TabletSpec withIndex(IndexSpec index) {
        var more = new ArrayList<>(indexes);
        more.add(index);
        return new TabletSpec(tabletId, columns, more, temporary);
    }

    /** Returns this spec without an index. */
    public TabletSpec withoutIndex(int indexId) {
        var fewer = new ArrayList<>(indexes);
        fewer.remove(index(indexId));
        return new TabletSpec(tabletId, columns, fewer, temporary);
    }
}
