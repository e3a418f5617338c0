package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;

/** JSON text as jsonb reads and writes it, and the check that json makes of its text. */
final class JsonbText {
    /** As deep as PostgreSQL's stack would let it go, roughly; ours recurses too. */
    private static final int DEPTH_MAX = 6_000;

    private final JsonScanner in;

    private JsonbText(JsonScanner in) {
        this.in = in;
    }

    static Jsonb parse(String text) {
        var reader = new JsonbText(new JsonScanner(text));
        var value = reader.value(0);
        reader.in.expectEnd();
        return value;
    }

    /** Refuses what is not JSON, but leaves escapes undecoded, as the type json does. */
    static void check(String text) {
        var reader = new JsonbText(new JsonScanner(text, false));
        reader.skip(0);
        reader.in.expectEnd();
    }

    private void skip(int depth) {
        checkDepth(depth);
        switch (in.token()) {
            case STRING, NUMBER, TRUE, FALSE, NULL -> in.advance();
            case ARRAY_START -> {
                in.advance();
                if (in.token() != JsonScanner.Token.ARRAY_END) {
                    skip(depth + 1);
                    while (in.token() == JsonScanner.Token.COMMA) {
                        in.advance();
                        skip(depth + 1);
                    }
                }
                in.expect(JsonScanner.Token.ARRAY_END, JsonScanner.Expect.ARRAY_NEXT);
            }
            case OBJECT_START -> {
                in.advance();
                if (in.token() == JsonScanner.Token.STRING) {
                    skipMember(depth);
                    while (in.token() == JsonScanner.Token.COMMA) {
                        in.advance();
                        if (in.token() != JsonScanner.Token.STRING) {
                            throw in.unexpected(JsonScanner.Expect.STRING);
                        }
                        skipMember(depth);
                    }
                } else if (in.token() != JsonScanner.Token.OBJECT_END) {
                    throw in.unexpected(JsonScanner.Expect.OBJECT_START);
                }
                in.expect(JsonScanner.Token.OBJECT_END, JsonScanner.Expect.OBJECT_NEXT);
            }
            case OBJECT_END, ARRAY_END, COMMA, COLON, END ->
                    throw in.unexpected(JsonScanner.Expect.VALUE);
        }
    }

    private void skipMember(int depth) {
        in.advance();
        in.expect(JsonScanner.Token.COLON, JsonScanner.Expect.OBJECT_LABEL);
        skip(depth + 1);
    }

    private static void checkDepth(int depth) {
        if (depth > DEPTH_MAX) {
            throw new SqlException(SqlState.STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
        }
    }

    private Jsonb value(int depth) {
        checkDepth(depth);
        return switch (in.token()) {
            case STRING -> {
                var value = new Jsonb.Str(in.string());
                in.advance();
                yield value;
            }
            case NUMBER -> {
                var value = new Jsonb.Num(Numeric.parse(in.text()));
                in.advance();
                yield value;
            }
            case TRUE -> constant(Jsonb.Bool.TRUE);
            case FALSE -> constant(Jsonb.Bool.FALSE);
            case NULL -> constant(Jsonb.Nil.INSTANCE);
            case OBJECT_START -> object(depth);
            case ARRAY_START -> array(depth);
            case OBJECT_END, ARRAY_END, COMMA, COLON, END ->
                    throw in.unexpected(JsonScanner.Expect.VALUE);
        };
    }

    private Jsonb constant(Jsonb value) {
        in.advance();
        return value;
    }

    private Jsonb array(int depth) {
        in.advance();
        List<Jsonb> elements = new ArrayList<>();
        if (in.token() != JsonScanner.Token.ARRAY_END) {
            elements.add(value(depth + 1));
            while (in.token() == JsonScanner.Token.COMMA) {
                in.advance();
                elements.add(value(depth + 1));
            }
        }
        in.expect(JsonScanner.Token.ARRAY_END, JsonScanner.Expect.ARRAY_NEXT);
        return new Jsonb.Arr(elements);
    }

    private Jsonb object(int depth) {
        in.advance();
        var builder = new JsonbBuilder();
        if (in.token() == JsonScanner.Token.STRING) {
            member(builder, depth);
            while (in.token() == JsonScanner.Token.COMMA) {
                in.advance();
                if (in.token() != JsonScanner.Token.STRING) {
                    throw in.unexpected(JsonScanner.Expect.STRING);
                }
                member(builder, depth);
            }
        } else if (in.token() != JsonScanner.Token.OBJECT_END) {
            throw in.unexpected(JsonScanner.Expect.OBJECT_START);
        }
        in.expect(JsonScanner.Token.OBJECT_END, JsonScanner.Expect.OBJECT_NEXT);
        return builder.build();
    }

    private void member(JsonbBuilder builder, int depth) {
        String key = in.string();
        in.advance();
        in.expect(JsonScanner.Token.COLON, JsonScanner.Expect.OBJECT_LABEL);
        builder.put(key, value(depth + 1));
    }

    static String format(Jsonb value) {
        var out = new StringBuilder();
        write(out, value);
        return out.toString();
    }

    private static void write(StringBuilder out, Jsonb value) {
        switch (value) {
            case Jsonb.Nil() -> out.append("null");
            case Jsonb.Str(String text) -> quote(out, text);
            case Jsonb.Num(Numeric number) -> out.append(number);
            case Jsonb.Bool(boolean truth) -> out.append(truth);
            case Jsonb.Arr(var elements) -> {
                out.append('[');
                for (int i = 0; i < elements.size(); i++) {
                    if (i > 0) {
                        out.append(", ");
                    }
                    write(out, elements.get(i));
                }
                out.append(']');
            }
            case Jsonb.Obj(var members) -> {
                out.append('{');
                for (int i = 0; i < members.size(); i++) {
                    if (i > 0) {
                        out.append(", ");
                    }
                    quote(out, members.get(i).key());
                    out.append(": ");
                    write(out, members.get(i).value());
                }
                out.append('}');
            }
        }
    }

    /** As escape_json: control characters become escapes, all else stands as it is. */
    static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append("\\u00")
                                .append(c < 16 ? '0' : '1')
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
