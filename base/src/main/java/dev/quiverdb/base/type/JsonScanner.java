package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;

/**
 * Tokens of JSON text, with PostgreSQL's details and context lines where the text is wrong. The
 * constructor reads the first token.
 */
public final class JsonScanner {
    public enum Token {
        STRING,
        NUMBER,
        TRUE,
        FALSE,
        NULL,
        OBJECT_START,
        OBJECT_END,
        ARRAY_START,
        ARRAY_END,
        COMMA,
        COLON,
        END
    }

    /** What the reader wanted, for the message. */
    enum Expect {
        END("end of input"),
        VALUE("JSON value"),
        STRING("string"),
        ARRAY_NEXT("\",\" or \"]\""),
        OBJECT_START("string or \"}\""),
        OBJECT_LABEL("\":\""),
        OBJECT_NEXT("\",\" or \"}\"");

        private final String words;

        Expect(String words) {
            this.words = words;
        }
    }

    private final String input;
    private final boolean decode;
    private Token token = Token.END;
    private int start;
    private int end;
    private int line = 1;
    private int lineStart;
    private String string = "";

    public JsonScanner(String input) {
        this(input, true);
    }

    /** Without decoding, escapes are only checked for their form, as the type json does. */
    JsonScanner(String input, boolean decode) {
        this.input = input;
        this.decode = decode;
        advance();
    }

    public Token token() {
        return token;
    }

    /** The token as it stands in the text. */
    public String text() {
        return input.substring(start, end);
    }

    /** Where the token begins. */
    public int start() {
        return start;
    }

    /** Where the token ends. */
    public int end() {
        return end;
    }

    /** The decoded value of a string token. */
    public String string() {
        return string;
    }

    public void advance() {
        int at = end;
        while (at < input.length() && isBlank(input.charAt(at))) {
            if (input.charAt(at) == '\n') {
                line++;
                lineStart = at + 1;
            }
            at++;
        }
        start = at;
        end = at;
        if (at >= input.length()) {
            token = Token.END;
            return;
        }
        char c = input.charAt(at);
        switch (c) {
            case '{' -> punctuation(Token.OBJECT_START);
            case '}' -> punctuation(Token.OBJECT_END);
            case '[' -> punctuation(Token.ARRAY_START);
            case ']' -> punctuation(Token.ARRAY_END);
            case ',' -> punctuation(Token.COMMA);
            case ':' -> punctuation(Token.COLON);
            case '"' -> readString();
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> readNumber();
            default -> readWord();
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }

    private void punctuation(Token one) {
        token = one;
        end = start + 1;
    }

    private boolean digitAt(int at) {
        return at < input.length() && Text.isDigit(input.charAt(at));
    }

    private static boolean isWordPart(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || Text.isDigit(c)
                || c == '_'
                || c >= 0x80;
    }

    private void readNumber() {
        token = Token.NUMBER;
        int at = input.charAt(start) == '-' ? start + 1 : start;
        boolean wrong = !digitAt(at);
        if (!wrong && input.charAt(at) == '0') {
            at++;
        } else {
            at = digits(at);
        }
        if (at < input.length() && input.charAt(at) == '.') {
            wrong |= !digitAt(at + 1);
            at = digits(at + 1);
        }
        if (at < input.length() && (input.charAt(at) == 'e' || input.charAt(at) == 'E')) {
            at++;
            if (at < input.length() && (input.charAt(at) == '+' || input.charAt(at) == '-')) {
                at++;
            }
            wrong |= !digitAt(at);
            at = digits(at);
        }
        while (at < input.length() && isWordPart(input.charAt(at))) {
            wrong = true;
            at++;
        }
        end = at;
        if (wrong) {
            throw invalidToken();
        }
    }

    private int digits(int from) {
        int at = from;
        while (digitAt(at)) {
            at++;
        }
        return at;
    }

    private void readWord() {
        int at = start;
        while (at < input.length() && isWordPart(input.charAt(at))) {
            at++;
        }
        end = at == start ? at + 1 : at;
        token =
                switch (text()) {
                    case "true" -> Token.TRUE;
                    case "false" -> Token.FALSE;
                    case "null" -> Token.NULL;
                    default -> throw invalidToken();
                };
    }

    private void readString() {
        // Errors in a string do not make it the end of the text.
        token = Token.STRING;
        int close = start + 1;
        while (close < input.length() && plain(input.charAt(close))) {
            close++;
        }
        if (close < input.length() && input.charAt(close) == '"') {
            string = input.substring(start + 1, close);
            end = close + 1;
            return;
        }
        var out = new StringBuilder();
        out.append(input, start + 1, close);
        int high = -1;
        int at = close;
        while (true) {
            if (at >= input.length()) {
                end = at;
                throw invalidToken();
            }
            char c = input.charAt(at);
            if (c == '"') {
                break;
            }
            if (c < ' ') {
                end = at;
                throw wrong(String.format("Character with value 0x%02x must be escaped.", (int) c));
            }
            if (c != '\\') {
                requireNoHigh(high, at);
                out.append(c);
                at++;
                continue;
            }
            at++;
            if (at >= input.length()) {
                end = at;
                throw invalidToken();
            }
            c = input.charAt(at);
            if (c == 'u') {
                int code = readHex(at);
                at += 5;
                if (!decode) {
                    continue;
                }
                if (Character.isHighSurrogate((char) code)) {
                    if (high >= 0) {
                        end = at;
                        throw wrong("Unicode high surrogate must not follow a high surrogate.");
                    }
                    high = code;
                    continue;
                }
                if (Character.isLowSurrogate((char) code)) {
                    if (high < 0) {
                        end = at;
                        throw wrong("Unicode low surrogate must follow a high surrogate.");
                    }
                    out.append((char) high).append((char) code);
                    high = -1;
                    continue;
                }
                requireNoHigh(high, at - 1);
                if (code == 0) {
                    end = at;
                    throw new SqlException(
                                    SqlState.UNTRANSLATABLE_CHARACTER,
                                    "unsupported Unicode escape sequence")
                            .withDetail("\\u0000 cannot be converted to text.")
                            .withWhere(context());
                }
                out.append((char) code);
                continue;
            }
            int escape = "\"\\/bfnrt".indexOf(c);
            if (escape < 0) {
                start = at;
                end = input.offsetByCodePoints(at, 1);
                throw wrong("Escape sequence \"\\" + text() + "\" is invalid.");
            }
            requireNoHigh(high, at);
            out.append("\"\\/\b\f\n\r\t".charAt(escape));
            at++;
        }
        end = at + 1;
        if (high >= 0) {
            throw wrong("Unicode low surrogate must follow a high surrogate.");
        }
        string = out.toString();
    }

    private static boolean plain(char c) {
        return c != '"' && c != '\\' && c >= ' ';
    }

    private void requireNoHigh(int high, int at) {
        if (high >= 0) {
            end = input.offsetByCodePoints(at, 1);
            throw wrong("Unicode low surrogate must follow a high surrogate.");
        }
    }

    /** The four digits behind the u at {@code uAt}. */
    private int readHex(int uAt) {
        int code = 0;
        for (int i = 1; i <= 4; i++) {
            if (uAt + i >= input.length()) {
                end = input.length();
                throw invalidToken();
            }
            char c = input.charAt(uAt + i);
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                end = input.offsetByCodePoints(uAt + i, 1);
                throw wrong("\"\\u\" must be followed by four hexadecimal digits.");
            }
            code = code * 16 + digit;
        }
        return code;
    }

    void expect(Token wanted, Expect expectation) {
        if (token != wanted) {
            throw unexpected(expectation);
        }
        advance();
    }

    void expectEnd() {
        if (token != Token.END) {
            throw unexpected(Expect.END);
        }
    }

    SqlException unexpected(Expect expectation) {
        if (token == Token.END) {
            return wrong("The input string ended unexpectedly.");
        }
        return wrong("Expected " + expectation.words + ", but found \"" + text() + "\".");
    }

    private SqlException invalidToken() {
        return wrong("Token \"" + text() + "\" is invalid.");
    }

    private SqlException wrong(String detail) {
        return new SqlException(
                        SqlState.INVALID_TEXT_REPRESENTATION, "invalid input syntax for type json")
                .withDetail(detail)
                .withWhere(context());
    }

    /** The last 50 bytes of the line up to the fault. */
    private String context() {
        int from = lineStart;
        int bytes = JsonbOrder.utf8Length(input.substring(from, end));
        while (bytes >= 50) {
            int c = input.codePointAt(from);
            bytes -= c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
            from += Character.charCount(c);
        }
        if (from - lineStart <= 3) {
            from = lineStart;
        }
        boolean more =
                token != Token.END
                        && end < input.length()
                        && input.charAt(end) != '\n'
                        && input.charAt(end) != '\r';
        return "JSON data, line "
                + line
                + ": "
                + (from > lineStart ? "..." : "")
                + input.substring(from, end)
                + (more ? "..." : "");
    }
}
