package dev.quiverdb.base.type;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of date, time or interval text, cut where PostgreSQL's ParseDateTime cuts: the first step
 * of reading all of them.
 *
 * @param text in lower case
 */
record DateTimeField(Shape shape, String text) {
    enum Shape {
        /** Digits, maybe with a point. */
        NUMBER,
        /** Letters. */
        WORD,
        /** Something with dashes, slashes or points: a date or the name of a time zone. */
        DATE,
        /** With colons. */
        TIME,
        /** Signed digits: a time zone, or a signed number in an interval. */
        SIGNED,
        /** Signed letters, as -infinity. */
        SPECIAL
    }

    private static final int FIELDS_MAX = 25;

    /** The fields, or null if the text has none or is no date at all. */
    static @Nullable List<DateTimeField> split(String text) {
        var fields = new ArrayList<DateTimeField>();
        int at = 0;
        int end = text.length();
        while (at < end) {
            char c = text.charAt(at);
            if (Text.isSpace(c)) {
                at++;
                continue;
            }
            if (fields.size() >= FIELDS_MAX) {
                return null;
            }
            int from = at;
            Shape shape;
            String prefix = "";
            if (Text.isDigit(c)) {
                at = digits(text, at);
                char next = charAt(text, at);
                if (next == ':') {
                    shape = Shape.TIME;
                    at = past(text, at, ":.");
                } else if (next == '-' || next == '/' || next == '.') {
                    at++;
                    if (Text.isDigit(charAt(text, at))) {
                        shape = next == '.' ? Shape.NUMBER : Shape.DATE;
                        at = digits(text, at);
                        if (charAt(text, at) == next) {
                            shape = Shape.DATE;
                            at = past(text, at, String.valueOf(next));
                        }
                    } else {
                        shape = Shape.DATE;
                        while (isLetter(charAt(text, at))
                                || Text.isDigit(charAt(text, at))
                                || charAt(text, at) == next) {
                            at++;
                        }
                    }
                } else {
                    shape = Shape.NUMBER;
                }
            } else if (c == '.') {
                at = digits(text, at + 1);
                shape = Shape.NUMBER;
            } else if (isLetter(c)) {
                shape = Shape.WORD;
                at = letters(text, at);
                char next = charAt(text, at);
                boolean date = next == '-' || next == '/' || next == '.';
                if (next == '+' || Text.isDigit(next)) {
                    date = DateTimeWords.find(Types.lower(text.substring(from, at))) == null;
                }
                if (date) {
                    shape = Shape.DATE;
                    do {
                        at++;
                        next = charAt(text, at);
                    } while (isLetter(next)
                            || Text.isDigit(next)
                            || (next != 0 && "+-/_.:".indexOf(next) >= 0));
                }
            } else if (c == '+' || c == '-') {
                prefix = String.valueOf(c);
                at = Text.skipSpace(text, at + 1);
                from = at;
                if (Text.isDigit(charAt(text, at))) {
                    shape = Shape.SIGNED;
                    at = past(text, at, ":.-");
                } else if (isLetter(charAt(text, at))) {
                    shape = Shape.SPECIAL;
                    at = letters(text, at);
                } else {
                    return null;
                }
            } else if (c > ' ' && c < 127) {
                at++;
                continue;
            } else {
                return null;
            }
            fields.add(new DateTimeField(shape, prefix + Types.lower(text.substring(from, at))));
        }
        return fields;
    }

    private static char charAt(String text, int at) {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static int digits(String text, int from) {
        return past(text, from, "");
    }

    private static int letters(String text, int from) {
        int at = from;
        while (isLetter(charAt(text, at))) {
            at++;
        }
        return at;
    }

    /** Past digits and some other characters. */
    private static int past(String text, int from, String others) {
        int at = from;
        while (at < text.length()
                && (Text.isDigit(text.charAt(at)) || others.indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        return at;
    }
}
