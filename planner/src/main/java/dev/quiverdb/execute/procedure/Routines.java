package dev.quiverdb.execute.procedure;

import dev.quiverdb.execute.expression.FunctionRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs the statements of functions. The session implements it, for it binds and plans them. */
public interface Routines {
    /**
     * Calls a function: its statements run to their end.
     *
     * @return the values of the rows that its last statement gave, a {@code RecordValue} for each
     *     where it returns rows; at most one where the function returns no set
     */
    List<@Nullable Object> call(FunctionRef function, @Nullable Object[] arguments);
}
