package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Multirange types over one range type. */
final class MultirangeRoutines extends TypeRoutines {
    static final MultirangeRoutines INT4 = new MultirangeRoutines(Oids.INT4RANGE);
    static final MultirangeRoutines INT8 = new MultirangeRoutines(Oids.INT8RANGE);
    static final MultirangeRoutines NUMERIC = new MultirangeRoutines(Oids.NUMRANGE);
    static final MultirangeRoutines DATE = new MultirangeRoutines(Oids.DATERANGE);
    static final MultirangeRoutines TIMESTAMP = new MultirangeRoutines(Oids.TSRANGE);
    static final MultirangeRoutines TIMESTAMPTZ = new MultirangeRoutines(Oids.TSTZRANGE);

    private static final String EMPTY = "empty";

    private enum State {
        BEFORE_RANGE,
        IN_RANGE,
        QUOTED,
        AFTER_RANGE
    }

    private final int rangeOid;

    private MultirangeRoutines(int rangeOid) {
        this.rangeOid = rangeOid;
    }

    /** The type of the ranges; looked up late, for it may be defined after the multirange. */
    Type range() {
        return Types.get(rangeOid);
    }

    private static SqlException malformed(String text, String detail) {
        return new SqlException(
                        SqlState.INVALID_TEXT_REPRESENTATION,
                        "malformed multirange literal: \"" + text + "\"")
                .withDetail(detail);
    }

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        int at = Text.skipSpace(text, 0);
        if (at >= text.length() || text.charAt(at) != '{') {
            throw malformed(text, "Missing left brace.");
        }
        at++;
        var ranges = new ArrayList<Range>();
        var state = State.BEFORE_RANGE;
        boolean any = false;
        boolean finished = false;
        int start = at;
        for (; !finished; at++) {
            if (at >= text.length()) {
                throw malformed(text, "Unexpected end of input.");
            }
            char c = text.charAt(at);
            if (Text.isSpace(c)) {
                continue;
            }
            switch (state) {
                case BEFORE_RANGE -> {
                    if (c == '[' || c == '(') {
                        start = at;
                        state = State.IN_RANGE;
                    } else if (c == '}' && !any) {
                        finished = true;
                    } else if (text.regionMatches(true, at, EMPTY, 0, EMPTY.length())) {
                        any = true;
                        at += EMPTY.length() - 1;
                        state = State.AFTER_RANGE;
                    } else {
                        throw malformed(text, "Expected range start.");
                    }
                }
                case IN_RANGE -> {
                    if (c == ']' || c == ')') {
                        any = true;
                        var part = text.substring(start, at + 1);
                        ranges.add((Range) range().parse(part, typmod, context));
                        state = State.AFTER_RANGE;
                    } else if (c == '"') {
                        state = State.QUOTED;
                    } else if (c == '\\') {
                        at++;
                    }
                }
                case QUOTED -> {
                    if (c == '\\') {
                        at++;
                    } else if (c == '"') {
                        if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
                            at++;
                        } else {
                            state = State.IN_RANGE;
                        }
                    }
                }
                case AFTER_RANGE -> {
                    if (c == ',') {
                        state = State.BEFORE_RANGE;
                    } else if (c == '}') {
                        finished = true;
                    } else {
                        throw malformed(text, "Expected comma or end of multirange.");
                    }
                }
            }
        }
        if (Text.skipSpace(text, at) < text.length()) {
            throw malformed(text, "Junk after closing right brace.");
        }
        return new RangeAlgebra(range()).multirange(ranges);
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        var out = new StringBuilder("{");
        for (var range : ((Multirange) value).ranges()) {
            out.append(out.length() == 1 ? "" : ",").append(range().format(range, context));
        }
        return out.append('}').toString();
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        int count = in.getInt();
        var ranges = new ArrayList<Range>();
        for (int i = 0; i < count; i++) {
            var range = RecordRoutines.receivePart(range(), in, typmod, context);
            if (range instanceof Range known) {
                ranges.add(known);
            }
        }
        return new RangeAlgebra(range()).multirange(ranges);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        var ranges = ((Multirange) value).ranges();
        out.putInt(ranges.size());
        for (var range : ranges) {
            RecordRoutines.sendPart(range(), range, out, context);
        }
    }

    /** Range by range; the shorter first. */
    @Override
    int compare(Type type, Object left, Object right) {
        var a = ((Multirange) left).ranges();
        var b = ((Multirange) right).ranges();
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = range().compare(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    @Override
    int hash(Type type, Object value) {
        int hash = 1;
        for (var range : ((Multirange) value).ranges()) {
            hash = hash * 31 + range().hash(range);
        }
        return hash;
    }

    /** The number of ranges, then each as a range is stored, with its length. */
    @Override
    void encode(Type type, Object value, ByteWriter out) {
        var ranges = ((Multirange) value).ranges();
        out.putVarInt(ranges.size());
        for (var range : ranges) {
            StoredParts.put(range(), range, out);
        }
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        int count = VarInts.getInt(in);
        List<Range> ranges = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ranges.add((Range) StoredParts.get(range(), in));
        }
        return new Multirange(ranges);
    }

    /** Each range behind a 1; a 0 ends it. */
    @Override
    void key(Type type, Object value, KeyWriter out) {
        for (var range : ((Multirange) value).ranges()) {
            out.putByte(1);
            range().key(range, out);
        }
        out.putByte(0);
    }
}
