package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlException;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Text to tokens by PostgreSQL's lexical rules. The whole text is cut at once into parallel arrays;
 * a lexical error becomes an {@link Token#ERROR} token that the parser throws when it gets there,
 * so that a syntax error before it is reported first, as by PostgreSQL.
 *
 * <p>Cost: one pass, O(length). Source: PostgreSQL's documentation, "Lexical Structure".
 */
final class Lexer {

    /** Longest identifier in bytes of UTF-8; longer ones are cut. */
    static final int IDENTIFIER_BYTES_MAX = 63;

    private static final String OPERATOR_CHARACTERS = "~!@#^&|`?+-*/%<>=";

    private final String sql;
    private final StringRules rules;
    private final Consumer<SqlException> warnings;
    private final int length;

    private Token[] kinds;
    private int[] starts;
    private int[] ends;
    private @Nullable String[] values;
    private int count;
    private @Nullable SqlException error;

    private int at;

    Lexer(String sql) {
        this(sql, StringRules.STANDARD, _ -> {});
    }

    Lexer(String sql, StringRules rules, Consumer<SqlException> warnings) {
        this.sql = sql;
        this.rules = rules;
        this.warnings = warnings;
        this.length = sql.length();
        var capacity = Math.max(8, length / 4 + 4);
        kinds = new Token[capacity];
        starts = new int[capacity];
        ends = new int[capacity];
        values = new @Nullable String[capacity];
    }

    /** Cuts the text. The last token is {@link Token#EOF} or {@link Token#ERROR}. */
    Tokens run() {
        try {
            while (true) {
                skipSpace();
                if (at >= length) {
                    break;
                }
                next();
            }
            add(Token.EOF, length, length, null);
        } catch (SqlException e) {
            error = e;
            add(Token.ERROR, at, length, null);
        }
        lookAhead();
        return new Tokens(
                sql,
                Arrays.copyOf(kinds, count),
                Arrays.copyOf(starts, count),
                Arrays.copyOf(ends, count),
                Arrays.copyOf(values, count),
                error);
    }

    /**
     * NOT, NULLS and WITH are other tokens before certain words, which keeps the grammar at one
     * token of lookahead.
     */
    private void lookAhead() {
        for (int i = 0; i + 1 < count; i++) {
            switch (kinds[i]) {
                case NOT -> {
                    switch (kinds[i + 1]) {
                        case BETWEEN, IN, LIKE, ILIKE, SIMILAR -> kinds[i] = Token.NOT_LA;
                        default -> {}
                    }
                }
                case NULLS -> {
                    if (kinds[i + 1] == Token.FIRST || kinds[i + 1] == Token.LAST) {
                        kinds[i] = Token.NULLS_LA;
                    }
                }
                case WITH -> {
                    if (kinds[i + 1] == Token.TIME || kinds[i + 1] == Token.ORDINALITY) {
                        kinds[i] = Token.WITH_LA;
                    }
                }
                default -> {}
            }
        }
    }

    private void add(Token kind, int start, int end, @Nullable String value) {
        if (count == kinds.length) {
            var capacity = count * 2;
            kinds = Arrays.copyOf(kinds, capacity);
            starts = Arrays.copyOf(starts, capacity);
            ends = Arrays.copyOf(ends, capacity);
            values = Arrays.copyOf(values, capacity);
        }
        kinds[count] = kind;
        starts[count] = start;
        ends[count] = end;
        values[count] = value;
        count++;
    }

    private int peek(int index) {
        return index < length ? sql.charAt(index) : -1;
    }

    private SqlException fail(String message, int start, int end) {
        return Tokens.errorNear(sql, message, start, end);
    }

    static boolean isSpace(int c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
    }

    static boolean isIdentifierStart(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isIdentifierPart(int c) {
        return isIdentifierStart(c) || isDigit(c) || c == '$';
    }

    private static boolean isOperator(int c) {
        return c >= 0 && c < 0x80 && OPERATOR_CHARACTERS.indexOf(c) >= 0;
    }

    private void skipSpace() {
        while (at < length) {
            var c = sql.charAt(at);
            if (isSpace(c)) {
                at++;
            } else if (c == '-' && peek(at + 1) == '-') {
                skipLine();
            } else if (c == '/' && peek(at + 1) == '*') {
                skipComment();
            } else {
                return;
            }
        }
    }

    private void skipLine() {
        while (at < length && sql.charAt(at) != '\n' && sql.charAt(at) != '\r') {
            at++;
        }
    }

    private void skipComment() {
        var start = at;
        var depth = 1;
        var i = at + 2;
        while (depth > 0) {
            if (i + 1 >= length) {
                throw fail("unterminated /* comment", start, length);
            }
            var c = sql.charAt(i);
            if (c == '*' && sql.charAt(i + 1) == '/') {
                depth--;
                i += 2;
            } else if (c == '/' && sql.charAt(i + 1) == '*') {
                depth++;
                i += 2;
            } else {
                i++;
            }
        }
        at = i;
    }

    private void next() {
        var c = sql.charAt(at);
        if (isIdentifierStart(c)) {
            word(c);
        } else if (isDigit(c) || (c == '.' && isDigit(peek(at + 1)))) {
            number();
        } else {
            switch (c) {
                case '\'' -> string(Token.SCONST, at, at + 1, StringKind.PLAIN);
                case '"' -> quotedIdentifier(at, at + 1, false);
                case '$' -> dollar();
                case ':' -> {
                    if (peek(at + 1) == ':') {
                        take(Token.TYPECAST, 2);
                    } else if (peek(at + 1) == '=') {
                        take(Token.COLON_EQUALS, 2);
                    } else {
                        take(Token.COLON, 1);
                    }
                }
                case '.' -> {
                    if (peek(at + 1) == '.') {
                        take(Token.DOT_DOT, 2);
                    } else {
                        take(Token.DOT, 1);
                    }
                }
                case ',' -> take(Token.COMMA, 1);
                case '(' -> take(Token.LPAREN, 1);
                case ')' -> take(Token.RPAREN, 1);
                case '[' -> take(Token.LBRACKET, 1);
                case ']' -> take(Token.RBRACKET, 1);
                case ';' -> take(Token.SEMICOLON, 1);
                default -> {
                    if (isOperator(c)) {
                        operator();
                    } else {
                        take(Token.OTHER, 1);
                    }
                }
            }
        }
    }

    private void take(Token kind, int size) {
        add(kind, at, at + size, null);
        at += size;
    }

    private void word(char first) {
        var second = peek(at + 1);
        if (second == '\'') {
            switch (first) {
                case 'b', 'B' -> {
                    string(Token.BCONST, at, at + 2, StringKind.BIT);
                    return;
                }
                case 'x', 'X' -> {
                    string(Token.XCONST, at, at + 2, StringKind.HEX);
                    return;
                }
                case 'e', 'E' -> {
                    string(Token.SCONST, at, at + 2, StringKind.ESCAPE);
                    return;
                }
                case 'n', 'N' -> {
                    take(Token.NCHAR, 1);
                    return;
                }
                default -> {}
            }
        } else if (second == '&' && (first == 'u' || first == 'U')) {
            if (peek(at + 2) == '\'') {
                if (rules.backslashes()) {
                    throw SqlException.notSupported(
                                    "unsafe use of string constant with Unicode escapes")
                            .withDetail(
                                    "String constants with Unicode escapes cannot be used when"
                                            + " standard_conforming_strings is off.")
                            .withPosition(Tokens.position(sql, at));
                }
                string(Token.SCONST, at, at + 3, StringKind.UNICODE);
                return;
            }
            if (peek(at + 2) == '"') {
                quotedIdentifier(at, at + 3, true);
                return;
            }
        }
        var end = at + 1;
        while (end < length && isIdentifierPart(sql.charAt(end))) {
            end++;
        }
        var folded = fold(at, end);
        var keyword = Token.keyword(folded);
        if (keyword != null) {
            add(keyword, at, end, keyword.text);
        } else {
            add(Token.IDENT, at, end, truncate(folded));
        }
        at = end;
    }

    /** Lower case for ASCII alone, as PostgreSQL does in UTF-8. */
    private String fold(int start, int end) {
        for (int i = start; i < end; i++) {
            var c = sql.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                var folded = sql.substring(start, end).toCharArray();
                for (int j = i - start; j < folded.length; j++) {
                    if (folded[j] >= 'A' && folded[j] <= 'Z') {
                        folded[j] = (char) (folded[j] + ('a' - 'A'));
                    }
                }
                return new String(folded);
            }
        }
        return sql.substring(start, end);
    }

    /** The longest prefix of whole characters that fits into 63 bytes. */
    static String truncate(String identifier) {
        if (identifier.length() * 3 <= IDENTIFIER_BYTES_MAX) {
            return identifier;
        }
        var bytes = 0;
        for (int i = 0; i < identifier.length(); ) {
            var c = identifier.codePointAt(i);
            bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
            if (bytes > IDENTIFIER_BYTES_MAX) {
                return identifier.substring(0, i);
            }
            i += Character.charCount(c);
        }
        return identifier;
    }

    private void quotedIdentifier(int start, int contentStart, boolean unicode) {
        var i = contentStart;
        StringBuilder content = null;
        var from = contentStart;
        while (true) {
            if (i >= length) {
                throw fail("unterminated quoted identifier", start, length);
            }
            if (sql.charAt(i) == '"') {
                if (peek(i + 1) != '"') {
                    break;
                }
                if (content == null) {
                    content = new StringBuilder();
                }
                content.append(sql, from, i + 1);
                i += 2;
                from = i;
            } else {
                i++;
            }
        }
        var text =
                content == null
                        ? sql.substring(contentStart, i)
                        : content.append(sql, from, i).toString();
        if (text.isEmpty()) {
            throw fail("zero-length delimited identifier", start, i + 1);
        }
        at = i + 1;
        if (unicode) {
            text = unescaped(text, start);
        }
        add(Token.IDENT, start, at, truncate(text));
    }

    private enum StringKind {
        PLAIN,
        ESCAPE,
        UNICODE,
        BIT,
        HEX
    }

    private void string(Token kind, int start, int contentStart, StringKind style) {
        StringBuilder content = null;
        var escapes =
                style == StringKind.ESCAPE || (style == StringKind.PLAIN && rules.backslashes())
                        ? new EscapeString(
                                sql, start, rules, style == StringKind.PLAIN ? warnings : null)
                        : null;
        var i = contentStart;
        var from = contentStart;
        while (true) {
            if (i >= length) {
                throw fail(unterminated(style), start, length);
            }
            var c = sql.charAt(i);
            if (c == '\\' && escapes != null) {
                if (content == null) {
                    content = new StringBuilder();
                }
                content.append(sql, from, i);
                if (i + 1 >= length) {
                    throw fail("unterminated quoted string", start, length);
                }
                i = escapes.escape(i, content);
                from = i;
            } else if (c != '\'') {
                i++;
            } else if (peek(i + 1) == '\'' && style != StringKind.BIT && style != StringKind.HEX) {
                if (content == null) {
                    content = new StringBuilder();
                }
                content.append(sql, from, i + 1);
                i += 2;
                from = i;
            } else {
                var next = continuation(i + 1);
                if (next < 0) {
                    break;
                }
                if (content == null) {
                    content = new StringBuilder();
                }
                content.append(sql, from, i);
                i = next;
                from = next;
            }
        }
        var text =
                content == null
                        ? sql.substring(contentStart, i)
                        : content.append(sql, from, i).toString();
        if (escapes != null) {
            text = escapes.verified(text);
        }
        at = i + 1;
        if (style == StringKind.UNICODE) {
            text = unescaped(text, start);
        }
        add(kind, start, at, text);
    }

    /**
     * The text of a U& token at {@code start} with its escapes resolved, UESCAPE clause included.
     */
    private String unescaped(String text, int start) {
        var tokenEnd = at;
        skipSpace();
        var clause = at;
        var end = identifierEnd(at);
        if (!sql.substring(clause, end).equalsIgnoreCase("uescape")) {
            at = tokenEnd;
            return UnicodeEscapes.resolve(sql, text, '\\', start);
        }
        at = end;
        skipSpace();
        var literal = at;
        if (at >= length) {
            throw fail("UESCAPE must be followed by a simple string literal", at, at);
        }
        var before = count;
        next();
        count = before;
        if (kinds[before] != Token.SCONST
                || sql.charAt(literal) == 'U'
                || sql.charAt(literal) == 'u') {
            throw fail("UESCAPE must be followed by a simple string literal", literal, at);
        }
        var escape = values[before];
        if (escape == null || escape.length() != 1 || !UnicodeEscapes.mayEscape(escape.charAt(0))) {
            throw fail("invalid Unicode escape character", literal, at);
        }
        return UnicodeEscapes.resolve(sql, text, escape.charAt(0), start);
    }

    private static String unterminated(StringKind style) {
        return switch (style) {
            case PLAIN, ESCAPE, UNICODE -> "unterminated quoted string";
            case BIT -> "unterminated bit string literal";
            case HEX -> "unterminated hexadecimal string literal";
        };
    }

    /**
     * Where a string goes on after its closing quote: behind the next quote if nothing but white
     * space with a newline in it, and comments, stand between; else -1.
     */
    private int continuation(int index) {
        var i = index;
        var newline = false;
        while (i < length) {
            var c = sql.charAt(i);
            if (isSpace(c)) {
                newline |= c == '\n' || c == '\r';
                i++;
            } else if (c == '-' && peek(i + 1) == '-') {
                while (i < length && sql.charAt(i) != '\n' && sql.charAt(i) != '\r') {
                    i++;
                }
            } else {
                return c == '\'' && newline ? i + 1 : -1;
            }
        }
        return -1;
    }

    private void dollar() {
        var c = peek(at + 1);
        if (isDigit(c)) {
            var end = at + 2;
            while (isDigit(peek(end))) {
                end++;
            }
            if (isIdentifierStart(peek(end))) {
                throw fail("trailing junk after parameter", at, identifierEnd(end));
            }
            add(Token.PARAM, at, end, sql.substring(at + 1, end));
            at = end;
            return;
        }
        var i = at + 1;
        if (isIdentifierStart(c)) {
            while (isIdentifierPart(peek(i)) && peek(i) != '$') {
                i++;
            }
        }
        if (peek(i) != '$') {
            take(Token.OTHER, 1);
            return;
        }
        var delimiter = sql.substring(at, i + 1);
        var end = sql.indexOf(delimiter, i + 1);
        if (end < 0) {
            throw fail("unterminated dollar-quoted string", at, length);
        }
        add(Token.SCONST, at, end + delimiter.length(), sql.substring(i + 1, end));
        at = end + delimiter.length();
    }

    private int identifierEnd(int index) {
        var i = index;
        while (isIdentifierPart(peek(i))) {
            i++;
        }
        return i;
    }

    private void number() {
        var end = at;
        while (isDigit(peek(end))) {
            end++;
        }
        var integer = true;
        if (peek(end) == '.' && !(peek(end + 1) == '.' && end > at)) {
            integer = false;
            end++;
            while (isDigit(peek(end))) {
                end++;
            }
        }
        var c = peek(end);
        if (c == 'e' || c == 'E') {
            var exponent = end + 1;
            var signed = peek(exponent) == '+' || peek(exponent) == '-';
            if (signed) {
                exponent++;
            }
            if (isDigit(peek(exponent))) {
                integer = false;
                end = exponent;
                while (isDigit(peek(end))) {
                    end++;
                }
            } else if (signed) {
                throw fail("trailing junk after numeric literal", at, exponent);
            }
        }
        if (isIdentifierStart(peek(end))) {
            throw fail("trailing junk after numeric literal", at, identifierEnd(end));
        }
        var text = sql.substring(at, end);
        add(integer && fitsInt(text) ? Token.ICONST : Token.FCONST, at, end, text);
        at = end;
    }

    private static boolean fitsInt(String digits) {
        if (digits.length() < 10) {
            return true;
        }
        var value = 0L;
        for (int i = 0; i < digits.length(); i++) {
            value = value * 10 + digits.charAt(i) - '0';
            if (value > Integer.MAX_VALUE) {
                return false;
            }
        }
        return true;
    }

    private void operator() {
        var end = at;
        while (isOperator(peek(end))) {
            end++;
        }
        for (int i = at; i + 1 < end; i++) {
            var c = sql.charAt(i);
            var d = sql.charAt(i + 1);
            if ((c == '/' && d == '*') || (c == '-' && d == '-')) {
                end = i;
                break;
            }
        }
        if (end - at > 1 && isSign(sql.charAt(end - 1)) && !hasOperatorOnlyCharacter(at, end - 1)) {
            do {
                end--;
            } while (end - at > 1 && isSign(sql.charAt(end - 1)));
        }
        var size = end - at;
        if (size == 1) {
            var single = single(sql.charAt(at));
            if (single != Token.OP) {
                take(single, 1);
                return;
            }
        } else if (size == 2) {
            var pair = pair(sql.charAt(at), sql.charAt(at + 1));
            if (pair != Token.OP) {
                take(pair, 2);
                return;
            }
        } else if (size > IDENTIFIER_BYTES_MAX) {
            throw fail("operator too long", at, end);
        }
        add(Token.OP, at, end, sql.substring(at, end));
        at = end;
    }

    private static boolean isSign(char c) {
        return c == '+' || c == '-';
    }

    /** Whether a character is there that no operator of the SQL standard has. */
    private boolean hasOperatorOnlyCharacter(int start, int end) {
        for (int i = start; i < end; i++) {
            switch (sql.charAt(i)) {
                case '~', '!', '@', '#', '^', '&', '|', '`', '?', '%' -> {
                    return true;
                }
                default -> {}
            }
        }
        return false;
    }

    private static Token single(char c) {
        return switch (c) {
            case '+' -> Token.PLUS;
            case '-' -> Token.MINUS;
            case '*' -> Token.STAR;
            case '/' -> Token.SLASH;
            case '%' -> Token.PERCENT;
            case '^' -> Token.CARET;
            case '<' -> Token.LT;
            case '>' -> Token.GT;
            case '=' -> Token.EQ;
            default -> Token.OP;
        };
    }

    private static Token pair(char first, char second) {
        return switch (first) {
            case '=' -> second == '>' ? Token.EQUALS_GREATER : Token.OP;
            case '>' -> second == '=' ? Token.GREATER_EQUALS : Token.OP;
            case '!' -> second == '=' ? Token.NOT_EQUALS : Token.OP;
            case '<' ->
                    switch (second) {
                        case '=' -> Token.LESS_EQUALS;
                        case '>' -> Token.NOT_EQUALS;
                        default -> Token.OP;
                    };
            default -> Token.OP;
        };
    }
}
