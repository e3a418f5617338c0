package dev.quiverdb.plan;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.bind.BoundExpressions;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.PartitionConstraints;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Relation.Index;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the executor's picture of a table from the catalog: columns (hidden ones last), indexes
 * and, for statements that change rows, checks, generated columns and foreign keys both ways.
 * Storage's ids are the catalog's: column numbers and OIDs of indexes.
 */
final class TableFacts {
    private final BindContext context;
    private final Catalog catalog;
    private final ExpressionTranslator expressions;
    private final Map<Integer, Relation> known = new HashMap<>();

    TableFacts(BindContext context, ExpressionTranslator expressions) {
        this.context = context;
        this.catalog = context.catalog();
        this.expressions = expressions;
    }

    /** The table with all that a change must respect. */
    Relation of(dev.quiverdb.sql.catalog.Relation table) {
        var made = known.get(table.oid());
        if (made == null) {
            made = make(table);
            known.put(table.oid(), made);
            if (table.kind() == 'r' && !catalog.children(table.oid()).isEmpty()
                    || table.isPartitioned()) {
                made = made.with(family(table, made));
                known.put(table.oid(), made);
            }
        }
        return made;
    }

    // ------------------------------------------------------------------ families

    /** What inherits from a table, or is its partition. */
    private Family family(dev.quiverdb.sql.catalog.Relation table, Relation facts) {
        List<Family.Member> members = new ArrayList<>();
        List<Integer> oids = new ArrayList<>();
        for (var member : catalog.family(table)) {
            oids.add(member.oid());
            boolean itself = member.oid() == table.oid();
            members.add(
                    new Family.Member(
                            itself ? facts : make(member),
                            columnsOf(table, member),
                            itself ? null : constraint(member)));
        }
        return new Family(members, partitioning(table, oids));
    }

    /** For each live column of a table its position among those of one that inherits from it. */
    List<Integer> columnsOf(
            dev.quiverdb.sql.catalog.Relation table, dev.quiverdb.sql.catalog.Relation member) {
        List<Integer> positions = new ArrayList<>();
        var own = member.liveColumns();
        for (var column : table.liveColumns()) {
            int found = -1;
            for (int i = 0; i < own.size(); i++) {
                if (own.get(i).name().equals(column.name())) {
                    found = i;
                }
            }
            if (found < 0) {
                throw new IllegalStateException(member.name() + " lacks " + column.name());
            }
            positions.add(found);
        }
        return positions;
    }

    private @Nullable Expression constraint(dev.quiverdb.sql.catalog.Relation partition) {
        var sql = new PartitionConstraints(catalog).sql(partition);
        return sql == null ? null : overTable(partition, sql);
    }

    private Family.@Nullable Partitioning partitioning(
            dev.quiverdb.sql.catalog.Relation table, List<Integer> members) {
        var key = table.partitionKey();
        if (key == null) {
            return null;
        }
        List<Expression> keys = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (var column : key.columns()) {
            var sql = column.expression();
            if (sql == null) {
                sql = Quoting.identifier(table.column(column.column()).name());
                texts.add(sql);
            } else {
                texts.add("(" + sql + ")");
            }
            keys.add(overTable(table, sql));
        }
        List<Family.Partition> partitions = new ArrayList<>();
        for (var child : catalog.children(table.oid())) {
            var bound = child.bound();
            if (bound != null) {
                partitions.add(
                        new Family.Partition(
                                members.indexOf(child.oid()),
                                bound,
                                columnsOf(table, child),
                                partitioning(child, members)));
            }
        }
        return new Family.Partitioning(
                table.name(),
                key.strategy(),
                keys,
                keys.stream().map(Expression::type).toList(),
                texts,
                partitions);
    }

    /** As a statement that names a partition itself sees it: its rows must belong there. */
    Relation target(dev.quiverdb.sql.catalog.Relation table) {
        var facts = of(table);
        var condition = constraint(table);
        if (condition == null) {
            return facts;
        }
        List<Relation.Check> checks = new ArrayList<>(facts.checks());
        checks.add(new Relation.Check("", condition, true));
        var checked =
                new Relation(
                        facts.oid(),
                        facts.tabletId(),
                        facts.schema(),
                        facts.name(),
                        facts.columns(),
                        checks,
                        facts.indexes(),
                        facts.foreignKeys(),
                        facts.referencedBy());
        var family = facts.family();
        if (family == null) {
            return checked;
        }
        return checked.with(family);
    }

    private Relation make(dev.quiverdb.sql.catalog.Relation table) {
        List<Relation.Column> columns = new ArrayList<>();
        for (var column : table.liveColumns()) {
            columns.add(
                    new Relation.Column(
                            column.number(),
                            column.name(),
                            catalog.type(column.type()),
                            column.typmod(),
                            column.notNull(),
                            false,
                            column.isGenerated() && column.defaultSql() != null
                                    ? overTable(table, column.defaultSql())
                                    : null));
        }
        List<Relation.Index> indexes = new ArrayList<>();
        for (var relation : catalog.indexes(table.oid())) {
            var index = relation.index();
            if (index != null) {
                indexes.add(index(table, relation, index, columns));
            }
        }
        List<Relation.Check> checks = new ArrayList<>();
        List<Relation.ForeignKey> foreignKeys = new ArrayList<>();
        for (var constraint : catalog.constraints(table.oid())) {
            if (constraint.kind() == 'c' && constraint.check() != null) {
                checks.add(
                        new Relation.Check(
                                constraint.name(), overTable(table, constraint.check())));
            } else if (constraint.kind() == 'f' && !constraint.isOfReferencedPartition(catalog)) {
                foreignKeys.add(foreignKey(table, constraint));
            }
        }
        var referencedBy =
                catalog.referencing(table.oid()).stream()
                        .filter(c -> !c.isOfReferringPartition(catalog))
                        .map(c -> referenced(table, c))
                        .toList();
        return new Relation(
                table.oid(),
                table.tablet(),
                catalog.schemaName(table.schema()),
                table.name(),
                columns,
                checks,
                indexes,
                foreignKeys,
                referencedBy);
    }

    private Expression overTable(dev.quiverdb.sql.catalog.Relation table, String sql) {
        return expressions.definition(BoundExpressions.overTable(context, table, sql));
    }

    private Relation.Index index(
            dev.quiverdb.sql.catalog.Relation table,
            dev.quiverdb.sql.catalog.Relation relation,
            Index index,
            List<Relation.Column> columns) {
        List<Integer> positions = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (var key : index.keys().subList(0, index.keyCount())) {
            var expression = key.expression();
            if (expression == null) {
                positions.add(position(table, key.column()));
                texts.add(Quoting.identifier(table.column(key.column()).name()));
            } else {
                var value = overTable(table, expression);
                positions.add(columns.size());
                columns.add(
                        new Relation.Column(
                                key.hidden(),
                                "",
                                value.type(),
                                value.typmod(),
                                false,
                                true,
                                value));
                texts.add(expression);
            }
        }
        int membership = -1;
        if (index.predicate() != null) {
            membership = columns.size();
            var member = overTable(table, index.predicate());
            columns.add(
                    new Relation.Column(
                            index.predicateColumn(), "", member.type(), -1, false, true, member));
        }
        var constraint = catalog.constraintOfIndex(relation);
        return new Relation.Index(
                relation.oid(),
                relation.oid(),
                relation.name(),
                index.method(),
                positions,
                texts,
                index.unique(),
                index.nullsNotDistinct(),
                membership,
                constraint == null ? 0 : constraint.oid(),
                constraint != null && constraint.deferrable(),
                constraint != null && constraint.initiallyDeferred(),
                relation.parents().isEmpty() ? 0 : relation.parents().getFirst());
    }

    /** Position of a column among the live ones. */
    private static int position(dev.quiverdb.sql.catalog.Relation table, int number) {
        int position = 0;
        for (Column column : table.columns()) {
            if (column.number() == number) {
                return position;
            }
            if (!column.dropped()) {
                position++;
            }
        }
        throw new IllegalStateException("no column " + number + " in " + table.name());
    }

    private static List<Integer> positions(
            dev.quiverdb.sql.catalog.Relation table, List<Integer> numbers) {
        return numbers.stream().map(number -> position(table, number)).toList();
    }

    private Relation.RelationName name(dev.quiverdb.sql.catalog.Relation relation) {
        return new Relation.RelationName(
                relation.oid(), catalog.schemaName(relation.schema()), relation.name());
    }

    private dev.quiverdb.sql.catalog.Relation relation(int oid) {
        var relation = catalog.relation(oid);
        if (relation == null) {
            throw new IllegalStateException("no relation " + oid);
        }
        return relation;
    }

    private Relation.ForeignKey foreignKey(
            dev.quiverdb.sql.catalog.Relation table, Constraint constraint) {
        var target = relation(constraint.referencedRelation());
        List<Relation.KeyCast> casts = new ArrayList<>();
        for (int i = 0; i < constraint.columns().size(); i++) {
            casts.add(
                    cast(
                            table.column(constraint.columns().get(i)).type(),
                            target.column(constraint.referencedColumns().get(i)).type()));
        }
        var wholes = wholes(constraint);
        return new Relation.ForeignKey(
                constraint.oid(),
                (wholes.isEmpty() ? constraint : wholes.getLast()).oid(),
                constraint.name(),
                positions(table, constraint.columns()),
                name(target),
                target.tablet(),
                constraint.index(),
                positions(target, constraint.referencedColumns()),
                keyOrder(constraint),
                target.isPartitioned(),
                casts,
                constraint.match() == 'f' ? Relation.Match.FULL : Relation.Match.SIMPLE,
                constraint.deferrable(),
                constraint.initiallyDeferred());
    }

    /** The constraints that one is a part of, the nearest first. */
    private List<Constraint> wholes(Constraint part) {
        List<Constraint> wholes = new ArrayList<>();
        for (var at = part; catalog.object(at.parent()) instanceof Constraint whole; at = whole) {
            wholes.add(whole);
        }
        return wholes;
    }

    /** Positions in the constraint's column lists in the order of the referenced index's key. */
    private List<Integer> keyOrder(Constraint constraint) {
        var index = relation(constraint.index()).index();
        List<Integer> order = new ArrayList<>();
        if (index != null) {
            for (var key : index.keys().subList(0, index.keyCount())) {
                order.add(constraint.referencedColumns().indexOf(key.column()));
            }
        }
        return order;
    }

    private Relation.KeyCast cast(int from, int to) {
        var cast = from == to ? null : catalog.cast(from, to);
        var function =
                cast == null || cast.function() == 0 ? null : catalog.function(cast.function());
        return new Relation.KeyCast(
                catalog.type(from),
                catalog.type(to),
                function == null
                        ? Optional.empty()
                        : Optional.of(
                                ExpressionTranslator.function(
                                        function,
                                        List.of(
                                                new Expression.Constant(
                                                        null, catalog.type(from), -1)),
                                        catalog.type(to),
                                        null)),
                isInteger(from) && isInteger(to));
    }

    private static boolean isInteger(int type) {
        return type == Oids.INT2 || type == Oids.INT4 || type == Oids.INT8;
    }

    private Relation.Referenced referenced(
            dev.quiverdb.sql.catalog.Relation table, Constraint constraint) {
        var referrer = relation(constraint.relation());
        var numbers = constraint.columns();
        var keys = constraint.referencedColumns();
        List<Relation.KeyCast> toKey = new ArrayList<>();
        List<Relation.KeyCast> toReferrer = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i++) {
            int own = referrer.column(numbers.get(i)).type();
            int other = table.column(keys.get(i)).type();
            toKey.add(cast(own, other));
            toReferrer.add(cast(other, own));
        }
        var setColumns =
                constraint.deleteSetColumns().isEmpty() ? numbers : constraint.deleteSetColumns();
        var wholes = wholes(constraint);
        return new Relation.Referenced(
                constraint.oid(),
                wholes.stream().map(Constraint::oid).toList(),
                name(
                        relation(
                                (wholes.isEmpty() ? constraint : wholes.getLast())
                                        .referencedRelation())),
                constraint.name(),
                positions(table, keys),
                keys.stream().map(number -> table.column(number).name()).toList(),
                referrer.oid(),
                referrer.tablet(),
                name(referrer),
                positions(referrer, numbers),
                referrer.isPartitioned() ? -1 : referrerIndex(referrer, numbers),
                action(constraint.onUpdate()),
                action(constraint.onDelete()),
                positions(referrer, setColumns),
                setDefaults(referrer, constraint, numbers),
                toKey,
                toReferrer,
                constraint.deferrable(),
                constraint.initiallyDeferred());
    }

    /** Values for SET DEFAULT: the columns' defaults, over nothing. */
    private List<Expression> setDefaults(
            dev.quiverdb.sql.catalog.Relation referrer,
            Constraint constraint,
            List<Integer> numbers) {
        if (constraint.onDelete() != 'd' && constraint.onUpdate() != 'd') {
            return List.of();
        }
        List<Expression> defaults = new ArrayList<>();
        for (int number : numbers) {
            var column = referrer.column(number);
            var sql = column.defaultSql();
            var type = catalog.type(column.type());
            defaults.add(
                    sql == null
                            ? new Expression.Constant(null, type, column.typmod())
                            : expressions.definition(BoundExpressions.standalone(context, sql)));
        }
        return defaults;
    }

    /** An index whose first columns are these, -1 if there is none. */
    private int referrerIndex(dev.quiverdb.sql.catalog.Relation referrer, List<Integer> numbers) {
        for (var relation : catalog.indexes(referrer.oid())) {
            var index = relation.index();
            if (index != null
                    && index.method().equals("btree")
                    && index.valid()
                    && index.predicate() == null
                    && index.keyCount() >= numbers.size()
                    && index.keys().subList(0, numbers.size()).stream()
                            .map(key -> key.column())
                            .toList()
                            .equals(numbers)) {
                return relation.oid();
            }
        }
        return -1;
    }

    private static Relation.Action action(char letter) {
        return switch (letter) {
            case 'r' -> Relation.Action.RESTRICT;
            case 'c' -> Relation.Action.CASCADE;
            case 'n' -> Relation.Action.SET_NULL;
            case 'd' -> Relation.Action.SET_DEFAULT;
            default -> Relation.Action.NO_ACTION;
        };
    }
}
