package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** json: its text as given, once it is found to be well-formed. */
final class JsonRoutines extends TypeRoutines {
    static final JsonRoutines INSTANCE = new JsonRoutines();

    private JsonRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        JsonbText.check(text);
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
        throw new SqlException(
                SqlState.UNDEFINED_FUNCTION,
                "could not identify a comparison function for type json");
    }

    @Override
    boolean comparable(Type type) {
        return false;
    }

    @Override
    void encode(Type type, Object value, ByteWriter out) {
        out.putUtf8((String) value);
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        return StandardCharsets.UTF_8.decode(in).toString();
    }
}
