package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a type can do, behind {@link Type}: PostgreSQL's support functions typinput, typoutput,
 * typreceive, typsend, typmodin, typmodout, the length coercion, the default btree and hash
 * operator classes, and our storage format. One object may serve several types, hence the parameter
 * {@code type}.
 */
abstract class TypeRoutines {
    abstract Object parse(Type type, String text, int typmod, TypeContext context);

    abstract String format(Type type, Object value, TypeContext context);

    /** Reads exactly {@code in.remaining()} bytes. */
    abstract Object receive(Type type, ByteBuffer in, int typmod, TypeContext context);

    abstract void send(Type type, Object value, ByteWriter out, TypeContext context);

    int compare(Type type, Object left, Object right) {
        throw new SqlException(
                SqlState.UNDEFINED_FUNCTION,
                "could not identify a comparison function for type " + type.displayName());
    }

    /** Whether {@link #compare}, {@link #hash} and {@link #key} work. */
    boolean comparable(Type type) {
        return true;
    }

    int hash(Type type, Object value) {
        return value.hashCode();
    }

    Object applyTypmod(Type type, Object value, int typmod, boolean explicit) {
        return value;
    }

    int typmodIn(Type type, List<String> arguments) {
        throw new SqlException(
                SqlState.SYNTAX_ERROR,
                "type modifier is not allowed for type \"" + type.name() + "\"");
    }

    String formatType(Type type, int typmod) {
        return type.displayName();
    }

    /** Only types of {@link Kind#OBJECT}. */
    void encode(Type type, Object value, ByteWriter out) {
        throw SqlException.notSupported("type " + type.name() + " cannot be stored");
    }

    /** Reads exactly {@code in.remaining()} bytes. */
    Object decode(Type type, ByteBuffer in) {
        throw SqlException.notSupported("type " + type.name() + " cannot be stored");
    }

    void key(Type type, Object value, KeyWriter out) {
        compare(type, value, value);
        throw SqlException.notSupported("type " + type.name() + " cannot be a key");
    }

    static SqlException insufficientData() {
        return new SqlException(SqlState.PROTOCOL_VIOLATION, "insufficient data left in message");
    }
}
