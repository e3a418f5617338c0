package dev.quiverdb.server.session;

import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.execute.BatchSource;
import dev.quiverdb.execute.CatalogFunctions;
import dev.quiverdb.execute.ConstraintQueue;
import dev.quiverdb.execute.ExecutionContext;
import dev.quiverdb.execute.SessionFunctions;
import dev.quiverdb.execute.procedure.Routines;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Relation;
import dev.quiverdb.server.catalog.SystemRows;
import dev.quiverdb.storage.Sequences;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.spill.SpillDirectory;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one execution of a plan may ask of its session. */
final class StatementContext implements ExecutionContext {
    private final SessionState state;
    private Transaction transaction;
    private List<@Nullable Object> parameters;
    private @Nullable CatalogFunctions catalog;
    private final SessionFunctions session;
    private Plan.@Nullable VirtualScan givenScan;
    private @Nullable BatchSource givenRows;

    StatementContext(
            SessionState state,
            Transaction transaction,
            List<@Nullable Object> parameters,
            SessionFunctions session) {
        this.state = state;
        this.transaction = transaction;
        this.parameters = parameters;
        this.session = session;
    }

    /** Makes it that of another execution of the same plan. */
    void begin(Transaction newTransaction, List<@Nullable Object> newParameters) {
        transaction = newTransaction;
        parameters = newParameters;
        catalog = null;
    }

    @Override
    public Transaction transaction() {
        return transaction;
    }

    @Override
    public List<@Nullable Object> parameters() {
        return parameters;
    }

    @Override
    public TypeContext types() {
        return state.typeContext();
    }

    @Override
    public CatalogFunctions catalog() {
        var known = catalog;
        if (known == null) {
            known = state.catalogCalls();
            catalog = known;
        }
        return known;
    }

    @Override
    public SessionFunctions session() {
        return session;
    }

    @Override
    public Sequences sequences() {
        return state.database().storage().sequences();
    }

    @Override
    public Routines routines() {
        return state.routines();
    }

    @Override
    public ConstraintQueue constraints() {
        return state.transaction().constraints();
    }

    @Override
    public void checkCancelled() {
        state.checkCancelled();
    }

    @Override
    public long workMemoryBytes() {
        return state.hot().workMemoryBytes();
    }

    @Override
    public long hashMemoryBytes() {
        return (long) (workMemoryBytes() * state.settings().getDouble("hash_mem_multiplier"));
    }

    @Override
    public SpillDirectory spillDirectory() {
        return state.cluster().spillDirectory(state.database());
    }

    /** The same, with rows that one scan of the plan reads instead of a catalog relation's. */
    StatementContext withRows(Plan.VirtualScan scan, BatchSource rows) {
        givenScan = scan;
        givenRows = rows;
        return this;
    }

    @Override
    public @Nullable BatchSource givenRows(Plan.VirtualScan scan) {
        return scan.equals(givenScan) ? givenRows : null;
    }

    @Override
    public Iterator<@Nullable Object[]> virtualRows(Plan.VirtualScan scan) {
        return SystemRows.rows(scan.relationOid(), state.view());
    }

    @Override
    public Relation relation(int oid) {
        return state.relation(oid);
    }
}
