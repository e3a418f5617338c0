package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code format('%s %I %L %2$s %-10s', ...)}. */
final class FormatText {
    /** A value with its type. */
    record Value(Type type, @Nullable Object value) {}

    private final CallContext context;
    private final String format;
    private final List<Value> values;
    private final StringBuilder out = new StringBuilder();
    private int at;
    private int next;

    private FormatText(CallContext context, String format, List<Value> values) {
        this.context = context;
        this.format = format;
        this.values = values;
    }

    static String format(CallContext context, String format, List<Value> values) {
        return new FormatText(context, format, values).run();
    }

    private String run() {
        while (at < format.length()) {
            char c = format.charAt(at++);
            if (c != '%') {
                out.append(c);
                continue;
            }
            need();
            if (format.charAt(at) == '%') {
                out.append('%');
                at++;
                continue;
            }
            specifier();
        }
        return out.toString();
    }

    private void specifier() {
        int argument = -1;
        int width = 0;
        boolean alignLeft = false;
        int number = number();
        boolean hasWidth = false;
        if (number >= 0) {
            if (format.charAt(at) == '$') {
                at++;
                argument = position(number);
                need();
                number = -1;
            } else {
                width = number;
                hasWidth = true;
            }
        }
        if (!hasWidth) {
            while (format.charAt(at) == '-') {
                alignLeft = true;
                at++;
                need();
            }
            if (format.charAt(at) == '*') {
                at++;
                need();
                int widthNumber = number();
                int widthArgument = -1;
                if (widthNumber >= 0) {
                    if (format.charAt(at) != '$') {
                        throw new SqlException(
                                SqlState.INVALID_PARAMETER_VALUE,
                                "width argument position must be ended by \"$\"");
                    }
                    at++;
                    need();
                    widthArgument = position(widthNumber);
                }
                var value = take(widthArgument);
                width =
                        value.value() == null
                                ? 0
                                : Integer.parseInt(
                                        value.type().format(value.value(), context.types()));
                if (width < 0) {
                    alignLeft = true;
                    width = -width;
                }
            } else {
                int widthNumber = number();
                width = Math.max(0, widthNumber);
            }
        }
        char kind = format.charAt(at++);
        if ("sIL".indexOf(kind) < 0) {
            throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "unrecognized format() type specifier \"" + kind + "\"")
                    .withHint("For a single \"%\" use \"%%\".");
        }
        append(kind, take(argument), width, alignLeft);
    }

    private void append(char kind, Value value, int width, boolean alignLeft) {
        String text;
        if (value.value() == null) {
            if (kind == 'I') {
                throw new SqlException(
                        SqlState.NULL_VALUE_NOT_ALLOWED,
                        "null values cannot be formatted as an SQL identifier");
            }
            text = kind == 'L' ? "NULL" : "";
        } else {
            text = value.type().format(value.value(), context.types());
            text =
                    kind == 'I'
                            ? Quotes.identifier(text)
                            : kind == 'L' ? Quotes.literal(text) : text;
        }
        int blanks = Math.max(0, width - Strings.length(text));
        out.append(alignLeft ? "" : " ".repeat(blanks))
                .append(text)
                .append(alignLeft ? " ".repeat(blanks) : "");
    }

    private Value take(int argument) {
        int index = argument >= 0 ? argument : next;
        if (index >= values.size()) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE, "too few arguments for format()");
        }
        next = index + 1;
        return values.get(index);
    }

    private int position(int number) {
        if (number == 0) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "format specifies argument 0, but arguments are numbered from 1");
        }
        return number - 1;
    }

    private int number() {
        int start = at;
        long value = 0;
        while (at < format.length() && format.charAt(at) >= '0' && format.charAt(at) <= '9') {
            value = value * 10 + format.charAt(at++) - '0';
            if (value > Integer.MAX_VALUE) {
                throw new SqlException(
                        SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "number is out of range");
            }
        }
        if (at > start) {
            need();
        }
        return at > start ? (int) value : -1;
    }

    private void need() {
        if (at >= format.length()) {
            throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "unterminated format() type specifier")
                    .withHint("For a single \"%\" use \"%%\".");
        }
    }
}
