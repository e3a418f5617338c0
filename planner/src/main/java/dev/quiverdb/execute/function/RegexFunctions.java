package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** LIKE, ILIKE, SIMILAR TO, the {@code ~} operators and the regexp_ functions. */
final class RegexFunctions {
    static void register(Registry r) {
        for (var prefix : List.of("text", "name", "bpchar")) {
            r.two(
                    prefix + "like",
                    (CallContext c, String s, String p) -> like(c, p, false).matches(s));
            r.two(
                    prefix + "nlike",
                    (CallContext c, String s, String p) -> !like(c, p, false).matches(s));
            r.two(
                    prefix + "iclike",
                    (CallContext c, String s, String p) -> like(c, p, true).matches(s));
            r.two(
                    prefix + "icnlike",
                    (CallContext c, String s, String p) -> !like(c, p, true).matches(s));
            r.two(
                    prefix + "regexeq",
                    (CallContext c, String s, String p) -> pattern(c, p, "").matcher(s).find());
            r.two(
                    prefix + "regexne",
                    (CallContext c, String s, String p) -> !pattern(c, p, "").matcher(s).find());
            r.two(
                    prefix + "icregexeq",
                    (CallContext c, String s, String p) -> pattern(c, p, "i").matcher(s).find());
            r.two(
                    prefix + "icregexne",
                    (CallContext c, String s, String p) -> !pattern(c, p, "i").matcher(s).find());
        }
        r.two("like_escape", (CallContext c, String p, String e) -> LikePattern.withEscape(p, e));
        r.one("similar_to_escape_1", (CallContext c, String p) -> Regex.similar(p, "\\"));
        r.two("similar_to_escape_2", (CallContext c, String p, String e) -> Regex.similar(p, e));
        r.any(
                "similar_escape",
                (c, a) ->
                        a[0] == null
                                ? null
                                : Regex.similar(
                                        Strings.text(a, 0),
                                        a[1] == null ? "\\" : Strings.text(a, 1)));
        r.two(
                "textregexsubstr",
                (CallContext c, String s, String p) -> substring(pattern(c, p, "").matcher(s)));
        r.three(
                "substring(text,text,text)",
                (CallContext c, String s, String p, String e) ->
                        substring(pattern(c, Regex.similar(p, e), "").matcher(s)));
        registerReplace(r);
        registerMatch(r);
        registerSplit(r);
        registerCount(r);
    }

    private static LikePattern like(CallContext c, String pattern, boolean fold) {
        return c.memo(pattern, () -> LikePattern.compile(pattern, fold));
    }

    private record PatternKey(String pattern, String flags) {}

    static Pattern pattern(CallContext c, String pattern, String flags) {
        return c.memo(new PatternKey(pattern, flags), () -> Regex.compile(pattern, flags));
    }

    private static @Nullable String substring(Matcher matcher) {
        if (!matcher.find()) {
            return null;
        }
        return matcher.groupCount() > 0 ? matcher.group(1) : matcher.group();
    }

    private static void registerReplace(Registry r) {
        r.three(
                "textregexreplace_noopt",
                (CallContext c, String s, String p, String to) ->
                        replace(pattern(c, p, "").matcher(s), s, to, 0, 1));
        r.any(
                "textregexreplace",
                (c, a) -> {
                    var flags = Strings.text(a, 3);
                    if (!flags.isEmpty() && Character.isDigit(flags.charAt(0))) {
                        throw new SqlException(
                                        SqlState.INVALID_PARAMETER_VALUE,
                                        "invalid regular expression option: \""
                                                + flags.charAt(0)
                                                + "\"")
                                .withHint(
                                        "If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.");
                    }
                    boolean all = flags.indexOf('g') >= 0;
                    var s = Strings.text(a, 0);
                    return replace(
                            pattern(c, Strings.text(a, 1), flags.replace("g", "")).matcher(s),
                            s,
                            Strings.text(a, 2),
                            0,
                            all ? 0 : 1);
                });
        r.any("textregexreplace_extended_no_n", (c, a) -> extendedReplace(c, a, 1, ""));
        r.any(
                "textregexreplace_extended_no_flags",
                (c, a) -> extendedReplace(c, a, count(Strings.integer(a, 4), "n"), ""));
        r.any(
                "textregexreplace_extended",
                (c, a) ->
                        extendedReplace(
                                c, a, count(Strings.integer(a, 4), "n"), Strings.text(a, 5)));
    }

    private static String extendedReplace(
            CallContext c, @Nullable Object[] a, int occurrence, String flags) {
        var s = Strings.text(a, 0);
        int start = positive(Strings.integer(a, 3), "start");
        var pattern = pattern(c, Strings.text(a, 1), flags.replace("g", ""));
        if (start - 1 > Strings.length(s)) {
            return s;
        }
        // The number of the match wins over the flag.
        return replace(
                pattern.matcher(s),
                s,
                Strings.text(a, 2),
                Strings.charIndex(s, start - 1),
                occurrence);
    }

    /** Replaces match number {@code occurrence} (0: all) from a char index on. */
    private static String replace(Matcher matcher, String s, String to, int from, int occurrence) {
        var out = new StringBuilder();
        int copied = 0;
        int number = 0;
        boolean found = matcher.find(from);
        while (found) {
            number++;
            if (occurrence == 0 || number == occurrence) {
                out.append(s, copied, matcher.start());
                expand(out, matcher, to);
                copied = matcher.end();
                if (occurrence != 0) {
                    break;
                }
            }
            found = matcher.find();
        }
        return out.append(s, copied, s.length()).toString();
    }

    private static void expand(StringBuilder out, Matcher matcher, String to) {
        for (int i = 0; i < to.length(); i++) {
            char c = to.charAt(i);
            if (c != '\\' || i + 1 == to.length()) {
                out.append(c);
                continue;
            }
            char next = to.charAt(++i);
            if (next == '&') {
                out.append(matcher.group());
            } else if (next >= '1' && next <= '9') {
                var group = next - '0' <= matcher.groupCount() ? matcher.group(next - '0') : null;
                out.append(group == null ? "" : group);
            } else if (next == '\\') {
                out.append('\\');
            } else {
                out.append('\\').append(next);
            }
        }
    }

    private static void registerMatch(Registry r) {
        r.two("regexp_match_no_flags", (CallContext c, String s, String p) -> match(c, s, p, ""));
        r.three(
                "regexp_match",
                (CallContext c, String s, String p, String f) ->
                        match(
                                c,
                                s,
                                p,
                                noGlobal(
                                        f,
                                        "regexp_match()",
                                        "Use the regexp_matches function instead.")));
        r.rows(
                "regexp_matches_no_flags",
                (c, a) -> matches(c, Strings.text(a, 0), Strings.text(a, 1), "").iterator());
        r.rows(
                "regexp_matches",
                (c, a) ->
                        matches(c, Strings.text(a, 0), Strings.text(a, 1), Strings.text(a, 2))
                                .iterator());
    }

    private static String noGlobal(String flags, String function, @Nullable String hint) {
        if (flags.indexOf('g') >= 0) {
            throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            function + " does not support the \"global\" option")
                    .withHint(hint);
        }
        return flags;
    }

    private static @Nullable PgArray match(CallContext c, String s, String p, String flags) {
        var matcher = pattern(c, p, flags).matcher(s);
        return matcher.find() ? groups(matcher) : null;
    }

    private static PgArray groups(Matcher matcher) {
        if (matcher.groupCount() == 0) {
            return PgArray.of(Types.TEXT, List.of(matcher.group()));
        }
        var groups = new ArrayList<@Nullable String>();
        for (int i = 1; i <= matcher.groupCount(); i++) {
            groups.add(matcher.group(i));
        }
        return PgArray.of(Types.TEXT, groups);
    }

    private static List<PgArray> matches(CallContext c, String s, String p, String flags) {
        boolean all = flags.indexOf('g') >= 0;
        var matcher = pattern(c, p, flags.replace("g", "")).matcher(s);
        var found = new ArrayList<PgArray>();
        while (matcher.find()) {
            found.add(groups(matcher));
            if (!all) {
                break;
            }
        }
        return found;
    }

    private static void registerSplit(Registry r) {
        r.two(
                "regexp_split_to_array_no_flags",
                (CallContext c, String s, String p) -> PgArray.of(Types.TEXT, split(c, s, p, "")));
        r.three(
                "regexp_split_to_array",
                (CallContext c, String s, String p, String f) ->
                        PgArray.of(
                                Types.TEXT,
                                split(c, s, p, noGlobal(f, "regexp_split_to_array()", null))));
        r.rows(
                "regexp_split_to_table_no_flags",
                (c, a) -> split(c, Strings.text(a, 0), Strings.text(a, 1), "").iterator());
        r.rows(
                "regexp_split_to_table",
                (c, a) ->
                        split(
                                        c,
                                        Strings.text(a, 0),
                                        Strings.text(a, 1),
                                        noGlobal(
                                                Strings.text(a, 2),
                                                "regexp_split_to_table()",
                                                null))
                                .iterator());
    }

    /** Zero-length matches at the start, at the end, or right after another match do not split. */
    private static List<String> split(CallContext c, String s, String p, String flags) {
        var matcher = pattern(c, p, flags).matcher(s);
        var parts = new ArrayList<String>();
        int from = 0;
        while (matcher.find()) {
            if (matcher.end() == matcher.start()
                    && (matcher.start() == from || matcher.start() >= s.length())) {
                continue;
            }
            parts.add(s.substring(from, matcher.start()));
            from = matcher.end();
        }
        parts.add(s.substring(from));
        return parts;
    }

    private static void registerCount(Registry r) {
        r.any("regexp_count_no_start", (c, a) -> count(c, a, 1, ""));
        r.any("regexp_count_no_flags", (c, a) -> count(c, a, Strings.integer(a, 2), ""));
        r.any(
                "regexp_count",
                (c, a) ->
                        count(
                                c,
                                a,
                                Strings.integer(a, 2),
                                noGlobal(Strings.text(a, 3), "regexp_count()", null)));
        r.any(
                "regexp_like_no_flags",
                (c, a) -> pattern(c, Strings.text(a, 1), "").matcher(Strings.text(a, 0)).find());
        r.any(
                "regexp_like",
                (c, a) ->
                        pattern(
                                        c,
                                        Strings.text(a, 1),
                                        noGlobal(Strings.text(a, 2), "regexp_like()", null))
                                .matcher(Strings.text(a, 0))
                                .find());
        for (var name :
                List.of(
                        "regexp_instr",
                        "regexp_instr_no_subexpr",
                        "regexp_instr_no_flags",
                        "regexp_instr_no_endoption",
                        "regexp_instr_no_n",
                        "regexp_instr_no_start")) {
            r.any(name, RegexFunctions::instr);
        }
        for (var name :
                List.of(
                        "regexp_substr",
                        "regexp_substr_no_subexpr",
                        "regexp_substr_no_flags",
                        "regexp_substr_no_n",
                        "regexp_substr_no_start")) {
            r.any(name, RegexFunctions::substr);
        }
    }

    private static int positive(int value, String name) {
        if (value <= 0) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "invalid value for parameter \"" + name + "\": " + value);
        }
        return value;
    }

    private static int count(int value, String name) {
        if (value < 0) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "invalid value for parameter \"" + name + "\": " + value);
        }
        return value;
    }

    private static int count(CallContext c, @Nullable Object[] a, int start, String flags) {
        var s = Strings.text(a, 0);
        positive(start, "start");
        pattern(c, Strings.text(a, 1), flags);
        if (start - 1 > Strings.length(s)) {
            return 0;
        }
        var matcher = pattern(c, Strings.text(a, 1), flags).matcher(s);
        int count = 0;
        boolean found = matcher.find(Strings.charIndex(s, start - 1));
        while (found) {
            count++;
            found = matcher.find();
        }
        return count;
    }

    /** Finds match n from start; null if there is none. */
    private static @Nullable Matcher nth(
            CallContext c, @Nullable Object[] a, int n, int startArgument, String flags) {
        var s = Strings.text(a, 0);
        int start =
                a.length > startArgument ? positive(Strings.integer(a, startArgument), "start") : 1;
        pattern(c, Strings.text(a, 1), flags);
        if (start - 1 > Strings.length(s)) {
            return null;
        }
        var matcher = pattern(c, Strings.text(a, 1), flags).matcher(s);
        boolean found = matcher.find(Strings.charIndex(s, start - 1));
        for (int i = 1; i < n && found; i++) {
            found = matcher.find();
        }
        return found ? matcher : null;
    }

    private static Object instr(CallContext c, @Nullable Object[] a) {
        if (a.length > 2) {
            positive(Strings.integer(a, 2), "start");
        }
        int n = a.length > 3 ? positive(Strings.integer(a, 3), "n") : 1;
        int end = a.length > 4 ? Strings.integer(a, 4) : 0;
        if (end != 0 && end != 1) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "invalid value for parameter \"endoption\": " + end);
        }
        var flags = a.length > 5 ? noGlobal(Strings.text(a, 5), "regexp_instr()", null) : "";
        int group = a.length > 6 ? count(Strings.integer(a, 6), "subexpr") : 0;
        var matcher = nth(c, a, n, 2, flags);
        if (matcher == null || group > matcher.groupCount() || matcher.start(group) < 0) {
            return 0;
        }
        return Strings.characters(
                        Strings.text(a, 0), end == 0 ? matcher.start(group) : matcher.end(group))
                + 1;
    }

    private static @Nullable Object substr(CallContext c, @Nullable Object[] a) {
        if (a.length > 2) {
            positive(Strings.integer(a, 2), "start");
        }
        int n = a.length > 3 ? positive(Strings.integer(a, 3), "n") : 1;
        var flags = a.length > 4 ? noGlobal(Strings.text(a, 4), "regexp_substr()", null) : "";
        int group = a.length > 5 ? count(Strings.integer(a, 5), "subexpr") : 0;
        var matcher = nth(c, a, n, 2, flags);
        return matcher == null || group > matcher.groupCount() ? null : matcher.group(group);
    }

    private RegexFunctions() {}
}
