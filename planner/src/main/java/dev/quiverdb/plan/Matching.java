package dev.quiverdb.plan;

import dev.quiverdb.execute.expression.Expression;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The rows that pass a vector search's filter, found by other ways than the search: where they are
 * few, it looks at these alone. Both plans yield row ids among the columns that the filter needs.
 *
 * @param scan all of them, by a scan of the filter's columns
 * @param byIndex the same by a btree index; null where none helps
 * @param tableRows about how many rows the table has
 */
public record Matching(Plan.SeqScan scan, Plan.@Nullable IndexScan byIndex, double tableRows) {
    /** The numbers, from 0, of the parameters that decide which rows pass; ascending. */
    public int[] parameters() {
        var numbers = new TreeSet<Integer>();
        var filter = scan.filter();
        if (filter != null) {
            ExpressionFacts.any(
                    filter,
                    part -> {
                        if (part instanceof Expression.Parameter parameter) {
                            numbers.add(parameter.index());
                        }
                        return false;
                    });
        }
        return numbers.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Whether the filter costs more than reading a row does: subqueries, functions with bodies. */
    public boolean isDear() {
        var filter = scan.filter();
        return filter != null
                && (ExpressionFacts.hasSubPlan(filter) || ExpressionFacts.callsRoutine(filter));
    }
}
