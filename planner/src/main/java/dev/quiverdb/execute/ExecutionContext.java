package dev.quiverdb.execute;

import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.execute.procedure.Routines;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Relation;
import dev.quiverdb.storage.Sequences;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.spill.SpillDirectory;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one execution of a plan may know of the world around it: made by the session for each
 * execution. Used by one thread at a time.
 */
public interface ExecutionContext {
    Transaction transaction();

    /** Values of {@code $1...}, already of the plan's parameter types. */
    List<@Nullable Object> parameters();

    /** Time zone, date style and names, for input and output functions. */
    TypeContext types();

    CatalogFunctions catalog();

    SessionFunctions session();

    Sequences sequences();

    /** Runs functions whose bodies are statements. */
    Routines routines();

    /** Constraints checked at the end of the statement or transaction. */
    ConstraintQueue constraints();

    /** Throws 57014 if the statement was cancelled or has timed out. Called for every batch. */
    void checkCancelled();

    /** work_mem: what one sort or other working table may keep in memory. */
    long workMemoryBytes();

    /** work_mem times hash_mem_multiplier: what one hash table may keep in memory. */
    default long hashMemoryBytes() {
        return workMemoryBytes();
    }

    /** Where spill files are made; they go when the execution ends, or the process. */
    SpillDirectory spillDirectory();

    /** Rows of a catalog relation: all its columns, in the order of its definition. */
    Iterator<@Nullable Object[]> virtualRows(Plan.VirtualScan scan);

    /** Rows that one scan of the plan reads instead of a catalog relation's; else null. */
    default @Nullable BatchSource givenRows(Plan.VirtualScan scan) {
        return null;
    }

    /** A table that a foreign key's action must read or change, by pg_class.oid. */
    Relation relation(int oid);
}
