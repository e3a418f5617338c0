package dev.quiverdb.server.session;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Cursor;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.Execution;
import dev.quiverdb.server.QueryPath;
import dev.quiverdb.storage.Transaction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Operators of a session's quick statements, kept compiled between two executions. An execution is
 * either here or in use, never both. Used by the session's thread.
 */
final class ExecutionPool {
    private static final int KEPT_MAX = 64;

    /** Makes the context of a new execution. */
    interface ContextMaker {
        StatementContext make(Transaction transaction, List<@Nullable Object> parameters);
    }

    private final ContextMaker contexts;
    private final Map<CachedPlan, Pooled> idle =
            new LinkedHashMap<>(KEPT_MAX, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<CachedPlan, Pooled> eldest) {
                    return size() > KEPT_MAX;
                }
            };

    ExecutionPool(ContextMaker contexts) {
        this.contexts = contexts;
    }

    /** A cursor over a quick plan's rows. */
    Cursor open(CachedPlan plan, Transaction transaction, List<@Nullable Object> parameters) {
        var pooled = idle.remove(plan);
        if (pooled == null) {
            var context = contexts.make(transaction, parameters);
            pooled = new Pooled(plan, context, QueryPath.execute(plan.plan(), context));
        } else {
            pooled.context.begin(transaction, parameters);
            pooled.execution.restart();
        }
        return new Use(pooled);
    }

    private record Pooled(CachedPlan plan, StatementContext context, Execution execution) {}

    /** One execution; closing it gives the operators back if they came to their end. */
    private final class Use implements Cursor {
        private final Pooled pooled;
        private boolean ended;
        private boolean closed;

        Use(Pooled pooled) {
            this.pooled = pooled;
        }

        @Override
        public List<Type> columnTypes() {
            return pooled.execution.columnTypes();
        }

        @Override
        public @Nullable Batch next() {
            if (closed) {
                return null;
            }
            var batch = pooled.execution.next();
            ended = batch == null;
            return batch;
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            pooled.execution.close();
            if (ended && pooled.execution.restartable()) {
                idle.put(pooled.plan, pooled);
            }
        }
    }
}
