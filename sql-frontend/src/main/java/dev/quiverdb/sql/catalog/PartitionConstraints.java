package dev.quiverdb.sql.catalog;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the rows of a partition must meet, as a condition in SQL; after get_qual_from_partbound. */
public final class PartitionConstraints {
    private final Catalog catalog;
    private final CatalogNames names;

    public PartitionConstraints(Catalog catalog) {
        this.catalog = catalog;
        names = new CatalogNames(catalog, new SearchPath(List.of(Schema.PG_CATALOG), 0, 0));
    }

    /** The condition over the partition's columns, its parents' too; null where there is none. */
    public @Nullable String sql(Relation partition) {
        var conditions = conditions(partition);
        return conditions.isEmpty() ? null : String.join(" AND ", conditions);
    }

    private List<String> conditions(Relation partition) {
        var bound = partition.bound();
        if (bound == null || partition.parents().isEmpty()) {
            return List.of();
        }
        var parent = catalog.relation(partition.parents().getFirst());
        if (parent == null || parent.partitionKey() == null) {
            return List.of();
        }
        var all = new ArrayList<>(conditions(parent));
        all.addAll(own(bound, parent.partitionKey(), parent, partition));
        return all;
    }

    private List<String> own(
            Relation.PartitionBound bound,
            Relation.PartitionKey key,
            Relation parent,
            Relation partition) {
        var columns = new ArrayList<String>();
        for (var column : key.columns()) {
            var expression = column.expression();
            columns.add(
                    expression == null
                            ? Quoting.identifier(parent.column(column.column()).name())
                            : "(" + expression + ")");
        }
        return switch (bound.strategy()) {
            case 'd' -> {
                var others = new ArrayList<Relation.PartitionBound>();
                for (var sibling : catalog.children(parent.oid())) {
                    var other = sibling.bound();
                    if (other != null && sibling.oid() != partition.oid() && !other.isDefault()) {
                        others.add(other);
                    }
                }
                yield others.isEmpty()
                        ? List.of()
                        : List.of("NOT (" + String.join(" AND ", any(others, columns, key)) + ")");
            }
            case 'l' -> list(bound.values(), columns.getFirst(), type(key, 0));
            case 'r' -> {
                var parts = notNull(columns);
                parts.addAll(range(bound, columns, key));
                yield parts;
            }
            default ->
                    List.of(
                            "pg_catalog.satisfies_hash_partition('"
                                    + Integer.toUnsignedString(parent.oid())
                                    + "'::pg_catalog.oid, "
                                    + bound.modulus()
                                    + ", "
                                    + bound.remainder()
                                    + ", "
                                    + String.join(", ", columns)
                                    + ")");
        };
    }

    /** What rows of any of some partitions meet; never NULL. */
    private List<String> any(
            List<Relation.PartitionBound> bounds, List<String> columns, Relation.PartitionKey key) {
        if (bounds.getFirst().strategy() == 'l') {
            var values = new ArrayList<Relation.PartitionDatum>();
            bounds.forEach(bound -> values.addAll(bound.values()));
            return list(values, columns.getFirst(), type(key, 0));
        }
        var parts = notNull(columns);
        var ranges = new ArrayList<String>();
        for (var bound : bounds) {
            var range = range(bound, columns, key);
            ranges.add(
                    range.isEmpty()
                            ? "true"
                            : range.size() == 1
                                    ? range.getFirst()
                                    : "(" + String.join(" AND ", range) + ")");
        }
        parts.add(ranges.size() == 1 ? ranges.getFirst() : "(" + String.join(" OR ", ranges) + ")");
        return parts;
    }

    private String type(Relation.PartitionKey key, int index) {
        var type = catalog.type(key.columns().get(index).type());
        return names.typeName(type);
    }

    private static String literal(Relation.PartitionDatum datum, String type) {
        return Quoting.literal(datum.text() == null ? "" : datum.text()) + "::" + type;
    }

    private static List<String> notNull(List<String> columns) {
        var parts = new ArrayList<String>();
        columns.forEach(column -> parts.add(column + " IS NOT NULL"));
        return parts;
    }

    private static List<String> list(
            List<Relation.PartitionDatum> data, String column, String type) {
        var values = new ArrayList<String>();
        boolean nulls = false;
        for (var datum : data) {
            if (datum.kind() == 'n') {
                nulls = true;
            } else {
                values.add(literal(datum, type));
            }
        }
        if (values.isEmpty()) {
            return List.of(column + " IS NULL");
        }
        var one =
                column
                        + " = "
                        + (values.size() == 1
                                ? values.getFirst()
                                : "ANY (ARRAY[" + String.join(", ", values) + "])");
        return nulls
                ? List.of("(" + column + " IS NULL OR " + one + ")")
                : List.of(column + " IS NOT NULL", one);
    }

    /** What a range means for columns that are not NULL. */
    private List<String> range(
            Relation.PartitionBound bound, List<String> columns, Relation.PartitionKey key) {
        var parts = new ArrayList<String>();
        int first = 0;
        while (first < columns.size() - 1
                && bound.values().get(first).kind() == 'v'
                && bound.values().get(first).equals(bound.upper().get(first))) {
            parts.add(
                    columns.get(first)
                            + " = "
                            + literal(bound.values().get(first), type(key, first)));
            first++;
        }
        side(bound.values(), first, columns, key, true, parts);
        side(bound.upper(), first, columns, key, false, parts);
        return parts;
    }

    /** (a, b) beyond a bound, column by column from {@code first}; nothing where there is none. */
    private void side(
            List<Relation.PartitionDatum> data,
            int first,
            List<String> columns,
            Relation.PartitionKey key,
            boolean lower,
            List<String> out) {
        var arms = new ArrayList<String>();
        var equal = new StringBuilder();
        for (int i = first; i < data.size() && data.get(i).kind() == 'v'; i++) {
            char next = i == data.size() - 1 ? 0 : data.get(i + 1).kind();
            // Everything with equal columns before is beyond -infinity, and within +infinity.
            boolean inclusive = lower ? next == 0 || next == '-' : next == '+';
            var value = literal(data.get(i), type(key, i));
            var arm = columns.get(i) + (lower ? " >" : " <") + (inclusive ? "= " : " ") + value;
            arms.add(equal.isEmpty() ? arm : "(" + equal + " AND " + arm + ")");
            equal.append(equal.isEmpty() ? "" : " AND ")
                    .append(columns.get(i))
                    .append(" = ")
                    .append(value);
        }
        if (arms.size() == 1) {
            out.add(arms.getFirst());
        } else if (!arms.isEmpty()) {
            out.add("(" + String.join(" OR ", arms) + ")");
        }
    }
}
