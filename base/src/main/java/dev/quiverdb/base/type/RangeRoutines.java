package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Range types over one subtype. */
final class RangeRoutines extends TypeRoutines {
    static final RangeRoutines INT4 = new RangeRoutines(Oids.INT4);
    static final RangeRoutines INT8 = new RangeRoutines(Oids.INT8);
    static final RangeRoutines NUMERIC = new RangeRoutines(Oids.NUMERIC);
    static final RangeRoutines DATE = new RangeRoutines(Oids.DATE);
    static final RangeRoutines TIMESTAMP = new RangeRoutines(Oids.TIMESTAMP);
    static final RangeRoutines TIMESTAMPTZ = new RangeRoutines(Oids.TIMESTAMPTZ);

    private static final int EMPTY = 1;
    private static final int LOWER_INCLUSIVE = 2;
    private static final int UPPER_INCLUSIVE = 4;
    private static final int LOWER_INFINITE = 8;
    private static final int UPPER_INFINITE = 16;

    private final int subtypeOid;

    private RangeRoutines(int subtypeOid) {
        this.subtypeOid = subtypeOid;
    }

    /** The type of the bounds; looked up late, for it may be defined after the range. */
    Type subtype() {
        return Types.get(subtypeOid);
    }

    /** Orders and normalises bounds as the range constructors do. */
    Range make(
            @Nullable Object lower,
            @Nullable Object upper,
            boolean lowerInclusive,
            boolean upperInclusive) {
        if (lower != null && upper != null) {
            int order = subtype().compare(lower, upper);
            if (order > 0) {
                throw new SqlException(
                        SqlState.DATA_EXCEPTION,
                        "range lower bound must be less than or equal to range upper bound");
            }
            if (order == 0 && !(lowerInclusive && upperInclusive)) {
                return Range.EMPTY;
            }
        }
        if (!isDiscrete()) {
            return new Range(lower, upper, lowerInclusive, upperInclusive, false);
        }
        // The infinities of date are values with no successor, and stay as they are.
        boolean lowerMoves = lower != null && !lowerInclusive && hasNext(lower);
        boolean upperMoves = upper != null && upperInclusive && hasNext(upper);
        var first = lower != null && lowerMoves ? next(lower) : lower;
        var end = upper != null && upperMoves ? next(upper) : upper;
        boolean endInclusive = upperInclusive && !upperMoves;
        if (first != null && end != null) {
            int order = subtype().compare(first, end);
            if (order > 0 || (order == 0 && !endInclusive)) {
                return Range.EMPTY;
            }
        }
        return new Range(first, end, lowerInclusive || lowerMoves, endInclusive, false);
    }

    /** Whether values have neighbours, so that bounds have a canonical form. */
    boolean isDiscrete() {
        return subtypeOid == Oids.INT4 || subtypeOid == Oids.INT8 || subtypeOid == Oids.DATE;
    }

    private boolean hasNext(Object value) {
        return subtypeOid != Oids.DATE || DateMath.isFiniteDate((Integer) value);
    }

    private Object next(Object value) {
        if (subtypeOid == Oids.INT8) {
            if ((Long) value == Long.MAX_VALUE) {
                throw SqlException.outOfRange("bigint");
            }
            return (Long) value + 1;
        }
        int number = (Integer) value;
        if (number == Integer.MAX_VALUE) {
            throw SqlException.outOfRange("integer");
        }
        return number + 1;
    }

    private static SqlException malformed(String text, String detail) {
        return new SqlException(
                        SqlState.INVALID_TEXT_REPRESENTATION,
                        "malformed range literal: \"" + text + "\"")
                .withDetail(detail);
    }

    private static char charAt(String text, int at) {
        return at < text.length() ? text.charAt(at) : 0;
    }

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        int at = Text.skipSpace(text, 0);
        if (text.regionMatches(true, at, "empty", 0, 5)) {
            if (Text.skipSpace(text, at + 5) < text.length()) {
                throw malformed(text, "Junk after \"empty\" key word.");
            }
            return Range.EMPTY;
        }
        char open = charAt(text, at);
        if (open != '[' && open != '(') {
            throw malformed(text, "Missing left parenthesis or bracket.");
        }
        var bound = new StringBuilder();
        at = readBound(text, at + 1, bound);
        var lower = at < 0 ? null : bound.toString();
        at = Math.abs(at);
        if (charAt(text, at) != ',') {
            throw malformed(text, "Missing comma after lower bound.");
        }
        bound.setLength(0);
        at = readBound(text, at + 1, bound);
        var upper = at < 0 ? null : bound.toString();
        at = Math.abs(at);
        char close = charAt(text, at);
        if (close != ']' && close != ')') {
            throw malformed(
                    text,
                    close == ',' ? "Too many commas." : "Missing right parenthesis or bracket.");
        }
        if (Text.skipSpace(text, at + 1) < text.length()) {
            throw malformed(text, "Junk after right parenthesis or bracket.");
        }
        return make(
                lower == null ? null : subtype().parse(lower, -1, context),
                upper == null ? null : subtype().parse(upper, -1, context),
                open == '[',
                close == ']');
    }

    /** Collects a bound, unquoted; answers where it ends, negated if there is none. */
    private static int readBound(String text, int from, StringBuilder out) {
        int at = from;
        char c = charAt(text, at);
        if (c == ',' || c == ')' || c == ']') {
            return -at;
        }
        boolean quoted = false;
        while (quoted || (c != ',' && c != ')' && c != ']')) {
            if (at >= text.length()) {
                throw malformed(text, "Unexpected end of input.");
            }
            at++;
            if (c == '\\') {
                if (at >= text.length()) {
                    throw malformed(text, "Unexpected end of input.");
                }
                out.append(text.charAt(at++));
            } else if (c != '"') {
                out.append(c);
            } else if (quoted && charAt(text, at) == '"') {
                out.append('"');
                at++;
            } else {
                quoted = !quoted;
            }
            c = charAt(text, at);
        }
        return at;
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        var range = (Range) value;
        if (range.empty()) {
            return "empty";
        }
        var out = new StringBuilder();
        out.append(range.lowerInclusive() ? '[' : '(');
        appendBound(out, range.lower(), context);
        out.append(',');
        appendBound(out, range.upper(), context);
        return out.append(range.upperInclusive() ? ']' : ')').toString();
    }

    private void appendBound(StringBuilder out, @Nullable Object bound, TypeContext context) {
        if (bound == null) {
            return;
        }
        String text = subtype().format(bound, context);
        boolean quote = text.isEmpty();
        for (int i = 0; i < text.length() && !quote; i++) {
            char c = text.charAt(i);
            quote = "\"\\()[],".indexOf(c) >= 0 || Text.isSpace(c);
        }
        out.append(quote ? '"' + text.replace("\\", "\\\\").replace("\"", "\"\"") + '"' : text);
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        int flags = in.get();
        if ((flags & EMPTY) != 0) {
            return Range.EMPTY;
        }
        var lower =
                (flags & LOWER_INFINITE) != 0
                        ? null
                        : RecordRoutines.receivePart(subtype(), in, -1, context);
        var upper =
                (flags & UPPER_INFINITE) != 0
                        ? null
                        : RecordRoutines.receivePart(subtype(), in, -1, context);
        return make(lower, upper, (flags & LOWER_INCLUSIVE) != 0, (flags & UPPER_INCLUSIVE) != 0);
    }

    private static int flags(Range range) {
        if (range.empty()) {
            return EMPTY;
        }
        return (range.lowerInclusive() ? LOWER_INCLUSIVE : 0)
                | (range.upperInclusive() ? UPPER_INCLUSIVE : 0)
                | (range.lower() == null ? LOWER_INFINITE : 0)
                | (range.upper() == null ? UPPER_INFINITE : 0);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        var range = (Range) value;
        out.putByte(flags(range));
        if (range.lower() != null) {
            RecordRoutines.sendPart(subtype(), range.lower(), out, context);
        }
        if (range.upper() != null) {
            RecordRoutines.sendPart(subtype(), range.upper(), out, context);
        }
    }

    /** The empty range first, then by lower bound, then by upper bound. */
    @Override
    int compare(Type type, Object left, Object right) {
        var a = (Range) left;
        var b = (Range) right;
        if (a.empty() || b.empty()) {
            return Boolean.compare(b.empty(), a.empty());
        }
        int order =
                compareBounds(a.lower(), a.lowerInclusive(), b.lower(), b.lowerInclusive(), true);
        return order != 0
                ? order
                : compareBounds(
                        a.upper(), a.upperInclusive(), b.upper(), b.upperInclusive(), false);
    }

    private int compareBounds(
            @Nullable Object a,
            boolean aInclusive,
            @Nullable Object b,
            boolean bInclusive,
            boolean lower) {
        if (a == null || b == null) {
            int order = Boolean.compare(a == null, b == null);
            return lower ? -order : order;
        }
        int order = subtype().compare(a, b);
        if (order != 0) {
            return order;
        }
        int inclusive = Boolean.compare(aInclusive, bInclusive);
        return lower ? -inclusive : inclusive;
    }

    @Override
    int hash(Type type, Object value) {
        var range = (Range) value;
        int lower = range.lower() == null ? 0 : subtype().hash(range.lower());
        int upper = range.upper() == null ? 0 : subtype().hash(range.upper());
        return (flags(range) * 31 + lower) * 31 + upper;
    }

    /** A byte of flags as in the binary form, then the bounds that there are. */
    @Override
    void encode(Type type, Object value, ByteWriter out) {
        var range = (Range) value;
        out.putByte(flags(range));
        if (range.lower() != null) {
            StoredParts.put(subtype(), range.lower(), out);
        }
        if (range.upper() != null) {
            StoredParts.put(subtype(), range.upper(), out);
        }
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        int flags = in.get();
        if ((flags & EMPTY) != 0) {
            return Range.EMPTY;
        }
        var lower = (flags & LOWER_INFINITE) != 0 ? null : StoredParts.get(subtype(), in);
        var upper = (flags & UPPER_INFINITE) != 0 ? null : StoredParts.get(subtype(), in);
        return new Range(
                lower,
                upper,
                (flags & LOWER_INCLUSIVE) != 0,
                (flags & UPPER_INCLUSIVE) != 0,
                false);
    }

    /**
     * 0 if empty, else 1 and the bounds; infinite first below, last above; inclusive first below,
     * last above.
     */
    @Override
    void key(Type type, Object value, KeyWriter out) {
        var range = (Range) value;
        out.putByte(range.empty() ? 0 : 1);
        if (!range.empty()) {
            out.append(subtype(), range.lower(), false, true);
            out.putByte(range.lowerInclusive() ? 0 : 1);
            out.append(subtype(), range.upper(), false, false);
            out.putByte(range.upperInclusive() ? 1 : 0);
        }
    }
}
