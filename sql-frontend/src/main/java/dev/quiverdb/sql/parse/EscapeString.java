package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.Severity;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The escapes of {@code E'...'}. Octal and hexadecimal escapes are bytes of UTF-8: those above 127
 * wait as lone surrogates (which well-formed text does not have) until {@link #verified} puts the
 * bytes together.
 */
final class EscapeString {

    private static final int BYTE_MARK = 0xDC00;

    private final String sql;
    private final int start;
    private final StringRules rules;

    /** Hears of the first escape only. */
    private @Nullable Consumer<SqlException> warnings;

    private boolean bytes;

    /**
     * @param start where the constant begins
     * @param warnings hears of an escape where the rules warn of it; null in {@code E'...'}
     */
    EscapeString(
            String sql, int start, StringRules rules, @Nullable Consumer<SqlException> warnings) {
        this.sql = sql;
        this.start = start;
        this.rules = rules;
        this.warnings = rules.warns() ? warnings : null;
    }

    /** Reads the escape at {@code at}, appends what it means and returns where it ends. */
    int escape(int at, StringBuilder out) {
        var c = sql.charAt(at + 1);
        if (c == '\'' && !rules.escapedQuotes()) {
            throw new SqlException(
                            SqlState.NONSTANDARD_USE_OF_ESCAPE_CHARACTER,
                            "unsafe use of \\' in a string literal")
                    .withHint(
                            "Use '' to write quotes in strings. \\' is insecure in client-only"
                                    + " encodings.")
                    .withPosition(Tokens.position(sql, start));
        }
        warn(c);
        switch (c) {
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                return octal(at + 1, out);
            }
            case 'x' -> {
                return hexadecimal(at, out);
            }
            case 'u', 'U' -> {
                return unicode(at, out);
            }
            default -> out.append(c);
        }
        return at + 2;
    }

    private void warn(char escaped) {
        var listener = warnings;
        if (listener == null) {
            return;
        }
        warnings = null;
        var what =
                switch (escaped) {
                    case '\'' -> "\\'";
                    case '\\' -> "\\\\";
                    default -> "escape";
                };
        var hint =
                switch (escaped) {
                    case '\'' ->
                            "Use '' to write quotes in strings, or use the escape string syntax"
                                    + " (E'...').";
                    case '\\' -> "Use the escape string syntax for backslashes, e.g., E'\\\\'.";
                    default -> "Use the escape string syntax for escapes, e.g., E'\\r\\n'.";
                };
        listener.accept(
                new SqlException(
                                SqlState.NONSTANDARD_USE_OF_ESCAPE_CHARACTER,
                                "nonstandard use of " + what + " in a string literal")
                        .withSeverity(Severity.WARNING)
                        .withHint(hint)
                        .withPosition(Tokens.position(sql, start)));
    }

    private int octal(int from, StringBuilder out) {
        var value = 0;
        var i = from;
        while (i < sql.length() && i < from + 3 && sql.charAt(i) >= '0' && sql.charAt(i) <= '7') {
            value = value * 8 + sql.charAt(i) - '0';
            i++;
        }
        append(value & 0xFF, out);
        return i;
    }

    private int hexadecimal(int at, StringBuilder out) {
        var two = UnicodeEscapes.hex(sql, at + 2, 2);
        if (two >= 0) {
            append(two, out);
            return at + 4;
        }
        var one = UnicodeEscapes.hex(sql, at + 2, 1);
        if (one >= 0) {
            append(one, out);
            return at + 3;
        }
        out.append('x');
        return at + 2;
    }

    private void append(int octet, StringBuilder out) {
        if (octet == 0 || octet >= 0x80) {
            bytes = true;
            out.append((char) (BYTE_MARK + octet));
        } else {
            out.append((char) octet);
        }
    }

    private int unicode(int at, StringBuilder out) {
        var code = code(at);
        var end = end(at);
        if (isLow(code)) {
            throw Tokens.errorNear(sql, "invalid Unicode surrogate pair", at, end);
        }
        if (!isHigh(code)) {
            if (code <= 0 || code > Character.MAX_CODE_POINT) {
                throw Tokens.errorNear(sql, "invalid Unicode escape value", at, end);
            }
            out.appendCodePoint(code);
            return end;
        }
        if (end + 1 >= sql.length()
                || sql.charAt(end) != '\\'
                || (sql.charAt(end + 1) != 'u' && sql.charAt(end + 1) != 'U')) {
            throw Tokens.errorNear(
                    sql, "invalid Unicode surrogate pair", end, Math.min(end + 1, sql.length()));
        }
        var low = code(end);
        if (!isLow(low)) {
            throw Tokens.errorNear(sql, "invalid Unicode surrogate pair", end, end(end));
        }
        out.append((char) code).append((char) low);
        return end(end);
    }

    private int end(int at) {
        return at + (sql.charAt(at + 1) == 'u' ? 6 : 10);
    }

    private int code(int at) {
        var digits = sql.charAt(at + 1) == 'u' ? 4 : 8;
        if (at + 2 + digits > sql.length() || !allHex(at + 2, digits)) {
            throw new SqlException(SqlState.INVALID_ESCAPE_SEQUENCE, "invalid Unicode escape")
                    .withHint("Unicode escapes must be \\uXXXX or \\UXXXXXXXX.")
                    .withPosition(Tokens.position(sql, at));
        }
        return UnicodeEscapes.hex(sql, at + 2, digits);
    }

    private boolean allHex(int from, int digits) {
        for (int i = from; i < from + digits; i++) {
            if (UnicodeEscapes.hex(sql, i, 1) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHigh(int code) {
        return code >= 0xD800 && code <= 0xDBFF;
    }

    private static boolean isLow(int code) {
        return code >= 0xDC00 && code <= 0xDFFF;
    }

    /** The text with byte escapes put together; they must make whole characters. */
    String verified(String text) {
        if (!bytes) {
            return text;
        }
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); ) {
            var c = text.codePointAt(i);
            if (c >= BYTE_MARK && c <= BYTE_MARK + 0xFF) {
                out.write(c - BYTE_MARK);
            } else {
                out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
            i += Character.charCount(c);
        }
        var octets = out.toByteArray();
        var i = 0;
        while (i < octets.length) {
            var size = size(octets[i] & 0xFF);
            if (i + size > octets.length || !isCharacter(octets, i, size)) {
                throw invalid(octets, i, size);
            }
            i += size;
        }
        return new String(octets, StandardCharsets.UTF_8);
    }

    /** How long the character that starts with this octet claims to be. */
    private static int size(int octet) {
        if ((octet & 0xE0) == 0xC0) {
            return 2;
        }
        if ((octet & 0xF0) == 0xE0) {
            return 3;
        }
        return (octet & 0xF8) == 0xF0 ? 4 : 1;
    }

    private static boolean isCharacter(byte[] octets, int from, int size) {
        var first = octets[from] & 0xFF;
        if (size == 1) {
            return first != 0 && first < 0x80;
        }
        for (int i = 1; i < size; i++) {
            if ((octets[from + i] & 0xC0) != 0x80) {
                return false;
            }
        }
        var second = octets[from + 1] & 0xFF;
        return switch (first) {
            case 0xC0, 0xC1 -> false;
            case 0xE0 -> second >= 0xA0;
            case 0xED -> second <= 0x9F;
            case 0xF0 -> second >= 0x90;
            case 0xF4 -> second <= 0x8F;
            default -> first < 0xF5;
        };
    }

    private static SqlException invalid(byte[] octets, int from, int size) {
        var shown = new StringBuilder();
        for (int i = from; i < Math.min(from + size, octets.length); i++) {
            shown.append(i == from ? "" : " ").append(String.format("0x%02x", octets[i] & 0xFF));
        }
        return new SqlException(
                SqlState.CHARACTER_NOT_IN_REPERTOIRE,
                "invalid byte sequence for encoding \"UTF8\": " + shown);
    }
}
