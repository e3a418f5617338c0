package dev.quiverdb.plan;

import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.execute.PartitionSearch;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Catalog;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rel.type.RelDataTypeFieldImpl;
import org.apache.calcite.rel.type.RelRecordType;
import org.jspecify.annotations.Nullable;

/**
 * A table and what inherits from it, each read by its own best way, and partitions that cannot have
 * rows left out: here where the conditions say so, as the plan starts where parameters do.
 */
final class FamilyScans {
    private final PlanContext context;
    private final Catalog catalog;
    private final TableFacts tables;
    private final AccessPaths paths;

    FamilyScans(PlanContext context, TableFacts tables, AccessPaths paths) {
        this.context = context;
        this.catalog = context.bind().catalog();
        this.tables = tables;
        this.paths = paths;
    }

    /** A member that is read: its place in the family, and where the family's columns stand. */
    private record Member(int number, PgRel.Scan scan, IntUnaryOperator place) {
        List<Expression> moved(List<Expression> expressions) {
            return expressions.stream()
                    .map(expression -> ModifyTranslator.moved(expression, place))
                    .toList();
        }
    }

    /** What is left to be read. */
    private record Chosen(List<Member> members, Plan.@Nullable Pruning pruning) {}

    /** The rows of the whole family that meet the conditions. */
    Plan scan(PgRel.Scan scan, List<Expression> conditions) {
        var chosen = choose(scan, conditions);
        List<Plan> inputs = new ArrayList<>();
        for (var member : chosen.members) {
            inputs.add(asFamily(scan, member, paths.scan(member.scan, member.moved(conditions))));
        }
        return together(scan, inputs, chosen.pruning, List.of());
    }

    /**
     * The first rows of an order, each member's out of an index that has it, merged; null where no
     * index helps.
     */
    @Nullable Plan ordered(
            AccessPaths.Ordered ordered,
            List<PgRel.SortColumn> columns,
            Expression limit,
            @Nullable Expression offset) {
        var chosen = choose(ordered.scan(), ordered.conditions());
        var wanted = paths.wanted(limit, offset);
        List<Plan> inputs = new ArrayList<>();
        boolean byIndex = false;
        for (var member : chosen.members) {
            var inside =
                    new AccessPaths.Ordered(
                            member.scan,
                            member.moved(ordered.conditions()),
                            member.moved(ordered.keys()),
                            List.of(),
                            List.of());
            var rows = paths.ordered(inside, columns, limit, offset);
            if (rows == null) {
                var all = paths.scan(member.scan, inside.conditions());
                rows =
                        new Plan.TopN(
                                all, keys(inside.keys(), columns), wanted, null, all.estimate());
            } else {
                byIndex = true;
            }
            inputs.add(asFamily(ordered.scan(), member, rows));
        }
        if (!byIndex && !inputs.isEmpty()) {
            return null;
        }
        return together(ordered.scan(), inputs, chosen.pruning, keys(ordered.keys(), columns));
    }

    private static List<SortKey> keys(List<Expression> keys, List<PgRel.SortColumn> columns) {
        List<SortKey> made = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            made.add(
                    new SortKey(
                            keys.get(i), columns.get(i).descending(), columns.get(i).nullsFirst()));
        }
        return made;
    }

    /**
     * @param order in which the inputs are; empty for none
     */
    private static Plan together(
            PgRel.Scan scan,
            List<Plan> inputs,
            Plan.@Nullable Pruning pruning,
            List<SortKey> order) {
        var outputs = RelTranslator.outputs(scan.getRowType(), scan.alias());
        double rows = inputs.stream().mapToDouble(input -> input.estimate().rows()).sum();
        var estimate = RelTranslator.rows(Math.max(1, rows));
        if (inputs.isEmpty()) {
            return new Plan.Values(List.of(), outputs, estimate);
        }
        if (inputs.size() == 1 && pruning == null) {
            return inputs.getFirst();
        }
        return order.isEmpty()
                ? new Plan.Append(inputs, pruning, outputs, estimate)
                : new Plan.MergeAppend(inputs, order, pruning, outputs, estimate);
    }

    /** A member's rows in the shape of the family's. */
    private static Plan asFamily(PgRel.Scan scan, Member member, Plan rows) {
        var outputs = RelTranslator.outputs(scan.getRowType(), scan.alias());
        List<Expression> projects = new ArrayList<>();
        for (int c = 0; c < outputs.size(); c++) {
            projects.add(
                    new Expression.InputRef(
                            member.place.applyAsInt(c),
                            outputs.get(c).type(),
                            outputs.get(c).typmod()));
        }
        return new Plan.Project(rows, projects, outputs, rows.estimate());
    }

    // ------------------------------------------------------------------ partitions

    private Chosen choose(PgRel.Scan scan, List<Expression> conditions) {
        var family = catalog.family(scan.relation());
        var known = tables.of(scan.relation()).family();
        var partitioning = known == null ? null : known.partitioning();
        List<Plan.KeyTest> later = new ArrayList<>();
        BitSet possible = null;
        if (partitioning != null) {
            var now = new ArrayList<PartitionSearch.Known>();
            for (var test : paths.tests(conditions)) {
                if (test.operator().equals("null")) {
                    now.add(new PartitionSearch.Known(test.column(), "null", List.of()));
                } else if (test.value() instanceof Expression.Constant(var value, _, _)) {
                    now.add(
                            new PartitionSearch.Known(
                                    test.column(),
                                    test.operator(),
                                    values(value, test.anyElement())));
                } else if (!ExpressionFacts.hasSubPlan(test.value())
                        && isKey(partitioning, test.column())) {
                    later.add(test);
                }
            }
            possible = PartitionSearch.members(partitioning, now, context.bind().types());
        }
        List<Member> members = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < family.size(); i++) {
            var member = family.get(i);
            if (member.isPartitioned() || possible != null && !possible.get(i)) {
                continue;
            }
            members.add(member(scan, member, i));
            numbers.add(i);
        }
        var pruning =
                partitioning == null || later.isEmpty() || members.size() < 2
                        ? null
                        : new Plan.Pruning(partitioning, later, numbers);
        return new Chosen(members, pruning);
    }

    private static List<Object> values(@Nullable Object value, boolean elements) {
        if (value == null) {
            return List.of();
        }
        if (!elements) {
            return List.of(value);
        }
        List<Object> found = new ArrayList<>();
        for (var element : ((PgArray) value).unsafeElements()) {
            if (element != null) {
                found.add(element);
            }
        }
        return found;
    }

    /** Whether a column of the family's table decides about partitions, at any level. */
    private static boolean isKey(Family.Partitioning level, int column) {
        for (var key : level.keys()) {
            if (key instanceof Expression.InputRef ref && ref.column() == column) {
                return true;
            }
        }
        for (var partition : level.partitions()) {
            var below = partition.below();
            if (below != null
                    && column < partition.positions().size()
                    && isKey(below, partition.positions().get(column))) {
                return true;
            }
        }
        return false;
    }

    private Member member(PgRel.Scan scan, dev.quiverdb.sql.catalog.Relation member, int number) {
        List<RelDataTypeField> fields = new ArrayList<>();
        for (var column : member.liveColumns()) {
            var type = PgType.of(catalog.type(column.type()), column.typmod(), column.collation());
            fields.add(new RelDataTypeFieldImpl(column.name(), fields.size(), type));
        }
        int own = fields.size();
        var all = scan.getRowType().getFieldList();
        int live = all.size() - PgRel.Scan.SYSTEM_COLUMNS;
        for (var field : all.subList(live, all.size())) {
            fields.add(new RelDataTypeFieldImpl(field.getName(), fields.size(), field.getType()));
        }
        var columns = tables.columnsOf(scan.relation(), member);
        var made =
                new PgRel.Scan(
                        scan.getCluster(),
                        new RelRecordType(fields),
                        member,
                        scan.alias(),
                        scan.id(),
                        scan.role(),
                        true,
                        number);
        return new Member(
                number, made, column -> column < live ? columns.get(column) : column - live + own);
    }
}
