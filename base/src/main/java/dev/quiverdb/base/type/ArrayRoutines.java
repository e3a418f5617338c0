package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Arrays over any type, and int2vector and oidvector, which are arrays from 0 with a text of their
 * own.
 */
final class ArrayRoutines extends TypeRoutines {
    static final ArrayRoutines INSTANCE = new ArrayRoutines();

    private ArrayRoutines() {}

    private static Type elementOf(Type type) {
        var element = type.element();
        if (element == null) {
            throw SqlException.internal(type.name() + " has no element type");
        }
        return element;
    }

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        var element = elementOf(type);
        if (type.isTrueArray()) {
            return ArrayText.parse(element, text, typmod, context);
        }
        var elements = new ArrayList<@Nullable Object>();
        int at = Text.skipSpace(text, 0);
        while (at < text.length()) {
            int to = at;
            while (to < text.length() && !Text.isSpace(text.charAt(to))) {
                to++;
            }
            elements.add(element.parse(text.substring(at, to), -1, context));
            at = Text.skipSpace(text, to);
        }
        return fromZero(element, elements);
    }

    private static PgArray fromZero(Type element, List<@Nullable Object> elements) {
        return PgArray.wrap(
                element, new int[] {elements.size()}, new int[] {0}, elements.toArray());
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        var array = (PgArray) value;
        if (type.isTrueArray()) {
            return ArrayText.format(array, context);
        }
        var out = new StringBuilder();
        for (int i = 0; i < array.size(); i++) {
            out.append(i > 0 ? " " : "").append(array.get(i));
        }
        return out.toString();
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        var element = elementOf(type);
        int dimensions = in.getInt();
        if (dimensions < 0) {
            throw new SqlException(
                    SqlState.INVALID_BINARY_REPRESENTATION,
                    "invalid number of dimensions: " + dimensions);
        }
        PgArray.checkDimensions(dimensions);
        int flags = in.getInt();
        if (flags != 0 && flags != 1) {
            throw new SqlException(SqlState.INVALID_BINARY_REPRESENTATION, "invalid array flags");
        }
        int elementOid = in.getInt();
        if (elementOid != element.oid()) {
            throw new SqlException(
                    SqlState.DATATYPE_MISMATCH,
                    "binary data has array element type %d (%s) instead of expected %d (%s)"
                            .formatted(
                                    elementOid,
                                    context.type(elementOid).displayName(),
                                    element.oid(),
                                    element.displayName()));
        }
        int[] lengths = new int[dimensions];
        int[] lowerBounds = new int[dimensions];
        for (int i = 0; i < dimensions; i++) {
            lengths[i] = in.getInt();
            lowerBounds[i] = in.getInt();
        }
        int count = PgArray.elementCount(lengths);
        if (count > in.remaining() / 4) {
            throw insufficientData();
        }
        PgArray.checkBounds(lengths, lowerBounds);
        @Nullable Object[] elements = new Object[count];
        for (int i = 0; i < count; i++) {
            elements[i] = RecordRoutines.receivePart(element, in, typmod, context);
        }
        return PgArray.wrap(element, lengths, lowerBounds, elements);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        var array = (PgArray) value;
        out.putInt(array.dimensions());
        out.putInt(array.hasNulls() ? 1 : 0);
        out.putInt(array.elementType().oid());
        for (int i = 0; i < array.dimensions(); i++) {
            out.putInt(array.length(i));
            out.putInt(array.lowerBound(i));
        }
        for (int i = 0; i < array.size(); i++) {
            RecordRoutines.sendPart(array.elementType(), array.get(i), out, context);
        }
    }

    @Override
    boolean comparable(Type type) {
        return elementOf(type).comparable();
    }

    /**
     * Elements in order with nulls last, then their count, then dimensions, lengths, lower bounds.
     */
    @Override
    int compare(Type type, Object left, Object right) {
        var a = (PgArray) left;
        var b = (PgArray) right;
        var element = elementOf(type);
        int shorter = Math.min(a.size(), b.size());
        for (int i = 0; i < shorter; i++) {
            int order = RecordRoutines.compareNullsLast(element, a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        int order = Integer.compare(a.size(), b.size());
        order = order != 0 ? order : Integer.compare(a.dimensions(), b.dimensions());
        for (int i = 0; order == 0 && i < a.dimensions(); i++) {
            order = Integer.compare(a.length(i), b.length(i));
        }
        for (int i = 0; order == 0 && i < a.dimensions(); i++) {
            order = Integer.compare(a.lowerBound(i), b.lowerBound(i));
        }
        return order;
    }

    @Override
    int hash(Type type, Object value) {
        var array = (PgArray) value;
        var element = elementOf(type);
        int hash = 1;
        for (int i = 0; i < array.size(); i++) {
            var one = array.get(i);
            hash = 31 * hash + (one == null ? 0 : element.hash(one));
        }
        return hash;
    }

    @Override
    Object applyTypmod(Type type, Object value, int typmod, boolean explicit) {
        var array = (PgArray) value;
        var element = elementOf(type);
        @Nullable Object[] elements = array.toArray();
        for (int i = 0; i < elements.length; i++) {
            var one = elements[i];
            elements[i] = one == null ? null : element.applyTypmod(one, typmod, explicit);
        }
        return array.withElements(element, elements);
    }

    @Override
    int typmodIn(Type type, List<String> arguments) {
        return elementOf(type).typmodIn(arguments);
    }

    /**
     * Dimensions, then length and lower bound of each, then the elements as {@link StoredParts}.
     */
    @Override
    void encode(Type type, Object value, ByteWriter out) {
        var array = (PgArray) value;
        out.putByte(array.dimensions());
        for (int i = 0; i < array.dimensions(); i++) {
            out.putVarInt(array.length(i));
            out.putInt(array.lowerBound(i));
        }
        for (int i = 0; i < array.size(); i++) {
            StoredParts.put(array.elementType(), array.get(i), out);
        }
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        var element = elementOf(type);
        int dimensions = in.get();
        int[] lengths = new int[dimensions];
        int[] lowerBounds = new int[dimensions];
        for (int i = 0; i < dimensions; i++) {
            lengths[i] = VarInts.getInt(in);
            lowerBounds[i] = in.getInt();
        }
        @Nullable Object[] elements = new Object[PgArray.elementCount(lengths)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = StoredParts.get(element, in);
        }
        return PgArray.wrap(element, lengths, lowerBounds, elements);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        var array = (PgArray) value;
        var element = elementOf(type);
        for (int i = 0; i < array.size(); i++) {
            out.append(element, array.get(i));
        }
        out.putByte(0);
        out.putByte(array.dimensions());
        for (int i = 0; i < array.dimensions(); i++) {
            out.keyInt(array.length(i));
        }
        for (int i = 0; i < array.dimensions(); i++) {
            out.keyInt(array.lowerBound(i));
        }
    }
}
