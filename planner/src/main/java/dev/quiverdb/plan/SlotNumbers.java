package dev.quiverdb.plan;

import dev.quiverdb.execute.expression.Expression;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.rel.core.CorrelationId;

/**
 * Numbers for what one plan keeps in run-time slots: references of subqueries to a row around them,
 * the binder's placeholders, subplans and marks. For one planning.
 */
final class SlotNumbers {
    /** A row that a subquery may look at: which of its columns travel in which slots. */
    private static final class OuterRow {
        final Map<Integer, Expression.Slot> slots = new HashMap<>();
        final List<Expression.SlotBinding> bindings = new ArrayList<>();
    }

    private final Map<CorrelationId, OuterRow> outerRows = new HashMap<>();
    private final Map<Integer, Integer> placeholders = new HashMap<>();
    private int nextSlot;
    private int nextSubPlan;

    int slot() {
        return nextSlot++;
    }

    int slots(int count) {
        int first = nextSlot;
        nextSlot += count;
        return first;
    }

    int subPlan() {
        return nextSubPlan++;
    }

    /** The slot of a placeholder. */
    int placeholder(int number) {
        return placeholders.computeIfAbsent(number, _ -> slot());
    }

    /** Slots of consecutive placeholders, which are consecutive too. */
    int placeholders(int first, int count) {
        if (!placeholders.containsKey(first)) {
            int slot = slots(count);
            for (int i = 0; i < count; i++) {
                placeholders.put(first + i, slot + i);
            }
        }
        return placeholders.getOrDefault(first, 0);
    }

    /** From now on a correlation variable stands for the current row. */
    void open(CorrelationId correlation) {
        outerRows.put(correlation, new OuterRow());
    }

    /** The columns of that row that were referred to, each with the slot it travels in. */
    List<Expression.SlotBinding> close(CorrelationId correlation) {
        var row = outerRows.remove(correlation);
        return row == null ? List.of() : List.copyOf(row.bindings);
    }

    /** A reference to a column of a row around. */
    Expression outer(CorrelationId correlation, Expression.InputRef column) {
        var row = outerRows.get(correlation);
        if (row == null) {
            throw new IllegalStateException("no row for " + correlation);
        }
        return row.slots.computeIfAbsent(
                column.column(),
                _ -> {
                    var slot = new Expression.Slot(slot(), column.type(), column.typmod());
                    row.bindings.add(new Expression.SlotBinding(slot.slot(), column));
                    return slot;
                });
    }
}
