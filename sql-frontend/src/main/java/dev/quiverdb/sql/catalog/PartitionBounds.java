package dev.quiverdb.sql.catalog;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What bounds of partitions mean, after partbounds.c. */
public final class PartitionBounds {
    private final char strategy;
    private final List<Type> types;
    private final TypeContext context;

    /**
     * @param types of the key's columns
     */
    public PartitionBounds(char strategy, List<Type> types, TypeContext context) {
        this.strategy = strategy;
        this.types = List.copyOf(types);
        this.context = context;
    }

    public List<Type> types() {
        return types;
    }

    public static String strategyName(char strategy) {
        return switch (strategy) {
            case 'l' -> "list";
            case 'r' -> "range";
            default -> "hash";
        };
    }

    /** The value of a datum; null for NULL and infinities. */
    public @Nullable Object value(Relation.PartitionDatum datum, int column) {
        var text = datum.text();
        return text == null ? null : types.get(column).parse(text, -1, context);
    }

    /** Order of two range bounds. */
    public int compare(List<Relation.PartitionDatum> left, List<Relation.PartitionDatum> right) {
        for (int i = 0; i < left.size(); i++) {
            int compared = compare(left.get(i), right.get(i), i);
            if (compared != 0) {
                return compared;
            }
            if (left.get(i).kind() != 'v') {
                return 0;
            }
        }
        return 0;
    }

    private int compare(Relation.PartitionDatum left, Relation.PartitionDatum right, int column) {
        if (left.kind() != 'v' || right.kind() != 'v') {
            return Integer.compare(rank(left), rank(right));
        }
        var one = value(left, column);
        var other = value(right, column);
        if (one == null || other == null) {
            throw new IllegalStateException("a bound's value is none");
        }
        return types.get(column).compare(one, other);
    }

    private static int rank(Relation.PartitionDatum datum) {
        return datum.kind() == '-' ? -1 : datum.kind() == '+' ? 1 : 0;
    }

    /** Whether a row could belong to both. */
    public boolean overlap(Relation.PartitionBound left, Relation.PartitionBound right) {
        return switch (strategy) {
            case 'l' -> listsOverlap(left, right);
            case 'r' ->
                    compare(left.values(), right.upper()) < 0
                            && compare(right.values(), left.upper()) < 0;
            default -> {
                int small = Math.min(left.modulus(), right.modulus());
                yield left.remainder() % small == right.remainder() % small;
            }
        };
    }

    private boolean listsOverlap(Relation.PartitionBound left, Relation.PartitionBound right) {
        for (var one : left.values()) {
            for (var other : right.values()) {
                boolean same =
                        one.kind() == 'n' || other.kind() == 'n'
                                ? one.kind() == other.kind()
                                : compare(one, other, 0) == 0;
                if (same) {
                    return true;
                }
            }
        }
        return false;
    }

    // ------------------------------------------------------------------ as text

    /** {@code (1, MINVALUE)}. */
    public static String text(List<Relation.PartitionDatum> data, List<Type> types) {
        var parts = new ArrayList<String>();
        for (int i = 0; i < data.size(); i++) {
            parts.add(text(data.get(i), types.get(Math.min(i, types.size() - 1))));
        }
        return "(" + String.join(", ", parts) + ")";
    }

    private static String text(Relation.PartitionDatum datum, Type type) {
        return switch (datum.kind()) {
            case 'n' -> "NULL";
            case '-' -> "MINVALUE";
            case '+' -> "MAXVALUE";
            default -> {
                var text = datum.text() == null ? "" : datum.text();
                yield switch (type.name()) {
                    case "int2", "int4", "int8", "float4", "float8", "numeric", "oid" ->
                            text.startsWith("-") || text.matches("[0-9.eE+-]+")
                                    ? text.startsWith("-") ? "'" + text + "'" : text
                                    : "'" + text + "'";
                    case "bool" -> text.equals("t") || text.equals("true") ? "true" : "false";
                    default -> Quoting.literal(text);
                };
            }
        };
    }

    /** FOR VALUES as pg_get_expr shows relpartbound. */
    public static String text(Relation.PartitionBound bound, List<Type> types) {
        return switch (bound.strategy()) {
            case 'd' -> "DEFAULT";
            case 'l' -> {
                var type = types.getFirst();
                var parts = bound.values().stream().map(datum -> text(datum, type)).toList();
                yield "FOR VALUES IN (" + String.join(", ", parts) + ")";
            }
            case 'r' ->
                    "FOR VALUES FROM "
                            + text(bound.values(), types)
                            + " TO "
                            + text(bound.upper(), types);
            default ->
                    "FOR VALUES WITH (modulus "
                            + bound.modulus()
                            + ", remainder "
                            + bound.remainder()
                            + ")";
        };
    }
}
