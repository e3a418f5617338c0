package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlException;

/** The escapes of {@code U&'...'} and {@code U&"..."}. */
final class UnicodeEscapes {

    private UnicodeEscapes() {}

    /** Whether UESCAPE may name this character. */
    static boolean mayEscape(char c) {
        return Character.digit(c, 16) < 0 && c != '+' && c != '\'' && c != '"' && !Lexer.isSpace(c);
    }

    /**
     * The text with its escapes resolved; errors point into the token at {@code start}, as far
     * behind its three opening characters as the escape stands in the unquoted text.
     */
    static String resolve(String sql, String text, char escape, int start) {
        if (text.indexOf(escape) < 0) {
            return text;
        }
        var out = new StringBuilder(text.length());
        var pair = 0;
        var i = 0;
        while (i < text.length()) {
            var c = text.charAt(i);
            if (c != escape) {
                if (pair != 0) {
                    throw invalidPair(sql, start + i + 3);
                }
                out.append(c);
                i++;
                continue;
            }
            if (i + 1 < text.length() && text.charAt(i + 1) == escape) {
                if (pair != 0) {
                    throw invalidPair(sql, start + i + 3);
                }
                out.append(escape);
                i += 2;
                continue;
            }
            var plus = i + 1 < text.length() && text.charAt(i + 1) == '+';
            var digits = plus ? 6 : 4;
            var code = hex(text, plus ? i + 2 : i + 1, digits);
            if (code < 0) {
                throw SqlException.syntax(
                                "invalid Unicode escape", Tokens.position(sql, start + i + 3))
                        .withHint("Unicode escapes must be \\XXXX or \\+XXXXXX.");
            }
            if (code == 0 || code > Character.MAX_CODE_POINT) {
                throw SqlException.syntax(
                        "invalid Unicode escape value", Tokens.position(sql, start + i + 3));
            }
            var low = code >= 0xDC00 && code <= 0xDFFF;
            if (low != (pair != 0)) {
                throw invalidPair(sql, start + i + 3);
            }
            if (low) {
                out.append((char) pair).append((char) code);
                pair = 0;
            } else if (code >= 0xD800 && code <= 0xDBFF) {
                pair = code;
            } else {
                out.appendCodePoint(code);
            }
            i += digits + (plus ? 2 : 1);
        }
        if (pair != 0) {
            throw invalidPair(sql, start + i + 3);
        }
        return out.toString();
    }

    /** The value of so many hexadecimal digits, or -1. */
    static int hex(String text, int from, int digits) {
        if (from + digits > text.length()) {
            return -1;
        }
        var value = 0;
        for (int i = from; i < from + digits; i++) {
            var digit = text.charAt(i) < 0x80 ? Character.digit(text.charAt(i), 16) : -1;
            if (digit < 0) {
                return -1;
            }
            value = (value << 4) | digit;
        }
        return value;
    }

    private static SqlException invalidPair(String sql, int at) {
        return SqlException.syntax("invalid Unicode surrogate pair", Tokens.position(sql, at));
    }
}
