package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code [2:3]={{a,"b c"},{NULL,d}}}: one pass over the characters with PostgreSQL's states,
 * so that each mistake gets its own detail.
 */
final class ArrayText {
    private enum State {
        NO_LEVEL,
        LEVEL_STARTED,
        ELEMENT_STARTED,
        QUOTED_STARTED,
        QUOTED_COMPLETED,
        ELEMENT_DELIMITED,
        LEVEL_COMPLETED,
        LEVEL_DELIMITED
    }

    private final String text;
    private final char delimiter;
    private int at;

    /** Explicit bounds in front, if there are any. */
    private final List<int[]> bounds = new ArrayList<>();

    private final List<@Nullable String> elements = new ArrayList<>();
    private final int[] counts = new int[PgArray.DIMENSIONS_MAX];
    private final int[] lastCounts = new int[PgArray.DIMENSIONS_MAX];
    private int dimensions;

    private ArrayText(String text, char delimiter) {
        this.text = text;
        this.delimiter = delimiter;
    }

    static PgArray parse(Type elementType, String text, int typmod, TypeContext context) {
        var reader = new ArrayText(text, elementType.delimiter());
        reader.readBounds();
        reader.readContents();
        int[] lengths = reader.lengths();
        int[] lowerBounds = new int[lengths.length];
        for (int i = 0; i < lengths.length; i++) {
            lowerBounds[i] = reader.bounds.isEmpty() ? 1 : reader.bounds.get(i)[0];
        }
        PgArray.elementCount(lengths);
        PgArray.checkBounds(lengths, lowerBounds);
        @Nullable Object[] values = new Object[reader.elements.size()];
        for (int i = 0; i < values.length; i++) {
            var element = reader.elements.get(i);
            values[i] = element == null ? null : elementType.parse(element, typmod, context);
        }
        return PgArray.wrap(elementType, lengths, lowerBounds, values);
    }

    private SqlException malformed(String detail) {
        return new SqlException(
                        SqlState.INVALID_TEXT_REPRESENTATION,
                        "malformed array literal: \"" + text + "\"")
                .withDetail(detail);
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private void readBounds() {
        at = Text.skipSpace(text, at);
        while (peek() == '[') {
            at++;
            PgArray.checkDimensions(bounds.size() + 1);
            int first = number("\"[\" must introduce explicitly-specified array dimensions.");
            int last = first;
            if (peek() == ':') {
                at++;
                last = number("Missing array dimension value.");
            } else {
                first = 1;
            }
            if (peek() != ']') {
                throw malformed("Missing \"]\" after array dimensions.");
            }
            at++;
            if (last < first) {
                throw new SqlException(
                        SqlState.ARRAY_SUBSCRIPT_ERROR,
                        "upper bound cannot be less than lower bound");
            }
            bounds.add(new int[] {first, last});
            at = Text.skipSpace(text, at);
        }
        if (bounds.isEmpty()) {
            if (peek() != '{') {
                throw malformed("Array value must start with \"{\" or dimension information.");
            }
            return;
        }
        if (peek() != '=') {
            throw malformed("Missing \"=\" after array dimensions.");
        }
        at = Text.skipSpace(text, at + 1);
        if (peek() != '{') {
            throw malformed("Array contents must start with \"{\".");
        }
    }

    private int number(String complaint) {
        int from = at;
        while (Text.isDigit(peek()) || peek() == '-' || peek() == '+') {
            at++;
        }
        if (at == from) {
            throw malformed(complaint);
        }
        try {
            return (int) Long.parseLong(text.substring(from, at));
        } catch (NumberFormatException wrong) {
            return 0;
        }
    }

    private int[] lengths() {
        int[] lengths = new int[elements.isEmpty() ? 0 : dimensions];
        System.arraycopy(lastCounts, 0, lengths, 0, lengths.length);
        if (!bounds.isEmpty()) {
            boolean same = bounds.size() == lengths.length;
            for (int i = 0; same && i < lengths.length; i++) {
                same = (long) bounds.get(i)[1] - bounds.get(i)[0] + 1 == lengths[i];
            }
            if (!same) {
                throw malformed("Specified array dimensions do not match array contents.");
            }
        }
        return lengths;
    }

    private void readContents() {
        var state = State.NO_LEVEL;
        int level = 0;
        var element = new StringBuilder();
        boolean escaped = false;
        int significant = 0;
        do {
            if (at >= text.length()) {
                throw malformed("Unexpected end of input.");
            }
            char c = text.charAt(at++);
            if (state == State.QUOTED_STARTED && c != '"' && c != '\\') {
                element.append(c);
                significant = element.length();
            } else if (c == '\\') {
                if (state != State.LEVEL_STARTED
                        && state != State.ELEMENT_STARTED
                        && state != State.QUOTED_STARTED
                        && state != State.ELEMENT_DELIMITED) {
                    throw malformed("Unexpected \"\\\" character.");
                }
                if (at >= text.length()) {
                    throw malformed("Unexpected end of input.");
                }
                state = state == State.QUOTED_STARTED ? state : State.ELEMENT_STARTED;
                escaped = true;
                element.append(text.charAt(at++));
                significant = element.length();
            } else if (c == '"') {
                if (state == State.QUOTED_STARTED) {
                    state = State.QUOTED_COMPLETED;
                } else if (state == State.LEVEL_STARTED || state == State.ELEMENT_DELIMITED) {
                    state = State.QUOTED_STARTED;
                    escaped = true;
                } else {
                    throw malformed("Unexpected array element.");
                }
            } else if (c == '{') {
                if (state != State.NO_LEVEL
                        && state != State.LEVEL_STARTED
                        && state != State.LEVEL_DELIMITED) {
                    throw malformed("Unexpected \"{\" character.");
                }
                state = State.LEVEL_STARTED;
                PgArray.checkDimensions(level + 1);
                counts[level++] = 1;
                dimensions = Math.max(dimensions, level);
            } else if (c == '}') {
                boolean ended = state == State.ELEMENT_STARTED || state == State.QUOTED_COMPLETED;
                boolean emptyArray = level == 1 && state == State.LEVEL_STARTED;
                if (!ended && state != State.LEVEL_COMPLETED && !emptyArray) {
                    throw malformed("Unexpected \"}\" character.");
                }
                if (ended) {
                    finishElement(element, significant, escaped);
                    escaped = false;
                    significant = 0;
                }
                state = State.LEVEL_COMPLETED;
                level--;
                if (lastCounts[level] != 0 && counts[level] != lastCounts[level]) {
                    throw malformed(
                            "Multidimensional arrays must have sub-arrays with matching dimensions.");
                }
                lastCounts[level] = counts[level];
                counts[level] = 1;
            } else if (c == delimiter) {
                if (state == State.LEVEL_COMPLETED) {
                    state = State.LEVEL_DELIMITED;
                } else if (state == State.ELEMENT_STARTED || state == State.QUOTED_COMPLETED) {
                    finishElement(element, significant, escaped);
                    escaped = false;
                    significant = 0;
                    state = State.ELEMENT_DELIMITED;
                } else {
                    throw malformed("Unexpected \"" + c + "\" character.");
                }
                counts[level - 1]++;
            } else if (Text.isSpace(c)) {
                if (state == State.ELEMENT_STARTED) {
                    element.append(c);
                }
            } else {
                if (state != State.LEVEL_STARTED
                        && state != State.ELEMENT_STARTED
                        && state != State.ELEMENT_DELIMITED) {
                    throw malformed("Unexpected array element.");
                }
                state = State.ELEMENT_STARTED;
                element.append(c);
                significant = element.length();
            }
        } while (level > 0);
        if (Text.skipSpace(text, at) < text.length()) {
            throw malformed("Junk after closing right brace.");
        }
    }

    private void finishElement(StringBuilder element, int significant, boolean escaped) {
        element.setLength(significant);
        String value = element.toString();
        element.setLength(0);
        elements.add(!escaped && value.equalsIgnoreCase("NULL") ? null : value);
    }

    static String format(PgArray array, TypeContext context) {
        if (array.size() == 0) {
            return "{}";
        }
        var out = new StringBuilder();
        boolean plainBounds = true;
        for (int i = 0; i < array.dimensions(); i++) {
            plainBounds &= array.lowerBound(i) == 1;
        }
        if (!plainBounds) {
            for (int i = 0; i < array.dimensions(); i++) {
                out.append('[')
                        .append(array.lowerBound(i))
                        .append(':')
                        .append(array.upperBound(i))
                        .append(']');
            }
            out.append('=');
        }
        formatLevel(out, array, 0, 0, context);
        return out.toString();
    }

    /** Writes the sub-array that starts at an element; answers where the next one starts. */
    private static int formatLevel(
            StringBuilder out, PgArray array, int dimension, int from, TypeContext context) {
        char delimiter = array.elementType().delimiter();
        int next = from;
        out.append('{');
        for (int i = 0; i < array.length(dimension); i++) {
            if (i > 0) {
                out.append(delimiter);
            }
            if (dimension + 1 < array.dimensions()) {
                next = formatLevel(out, array, dimension + 1, next, context);
                continue;
            }
            var element = array.get(next++);
            if (element == null) {
                out.append("NULL");
            } else {
                appendElement(out, array.elementType().format(element, context), delimiter);
            }
        }
        out.append('}');
        return next;
    }

    private static void appendElement(StringBuilder out, String element, char delimiter) {
        boolean quote = element.isEmpty() || element.equalsIgnoreCase("NULL");
        for (int i = 0; i < element.length() && !quote; i++) {
            char c = element.charAt(i);
            quote =
                    c == '"'
                            || c == '\\'
                            || c == '{'
                            || c == '}'
                            || c == delimiter
                            || Text.isSpace(c);
        }
        if (!quote) {
            out.append(element);
            return;
        }
        out.append('"');
        for (int i = 0; i < element.length(); i++) {
            char c = element.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.append(c);
        }
        out.append('"');
    }
}
