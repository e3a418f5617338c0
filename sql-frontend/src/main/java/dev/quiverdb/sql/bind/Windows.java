package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.Form.Syntax;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.bind.Coercion.Context;
import dev.quiverdb.sql.catalog.AccessMethod;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Expr;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/** The window definitions of one query, after transformWindowDefinitions. */
final class Windows {
    private static final int IN_RANGE = 3;

    /** A definition with its expressions bound over the query's row. */
    record Definition(
            @Nullable String name,
            List<RexNode> partition,
            List<Form.Order> order,
            List<RexNode> orderExpressions,
            PgRel.Frame frame,
            boolean framed) {
        boolean sameAs(Definition other) {
            return partition.equals(other.partition)
                    && order.equals(other.order)
                    && orderExpressions.equals(other.orderExpressions)
                    && frame.equals(other.frame);
        }
    }

    private final State state;
    private final List<Clause.Window> clauses;
    private final List<Definition> definitions = new ArrayList<>();

    Windows(State state, List<Clause.Window> clauses) {
        this.state = state;
        this.clauses = clauses;
    }

    List<Definition> definitions() {
        return definitions;
    }

    void replace(int index, Definition definition) {
        definitions.set(index, definition);
    }

    /** The position of the definition that an OVER means. */
    int use(Clause.Window over, ExpressionBinder binder) {
        var name = over.name();
        Definition wanted;
        if (name != null) {
            wanted = named(name, over.offset(), binder, clauses.size());
        } else {
            wanted = define(over, binder, clauses.size(), false);
        }
        for (int i = 0; i < definitions.size(); i++) {
            if (definitions.get(i).sameAs(wanted)) {
                return i;
            }
        }
        definitions.add(wanted);
        return definitions.size() - 1;
    }

    /** Binds the WINDOW clause even where nobody uses it, so that its errors are found. */
    void check(ExpressionBinder binder) {
        for (int i = 0; i < clauses.size(); i++) {
            for (int j = 0; j < i; j++) {
                var name = clauses.get(i).name();
                if (name != null && name.equals(clauses.get(j).name())) {
                    throw Errors.at(
                            clauses.get(i),
                            SqlState.WINDOWING_ERROR,
                            "window \"" + name + "\" is already defined");
                }
            }
            define(clauses.get(i), binder, i, true);
        }
    }

    private Definition named(String name, int offset, ExpressionBinder binder, int limit) {
        for (int i = 0; i < limit; i++) {
            if (name.equals(clauses.get(i).name())) {
                return define(clauses.get(i), binder, i, true);
            }
        }
        throw Errors.at(
                offset, SqlState.UNDEFINED_OBJECT, "window \"" + name + "\" does not exist");
    }

    private Definition define(
            Clause.Window window, ExpressionBinder outer, int limit, boolean clause) {
        var binder = outer.as(ExpressionKind.WINDOW);
        var refName = window.refName();
        var base = refName == null ? null : named(refName, window.offset(), outer, limit);
        var partition = new ArrayList<RexNode>();
        for (var item : window.partitionBy()) {
            var value = state.coercion.unknownToText(binder.bind(item));
            Sorting.requireEquality(state, value, item.offset());
            partition.add(value);
        }
        var order = new ArrayList<Form.Order>();
        var orderExpressions = new ArrayList<RexNode>();
        for (var item : window.orderBy()) {
            var value = state.coercion.unknownToText(binder.bind(item.expression()));
            order.add(Sorting.order(state, item, value));
            orderExpressions.add(value);
        }
        if (base != null) {
            if (!partition.isEmpty()) {
                throw Errors.at(
                        window,
                        SqlState.WINDOWING_ERROR,
                        "cannot override PARTITION BY clause of window \"" + refName + "\"");
            }
            if (!order.isEmpty() && !base.order.isEmpty()) {
                throw Errors.at(
                        window,
                        SqlState.WINDOWING_ERROR,
                        "cannot override ORDER BY clause of window \"" + refName + "\"");
            }
            if (base.framed && (clause || window.frame() != null || !order.isEmpty())) {
                throw Errors.at(
                        window,
                        SqlState.WINDOWING_ERROR,
                        "cannot copy window \"" + refName + "\" because it has a frame clause");
            }
            partition = new ArrayList<>(base.partition);
            if (order.isEmpty()) {
                order = new ArrayList<>(base.order);
                orderExpressions = new ArrayList<>(base.orderExpressions);
            }
        }
        var frame = window.frame();
        return new Definition(
                clause ? window.name() : null,
                partition,
                order,
                orderExpressions,
                frame == null ? PgRel.Frame.DEFAULT : frame(frame, binder, order, orderExpressions),
                frame != null);
    }

    private PgRel.Frame frame(
            Clause.Frame frame,
            ExpressionBinder binder,
            List<Form.Order> order,
            List<RexNode> orderExpressions) {
        if (frame.mode() == Clause.FrameMode.GROUPS && order.isEmpty()) {
            throw Errors.at(
                    frame, SqlState.WINDOWING_ERROR, "GROUPS mode requires an ORDER BY clause");
        }
        var start = offset(frame, frame.startOffset(), binder, orderExpressions);
        var end = offset(frame, frame.endOffset(), binder, orderExpressions);
        return new PgRel.Frame(
                frame.mode().name(),
                bound(frame.startBound()),
                start == null ? null : start.value,
                bound(frame.endBound()),
                end == null ? null : end.value,
                frame.exclusion().name(),
                start == null ? 0 : start.inRange,
                end == null ? 0 : end.inRange);
    }

    private record Offset(RexNode value, int inRange) {}

    private static PgRel.Bound bound(Clause.BoundKind kind) {
        return switch (kind) {
            case UNBOUNDED_PRECEDING -> PgRel.Bound.UNBOUNDED_PRECEDING;
            case OFFSET_PRECEDING -> PgRel.Bound.PRECEDING;
            case CURRENT_ROW -> PgRel.Bound.CURRENT_ROW;
            case OFFSET_FOLLOWING -> PgRel.Bound.FOLLOWING;
            case UNBOUNDED_FOLLOWING -> PgRel.Bound.UNBOUNDED_FOLLOWING;
        };
    }

    private @Nullable Offset offset(
            Clause.Frame frame,
            @Nullable Expr expression,
            ExpressionBinder binder,
            List<RexNode> orderExpressions) {
        if (expression == null) {
            return null;
        }
        var value = binder.bind(expression);
        var mode = frame.mode().name();
        if (Expressions.hasColumn(value)) {
            throw Errors.at(
                    expression,
                    SqlState.INVALID_COLUMN_REFERENCE,
                    "argument of " + mode + " must not contain variables");
        }
        if (frame.mode() != Clause.FrameMode.RANGE) {
            return new Offset(
                    state.coercion.toSpecific(value, Oids.INT8, mode, expression.offset()), 0);
        }
        if (orderExpressions.size() != 1) {
            throw Errors.at(
                    frame,
                    SqlState.WINDOWING_ERROR,
                    "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column");
        }
        return range(value, Coercion.type(orderExpressions.getFirst()), expression.offset());
    }

    private Offset range(RexNode value, Type sorted, int offset) {
        var operatorClass = state.catalog.defaultOperatorClass(AccessMethod.BTREE, sorted);
        var given = Coercion.type(value);
        Type chosen = null;
        int function = 0;
        int matches = 0;
        if (operatorClass != null) {
            for (var support : state.catalog.support(operatorClass.family())) {
                if (support.number() != IN_RANGE || support.left() != operatorClass.inputType()) {
                    continue;
                }
                var right = state.type(support.right());
                if (!Coercion.isUnknown(given) && right.oid() == given.oid()) {
                    chosen = right;
                    function = support.function();
                    matches = 1;
                    break;
                }
                boolean preferredUnknown =
                        Coercion.isUnknown(given) && right.oid() == operatorClass.inputType();
                if (preferredUnknown) {
                    chosen = right;
                    function = support.function();
                    matches = 1;
                    break;
                }
                if (state.coercion.canCoerce(given, right, Context.IMPLICIT)) {
                    matches++;
                    chosen = right;
                    function = support.function();
                }
            }
        }
        if (chosen == null) {
            throw Errors.at(
                    offset,
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "RANGE with offset PRECEDING/FOLLOWING is not supported for column type "
                            + sorted.formatType(-1)
                            + " and offset type "
                            + given.formatType(-1));
        }
        if (matches > 1) {
            throw Errors.at(
                            offset,
                            SqlState.FEATURE_NOT_SUPPORTED,
                            "RANGE with offset PRECEDING/FOLLOWING has multiple interpretations for column type "
                                    + sorted.formatType(-1)
                                    + " and offset type "
                                    + given.formatType(-1))
                    .withHint("Cast the offset value to the exact intended type.");
        }
        var made =
                state.coercion.coerce(
                        value,
                        PgType.of(chosen, -1),
                        Context.IMPLICIT,
                        Syntax.IMPLICIT_CAST,
                        offset);
        if (made == null) {
            throw new IllegalStateException("a possible coercion failed");
        }
        return new Offset(made, function);
    }
}
