package dev.quiverdb.execute.spill;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Vector;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Rows as bytes, and what they cost in memory. The form, for each column: one byte 0 for NULL; else
 * 1 and the value, fixed-width ones big-endian in 1, 4 or 8 bytes, others as length (4 bytes) and
 * {@link Type#encode}.
 */
public final class RowCodec {
    private final Type[] types;

    public RowCodec(Type[] types) {
        this.types = types;
    }

    /** The bytes of a row. */
    public byte[] encode(@Nullable Object[] row) {
        var out = new ByteWriter();
        for (int i = 0; i < types.length; i++) {
            var value = row[i];
            if (value == null) {
                out.putByte(0);
                continue;
            }
            out.putByte(1);
            switch (types[i].kind()) {
                case BOOL -> out.putByte((Boolean) value ? 1 : 0);
                case INT -> out.putInt(((Number) value).intValue());
                case LONG -> out.putLong((Long) value);
                case FLOAT -> out.putInt(Float.floatToRawIntBits((Float) value));
                case DOUBLE -> out.putLong(Double.doubleToRawLongBits((Double) value));
                case OBJECT -> {
                    byte[] bytes = types[i].encode(value);
                    out.putInt(bytes.length);
                    out.putBytes(bytes);
                }
            }
        }
        return out.toBytes();
    }

    public @Nullable Object[] decode(ByteBuffer in) {
        @Nullable Object[] row = new @Nullable Object[types.length];
        for (int i = 0; i < types.length; i++) {
            if (in.get() == 0) {
                continue;
            }
            row[i] =
                    switch (types[i].kind()) {
                        case BOOL -> in.get() != 0;
                        case INT -> integer(types[i], in.getInt());
                        case LONG -> in.getLong();
                        case FLOAT -> Float.intBitsToFloat(in.getInt());
                        case DOUBLE -> Double.longBitsToDouble(in.getLong());
                        case OBJECT -> {
                            byte[] bytes = new byte[in.getInt()];
                            in.get(bytes);
                            yield types[i].decode(bytes);
                        }
                    };
        }
        return row;
    }

    private static Object integer(Type type, int value) {
        return type.actual().oid() == dev.quiverdb.base.type.Oids.INT2
                ? (Object) (short) value
                : (Object) value;
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
            case Number number -> 16;
            default -> 64;
        };
    }
}
