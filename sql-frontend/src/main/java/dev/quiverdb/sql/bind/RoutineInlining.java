package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.QueryBody;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * Puts the body of a function in SQL in the place of its call where that cannot be told from
 * calling it, after inline_function and inline_set_returning_function.
 */
final class RoutineInlining {
    private static final int NESTING_MAX = 20;

    /** Functions whose bodies are being put in: one that calls itself is called. */
    private static final ScopedValue<List<Integer>> ACTIVE = ScopedValue.newInstance();

    private final State state;

    RoutineInlining(State state) {
        this.state = state;
    }

    /** Arguments as the expressions that the call was given; counts how often each is used. */
    private static final class ByExpression implements RoutineNames {
        private final Function function;
        private final List<RexNode> operands;
        final int[] used;

        ByExpression(Function function, List<RexNode> operands) {
            this.function = function;
            this.operands = operands;
            used = new int[operands.size()];
        }

        @Override
        public Function function() {
            return function;
        }

        @Override
        public @Nullable RexNode argument(State state, int index, int offset) {
            if (index >= operands.size()) {
                return null;
            }
            used[index]++;
            return operands.get(index);
        }
    }

    /** What may not be called is not inlined, so that the call says so. */
    private boolean mayInline(Function function) {
        return (function.acl() == null
                        || AccessControl.allows(
                                state.catalog,
                                AccessControl.Subject.of(function),
                                state.context.role(),
                                'X'))
                && function.isRoutine()
                && function.language() == Function.SQL
                && function.kind() == 'f'
                && !function.strict()
                && !function.securityDefiner()
                && function.configuration().isEmpty();
    }

    private static List<Integer> active() {
        return ACTIVE.isBound() ? ACTIVE.get() : List.of();
    }

    private static List<Integer> with(Function function) {
        var longer = new ArrayList<>(active());
        longer.add(function.oid());
        return longer;
    }

    private @Nullable Query body(Function function) {
        var active = active();
        if (active.size() > NESTING_MAX || active.contains(function.oid())) {
            return null;
        }
        var statements = RoutineBinder.statements(function);
        return statements.size() == 1 && statements.getFirst() instanceof Query query
                ? query
                : null;
    }

    private State inside(RoutineBinder binder, ByExpression names) {
        var inner = state.within(binder.context());
        inner.routine = names;
        return inner;
    }

    private RoutineBinder binder(Function function, List<RexNode> operands) {
        return new RoutineBinder(
                function, operands.stream().map(Coercion::type).toList(), state.context);
    }

    /** The value that a call of a function without set is; null where it must be called. */
    @Nullable RexNode value(RexNode node) {
        if (!state.inlines
                || !(PgOperator.form(node) instanceof Form.Call form)
                || !mayInline(form.function())
                || OutColumns.count(form.function()) > 1) {
            return null;
        }
        var function = form.function();
        var operands = ((RexCall) node).getOperands();
        try {
            var query = body(function);
            var target = query == null ? null : simpleTarget(query);
            if (target == null) {
                return null;
            }
            return ScopedValue.where(ACTIVE, with(function))
                    .call(() -> value(node, function, operands, target));
        } catch (SqlException error) {
            return null; // The call will say what is wrong.
        }
    }

    private @Nullable RexNode value(
            RexNode node, Function function, List<RexNode> operands, Expr target) {
        var names = new ByExpression(function, operands);
        var binder = binder(function, operands);
        var inner = inside(binder, names);
        var scope = new Scope(inner, null, null);
        scope.frame = new Scope.RowFrame(inner.nextCorrelation(), 0);
        var bound =
                inner.coercion.unknownToText(
                        new ExpressionBinder(inner, scope, ExpressionKind.SELECT_TARGET)
                                .bind(target));
        if (Expressions.hasSubLink(bound)
                || Expressions.hasAggregate(bound)
                || Expressions.hasWindow(bound)
                || Expressions.returnsSet(bound)
                || function.volatility() == 'i' && !Expressions.isImmutable(bound)
                || function.volatility() == 's' && Expressions.isVolatile(bound)) {
            return null;
        }
        for (int i = 0; i < operands.size(); i++) {
            boolean once = names.used[i] == 1;
            if (!once && !isLeaf(operands.get(i))) {
                return null;
            }
        }
        var wanted = PgType.of(node);
        if (Coercion.type(bound).oid() == wanted.type().oid()) {
            return bound;
        }
        return state.coercion.coerce(
                bound,
                PgType.of(wanted.type(), -1),
                Coercion.Context.ASSIGNMENT,
                Form.Syntax.IMPLICIT_CAST,
                -1);
    }

    /** What costs nothing to evaluate twice, and nothing is lost when it is not. */
    private static boolean isLeaf(RexNode node) {
        return node instanceof RexInputRef
                || node instanceof RexFieldAccess
                || node instanceof RexDynamicParam
                || PgOperator.form(node) instanceof Form.Constant
                || PgOperator.form(node) instanceof Form.Relabel
                        && isLeaf(((RexCall) node).getOperands().getFirst());
    }

    private static @Nullable Expr simpleTarget(Query query) {
        boolean plain =
                query.with() == null
                        && query.orderBy().isEmpty()
                        && query.limitCount() == null
                        && query.limitOffset() == null
                        && query.locking().isEmpty();
        if (!plain
                || !(query.body() instanceof QueryBody.Select select)
                || !select.from().isEmpty()
                || select.where() != null
                || !select.groupBy().isEmpty()
                || select.having() != null
                || !select.windows().isEmpty()
                || select.distinct()
                || !select.distinctOn().isEmpty()
                || select.into() != null
                || select.targets().size() != 1) {
            return null;
        }
        var target = select.targets().getFirst().expression();
        return target instanceof Expr.ColumnRef column && column.star() ? null : target;
    }

    /** The query that a set-returning call in FROM is; null where it must be called. */
    @Nullable BoundQuery rows(RexNode node, int columns) {
        if (!state.inlines
                || !(PgOperator.form(node) instanceof Form.Call form)
                || !mayInline(form.function())
                || !form.function().returnsSet()
                || form.function().volatility() == 'v') {
            return null;
        }
        var function = form.function();
        var operands = ((RexCall) node).getOperands();
        if (operands.stream().anyMatch(Expressions::isVolatile)) {
            return null;
        }
        try {
            var query = body(function);
            if (query == null) {
                return null;
            }
            return ScopedValue.where(ACTIVE, with(function))
                    .call(() -> rows(query, function, operands, columns));
        } catch (SqlException error) {
            return null; // The call will say what is wrong.
        }
    }

    private @Nullable BoundQuery rows(
            Query query, Function function, List<RexNode> operands, int columns) {
        QueryBinder.forbidInto(query);
        var binder = binder(function, operands);
        var inner = inside(binder, new ByExpression(function, operands));
        var bound = new QueryBinder(inner, null, null).bind(query);
        var fitted = binder.fit(inner, bound);
        boolean composite =
                fitted.shape() == RoutineBinder.Shape.VALUE
                        && Coercion.isComplex(fitted.query().types().getFirst().type());
        return fitted.shape() == RoutineBinder.Shape.VOID
                        || composite
                        || fitted.query().types().size() != columns
                ? null
                : fitted.query();
    }
}
