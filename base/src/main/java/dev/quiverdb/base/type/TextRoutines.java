package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Types whose values are Strings: text, varchar, character, name, "char", xml, cstring, unknown.
 */
class TextRoutines extends TypeRoutines {
    static final TextRoutines TEXT = new TextRoutines();
    static final TextRoutines VARCHAR = new Varchar();
    static final TextRoutines BPCHAR = new Bpchar();
    static final TextRoutines NAME = new Name();
    static final TextRoutines CHAR = new SingleByte();
    static final TextRoutines XML = new Xml();

    /** PostgreSQL adds the size of a length word to typmods of varchar(n) and character(n). */
    private static final int TYPMOD_HEADER = 4;

    private static final int LENGTH_MAX = 10 * 1024 * 1024;

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        return text;
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        return (String) value;
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        return decodeUtf8(in);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        out.putUtf8((String) value);
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return Text.compare((String) left, (String) right);
    }

    @Override
    void encode(Type type, Object value, ByteWriter out) {
        out.putUtf8((String) value);
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        byte[] bytes;
        int from;
        int length = in.remaining();
        if (in.hasArray()) {
            bytes = in.array();
            from = in.arrayOffset() + in.position();
            in.position(in.limit());
        } else {
            bytes = new byte[length];
            from = 0;
            in.get(bytes);
        }
        return new String(bytes, from, length, StandardCharsets.UTF_8);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        out.keyText((String) value);
    }

    /** Strict UTF-8 without NUL, with PostgreSQL's complaint. */
    static String decodeUtf8(ByteBuffer in) {
        var copy = in.slice();
        try {
            CharBuffer chars =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)
                            .decode(in);
            String text = chars.toString();
            if (text.indexOf('\0') >= 0) {
                throw invalidBytes("0x00");
            }
            return text;
        } catch (CharacterCodingException wrong) {
            throw invalidBytes(firstInvalid(copy));
        }
    }

    private static SqlException invalidBytes(String bytes) {
        return new SqlException(
                SqlState.CHARACTER_NOT_IN_REPERTOIRE,
                "invalid byte sequence for encoding \"UTF8\": " + bytes);
    }

    private static String firstInvalid(ByteBuffer in) {
        var out = CharBuffer.allocate(in.remaining() + 1);
        StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
        int lead = in.get(in.position()) & 0xff;
        int expected =
                lead >= 0xf0 && lead < 0xf8
                        ? 4
                        : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xc0 && lead < 0xe0 ? 2 : 1;
        var text = new StringBuilder();
        for (int i = 0; i < expected && in.hasRemaining(); i++) {
            text.append(i > 0 ? " " : "").append(String.format("0x%02x", in.get()));
        }
        return text.toString();
    }

    private static final class Varchar extends TextRoutines {
        @Override
        Object parse(Type type, String text, int typmod, TypeContext context) {
            return typmod < 0 ? text : applyTypmod(type, text, typmod, false);
        }

        @Override
        Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
            return parse(type, decodeUtf8(in), typmod, context);
        }

        @Override
        Object applyTypmod(Type type, Object value, int typmod, boolean explicit) {
            String text = (String) value;
            int most = typmod - TYPMOD_HEADER;
            if (text.length() <= most || most < 0 || Text.length(text) <= most) {
                return text;
            }
            int cut = text.offsetByCodePoints(0, most);
            if (!explicit) {
                requireBlanks(text, cut, "character varying", most);
            }
            return text.substring(0, cut);
        }

        @Override
        int typmodIn(Type type, List<String> arguments) {
            return lengthTypmod("varchar", arguments);
        }

        @Override
        String formatType(Type type, int typmod) {
            return typmod < 0
                    ? "character varying"
                    : "character varying(" + (typmod - TYPMOD_HEADER) + ")";
        }
    }

    private static final class Bpchar extends TextRoutines {
        @Override
        Object parse(Type type, String text, int typmod, TypeContext context) {
            return typmod < 0 ? text : applyTypmod(type, text, typmod, false);
        }

        @Override
        Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
            return parse(type, decodeUtf8(in), typmod, context);
        }

        @Override
        Object applyTypmod(Type type, Object value, int typmod, boolean explicit) {
            String text = (String) value;
            int length = typmod - TYPMOD_HEADER;
            int count = Text.length(text);
            if (count == length || length < 0) {
                return text;
            }
            if (count < length) {
                return text + " ".repeat(length - count);
            }
            int cut = text.offsetByCodePoints(0, length);
            if (!explicit) {
                requireBlanks(text, cut, "character", length);
            }
            return text.substring(0, cut);
        }

        @Override
        int compare(Type type, Object left, Object right) {
            return Text.compare(
                    Text.trimBlanksRight((String) left), Text.trimBlanksRight((String) right));
        }

        @Override
        int hash(Type type, Object value) {
            return Text.trimBlanksRight((String) value).hashCode();
        }

        @Override
        void key(Type type, Object value, KeyWriter out) {
            out.keyText(Text.trimBlanksRight((String) value));
        }

        @Override
        int typmodIn(Type type, List<String> arguments) {
            return lengthTypmod("char", arguments);
        }

        @Override
        String formatType(Type type, int typmod) {
            // Without a length this is bpchar, not character, which would mean character(1).
            return typmod < 0 ? "bpchar" : "character(" + (typmod - TYPMOD_HEADER) + ")";
        }
    }

    /** name: at most 63 bytes, the rest is cut at a whole character. */
    private static final class Name extends TextRoutines {
        private static final int BYTES_MAX = 63;

        @Override
        Object parse(Type type, String text, int typmod, TypeContext context) {
            return truncate(text);
        }

        @Override
        Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
            String text = decodeUtf8(in);
            if (text.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
                throw new SqlException(SqlState.NAME_TOO_LONG, "identifier too long")
                        .withDetail("Identifier must be less than 64 characters.");
            }
            return text;
        }

        static String truncate(String text) {
            if (text.length() * 3 <= BYTES_MAX) {
                return text;
            }
            int bytes = 0;
            for (int i = 0; i < text.length(); ) {
                int c = text.codePointAt(i);
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
                if (bytes > BYTES_MAX) {
                    return text.substring(0, i);
                }
                i += Character.charCount(c);
            }
            return text;
        }
    }

    /** "char": one byte; bytes above 127 are written as a backslash and three octal digits. */
    private static final class SingleByte extends TextRoutines {
        @Override
        Object parse(Type type, String text, int typmod, TypeContext context) {
            if (text.length() == 4
                    && text.charAt(0) == '\\'
                    && text.chars().skip(1).allMatch(c -> c >= '0' && c <= '7')) {
                return of(Integer.parseInt(text.substring(1), 8) & 0xff);
            }
            return text.isEmpty()
                    ? text
                    : of(
                            text.substring(0, text.offsetByCodePoints(0, 1))
                                            .getBytes(StandardCharsets.UTF_8)[0]
                                    & 0xff);
        }

        /** The byte as a char of the same number; the empty string is byte 0. */
        private static String of(int b) {
            return b == 0 ? "" : String.valueOf((char) b);
        }

        private static int toByte(Object value) {
            String text = (String) value;
            return text.isEmpty() ? 0 : text.charAt(0);
        }

        @Override
        String format(Type type, Object value, TypeContext context) {
            int b = toByte(value);
            return b < 128 ? (String) value : String.format("\\%03o", b);
        }

        @Override
        Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
            return of(in.get() & 0xff);
        }

        @Override
        void send(Type type, Object value, ByteWriter out, TypeContext context) {
            out.putByte(toByte(value));
        }
    }

    /** xml: its text as given; only its form is checked where it must be, by the xml functions. */
    private static final class Xml extends TextRoutines {
        @Override
        boolean comparable(Type type) {
            return false;
        }
    }

    private static void requireBlanks(String text, int from, String typeName, int length) {
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) != ' ') {
                throw new SqlException(
                        SqlState.STRING_DATA_RIGHT_TRUNCATION,
                        "value too long for type " + typeName + "(" + length + ")");
            }
        }
    }

    private static int lengthTypmod(String typeName, List<String> arguments) {
        int length = Typmods.single(arguments);
        if (length < 1) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "length for type " + typeName + " must be at least 1");
        }
        if (length > LENGTH_MAX) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "length for type " + typeName + " cannot exceed " + LENGTH_MAX);
        }
        return length + TYPMOD_HEADER;
    }
}
