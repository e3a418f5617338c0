package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * JSON text as a tree of spans: json (not jsonb) hands parts of its text out as they were written.
 * The text was checked when it became a json value.
 */
final class JsonTree {
    enum Kind {
        OBJECT,
        ARRAY,
        STRING,
        NUMBER,
        BOOLEAN,
        NULL
    }

    /** A member of an object, or an element with an empty key. */
    record Child(String key, JsonTree value) {}

    private final String source;
    private final Kind kind;
    private final int start;
    private final int end;
    private final List<Child> children;

    private JsonTree(String source, Kind kind, int start, int end, List<Child> children) {
        this.source = source;
        this.kind = kind;
        this.start = start;
        this.end = end;
        this.children = children;
    }

    static JsonTree parse(String source) {
        var parser = new Parser(source);
        return parser.value();
    }

    Kind kind() {
        return kind;
    }

    /** The text as written. */
    String text() {
        return source.substring(start, end);
    }

    /** A string without quotes and escapes, other values as written; null for JSON's null. */
    @Nullable String unquoted() {
        return switch (kind) {
            case STRING -> unescape(source, start + 1, end - 1);
            case NULL -> null;
            case OBJECT, ARRAY, NUMBER, BOOLEAN -> text();
        };
    }

    List<Child> children() {
        return children;
    }

    /** The last member of that key. */
    @Nullable JsonTree field(String key) {
        JsonTree found = null;
        for (var child : children) {
            if (kind == Kind.OBJECT && child.key.equals(key)) {
                found = child.value;
            }
        }
        return found;
    }

    /** From the end for negative indexes. */
    @Nullable JsonTree element(int index) {
        int at = index < 0 ? children.size() + index : index;
        return kind == Kind.ARRAY && at >= 0 && at < children.size()
                ? children.get(at).value
                : null;
    }

    private static String unescape(String source, int from, int to) {
        if (source.indexOf('\\', from) < 0 || source.indexOf('\\', from) >= to) {
            return source.substring(from, to);
        }
        var out = new StringBuilder(to - from);
        for (int i = from; i < to; i++) {
            char c = source.charAt(i);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char escape = source.charAt(++i);
            switch (escape) {
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'u' -> {
                    char code = (char) Integer.parseInt(source.substring(i + 1, i + 5), 16);
                    if (code == 0) {
                        throw new SqlException(
                                        SqlState.UNTRANSLATABLE_CHARACTER,
                                        "unsupported Unicode escape sequence")
                                .withDetail("\\u0000 cannot be converted to text.");
                    }
                    out.append(code);
                    i += 4;
                }
                default -> out.append(escape);
            }
        }
        return out.toString();
    }

    private static final class Parser {
        private final String source;
        private int at;

        Parser(String source) {
            this.source = source;
        }

        private char peek() {
            while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
                at++;
            }
            return at < source.length() ? source.charAt(at) : 0;
        }

        JsonTree value() {
            char c = peek();
            int start = at;
            return switch (c) {
                case '{' -> members(start);
                case '[' -> elements(start);
                case '"' -> {
                    string();
                    yield leaf(Kind.STRING, start);
                }
                case 't', 'f' -> word(Kind.BOOLEAN, start);
                case 'n' -> word(Kind.NULL, start);
                default -> word(Kind.NUMBER, start);
            };
        }

        private JsonTree leaf(Kind kind, int start) {
            return new JsonTree(source, kind, start, at, List.of());
        }

        private JsonTree word(Kind kind, int start) {
            while (at < source.length() && ",]} \t\r\n".indexOf(source.charAt(at)) < 0) {
                at++;
            }
            return leaf(kind, start);
        }

        private void string() {
            at++;
            while (source.charAt(at) != '"') {
                at += source.charAt(at) == '\\' ? 2 : 1;
            }
            at++;
        }

        private JsonTree members(int start) {
            var children = new ArrayList<Child>();
            at++;
            while (peek() != '}') {
                if (source.charAt(at) == ',') {
                    at++;
                    peek();
                }
                int keyStart = at;
                string();
                var key = unescape(source, keyStart + 1, at - 1);
                peek();
                at++;
                children.add(new Child(key, value()));
            }
            at++;
            return new JsonTree(source, Kind.OBJECT, start, at, children);
        }

        private JsonTree elements(int start) {
            var children = new ArrayList<Child>();
            at++;
            while (peek() != ']') {
                if (source.charAt(at) == ',') {
                    at++;
                }
                children.add(new Child("", value()));
            }
            at++;
            return new JsonTree(source, Kind.ARRAY, start, at, children);
        }
    }
}
