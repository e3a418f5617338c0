package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * pgvector's sparsevec: {@code {1:0.5,7:2}/10}, with indices from 1 in text and from 0 in binary.
 */
final class SparseVectorRoutines extends TypeRoutines {
    static final SparseVectorRoutines INSTANCE = new SparseVectorRoutines();

    private record Element(int index, float value) {}

    private SparseVectorRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        if (text.chars().filter(c -> c == ',').count() + 1 > SparseVector.NON_ZERO_MAX) {
            SparseVector.checkNonZeroCount(SparseVector.NON_ZERO_MAX + 1, Integer.MAX_VALUE);
        }
        int at = Text.skipSpace(text, 0);
        if (charAt(text, at) != '{') {
            throw SqlException.invalidText("sparsevec", text)
                    .withDetail("Vector contents must start with \"{\".");
        }
        at = Text.skipSpace(text, at + 1);
        var elements = new ArrayList<Element>();
        boolean more = charAt(text, at) != '}';
        if (!more) {
            at++;
        }
        while (more) {
            at = Text.skipSpace(text, at);
            int to = scanInteger(text, at);
            long index = toLong(text, at, to);
            at = Text.skipSpace(text, to);
            if (charAt(text, at) != ':') {
                throw SqlException.invalidText("sparsevec", text);
            }
            at = Text.skipSpace(text, at + 1);
            to = FloatText.scan(text, at);
            if (to == at) {
                throw SqlException.invalidText("sparsevec", text);
            }
            String number = text.substring(at, to);
            float value = FloatText.toFloat(number);
            if ((Float.isInfinite(value) && !VectorRoutines.isWord(number))
                    || (value == 0 && FloatText.hasNonZeroDigit(number))) {
                throw VectorRoutines.outOfRange(number, "sparsevec");
            }
            SparseVector.checkElement(value);
            if (value != 0) {
                elements.add(
                        new Element(
                                Math.clamp(index, Integer.MIN_VALUE + 1, Integer.MAX_VALUE) - 1,
                                value));
            }
            at = Text.skipSpace(text, to);
            char next = charAt(text, at);
            at++;
            if (next == '}') {
                more = false;
            } else if (next != ',') {
                throw SqlException.invalidText("sparsevec", text);
            }
        }
        at = Text.skipSpace(text, at);
        if (charAt(text, at) != '/') {
            throw SqlException.invalidText("sparsevec", text)
                    .withDetail("Unexpected end of input.");
        }
        at = Text.skipSpace(text, at + 1);
        int to = scanInteger(text, at);
        int dimensions = Math.clamp(toLong(text, at, to), Integer.MIN_VALUE, Integer.MAX_VALUE);
        if (Text.skipSpace(text, to) < text.length()) {
            throw SqlException.invalidText("sparsevec", text).withDetail("Junk after closing.");
        }
        SparseVector.checkDimensions(dimensions);
        Vector.checkExpected(typmod, dimensions);
        elements.sort(Comparator.comparingInt(Element::index));
        int[] indices = new int[elements.size()];
        float[] values = new float[indices.length];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = elements.get(i).index;
            values[i] = elements.get(i).value;
            SparseVector.checkIndex(indices, i, dimensions);
        }
        return SparseVector.wrapUnchecked(dimensions, indices, values);
    }

    private static char charAt(String text, int at) {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private static int scanInteger(String text, int from) {
        int at = from;
        if (charAt(text, at) == '-' || charAt(text, at) == '+') {
            at++;
        }
        int digits = at;
        while (at < text.length() && Text.isDigit(text.charAt(at))) {
            at++;
        }
        if (at == digits) {
            throw SqlException.invalidText("sparsevec", text);
        }
        return at;
    }

    /** As strtol: what does not fit a long becomes the nearest one. */
    private static long toLong(String text, int from, int to) {
        String number = text.substring(from, to);
        try {
            return Long.parseLong(number);
        } catch (NumberFormatException tooLong) {
            return number.startsWith("-") ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        var vector = (SparseVector) value;
        var text = new StringBuilder(vector.nonZeroCount() * 16 + 16);
        text.append('{');
        for (int i = 0; i < vector.nonZeroCount(); i++) {
            if (i > 0) {
                text.append(',');
            }
            text.append(vector.unsafeIndices()[i] + 1).append(':');
            FloatText.append(text, vector.unsafeValues()[i]);
        }
        return text.append("}/").append(vector.dimensions()).toString();
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        int dimensions = in.getInt();
        int count = in.getInt();
        int unused = in.getInt();
        SparseVector.checkDimensions(dimensions);
        SparseVector.checkNonZeroCount(count, dimensions);
        Vector.checkExpected(typmod, dimensions);
        VectorRoutines.requireUnusedZero(unused);
        int[] indices = new int[count];
        for (int i = 0; i < count; i++) {
            indices[i] = in.getInt();
            SparseVector.checkIndex(indices, i, dimensions);
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = in.getFloat();
            SparseVector.checkElement(values[i]);
            if (values[i] == 0) {
                throw new SqlException(
                        SqlState.DATA_EXCEPTION,
                        "binary representation of sparsevec cannot contain zero values");
            }
        }
        return SparseVector.wrapUnchecked(dimensions, indices, values);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        var vector = (SparseVector) value;
        out.putInt(vector.dimensions());
        out.putInt(vector.nonZeroCount());
        out.putInt(0);
        for (int index : vector.unsafeIndices()) {
            out.putInt(index);
        }
        for (float element : vector.unsafeValues()) {
            out.putFloat(element);
        }
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return ((SparseVector) left).compareTo((SparseVector) right);
    }

    @Override
    Object applyTypmod(Type type, Object value, int typmod, boolean explicit) {
        Vector.checkExpected(typmod, ((SparseVector) value).dimensions());
        return value;
    }

    @Override
    int typmodIn(Type type, List<String> arguments) {
        return VectorRoutines.dimensionsTypmod("sparsevec", SparseVector.DIMENSIONS_MAX, arguments);
    }

    @Override
    String formatType(Type type, int typmod) {
        return typmod < 0 ? "sparsevec" : "sparsevec(" + typmod + ")";
    }

    /** Dimensions, then indices, then values; their count follows from the length. */
    @Override
    void encode(Type type, Object value, ByteWriter out) {
        var vector = (SparseVector) value;
        out.putInt(vector.dimensions());
        for (int index : vector.unsafeIndices()) {
            out.putInt(index);
        }
        for (float element : vector.unsafeValues()) {
            out.putFloat(element);
        }
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        int dimensions = in.getInt();
        int count = in.remaining() / 8;
        int[] indices = new int[count];
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            indices[i] = in.getInt();
        }
        for (int i = 0; i < count; i++) {
            values[i] = in.getFloat();
        }
        return SparseVector.wrapUnchecked(dimensions, indices, values);
    }

    /**
     * The order is that of the dense vectors, so at the first difference a negative element lies
     * below the zeros of the other and the more so the earlier it comes, a positive one above. The
     * end sits among the negative ones as if it were an element at index {@code dimensions}: as
     * dense arrays, a prefix comes first.
     */
    @Override
    void key(Type type, Object value, KeyWriter out) {
        var vector = (SparseVector) value;
        for (int i = 0; i < vector.nonZeroCount(); i++) {
            int index = vector.unsafeIndices()[i];
            float element = vector.unsafeValues()[i];
            out.putByte(element < 0 ? 1 : 2);
            out.putInt(element < 0 ? index : ~index);
            out.putByte(1);
            out.keyFloat(element);
        }
        out.putByte(1);
        out.putInt(vector.dimensions());
        out.putByte(0);
    }

    static SqlException differentDimensions(int left, int right) {
        return new SqlException(
                SqlState.DATA_EXCEPTION,
                "different sparsevec dimensions " + left + " and " + right);
    }
}
