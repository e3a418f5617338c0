package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;

/** bool. */
final class BoolRoutines extends TypeRoutines {
    static final BoolRoutines INSTANCE = new BoolRoutines();

    private BoolRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        String word = Types.lower(Text.trim(text));
        boolean value;
        if (word.isEmpty()) {
            throw SqlException.invalidText("boolean", text);
        } else if ("true".startsWith(word)
                || "yes".startsWith(word)
                || word.equals("on")
                || word.equals("1")) {
            value = true;
        } else if ("false".startsWith(word)
                || "no".startsWith(word)
                || word.equals("of")
                || word.equals("off")
                || word.equals("0")) {
            value = false;
        } else {
            throw SqlException.invalidText("boolean", text);
        }
        return value;
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        return (Boolean) value ? "t" : "f";
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        return in.get() != 0;
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        out.putByte((Boolean) value ? 1 : 0);
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return Boolean.compare((Boolean) left, (Boolean) right);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        out.putByte((Boolean) value ? 1 : 0);
    }

    static SqlException invalidBinary() {
        return new SqlException(SqlState.INVALID_BINARY_REPRESENTATION, "invalid binary format");
    }
}
