package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Enums: a value is its label, its order the label's place in the type. */
final class EnumRoutines extends TypeRoutines {
    static final EnumRoutines INSTANCE = new EnumRoutines();

    private EnumRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        if (!type.labels().contains(text)) {
            throw new SqlException(
                    SqlState.INVALID_TEXT_REPRESENTATION,
                    "invalid input value for enum " + type.displayName() + ": \"" + text + "\"");
        }
        return text;
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        return (String) value;
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        return parse(type, TextRoutines.decodeUtf8(in), typmod, context);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        out.putUtf8((String) value);
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return left.equals(right)
                ? 0
                : Integer.compare(type.labels().indexOf(left), type.labels().indexOf(right));
    }

    /** The label itself, so that a label added in the middle changes no stored row. */
    @Override
    void encode(Type type, Object value, ByteWriter out) {
        out.putUtf8((String) value);
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        return StandardCharsets.UTF_8.decode(in).toString();
    }

    /** The place of the label; an index must be rebuilt when a label is added in the middle. */
    @Override
    void key(Type type, Object value, KeyWriter out) {
        out.keyInt(type.labels().indexOf(value));
    }
}
