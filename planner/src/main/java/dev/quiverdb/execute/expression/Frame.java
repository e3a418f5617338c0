package dev.quiverdb.execute.expression;

import dev.quiverdb.execute.ExecutionContext;
import dev.quiverdb.plan.Plan;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all operators and expressions of one execution share: the context, the slots, and how a
 * subplan is made to run. Used by one thread.
 */
public final class Frame {
    /** Runs a subplan; the executor gives it. */
    public interface Subplan extends AutoCloseable {
        /** Starts (again), with the slots as they are now. */
        void open();

        /** The next row, or null at the end. */
        @Nullable Object @Nullable [] next();

        @Override
        void close();
    }

    /** Makes subplans. */
    public interface SubplanFactory {
        Subplan make(Plan plan);
    }

    private final ExecutionContext context;
    private final SubplanFactory subplans;
    private @Nullable Object[] slots = new Object[8];
    private final Map<Integer, Object> shared;
    private final Map<Integer, Object> tables;
    private final Map<Integer, FixedRow> fixedRows;

    public Frame(ExecutionContext context, SubplanFactory subplans) {
        this(context, subplans, new HashMap<>(), new HashMap<>(), Map.of());
    }

    private Frame(
            ExecutionContext context,
            SubplanFactory subplans,
            Map<Integer, Object> shared,
            Map<Integer, Object> tables,
            Map<Integer, FixedRow> fixedRows) {
        this.context = context;
        this.subplans = subplans;
        this.shared = shared;
        this.tables = tables;
        this.fixedRows = fixedRows;
    }

    /**
     * What a marked scan yields in a re-evaluation.
     *
     * @param rowId -1 for no row (the other side of an outer join)
     * @param latest the newest version instead of the snapshot's
     */
    public record FixedRow(long rowId, boolean latest) {}

    /**
     * A frame for running a part of the plan again with some scans fixed to one row, by mark id.
     */
    public Frame forRecheck(SubplanFactory factory, Map<Integer, FixedRow> rows) {
        var frame = new Frame(context, factory, shared, tables, Map.copyOf(rows));
        frame.slots = slots.clone();
        return frame;
    }

    /** The one row a marked scan must yield, or null if this is no re-evaluation. */
    public @Nullable FixedRow fixedRow(int markId) {
        return markId < 0 ? null : fixedRows.get(markId);
    }

    public boolean rechecking() {
        return !fixedRows.isEmpty();
    }

    /** Common tables and work tables by id; the executor's. */
    public Map<Integer, Object> tables() {
        return tables;
    }

    public ExecutionContext context() {
        return context;
    }

    public Subplan subplan(Plan plan) {
        return subplans.make(plan);
    }

    public @Nullable Object slot(int slot) {
        return slot < slots.length ? slots[slot] : null;
    }

    public void setSlot(int slot, @Nullable Object value) {
        if (slot >= slots.length) {
            slots = Arrays.copyOf(slots, Math.max(slot + 1, slots.length * 2));
        }
        slots[slot] = value;
    }

    /** State of an init plan, by subplan id, shared by all places that name it. */
    public Map<Integer, Object> shared() {
        return shared;
    }
}
