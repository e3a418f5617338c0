package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import java.nio.ByteBuffer;

/** money as lc_monetary C has it: {@code -$1,234.56}; a value is in cents. */
final class MoneyRoutines extends TypeRoutines {
    static final MoneyRoutines INSTANCE = new MoneyRoutines();

    private MoneyRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        int at = Text.skipSpace(text, 0);
        at = past(text, at, '$');
        at = Text.skipSpace(text, at);
        boolean negative = false;
        if (past(text, at, '-') > at || past(text, at, '(') > at) {
            negative = true;
            at++;
        } else {
            at = past(text, at, '+');
        }
        at = Text.skipSpace(text, at);
        at = past(text, at, '$');
        at = Text.skipSpace(text, at);
        long cents = 0;
        int decimals = 0;
        boolean dot = false;
        boolean overflow = false;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (Text.isDigit(c) && decimals < 2) {
                // Collected as a negative number, whose range is the larger one.
                overflow |= cents < (Long.MIN_VALUE + (c - '0')) / 10;
                cents = cents * 10 - (c - '0');
                decimals += dot ? 1 : 0;
            } else if (c == '.' && !dot) {
                dot = true;
            } else if (c != ',') {
                break;
            }
            at++;
        }
        if (at < text.length() && text.charAt(at) >= '5' && text.charAt(at) <= '9') {
            overflow |= cents == Long.MIN_VALUE;
            cents--;
        }
        for (; decimals < 2; decimals++) {
            overflow |= cents < Long.MIN_VALUE / 10;
            cents *= 10;
        }
        while (at < text.length() && Text.isDigit(text.charAt(at))) {
            at++;
        }
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            negative |= c == '-';
            if (!Text.isSpace(c) && c != ')' && c != '-' && c != '+' && c != '$') {
                throw SqlException.invalidText("money", text);
            }
        }
        if (overflow || (!negative && cents == Long.MIN_VALUE)) {
            throw SqlException.outOfRange("money", text);
        }
        return negative ? cents : -cents;
    }

    private static int past(String text, int at, char c) {
        return at < text.length() && text.charAt(at) == c ? at + 1 : at;
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        long cents = (Long) value;
        String digits = Long.toUnsignedString(Math.abs(cents));
        digits = "0".repeat(Math.max(0, 3 - digits.length())) + digits;
        int whole = digits.length() - 2;
        var out = new StringBuilder(cents < 0 ? "-$" : "$");
        for (int i = 0; i < whole; i++) {
            out.append(digits.charAt(i));
            if ((whole - i) % 3 == 1 && i < whole - 1) {
                out.append(',');
            }
        }
        return out.append('.').append(digits, whole, digits.length()).toString();
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        return in.getLong();
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        out.putLong((Long) value);
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return Long.compare((Long) left, (Long) right);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        out.keyLong((Long) value);
    }
}
