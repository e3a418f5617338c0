package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** pgvector's halfvec. */
final class HalfVectorRoutines extends TypeRoutines {
    static final HalfVectorRoutines INSTANCE = new HalfVectorRoutines();

    private HalfVectorRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        short[] elements = new short[typmod > 0 ? Math.min(typmod, HalfVector.DIMENSIONS_MAX) : 16];
        int at = VectorRoutines.open(text, "halfvec");
        int count = 0;
        while (true) {
            if (count == HalfVector.DIMENSIONS_MAX) {
                HalfVector.checkDimensions(count + 1);
            }
            at = Text.skipSpace(text, at);
            int to = FloatText.scan(text, at);
            if (to == at) {
                throw SqlException.invalidText("halfvec", text);
            }
            String number = text.substring(at, to);
            short half = Float.floatToFloat16(FloatText.toFloat(number));
            if ((half & 0x7fff) == 0x7c00 && !VectorRoutines.isWord(number)) {
                throw VectorRoutines.outOfRange(number, "halfvec");
            }
            HalfVector.checkElement(half);
            if (count == elements.length) {
                elements = Arrays.copyOf(elements, count * 2);
            }
            elements[count++] = half;
            at = Text.skipSpace(text, to);
            char next = at < text.length() ? text.charAt(at) : 0;
            at++;
            if (next == ']') {
                break;
            }
            if (next != ',') {
                throw SqlException.invalidText("halfvec", text);
            }
        }
        VectorRoutines.close(text, at, "halfvec");
        HalfVector.checkDimensions(count);
        Vector.checkExpected(typmod, count);
        return HalfVector.wrapUnchecked(
                count == elements.length ? elements : Arrays.copyOf(elements, count));
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        var halves = (HalfVector) value;
        var text = new StringBuilder(halves.dimensions() * 10 + 2);
        text.append('[');
        for (int i = 0; i < halves.dimensions(); i++) {
            if (i > 0) {
                text.append(',');
            }
            FloatText.append(text, halves.get(i));
        }
        return text.append(']').toString();
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        int dimensions = in.getShort() & 0xffff;
        int unused = in.getShort() & 0xffff;
        HalfVector.checkDimensions(dimensions);
        Vector.checkExpected(typmod, dimensions);
        VectorRoutines.requireUnusedZero(unused);
        short[] elements = new short[dimensions];
        in.asShortBuffer().get(elements);
        in.position(in.position() + 2 * dimensions);
        return HalfVector.wrap(elements);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        short[] elements = ((HalfVector) value).unsafeArray();
        out.putShort(elements.length);
        out.putShort(0);
        int at = out.reserve(elements.length * 2);
        ByteBuffer.wrap(out.array(), at, elements.length * 2).asShortBuffer().put(elements);
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return ((HalfVector) left).compareTo((HalfVector) right);
    }

    @Override
    Object applyTypmod(Type type, Object value, int typmod, boolean explicit) {
        Vector.checkExpected(typmod, ((HalfVector) value).dimensions());
        return value;
    }

    @Override
    int typmodIn(Type type, List<String> arguments) {
        return VectorRoutines.dimensionsTypmod("halfvec", HalfVector.DIMENSIONS_MAX, arguments);
    }

    @Override
    String formatType(Type type, int typmod) {
        return typmod < 0 ? "halfvec" : "halfvec(" + typmod + ")";
    }

    /** Little-endian half-precision floats and nothing else. */
    @Override
    void encode(Type type, Object value, ByteWriter out) {
        short[] elements = ((HalfVector) value).unsafeArray();
        int at = out.reserve(elements.length * 2);
        ByteBuffer.wrap(out.array(), at, elements.length * 2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asShortBuffer()
                .put(elements);
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        short[] elements = new short[in.remaining() / 2];
        in.slice().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().get(elements);
        in.position(in.limit());
        return HalfVector.wrapUnchecked(elements);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        var halves = (HalfVector) value;
        for (int i = 0; i < halves.dimensions(); i++) {
            out.putByte(1);
            out.keyFloat(halves.get(i));
        }
        out.putByte(0);
    }
}
