package dev.quiverdb.execute;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Constraint checks that wait for the end of the transaction, or for SET CONSTRAINTS ... IMMEDIATE.
 * One for each transaction; the session calls {@link #runAll} before commit. Rolling back to a
 * savepoint drops what was queued since, by {@link #mark} and {@link #rollbackTo}.
 */
public final class ConstraintQueue {
    /** One check; it reads the newest state and throws if the constraint does not hold. */
    public interface Check {
        /** pg_constraint.oid. */
        int constraint();

        /** The table whose rows it is about, by pg_class.oid. */
        int table();

        void run(ExecutionContext context);
    }

    private final List<Check> waiting = new ArrayList<>();
    private final Map<Integer, Boolean> modes = new HashMap<>();
    private @Nullable Boolean allDeferred;

    /** Whether it is as new. */
    public boolean isUnused() {
        return waiting.isEmpty() && modes.isEmpty() && allDeferred == null;
    }

    /** Whether checks of a constraint wait now. */
    public boolean deferred(int constraint, boolean deferrable, boolean initiallyDeferred) {
        if (!deferrable) {
            return false;
        }
        var mode = modes.get(constraint);
        if (mode == null) {
            mode = allDeferred;
        }
        return mode == null ? initiallyDeferred : mode;
    }

    /** Whether checks of rows of a table wait. */
    public boolean waitsFor(int relation) {
        return waiting.stream().anyMatch(check -> check.table() == relation);
    }

    public void add(Check check) {
        waiting.add(check);
    }

    /** SET CONSTRAINTS ALL. Making them immediate runs what waits. */
    public void setAll(boolean deferred, ExecutionContext context) {
        modes.clear();
        allDeferred = deferred;
        if (!deferred) {
            runAll(context);
        }
    }

    /** SET CONSTRAINTS name. */
    public void set(int constraint, boolean deferred, ExecutionContext context) {
        modes.put(constraint, deferred);
        if (!deferred) {
            var now = waiting.stream().filter(check -> check.constraint() == constraint).toList();
            now.forEach(check -> check.run(context));
            waiting.removeAll(now);
        }
    }

    /** Runs and forgets everything; the first failure ends it. */
    public void runAll(ExecutionContext context) {
        for (int index = 0; index < waiting.size(); index++) {
            waiting.get(index).run(context);
        }
        waiting.clear();
    }

    public int mark() {
        return waiting.size();
    }

    public void rollbackTo(int mark) {
        while (waiting.size() > mark) {
            waiting.removeLast();
        }
    }
}
