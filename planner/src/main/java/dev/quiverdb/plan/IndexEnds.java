package dev.quiverdb.plan;

import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.catalog.Catalog;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * {@code min(a)} and {@code max(a)} of a whole table where an index has its rows in the order of
 * {@code a}: the first value from that end of the index that is not NULL.
 */
final class IndexEnds {
    private final AccessPaths paths;
    private final FamilyScans families;
    private final ExpressionTranslator expressions;

    IndexEnds(AccessPaths paths, FamilyScans families, ExpressionTranslator expressions) {
        this.paths = paths;
        this.families = families;
        this.expressions = expressions;
    }

    /**
     * For each aggregate of a query without GROUP BY the one row that decides it, with the row type
     * of the input; null unless an index has them all. A condition would have to be met first, and
     * nobody knows how far from the end: with one there is none.
     */
    @Nullable List<Plan> of(PgRel.GroupBy group) {
        if (!group.keys().isEmpty()
                || group.sets().size() > 1
                || !group.groupings().isEmpty()
                || group.aggregates().isEmpty()
                || !isTable(group.input())) {
            return null;
        }
        List<Plan> rows = new ArrayList<>();
        for (var aggregate : group.aggregates()) {
            var row = row(group.input(), aggregate);
            if (row == null) {
                return null;
            }
            rows.add(row);
        }
        return rows;
    }

    private static boolean isTable(RelNode rel) {
        var at = rel;
        while (at instanceof Project project) {
            at = project.getInput();
        }
        return at instanceof PgRel.Scan;
    }

    private @Nullable Plan row(RelNode input, RexNode aggregate) {
        if (!(aggregate instanceof RexCall call
                && PgOperator.form(call) instanceof Form.Aggregate form
                && form.arguments() == 1
                && form.directArguments() == 0
                && !form.filtered()
                && call.getOperands().getFirst() instanceof RexInputRef column)) {
            return null;
        }
        var name = form.function().name();
        boolean greatest = name.equals("max");
        if (form.function().oid() >= Catalog.FIRST_USER_OID || (!greatest && !name.equals("min"))) {
            return null;
        }
        var sort =
                new PgRel.Sort(
                        input,
                        List.of(new PgRel.SortColumn(column.getIndex(), greatest, greatest)));
        var one = new Expression.Constant(1L, Types.INT8, -1);
        var ordered = paths.ordered(sort, one, null, expressions, families);
        if (ordered == null) {
            return null;
        }
        var value = expressions.translate(column);
        var known = new Expression.NullTest(value, false, false, Types.BOOL);
        return new Plan.Limit(
                RelTranslator.filtered(ordered, List.of(known)),
                one,
                null,
                List.of(),
                RelTranslator.rows(1));
    }
}
