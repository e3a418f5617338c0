package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import org.jspecify.annotations.Nullable;

/** LIKE: {@code %}, {@code _} and backslash as escape; ILIKE folds both sides first. */
public final class LikePattern {
    private static final char ANY = '\uFFFF';
    private static final char ONE = '\uFFFE';

    /** The pattern with escapes resolved: ANY and ONE stand for the wildcards. */
    private final String compiled;

    private final boolean fold;

    /** What lies between a first and a last ANY, where that is all; null for other patterns. */
    private final @Nullable String part;

    private final boolean fromStart;
    private final boolean toEnd;

    private LikePattern(String compiled, boolean fold) {
        this.compiled = compiled;
        this.fold = fold;
        int length = compiled.length();
        fromStart = length == 0 || compiled.charAt(0) != ANY;
        toEnd = length == 0 || compiled.charAt(length - 1) != ANY;
        var inside =
                compiled.substring(
                        fromStart ? 0 : 1,
                        toEnd ? length : Math.max(length - 1, fromStart ? 0 : 1));
        part = inside.indexOf(ANY) < 0 && inside.indexOf(ONE) < 0 ? inside : null;
    }

    public static LikePattern compile(String pattern, boolean fold) {
        String source = fold ? TextFunctions.mapCase(pattern, false) : pattern;
        var out = new StringBuilder(source.length());
        for (int i = 0; i < source.length(); i++) {
            char c = source.charAt(i);
            if (c == '\\') {
                i++;
                if (i == source.length()) {
                    throw new SqlException(
                            SqlState.INVALID_ESCAPE_SEQUENCE,
                            "LIKE pattern must not end with escape character");
                }
                out.append(source.charAt(i));
            } else if (c == '%') {
                if (out.isEmpty() || out.charAt(out.length() - 1) != ANY) {
                    out.append(ANY);
                }
            } else {
                out.append(c == '_' ? ONE : c);
            }
        }
        return new LikePattern(out.toString(), fold);
    }

    public boolean matches(String text) {
        String s = fold ? TextFunctions.mapCase(text, false) : text;
        if (part == null) {
            return matchesWildcards(s);
        }
        if (fromStart) {
            return toEnd ? s.equals(part) : s.startsWith(part);
        }
        return toEnd ? s.endsWith(part) : s.contains(part);
    }

    private boolean matchesWildcards(String s) {
        int at = 0;
        int in = 0;
        int retryPattern = -1;
        int retryText = 0;
        while (in < s.length()) {
            char p = at < compiled.length() ? compiled.charAt(at) : 0;
            if (at < compiled.length() && p == ANY) {
                retryPattern = ++at;
                retryText = in;
                if (at == compiled.length()) {
                    return true;
                }
            } else if (at < compiled.length() && p == ONE) {
                at++;
                in += Character.isHighSurrogate(s.charAt(in)) && in + 1 < s.length() ? 2 : 1;
            } else if (at < compiled.length() && p == s.charAt(in)) {
                at++;
                in++;
            } else if (retryPattern >= 0) {
                at = retryPattern;
                in = ++retryText;
            } else {
                return false;
            }
        }
        while (at < compiled.length() && compiled.charAt(at) == ANY) {
            at++;
        }
        return at == compiled.length();
    }

    /** LIKE ... ESCAPE: the pattern with backslash as its escape. */
    static String withEscape(String pattern, String escape) {
        if (escape.isEmpty()) {
            return pattern.replace("\\", "\\\\");
        }
        if (Strings.length(escape) != 1) {
            throw new SqlException(SqlState.INVALID_ESCAPE_SEQUENCE, "invalid escape string")
                    .withHint("Escape string must be empty or one character.");
        }
        if (escape.equals("\\")) {
            return pattern;
        }
        var out = new StringBuilder(pattern.length() + 8);
        boolean afterEscape = false;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == escape.charAt(0) && !afterEscape) {
                out.append('\\');
                afterEscape = true;
            } else if (c == '\\') {
                if (!afterEscape) {
                    out.append('\\');
                }
                out.append('\\');
                afterEscape = false;
            } else {
                out.append(c);
                afterEscape = false;
            }
        }
        return out.toString();
    }
}
