package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** hstore: {@code a=>1, "b c"=>NULL}; stored as it is sent. */
final class HstoreRoutines extends TypeRoutines {
    static final HstoreRoutines INSTANCE = new HstoreRoutines();

    private HstoreRoutines() {}

    /** What get_val of hstore_io.c does; a key ends at {@code =}, a value at a comma. */
    private static final class Reader {
        private final String text;
        private int at;
        private boolean quoted;

        Reader(String text) {
            this.text = text;
        }

        private boolean ended() {
            return at >= text.length();
        }

        /** The next word; null at the end. */
        @Nullable String word(boolean key) {
            quoted = false;
            at = Text.skipSpace(text, at);
            if (ended()) {
                return null;
            }
            if (key && text.charAt(at) == '=') {
                throw unexpected();
            }
            var word = new StringBuilder();
            if (text.charAt(at) == '"') {
                quoted = true;
                at++;
                while (!ended() && text.charAt(at) != '"') {
                    word.append(character());
                }
                if (ended()) {
                    throw end();
                }
                at++;
                return word.toString();
            }
            char stop = key ? '=' : ',';
            // What the word begins with belongs to it, a comma too.
            do {
                word.append(character());
            } while (!ended() && text.charAt(at) != stop && !Text.isSpace(text.charAt(at)));
            return word.toString();
        }

        private char character() {
            if (text.charAt(at) == '\\') {
                at++;
                if (ended()) {
                    throw end();
                }
            }
            return text.charAt(at++);
        }

        /** Takes a character behind space; whether there was one, {@code XX000} for another. */
        boolean take(char wanted, boolean space) {
            if (space) {
                at = Text.skipSpace(text, at);
            }
            if (ended()) {
                return false;
            }
            if (text.charAt(at) != wanted) {
                throw unexpected();
            }
            at++;
            return true;
        }

        SqlException unexpected() {
            int position = text.substring(0, at).getBytes(StandardCharsets.UTF_8).length;
            return new SqlException(
                    SqlState.INTERNAL_ERROR,
                    "Syntax error near \""
                            + Character.toString(text.codePointAt(at))
                            + "\" at position "
                            + position);
        }

        static SqlException end() {
            return new SqlException(SqlState.INTERNAL_ERROR, "Unexpected end of string");
        }
    }

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        var reader = new Reader(text);
        var pairs = new HashMap<String, @Nullable String>();
        while (true) {
            var key = reader.word(true);
            if (key == null) {
                return Hstore.of(pairs);
            }
            if (!reader.take('=', true) || !reader.take('>', false)) {
                throw Reader.end();
            }
            var value = reader.word(false);
            if (value == null) {
                throw Reader.end();
            }
            boolean isNull = !reader.quoted && value.toLowerCase(Locale.ROOT).equals("null");
            if (!pairs.containsKey(key)) {
                pairs.put(key, isNull ? null : value);
            }
            if (!reader.take(',', true)) {
                return Hstore.of(pairs);
            }
        }
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        return value.toString();
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        return decode(type, in);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        encode(type, value, out);
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return ((Hstore) left).compareTo((Hstore) right);
    }

    /** {@code int32 pairs, then for each the key and the value: int32 bytes (-1: NULL), bytes}. */
    @Override
    void encode(Type type, Object value, ByteWriter out) {
        var pairs = ((Hstore) value).pairs();
        out.putInt(pairs.size());
        for (var pair : pairs.entrySet()) {
            part(out, pair.getKey());
            part(out, pair.getValue());
        }
    }

    private static void part(ByteWriter out, @Nullable String part) {
        if (part == null) {
            out.putInt(-1);
        } else {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            out.putInt(bytes.length);
            out.putBytes(bytes);
        }
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        int count = integer(in);
        if (count < 0) {
            throw new SqlException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "number of pairs (" + count + ") exceeds the maximum allowed (67108863)");
        }
        var pairs = new HashMap<String, @Nullable String>();
        for (int i = 0; i < count; i++) {
            var key = part(in);
            if (key == null) {
                throw new SqlException(
                        SqlState.NULL_VALUE_NOT_ALLOWED, "null value not allowed for hstore key");
            }
            var value = part(in);
            if (!pairs.containsKey(key)) {
                pairs.put(key, value);
            }
        }
        return Hstore.of(pairs);
    }

    private static int integer(ByteBuffer in) {
        if (in.remaining() < Integer.BYTES) {
            throw insufficientData();
        }
        return in.getInt();
    }

    private static @Nullable String part(ByteBuffer in) {
        int length = integer(in);
        if (length < 0) {
            return null;
        }
        if (length > in.remaining()) {
            throw insufficientData();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        ((Hstore) value).key(out);
    }
}
