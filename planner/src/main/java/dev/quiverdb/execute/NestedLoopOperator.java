package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.execute.spill.RowCodec;
import dev.quiverdb.execute.spill.RowList;
import dev.quiverdb.execute.spill.RowSource;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Plan.JoinKind;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * For each left row the right rows; these are run anew where they depend on the left row, else
 * kept.
 */
final class NestedLoopOperator extends Operator {
    private final Plan.NestedLoopJoin plan;
    private final Operator left;
    private final Operator right;
    private final RowReader leftRows;
    private final RowReader rightReader;
    private final Evaluator[] bound;
    private final @Nullable Evaluator condition;
    private final BatchBuilder builder;
    private final Row.OfArray leftRow = new Row.OfArray();
    private final Row.Joined joined = new Row.Joined();
    private @Nullable RowList kept;
    private @Nullable RowSource rightRows;
    private @Nullable Object @Nullable [] current;
    private boolean matched;
    private final BitSet rightMatched = new BitSet();
    private int rightIndex;
    private boolean leftDone;

    NestedLoopOperator(Plan.NestedLoopJoin plan, Operator left, Operator right, Compiler compiler) {
        super(compiler.frame(), plan);
        this.plan = plan;
        this.left = left;
        this.right = right;
        leftRows = new RowReader(left);
        rightReader = new RowReader(right);
        bound =
                compiler.compileAll(
                        plan.bindings().stream().map(Expression.SlotBinding::value).toList());
        condition = compiler.compileIf(plan.condition());
        builder = new BatchBuilder(types);
    }

    @Override
    void open() {
        forget();
        left.open();
        leftRows.reset();
        builder.reset();
        current = null;
        leftDone = false;
        rightMatched.clear();
    }

    @Override
    @Nullable Batch next() {
        while (!builder.full()) {
            if (leftDone) {
                if (!unmatchedRight()) {
                    break;
                }
                continue;
            }
            if (current == null && !nextLeft()) {
                continue;
            }
            step();
        }
        return builder.take();
    }

    private boolean nextLeft() {
        frame.context().checkCancelled();
        var row = leftRows.next();
        current = row;
        if (row == null) {
            leftDone = true;
            rightIndex = 0;
            boolean wantsRight = plan.kind() == JoinKind.RIGHT || plan.kind() == JoinKind.FULL;
            rightRows = wantsRight ? kept().read() : null;
            return false;
        }
        matched = false;
        rightIndex = 0;
        if (plan.bindings().isEmpty()) {
            rightRows = kept().read();
        } else {
            leftRow.set(row);
            for (int i = 0; i < bound.length; i++) {
                frame.setSlot(plan.bindings().get(i).slot(), bound[i].value(leftRow));
            }
            right.open();
            rightReader.reset();
            rightRows = rightReader;
        }
        return true;
    }

    /** The right side in memory or in a file. */
    private RowList kept() {
        var rows = kept;
        if (rows == null) {
            rows =
                    new RowList(
                            new RowCodec(right.types),
                            frame.context().workMemoryBytes(),
                            frame.context().spillDirectory());
            right.open();
            rightReader.reset();
            for (var row = rightReader.next(); row != null; row = rightReader.next()) {
                rows.add(row);
            }
            right.close();
            kept = rows;
        }
        return rows;
    }

    /** Looks at right rows until one gives a result or the left row is done. */
    private void step() {
        var row = current;
        var source = rightRows;
        if (row == null || source == null) {
            return;
        }
        while (true) {
            var other = source.next();
            if (other == null) {
                endOfRight(row);
                return;
            }
            int index = rightIndex++;
            if (plan.kind() == JoinKind.NULL_AWARE_ANTI && condition != null) {
                // Anything but false is a reason to drop the row: true, or unknown.
                if (!Boolean.FALSE.equals(condition.value(joined.set(row, other)))) {
                    dropLeft();
                    return;
                }
                continue;
            }
            if (condition != null && !condition.isTrue(joined.set(row, other))) {
                continue;
            }
            matched = true;
            switch (plan.kind()) {
                case INNER, LEFT -> builder.add(row, other);
                case RIGHT, FULL -> {
                    rightMatched.set(index);
                    builder.add(row, other);
                }
                case SEMI -> {
                    builder.add(row);
                    dropLeft();
                }
                case ANTI, NULL_AWARE_ANTI -> dropLeft();
            }
            return;
        }
    }

    private void endOfRight(@Nullable Object[] row) {
        if (!matched) {
            switch (plan.kind()) {
                case LEFT, FULL -> builder.add(row, new Object[right.types.length]);
                case ANTI, NULL_AWARE_ANTI -> builder.add(row);
                case INNER, RIGHT, SEMI -> {}
            }
        }
        dropLeft();
    }

    private void dropLeft() {
        current = null;
        var source = rightRows;
        rightRows = null;
        if (source != null) {
            source.close();
        }
    }

    private boolean unmatchedRight() {
        var source = rightRows;
        if (source == null) {
            return false;
        }
        while (true) {
            var row = source.next();
            if (row == null) {
                source.close();
                rightRows = null;
                return false;
            }
            if (!rightMatched.get(rightIndex++)) {
                builder.add(new Object[left.types.length], row);
                return true;
            }
        }
    }

    private void forget() {
        var source = rightRows;
        rightRows = null;
        if (source != null && source != rightReader) {
            source.close();
        }
        if (kept != null) {
            kept.close();
            kept = null;
        }
    }

    @Override
    public void close() {
        forget();
        left.close();
        right.close();
    }
}
