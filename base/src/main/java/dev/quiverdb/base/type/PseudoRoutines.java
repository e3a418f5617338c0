package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import java.nio.ByteBuffer;

/** Types without values of their own, and types that we know by name only. */
final class PseudoRoutines extends TypeRoutines {
    static final PseudoRoutines NONE = new PseudoRoutines(false);
    static final PseudoRoutines VOID = new PseudoRoutines(true);

    private final boolean isVoid;

    private PseudoRoutines(boolean isVoid) {
        this.isVoid = isVoid;
    }

    private static SqlException refuse(Type type, String direction) {
        return type.form() == Type.Form.PSEUDO
                ? SqlException.notSupported(
                        "cannot " + direction + " a value of type " + type.displayName())
                : SqlException.notSupported("type " + type.displayName() + " is not supported yet");
    }

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        if (isVoid) {
            return "";
        }
        throw refuse(type, "accept");
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        if (isVoid) {
            return "";
        }
        throw refuse(type, "display");
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        if (isVoid) {
            return "";
        }
        throw refuse(type, "accept");
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        if (!isVoid) {
            throw refuse(type, "display");
        }
    }

    @Override
    boolean comparable(Type type) {
        return false;
    }
}
