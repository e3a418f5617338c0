package dev.quiverdb.pgwire.codec;

import dev.quiverdb.base.batch.BoolColumn;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.batch.IntColumn;
import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.pgwire.message.ResultField;

/**
 * Writes one value as {@code int32 length, bytes} (length -1 for NULL) in text or binary. The whole
 * numbers and booleans, which most rows are made of, are written without a detour through objects.
 */
final class ValueEncoder {
    private static final int NULL = -1;

    void encode(Column column, int row, ResultField field, ByteWriter out, TypeContext context) {
        int before = out.size();
        int at = out.reserve(4);
        boolean isNull =
                column.isNull(row)
                        || !(field.format() == 1
                                ? binary(column, row, field, out, context)
                                : text(column, row, field, out, context));
        if (isNull) {
            out.truncate(before);
            out.putInt(NULL);
        } else {
            out.setInt(at, out.size() - at - 4);
        }
    }

    private static boolean binary(
            Column column, int row, ResultField field, ByteWriter out, TypeContext context) {
        switch (column) {
            case IntColumn ints when field.type().oid() == Oids.INT4 -> out.putInt(ints.value(row));
            case LongColumn longs when field.type().oid() == Oids.INT8 ->
                    out.putLong(longs.value(row));
            default -> {
                var value = column.get(row);
                if (value == null) {
                    return false;
                }
                field.type().send(value, out, context);
            }
        }
        return true;
    }

    private static boolean text(
            Column column, int row, ResultField field, ByteWriter out, TypeContext context) {
        int oid = field.type().oid();
        switch (column) {
            case BoolColumn bools -> out.putByte(bools.value(row) ? 't' : 'f');
            case IntColumn ints when oid == Oids.INT4 || oid == Oids.INT2 ->
                    decimal(ints.value(row), out);
            case LongColumn longs when oid == Oids.INT8 -> decimal(longs.value(row), out);
            default -> {
                var value = column.get(row);
                if (value == null) {
                    return false;
                }
                out.putUtf8(field.type().format(value, context));
            }
        }
        return true;
    }

    private static void decimal(long value, ByteWriter out) {
        if (value == Long.MIN_VALUE) {
            out.putUtf8("-9223372036854775808");
            return;
        }
        long rest = Math.abs(value);
        int digits = 1;
        for (long bound = 10; digits < 19 && rest >= bound; bound *= 10) {
            digits++;
        }
        int at = out.reserve(value < 0 ? digits + 1 : digits);
        byte[] bytes = out.array();
        if (value < 0) {
            bytes[at++] = '-';
        }
        for (int i = at + digits - 1; i >= at; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }
}
