package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Anonymous records and composite types. */
final class RecordRoutines extends TypeRoutines {
    static final RecordRoutines INSTANCE = new RecordRoutines();

    private RecordRoutines() {}

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        if (type.form() != Type.Form.COMPOSITE) {
            throw SqlException.notSupported(
                    "input of anonymous composite types is not implemented");
        }
        var fields = type.fields();
        var types = new ArrayList<Type>();
        @Nullable Object[] values = new Object[fields.size()];
        int at = Text.skipSpace(text, 0);
        if (at >= text.length() || text.charAt(at) != '(') {
            throw malformed(text, "Missing left parenthesis.");
        }
        at++;
        for (int i = 0; i < fields.size(); i++) {
            var field = fields.get(i);
            types.add(field.type());
            if (i > 0) {
                if (at >= text.length() || text.charAt(at) != ',') {
                    throw malformed(text, "Too few columns.");
                }
                at++;
            }
            if (at < text.length() && (text.charAt(at) == ',' || text.charAt(at) == ')')) {
                continue;
            }
            var part = new StringBuilder();
            boolean quoted = false;
            while (true) {
                if (at >= text.length()) {
                    throw malformed(text, "Unexpected end of input.");
                }
                char c = text.charAt(at);
                if (!quoted && (c == ',' || c == ')')) {
                    break;
                }
                at++;
                if (c == '\\') {
                    if (at >= text.length()) {
                        throw malformed(text, "Unexpected end of input.");
                    }
                    part.append(text.charAt(at++));
                } else if (c != '"') {
                    part.append(c);
                } else if (!quoted) {
                    quoted = true;
                } else if (at < text.length() && text.charAt(at) == '"') {
                    part.append('"');
                    at++;
                } else {
                    quoted = false;
                }
            }
            values[i] = field.type().parse(part.toString(), field.typmod(), context);
        }
        if (at >= text.length() || text.charAt(at) != ')') {
            throw malformed(text, "Too many columns.");
        }
        if (Text.skipSpace(text, at + 1) < text.length()) {
            throw malformed(text, "Junk after right parenthesis.");
        }
        return RecordValue.of(types, values);
    }

    private static SqlException malformed(String text, String detail) {
        return new SqlException(
                        SqlState.INVALID_TEXT_REPRESENTATION,
                        "malformed record literal: \"" + text + "\"")
                .withDetail(detail);
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        var row = (RecordValue) value;
        var text = new StringBuilder("(");
        for (int i = 0; i < row.size(); i++) {
            if (i > 0) {
                text.append(',');
            }
            var field = row.get(i);
            if (field != null) {
                appendQuoted(text, row.type(i).format(field, context));
            }
        }
        return text.append(')').toString();
    }

    private static void appendQuoted(StringBuilder out, String part) {
        boolean quote = part.isEmpty();
        for (int i = 0; i < part.length() && !quote; i++) {
            char c = part.charAt(i);
            quote = c == '"' || c == '\\' || c == '(' || c == ')' || c == ',' || Text.isSpace(c);
        }
        if (!quote) {
            out.append(part);
            return;
        }
        out.append('"');
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c == '"' || c == '\\') {
                out.append(c);
            }
            out.append(c);
        }
        out.append('"');
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        int count = in.getInt();
        var fields = type.fields();
        boolean anonymous = type.form() != Type.Form.COMPOSITE;
        if (!anonymous && count != fields.size()) {
            throw new SqlException(
                    SqlState.DATATYPE_MISMATCH,
                    "wrong number of columns: " + count + ", expected " + fields.size());
        }
        if (count < 0 || count > 1664) {
            throw BoolRoutines.invalidBinary();
        }
        var types = new ArrayList<Type>();
        @Nullable Object[] values = new Object[count];
        for (int i = 0; i < count; i++) {
            int oid = in.getInt();
            var fieldType = anonymous ? context.type(oid) : fields.get(i).type();
            if (oid != fieldType.oid()) {
                throw new SqlException(
                        SqlState.DATATYPE_MISMATCH,
                        "binary data has type %d (%s) instead of expected %d (%s) in record column %d"
                                .formatted(
                                        oid,
                                        context.type(oid).displayName(),
                                        fieldType.oid(),
                                        fieldType.displayName(),
                                        i + 1));
            }
            types.add(fieldType);
            values[i] =
                    receivePart(fieldType, in, anonymous ? -1 : fields.get(i).typmod(), context);
        }
        return RecordValue.of(types, values);
    }

    /** A length and a value, as records and arrays carry their parts; length -1 is null. */
    static @Nullable Object receivePart(Type type, ByteBuffer in, int typmod, TypeContext context) {
        int length = in.getInt();
        if (length == -1) {
            return null;
        }
        if (length < 0 || length > in.remaining()) {
            throw insufficientData();
        }
        var part = in.slice(in.position(), length);
        in.position(in.position() + length);
        var value = type.receive(part, typmod, context);
        if (part.hasRemaining()) {
            throw new SqlException(
                    SqlState.INVALID_BINARY_REPRESENTATION,
                    "improper binary format in record column");
        }
        return value;
    }

    static void sendPart(Type type, @Nullable Object value, ByteWriter out, TypeContext context) {
        if (value == null) {
            out.putInt(-1);
            return;
        }
        int lengthAt = out.reserve(4);
        type.send(value, out, context);
        out.setInt(lengthAt, out.size() - lengthAt - 4);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        var row = (RecordValue) value;
        out.putInt(row.size());
        for (int i = 0; i < row.size(); i++) {
            out.putInt(row.type(i).oid());
            sendPart(row.type(i), row.get(i), out, context);
        }
    }

    /** Field by field, nulls last, as record_cmp. */
    @Override
    int compare(Type type, Object left, Object right) {
        var a = (RecordValue) left;
        var b = (RecordValue) right;
        int shorter = Math.min(a.size(), b.size());
        for (int i = 0; i < shorter; i++) {
            if (!a.type(i).equals(b.type(i))) {
                throw new SqlException(
                        SqlState.DATATYPE_MISMATCH,
                        "cannot compare dissimilar column types %s and %s at record column %d"
                                .formatted(
                                        a.type(i).displayName(), b.type(i).displayName(), i + 1));
            }
            int order = compareNullsLast(a.type(i), a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        if (a.size() != b.size()) {
            throw new SqlException(
                    SqlState.DATATYPE_MISMATCH,
                    "cannot compare record types with different numbers of columns");
        }
        return 0;
    }

    static int compareNullsLast(Type type, @Nullable Object left, @Nullable Object right) {
        if (left == null || right == null) {
            return Boolean.compare(left == null, right == null);
        }
        return type.compare(left, right);
    }

    @Override
    int hash(Type type, Object value) {
        var row = (RecordValue) value;
        int hash = 0;
        for (int i = 0; i < row.size(); i++) {
            var field = row.get(i);
            hash = 31 * hash + (field == null ? 0 : row.type(i).hash(field));
        }
        return hash;
    }

    /** Count, then per field its type's OID, its length plus 1 (0 for null) and its bytes. */
    @Override
    void encode(Type type, Object value, ByteWriter out) {
        var row = (RecordValue) value;
        out.putVarInt(row.size());
        for (int i = 0; i < row.size(); i++) {
            out.putVarInt(row.type(i).oid());
            StoredParts.put(row.type(i), row.get(i), out);
        }
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        int count = VarInts.getInt(in);
        List<Type> types = new ArrayList<>();
        @Nullable Object[] values = new Object[count];
        for (int i = 0; i < count; i++) {
            int oid = VarInts.getInt(in);
            var known = i < type.fields().size() ? type.fields().get(i).type() : null;
            var fieldType =
                    known != null && known.oid() == oid ? known : TypeContext.DEFAULT.type(oid);
            types.add(fieldType);
            values[i] = StoredParts.get(fieldType, in);
        }
        return RecordValue.of(types, values);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        var row = (RecordValue) value;
        for (int i = 0; i < row.size(); i++) {
            out.append(row.type(i), row.get(i));
        }
    }
}
