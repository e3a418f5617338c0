package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;

/**
 * Enums. Stored as the label's OID and order, 4 bytes each, so that nothing that is stored need be
 * looked up in the type, and a label may be renamed or others put beside it.
 */
final class EnumRoutines extends TypeRoutines {
    static final EnumRoutines INSTANCE = new EnumRoutines();

    private EnumRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        for (var label : type.enumLabels()) {
            if (label.text().equals(text)) {
                return label.value();
            }
        }
        throw new SqlException(
                SqlState.INVALID_TEXT_REPRESENTATION,
                "invalid input value for enum " + type.displayName() + ": \"" + text + "\"");
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        int oid = ((EnumValue) value).oid();
        // Storage knows no labels; inside of an array or a row that it read the session does.
        var named = type.enumLabels().isEmpty() ? context.type(type.oid()) : type;
        for (var label : named.enumLabels()) {
            if (label.oid() == oid) {
                return label.text();
            }
        }
        throw new SqlException(
                SqlState.INVALID_BINARY_REPRESENTATION,
                "invalid internal value for enum: " + Integer.toUnsignedString(oid));
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        return parse(type, TextRoutines.decodeUtf8(in), typmod, context);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        out.putUtf8(format(type, value, context));
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return ((EnumValue) left).compareTo((EnumValue) right);
    }

    @Override
    void encode(Type type, Object value, ByteWriter out) {
        var label = (EnumValue) value;
        out.putInt(label.oid());
        out.putInt(Float.floatToRawIntBits(label.order()));
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        int oid = in.getInt();
        return new EnumValue(oid, Float.intBitsToFloat(in.getInt()));
    }

    /** The order of the label, as bits that compare as it does. */
    @Override
    void key(Type type, Object value, KeyWriter out) {
        int bits = Float.floatToIntBits(((EnumValue) value).order());
        out.keyInt(bits ^ bits >> 31 & Integer.MAX_VALUE);
    }
}
