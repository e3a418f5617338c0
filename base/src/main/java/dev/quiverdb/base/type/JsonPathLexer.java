package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.Locale;
import java.util.Set;

/**
 * Cuts the text of a jsonpath into tokens by the rules of jsonpath_scan.l, its messages included:
 * what an error quotes is the text that the scanner's last rule took.
 */
final class JsonPathLexer {
    enum Kind {
        /** A word that is no string: a key or a key word. */
        WORD,
        STRING,
        VARIABLE,
        INTEGER,
        DECIMAL,
        /** {@code &&}, {@code [} and so on: {@link #text} says which. */
        SYMBOL,
        END
    }

    private static final String SPECIAL = "?%$.[]{}()|&!=<>@#,*:-+/";
    private static final String BLANK = " \t\n\r\f";
    private static final Set<String> LONG_SYMBOLS =
            Set.of("&&", "||", "**", "<=", "==", "<>", "!=", ">=");

    private final String source;
    private int at;
    private Kind kind = Kind.END;
    private String text = "";
    private String matched = "";

    JsonPathLexer(String source) {
        this.source = source;
        advance();
    }

    Kind kind() {
        return kind;
    }

    /** The word, the string's content, the variable's name, the number or the symbol. */
    String text() {
        return text;
    }

    boolean isSymbol(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    /** Whether the token is a key word; null, true and false count only in lower case. */
    boolean isWord(String word) {
        if (kind != Kind.WORD) {
            return false;
        }
        return switch (word) {
            case "null", "true", "false" -> text.equals(word);
            default -> text.toLowerCase(Locale.ROOT).equals(word);
        };
    }

    SqlException syntaxError() {
        return error("syntax error");
    }

    private SqlException error(String message) {
        return new SqlException(
                SqlState.SYNTAX_ERROR,
                matched.isEmpty()
                        ? message + " at end of jsonpath input"
                        : message + " at or near \"" + matched + "\" of jsonpath input");
    }

    private boolean isOther(int index) {
        if (index >= source.length()) {
            return false;
        }
        char c = source.charAt(index);
        return SPECIAL.indexOf(c) < 0 && BLANK.indexOf(c) < 0 && c != '\\' && c != '"';
    }

    void advance() {
        while (true) {
            while (at < source.length() && BLANK.indexOf(source.charAt(at)) >= 0) {
                at++;
            }
            if (!source.startsWith("/*", at)) {
                break;
            }
            comment();
        }
        if (at >= source.length()) {
            token(Kind.END, "", "");
            return;
        }
        char c = source.charAt(at);
        if (c == '"') {
            at++;
            quoted(Kind.STRING);
        } else if (c == '$' && at + 1 < source.length() && source.charAt(at + 1) == '"') {
            at += 2;
            quoted(Kind.VARIABLE);
        } else if (c == '$' && isOther(at + 1)) {
            int start = at++;
            while (isOther(at)) {
                at++;
            }
            token(Kind.VARIABLE, source.substring(start + 1, at), source.substring(start, at));
        } else if (isDigit(at) || c == '.' && isDigit(at + 1)) {
            number();
        } else if (SPECIAL.indexOf(c) >= 0) {
            int length =
                    at + 2 <= source.length() && LONG_SYMBOLS.contains(source.substring(at, at + 2))
                            ? 2
                            : 1;
            var symbol = source.substring(at, at + length);
            at += length;
            token(Kind.SYMBOL, symbol.equals("<>") ? "!=" : symbol, symbol);
        } else {
            word();
        }
    }

    private void token(Kind newKind, String newText, String newMatched) {
        kind = newKind;
        text = newText;
        matched = newMatched;
    }

    private void comment() {
        int end = source.indexOf("*/", at + 2);
        if (end < 0) {
            matched = "";
            throw error("unexpected end of comment");
        }
        at = end + 2;
    }

    private boolean isDigit(int index) {
        return index < source.length()
                && source.charAt(index) >= '0'
                && source.charAt(index) <= '9';
    }

    private int digits(int from) {
        int end = from;
        while (isDigit(end)) {
            end++;
        }
        return end;
    }

    private void number() {
        int start = at;
        int end = isDigit(start) ? source.charAt(start) == '0' ? start + 1 : digits(start) : start;
        boolean decimal = end < source.length() && source.charAt(end) == '.';
        if (decimal) {
            end = digits(end + 1);
        }
        if (end < source.length() && (source.charAt(end) == 'e' || source.charAt(end) == 'E')) {
            boolean signed = end + 1 < source.length() && "+-".indexOf(source.charAt(end + 1)) >= 0;
            int exponent = end + (signed ? 2 : 1);
            if (isDigit(exponent)) {
                end = digits(exponent);
                decimal = true;
            } else if (signed) {
                matched = source.substring(start, exponent);
                throw error("invalid numeric literal");
            }
        }
        if (isOther(end)) {
            matched = source.substring(start, end + 1);
            throw error("trailing junk after numeric literal");
        }
        at = end;
        var number = source.substring(start, end);
        token(decimal ? Kind.DECIMAL : Kind.INTEGER, number, number);
    }

    private void word() {
        var out = new StringBuilder();
        while (at < source.length()) {
            if (isOther(at)) {
                out.append(source.charAt(at++));
            } else if (source.charAt(at) == '\\') {
                escape(out);
            } else {
                break;
            }
        }
        int start = at;
        while (at < source.length() && BLANK.indexOf(source.charAt(at)) >= 0) {
            at++;
        }
        // The rule that ends a word takes the blanks behind it, and nothing before other tokens.
        token(Kind.WORD, out.toString(), source.substring(start, at));
    }

    private void quoted(Kind made) {
        var out = new StringBuilder();
        while (true) {
            if (at >= source.length()) {
                matched = "";
                throw error("unexpected end of quoted string");
            }
            char c = source.charAt(at);
            if (c == '"') {
                at++;
                token(made, out.toString(), "\"");
                return;
            }
            if (c == '\\') {
                escape(out);
            } else {
                out.append(c);
                at++;
            }
        }
    }

    private void escape(StringBuilder out) {
        if (at + 1 >= source.length() || source.charAt(at + 1) == '\n') {
            matched = "\\";
            throw error("unexpected end after backslash");
        }
        char c = source.charAt(at + 1);
        switch (c) {
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'n' -> out.append('\n');
            case 'r' -> out.append('\r');
            case 't' -> out.append('\t');
            case 'v' -> out.append('\u000b');
            case 'x' -> {
                if (!isHex(at + 2) || !isHex(at + 3)) {
                    matched = source.substring(at, isHex(at + 2) ? at + 3 : at + 2);
                    throw error("invalid hex character sequence");
                }
                character(Integer.parseInt(source.substring(at + 2, at + 4), 16), out);
                at += 2;
            }
            case 'u' -> {
                unicode(out);
                return;
            }
            default -> out.append(c);
        }
        at += 2;
    }

    private boolean isHex(int index) {
        return index < source.length() && Character.digit(source.charAt(index), 16) >= 0;
    }

    /** A run of Unicode escapes, in which surrogates find each other. */
    private void unicode(StringBuilder out) {
        int start = at;
        int high = -1;
        while (source.startsWith("\\u", at)) {
            int code = 0;
            boolean braced = at + 2 < source.length() && source.charAt(at + 2) == '{';
            int from = at + (braced ? 3 : 2);
            int end = from;
            while (isHex(end) && end - from < (braced ? 6 : 4)) {
                code = code << 4 | Character.digit(source.charAt(end++), 16);
            }
            boolean whole =
                    braced
                            ? end > from && end < source.length() && source.charAt(end) == '}'
                            : end - from == 4;
            if (!whole) {
                matched = source.substring(start, end);
                throw error("invalid unicode sequence");
            }
            at = braced ? end + 1 : end;
            if (Character.isSupplementaryCodePoint(code) || !Character.isSurrogate((char) code)) {
                if (high >= 0) {
                    throw surrogate("Unicode low surrogate must follow a high surrogate.");
                }
                character(code, out);
            } else if (Character.isHighSurrogate((char) code)) {
                if (high >= 0) {
                    throw surrogate("Unicode high surrogate must not follow a high surrogate.");
                }
                high = code;
            } else {
                if (high < 0) {
                    throw surrogate("Unicode low surrogate must follow a high surrogate.");
                }
                out.append((char) high).append((char) code);
                high = -1;
            }
        }
        if (high >= 0) {
            throw surrogate("Unicode low surrogate must follow a high surrogate.");
        }
    }

    private static SqlException surrogate(String detail) {
        return new SqlException(
                        SqlState.INVALID_TEXT_REPRESENTATION,
                        "invalid input syntax for type jsonpath")
                .withDetail(detail);
    }

    private static void character(int code, StringBuilder out) {
        if (code == 0) {
            throw new SqlException(
                            SqlState.UNTRANSLATABLE_CHARACTER,
                            "unsupported Unicode escape sequence")
                    .withDetail("\\u0000 cannot be converted to text.");
        }
        if (!Character.isValidCodePoint(code)) {
            throw new SqlException(SqlState.SYNTAX_ERROR, "invalid Unicode code point");
        }
        out.appendCodePoint(code);
    }
}
