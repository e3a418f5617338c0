package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.catalog.PartitionBounds;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.TableDdl;
import dev.quiverdb.sql.parse.TableElement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Partition keys and bounds of definitions, after partbounds.c and parse_utilcmd.c. */
final class Partitions {
    private final Change change;

    Partitions(Change change) {
        this.change = change;
    }

    // ------------------------------------------------------------------ keys

    /** PARTITION BY over a table's columns. */
    Relation.PartitionKey key(TableDdl.PartitionBy by, Relation table) {
        char strategy =
                switch (by.strategy()) {
                    case "list" -> 'l';
                    case "range" -> 'r';
                    case "hash" -> 'h';
                    default ->
                            throw new SqlException(
                                    SqlState.INVALID_PARAMETER_VALUE,
                                    "unrecognized partitioning strategy \"" + by.strategy() + "\"");
                };
        if (strategy == 'l' && by.keys().size() > 1) {
            throw new SqlException(
                    SqlState.INVALID_OBJECT_DEFINITION,
                    "cannot use \"list\" partition strategy with more than one column");
        }
        var columns = new ArrayList<Relation.PartitionColumn>();
        for (var element : by.keys()) {
            var name = element.column();
            if (name != null) {
                var column = table.column(name);
                if (column == null) {
                    boolean system = dev.quiverdb.sql.bind.ReservedColumns.contains(name);
                    throw new SqlException(
                                    system
                                            ? SqlState.INVALID_OBJECT_DEFINITION
                                            : SqlState.UNDEFINED_COLUMN,
                                    system
                                            ? "cannot use system column \""
                                                    + name
                                                    + "\" in partition key"
                                            : "column \""
                                                    + name
                                                    + "\" named in partition key does not exist")
                            .withPosition(element.offset() + 1);
                }
                if (column.isGenerated()) {
                    throw new SqlException(
                                    SqlState.INVALID_OBJECT_DEFINITION,
                                    "cannot use generated column in partition key")
                            .withDetail("Column \"" + name + "\" is a generated column.")
                            .withPosition(element.offset() + 1);
                }
                columns.add(
                        new Relation.PartitionColumn(
                                column.number(), null, column.type(), column.collation()));
                continue;
            }
            var expression = element.expression();
            if (expression == null) {
                throw SqlException.internal("a partition key of nothing");
            }
            var stored = change.expressions().partitionKey(expression, table);
            columns.add(
                    new Relation.PartitionColumn(
                            0,
                            stored.sql(),
                            stored.type().type().oid(),
                            stored.type().type().collation()));
        }
        return new Relation.PartitionKey(strategy, columns);
    }

    // ------------------------------------------------------------------ bounds

    /** FOR VALUES of a partition of {@code parent}, checked against its siblings. */
    Relation.PartitionBound bound(
            TableElement.PartitionBound written, Relation parent, String partition) {
        var key = parent.partitionKey();
        if (key == null) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE, "\"" + parent.name() + "\" is not partitioned");
        }
        var made = made(written, key, parent);
        check(made, written, key, parent, partition);
        return made;
    }

    private Relation.PartitionBound made(
            TableElement.PartitionBound written, Relation.PartitionKey key, Relation parent) {
        if (written.isDefault()) {
            if (key.strategy() == 'h') {
                throw new SqlException(
                        SqlState.INVALID_TABLE_DEFINITION,
                        "a hash-partitioned table may not have a default partition");
            }
            return new Relation.PartitionBound('d', List.of(), List.of(), 0, 0);
        }
        if (!written.in().isEmpty()) {
            requireStrategy(key.strategy() == 'l', key, written);
            var values = new ArrayList<Relation.PartitionDatum>();
            for (var value : written.in()) {
                var datum = datum(value, key, 0, parent, false);
                if (!values.contains(datum)) {
                    values.add(datum);
                }
            }
            return new Relation.PartitionBound('l', values, List.of(), 0, 0);
        }
        if (!written.from().isEmpty() || !written.to().isEmpty()) {
            requireStrategy(key.strategy() == 'r', key, written);
            return new Relation.PartitionBound(
                    'r',
                    range(written.from(), "FROM", key, parent, written),
                    range(written.to(), "TO", key, parent, written),
                    0,
                    0);
        }
        requireStrategy(key.strategy() == 'h', key, written);
        if (written.modulus() <= 0) {
            throw new SqlException(
                    SqlState.INVALID_TABLE_DEFINITION,
                    "modulus for hash partition must be an integer value greater than zero");
        }
        if (written.remainder() < 0) {
            throw new SqlException(
                    SqlState.INVALID_TABLE_DEFINITION,
                    "remainder for hash partition must be an integer value greater than or equal to"
                            + " zero");
        }
        if (written.remainder() >= written.modulus()) {
            throw new SqlException(
                    SqlState.INVALID_TABLE_DEFINITION,
                    "remainder for hash partition must be less than modulus");
        }
        return new Relation.PartitionBound(
                'h', List.of(), List.of(), written.modulus(), written.remainder());
    }

    private static void requireStrategy(
            boolean fits, Relation.PartitionKey key, TableElement.PartitionBound written) {
        if (!fits) {
            throw new SqlException(
                            SqlState.INVALID_TABLE_DEFINITION,
                            "invalid bound specification for a "
                                    + PartitionBounds.strategyName(key.strategy())
                                    + " partition")
                    .withPosition(written.offset() + 1);
        }
    }

    private List<Relation.PartitionDatum> range(
            List<Expr> values,
            String word,
            Relation.PartitionKey key,
            Relation parent,
            TableElement.PartitionBound written) {
        if (values.size() != key.columns().size()) {
            throw new SqlException(
                            SqlState.INVALID_TABLE_DEFINITION,
                            word + " must specify exactly one value per partitioning column")
                    .withPosition(written.offset() + 1);
        }
        var data = new ArrayList<Relation.PartitionDatum>();
        for (int i = 0; i < values.size(); i++) {
            var datum = datum(values.get(i), key, i, parent, true);
            if (datum.kind() == 'n') {
                throw new SqlException(
                        SqlState.INVALID_TABLE_DEFINITION, "cannot specify NULL in range bound");
            }
            if (!data.isEmpty()
                    && data.getLast().kind() != 'v'
                    && datum.kind() != data.getLast().kind()) {
                throw new SqlException(
                                SqlState.DATATYPE_MISMATCH,
                                "every bound following "
                                        + (data.getLast().kind() == '-' ? "MINVALUE" : "MAXVALUE")
                                        + " must also be "
                                        + (data.getLast().kind() == '-' ? "MINVALUE" : "MAXVALUE"))
                        .withPosition(values.get(i).offset() + 1);
            }
            data.add(datum);
        }
        return data;
    }

    private Relation.PartitionDatum datum(
            Expr value, Relation.PartitionKey key, int index, Relation parent, boolean infinite) {
        if (infinite
                && value instanceof Expr.ColumnRef column
                && column.names().size() == 1
                && !column.star()) {
            switch (column.names().getFirst()) {
                case "minvalue" -> {
                    return new Relation.PartitionDatum('-', null);
                }
                case "maxvalue" -> {
                    return new Relation.PartitionDatum('+', null);
                }
                default -> {
                    // An error below.
                }
            }
        }
        var part = key.columns().get(index);
        var type = change.catalog().type(part.type());
        var shown =
                part.column() == 0
                        ? part.expression() == null ? "" : part.expression()
                        : parent.column(part.column()).name();
        var text = change.expressions().partitionValue(value, type, shown);
        return text == null
                ? new Relation.PartitionDatum('n', null)
                : new Relation.PartitionDatum('v', text);
    }

    private PartitionBounds bounds(Relation.PartitionKey key) {
        List<Type> types =
                key.columns().stream().map(part -> change.catalog().type(part.type())).toList();
        return new PartitionBounds(key.strategy(), types, change.context().types());
    }

    private void check(
            Relation.PartitionBound made,
            TableElement.PartitionBound written,
            Relation.PartitionKey key,
            Relation parent,
            String partition) {
        var bounds = bounds(key);
        if (made.strategy() == 'r' && bounds.compare(made.values(), made.upper()) >= 0) {
            throw new SqlException(
                            SqlState.INVALID_OBJECT_DEFINITION,
                            "empty range bound specified for partition \"" + partition + "\"")
                    .withDetail(
                            "Specified lower bound "
                                    + PartitionBounds.text(made.values(), bounds.types())
                                    + " is greater than or equal to upper bound "
                                    + PartitionBounds.text(made.upper(), bounds.types())
                                    + ".")
                    .withPosition(
                            (written.from().isEmpty() ? written : written.from().getFirst())
                                            .offset()
                                    + 1);
        }
        for (var sibling : change.catalog().children(parent.oid())) {
            var other = sibling.bound();
            if (other == null || sibling.name().equals(partition)) {
                continue;
            }
            if (made.isDefault()) {
                if (other.isDefault()) {
                    throw new SqlException(
                                    SqlState.INVALID_OBJECT_DEFINITION,
                                    "partition \""
                                            + partition
                                            + "\" conflicts with existing default partition \""
                                            + sibling.name()
                                            + "\"")
                            .withPosition(written.offset() + 1);
                }
                continue;
            }
            if (other.isDefault()) {
                continue;
            }
            checkModulus(made, other, sibling);
            if (bounds.overlap(made, other)) {
                throw new SqlException(
                                SqlState.INVALID_OBJECT_DEFINITION,
                                "partition \""
                                        + partition
                                        + "\" would overlap partition \""
                                        + sibling.name()
                                        + "\"")
                        .withPosition(place(written) + 1);
            }
        }
    }

    private static int place(TableElement.PartitionBound written) {
        if (!written.in().isEmpty()) {
            return written.in().getFirst().offset();
        }
        return written.from().isEmpty() ? written.offset() : written.from().getFirst().offset();
    }

    private static void checkModulus(
            Relation.PartitionBound made, Relation.PartitionBound other, Relation sibling) {
        if (made.strategy() != 'h') {
            return;
        }
        int small = Math.min(made.modulus(), other.modulus());
        int large = Math.max(made.modulus(), other.modulus());
        if (large % small != 0) {
            throw new SqlException(
                            SqlState.INVALID_OBJECT_DEFINITION,
                            "every hash partition modulus must be a factor of the next larger"
                                    + " modulus")
                    .withDetail(
                            made.modulus() < other.modulus()
                                    ? "The new modulus "
                                            + made.modulus()
                                            + " is not a factor of "
                                            + other.modulus()
                                            + ", the modulus of existing partition \""
                                            + sibling.name()
                                            + "\"."
                                    : "The new modulus "
                                            + made.modulus()
                                            + " is not divisible by "
                                            + other.modulus()
                                            + ", the modulus of existing partition \""
                                            + sibling.name()
                                            + "\".");
        }
    }

    /** The partitions of a table in the order of their bounds, the default partition last. */
    List<Relation> inOrder(Relation parent) {
        var key = parent.partitionKey();
        var partitions = new ArrayList<>(change.catalog().children(parent.oid()));
        if (key == null) {
            return partitions;
        }
        var bounds = bounds(key);
        partitions.sort((left, right) -> compare(bounds, left.bound(), right.bound()));
        return partitions;
    }

    private static int compare(
            PartitionBounds bounds,
            Relation.@Nullable PartitionBound left,
            Relation.@Nullable PartitionBound right) {
        if (left == null || right == null || left.isDefault() || right.isDefault()) {
            return Boolean.compare(
                    left == null || left.isDefault(), right == null || right.isDefault());
        }
        return switch (left.strategy()) {
            case 'r' -> bounds.compare(left.values(), right.values());
            case 'l' -> {
                var one = least(bounds, left);
                var other = least(bounds, right);
                yield one == null || other == null
                        ? Boolean.compare(one == null, other == null)
                        : bounds.compare(List.of(one), List.of(other));
            }
            default ->
                    left.modulus() != right.modulus()
                            ? Integer.compare(left.modulus(), right.modulus())
                            : Integer.compare(left.remainder(), right.remainder());
        };
    }

    /** The least value of a list; null where it is of NULL alone. */
    private static Relation.@Nullable PartitionDatum least(
            PartitionBounds bounds, Relation.PartitionBound list) {
        Relation.PartitionDatum least = null;
        for (var datum : list.values()) {
            if (datum.kind() == 'v'
                    && (least == null || bounds.compare(List.of(datum), List.of(least)) < 0)) {
                least = datum;
            }
        }
        return least;
    }

    /** The partition of a parent that has all other rows; null for none. */
    @Nullable Relation defaultPartition(Relation parent) {
        for (var child : change.catalog().children(parent.oid())) {
            var bound = child.bound();
            if (bound != null && bound.isDefault()) {
                return child;
            }
        }
        return null;
    }
}
