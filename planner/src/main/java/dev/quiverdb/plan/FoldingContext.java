package dev.quiverdb.plan;

import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.execute.CatalogFunctions;
import dev.quiverdb.execute.ConstraintQueue;
import dev.quiverdb.execute.ExecutionContext;
import dev.quiverdb.execute.SessionFunctions;
import dev.quiverdb.execute.procedure.Routines;
import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.storage.Sequences;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.spill.SpillDirectory;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a function may ask while its call is worked out ahead: how values are read and printed, and
 * nothing of the world, which an immutable function does not look at. One that asks all the same is
 * {@link Unknown} until it runs.
 */
final class FoldingContext implements ExecutionContext {
    /** Somebody asked for what is known only when the statement runs. */
    static final class Unknown extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unknown() {
            super("not known before the statement runs", null, false, false);
        }
    }

    private static final long WORK_MEMORY_BYTES = 4L << 20;

    private final BindContext bind;

    FoldingContext(BindContext bind) {
        this.bind = bind;
    }

    @Override
    public TypeContext types() {
        return bind.types();
    }

    @Override
    public void checkCancelled() {
        bind.checkCancelled().run();
    }

    @Override
    public long workMemoryBytes() {
        return WORK_MEMORY_BYTES;
    }

    @Override
    public Transaction transaction() {
        throw new Unknown();
    }

    @Override
    public List<@Nullable Object> parameters() {
        throw new Unknown();
    }

    @Override
    public CatalogFunctions catalog() {
        throw new Unknown();
    }

    @Override
    public SessionFunctions session() {
        throw new Unknown();
    }

    @Override
    public Sequences sequences() {
        throw new Unknown();
    }

    @Override
    public Routines routines() {
        throw new Unknown();
    }

    @Override
    public ConstraintQueue constraints() {
        throw new Unknown();
    }

    @Override
    public SpillDirectory spillDirectory() {
        throw new Unknown();
    }

    @Override
    public Iterator<@Nullable Object[]> virtualRows(Plan.VirtualScan scan) {
        throw new Unknown();
    }

    @Override
    public Relation relation(int oid) {
        throw new Unknown();
    }
}
