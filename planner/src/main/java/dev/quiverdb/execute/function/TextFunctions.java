package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Types;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Text: length, slices, search, padding, trimming, case, concatenation. */
final class TextFunctions {
    private static final int SIZE_MAX = 0x3fffffff - 4;

    static void register(Registry r) {
        registerLength(r);
        registerCat(r);
        registerSlices(r);
        registerTrim(r);
        registerCase(r);
        registerConcat(r);
        registerSplit(r);
        registerCodes(r);
        registerCasts(r);
    }

    private static void registerLength(Registry r) {
        r.one("textlen", (CallContext c, String s) -> Strings.length(s));
        r.one("textoctetlen", (CallContext c, String s) -> Strings.bytes(s));
        r.one("bpcharlen", (CallContext c, String s) -> Strings.length(Strings.trimBlanks(s)));
        r.one("bpcharoctetlen", (CallContext c, String s) -> Strings.bytes(s));
        r.one("bit_length(text)", (CallContext c, String s) -> 8 * Strings.bytes(s));
        r.two(
                "length_in_encoding",
                (CallContext c, dev.quiverdb.base.type.ByteString b, String encoding) ->
                        Strings.length(ByteaFunctions.decode(b, encoding, "")));
    }

    /** {@code text || anything}: the other side becomes text as by a cast. */
    private static void registerCat(Registry r) {
        r.any("textanycat(text,anynonarray)", (c, a) -> Strings.text(a, 0) + asText(c, a, 1));
        r.any("anytextcat(anynonarray,text)", (c, a) -> asText(c, a, 0) + Strings.text(a, 1));
    }

    private static String asText(CallContext c, @Nullable Object[] a, int index) {
        var value = Objects.requireNonNull(a[index], "strict");
        return switch (value) {
            case Boolean truth -> truth ? "true" : "false";
            case String text when c.argumentType(index).actual().oid() == Oids.BPCHAR ->
                    Strings.trimBlanks(text);
            default -> c.argumentType(index).format(value, c.types());
        };
    }

    private static void registerSlices(Registry r) {
        r.three(
                "text_substr",
                (CallContext c, String s, Integer from, Integer count) ->
                        substring(s, from, (long) from + checkCount(count)));
        r.two(
                "text_substr_no_len",
                (CallContext c, String s, Integer from) -> substring(s, from, Long.MAX_VALUE));
        r.two("textpos", (CallContext c, String s, String part) -> position(s, part));
        r.any(
                "textoverlay",
                (c, a) ->
                        overlay(
                                Strings.text(a, 0),
                                Strings.text(a, 1),
                                Strings.integer(a, 2),
                                Strings.integer(a, 3)));
        r.three(
                "textoverlay_no_len",
                (CallContext c, String s, String part, Integer from) ->
                        overlay(s, part, from, Strings.length(part)));
        r.two("text_left", (CallContext c, String s, Integer n) -> left(s, n));
        r.two("text_right", (CallContext c, String s, Integer n) -> right(s, n));
        r.one(
                "text_reverse",
                (CallContext c, String s) -> new StringBuilder(s).reverse().toString());
        r.two("repeat", (CallContext c, String s, Integer n) -> repeat(s, n));
        r.three(
                "replace_text",
                (CallContext c, String s, String from, String to) ->
                        from.isEmpty() ? s : s.replace(from, to));
        r.three(
                "translate",
                (CallContext c, String s, String from, String to) -> translate(s, from, to));
        r.three("lpad", (CallContext c, String s, Integer n, String fill) -> pad(s, n, fill, true));
        r.three(
                "rpad",
                (CallContext c, String s, Integer n, String fill) -> pad(s, n, fill, false));
        r.two("lpad(text,int4)", (CallContext c, String s, Integer n) -> pad(s, n, " ", true));
        r.two("rpad(text,int4)", (CallContext c, String s, Integer n) -> pad(s, n, " ", false));
        r.two("text_starts_with", (CallContext c, String s, String prefix) -> s.startsWith(prefix));
    }

    private static int checkCount(int count) {
        if (count < 0) {
            throw new SqlException(
                    SqlState.SUBSTRING_ERROR, "negative substring length not allowed");
        }
        return count;
    }

    /** Characters from {@code from} (counted from 1, may lie before) to before {@code end}. */
    static String substring(String s, long from, long end) {
        int length = Strings.length(s);
        long start = Math.max(from, 1);
        long stop = Math.min(end, length + 1L);
        return start >= stop ? "" : Strings.slice(s, (int) start - 1, (int) stop - 1);
    }

    static int position(String s, String part) {
        int at = s.indexOf(part);
        return at < 0 ? 0 : Strings.characters(s, at) + 1;
    }

    private static String overlay(String s, String part, int from, int count) {
        if (from <= 0) {
            throw new SqlException(
                    SqlState.SUBSTRING_ERROR, "negative substring length not allowed");
        }
        long end = (long) from + count;
        if (end > Integer.MAX_VALUE) {
            throw SqlException.outOfRange("integer");
        }
        return substring(s, 1, from) + part + substring(s, end, Long.MAX_VALUE);
    }

    private static String left(String s, int n) {
        int length = Strings.length(s);
        long end = n < 0 ? (long) length + n : Math.min(n, length);
        return Strings.slice(s, 0, (int) Math.max(0, end));
    }

    private static String right(String s, int n) {
        int length = Strings.length(s);
        long start = n < 0 ? -(long) n : (long) length - n;
        return Strings.slice(s, (int) Math.min(length, Math.max(0, start)), length);
    }

    private static String repeat(String s, int n) {
        if (n <= 0 || s.isEmpty()) {
            return "";
        }
        if ((long) s.length() * n > SIZE_MAX) {
            throw new SqlException(SqlState.PROGRAM_LIMIT_EXCEEDED, "requested length too large");
        }
        return s.repeat(n);
    }

    private static String translate(String s, String from, String to) {
        int[] sources = from.codePoints().toArray();
        int[] targets = to.codePoints().toArray();
        var out = new StringBuilder(s.length());
        s.codePoints()
                .forEach(c -> {
                    int at = indexOf(sources, c);
                    if (at < 0) {
                        out.appendCodePoint(c);
                    } else if (at < targets.length) {
                        out.appendCodePoint(targets[at]);
                    }
                });
        return out.toString();
    }

    private static int indexOf(int[] values, int value) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] == value) {
                return i;
            }
        }
        return -1;
    }

    private static String pad(String s, int count, String fill, boolean atLeft) {
        if (count <= 0) {
            return "";
        }
        if (count > SIZE_MAX) {
            throw new SqlException(SqlState.PROGRAM_LIMIT_EXCEEDED, "requested length too large");
        }
        int length = Strings.length(s);
        if (length >= count) {
            return Strings.slice(s, 0, count);
        }
        if (fill.isEmpty()) {
            return s;
        }
        int[] cycle = fill.codePoints().toArray();
        var padding = new StringBuilder(count);
        for (int i = 0; i < count - length; i++) {
            padding.appendCodePoint(cycle[i % cycle.length]);
        }
        return atLeft ? padding.append(s).toString() : s + padding;
    }

    private static void registerTrim(Registry r) {
        r.two("btrim", (CallContext c, String s, String set) -> trim(s, set, true, true));
        r.two("ltrim", (CallContext c, String s, String set) -> trim(s, set, true, false));
        r.two("rtrim", (CallContext c, String s, String set) -> trim(s, set, false, true));
        r.one("btrim1", (CallContext c, String s) -> trim(s, " ", true, true));
        r.one("ltrim1", (CallContext c, String s) -> trim(s, " ", true, false));
        r.one("rtrim1", (CallContext c, String s) -> trim(s, " ", false, true));
    }

    private static String trim(String s, String set, boolean atLeft, boolean atRight) {
        int from = 0;
        int to = s.length();
        while (atLeft && from < to && set.indexOf(s.codePointAt(from)) >= 0) {
            from += Character.charCount(s.codePointAt(from));
        }
        while (atRight && to > from && set.indexOf(s.codePointBefore(to)) >= 0) {
            to -= Character.charCount(s.codePointBefore(to));
        }
        return s.substring(from, to);
    }

    private static void registerCase(Registry r) {
        r.one("upper", (CallContext c, String s) -> mapCase(s, true));
        r.one("lower", (CallContext c, String s) -> mapCase(s, false));
        r.one("initcap", (CallContext c, String s) -> initCap(s));
        r.two(
                "unicode_normalize_func",
                (CallContext c, String s, String form) -> Normalizer.normalize(s, form(form)));
        r.two(
                "unicode_is_normalized",
                (CallContext c, String s, String form) -> Normalizer.isNormalized(s, form(form)));
    }

    /** Character by character, as towupper does: the length never changes. */
    static String mapCase(String s, boolean upper) {
        boolean ascii = s.chars().allMatch(c -> c < 0x80);
        if (ascii) {
            return upper ? s.toUpperCase(Locale.ROOT) : s.toLowerCase(Locale.ROOT);
        }
        var out = new StringBuilder(s.length());
        s.codePoints()
                .map(c -> upper ? Character.toUpperCase(c) : Character.toLowerCase(c))
                .forEach(out::appendCodePoint);
        return out.toString();
    }

    static String initCap(String s) {
        var out = new StringBuilder(s.length());
        boolean inWord = false;
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            out.appendCodePoint(inWord ? Character.toLowerCase(c) : Character.toUpperCase(c));
            inWord = Character.isLetterOrDigit(c);
            i += Character.charCount(c);
        }
        return out.toString();
    }

    private static Normalizer.Form form(String name) {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "NFC" -> Normalizer.Form.NFC;
            case "NFD" -> Normalizer.Form.NFD;
            case "NFKC" -> Normalizer.Form.NFKC;
            case "NFKD" -> Normalizer.Form.NFKD;
            default ->
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "invalid normalization form: " + name);
        };
    }

    private static void registerConcat(Registry r) {
        r.two("textcat", (CallContext c, String a, String b) -> a.concat(b));
        r.two(
                "select $1::pg_catalog.text operator(pg_catalog.||) $2",
                (CallContext c, Object a, String b) -> output(c, 0, a).concat(b));
        r.two(
                "select $1 operator(pg_catalog.||) $2::pg_catalog.text",
                (CallContext c, String a, Object b) -> a.concat(output(c, 1, b)));
        r.two("nameconcatoid", (CallContext c, String a, Long b) -> a + "_" + b);
        r.any(
                "text_concat",
                (c, a) -> {
                    if (isVariadicNull(c, a)) {
                        return null;
                    }
                    var out = new StringBuilder();
                    for (var part : texts(c, a, 0)) {
                        out.append(part == null ? "" : part);
                    }
                    return out.toString();
                });
        r.any(
                "text_concat_ws",
                (c, a) -> {
                    if (a[0] == null || isVariadicNull(c, a)) {
                        return null;
                    }
                    var parts = texts(c, a, 1).stream().filter(java.util.Objects::nonNull).toList();
                    return String.join(Strings.text(a, 0), parts);
                });
        r.one("quote_ident", (CallContext c, String s) -> Quotes.identifier(s));
        r.one("quote_literal", (CallContext c, String s) -> Quotes.literal(s));
        r.any(
                "quote_nullable",
                (c, a) -> a[0] == null ? "NULL" : Quotes.literal(Strings.text(a, 0)));
        r.one(
                "select pg_catalog.quote_literal($1::pg_catalog.text)",
                (CallContext c, Object a) -> Quotes.literal(output(c, 0, a)));
        r.any(
                "select pg_catalog.quote_nullable($1::pg_catalog.text)",
                (c, a) -> a[0] == null ? "NULL" : Quotes.literal(output(c, 0, Strings.arg(a, 0))));
        r.any(
                "text_format",
                (c, a) ->
                        a[0] == null
                                ? null
                                : FormatText.format(c, Strings.text(a, 0), values(c, a, 1)));
        r.any(
                "text_format_nv",
                (c, a) ->
                        a[0] == null
                                ? null
                                : FormatText.format(c, Strings.text(a, 0), values(c, a, 1)));
    }

    static String output(CallContext c, int argument, Object value) {
        return c.argumentType(argument).format(value, c.types());
    }

    /** Whether the array that was written VARIADIC is NULL. */
    static boolean isVariadicNull(CallContext c, @Nullable Object[] arguments) {
        return c.variadicArray() && arguments[arguments.length - 1] == null;
    }

    /**
     * VARIADIC "any" arguments from an index on, with their types; spread where an array was
     * passed.
     */
    static List<FormatText.Value> values(CallContext c, @Nullable Object[] arguments, int from) {
        var values = new ArrayList<FormatText.Value>();
        if (c.variadicArray()) {
            var array = (PgArray) arguments[arguments.length - 1];
            if (array != null) {
                for (var element : array.unsafeElements()) {
                    values.add(new FormatText.Value(array.elementType(), element));
                }
            }
            return values;
        }
        for (int i = from; i < arguments.length; i++) {
            values.add(new FormatText.Value(c.argumentType(i), arguments[i]));
        }
        return values;
    }

    private static List<@Nullable String> texts(
            CallContext c, @Nullable Object[] arguments, int from) {
        var texts = new ArrayList<@Nullable String>();
        for (var value : values(c, arguments, from)) {
            var object = value.value();
            texts.add(object == null ? null : value.type().format(object, c.types()));
        }
        return texts;
    }

    private static void registerSplit(Registry r) {
        r.three(
                "split_part",
                (CallContext c, String s, String delimiter, Integer field) ->
                        splitPart(s, delimiter, field));
        r.any(
                "text_to_array",
                (c, a) ->
                        a[0] == null
                                ? null
                                : PgArray.of(
                                        Types.TEXT,
                                        split(Strings.text(a, 0), (String) a[1], null)));
        r.any(
                "text_to_array_null",
                (c, a) ->
                        a[0] == null
                                ? null
                                : PgArray.of(
                                        Types.TEXT,
                                        split(Strings.text(a, 0), (String) a[1], (String) a[2])));
        r.rows(
                "text_to_table",
                (c, a) ->
                        a[0] == null
                                ? List.<@Nullable Object>of().iterator()
                                : split(Strings.text(a, 0), (String) a[1], null).iterator());
        r.rows(
                "text_to_table_null",
                (c, a) ->
                        a[0] == null
                                ? List.<@Nullable Object>of().iterator()
                                : split(Strings.text(a, 0), (String) a[1], (String) a[2])
                                        .iterator());
        r.any(
                "array_to_text",
                (c, a) -> arrayToText(c, (PgArray) Strings.arg(a, 0), Strings.text(a, 1), null));
        r.any(
                "array_to_text_null",
                (c, a) ->
                        a[0] == null || a[1] == null
                                ? null
                                : arrayToText(
                                        c,
                                        (PgArray) Strings.arg(a, 0),
                                        Strings.text(a, 1),
                                        (String) a[2]));
    }

    private static String splitPart(String s, String delimiter, int field) {
        if (field == 0) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE, "field position must not be zero");
        }
        if (s.isEmpty()) {
            return "";
        }
        if (delimiter.isEmpty()) {
            return field == 1 || field == -1 ? s : "";
        }
        var parts = split(s, delimiter, null);
        int index = field > 0 ? field - 1 : parts.size() + field;
        if (index < 0 || index >= parts.size()) {
            return "";
        }
        var part = parts.get(index);
        return part == null ? "" : part;
    }

    /** A null delimiter splits into characters. */
    private static List<@Nullable String> split(
            String s, @Nullable String delimiter, @Nullable String nullText) {
        var parts = new ArrayList<@Nullable String>();
        if (s.isEmpty()) {
            return parts;
        }
        if (delimiter == null) {
            s.codePoints().forEach(c -> parts.add(Character.toString(c)));
        } else if (delimiter.isEmpty()) {
            parts.add(s);
        } else {
            int from = 0;
            for (int at = s.indexOf(delimiter); at >= 0; at = s.indexOf(delimiter, from)) {
                parts.add(s.substring(from, at));
                from = at + delimiter.length();
            }
            parts.add(s.substring(from));
        }
        if (nullText != null) {
            parts.replaceAll(part -> nullText.equals(part) ? null : part);
        }
        return parts;
    }

    private static String arrayToText(
            CallContext c, PgArray array, String delimiter, @Nullable String nullText) {
        var out = new StringBuilder();
        boolean first = true;
        for (var element : array.unsafeElements()) {
            String text =
                    element == null ? nullText : array.elementType().format(element, c.types());
            if (text == null) {
                continue;
            }
            if (!first) {
                out.append(delimiter);
            }
            out.append(text);
            first = false;
        }
        return out.toString();
    }

    private static void registerCodes(Registry r) {
        r.one("ascii", (CallContext c, String s) -> s.isEmpty() ? 0 : s.codePointAt(0));
        r.one("chr", (CallContext c, Integer code) -> chr(code));
        r.one(
                "to_ascii_default",
                (CallContext c, String s) -> {
                    throw SqlException.notSupported(
                            "encoding conversion from UTF8 to ASCII not supported");
                });
        r.one("unistr", (CallContext c, String s) -> unistr(s));
        r.any(
                "parse_ident",
                (c, a) ->
                        PgArray.of(
                                Types.TEXT,
                                Quotes.parseIdentifier(
                                        Strings.text(a, 0), (boolean) Strings.arg(a, 1))));
    }

    private static String chr(int code) {
        if (code == 0) {
            throw new SqlException(SqlState.PROGRAM_LIMIT_EXCEEDED, "null character not permitted");
        }
        if (code < 0) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE, "character number must be positive");
        }
        if (code > 0x10ffff) {
            throw new SqlException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "requested character too large for encoding: " + code);
        }
        if (code >= 0xd800 && code < 0xe000) {
            throw new SqlException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "requested character not valid for encoding: " + code);
        }
        return Character.toString(code);
    }

    private static String unistr(String s) {
        var out = new StringBuilder(s.length());
        for (int i = 0; i < s.length(); ) {
            char c = s.charAt(i);
            if (c != '\\') {
                out.append(c);
                i++;
                continue;
            }
            if (s.startsWith("\\\\", i)) {
                out.append('\\');
                i += 2;
                continue;
            }
            int digits =
                    s.startsWith("\\U", i)
                            ? 8
                            : s.startsWith("\\u", i) ? 4 : s.startsWith("\\+", i) ? 6 : 4;
            int from =
                    s.startsWith("\\U", i) || s.startsWith("\\u", i) || s.startsWith("\\+", i)
                            ? i + 2
                            : i + 1;
            var hex = from + digits <= s.length() ? s.substring(from, from + digits) : "";
            if (hex.length() != digits || !hex.chars().allMatch(h -> Character.digit(h, 16) >= 0)) {
                throw new SqlException(SqlState.SYNTAX_ERROR, "invalid Unicode escape")
                        .withHint(
                                "Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.");
            }
            int code = Integer.parseUnsignedInt(hex, 16);
            if (!Character.isValidCodePoint(code)) {
                throw new SqlException(SqlState.SYNTAX_ERROR, "invalid Unicode code point: " + hex);
            }
            out.appendCodePoint(code);
            i = from + digits;
        }
        if (IntStream.range(0, out.length()).anyMatch(i -> loneSurrogate(out, i))) {
            throw new SqlException(SqlState.SYNTAX_ERROR, "invalid Unicode surrogate pair");
        }
        return out.toString();
    }

    private static boolean loneSurrogate(CharSequence s, int i) {
        char c = s.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 >= s.length() || !Character.isLowSurrogate(s.charAt(i + 1));
        }
        return Character.isLowSurrogate(c)
                && (i == 0 || !Character.isHighSurrogate(s.charAt(i - 1)));
    }

    private static void registerCasts(Registry r) {
        r.one("text_name", (CallContext c, String s) -> truncateName(s));
        r.one("name_text", (CallContext c, String s) -> s);
        r.one("bpchar_name", (CallContext c, String s) -> truncateName(Strings.trimBlanks(s)));
        r.one("name_bpchar", (CallContext c, String s) -> s);
        r.one("char_text", (CallContext c, String s) -> Types.CHAR.format(s, c.types()));
        r.one("text_char", (CallContext c, String s) -> Types.CHAR.parse(s, -1, c.types()));
        r.one("char_bpchar", (CallContext c, String s) -> s);
        r.one("booltext", (CallContext c, Boolean b) -> b ? "true" : "false");
        r.three(
                "varchar",
                (CallContext c, String s, Integer typmod, Boolean explicit) ->
                        Types.VARCHAR.applyTypmod(s, typmod, explicit));
        r.three(
                "bpchar",
                (CallContext c, String s, Integer typmod, Boolean explicit) ->
                        Types.BPCHAR.applyTypmod(s, typmod, explicit));
        r.one("chartoi4", (CallContext c, String s) -> s.isEmpty() ? 0 : (int) (byte) s.charAt(0));
        r.one("i4tochar", (CallContext c, Integer i) -> charOf(i));
    }

    private static String charOf(int code) {
        if (code < Byte.MIN_VALUE || code > Byte.MAX_VALUE) {
            throw SqlException.outOfRange("\"char\"");
        }
        return code == 0 ? "" : Character.toString(code & 0xff);
    }

    /** NAMEDATALEN - 1 bytes, never within a character. */
    static String truncateName(String s) {
        byte[] bytes = Strings.utf8(s);
        if (bytes.length < 64) {
            return s;
        }
        int end = 63;
        while ((bytes[end] & 0xc0) == 0x80) {
            end--;
        }
        return new String(Arrays.copyOf(bytes, end), java.nio.charset.StandardCharsets.UTF_8);
    }

    private TextFunctions() {}
}
