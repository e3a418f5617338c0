package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;

/** point; it has no order in PostgreSQL. */
final class PointRoutines extends TypeRoutines {
    static final PointRoutines INSTANCE = new PointRoutines();

    private PointRoutines() {}

    /** {@code (x,y)} or {@code x,y}. */
    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        int at = Text.skipSpace(text, 0);
        boolean parentheses = at < text.length() && text.charAt(at) == '(';
        at = Text.skipSpace(text, parentheses ? at + 1 : at);
        int end = FloatText.scan(text, at);
        double x = coordinate(text, at, end);
        at = Text.skipSpace(text, end);
        if (at >= text.length() || text.charAt(at) != ',') {
            throw SqlException.invalidText("point", text);
        }
        at = Text.skipSpace(text, at + 1);
        end = FloatText.scan(text, at);
        double y = coordinate(text, at, end);
        at = Text.skipSpace(text, end);
        if (parentheses) {
            if (at >= text.length() || text.charAt(at) != ')') {
                throw SqlException.invalidText("point", text);
            }
            at = Text.skipSpace(text, at + 1);
        }
        if (at < text.length()) {
            throw SqlException.invalidText("point", text);
        }
        return new Point(x, y);
    }

    private static double coordinate(String text, int from, int to) {
        if (from == to) {
            throw SqlException.invalidText("point", text);
        }
        String number = text.substring(from, to);
        double value = FloatText.toDouble(number);
        boolean tooLarge = Double.isInfinite(value) && !VectorRoutines.isWord(number);
        if (tooLarge || (value == 0 && FloatText.hasNonZeroDigit(number))) {
            throw new SqlException(
                    SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                    "\"" + number + "\" is out of range for type double precision");
        }
        return value;
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        var point = (Point) value;
        return "("
                + Types.FLOAT8.format(point.x(), context)
                + ","
                + Types.FLOAT8.format(point.y(), context)
                + ")";
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        return decode(type, in);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        encode(type, value, out);
    }

    @Override
    boolean comparable(Type type) {
        return false;
    }

    @Override
    void encode(Type type, Object value, ByteWriter out) {
        out.putDouble(((Point) value).x());
        out.putDouble(((Point) value).y());
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        return new Point(in.getDouble(), in.getDouble());
    }
}
