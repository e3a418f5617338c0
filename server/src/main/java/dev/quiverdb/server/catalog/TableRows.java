package dev.quiverdb.server.catalog;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Relation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gathers rows of one system relation, making each value what its column's type wants: a Java int
 * becomes an oid, a list an array, a boolean YES or NO where the column is a text.
 */
final class TableRows {
    private final String name;
    private final Type[] types;
    private final Map<String, Integer> indexByName = new HashMap<>();
    private final List<@Nullable Object[]> rows = new ArrayList<>();

    TableRows(Catalog catalog, Relation relation) {
        name = relation.name();
        types =
                relation.columns().stream()
                        .map(column -> catalog.type(column.type()))
                        .toArray(Type[]::new);
        for (var column : relation.columns()) {
            indexByName.put(column.name(), indexByName.size());
        }
    }

    /** Adds a row of which only some columns are not null: names and values in turn. */
    void addNamed(@Nullable Object... namesAndValues) {
        var values = new @Nullable Object[types.length];
        for (int i = 0; i < namesAndValues.length; i += 2) {
            var index = indexByName.get(String.valueOf(namesAndValues[i]));
            if (index == null) {
                throw new IllegalArgumentException(name + " has no column " + namesAndValues[i]);
            }
            values[index] = namesAndValues[i + 1];
        }
        add(values);
    }

    /** Adds a row; one value for each column. */
    void add(@Nullable Object... values) {
        if (values.length != types.length) {
            throw new IllegalArgumentException(
                    name + " has " + types.length + " columns, not " + values.length);
        }
        var row = new @Nullable Object[values.length];
        for (int i = 0; i < row.length; i++) {
            row[i] = convert(types[i], values[i]);
        }
        rows.add(row);
    }

    Type type(int index) {
        return types[index];
    }

    int width() {
        return types.length;
    }

    List<@Nullable Object[]> rows() {
        return rows;
    }

    /** The value as the type keeps it. */
    static @Nullable Object convert(Type type, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        return switch (type.actual().oid()) {
            case Oids.OID,
                    Oids.XID,
                    Oids.CID,
                    Oids.REGPROC,
                    Oids.REGTYPE,
                    Oids.REGCLASS,
                    Oids.REGROLE,
                    Oids.REGNAMESPACE ->
                    value instanceof Integer number ? Integer.toUnsignedLong(number) : value;
            case Oids.INT2 -> ((Number) value).shortValue();
            case Oids.INT4 -> ((Number) value).intValue();
            case Oids.INT8 -> ((Number) value).longValue();
            case Oids.FLOAT4 -> ((Number) value).floatValue();
            case Oids.FLOAT8 -> ((Number) value).doubleValue();
            case Oids.CHAR -> letter(value);
            case Oids.TEXT, Oids.NAME, Oids.VARCHAR, Oids.BPCHAR, Oids.PG_NODE_TREE -> text(value);
            case Oids.INT2VECTOR, Oids.OIDVECTOR -> vector(type, value);
            default -> type.isArray() ? array(type, value) : value;
        };
    }

    private static Object letter(Object value) {
        if (value instanceof Character letter) {
            return letter == 0 ? "" : letter.toString();
        }
        return value;
    }

    private static Object text(Object value) {
        return value instanceof Boolean flag ? flag ? "YES" : "NO" : value.toString();
    }

    private static Type element(Type type) {
        return Objects.requireNonNull(type.actual().element());
    }

    /** An int2vector or oidvector: subscripts from 0. */
    private static Object vector(Type type, Object value) {
        if (!(value instanceof List<?> list)) {
            return value;
        }
        var elements = elements(element(type), list);
        return elements.length == 0
                ? PgArray.empty(element(type))
                : PgArray.wrap(element(type), new int[] {elements.length}, new int[] {0}, elements);
    }

    private static Object array(Type type, Object value) {
        return switch (value) {
            case List<?> list -> PgArray.wrap(element(type), elements(element(type), list));
            default -> value;
        };
    }

    private static @Nullable Object[] elements(Type element, List<?> list) {
        var elements = new @Nullable Object[list.size()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = convert(element, list.get(i));
        }
        return elements;
    }
}
