package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.bind.Coercion.Context;
import dev.quiverdb.sql.parse.Expr;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/** Binds subscripts and field selections. */
final class Indirections {
    private final ExpressionBinder binder;
    private final State state;

    Indirections(ExpressionBinder binder) {
        this.binder = binder;
        this.state = binder.state;
    }

    RexNode bind(Expr.Indirection indirection) {
        return steps(binder.bind(indirection.operand()), indirection.steps(), indirection);
    }

    /** {@code (expression).*} in a target list or row. */
    List<ColumnReferences.Expanded> expand(Expr.Indirection indirection) {
        var steps = indirection.steps();
        var row =
                steps(
                        binder.bind(indirection.operand()),
                        steps.subList(0, steps.size() - 1),
                        indirection);
        return expandRow(state, row, indirection.offset());
    }

    static List<ColumnReferences.Expanded> expandRow(State state, RexNode row, int offset) {
        var fields = fields(row);
        if (fields == null) {
            throw ColumnReferences.notComposite(Coercion.type(row), offset);
        }
        var expanded = new ArrayList<ColumnReferences.Expanded>();
        for (var name : fields) {
            var value = field(state, row, name);
            if (value != null) {
                expanded.add(new ColumnReferences.Expanded(name, value));
            }
        }
        return expanded;
    }

    /** The row itself where it may be absent, for then all its fields are NULL too. */
    private static RexNode present(RexNode row) {
        return PgOperator.form(row) instanceof Form.PresentRow && row instanceof RexCall call
                ? call.getOperands().get(1)
                : row;
    }

    private static @Nullable List<String> fields(RexNode value) {
        var row = present(value);
        var type = Coercion.type(row).actual();
        if (type.form() == Type.Form.COMPOSITE) {
            return type.fields().stream().map(Type.Field::name).toList();
        }
        if (type.oid() == Oids.RECORD) {
            if (PgOperator.form(row) instanceof Form.Row) {
                var names = new ArrayList<String>();
                for (int i = 1; i <= ((RexCall) row).getOperands().size(); i++) {
                    names.add("f" + i);
                }
                return names;
            }
            if (!type.fields().isEmpty()) {
                return type.fields().stream().map(Type.Field::name).toList();
            }
        }
        return null;
    }

    /** A field of a row value by name; null if there is none. */
    static @Nullable RexNode field(State state, RexNode value, String name) {
        var row = present(value);
        var type = Coercion.type(row).actual();
        if (type.form() == Type.Form.COMPOSITE) {
            return named(row, type, name);
        }
        if (type.oid() == Oids.RECORD) {
            if (PgOperator.form(row) instanceof Form.Row && row instanceof RexCall call) {
                for (int i = 0; i < call.getOperands().size(); i++) {
                    if (name.equals("f" + (i + 1))) {
                        return call.getOperands().get(i);
                    }
                }
            }
            return named(row, type, name);
        }
        return null;
    }

    private static @Nullable RexNode named(RexNode row, Type type, String name) {
        var fields = type.fields();
        for (int i = 0; i < fields.size(); i++) {
            var field = fields.get(i);
            if (field.name().equals(name)) {
                return select(row, i, name, PgType.of(field.type(), field.typmod()));
            }
        }
        return null;
    }

    private static RexNode select(RexNode row, int field, String name, PgType type) {
        if (PgOperator.form(row) instanceof Form.Row && row instanceof RexCall call) {
            return call.getOperands().get(field);
        }
        return PgOperator.call(new Form.FieldSelect(field, name), type, row);
    }

    RexNode steps(RexNode value, List<? extends Expr.Step> steps, Expr at) {
        var result = value;
        int i = 0;
        while (i < steps.size()) {
            switch (steps.get(i)) {
                case Expr.Step.Field field -> {
                    result = selectField(result, field, at);
                    i++;
                }
                case Expr.Step.Star star ->
                        throw Errors.at(
                                star,
                                SqlState.FEATURE_NOT_SUPPORTED,
                                "row expansion via \"*\" is not supported here");
                case Expr.Step.Index ignored -> {
                    int end = subscriptsEnd(steps, i);
                    result = subscript(result, steps.subList(i, end), null, at.offset());
                    i = end;
                }
                case Expr.Step.Slice ignored -> {
                    int end = subscriptsEnd(steps, i);
                    result = subscript(result, steps.subList(i, end), null, at.offset());
                    i = end;
                }
            }
        }
        return result;
    }

    static int subscriptsEnd(List<? extends Expr.Step> steps, int start) {
        int end = start;
        while (end < steps.size()
                && (steps.get(end) instanceof Expr.Step.Index
                        || steps.get(end) instanceof Expr.Step.Slice)) {
            end++;
        }
        return end;
    }

    private RexNode selectField(RexNode row, Expr.Step.Field field, Expr at) {
        var found = field(state, row, field.name());
        if (found != null) {
            return found;
        }
        var call = new FunctionCalls(binder).attribute(field.name(), row, field.offset());
        if (call != null) {
            return call;
        }
        var type = Coercion.type(row);
        if (Coercion.isComplex(type)) {
            throw Errors.at(
                    at.offset(),
                    SqlState.UNDEFINED_COLUMN,
                    "column \""
                            + field.name()
                            + "\" not found in data type "
                            + type.formatType(-1));
        }
        if (type.oid() == Oids.RECORD) {
            throw Errors.at(
                    at.offset(),
                    SqlState.UNDEFINED_COLUMN,
                    "could not identify column \"" + field.name() + "\" in record data type");
        }
        throw Errors.at(
                at.offset(),
                SqlState.WRONG_OBJECT_TYPE,
                "column notation ."
                        + field.name()
                        + " applied to type "
                        + type.formatType(-1)
                        + ", which is not a composite type");
    }

    /**
     * transformContainerSubscripts; with {@code assigned} the container with that value put there.
     */
    RexNode subscript(
            RexNode container,
            List<? extends Expr.Step> steps,
            @Nullable RexNode assigned,
            int offset) {
        var type = Coercion.type(container).actual();
        boolean json = type.oid() == Oids.JSONB;
        var element = type.element();
        // A name is a row of characters, of which one may be read; the catalog's readers do so.
        boolean letter =
                type.oid() == Oids.NAME
                        && assigned == null
                        && steps.size() == 1
                        && steps.getFirst() instanceof Expr.Step.Index;
        if (!json && !letter && (element == null || !type.isArray())) {
            throw Errors.at(
                    offset,
                    SqlState.DATATYPE_MISMATCH,
                    "cannot subscript type "
                            + type.formatType(-1)
                            + " because it does not support subscripting");
        }
        boolean slices = steps.stream().anyMatch(step -> step instanceof Expr.Step.Slice);
        var brackets = new ArrayList<Form.Bracket>();
        var operands = new ArrayList<RexNode>();
        operands.add(container);
        for (var step : steps) {
            switch (step) {
                case Expr.Step.Index index -> {
                    var value = bound(index.index(), json);
                    if (slices) {
                        brackets.add(new Form.Bracket(true, true, true));
                        operands.add(PgOperator.constant(1, state.type(Oids.INT4), -1));
                    } else {
                        brackets.add(new Form.Bracket(false, false, true));
                    }
                    operands.add(value);
                }
                case Expr.Step.Slice slice -> {
                    if (json) {
                        throw Errors.at(
                                slice,
                                SqlState.DATATYPE_MISMATCH,
                                "jsonb subscript does not support slices");
                    }
                    var lower = slice.lower();
                    var upper = slice.upper();
                    brackets.add(new Form.Bracket(true, lower != null, upper != null));
                    if (lower != null) {
                        operands.add(bound(lower, false));
                    }
                    if (upper != null) {
                        operands.add(bound(upper, false));
                    }
                }
                case Expr.Step.Field ignored -> throw new AssertionError("only brackets");
                case Expr.Step.Star ignored -> throw new AssertionError("only brackets");
            }
        }
        int typmod = PgType.of(container).typmod();
        if (assigned != null) {
            operands.add(assigned);
            return PgOperator.call(
                    new Form.Subscript(brackets, true), PgType.of(type, typmod), operands);
        }
        var result =
                json || slices || element == null
                        ? PgType.of(type, typmod)
                        : PgType.of(element, typmod);
        return PgOperator.call(new Form.Subscript(brackets, false), result, operands);
    }

    private RexNode bound(Expr expression, boolean json) {
        var value = binder.bind(expression);
        if (json) {
            var type = Coercion.type(value);
            int target = Coercion.isUnknown(type) || type.category() == 'S' ? Oids.TEXT : Oids.INT4;
            var made =
                    state.coercion.coerce(
                            value,
                            PgType.of(target),
                            Context.ASSIGNMENT,
                            Form.Syntax.IMPLICIT_CAST,
                            expression.offset());
            if (made == null) {
                throw Errors.at(
                                expression,
                                SqlState.DATATYPE_MISMATCH,
                                "subscript type " + type.formatType(-1) + " is not supported")
                        .withHint("jsonb subscript must be coercible to either integer or text.");
            }
            return target == Oids.TEXT
                    ? made
                    : PgOperator.call(
                            new Form.CoerceViaText(Form.Syntax.IMPLICIT_CAST),
                            PgType.of(Oids.TEXT),
                            made);
        }
        var made =
                state.coercion.coerce(
                        value,
                        PgType.of(Oids.INT4),
                        Context.ASSIGNMENT,
                        Form.Syntax.IMPLICIT_CAST,
                        expression.offset());
        if (made == null) {
            throw Errors.at(
                    expression,
                    SqlState.DATATYPE_MISMATCH,
                    "array subscript must have type integer");
        }
        return made;
    }
}
