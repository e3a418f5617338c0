package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Cursor;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Frame;
import dev.quiverdb.plan.Plan;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plan being run. Referential checks and actions run when the last batch was read, or in {@link
 * #finish}. Used by one thread at a time.
 */
public final class Execution implements Cursor {
    private final Operator root;
    private final Operators.Subplans subplans;
    private final Operators.@Nullable Instruments instruments;
    private final ReferentialActions references;
    private final Frame frame;
    private boolean opened;
    private boolean done;

    Execution(Plan plan, ExecutionContext context, boolean instrumented) {
        instruments = instrumented ? new Operators.Instruments() : null;
        subplans = new Operators.Subplans(instruments);
        frame = new Frame(context, subplans);
        subplans.attach(frame);
        var compiler = new Compiler(frame);
        references = new ReferentialActions(compiler);
        root = Operators.make(plan, compiler, instruments, references);
    }

    @Override
    public List<Type> columnTypes() {
        return Arrays.asList(root.types);
    }

    @Override
    public @Nullable Batch next() {
        if (done) {
            return null;
        }
        if (!opened) {
            opened = true;
            root.open();
        }
        var batch = root.next();
        if (batch == null) {
            done = true;
            references.finish();
        }
        return batch;
    }

    /** Runs a statement that modifies to its end, whatever rows are left unread. */
    public void finish() {
        while (next() != null) {
            // Rows nobody asked for.
        }
    }

    /**
     * Rows that the topmost INSERT, UPDATE, DELETE or MERGE changed; -1 if the plan is no such
     * statement.
     */
    public long modifiedRows() {
        var operator = root;
        while (true) {
            switch (operator) {
                case InstrumentedOperator measured -> operator = measured.operator();
                case WithOperators.WithOperator with -> operator = with.body();
                case ModifyOperator modify -> {
                    return modify.count();
                }
                default -> {
                    return -1;
                }
            }
        }
    }

    /**
     * Measures of a node of this plan (by identity), if it was opened instrumented; null if it
     * never ran.
     */
    public @Nullable Measured measured(Plan node) {
        var measured = instruments == null ? null : instruments.byNode.get(node);
        return measured == null ? null : measured.measured();
    }

    /**
     * Whether nothing of the last run is kept that a next one would see: no subplans, no common
     * tables. Referential checks of statements that modify are not looked at.
     */
    public boolean restartable() {
        return instruments == null
                && !subplans.used()
                && frame.shared().isEmpty()
                && frame.tables().isEmpty();
    }

    /** Makes a closed execution run again, with what its context says now. */
    public void restart() {
        opened = false;
        done = false;
    }

    @Override
    public void close() {
        done = true;
        root.close();
        subplans.close();
    }
}
