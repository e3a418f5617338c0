package dev.quiverdb.execute.expression;

import dev.quiverdb.execute.expression.Expression.Call;
import dev.quiverdb.execute.function.CallContext;
import dev.quiverdb.execute.function.Implementation;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A select list with set-returning calls. Calls run in lockstep for each input row; where one is
 * nested in another call or expression, the outer part is evaluated for each of its values.
 */
public final class SetExpressions {
    /** A set-returning call and its values for the current row. */
    private static final class Set {
        final int slot;
        final Implementation.Rows rows;
        final CallContext context;
        final Evaluator[] arguments;

        /** Sets that stand in the arguments; this one starts anew for each of their rows. */
        final List<Set> inner;

        @Nullable Iterator<? extends @Nullable Object> values;

        Set(
                int slot,
                Implementation.Rows rows,
                CallContext context,
                Evaluator[] arguments,
                List<Set> inner) {
            this.slot = slot;
            this.rows = rows;
            this.context = context;
            this.arguments = arguments;
            this.inner = inner;
        }
    }

    private final Frame frame;
    private final Compiler compiler;
    private final Evaluator[] expressions;
    private final List<Set> sets = new ArrayList<>();
    private int nextSlot = FIRST_SLOT;

    /** Slots of the binder are far below. */
    private static final int FIRST_SLOT = 1 << 12;

    public SetExpressions(List<Expression> list, Compiler compiler) {
        this.compiler = compiler;
        frame = compiler.frame();
        expressions = new Evaluator[list.size()];
        for (int i = 0; i < expressions.length; i++) {
            expressions[i] =
                    compiler.compile(Rewriter.rewrite(list.get(i), call -> extract(call, sets)));
        }
    }

    /** Replaces a set-returning call by the slot that will hold its value. */
    private @Nullable Expression extract(Expression expression, List<Set> into) {
        if (!(expression instanceof Call call) || !call.function().returnsSet()) {
            return null;
        }
        var inner = new ArrayList<Set>();
        var arguments = new Evaluator[call.arguments().size()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] =
                    compiler.compile(
                            Rewriter.rewrite(
                                    call.arguments().get(i), nested -> extract(nested, inner)));
        }
        var context =
                new CallContext(
                        frame.context(), call.function(), call.typmod(), call.variadicArray());
        int slot = nextSlot++;
        into.add(new Set(slot, TableCalls.rows(call.function()), context, arguments, inner));
        return new Expression.Slot(slot, call.type(), call.typmod());
    }

    /** Starts all sets for an input row. */
    public void begin(Row row) {
        for (var set : sets) {
            start(set, row);
        }
    }

    private void start(Set set, Row row) {
        for (var inner : set.inner) {
            start(inner, row);
        }
        set.values = null;
        if (set.inner.isEmpty()) {
            set.values = TableCalls.call(set.rows, set.context, set.arguments, row);
        }
    }

    /** The next row of values, or null when all sets have ended. */
    public @Nullable Object @Nullable [] next(Row row) {
        boolean any = false;
        for (var set : sets) {
            any |= advance(set, row);
        }
        if (!any) {
            return null;
        }
        @Nullable Object[] values = new @Nullable Object[expressions.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = expressions[i].value(row);
        }
        return values;
    }

    private boolean advance(Set set, Row row) {
        while (true) {
            var values = set.values;
            if (values != null && values.hasNext()) {
                frame.setSlot(set.slot, values.next());
                return true;
            }
            boolean more = false;
            for (var inner : set.inner) {
                more |= advance(inner, row);
            }
            if (!more) {
                frame.setSlot(set.slot, null);
                return false;
            }
            set.values = TableCalls.call(set.rows, set.context, set.arguments, row);
        }
    }
}
