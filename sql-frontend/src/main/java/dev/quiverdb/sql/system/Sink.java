package dev.quiverdb.sql.system;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Relation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes rows of one system relation as (column, value) pairs and brings plain Java values into the
 * form that the column's type has. Columns not named are NULL, or zero where NULL is not allowed.
 */
final class Sink {
    private final Catalog catalog;
    private final List<Column> columns;
    private final List<Type> types = new ArrayList<>();
    private final Map<String, Integer> positions = new HashMap<>();
    private final List<@Nullable Object[]> rows = new ArrayList<>();

    Sink(Catalog catalog, Relation relation) {
        this.catalog = catalog;
        this.columns = relation.columns();
        for (int i = 0; i < columns.size(); i++) {
            positions.put(columns.get(i).name(), i);
            types.add(catalog.type(columns.get(i).type()));
        }
    }

    List<@Nullable Object[]> rows() {
        return rows;
    }

    /** Adds a row of (name, value) pairs. */
    void row(@Nullable Object... pairs) {
        var row = new @Nullable Object[columns.size()];
        for (int i = 0; i < row.length; i++) {
            row[i] = columns.get(i).notNull() ? zero(types.get(i)) : null;
        }
        for (int i = 0; i < pairs.length; i += 2) {
            var name = String.valueOf(pairs[i]);
            var position = positions.get(name);
            if (position == null) {
                throw new IllegalArgumentException("no column " + name);
            }
            row[position] = value(types.get(position), pairs[i + 1]);
        }
        rows.add(row);
    }

    /** Adds a row of texts in the order of the columns, as facts have them. */
    void texts(List<String> names, @Nullable String[] texts) {
        var row = new @Nullable Object[columns.size()];
        for (int i = 0; i < names.size(); i++) {
            var position = positions.get(names.get(i));
            var text = texts[i];
            if (position != null && text != null) {
                row[position] = parse(types.get(position), text);
            }
        }
        rows.add(row);
    }

    private Object parse(Type type, String text) {
        if (type.oid() == Oids.PG_NODE_TREE) {
            return text;
        }
        return type.parse(text, -1, TypeContext.DEFAULT);
    }

    private static @Nullable Object zero(Type type) {
        return switch (type.actual().oid()) {
            case Oids.BOOL -> false;
            case Oids.INT2 -> (short) 0;
            case Oids.INT4 -> 0;
            case Oids.INT8, Oids.OID, Oids.REGPROC, Oids.XID -> 0L;
            case Oids.FLOAT4 -> 0f;
            case Oids.FLOAT8 -> 0d;
            case Oids.CHAR, Oids.NAME, Oids.TEXT -> "";
            default -> null;
        };
    }

    private @Nullable Object value(Type column, @Nullable Object value) {
        var type = column.actual();
        if (value == null) {
            return null;
        }
        if (value instanceof List<?> list) {
            var element = type.element();
            if (element == null) {
                throw new IllegalArgumentException("a list for " + type);
            }
            var elements = new ArrayList<@Nullable Object>();
            for (var item : list) {
                elements.add(value(element, item));
            }
            return PgArray.of(element, elements);
        }
        return switch (type.oid()) {
            case Oids.INT2 -> value instanceof Number number ? (Object) number.shortValue() : value;
            case Oids.INT4 -> value instanceof Number number ? (Object) number.intValue() : value;
            case Oids.INT8 -> value instanceof Number number ? (Object) number.longValue() : value;
            case Oids.FLOAT4 ->
                    value instanceof Number number ? (Object) number.floatValue() : value;
            case Oids.FLOAT8 ->
                    value instanceof Number number ? (Object) number.doubleValue() : value;
            case Oids.CHAR ->
                    value instanceof Character letter
                            ? (letter == 0 ? "" : letter.toString())
                            : value;
            case Oids.OID,
                    Oids.REGPROC,
                    Oids.REGCLASS,
                    Oids.REGTYPE,
                    Oids.REGROLE,
                    Oids.REGNAMESPACE,
                    Oids.XID,
                    Oids.CID ->
                    value instanceof Integer number
                            ? (Object) Integer.toUnsignedLong(number)
                            : value;
            default ->
                    value instanceof String text && type.isArray()
                            ? type.parse(text, -1, TypeContext.DEFAULT)
                            : value;
        };
    }

    Catalog catalog() {
        return catalog;
    }
}
