package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * PostgreSQL's advanced regular expressions (Henry Spencer's) as {@link Pattern}s. What differs: an
 * alternation takes its first branch that matches, not the longest, and a quantifier's greed is its
 * own.
 */
final class Regex {
    private final String source;
    private final StringBuilder out = new StringBuilder();
    private int at;
    private boolean insensitive;
    private boolean expanded;
    private boolean dotStopsAtNewline;
    private boolean anchorsAtLines;
    private int depth;
    private int groups;

    /** Whether the last thing may be followed by a quantifier. */
    private boolean atom;

    private Regex(String source) {
        this.source = source;
    }

    /** Compiles with flags as the functions take them (without {@code g}). */
    static Pattern compile(String source, String flags) {
        var regex = new Regex(source);
        boolean literal = false;
        for (int i = 0; i < flags.length(); i++) {
            switch (flags.charAt(i)) {
                case 'i' -> regex.insensitive = true;
                case 'c' -> regex.insensitive = false;
                case 'x' -> regex.expanded = true;
                case 't' -> regex.expanded = false;
                case 'n', 'm' -> {
                    regex.dotStopsAtNewline = true;
                    regex.anchorsAtLines = true;
                }
                case 's' -> {
                    regex.dotStopsAtNewline = false;
                    regex.anchorsAtLines = false;
                }
                case 'p' -> regex.dotStopsAtNewline = true;
                case 'w' -> regex.anchorsAtLines = true;
                case 'q' -> literal = true;
                case 'e', 'b' -> literal = false;
                case 'g' ->
                        throw new SqlException(
                                SqlState.INVALID_PARAMETER_VALUE,
                                "invalid regular expression option: \"g\"");
                default ->
                        throw new SqlException(
                                SqlState.INVALID_PARAMETER_VALUE,
                                "invalid regular expression option: \"" + flags.charAt(i) + "\"");
            }
        }
        return literal ? regex.literal(source) : regex.translate();
    }

    private Pattern literal(String text) {
        return Pattern.compile(Pattern.quote(text), flags());
    }

    private int flags() {
        int flags = Pattern.DOTALL;
        if (insensitive) {
            flags |= Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
        }
        return flags;
    }

    private Pattern translate() {
        if (source.startsWith("***=")) {
            return literal(source.substring(4));
        }
        if (source.startsWith("***:")) {
            at = 4;
        } else if (source.startsWith("***")) {
            throw invalid("invalid embedded option");
        }
        embeddedOptions();
        while (at < source.length()) {
            element();
        }
        if (depth != 0) {
            throw invalid("parentheses () not balanced");
        }
        try {
            return Pattern.compile(out.toString(), flags());
        } catch (PatternSyntaxException broken) {
            throw invalid(broken.getDescription().toLowerCase(Locale.ROOT));
        }
    }

    static SqlException invalid(String why) {
        return new SqlException(
                SqlState.INVALID_REGULAR_EXPRESSION, "invalid regular expression: " + why);
    }

    /** {@code (?i)} and kin, at the start only. */
    private void embeddedOptions() {
        if (!source.startsWith("(?", at)
                || at + 2 >= source.length()
                || !Character.isLetter(source.charAt(at + 2))) {
            return;
        }
        int close = source.indexOf(')', at);
        if (close < 0) {
            throw invalid("invalid embedded option");
        }
        for (int i = at + 2; i < close; i++) {
            switch (source.charAt(i)) {
                case 'i' -> insensitive = true;
                case 'c' -> insensitive = false;
                case 'x' -> expanded = true;
                case 't' -> expanded = false;
                case 'n', 'm' -> {
                    dotStopsAtNewline = true;
                    anchorsAtLines = true;
                }
                case 's' -> {
                    dotStopsAtNewline = false;
                    anchorsAtLines = false;
                }
                case 'p' -> dotStopsAtNewline = true;
                case 'w' -> anchorsAtLines = true;
                case 'b', 'e' -> {}
                case 'q' -> {
                    out.append(Pattern.quote(source.substring(close + 1)));
                    at = source.length();
                    return;
                }
                default -> throw invalid("invalid embedded option");
            }
        }
        at = close + 1;
    }

    private void element() {
        int c = source.codePointAt(at);
        at += Character.charCount(c);
        switch (c) {
            case '\\' -> escape();
            case '[' -> bracket();
            case '(' -> open();
            case ')' -> close();
            case '|' -> {
                out.append('|');
                atom = false;
            }
            case '^' -> {
                out.append(anchorsAtLines ? "(?:(?<=\\n)|(?<![\\s\\S]))" : "^");
                atom = false;
            }
            case '$' -> {
                out.append(anchorsAtLines ? "(?=\\n|\\z)" : "\\z");
                atom = false;
            }
            case '.' -> {
                out.append(dotStopsAtNewline ? "[^\\n]" : ".");
                atom = true;
            }
            case '*', '+', '?' -> quantifier((char) c);
            case '{' -> {
                if (at < source.length() && Character.isDigit(source.charAt(at))) {
                    bounds();
                } else {
                    append('{');
                }
            }
            case '#' -> {
                if (expanded) {
                    while (at < source.length() && source.charAt(at) != '\n') {
                        at++;
                    }
                } else {
                    append(c);
                }
            }
            default -> {
                if (!expanded || !Character.isWhitespace(c)) {
                    append(c);
                }
            }
        }
    }

    private void append(int c) {
        if (c < 128 && !Character.isLetterOrDigit(c) && c > ' ') {
            out.append('\\');
        }
        out.appendCodePoint(c);
        atom = true;
    }

    private void open() {
        if (source.startsWith("?#", at)) {
            int close = source.indexOf(')', at);
            if (close < 0) {
                throw invalid("parentheses () not balanced");
            }
            at = close + 1;
            return;
        }
        depth++;
        for (var look : java.util.List.of("?:", "?=", "?!", "?<=", "?<!")) {
            if (source.startsWith(look, at)) {
                at += look.length();
                out.append('(').append(look);
                atom = false;
                return;
            }
        }
        if (at < source.length() && source.charAt(at) == '?') {
            throw invalid("quantifier operand invalid");
        }
        groups++;
        out.append('(');
        atom = false;
    }

    private void close() {
        if (depth == 0) {
            throw invalid("parentheses () not balanced");
        }
        depth--;
        out.append(')');
        atom = true;
    }

    private void quantifier(char c) {
        if (!atom) {
            throw invalid("quantifier operand invalid");
        }
        out.append(c);
        lazy();
    }

    private void lazy() {
        if (at < source.length() && source.charAt(at) == '?') {
            out.append('?');
            at++;
        }
        atom = false;
    }

    private void bounds() {
        int close = source.indexOf('}', at);
        var body = close < 0 ? "" : source.substring(at, close);
        if (close < 0) {
            throw invalid("braces {} not balanced");
        }
        if (!body.matches("\\d{1,3}(,(\\d{1,3})?)?")) {
            throw invalid("invalid repetition count(s)");
        }
        if (!atom) {
            throw invalid("quantifier operand invalid");
        }
        int comma = body.indexOf(',');
        int least = Integer.parseInt(comma < 0 ? body : body.substring(0, comma));
        int most =
                comma < 0
                        ? least
                        : comma == body.length() - 1
                                ? 255
                                : Integer.parseInt(body.substring(comma + 1));
        if (least > 255 || most > 255 || least > most) {
            throw invalid("invalid repetition count(s)");
        }
        out.append('{').append(body).append('}');
        at = close + 1;
        lazy();
    }

    private void escape() {
        if (at >= source.length()) {
            throw invalid("invalid escape \\ sequence");
        }
        char c = source.charAt(at++);
        atom = true;
        switch (c) {
            case 'd' -> out.append("\\p{Nd}");
            case 'D' -> out.append("\\P{Nd}");
            case 's' -> out.append("[\\s\\x{0b}]");
            case 'S' -> out.append("[^\\s\\x{0b}]");
            case 'w' -> out.append("[\\p{IsAlphabetic}\\p{Nd}_]");
            case 'W' -> out.append("[^\\p{IsAlphabetic}\\p{Nd}_]");
            case 'm' ->
                    constraint("(?<![\\p{IsAlphabetic}\\p{Nd}_])(?=[\\p{IsAlphabetic}\\p{Nd}_])");
            case 'M' ->
                    constraint("(?<=[\\p{IsAlphabetic}\\p{Nd}_])(?![\\p{IsAlphabetic}\\p{Nd}_])");
            case 'y' -> constraint("\\b");
            case 'Y' -> constraint("\\B");
            case 'A' -> constraint("\\A");
            case 'Z' -> constraint("\\z");
            default -> {
                if (c >= '1' && c <= '9') {
                    reference(c);
                } else {
                    at--;
                    append(character());
                }
            }
        }
    }

    private void constraint(String text) {
        out.append(text);
        atom = false;
    }

    private void reference(char first) {
        int number = first - '0';
        while (at < source.length()
                && Character.isDigit(source.charAt(at))
                && number * 10 + source.charAt(at) - '0' <= groups) {
            number = number * 10 + source.charAt(at++) - '0';
        }
        if (number > groups) {
            throw invalid("invalid backreference number");
        }
        out.append("(?:\\").append(number).append(')');
    }

    /** A character-entry escape after the backslash. */
    private int character() {
        int c = source.codePointAt(at);
        at += Character.charCount(c);
        return switch (c) {
            case 'a' -> 7;
            case 'b' -> 8;
            case 'B' -> '\\';
            case 'e' -> 27;
            case 'f' -> 12;
            case 'n' -> 10;
            case 'r' -> 13;
            case 't' -> 9;
            case 'v' -> 11;
            case 'u' -> hexadecimal(4);
            case 'U' -> hexadecimal(8);
            case 'x' -> hexadecimal(0);
            case 'c' -> source.charAt(at++) & 31;
            case '0' -> octal();
            default -> {
                if (c < 128 && Character.isLetterOrDigit(c)) {
                    throw invalid("invalid escape \\ sequence");
                }
                yield c;
            }
        };
    }

    private int octal() {
        int value = 0;
        for (int i = 0;
                i < 2
                        && at < source.length()
                        && source.charAt(at) >= '0'
                        && source.charAt(at) <= '7';
                i++) {
            value = value * 8 + source.charAt(at++) - '0';
        }
        return value;
    }

    private int hexadecimal(int digits) {
        int start = at;
        long value = 0;
        while (at < source.length()
                && (digits == 0 || at - start < digits)
                && Character.digit(source.charAt(at), 16) >= 0) {
            value = value * 16 + Character.digit(source.charAt(at++), 16) & 0xffffffffL;
        }
        if (at == start || (digits != 0 && at - start != digits) || value > 0x10ffff) {
            throw invalid("invalid escape \\ sequence");
        }
        return (int) value;
    }

    private void bracket() {
        atom = true;
        if (source.startsWith("[:<:]]", at)) {
            at += 6;
            constraint("(?<![\\p{IsAlphabetic}\\p{Nd}_])(?=[\\p{IsAlphabetic}\\p{Nd}_])");
            return;
        }
        if (source.startsWith("[:>:]]", at)) {
            at += 6;
            constraint("(?<=[\\p{IsAlphabetic}\\p{Nd}_])(?![\\p{IsAlphabetic}\\p{Nd}_])");
            return;
        }
        out.append('[');
        boolean negated = at < source.length() && source.charAt(at) == '^';
        if (negated) {
            at++;
            out.append('^');
            if (dotStopsAtNewline) {
                out.append("\\n");
            }
        }
        boolean first = true;
        while (true) {
            if (at >= source.length()) {
                throw invalid("brackets [] not balanced");
            }
            if (source.charAt(at) == ']' && !first) {
                at++;
                out.append(']');
                return;
            }
            first = false;
            bracketItem();
        }
    }

    private void bracketItem() {
        if (source.startsWith("[:", at)) {
            int close = source.indexOf(":]", at);
            if (close < 0) {
                throw invalid("brackets [] not balanced");
            }
            out.append(characterClass(source.substring(at + 2, close)));
            at = close + 2;
            return;
        }
        if (source.charAt(at) == '\\'
                && at + 1 < source.length()
                && "dswDSW".indexOf(source.charAt(at + 1)) >= 0) {
            char kind = source.charAt(at + 1);
            out.append(
                    switch (kind) {
                        case 'd' -> "\\p{Nd}";
                        case 's' -> "\\s\\x{0b}";
                        case 'w' -> "\\p{IsAlphabetic}\\p{Nd}_";
                        case 'D' -> "\\P{Nd}";
                        case 'S' -> "\\S";
                        default -> "[^\\p{IsAlphabetic}\\p{Nd}_]";
                    });
            at += 2;
            return;
        }
        int low = bracketCharacter();
        if (at + 1 < source.length() && source.charAt(at) == '-' && source.charAt(at + 1) != ']') {
            at++;
            int high = bracketCharacter();
            if (high < low) {
                throw invalid("invalid character range");
            }
            out.append(String.format("\\x{%x}-\\x{%x}", low, high));
        } else {
            out.append(String.format("\\x{%x}", low));
        }
    }

    private int bracketCharacter() {
        if (at >= source.length()) {
            throw invalid("brackets [] not balanced");
        }
        if (source.startsWith("[.", at) || source.startsWith("[=", at)) {
            int close = source.indexOf(source.charAt(at + 1) + "]", at + 2);
            if (close < 0) {
                throw invalid("brackets [] not balanced");
            }
            var name = source.substring(at + 2, close);
            at = close + 2;
            if (name.isEmpty() || name.codePointCount(0, name.length()) != 1) {
                throw invalid("invalid collating element");
            }
            return name.codePointAt(0);
        }
        int c = source.codePointAt(at);
        at += Character.charCount(c);
        if (c == '\\') {
            if (at >= source.length()) {
                throw invalid("invalid escape \\ sequence");
            }
            return character();
        }
        return c;
    }

    private static String characterClass(String name) {
        return switch (name) {
            case "alpha" -> "\\p{IsAlphabetic}";
            case "digit" -> "\\p{Nd}";
            case "alnum" -> "\\p{IsAlphabetic}\\p{Nd}";
            case "upper" -> "\\p{Lu}";
            case "lower" -> "\\p{Ll}";
            case "space" -> "\\s\\x{0b}";
            case "blank" -> " \\t";
            case "punct" -> "\\p{Punct}";
            case "print" -> "\\p{Print}\\x{a0}-\\x{10ffff}";
            case "graph" -> "\\p{Graph}\\x{a1}-\\x{10ffff}";
            case "cntrl" -> "\\p{Cntrl}";
            case "xdigit" -> "0-9A-Fa-f";
            case "word" -> "\\p{IsAlphabetic}\\p{Nd}_";
            default -> throw invalid("invalid character class");
        };
    }

    /** A SIMILAR TO pattern as a regular expression of ours; {@code escape} empty for none. */
    static String similar(String pattern, String escape) {
        if (Strings.length(escape) > 1) {
            throw new SqlException(SqlState.INVALID_ESCAPE_SEQUENCE, "invalid escape string")
                    .withHint("Escape string must be empty or one character.");
        }
        int escapeCharacter = escape.isEmpty() ? -1 : escape.codePointAt(0);
        var out = new StringBuilder("^(?:");
        boolean afterEscape = false;
        boolean inBracket = false;
        int quotes = 0;
        for (int i = 0; i < pattern.length(); ) {
            int c = pattern.codePointAt(i);
            i += Character.charCount(c);
            if (afterEscape) {
                if (c == '"' && !inBracket) {
                    // The parts of substring(s SIMILAR '..#"..#"..' ESCAPE '#').
                    if (quotes == 0) {
                        out.append("){1,1}?(");
                    } else if (quotes == 1) {
                        out.append("){1,1}(?:");
                    } else {
                        throw new SqlException(
                                SqlState.INVALID_USE_OF_ESCAPE_CHARACTER,
                                "SQL regular expression may not contain more than two escape-double-quote separators");
                    }
                    quotes++;
                } else {
                    out.append('\\').appendCodePoint(c);
                }
                afterEscape = false;
            } else if (c == escapeCharacter) {
                afterEscape = true;
            } else if (inBracket) {
                if (c == '\\') {
                    out.append('\\');
                }
                out.appendCodePoint(c);
                if (c == ']') {
                    inBracket = false;
                }
            } else {
                switch (c) {
                    case '[' -> {
                        out.append('[');
                        inBracket = true;
                    }
                    case '%' -> out.append(".*");
                    case '_' -> out.append('.');
                    case '(' -> out.append("(?:");
                    case '\\', '.', '^', '$' -> out.append('\\').appendCodePoint(c);
                    default -> out.appendCodePoint(c);
                }
            }
        }
        return out.append(")$").toString();
    }
}
