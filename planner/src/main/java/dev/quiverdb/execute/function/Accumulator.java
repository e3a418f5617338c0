package dev.quiverdb.execute.function;

import org.jspecify.annotations.Nullable;

/** The running state of one aggregate over one group. */
public interface Accumulator {
    /**
     * Takes the arguments of one row; nulls come through, an accumulator that is strict ignores
     * them.
     */
    void add(@Nullable Object[] arguments);

    /**
     * Takes back the arguments that came first of those that are left, as PostgreSQL's inverse
     * transition functions do; false where that cannot be done exactly: the aggregate is then to be
     * made anew.
     */
    default boolean remove(@Nullable Object[] arguments) {
        return false;
    }

    /** The aggregate so far; more rows may follow. */
    @Nullable Object result();

    /**
     * Ordered-set aggregates: the direct arguments, before {@link #result}. Rows then came in the
     * order of WITHIN GROUP.
     */
    default void direct(@Nullable Object[] arguments) {}
}
