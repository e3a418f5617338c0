package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Plan.JoinKind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Both inputs ascend by the keys, NULLs last. The right rows of one key are held in memory. */
final class MergeJoinOperator extends Operator {
    private final Plan.MergeJoin plan;
    private final Operator left;
    private final Operator right;
    private final RowReader leftRows;
    private final RowReader rightRows;
    private final Evaluator[] leftKeys;
    private final Evaluator[] rightKeys;
    private final @Nullable Evaluator residual;
    private final BatchBuilder builder;
    private final Row.OfArray keyRow = new Row.OfArray();
    private final Row.Joined joined = new Row.Joined();

    private final List<@Nullable Object[]> group = new ArrayList<>();
    private final BitSet groupMatched = new BitSet();
    private @Nullable Object @Nullable [] groupKey;
    private @Nullable Object @Nullable [] rightRow;
    private boolean started;

    MergeJoinOperator(Plan.MergeJoin plan, Operator left, Operator right, Compiler compiler) {
        super(compiler.frame(), plan);
        this.plan = plan;
        this.left = left;
        this.right = right;
        leftRows = new RowReader(left);
        rightRows = new RowReader(right);
        leftKeys = compiler.compileAll(plan.leftKeys());
        rightKeys = compiler.compileAll(plan.rightKeys());
        residual = compiler.compileIf(plan.residual());
        builder = new BatchBuilder(types);
        if (plan.kind() == JoinKind.NULL_AWARE_ANTI) {
            throw new IllegalArgumentException("NOT IN is no merge join");
        }
    }

    @Override
    void open() {
        left.open();
        right.open();
        leftRows.reset();
        rightRows.reset();
        builder.reset();
        group.clear();
        groupKey = null;
        started = false;
    }

    private @Nullable Object[] keys(Evaluator[] keys, @Nullable Object[] row) {
        keyRow.set(row);
        @Nullable Object[] values = new @Nullable Object[keys.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = keys[i].value(keyRow);
        }
        return values;
    }

    private int compare(@Nullable Object[] a, @Nullable Object[] b) {
        for (int i = 0; i < a.length; i++) {
            Type type = leftKeys[i].type();
            var x = a[i];
            var y = b[i];
            int order =
                    x == null || y == null
                            ? Boolean.compare(x == null, y == null)
                            : type.compare(x, y);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static boolean hasNull(@Nullable Object[] key) {
        for (var value : key) {
            if (value == null) {
                return true;
            }
        }
        return false;
    }

    /** Reads the right rows of the next key; yields the old ones that nothing matched. */
    private void advanceGroup() {
        flushGroup();
        var first = rightRow;
        if (first == null) {
            groupKey = null;
            return;
        }
        var key = keys(rightKeys, first);
        groupKey = key;
        group.add(first);
        rightRow = rightRows.next();
        while (rightRow != null && !hasNull(key) && compare(keys(rightKeys, rightRow), key) == 0) {
            group.add(rightRow);
            rightRow = rightRows.next();
        }
    }

    private void flushGroup() {
        if (plan.kind() == JoinKind.RIGHT || plan.kind() == JoinKind.FULL) {
            for (int i = 0; i < group.size(); i++) {
                if (!groupMatched.get(i)) {
                    pending.add(concat(new Object[left.types.length], group.get(i)));
                }
            }
        }
        group.clear();
        groupMatched.clear();
    }

    private final java.util.ArrayDeque<@Nullable Object[]> pending = new java.util.ArrayDeque<>();

    private static @Nullable Object[] concat(@Nullable Object[] a, @Nullable Object[] b) {
        var all = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }

    @Override
    @Nullable Batch next() {
        if (!started) {
            started = true;
            pending.clear();
            rightRow = rightRows.next();
            advanceGroup();
        }
        while (!builder.full()) {
            var ready = pending.poll();
            if (ready != null) {
                builder.add(ready);
                continue;
            }
            var row = leftRows.next();
            if (row == null) {
                if (groupKey == null) {
                    break;
                }
                boolean keeps = plan.kind() == JoinKind.RIGHT || plan.kind() == JoinKind.FULL;
                if (!keeps) {
                    break;
                }
                advanceGroup();
                continue;
            }
            join(row);
        }
        return builder.take();
    }

    private void join(@Nullable Object[] row) {
        var key = keys(leftKeys, row);
        while (groupKey != null && compare(groupKey, key) < 0) {
            advanceGroup();
        }
        boolean matched = false;
        if (groupKey != null && !hasNull(key) && compare(groupKey, key) == 0) {
            for (int i = 0; i < group.size(); i++) {
                if (residual != null && !residual.isTrue(joined.set(row, group.get(i)))) {
                    continue;
                }
                matched = true;
                groupMatched.set(i);
                switch (plan.kind()) {
                    case INNER, LEFT, RIGHT, FULL -> pending.add(concat(row, group.get(i)));
                    case SEMI -> {
                        pending.add(row);
                        return;
                    }
                    case ANTI, NULL_AWARE_ANTI -> {
                        return;
                    }
                }
            }
        }
        if (!matched) {
            switch (plan.kind()) {
                case LEFT, FULL -> pending.add(concat(row, new Object[right.types.length]));
                case ANTI -> pending.add(row);
                case INNER, RIGHT, SEMI, NULL_AWARE_ANTI -> {}
            }
        }
    }

    @Override
    public void close() {
        group.clear();
        pending.clear();
        left.close();
        right.close();
    }
}
