package dev.quiverdb.pgwire.message;

import dev.quiverdb.base.type.Type;

/**
 * One column of a result as RowDescription tells it.
 *
 * @param tableOid the table that the column comes from, 0 if it is computed
 * @param columnNumber the column's number in that table, 0 if it is computed
 * @param format 0 for text, 1 for binary
 */
public record ResultField(
        String name, int tableOid, int columnNumber, Type type, int typmod, int format) {
    public ResultField {
        assert format == 0 || format == 1 : format;
    }

    public ResultField withFormat(int newFormat) {
        return newFormat == format
                ? this
                : new ResultField(name, tableOid, columnNumber, type, typmod, newFormat);
    }
}
