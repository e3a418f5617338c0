package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Quoting of identifiers and literals as PostgreSQL's quote_ident and quote_literal do. */
public final class Quotes {
    /**
     * Key words that are not plain identifiers everywhere (reserved, or of type or function names).
     */
    private static final Set<String> RESERVED =
            Set.of(
                    ("all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean"
                                    + " both case cast char character check coalesce collate collation column concurrently"
                                    + " constraint create cross current_catalog current_date current_role current_schema"
                                    + " current_time current_timestamp current_user dec decimal default deferrable desc distinct"
                                    + " do else end except exists extract false fetch float for foreign freeze from full grant"
                                    + " greatest group grouping having ilike in initially inner inout int integer intersect interval"
                                    + " into is isnull join lateral leading least left like limit localtime localtimestamp national"
                                    + " natural nchar none normalize not notnull null nullif numeric offset on only or order out outer"
                                    + " overlaps overlay placing position precision primary real references returning right row select"
                                    + " session_user setof similar smallint some substring symmetric table tablesample then time"
                                    + " timestamp to trailing treat trim true union unique user using values varchar variadic verbose"
                                    + " when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces"
                                    + " xmlparse xmlpi xmlroot xmlserialize xmltable")
                            .split(" ", -1));

    /** The name, in double quotes where it would not be read back as it is. */
    public static String identifier(String name) {
        boolean plain =
                !name.isEmpty()
                        && ((name.charAt(0) >= 'a' && name.charAt(0) <= 'z')
                                || name.charAt(0) == '_');
        for (int i = 0; plain && i < name.length(); i++) {
            char c = name.charAt(i);
            plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        }
        return plain && !RESERVED.contains(name) ? name : '"' + name.replace("\"", "\"\"") + '"';
    }

    /** The text in single quotes, E'' where it holds a backslash. */
    public static String literal(String text) {
        var quoted = "'" + text.replace("'", "''").replace("\\", "\\\\") + "'";
        return text.indexOf('\\') >= 0 ? "E" + quoted : quoted;
    }

    /** Splits a qualified name into its parts, folding what is not quoted. */
    public static List<String> parseIdentifier(String text, boolean strict) {
        var parts = new ArrayList<String>();
        int at = skipBlanks(text, 0);
        boolean afterDot = false;
        while (true) {
            int start = at;
            if (at < text.length() && text.charAt(at) == '"') {
                var part = new StringBuilder();
                at++;
                while (true) {
                    int close = text.indexOf('"', at);
                    if (close < 0) {
                        throw invalid(text, "String has unclosed double quotes.");
                    }
                    part.append(text, at, close);
                    at = close + 1;
                    if (at < text.length() && text.charAt(at) == '"') {
                        part.append('"');
                        at++;
                    } else {
                        break;
                    }
                }
                if (part.isEmpty()) {
                    throw invalid(text, "Quoted identifier must not be empty.");
                }
                parts.add(part.toString());
            } else {
                while (at < text.length() && identifierPart(text.charAt(at), at == start)) {
                    at++;
                }
                if (at == start) {
                    if (at < text.length() && text.charAt(at) == '.') {
                        throw invalid(text, "No valid identifier before \".\".");
                    }
                    throw invalid(text, afterDot ? "No valid identifier after \".\"." : null);
                }
                parts.add(text.substring(start, at).toLowerCase(Locale.ROOT));
            }
            at = skipBlanks(text, at);
            if (at < text.length() && text.charAt(at) == '.') {
                afterDot = true;
                at = skipBlanks(text, at + 1);
            } else if (at == text.length() || !strict) {
                return parts;
            } else {
                throw invalid(text, null);
            }
        }
    }

    private static boolean identifierPart(char c, boolean first) {
        return Character.isLetter(c)
                || c == '_'
                || c > 127
                || (!first && ((c >= '0' && c <= '9') || c == '$'));
    }

    private static int skipBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static SqlException invalid(
            String text, @org.jspecify.annotations.Nullable String detail) {
        return new SqlException(
                        SqlState.INVALID_PARAMETER_VALUE,
                        "string is not a valid identifier: \"" + text + "\"")
                .withDetail(detail);
    }

    private Quotes() {}
}
