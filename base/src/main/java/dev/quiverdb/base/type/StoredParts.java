package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Storage form of a value of any kind inside another value: length plus 1 as a varint (0 for null),
 * then the bytes. Fixed-width kinds take their width, big-endian.
 */
final class StoredParts {
    private StoredParts() {}

    static void put(Type type, @Nullable Object value, ByteWriter out) {
        if (value == null) {
            out.putVarInt(0);
            return;
        }
        switch (type.kind()) {
            case BOOL -> {
                out.putVarInt(2);
                out.putByte((Boolean) value ? 1 : 0);
            }
            case INT -> {
                out.putVarInt(5);
                out.putInt(((Number) value).intValue());
            }
            case LONG -> {
                out.putVarInt(9);
                out.putLong((Long) value);
            }
            case FLOAT -> {
                out.putVarInt(5);
                out.putFloat((Float) value);
            }
            case DOUBLE -> {
                out.putVarInt(9);
                out.putDouble((Double) value);
            }
            case OBJECT -> {
                var part = new ByteWriter();
                type.encode(value, part);
                out.putVarInt(part.size() + 1);
                out.putBytes(part.array(), 0, part.size());
            }
        }
    }

    static @Nullable Object get(Type type, ByteBuffer in) {
        int length = VarInts.getInt(in) - 1;
        if (length < 0) {
            return null;
        }
        if (length > in.remaining()) {
            throw SqlException.internal(
                    "stored part of " + length + " bytes, " + in.remaining() + " left");
        }
        return switch (type.kind()) {
            case BOOL -> (Object) (in.get() != 0);
            case INT -> {
                int value = in.getInt();
                yield type.actual().oid() == Oids.INT2 ? (Object) (short) value : (Object) value;
            }
            case LONG -> (Object) in.getLong();
            case FLOAT -> (Object) in.getFloat();
            case DOUBLE -> (Object) in.getDouble();
            case OBJECT -> {
                var part = in.slice(in.position(), length);
                in.position(in.position() + length);
                yield type.decode(part);
            }
        };
    }
}
