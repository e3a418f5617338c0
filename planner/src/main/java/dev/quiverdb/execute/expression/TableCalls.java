package dev.quiverdb.execute.expression;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.execute.function.CallContext;
import dev.quiverdb.execute.function.Implementation;
import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Calls of functions that return sets. */
public final class TableCalls {
    static Implementation.Rows rows(FunctionRef function) {
        if (Compiler.implementation(function) instanceof Implementation.Rows rows) {
            return rows;
        }
        throw SqlException.notSupported(
                "function " + Compiler.describe(function) + " is not supported yet");
    }

    static Iterator<? extends @Nullable Object> call(
            Implementation.Rows rows, CallContext context, Evaluator[] arguments, Row row) {
        @Nullable Object[] values = new @Nullable Object[arguments.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = arguments[i].value(row);
        }
        if (context.function().strict() && Calls.hasNull(values)) {
            return Collections.emptyIterator();
        }
        return rows.call(context, values);
    }

    /** A function in FROM: its rows, of one value each; a function of no set gives one. */
    public static Iterator<? extends @Nullable Object> open(
            Expression expression, Compiler compiler) {
        if (expression instanceof Expression.Call call && call.function().returnsSet()) {
            var context =
                    new CallContext(
                            compiler.frame().context(),
                            call.function(),
                            call.typmod(),
                            call.variadicArray());
            return call(
                    rows(call.function()),
                    context,
                    compiler.compileAll(call.arguments()),
                    Row.NONE);
        }
        return Collections.<@Nullable Object>singletonList(
                        compiler.compile(expression).value(Row.NONE))
                .iterator();
    }

    private TableCalls() {}
}
