package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;

/** float4 and float8. */
final class FloatRoutines extends TypeRoutines {
    static final FloatRoutines FLOAT4 = new FloatRoutines(true);
    static final FloatRoutines FLOAT8 = new FloatRoutines(false);

    private final boolean single;

    private FloatRoutines(boolean single) {
        this.single = single;
    }

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        String name = type.displayName();
        int from = Text.skipSpace(text, 0);
        int to = FloatText.scan(text, from);
        if (to == from || Text.skipSpace(text, to) < text.length()) {
            throw SqlException.invalidText(name, text);
        }
        String number = text.substring(from, to);
        double value = single ? FloatText.toFloat(number) : FloatText.toDouble(number);
        boolean tooLarge =
                Double.isInfinite(value) && number.chars().anyMatch(c -> Text.isDigit((char) c));
        if (tooLarge || (value == 0 && FloatText.hasNonZeroDigit(number))) {
            throw new SqlException(
                    SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                    "\"" + number + "\" is out of range for type " + name);
        }
        return single ? (Object) (float) value : (Object) value;
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        int extra = context.extraFloatDigits();
        if (single) {
            float number = (Float) value;
            return extra > 0 ? FloatText.format(number) : FloatText.formatDigits(number, 6 + extra);
        }
        double number = (Double) value;
        return extra > 0 ? FloatText.format(number) : FloatText.formatDigits(number, 15 + extra);
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        return single ? (Object) in.getFloat() : (Object) in.getDouble();
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        if (single) {
            out.putFloat((Float) value);
        } else {
            out.putDouble((Double) value);
        }
    }

    /** NaN is greater than all and equal to itself; -0 equals 0. */
    static int compareDoubles(double left, double right) {
        if (left < right) {
            return -1;
        }
        if (left > right) {
            return 1;
        }
        if (left == right) {
            return 0;
        }
        return Boolean.compare(Double.isNaN(left), Double.isNaN(right));
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return compareDoubles(((Number) left).doubleValue(), ((Number) right).doubleValue());
    }

    @Override
    int hash(Type type, Object value) {
        double number = ((Number) value).doubleValue();
        return Double.hashCode(number == 0 ? 0d : number);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        if (single) {
            out.keyFloat((Float) value);
        } else {
            out.keyDouble((Double) value);
        }
    }
}
