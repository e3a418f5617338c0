package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.Form.Syntax;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.algebra.SubLink;
import dev.quiverdb.sql.bind.Coercion.Context;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Dml;
import dev.quiverdb.sql.parse.Expr;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * Values on their way into a table's columns, after transformAssignedExpr and rewriteTargetListIU.
 */
final class Assignments {
    /** A column to assign to, or a part of it. */
    record Target(
            Column column,
            int position,
            List<Expr.Step> indirection,
            int offset,
            UpdatableView.@Nullable Column through) {
        Target(Column column, int position, List<Expr.Step> indirection, int offset) {
            this(column, position, indirection, offset, null);
        }

        PgType type(State state) {
            return PgType.of(state.type(column.type()), column.typmod());
        }

        /** The type of the part that is assigned to; of the whole where there is no such part. */
        PgType partType(State state) {
            var part = type(state);
            for (int at = 0; at < indirection.size(); ) {
                PgType next = null;
                if (indirection.get(at) instanceof Expr.Step.Field field) {
                    at++;
                    for (var each : part.type().actual().fields()) {
                        if (each.name().equals(field.name())) {
                            next = PgType.of(each.type(), each.typmod());
                        }
                    }
                } else {
                    int end = Indirections.subscriptsEnd(indirection, at);
                    next = subscripted(part, indirection.subList(at, end));
                    at = end;
                }
                if (next == null) {
                    return type(state);
                }
                part = next;
            }
            return part;
        }

        /** Puts a value at its place; parts of one column are combined. */
        void put(List<@Nullable RexNode> values, RexNode value, Assignments assignments) {
            if (indirection.isEmpty()) {
                if (values.get(position) != null) {
                    // Two columns of a view may be one of the table's.
                    throw twice(column);
                }
                values.set(position, value);
                return;
            }
            var old = values.get(position);
            var base =
                    old == null
                            ? PgOperator.constant(null, type(assignments.state).type(), -1)
                            : unchecked(old);
            values.set(position, assignments.whole(assignments.store(base, this, value), this));
        }
    }

    private final State state;
    private final Relation relation;
    private final AccessMarks access;

    /** The view that the statement names in place of the table. */
    private final @Nullable UpdatableView view;

    Assignments(State state, Relation relation, AccessMarks access) {
        this(state, relation, access, null);
    }

    Assignments(State state, Relation relation, AccessMarks access, @Nullable UpdatableView view) {
        this.state = state;
        this.relation = relation;
        this.access = access;
        this.view = view;
    }

    /** The columns of an INSERT: those named, else all that are live. */
    List<Target> insertColumns(List<Clause.AssignTarget> named) {
        var targets = new ArrayList<Target>();
        var through = view;
        if (named.isEmpty() && through != null) {
            for (var column : through.columns()) {
                targets.add(target(column, List.of(), -1));
            }
            return targets;
        }
        if (named.isEmpty()) {
            var live = relation.liveColumns();
            for (int i = 0; i < live.size(); i++) {
                targets.add(new Target(live.get(i), i, List.of(), -1));
            }
            return targets;
        }
        var whole = new HashSet<Integer>();
        var parts = new HashSet<Integer>();
        for (var name : named) {
            var target = target(name);
            var shown = target.through();
            int number =
                    view != null && shown != null
                            ? view.columns().indexOf(shown)
                            : target.column().number();
            boolean twice =
                    target.indirection().isEmpty()
                            ? whole.contains(number) || parts.contains(number)
                            : whole.contains(number);
            if (twice) {
                throw Errors.at(
                        name,
                        SqlState.DUPLICATE_COLUMN,
                        "column \"" + name.name() + "\" specified more than once");
            }
            (target.indirection().isEmpty() ? whole : parts).add(number);
            targets.add(target);
        }
        return targets;
    }

    private static SqlException twice(Column column) {
        return new SqlException(
                SqlState.SYNTAX_ERROR,
                "multiple assignments to same column \"" + column.name() + "\"");
    }

    /** A column of the view; one that is none of the table's is of no position. */
    private Target target(UpdatableView.Column column, List<Expr.Step> indirection, int offset) {
        int number = column.base();
        var own =
                number == 0
                        ? Column.of(
                                -1,
                                column.name(),
                                column.type().type().oid(),
                                column.type().typmod(),
                                0,
                                false)
                        : relation.column(number);
        return new Target(
                own,
                number == 0 ? -1 : Positions.of(relation, number),
                indirection,
                offset,
                column);
    }

    /** Marks the change of a column of the view, where there is one; 0A000 if it cannot be. */
    private void change(Target target, boolean insert) {
        var column = target.through();
        if (view != null && column != null) {
            view.change(column, insert);
        }
    }

    private Target target(Clause.AssignTarget name) {
        var through = view == null ? null : view.column(name.name());
        if (through != null) {
            return target(through, List.copyOf(name.indirection()), name.offset());
        }
        var column = view != null ? null : relation.column(name.name());
        if (column == null) {
            if (SystemColumn.isName(name.name())) {
                throw Errors.at(
                        name,
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "cannot assign to system column \"" + name.name() + "\"");
            }
            throw Errors.at(
                    name,
                    SqlState.UNDEFINED_COLUMN,
                    "column \""
                            + name.name()
                            + "\" of relation \""
                            + (view == null ? relation.name() : view.name())
                            + "\" does not exist");
        }
        return new Target(
                column,
                Positions.of(relation, column.number()),
                List.copyOf(name.indirection()),
                name.offset());
    }

    /** A value for INSERT: checked against identity and generated columns, converted. */
    RexNode insertValue(Target target, RexNode value, Dml.Overriding overriding, int offset) {
        change(target, true);
        var column = target.column();
        access.insert(column.number());
        boolean isDefault = PgOperator.form(value) instanceof Form.Default;
        if (column.isGenerated() && !isDefault) {
            throw new SqlException(
                            SqlState.GENERATED_ALWAYS,
                            "cannot insert a non-DEFAULT value into column \""
                                    + column.name()
                                    + "\"")
                    .withDetail("Column \"" + column.name() + "\" is a generated column.");
        }
        if (column.hasIdentity() && !isDefault) {
            if (overriding == Dml.Overriding.USER_VALUE) {
                return defaultValue(column);
            }
            if (column.identity() == 'a' && overriding != Dml.Overriding.SYSTEM_VALUE) {
                throw new SqlException(
                                SqlState.GENERATED_ALWAYS,
                                "cannot insert a non-DEFAULT value into column \""
                                        + column.name()
                                        + "\"")
                        .withDetail(
                                "Column \""
                                        + column.name()
                                        + "\" is an identity column defined as GENERATED ALWAYS.")
                        .withHint("Use OVERRIDING SYSTEM VALUE to override.");
            }
        }
        if (isDefault) {
            if (!target.indirection().isEmpty()) {
                throw Errors.at(
                        offset,
                        SqlState.FEATURE_NOT_SUPPORTED,
                        isSubscript(target)
                                ? "cannot set an array element to DEFAULT"
                                : "cannot set a subfield to DEFAULT");
            }
            return defaultValue(column);
        }
        if (!target.indirection().isEmpty()) {
            return value;
        }
        return convert(value, target.type(state), column.name(), offset);
    }

    private static boolean isSubscript(Target target) {
        return !(target.indirection().getFirst() instanceof Expr.Step.Field);
    }

    RexNode convert(RexNode value, PgType type, String column, int offset) {
        var made =
                state.coercion.coerce(
                        value, type, Context.ASSIGNMENT, Syntax.IMPLICIT_CAST, offset);
        if (made == null) {
            throw Errors.at(
                            offset,
                            SqlState.DATATYPE_MISMATCH,
                            "column \""
                                    + column
                                    + "\" is of type "
                                    + type.type().formatType(-1)
                                    + " but expression is of type "
                                    + Coercion.type(value).formatType(-1))
                    .withHint("You will need to rewrite or cast the expression.");
        }
        return made;
    }

    /** What DEFAULT means for a column; NULL for generated ones, which are computed later. */
    RexNode defaultValue(Column column) {
        var type = PgType.of(state.type(column.type()), column.typmod());
        if (column.isGenerated()) {
            return PgOperator.constant(null, type.type(), type.typmod());
        }
        if (column.hasIdentity() && (view == null || view.defaultSql(column.number()) == null)) {
            var sequence = state.catalog.ownedSequence(relation.oid(), column.number(), 'i');
            if (sequence == null) {
                throw SqlException.internal("identity column without sequence");
            }
            state.use(sequence);
            return convert(nextval(sequence), type, column.name(), -1);
        }
        var viewDefault = view == null ? null : view.defaultSql(column.number());
        var text = viewDefault != null ? viewDefault : column.defaultSql();
        if (text == null && type.type().base() != null) {
            for (Type step = type.type();
                    step != null && step.base() != null && text == null;
                    step = step.base()) {
                var user = state.catalog.userType(step.oid());
                text = user == null ? null : user.defaultSql();
            }
        }
        if (text == null) {
            var nothing = PgOperator.constant(null, type.type().actual(), -1);
            return type.type().base() == null
                    ? PgOperator.constant(null, type.type(), type.typmod())
                    : convert(nothing, type, column.name(), -1);
        }
        return convert(StoredExpressions.standalone(state, text), type, column.name(), -1);
    }

    private RexNode nextval(Relation sequence) {
        for (var function : state.catalog.functions("nextval")) {
            if (function.argumentTypes().equals(List.of(Oids.REGCLASS))) {
                return PgOperator.call(
                        new Form.Call(function, Syntax.FUNCTION, null, false),
                        PgType.of(Oids.INT8),
                        PgOperator.constant((long) sequence.oid(), Types.get(Oids.REGCLASS), -1));
            }
        }
        throw SqlException.internal("no function nextval");
    }

    // ------------------------------------------------------------------ UPDATE SET

    /**
     * SET of UPDATE, ON CONFLICT and MERGE; {@code start} is where the target's columns lie in the
     * row.
     */
    List<PgRel.Assignment> update(
            List<Clause.Assignment> clauses, ExpressionBinder binder, int start) {
        var values = new ArrayList<@Nullable RexNode>();
        var partial = new HashSet<Integer>();
        for (int i = 0; i < relation.liveColumns().size(); i++) {
            values.add(null);
        }
        for (var clause : clauses) {
            var sources = clause.multiple() ? multiple(clause, binder) : null;
            for (int i = 0; i < clause.targets().size(); i++) {
                var target = target(clause.targets().get(i));
                change(target, false);
                access.update(target.column().number());
                int offset = clause.source().offset();
                RexNode value =
                        sources != null
                                ? sources.get(i)
                                : clause.source() instanceof Expr.Default
                                        ? PgOperator.call(new Form.Default(), state.unknown())
                                        : binder.bind(clause.source());
                assign(target, value, values, partial, start, offset, binder);
            }
        }
        var assignments = new ArrayList<PgRel.Assignment>();
        for (int i = 0; i < values.size(); i++) {
            var value = values.get(i);
            if (value != null) {
                assignments.add(new PgRel.Assignment(i, value));
            }
        }
        return assignments;
    }

    private void assign(
            Target target,
            RexNode value,
            List<@Nullable RexNode> values,
            java.util.Set<Integer> partial,
            int start,
            int offset,
            ExpressionBinder binder) {
        var column = target.column();
        boolean isDefault = PgOperator.form(value) instanceof Form.Default;
        if ((column.isGenerated() || column.identity() == 'a') && !isDefault) {
            throw new SqlException(
                            SqlState.GENERATED_ALWAYS,
                            "column \"" + column.name() + "\" can only be updated to DEFAULT")
                    .withDetail(
                            column.isGenerated()
                                    ? "Column \"" + column.name() + "\" is a generated column."
                                    : "Column \""
                                            + column.name()
                                            + "\" is an identity column defined as GENERATED ALWAYS.");
        }
        if (column.isGenerated()) {
            return;
        }
        var old = values.get(target.position());
        if (old != null
                && (target.indirection().isEmpty() || !partial.contains(target.position()))) {
            throw twice(column);
        }
        if (target.indirection().isEmpty()) {
            values.set(
                    target.position(),
                    isDefault
                            ? defaultValue(column)
                            : convert(value, target.type(state), column.name(), offset));
            return;
        }
        partial.add(target.position());
        var type = target.type(state);
        RexNode base =
                old != null
                        ? unchecked(old)
                        : binder.scope.frame.own(binder.scope, start + target.position(), type);
        values.set(target.position(), whole(store(base, target, value, binder), target));
    }

    private @Nullable List<RexNode> multiple(Clause.Assignment clause, ExpressionBinder binder) {
        int count = clause.targets().size();
        var source = clause.source();
        if (source instanceof Expr.Sublink link && link.kind() == Expr.SublinkKind.SCALAR) {
            var query = new QueryBinder(state, binder.scope, binder.scope).bind(link.query());
            if (query.types().size() != count) {
                throw Errors.at(
                        link,
                        SqlState.SYNTAX_ERROR,
                        "number of columns does not match number of values");
            }
            var record =
                    new SubLink(
                            SubLink.Kind.ROW,
                            PgType.of(Oids.RECORD),
                            query.rel(),
                            binder.scope.frame.correlation(),
                            null,
                            List.of());
            var values = new ArrayList<RexNode>();
            for (int i = 0; i < count; i++) {
                values.add(
                        PgOperator.call(
                                new Form.FieldSelect(i, query.names().get(i)),
                                query.types().get(i),
                                record));
            }
            return values;
        }
        if (source instanceof Expr.Row row) {
            var values = new ArrayList<RexNode>();
            for (var field : row.fields()) {
                if (field instanceof Expr.Default) {
                    values.add(PgOperator.call(new Form.Default(), state.unknown()));
                } else {
                    values.addAll(binder.field(field));
                }
            }
            if (values.size() != count) {
                throw Errors.at(
                        source,
                        SqlState.SYNTAX_ERROR,
                        "number of columns does not match number of values");
            }
            return values;
        }
        if (count == 1) {
            return null;
        }
        throw Errors.at(
                source,
                SqlState.FEATURE_NOT_SUPPORTED,
                "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression");
    }

    // ------------------------------------------------------------------ parts of columns

    /** Without the checks of its domain, which follow when all parts are at their places. */
    private static RexNode unchecked(RexNode value) {
        return PgOperator.form(value) instanceof Form.CoerceToDomain
                ? ((RexCall) value).getOperands().getFirst()
                : value;
    }

    /** A column's value of which a part was changed. */
    private RexNode whole(RexNode value, Target target) {
        return PgOperator.form(value) instanceof Form.CoerceToDomain
                ? value
                : checked(value, target.type(state), target.column().name(), target.offset());
    }

    /** A container with a changed part as one of the domain that it is of, if it is of one. */
    private RexNode checked(RexNode value, PgType type, String column, int offset) {
        return type.type().base() == null ? value : convert(value, type, column, offset);
    }

    private RexNode store(RexNode base, Target target, RexNode value) {
        var scope = new Scope(state, null, null);
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        return store(
                base,
                target,
                value,
                new ExpressionBinder(state, scope, ExpressionKind.INSERT_TARGET));
    }

    private RexNode store(RexNode base, Target target, RexNode value, ExpressionBinder binder) {
        return store(
                base, target.indirection(), value, target.column().name(), target.offset(), binder);
    }

    /** transformAssignmentIndirection. */
    private RexNode store(
            RexNode base,
            List<Expr.Step> steps,
            RexNode value,
            String column,
            int offset,
            ExpressionBinder binder) {
        var type = PgType.of(base);
        if (steps.isEmpty()) {
            return convert(value, type, column, offset);
        }
        if (steps.getFirst() instanceof Expr.Step.Field field) {
            var fields = type.type().actual().fields();
            if (!Coercion.isComplex(type.type())) {
                throw Errors.at(
                        offset,
                        SqlState.DATATYPE_MISMATCH,
                        "cannot assign to field \""
                                + field.name()
                                + "\" of column \""
                                + column
                                + "\" because its type "
                                + type.type().formatType(-1)
                                + " is not a composite type");
            }
            for (int i = 0; i < fields.size(); i++) {
                if (fields.get(i).name().equals(field.name())) {
                    var fieldType = PgType.of(fields.get(i).type(), fields.get(i).typmod());
                    var old =
                            PgOperator.call(new Form.FieldSelect(i, field.name()), fieldType, base);
                    var inner =
                            store(
                                    old,
                                    steps.subList(1, steps.size()),
                                    value,
                                    field.name(),
                                    offset,
                                    binder);
                    var made =
                            PgOperator.call(
                                    new Form.FieldStore(List.of(i)),
                                    type.type().base() == null
                                            ? type
                                            : PgType.of(type.type().actual(), -1),
                                    base,
                                    inner);
                    return checked(made, type, column, offset);
                }
            }
            throw Errors.at(
                    offset,
                    SqlState.UNDEFINED_COLUMN,
                    "cannot assign to field \""
                            + field.name()
                            + "\" of column \""
                            + column
                            + "\" because there is no such column in data type "
                            + type.type().formatType(-1));
        }
        int end = Indirections.subscriptsEnd(steps, 0);
        var brackets = steps.subList(0, end);
        var rest = steps.subList(end, steps.size());
        var partType = subscripted(type, brackets);
        RexNode part;
        if (rest.isEmpty()) {
            part =
                    state.coercion.coerce(
                            value, partType, Context.ASSIGNMENT, Syntax.IMPLICIT_CAST, offset);
            if (part == null) {
                throw Errors.at(
                                offset,
                                SqlState.DATATYPE_MISMATCH,
                                "subscripted assignment to \""
                                        + column
                                        + "\" requires type "
                                        + partType.type().formatType(-1)
                                        + " but expression is of type "
                                        + Coercion.type(value).formatType(-1))
                        .withHint("You will need to rewrite or cast the expression.");
            }
        } else {
            var old = new Indirections(binder).subscript(base, brackets, null, offset);
            part = store(old, rest, value, column, offset, binder);
        }
        var made = new Indirections(binder).subscript(base, brackets, part, offset);
        return checked(made, type, column, offset);
    }

    /** The type of what is assigned to an element or to a slice. */
    private static PgType subscripted(PgType type, List<Expr.Step> brackets) {
        var container = type.type().actual();
        boolean slice = brackets.stream().anyMatch(step -> step instanceof Expr.Step.Slice);
        var element = container.element();
        return container.oid() == Oids.JSONB || slice || element == null
                ? PgType.of(container, type.typmod())
                : PgType.of(element, type.typmod());
    }

    /** A reference to a live column at a place in a row. */
    static RexNode reference(State state, Relation relation, int position, int start) {
        var column = relation.liveColumns().get(position);
        return new RexInputRef(
                start + position,
                PgType.of(state.type(column.type()), column.typmod(), column.collation()));
    }
}
