package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.ByteString;
import dev.quiverdb.base.type.ByteWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** bytea: slices, bits, hashes, encodings. */
final class ByteaFunctions {
    /** Functions that answer the binary form of their argument. */
    private static final List<String> SENDERS =
            List.of(
                    "boolsend",
                    "int2send",
                    "int4send",
                    "int8send",
                    "float4send",
                    "float8send",
                    "numeric_send",
                    "textsend",
                    "varcharsend",
                    "bpcharsend",
                    "namesend",
                    "byteasend",
                    "uuid_send",
                    "date_send",
                    "time_send",
                    "timetz_send",
                    "timestamp_send",
                    "timestamptz_send",
                    "interval_send",
                    "json_send",
                    "jsonb_send",
                    "jsonpath_send",
                    "bit_send",
                    "varbit_send",
                    "oidsend",
                    "cash_send",
                    "array_send",
                    "record_send",
                    "range_send",
                    "multirange_send",
                    "enum_send",
                    "inet_send",
                    "cidr_send",
                    "point_send");

    private static Object send(CallContext c, Object value) {
        var out = new ByteWriter();
        c.argumentType(0).send(value, out, c.types());
        return ByteString.wrap(out.toBytes());
    }

    static void register(Registry r) {
        for (var sender : SENDERS) {
            r.one(sender, (CallContext c, Object value) -> send(c, value));
        }
        r.two("byteacat", (CallContext c, ByteString a, ByteString b) -> a.concat(b));
        r.one("byteaoctetlen", (CallContext c, ByteString a) -> a.length());
        r.one("bit_length(bytea)", (CallContext c, ByteString a) -> 8 * a.length());
        r.three(
                "bytea_substr",
                (CallContext c, ByteString a, Integer from, Integer n) ->
                        slice(a, from, (long) from + checked(n)));
        r.two(
                "bytea_substr_no_len",
                (CallContext c, ByteString a, Integer from) -> slice(a, from, Long.MAX_VALUE));
        r.two("byteapos", (CallContext c, ByteString a, ByteString part) -> position(a, part));
        r.any(
                "byteaoverlay",
                (c, a) ->
                        overlay(
                                (ByteString) Strings.arg(a, 0),
                                (ByteString) Strings.arg(a, 1),
                                Strings.integer(a, 2),
                                Strings.integer(a, 3)));
        r.three(
                "byteaoverlay_no_len",
                (CallContext c, ByteString a, ByteString b, Integer from) ->
                        overlay(a, b, from, b.length()));
        r.two(
                "byteaGetByte",
                (CallContext c, ByteString a, Integer n) -> a.get(index(a, n, a.length())) & 0xff);
        r.three(
                "byteaSetByte",
                (CallContext c, ByteString a, Integer n, Integer value) -> setByte(a, n, value));
        r.two("byteaGetBit", (CallContext c, ByteString a, Long n) -> bit(a, n));
        r.three(
                "byteaSetBit",
                (CallContext c, ByteString a, Long n, Integer value) -> setBit(a, n, value));
        r.one("bytea_bit_count", (CallContext c, ByteString a) -> bitCount(a));
        r.two(
                "byteatrim",
                (CallContext c, ByteString a, ByteString set) -> trim(a, set, true, true));
        r.two(
                "bytealtrim",
                (CallContext c, ByteString a, ByteString set) -> trim(a, set, true, false));
        r.two(
                "byteartrim",
                (CallContext c, ByteString a, ByteString set) -> trim(a, set, false, true));
        r.two(
                "bytealike",
                (CallContext c, ByteString a, ByteString p) ->
                        LikePattern.compile(latin(p), false).matches(latin(a)));
        r.two(
                "byteanlike",
                (CallContext c, ByteString a, ByteString p) ->
                        !LikePattern.compile(latin(p), false).matches(latin(a)));
        r.two(
                "like_escape_bytea",
                (CallContext c, ByteString p, ByteString e) ->
                        ByteString.wrap(
                                LikePattern.withEscape(latin(p), latin(e))
                                        .getBytes(StandardCharsets.ISO_8859_1)));
        r.one(
                "md5_text",
                (CallContext c, String s) ->
                        HexFormat.of().formatHex(digest("MD5", Strings.utf8(s))));
        r.one(
                "md5_bytea",
                (CallContext c, ByteString b) ->
                        HexFormat.of().formatHex(digest("MD5", b.unsafeArray())));
        for (var bits : new String[] {"224", "256", "384", "512"}) {
            r.one(
                    "sha" + bits + "_bytea",
                    (CallContext c, ByteString b) ->
                            ByteString.wrap(digest("SHA-" + bits, b.unsafeArray())));
        }
        r.two("binary_encode", (CallContext c, ByteString b, String format) -> encode(b, format));
        r.two("binary_decode", (CallContext c, String s, String format) -> decode(s, format));
        r.two(
                "pg_convert_from",
                (CallContext c, ByteString b, String encoding) -> decode(b, encoding, "source "));
        r.two(
                "pg_convert_to",
                (CallContext c, String s, String encoding) ->
                        ByteString.wrap(s.getBytes(charset(encoding, "destination "))));
        r.three(
                "pg_convert",
                (CallContext c, ByteString b, String from, String to) ->
                        ByteString.wrap(
                                decode(b, from, "source ").getBytes(charset(to, "destination "))));
    }

    private static String latin(ByteString bytes) {
        return new String(bytes.unsafeArray(), StandardCharsets.ISO_8859_1);
    }

    private static int checked(int count) {
        if (count < 0) {
            throw new SqlException(
                    SqlState.SUBSTRING_ERROR, "negative substring length not allowed");
        }
        return count;
    }

    private static ByteString slice(ByteString a, long from, long end) {
        int start = (int) Math.min(a.length(), Math.max(1, from) - 1);
        int stop = (int) Math.min(end - 1, a.length());
        return start >= stop ? ByteString.EMPTY : a.substring(start, stop);
    }

    private static int position(ByteString a, ByteString part) {
        return latin(a).indexOf(latin(part)) + 1;
    }

    private static ByteString overlay(ByteString a, ByteString b, int from, int count) {
        if (from <= 0) {
            throw new SqlException(
                    SqlState.SUBSTRING_ERROR, "negative substring length not allowed");
        }
        return slice(a, 1, from).concat(b).concat(slice(a, (long) from + count, Long.MAX_VALUE));
    }

    private static int index(ByteString a, long n, long end) {
        if (n < 0 || n >= end) {
            throw new SqlException(
                    SqlState.ARRAY_SUBSCRIPT_ERROR,
                    String.format("index %d out of valid range, 0..%d", n, end - 1));
        }
        return (int) (end == a.length() ? n : n >> 3);
    }

    private static ByteString setByte(ByteString a, int n, int value) {
        byte[] bytes = a.toBytes();
        bytes[index(a, n, a.length())] = (byte) value;
        return ByteString.wrap(bytes);
    }

    private static int bit(ByteString a, long n) {
        checkBit(a, n);
        return a.get((int) (n >> 3)) >> (n & 7) & 1;
    }

    private static void checkBit(ByteString a, long n) {
        if (n < 0 || n >= 8L * a.length()) {
            throw new SqlException(
                    SqlState.ARRAY_SUBSCRIPT_ERROR,
                    String.format("index %d out of valid range, 0..%d", n, 8L * a.length() - 1));
        }
    }

    private static ByteString setBit(ByteString a, long n, int value) {
        checkBit(a, n);
        if (value != 0 && value != 1) {
            throw new SqlException(SqlState.INVALID_PARAMETER_VALUE, "new bit must be 0 or 1");
        }
        byte[] bytes = a.toBytes();
        int mask = 1 << (n & 7);
        int at = (int) (n >> 3);
        bytes[at] = (byte) (value == 1 ? bytes[at] | mask : bytes[at] & ~mask);
        return ByteString.wrap(bytes);
    }

    private static long bitCount(ByteString a) {
        long count = 0;
        for (byte b : a.unsafeArray()) {
            count += Integer.bitCount(b & 0xff);
        }
        return count;
    }

    private static ByteString trim(ByteString a, ByteString set, boolean atLeft, boolean atRight) {
        var drop = latin(set);
        var text = latin(a);
        int from = 0;
        int to = a.length();
        while (atLeft && from < to && drop.indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (atRight && to > from && drop.indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return a.substring(from, to);
    }

    private static byte[] digest(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static String encode(ByteString bytes, String format) {
        return switch (format.toLowerCase(Locale.ROOT)) {
            case "hex" -> HexFormat.of().formatHex(bytes.unsafeArray());
            case "base64" -> base64(bytes);
            case "escape" -> escape(bytes);
            default -> throw unknownFormat(format);
        };
    }

    private static SqlException unknownFormat(String format) {
        return new SqlException(
                SqlState.INVALID_PARAMETER_VALUE, "unrecognized encoding: \"" + format + "\"");
    }

    /** Lines of 76 characters. */
    private static String base64(ByteString bytes) {
        return new String(
                Base64.getMimeEncoder(76, new byte[] {'\n'}).encode(bytes.unsafeArray()),
                StandardCharsets.US_ASCII);
    }

    private static String escape(ByteString bytes) {
        var out = new StringBuilder();
        for (byte b : bytes.unsafeArray()) {
            if (b == 0 || b < 0) {
                out.append(String.format("\\%03o", b & 0xff));
            } else if (b == '\\') {
                out.append("\\\\");
            } else {
                out.append((char) b);
            }
        }
        return out.toString();
    }

    private static ByteString decode(String text, String format) {
        return switch (format.toLowerCase(Locale.ROOT)) {
            case "hex" -> hex(text);
            case "base64" -> fromBase64(text);
            case "escape" -> unescape(text);
            default -> throw unknownFormat(format);
        };
    }

    private static ByteString hex(String text) {
        var digits = text.replaceAll("[ \\n\\t\\r]", "");
        byte[] out = new byte[digits.length() / 2];
        for (int i = 0; i < digits.length(); i++) {
            int digit = Character.digit(digits.charAt(i), 16);
            if (digit < 0) {
                throw new SqlException(
                        SqlState.INVALID_PARAMETER_VALUE,
                        "invalid hexadecimal digit: \"" + digits.charAt(i) + "\"");
            }
            if (i / 2 < out.length) {
                out[i / 2] = (byte) (out[i / 2] << 4 | digit);
            }
        }
        if (digits.length() % 2 != 0) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "invalid hexadecimal data: odd number of digits");
        }
        return ByteString.wrap(out);
    }

    private static ByteString fromBase64(String text) {
        var digits = text.replaceAll("[ \\n\\t\\r]", "");
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c >= 128 || (!Character.isLetterOrDigit(c) && "+/=".indexOf(c) < 0)) {
                throw new SqlException(
                        SqlState.INVALID_PARAMETER_VALUE,
                        "invalid symbol \"" + c + "\" found while decoding base64 sequence");
            }
        }
        try {
            if (digits.length() % 4 != 0) {
                throw new IllegalArgumentException("length");
            }
            return ByteString.wrap(Base64.getDecoder().decode(digits));
        } catch (IllegalArgumentException broken) {
            throw new SqlException(SqlState.INVALID_PARAMETER_VALUE, "invalid base64 end sequence")
                    .withHint(
                            "Input data is missing padding, is truncated, or is otherwise corrupted.");
        }
    }

    private static ByteString unescape(String text) {
        byte[] in = Strings.utf8(text);
        byte[] out = new byte[in.length];
        int size = 0;
        for (int i = 0; i < in.length; ) {
            if (in[i] != '\\') {
                out[size++] = in[i++];
            } else if (i + 1 < in.length && in[i + 1] == '\\') {
                out[size++] = '\\';
                i += 2;
            } else if (i + 3 < in.length && octal(in, i + 1)) {
                out[size++] =
                        (byte) ((in[i + 1] - '0') << 6 | (in[i + 2] - '0') << 3 | in[i + 3] - '0');
                i += 4;
            } else {
                throw new SqlException(
                        SqlState.INVALID_TEXT_REPRESENTATION,
                        "invalid input syntax for type bytea");
            }
        }
        return ByteString.wrap(Arrays.copyOf(out, size));
    }

    private static boolean octal(byte[] in, int at) {
        return in[at] >= '0'
                && in[at] <= '3'
                && in[at + 1] >= '0'
                && in[at + 1] <= '7'
                && in[at + 2] >= '0'
                && in[at + 2] <= '7';
    }

    static Charset charset(String encoding, String role) {
        var found = charsetOrNull(encoding);
        if (found == null) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "invalid " + role + "encoding name \"" + encoding + "\"");
        }
        return found;
    }

    private static @Nullable Charset charsetOrNull(String encoding) {
        return switch (encoding.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "")) {
            case "UTF8", "UNICODE" -> StandardCharsets.UTF_8;
            case "LATIN1", "ISO88591" -> StandardCharsets.ISO_8859_1;
            case "SQLASCII" -> StandardCharsets.US_ASCII;
            case "LATIN2", "ISO88592" -> Charset.forName("ISO-8859-2");
            case "LATIN9", "ISO885915" -> Charset.forName("ISO-8859-15");
            case "WIN1252" -> Charset.forName("windows-1252");
            case "WIN1250" -> Charset.forName("windows-1250");
            case "WIN1251" -> Charset.forName("windows-1251");
            case "KOI8R", "KOI8" -> Charset.forName("KOI8-R");
            case "EUCJP" -> Charset.forName("EUC-JP");
            case "SJIS" -> Charset.forName("Shift_JIS");
            default -> null;
        };
    }

    static String decode(ByteString bytes, String encoding, String role) {
        try {
            return charset(encoding, role)
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.unsafeArray()))
                    .toString();
        } catch (CharacterCodingException broken) {
            throw new SqlException(
                    SqlState.CHARACTER_NOT_IN_REPERTOIRE,
                    "invalid byte sequence for encoding \""
                            + encoding.toUpperCase(Locale.ROOT)
                            + "\"");
        }
    }

    private ByteaFunctions() {}
}
