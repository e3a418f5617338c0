package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.plan.Family;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.storage.LockStrength;
import dev.quiverdb.storage.WaitPolicy;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** FOR UPDATE and kin: locks each row's sources, and looks again where one changed meanwhile. */
final class LockRowsOperator extends Operator {
    private final Plan.LockRows plan;
    private final Operator input;
    private final RowReader reader;
    private final BatchBuilder builder;

    LockRowsOperator(Plan.LockRows plan, Operator input, Compiler compiler) {
        super(compiler.frame(), input.types);
        this.plan = plan;
        this.input = input;
        reader = new RowReader(input);
        builder = new BatchBuilder(types);
    }

    @Override
    void open() {
        input.open();
        reader.reset();
        builder.reset();
    }

    @Override
    @Nullable Batch next() {
        // One row at a time while few are asked for: a LIMIT above must not lock more than it
        // yields.
        while (builder.isEmpty()) {
            frame.context().checkCancelled();
            var row = reader.next();
            if (row == null) {
                break;
            }
            var locked = lock(row);
            if (locked != null) {
                builder.add(locked);
            }
        }
        return builder.take();
    }

    private @Nullable Object @Nullable [] lock(@Nullable Object[] row) {
        if (frame.rechecking()) {
            return row;
        }
        Set<Integer> changed = new HashSet<>();
        for (var mark : plan.marks()) {
            var rowId = (Long) row[mark.rowIdColumn()];
            if (rowId == null || mark.lock() == Plan.RowLock.REFERENCE) {
                continue;
            }
            var outcome =
                    frame.context()
                            .transaction()
                            .lockRow(
                                    mark.relation().member(rowId).tabletId(),
                                    Family.local(rowId),
                                    strength(mark.lock()),
                                    policy(mark.policy()));
            switch (outcome) {
                case DONE -> {}
                case UPDATED -> changed.add(mark.markId());
                case DELETED, SELF_MODIFIED -> {
                    return null;
                }
                case WOULD_BLOCK -> {
                    if (mark.policy() == Plan.LockWait.SKIP) {
                        return null;
                    }
                    throw new SqlException(
                            SqlState.LOCK_NOT_AVAILABLE,
                            "could not obtain lock on row in relation \""
                                    + mark.relation().name()
                                    + "\"");
                }
            }
        }
        return changed.isEmpty()
                ? row
                : Recheck.run(plan.input(), frame, plan.marks(), row, changed);
    }

    static LockStrength strength(Plan.RowLock lock) {
        return switch (lock) {
            case KEY_SHARE, REFERENCE -> LockStrength.KEY_SHARE;
            case SHARE -> LockStrength.SHARE;
            case NO_KEY_UPDATE -> LockStrength.NO_KEY_UPDATE;
            case UPDATE -> LockStrength.UPDATE;
        };
    }

    private static WaitPolicy policy(Plan.LockWait wait) {
        return switch (wait) {
            case BLOCK -> WaitPolicy.WAIT;
            case SKIP -> WaitPolicy.SKIP_LOCKED;
            case NOWAIT -> WaitPolicy.NOWAIT;
        };
    }

    @Override
    public void close() {
        input.close();
    }
}
