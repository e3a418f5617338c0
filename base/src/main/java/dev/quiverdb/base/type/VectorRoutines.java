package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** pgvector's vector. */
final class VectorRoutines extends TypeRoutines {
    static final VectorRoutines INSTANCE = new VectorRoutines();

    private VectorRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        float[] elements = new float[typmod > 0 ? Math.min(typmod, Vector.DIMENSIONS_MAX) : 16];
        int at = open(text, "vector");
        int count = 0;
        while (true) {
            if (count == Vector.DIMENSIONS_MAX) {
                Vector.checkDimensions(count + 1);
            }
            at = Text.skipSpace(text, at);
            int to = FloatText.scan(text, at);
            if (to == at) {
                throw SqlException.invalidText("vector", text);
            }
            float value = FloatText.toFloat(text, at, to);
            if (Float.isInfinite(value) && !isWord(text.substring(at, to))) {
                throw outOfRange(text.substring(at, to), "vector");
            }
            Vector.checkElement(value);
            if (count == elements.length) {
                elements = Arrays.copyOf(elements, count * 2);
            }
            elements[count++] = value;
            at = Text.skipSpace(text, to);
            char next = at < text.length() ? text.charAt(at) : 0;
            at++;
            if (next == ']') {
                break;
            }
            if (next != ',') {
                throw SqlException.invalidText("vector", text);
            }
        }
        close(text, at, "vector");
        Vector.checkDimensions(count);
        Vector.checkExpected(typmod, count);
        return Vector.wrapUnchecked(
                count == elements.length ? elements : Arrays.copyOf(elements, count));
    }

    /** Where the first element of {@code [...]} may begin. */
    static int open(String text, String typeName) {
        int at = Text.skipSpace(text, 0);
        if (at >= text.length() || text.charAt(at) != '[') {
            throw SqlException.invalidText(typeName, text)
                    .withDetail("Vector contents must start with \"[\".");
        }
        at = Text.skipSpace(text, at + 1);
        if (at < text.length() && text.charAt(at) == ']') {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, typeName + " must have at least 1 dimension");
        }
        return at;
    }

    static void close(String text, int at, String typeName) {
        if (Text.skipSpace(text, at) < text.length()) {
            throw SqlException.invalidText(typeName, text)
                    .withDetail("Junk after closing right brace.");
        }
    }

    static boolean isWord(String number) {
        char first =
                Character.toLowerCase(
                        number.charAt(number.charAt(0) == '-' || number.charAt(0) == '+' ? 1 : 0));
        return first == 'i' || first == 'n';
    }

    static SqlException outOfRange(String number, String typeName) {
        return new SqlException(
                SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                "\"" + number + "\" is out of range for type " + typeName);
    }

    static void requireUnusedZero(int unused) {
        if (unused != 0) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, "expected unused to be 0, not " + unused);
        }
    }

    static int dimensionsTypmod(String typeName, int most, List<String> arguments) {
        int dimensions = Typmods.single(arguments);
        if (dimensions < 1) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "dimensions for type " + typeName + " must be at least 1");
        }
        if (dimensions > most) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "dimensions for type " + typeName + " cannot exceed " + most);
        }
        return dimensions;
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        float[] elements = ((Vector) value).unsafeArray();
        var text = new StringBuilder(elements.length * 12 + 2);
        text.append('[');
        for (int i = 0; i < elements.length; i++) {
            if (i > 0) {
                text.append(',');
            }
            FloatText.append(text, elements[i]);
        }
        return text.append(']').toString();
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        int dimensions = in.getShort() & 0xffff;
        int unused = in.getShort() & 0xffff;
        Vector.checkDimensions(dimensions);
        Vector.checkExpected(typmod, dimensions);
        requireUnusedZero(unused);
        float[] elements = new float[dimensions];
        in.asFloatBuffer().get(elements);
        in.position(in.position() + 4 * dimensions);
        return Vector.wrap(elements);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        float[] elements = ((Vector) value).unsafeArray();
        out.putShort(elements.length);
        out.putShort(0);
        int at = out.reserve(elements.length * 4);
        ByteBuffer.wrap(out.array(), at, elements.length * 4).asFloatBuffer().put(elements);
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return ((Vector) left).compareTo((Vector) right);
    }

    @Override
    Object applyTypmod(Type type, Object value, int typmod, boolean explicit) {
        Vector.checkExpected(typmod, ((Vector) value).dimensions());
        return value;
    }

    @Override
    int typmodIn(Type type, List<String> arguments) {
        return dimensionsTypmod("vector", Vector.DIMENSIONS_MAX, arguments);
    }

    @Override
    String formatType(Type type, int typmod) {
        return typmod < 0 ? "vector" : "vector(" + typmod + ")";
    }

    /** Little-endian floats and nothing else. */
    @Override
    void encode(Type type, Object value, ByteWriter out) {
        float[] elements = ((Vector) value).unsafeArray();
        int at = out.reserve(elements.length * 4);
        ByteBuffer.wrap(out.array(), at, elements.length * 4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .put(elements);
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        float[] elements = new float[in.remaining() / 4];
        in.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(elements);
        in.position(in.limit());
        return Vector.wrapUnchecked(elements);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        for (float element : ((Vector) value).unsafeArray()) {
            out.putByte(1);
            out.keyFloat(element);
        }
        out.putByte(0);
    }
}
