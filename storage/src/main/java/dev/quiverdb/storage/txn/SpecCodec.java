package dev.quiverdb.storage.txn;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.TabletSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * How specs of tablets stand in the log and in checkpoints. Types that users made are written out,
 * so that storage opens without a catalog. All numbers big-endian; text is (int length, UTF-8).
 *
 * <pre>
 * tablet   int id, byte temporary, int columns, column*, int indexes, index*
 * column   int id, text name, type, int typmod, byte hidden, byte has missing value, [int length, value]
 * index    int id, text method, int keys, (int column, byte descending, byte nullsFirst, text opclass)*,
 *          byte unique, byte nullsNotDistinct, int membership column or -1, int options, (text, text)*
 * type     byte 0, int oid                                                      a built-in type
 *          byte 1, int oid, text schema, text name, int array oid, int n, text* an enum
 *          byte 2, int oid, text schema, text name, int array oid, type, int typmod   a domain
 *          byte 3, int oid, text schema, text name, type                        an array
 *          byte 4, int oid, text schema, text name, int array oid, int n, (text, type, int typmod)*
 * </pre>
 */
final class SpecCodec {
    private SpecCodec() {}

    static void write(TabletSpec spec, ByteWriter out) {
        out.putInt(spec.tabletId());
        out.putByte(spec.temporary() ? 1 : 0);
        out.putInt(spec.columns().size());
        for (var column : spec.columns()) {
            out.putInt(column.columnId());
            text(column.name(), out);
            type(column.type(), out);
            out.putInt(column.typmod());
            out.putByte(column.hidden() ? 1 : 0);
            var missing = column.missingValue();
            out.putByte(missing == null ? 0 : 1);
            if (missing != null) {
                value(column.type(), missing, out);
            }
        }
        out.putInt(spec.indexes().size());
        for (var index : spec.indexes()) {
            write(index, out);
        }
    }

    static TabletSpec readTablet(ByteBuffer in) {
        int id = in.getInt();
        boolean temporary = in.get() != 0;
        var columns = new ArrayList<ColumnSpec>();
        for (int rest = in.getInt(); rest > 0; rest--) {
            int columnId = in.getInt();
            var name = text(in);
            var type = type(in);
            int typmod = in.getInt();
            boolean hidden = in.get() != 0;
            Object missing = in.get() == 0 ? null : value(type, in);
            columns.add(new ColumnSpec(columnId, name, type, typmod, hidden, missing));
        }
        var indexes = new ArrayList<IndexSpec>();
        for (int rest = in.getInt(); rest > 0; rest--) {
            indexes.add(readIndex(in));
        }
        return new TabletSpec(id, columns, indexes, temporary);
    }

    static void write(IndexSpec index, ByteWriter out) {
        out.putInt(index.indexId());
        text(index.method(), out);
        out.putInt(index.keys().size());
        for (var key : index.keys()) {
            out.putInt(key.columnId());
            out.putByte(key.descending() ? 1 : 0);
            out.putByte(key.nullsFirst() ? 1 : 0);
            text(key.operatorClass(), out);
        }
        out.putByte(index.unique() ? 1 : 0);
        out.putByte(index.nullsNotDistinct() ? 1 : 0);
        out.putInt(index.membershipColumn().orElse(-1));
        out.putInt(index.options().size());
        for (var option : index.options().entrySet()) {
            text(option.getKey(), out);
            text(option.getValue(), out);
        }
    }

    static IndexSpec readIndex(ByteBuffer in) {
        int id = in.getInt();
        var method = text(in);
        var keys = new ArrayList<IndexSpec.Key>();
        for (int rest = in.getInt(); rest > 0; rest--) {
            keys.add(new IndexSpec.Key(in.getInt(), in.get() != 0, in.get() != 0, text(in)));
        }
        boolean unique = in.get() != 0;
        boolean nullsNotDistinct = in.get() != 0;
        int membership = in.getInt();
        var options = new LinkedHashMap<String, String>();
        for (int rest = in.getInt(); rest > 0; rest--) {
            var name = text(in);
            options.put(name, text(in));
        }
        return new IndexSpec(
                id,
                method,
                keys,
                unique,
                nullsNotDistinct,
                membership < 0 ? OptionalInt.empty() : OptionalInt.of(membership),
                options);
    }

    private static void type(Type type, ByteWriter out) {
        if (Types.byOid(type.oid()) != null) {
            out.putByte(0);
            out.putInt(type.oid());
            return;
        }
        var base = type.base();
        var element = type.element();
        int form =
                type.form() == Type.Form.ENUM ? 1 : base != null ? 2 : type.isTrueArray() ? 3 : 4;
        out.putByte(form);
        out.putInt(type.oid());
        text(type.schema(), out);
        text(type.name(), out);
        if (form == 1) {
            out.putInt(type.arrayOid());
        } else if (base != null) {
            out.putInt(type.arrayOid());
            type(base, out);
            out.putInt(type.baseTypmod());
        } else if (form == 3 && element != null) {
            type(element, out);
        } else {
            out.putInt(type.arrayOid());
            out.putInt(type.fields().size());
            for (var field : type.fields()) {
                text(field.name(), out);
                type(field.type(), out);
                out.putInt(field.typmod());
            }
        }
    }

    private static Type type(ByteBuffer in) {
        int form = in.get();
        int oid = in.getInt();
        if (form == 0) {
            return Types.get(oid);
        }
        var schema = text(in);
        var name = text(in);
        return switch (form) {
            case 1 -> {
                int arrayOid = in.getInt();
                // Values are stored without their labels' names.
                yield Type.enumeration(oid, schema, name, arrayOid, List.of());
            }
            case 2 -> {
                int arrayOid = in.getInt();
                var base = type(in);
                yield Type.domain(oid, schema, name, arrayOid, base, in.getInt());
            }
            case 3 -> Type.array(oid, schema, name, type(in));
            default -> {
                int arrayOid = in.getInt();
                var fields = new ArrayList<Type.Field>();
                for (int rest = in.getInt(); rest > 0; rest--) {
                    fields.add(new Type.Field(text(in), type(in), in.getInt()));
                }
                yield Type.composite(oid, schema, name, arrayOid, fields);
            }
        };
    }

    /** A value with its length (int). */
    private static void value(Type type, Object value, ByteWriter out) {
        int at = out.size();
        out.putInt(0);
        switch (type.kind()) {
            case BOOL -> out.putByte((Boolean) value ? 1 : 0);
            case INT, LONG -> out.putLong(((Number) value).longValue());
            case FLOAT -> out.putFloat((Float) value);
            case DOUBLE -> out.putDouble((Double) value);
            case OBJECT -> type.encode(value, out);
        }
        out.setInt(at, out.size() - at - 4);
    }

    private static @Nullable Object value(Type type, ByteBuffer in) {
        var bytes = new byte[in.getInt()];
        in.get(bytes);
        var value = ByteBuffer.wrap(bytes);
        return switch (type.kind()) {
            case BOOL -> value.get() != 0;
            case INT ->
                    type.actual().oid() == Oids.INT2
                            ? (Object) (short) value.getLong()
                            : (Object) (int) value.getLong();
            case LONG -> value.getLong();
            case FLOAT -> value.getFloat();
            case DOUBLE -> value.getDouble();
            case OBJECT -> type.decode(value);
        };
    }

    static void text(String text, ByteWriter out) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.putInt(utf8.length);
        out.putBytes(utf8);
    }

    static String text(ByteBuffer in) {
        byte[] utf8 = new byte[in.getInt()];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
