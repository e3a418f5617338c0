package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** jsonb. */
final class JsonbRoutines extends TypeRoutines {
    static final JsonbRoutines INSTANCE = new JsonbRoutines();

    private static final int VERSION = 1;

    private static final int NIL = 0;
    private static final int FALSE = 1;
    private static final int TRUE = 2;
    private static final int NUMBER = 3;
    private static final int STRING = 4;
    private static final int ARRAY = 5;
    private static final int OBJECT = 6;

    private JsonbRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        return JsonbText.parse(text);
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        return JsonbText.format((Jsonb) value);
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        int version = in.get();
        if (version != VERSION) {
            throw new SqlException(
                    SqlState.INTERNAL_ERROR, "unsupported jsonb version number " + version);
        }
        return JsonbText.parse(TextRoutines.decodeUtf8(in));
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        out.putByte(VERSION);
        out.putUtf8(JsonbText.format((Jsonb) value));
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return JsonbOrder.compare((Jsonb) left, (Jsonb) right);
    }

    /**
     * A tag byte; numbers as numeric, strings as UTF-8, each with its length; counts before
     * members.
     */
    @Override
    void encode(Type type, Object value, ByteWriter out) {
        write((Jsonb) value, out);
    }

    private static void write(Jsonb value, ByteWriter out) {
        switch (value) {
            case Jsonb.Nil() -> out.putByte(NIL);
            case Jsonb.Bool(boolean truth) -> out.putByte(truth ? TRUE : FALSE);
            case Jsonb.Num(Numeric number) -> {
                out.putByte(NUMBER);
                byte[] bytes = Types.NUMERIC.encode(number);
                out.putVarInt(bytes.length);
                out.putBytes(bytes);
            }
            case Jsonb.Str(String text) -> {
                out.putByte(STRING);
                writeText(text, out);
            }
            case Jsonb.Arr(var elements) -> {
                out.putByte(ARRAY);
                out.putVarInt(elements.size());
                elements.forEach(element -> write(element, out));
            }
            case Jsonb.Obj(var members) -> {
                out.putByte(OBJECT);
                out.putVarInt(members.size());
                for (var member : members) {
                    writeText(member.key(), out);
                    write(member.value(), out);
                }
            }
        }
    }

    private static void writeText(String text, ByteWriter out) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.putVarInt(bytes.length);
        out.putBytes(bytes);
    }

    /** Objects are read when they are looked into, so the bytes are copied. */
    @Override
    Object decode(Type type, ByteBuffer in) {
        byte[] own = new byte[in.remaining()];
        in.get(own);
        var copy = ByteBuffer.wrap(own);
        if (own[0] == OBJECT) {
            copy.get();
            int count = VarInts.getInt(copy);
            return new Jsonb.Obj(new StoredMembers(own, copy.position(), count));
        }
        return read(own, copy);
    }

    /**
     * The value at a buffer's position, which then is behind it.
     *
     * @param bytes not changed any more
     * @param in all of these bytes
     */
    static Jsonb read(byte[] bytes, ByteBuffer in) {
        int tag = in.get();
        return switch (tag) {
            case NIL -> Jsonb.Nil.INSTANCE;
            case FALSE -> Jsonb.Bool.FALSE;
            case TRUE -> Jsonb.Bool.TRUE;
            case NUMBER -> {
                int length = VarInts.getInt(in);
                var part = in.slice(in.position(), length);
                in.position(in.position() + length);
                yield new Jsonb.Num((Numeric) Types.NUMERIC.decode(part));
            }
            case STRING -> new Jsonb.Str(readText(in));
            case ARRAY -> {
                int count = VarInts.getInt(in);
                List<Jsonb> elements = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    elements.add(read(bytes, in));
                }
                yield new Jsonb.Arr(elements);
            }
            case OBJECT -> {
                int count = VarInts.getInt(in);
                int start = in.position();
                skipMembers(in, count);
                yield new Jsonb.Obj(new StoredMembers(bytes, start, count));
            }
            default -> throw SqlException.internal("stored jsonb has tag " + tag);
        };
    }

    /** Passes over a value. */
    static void skip(ByteBuffer in) {
        int tag = in.get();
        switch (tag) {
            case NIL, FALSE, TRUE -> {}
            case NUMBER, STRING -> skipBytes(in);
            case ARRAY -> {
                for (int left = VarInts.getInt(in); left > 0; left--) {
                    skip(in);
                }
            }
            case OBJECT -> skipMembers(in, VarInts.getInt(in));
            default -> throw SqlException.internal("stored jsonb has tag " + tag);
        }
    }

    private static void skipMembers(ByteBuffer in, int count) {
        for (int i = 0; i < count; i++) {
            skipBytes(in);
            skip(in);
        }
    }

    private static void skipBytes(ByteBuffer in) {
        int length = VarInts.getInt(in);
        in.position(in.position() + length);
    }

    static String readText(ByteBuffer in) {
        byte[] bytes = new byte[VarInts.getInt(in)];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        JsonbOrder.key((Jsonb) value, out, true);
    }
}
