package dev.quiverdb.execute.function;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.execute.ExecutionContext;
import dev.quiverdb.execute.expression.FunctionRef;
import org.jspecify.annotations.Nullable;

/**
 * What a function knows at one place in a plan: its types, the execution, and room to remember
 * something between calls (a compiled pattern). One for each call site and execution.
 */
public final class CallContext {
    private final ExecutionContext execution;
    private final FunctionRef function;
    private final int typmod;
    private final boolean variadicArray;
    private @Nullable Object memoKey;
    private @Nullable Object memo;

    public CallContext(
            ExecutionContext execution, FunctionRef function, int typmod, boolean variadicArray) {
        this.execution = execution;
        this.function = function;
        this.typmod = typmod;
        this.variadicArray = variadicArray;
    }

    public ExecutionContext execution() {
        return execution;
    }

    public TypeContext types() {
        return execution.types();
    }

    public FunctionRef function() {
        return function;
    }

    public int typmod() {
        return typmod;
    }

    /** Whether the last argument was written VARIADIC. */
    public boolean variadicArray() {
        return variadicArray;
    }

    public Type argumentType(int index) {
        return function.argumentTypes().get(index);
    }

    public Type resultType() {
        return function.resultType();
    }

    /** What was remembered under an equal key, made anew for another. */
    @SuppressWarnings("unchecked")
    public <T> T memo(Object key, java.util.function.Supplier<T> make) {
        if (memo == null || !key.equals(memoKey)) {
            memo = make.get();
            memoKey = key;
        }
        return (T) memo;
    }
}
