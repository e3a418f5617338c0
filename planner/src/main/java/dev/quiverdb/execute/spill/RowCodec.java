package dev.quiverdb.execute.spill;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Vector;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows as bytes, and what they cost in memory. The form, for each column: one byte 0 for NULL; else
 * 1 and the value, fixed-width ones big-endian in 1, 4 or 8 bytes, others as length (4 bytes) and
 * {@link Type#encode}.
 *
 * <p>An anonymous record is the count of its fields and that of their names (4 bytes each), the
 * names, and each field as a column with the number of its type (4 bytes) before it; an array of
 * such records is its dimensions, the length and lower bound of each, the count of elements (4
 * bytes each) and the elements as columns. The types are numbered by this codec, so that only it
 * reads what it wrote.
 */
public final class RowCodec {
    private final Type[] types;

    /** The types of records' fields, by their numbers. */
    private final List<Type> fieldTypes = new ArrayList<>();

    private final Map<Type, Integer> fieldNumbers = new HashMap<>();

    public RowCodec(Type[] types) {
        this.types = types;
    }

    /** The bytes of a row. */
    public byte[] encode(@Nullable Object[] row) {
        var out = new ByteWriter();
        for (int i = 0; i < types.length; i++) {
            put(types[i], row[i], out);
        }
        return out.toBytes();
    }

    private void put(Type type, @Nullable Object value, ByteWriter out) {
        if (value == null) {
            out.putByte(0);
            return;
        }
        out.putByte(1);
        switch (type.kind()) {
            case BOOL -> out.putByte((Boolean) value ? 1 : 0);
            case INT -> out.putInt(((Number) value).intValue());
            case LONG -> out.putLong((Long) value);
            case FLOAT -> out.putInt(Float.floatToRawIntBits((Float) value));
            case DOUBLE -> out.putLong(Double.doubleToRawLongBits((Double) value));
            case OBJECT -> {
                if (type.actual().oid() == Oids.RECORD && value instanceof RecordValue record) {
                    putRecord(record, out);
                } else if (isOfRecords(type) && value instanceof PgArray array) {
                    putRecords(array, out);
                } else {
                    putBytes(type.encode(value), out);
                }
            }
        }
    }

    private static boolean isOfRecords(Type type) {
        var element = type.actual().element();
        return element != null && element.actual().oid() == Oids.RECORD;
    }

    private static void putBytes(byte[] bytes, ByteWriter out) {
        out.putInt(bytes.length);
        out.putBytes(bytes);
    }

    private static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return bytes;
    }

    private void putRecord(RecordValue record, ByteWriter out) {
        out.putInt(record.size());
        out.putInt(record.names().size());
        record.names().forEach(name -> putBytes(name.getBytes(StandardCharsets.UTF_8), out));
        for (int i = 0; i < record.size(); i++) {
            var type = record.type(i);
            var known = fieldNumbers.get(type);
            if (known == null) {
                known = fieldTypes.size();
                fieldTypes.add(type);
                fieldNumbers.put(type, known);
            }
            out.putInt(known);
            put(type, record.get(i), out);
        }
    }

    private RecordValue record(ByteBuffer in) {
        int size = in.getInt();
        List<String> names = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            names.add(new String(bytes(in), StandardCharsets.UTF_8));
        }
        List<Type> recordTypes = new ArrayList<>();
        @Nullable Object[] values = new @Nullable Object[size];
        for (int i = 0; i < size; i++) {
            var type = fieldTypes.get(in.getInt());
            recordTypes.add(type);
            values[i] = get(type, in);
        }
        return RecordValue.of(recordTypes, values).named(names);
    }

    private void putRecords(PgArray array, ByteWriter out) {
        out.putInt(array.dimensions());
        for (int i = 0; i < array.dimensions(); i++) {
            out.putInt(array.length(i));
            out.putInt(array.lowerBound(i));
        }
        out.putInt(array.size());
        for (int i = 0; i < array.size(); i++) {
            put(array.elementType(), array.get(i), out);
        }
    }

    private PgArray records(Type element, ByteBuffer in) {
        int[] lengths = new int[in.getInt()];
        int[] lowerBounds = new int[lengths.length];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = in.getInt();
            lowerBounds[i] = in.getInt();
        }
        @Nullable Object[] elements = new @Nullable Object[in.getInt()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = get(element, in);
        }
        return PgArray.wrap(element, lengths, lowerBounds, elements);
    }

    public @Nullable Object[] decode(ByteBuffer in) {
        @Nullable Object[] row = new @Nullable Object[types.length];
        for (int i = 0; i < types.length; i++) {
            row[i] = get(types[i], in);
        }
        return row;
    }

    private @Nullable Object get(Type type, ByteBuffer in) {
        if (in.get() == 0) {
            return null;
        }
        return switch (type.kind()) {
            case BOOL -> in.get() != 0;
            case INT -> integer(type, in.getInt());
            case LONG -> in.getLong();
            case FLOAT -> Float.intBitsToFloat(in.getInt());
            case DOUBLE -> Double.longBitsToDouble(in.getLong());
            case OBJECT -> {
                var element = type.actual().element();
                if (type.actual().oid() == Oids.RECORD) {
                    yield record(in);
                }
                yield element != null && isOfRecords(type)
                        ? records(element, in)
                        : type.decode(bytes(in));
            }
        };
    }

    private static Object integer(Type type, int value) {
        return type.actual().oid() == Oids.INT2 ? (Object) (short) value : (Object) value;
    }

    /** Roughly what a row takes on the heap. */
    public static long memoryBytes(@Nullable Object[] row) {
        long bytes = 24 + 8L * row.length;
        for (var value : row) {
            bytes += valueBytes(value);
        }
        return bytes;
    }

    public static long valueBytes(@Nullable Object value) {
        return switch (value) {
            case null -> 0;
            case String text -> 48 + text.length();
            case Vector vector -> 32 + 4L * vector.dimensions();
            case PgArray array -> 64 + 24L * array.size();
            case RecordValue record -> 64 + memoryBytes(record.values().toArray());
            case Number number -> 16;
            default -> 64;
        };
    }
}
