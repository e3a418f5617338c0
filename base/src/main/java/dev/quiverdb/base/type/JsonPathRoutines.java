package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;

/** jsonpath: stored as its text. */
final class JsonPathRoutines extends TypeRoutines {
    static final JsonPathRoutines INSTANCE = new JsonPathRoutines();

    private static final int VERSION = 1;

    private JsonPathRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        return JsonPath.parse(text);
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        return value.toString();
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        int version = in.get();
        if (version != VERSION) {
            throw new SqlException(
                    SqlState.INTERNAL_ERROR, "unsupported jsonpath version number: " + version);
        }
        return JsonPath.parse(TextRoutines.decodeUtf8(in));
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        out.putByte(VERSION);
        out.putUtf8(value.toString());
    }

    @Override
    boolean comparable(Type type) {
        return false;
    }

    @Override
    void encode(Type type, Object value, ByteWriter out) {
        out.putUtf8(value.toString());
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        return JsonPath.parse(TextRoutines.decodeUtf8(in));
    }
}
