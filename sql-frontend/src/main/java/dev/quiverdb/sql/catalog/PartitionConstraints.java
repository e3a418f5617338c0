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
        var bound = partition.bound();
        if (bound == null || partition.parents().isEmpty()) {
            return null;
        }
        var parent = catalog.relation(partition.parents().getFirst());
        if (parent == null || parent.partitionKey() == null) {
            return null;
        }
        var own = own(bound, parent.partitionKey(), parent, partition);
        var above = sql(parent);
        return above == null ? own : "(" + above + ") AND (" + own + ")";
    }

    private String own(
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
                var others = new ArrayList<String>();
                for (var sibling : catalog.children(parent.oid())) {
                    var other = sibling.bound();
                    if (other != null && sibling.oid() != partition.oid() && !other.isDefault()) {
                        others.add("(" + own(other, key, parent, sibling) + ")");
                    }
                }
                yield others.isEmpty()
                        ? "true"
                        : "(" + String.join(" OR ", others) + ") IS NOT TRUE";
            }
            case 'l' -> list(bound, columns.getFirst(), type(key, 0));
            case 'r' -> range(bound, columns, key);
            default ->
                    "pg_catalog.satisfies_hash_partition("
                            + Integer.toUnsignedString(parent.oid())
                            + "::pg_catalog.oid, "
                            + bound.modulus()
                            + ", "
                            + bound.remainder()
                            + ", "
                            + String.join(", ", columns)
                            + ")";
        };
    }

    private String type(Relation.PartitionKey key, int index) {
        var type = catalog.type(key.columns().get(index).type());
        return names.typeName(type);
    }

    private static String literal(Relation.PartitionDatum datum, String type) {
        return Quoting.literal(datum.text() == null ? "" : datum.text()) + "::" + type;
    }

    private static String list(Relation.PartitionBound bound, String column, String type) {
        var values = new ArrayList<String>();
        boolean nulls = false;
        for (var datum : bound.values()) {
            if (datum.kind() == 'n') {
                nulls = true;
            } else {
                values.add(column + " = " + literal(datum, type));
            }
        }
        var any = values.isEmpty() ? "false" : String.join(" OR ", values);
        return nulls ? column + " IS NULL OR " + any : column + " IS NOT NULL AND (" + any + ")";
    }

    private String range(
            Relation.PartitionBound bound, List<String> columns, Relation.PartitionKey key) {
        var parts = new ArrayList<String>();
        for (var column : columns) {
            parts.add(column + " IS NOT NULL");
        }
        parts.add(side(bound.values(), columns, key, ">", ">="));
        parts.add(side(bound.upper(), columns, key, "<", "<"));
        return String.join(" AND ", parts);
    }

    /** (a, b) beyond a bound, column by column. */
    private String side(
            List<Relation.PartitionDatum> data,
            List<String> columns,
            Relation.PartitionKey key,
            String strict,
            String last) {
        var alternatives = new ArrayList<String>();
        var equal = new StringBuilder();
        for (int i = 0; i < data.size(); i++) {
            var datum = data.get(i);
            if (datum.kind() != 'v') {
                // Everything with equal columns before is on the right side of -infinity below
                // and of +infinity above, and on the wrong one otherwise.
                boolean all = (datum.kind() == '-') == strict.equals(">");
                if (all) {
                    alternatives.add(equal.isEmpty() ? "true" : equal.toString());
                }
                return alternatives.isEmpty()
                        ? "false"
                        : "(" + String.join(" OR ", alternatives) + ")";
            }
            var value = literal(datum, type(key, i));
            var operator = i == data.size() - 1 ? last : strict;
            alternatives.add(
                    "("
                            + equal
                            + (equal.isEmpty() ? "" : " AND ")
                            + columns.get(i)
                            + " "
                            + operator
                            + " "
                            + value
                            + ")");
            equal.append(equal.isEmpty() ? "" : " AND ")
                    .append(columns.get(i))
                    .append(" = ")
                    .append(value);
        }
        return "(" + String.join(" OR ", alternatives) + ")";
    }
}
