package dev.quiverdb.execute.function;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** PostgreSQL's names and numbers of character encodings; only UTF8 is one that we store. */
final class Encodings {
    /** By number. */
    private static final List<String> NAMES =
            List.of(
                    "SQL_ASCII",
                    "EUC_JP",
                    "EUC_CN",
                    "EUC_KR",
                    "EUC_TW",
                    "EUC_JIS_2004",
                    "UTF8",
                    "MULE_INTERNAL",
                    "LATIN1",
                    "LATIN2",
                    "LATIN3",
                    "LATIN4",
                    "LATIN5",
                    "LATIN6",
                    "LATIN7",
                    "LATIN8",
                    "LATIN9",
                    "LATIN10",
                    "WIN1256",
                    "WIN1258",
                    "WIN866",
                    "WIN874",
                    "KOI8R",
                    "WIN1251",
                    "WIN1252",
                    "ISO_8859_5",
                    "ISO_8859_6",
                    "ISO_8859_7",
                    "ISO_8859_8",
                    "WIN1250",
                    "WIN1253",
                    "WIN1254",
                    "WIN1255",
                    "WIN1257",
                    "KOI8U",
                    "SJIS",
                    "BIG5",
                    "GBK",
                    "UHC",
                    "GB18030",
                    "JOHAB",
                    "SHIFT_JIS_2004");

    /** Most bytes of a character, where it is not one. */
    private static final Map<String, Integer> LENGTHS =
            Map.ofEntries(
                    Map.entry("EUC_JP", 3),
                    Map.entry("EUC_CN", 3),
                    Map.entry("EUC_KR", 3),
                    Map.entry("EUC_TW", 4),
                    Map.entry("EUC_JIS_2004", 3),
                    Map.entry("UTF8", 4),
                    Map.entry("MULE_INTERNAL", 4),
                    Map.entry("SJIS", 2),
                    Map.entry("BIG5", 2),
                    Map.entry("GBK", 2),
                    Map.entry("UHC", 2),
                    Map.entry("GB18030", 4),
                    Map.entry("JOHAB", 3),
                    Map.entry("SHIFT_JIS_2004", 2));

    /** Other names of them, as letters and digits only. */
    private static final Map<String, String> ALIASES =
            Map.ofEntries(
                    Map.entry("abc", "WIN1258"),
                    Map.entry("alt", "WIN866"),
                    Map.entry("iso88591", "LATIN1"),
                    Map.entry("iso885910", "LATIN6"),
                    Map.entry("iso885913", "LATIN7"),
                    Map.entry("iso885914", "LATIN8"),
                    Map.entry("iso885915", "LATIN9"),
                    Map.entry("iso885916", "LATIN10"),
                    Map.entry("iso88592", "LATIN2"),
                    Map.entry("iso88593", "LATIN3"),
                    Map.entry("iso88594", "LATIN4"),
                    Map.entry("iso88599", "LATIN5"),
                    Map.entry("koi8", "KOI8R"),
                    Map.entry("mskanji", "SJIS"),
                    Map.entry("shiftjis", "SJIS"),
                    Map.entry("tcvn", "WIN1258"),
                    Map.entry("tcvn5712", "WIN1258"),
                    Map.entry("unicode", "UTF8"),
                    Map.entry("vscii", "WIN1258"),
                    Map.entry("win", "WIN1251"),
                    Map.entry("win932", "SJIS"),
                    Map.entry("win936", "GBK"),
                    Map.entry("win949", "UHC"),
                    Map.entry("win950", "BIG5"));

    static void register(Registry r) {
        r.one("PG_encoding_to_char", (CallContext c, Integer number) -> name(number));
        r.one("PG_char_to_encoding", (CallContext c, String name) -> number(name));
        r.one("pg_encoding_max_length_sql", (CallContext c, Integer number) -> length(number));
    }

    private static String name(int number) {
        return number >= 0 && number < NAMES.size() ? NAMES.get(number) : "";
    }

    private static @Nullable Integer length(int number) {
        return name(number).isEmpty() ? null : LENGTHS.getOrDefault(name(number), 1);
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    /** -1 for a name of none. */
    private static int number(String name) {
        var wanted = plain(name);
        if (wanted.startsWith("windows")) {
            wanted = "win" + wanted.substring("windows".length());
        }
        var official = plain(ALIASES.getOrDefault(wanted, wanted));
        for (int i = 0; i < NAMES.size(); i++) {
            if (plain(NAMES.get(i)).equals(official)) {
                return i;
            }
        }
        return -1;
    }

    private Encodings() {}
}
