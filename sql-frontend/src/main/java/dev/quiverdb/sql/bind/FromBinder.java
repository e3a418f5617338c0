package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.SystemRelations;
import dev.quiverdb.sql.parse.Alias;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.From;
import dev.quiverdb.sql.parse.RangeVar;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.logical.LogicalCorrelate;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.util.ImmutableBitSet;
import org.jspecify.annotations.Nullable;

/**
 * Binds FROM, after parse_clause.c. Items are bound from left to right, so the columns of the
 * finished join lie in the scope's row in the order in which they were added.
 */
final class FromBinder {
    /** A bound FROM item: its rows are columns {@code start} to {@code end} of the scope's row. */
    record Bound(RelNode rel, int start, int end, List<Scope.Item> items) {
        /** What is done with the one relation that this is. */
        AccessMarks access() {
            var access = items.getFirst().access;
            if (access == null) {
                throw SqlException.internal("no relation");
            }
            return access;
        }
    }

    /** Of the column that tells rows from those that an outer join adds. */
    private static final String PRESENT = "present";

    private final State state;
    private final Scope scope;
    private final List<Scope.OpenLeft> lefts = new ArrayList<>();

    /** An outer join around may add rows without one of what is being bound. */
    private boolean nullable;

    FromBinder(State state, Scope scope) {
        this.state = state;
        this.scope = scope;
    }

    /** All items of a FROM list, crossed; one row without columns for none. */
    RelNode bind(List<From> items) {
        var all = bindAfter(null, items);
        return all == null ? emptyRow(state) : all.rel;
    }

    /** The target of UPDATE or DELETE. */
    Bound target(Relation relation, RangeVar variable) {
        var access = state.access(relation);
        return relation(relation, variable.alias(), variable.offset(), !variable.inherit(), access);
    }

    /** The table that a view's rows are of, as the view shows it. */
    Bound target(UpdatableView view, RangeVar variable) {
        var inner = view.baseState();
        var table = view.base();
        var bound =
                new FromBinder(inner, scope)
                        .relation(table, null, variable.offset(), view.only(), inner.access(table));
        var item = bound.items().getFirst();
        var shown = view.over(item, variable.alias());
        shown.access = item.access;
        return new Bound(view.filtered(bound.rel()), bound.start(), bound.end(), List.of(shown));
    }

    /** As {@link #bind}, behind an item that is bound already. */
    @Nullable Bound bindAfter(@Nullable Bound first, List<From> items) {
        Bound all = first;
        if (first != null) {
            scope.namespace = new ArrayList<>(first.items);
            first.items.forEach(item -> {
                item.target = true;
                item.lateralAllowed = false;
            });
        }
        for (var item : items) {
            if (all == null) {
                scope.frame = new Scope.LateralFrame(List.copyOf(lefts), state.nextCorrelation());
                all = bind(item);
                scope.namespace = new ArrayList<>(all.items);
            } else {
                all = cross(all, item);
            }
        }
        if (first != null) {
            first.items.forEach(item -> item.lateralAllowed = true);
        }
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        return all;
    }

    static RelNode emptyRow(State state) {
        return new PgRel.Values(state.cluster, state.row(List.of(), List.of()), List.of(List.of()));
    }

    private Bound cross(Bound left, From item) {
        scope.namespace = new ArrayList<>(left.items);
        var open = open(left);
        var right = bind(item);
        lefts.removeLast();
        var items = new ArrayList<>(left.items);
        items.addAll(right.items);
        checkAliases(right.items, left.items);
        scope.namespace = new ArrayList<>(items);
        return new Bound(
                join(left, right, open, JoinRelType.INNER, null), left.start, right.end, items);
    }

    private Scope.OpenLeft open(Bound left) {
        var open = new Scope.OpenLeft(left.start, left.end, state.nextCorrelation());
        lefts.add(open);
        scope.frame = new Scope.LateralFrame(List.copyOf(lefts), state.nextCorrelation());
        return open;
    }

    /** checkNameSpaceConflicts. */
    private static void checkAliases(List<Scope.Item> added, List<Scope.Item> known) {
        for (var item : added) {
            if (!item.relationVisible) {
                continue;
            }
            for (var other : known) {
                if (!other.relationVisible || !other.alias.equals(item.alias)) {
                    continue;
                }
                var first = item.relation;
                var second = other.relation;
                if (first != null
                        && second != null
                        && first.oid() != second.oid()
                        && item.alias.equals(first.name())
                        && other.alias.equals(second.name())) {
                    continue;
                }
                throw new SqlException(
                        SqlState.DUPLICATE_ALIAS,
                        "table name \"" + item.alias + "\" specified more than once");
            }
        }
    }

    private RelNode join(
            Bound left,
            Bound right,
            Scope.OpenLeft open,
            JoinRelType type,
            @Nullable RexNode condition) {
        if (open.used) {
            var required = ImmutableBitSet.range(left.end - left.start);
            var inner = right.rel;
            if (condition != null) {
                throw new IllegalStateException(
                        "a lateral join's condition goes into its right side");
            }
            return LogicalCorrelate.create(
                    left.rel, inner, List.of(), open.correlation, required, type);
        }
        return LogicalJoin.create(
                left.rel,
                right.rel,
                List.of(),
                condition == null ? truth() : condition,
                Set.of(),
                type);
    }

    private RexNode truth() {
        return PgOperator.constant(true, state.type(Oids.BOOL), -1);
    }

    private Bound bind(From from) {
        state.context.checkCancelled().run();
        var bound = bindItem(from);
        var trees = state.trees;
        if (trees != null) {
            trees.leaf(from, bound, state);
        }
        return bound;
    }

    private Bound bindItem(From from) {
        return switch (from) {
            case From.Table table -> table(table.relation());
            case From.Sample sample ->
                    throw Errors.unsupported(sample.relation(), "TABLESAMPLE is not supported");
            case From.Subquery subquery -> subquery(subquery);
            case From.Function function -> function(function);
            case From.Join join -> join(join);
            case From.XmlTable table ->
                    throw Errors.unsupported(table, "XMLTABLE is not supported");
            case From.FunctionItem item -> throw Errors.unsupported(item, "function item");
            case From.XmlColumn column ->
                    throw Errors.unsupported(column, "XMLTABLE is not supported");
        };
    }

    // ------------------------------------------------------------------ tables

    private Bound table(RangeVar variable) {
        if (variable.schema() == null && variable.catalog() == null) {
            var common = scope.commonTable(variable.name());
            if (common != null) {
                return commonTable(common, variable);
            }
        }
        var relation = Relations.find(state, variable);
        return relation(relation, variable.alias(), variable.offset(), !variable.inherit());
    }

    private Bound commonTable(Scope.CommonTable common, RangeVar variable) {
        if (common.withoutColumns) {
            throw Errors.at(
                    variable,
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "WITH query \"" + common.name + "\" does not have a RETURNING clause");
        }
        common.references++;
        var alias = variable.alias();
        var name = alias == null ? common.name : alias.name();
        var rel =
                new PgRel.CteScan(
                        state.cluster,
                        state.row(common.columns, common.types),
                        common.id,
                        common.name,
                        name,
                        common.recursing);
        var bound =
                single(
                        rel,
                        name,
                        common.columns,
                        common.types,
                        alias,
                        null,
                        -1,
                        List.of(),
                        List.of());
        if (common.recursing && common.added > 0) {
            // Within the recursion a star stands for what was written only.
            var columns = bound.items().getFirst().columns;
            for (int i = columns.size() - common.added; i < columns.size(); i++) {
                var column = columns.get(i);
                columns.set(
                        i,
                        new Scope.Column(column.name(), column.type(), column.expression(), false));
            }
        }
        return bound;
    }

    /**
     * A relation by its catalog entry.
     *
     * @param only without the tables that inherit from it
     */
    Bound relation(Relation relation, @Nullable Alias alias, int offset, boolean only) {
        var access = state.access(relation);
        access.require('r');
        return relation(relation, alias, offset, only, access);
    }

    private Bound relation(
            Relation relation,
            @Nullable Alias alias,
            int offset,
            boolean only,
            AccessMarks access) {
        if (!relation.isReadable()) {
            throw Errors.at(
                    offset,
                    SqlState.WRONG_OBJECT_TYPE,
                    "\"" + relation.name() + "\" is " + Relations.kindText(relation));
        }
        state.use(relation);
        var name = alias == null ? relation.name() : alias.name();
        var names = new ArrayList<String>();
        var types = new ArrayList<PgType>();
        for (var column : relation.liveColumns()) {
            names.add(column.name());
            types.add(PgType.of(state.type(column.type()), column.typmod(), column.collation()));
        }
        if (relation.kind() == 'v' && !SystemRelations.isSystem(relation)) {
            scope.mark(scope.types.size(), names.size(), access);
            var rel = new Views(state).expand(relation);
            var bound = single(rel, name, names, types, alias, relation, -1, List.of(), List.of());
            bound.items().getFirst().access = access;
            return bound;
        }
        if (relation.kind() == 'm' && !relation.populated()) {
            throw new SqlException(
                            SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                            "materialized view \"" + relation.name() + "\" has not been populated")
                    .withHint("Use the REFRESH MATERIALIZED VIEW command.");
        }
        int id = state.nextScan();
        var systemNames = List.of("ctid", "tableoid");
        var systemTypes = List.of(PgType.of(Oids.TID), PgType.of(Oids.OID));
        var rowNames = new ArrayList<>(names);
        rowNames.addAll(systemNames);
        var rowTypes = new ArrayList<>(types);
        rowTypes.addAll(systemTypes);
        RelNode rel =
                new PgRel.Scan(
                        state.cluster,
                        state.row(rowNames, rowTypes),
                        relation,
                        name,
                        id,
                        state.context.role(),
                        only,
                        0);
        if (!only) {
            useFamily(state, relation);
        }
        scope.mark(scope.types.size(), rowNames.size(), access);
        var bound = single(rel, name, names, types, alias, relation, id, systemNames, systemTypes);
        bound.items().getFirst().access = access;
        return bound;
    }

    /** What inherits from a table is used with it. */
    static void useFamily(State state, Relation relation) {
        if (relation.kind() == 'r') {
            for (var child : state.catalog.children(relation.oid())) {
                state.use(child);
                useFamily(state, child);
            }
        }
    }

    /** One namespace item over a rel, whose hidden columns come last. */
    private Bound single(
            RelNode rel,
            String name,
            List<String> names,
            List<PgType> types,
            @Nullable Alias alias,
            @Nullable Relation relation,
            int scan,
            List<String> hiddenNames,
            List<PgType> hiddenTypes) {
        int start = scope.append(names, types);
        scope.append(hiddenNames, hiddenTypes);
        // Text is made of the query as it was written, so there nothing is added to it.
        boolean marked = nullable && state.trees == null;
        var rows = rel;
        if (marked && scan < 0) {
            rows = marked(rel);
            scope.append(List.of(PRESENT), List.of(PgType.bool()));
        }
        var columns = new ArrayList<Scope.Column>();
        var aliasColumns = alias == null ? List.<String>of() : alias.columns();
        if (aliasColumns.size() > names.size()) {
            throw Errors.at(
                    alias == null ? -1 : alias.offset(),
                    SqlState.INVALID_COLUMN_REFERENCE,
                    "table \""
                            + name
                            + "\" has "
                            + names.size()
                            + " columns available but "
                            + aliasColumns.size()
                            + " columns specified");
        }
        for (int i = 0; i < names.size(); i++) {
            var columnName = i < aliasColumns.size() ? aliasColumns.get(i) : names.get(i);
            columns.add(
                    new Scope.Column(
                            columnName, types.get(i), new RexInputRef(start + i, types.get(i))));
        }
        var item = new Scope.Item(name, columns, relation, start, scan);
        item.presence = marked ? start + names.size() : -1;
        scope.entries.add(item);
        if (relation != null && relation.rowType() != 0) {
            var type = state.catalog.typeOrNull(relation.rowType());
            if (type != null) {
                item.rowType = PgType.of(type, -1);
            }
        }
        return new Bound(rows, start, scope.types.size(), List.of(item));
    }

    /** Rows with a column behind their own that is true in all of them. */
    private RelNode marked(RelNode rel) {
        var names = new ArrayList<>(rel.getRowType().getFieldNames());
        var values = new ArrayList<RexNode>();
        for (int i = 0; i < names.size(); i++) {
            values.add(
                    new RexInputRef(
                            i, PgType.of(rel.getRowType().getFieldList().get(i).getType())));
        }
        names.add(PRESENT);
        values.add(truth());
        return QueryBinder.project(state, rel, values, names);
    }

    // ------------------------------------------------------------------ subqueries

    private Bound subquery(From.Subquery subquery) {
        var alias = subquery.alias();
        if (alias == null) {
            throw Errors.at(
                            subquery,
                            SqlState.SYNTAX_ERROR,
                            subquery.query().body()
                                            instanceof dev.quiverdb.sql.parse.QueryBody.Values
                                    ? "VALUES in FROM must have an alias"
                                    : "subquery in FROM must have an alias")
                    .withHint(
                            subquery.query().body()
                                            instanceof dev.quiverdb.sql.parse.QueryBody.Values
                                    ? "For example, FROM (VALUES ...) [AS] foo."
                                    : "For example, FROM (SELECT ...) [AS] foo.");
        }
        QueryBinder.forbidInto(subquery.query());
        BoundQuery bound;
        if (subquery.lateral()) {
            bound = new QueryBinder(state, scope, scope).bind(subquery.query());
        } else {
            var between = new Scope(state, scope.parent, scope);
            between.hidden = scope;
            between.frame = new Scope.LateralFrame(List.of(), state.nextCorrelation());
            bound = new QueryBinder(state, between, scope).bind(subquery.query());
        }
        return single(
                bound.rel(),
                alias.name(),
                bound.names(),
                bound.types(),
                alias,
                null,
                -1,
                List.of(),
                List.of());
    }

    // ------------------------------------------------------------------ functions

    /** {@code unnest(a, b)} in FROM is {@code ROWS FROM (unnest(a), unnest(b))}. */
    private static From.Function spread(From.Function from) {
        var items = new ArrayList<From.FunctionItem>();
        for (var item : from.functions()) {
            if (item.function() instanceof Expr.FuncCall call
                    && call.name().equals(List.of("unnest"))
                    && call.arguments().size() > 1
                    && !call.variadic()
                    && item.columnDefinitions().isEmpty()) {
                for (var argument : call.arguments()) {
                    var one =
                            new Expr.FuncCall(
                                    call.span(),
                                    List.of("pg_catalog", "unnest"),
                                    List.of(argument),
                                    false,
                                    false,
                                    false,
                                    List.of(),
                                    false,
                                    null,
                                    null,
                                    false);
                    items.add(new From.FunctionItem(item.span(), one, List.of()));
                }
            } else {
                items.add(item);
            }
        }
        return items.size() == from.functions().size()
                ? from
                : new From.Function(
                        from.span(),
                        from.lateral(),
                        from.ordinality(),
                        from.rowsFrom(),
                        items,
                        from.alias(),
                        from.columnDefinitions());
    }

    private Bound function(From.Function written) {
        var from = spread(written);
        var binder = new ExpressionBinder(state, scope, ExpressionKind.FROM_FUNCTION);
        var calls = new ArrayList<RexNode>();
        var counts = new ArrayList<Integer>();
        var names = new ArrayList<String>();
        var types = new ArrayList<PgType>();
        var alias = from.alias();
        PgType whole = null;
        boolean scalar = false;
        for (var item : from.functions()) {
            var call = state.coercion.unknownToText(binder.bind(item.function()));
            forbidInnerSets(call, item.function());
            var functionName = QueryNames.of(item.function());
            var definitions =
                    item.columnDefinitions().isEmpty() && !from.rowsFrom()
                            ? from.columnDefinitions()
                            : item.columnDefinitions();
            int before = names.size();
            var type = Coercion.type(call);
            if (!definitions.isEmpty()) {
                definitions(call, definitions, names, types, item);
                if (call instanceof RexCall made) {
                    call =
                            OutColumns.shaped(
                                    made,
                                    names.subList(before, names.size()),
                                    types.subList(before, types.size()));
                }
                whole = null;
            } else if (type.actual().form() == Type.Form.COMPOSITE) {
                for (var field : type.actual().fields()) {
                    names.add(field.name());
                    types.add(PgType.of(field.type(), field.typmod()));
                }
                whole = PgType.of(type, -1);
            } else if (type.oid() == Oids.RECORD) {
                outColumns(call, names, types, item);
            } else {
                names.add(
                        alias != null && from.functions().size() == 1 && !from.ordinality()
                                ? alias.name()
                                : functionColumn(call, functionName, alias, from));
                types.add(PgType.of(call));
                scalar = true;
            }
            calls.add(call);
            counts.add(names.size() - before);
        }
        if (from.ordinality()) {
            names.add("ordinality");
            types.add(PgType.of(Oids.INT8));
        }
        var name =
                alias == null
                        ? QueryNames.of(from.functions().getFirst().function())
                        : alias.name();
        RelNode rel =
                new PgRel.FunctionScan(
                        state.cluster,
                        state.row(names, types),
                        calls,
                        counts,
                        from.ordinality(),
                        name);
        if (calls.size() == 1
                && !from.ordinality()
                && from.columnDefinitions().isEmpty()
                && from.functions().getFirst().columnDefinitions().isEmpty()) {
            var body = new RoutineInlining(state).rows(calls.getFirst(), names.size());
            rel = body == null ? rel : body.rel();
        }
        var bound = single(rel, name, names, types, alias, null, -1, List.of(), List.of());
        var item = bound.items.getFirst();
        item.rowType = from.functions().size() == 1 && !from.ordinality() ? whole : null;
        item.scalar = scalar && from.functions().size() == 1 && !from.ordinality();
        return bound;
    }

    private static void forbidInnerSets(RexNode bound, Expr written) {
        if (!(bound instanceof RexCall call)) {
            return;
        }
        for (int i = 0; i < call.getOperands().size(); i++) {
            if (Expressions.returnsSet(call.getOperands().get(i))) {
                throw Errors.at(
                        written instanceof Expr.FuncCall function && i < function.arguments().size()
                                ? function.arguments().get(i).offset()
                                : -1,
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "set-returning functions must appear at top level of FROM");
            }
        }
    }

    /** chooseScalarFunctionAlias. */
    private static String functionColumn(
            RexNode call, String functionName, @Nullable Alias alias, From.Function from) {
        if (PgOperator.form(call) instanceof Form.Call form
                && OutColumns.count(form.function()) > 0) {
            var names = OutColumns.names(form.function());
            if (names.size() == 1) {
                return names.getFirst();
            }
        }
        return alias != null && from.functions().size() == 1 ? alias.name() : functionName;
    }

    private static void outColumns(
            RexNode call,
            List<String> names,
            List<PgType> types,
            From.FunctionItem item,
            State state) {
        if (PgOperator.form(call) instanceof Form.Call form
                && OutColumns.count(form.function()) > 0
                && call instanceof RexCall rexCall) {
            names.addAll(OutColumns.names(form.function()));
            types.addAll(OutColumns.types(state, form.function(), rexCall));
            return;
        }
        throw Errors.at(
                item.function(),
                SqlState.SYNTAX_ERROR,
                "a column definition list is required for functions returning \"record\"");
    }

    private void outColumns(
            RexNode call, List<String> names, List<PgType> types, From.FunctionItem item) {
        outColumns(call, names, types, item, state);
    }

    private void definitions(
            RexNode call,
            List<Clause.ColumnDefinition> definitions,
            List<String> names,
            List<PgType> types,
            From.FunctionItem item) {
        var type = Coercion.type(call);
        if (type.oid() != Oids.RECORD) {
            throw Errors.at(
                    definitions.getFirst(),
                    SqlState.SYNTAX_ERROR,
                    type.actual().form() == Type.Form.COMPOSITE
                            ? "a column definition list is redundant for a function returning a"
                                    + " named composite type"
                            : "a column definition list is only allowed for functions returning"
                                    + " \"record\"");
        }
        if (PgOperator.form(call) instanceof Form.Call form
                && OutColumns.count(form.function()) > 0) {
            throw Errors.at(
                    definitions.getFirst(),
                    SqlState.SYNTAX_ERROR,
                    "a column definition list is redundant for a function with OUT parameters");
        }
        for (var definition : definitions) {
            names.add(definition.name());
            types.add(state.typeNames.resolve(definition.type()));
        }
    }

    // ------------------------------------------------------------------ joins

    private Bound join(From.Join join) {
        var outerNamespace = scope.namespace;
        var type = join.type();
        boolean around = nullable;
        nullable = around || type == From.JoinType.RIGHT || type == From.JoinType.FULL;
        var left = bind(join.left());
        boolean lateral = type == From.JoinType.INNER || type == From.JoinType.LEFT;
        var namespace = new ArrayList<>(outerNamespace);
        for (var item : left.items) {
            var copy = item.as(item.relationVisible, item.columnsVisible);
            copy.lateralAllowed = lateral;
            namespace.add(copy);
        }
        scope.namespace = namespace;
        var outerFrame = scope.frame;
        var open = open(left);
        nullable = around || type == From.JoinType.LEFT || type == From.JoinType.FULL;
        var right = bind(join.right());
        nullable = around;
        lefts.removeLast();
        scope.frame = outerFrame;
        scope.namespace = outerNamespace;
        checkAliases(right.items, left.items);
        var using = join.natural() ? common(left.items, right.items) : join.using();
        var condition = new ArrayList<RexNode>();
        var merged = new ArrayList<Scope.Column>();
        var sides = new ArrayList<List<RexNode>>();
        var frame = new Scope.RowFrame(state.nextCorrelation(), left.start);
        for (var name : using) {
            var leftColumn = usingColumn(left.items, name, "left", join.offset());
            var rightColumn = usingColumn(right.items, name, "right", join.offset());
            condition.add(
                    state.resolution.operate(
                            List.of("="),
                            leftColumn.expression(),
                            rightColumn.expression(),
                            join.offset()));
            sides.add(List.of(leftColumn.expression(), rightColumn.expression()));
            merged.add(merge(name, leftColumn, rightColumn, type, join.offset()));
        }
        RexNode on = null;
        if (!condition.isEmpty()) {
            on =
                    condition.size() == 1
                            ? condition.getFirst()
                            : state.rex.makeCall(PgType.bool(), SqlStdOperatorTable.AND, condition);
            on = shift(on, left.start);
        }
        var expression = join.on();
        if (expression != null) {
            var all = new ArrayList<>(left.items);
            all.addAll(right.items);
            scope.namespace = all;
            scope.frame = frame;
            on =
                    new ExpressionBinder(state, scope, ExpressionKind.ON)
                            .bindBoolean(expression, "JOIN/ON");
            scope.namespace = outerNamespace;
            scope.frame = outerFrame;
        }
        var rel = joined(left, right, open, type, on);
        var items = new ArrayList<Scope.Item>();
        var columns = columns(left.items, right.items, using, merged);
        var usingAlias = join.usingAlias();
        var alias = join.alias();
        if (alias != null) {
            if (alias.columns().size() > columns.size()) {
                throw new SqlException(
                        SqlState.INVALID_COLUMN_REFERENCE,
                        "join expression \""
                                + alias.name()
                                + "\" has "
                                + columns.size()
                                + " columns available but "
                                + alias.columns().size()
                                + " columns specified");
            }
            var aliased = new ArrayList<Scope.Column>();
            for (int i = 0; i < columns.size(); i++) {
                var column = columns.get(i);
                aliased.add(
                        i < alias.columns().size()
                                ? new Scope.Column(
                                        alias.columns().get(i), column.type(), column.expression())
                                : column);
            }
            items.add(new Scope.Item(alias.name(), aliased, null, left.start, -1));
            keep(join, on, left.start, using, sides, aliased);
            return new Bound(rel, left.start, right.end, items);
        }
        keep(join, on, left.start, using, sides, List.of());
        for (var item : left.items) {
            items.add(item.as(item.relationVisible, false));
        }
        for (var item : right.items) {
            items.add(item.as(item.relationVisible, false));
        }
        if (usingAlias != null) {
            if (items.stream()
                    .anyMatch(
                            item -> item.relationVisible && item.alias.equals(usingAlias.name()))) {
                throw new SqlException(
                        SqlState.DUPLICATE_ALIAS,
                        "table name \"" + usingAlias.name() + "\" specified more than once");
            }
            items.add(
                    new Scope.Item(usingAlias.name(), merged, null, left.start, -1)
                            .as(true, false));
        }
        items.add(new Scope.Item("unnamed_join", columns, null, left.start, -1).as(false, true));
        return new Bound(rel, left.start, right.end, items);
    }

    /** Tells {@link State#trees} of a join, its condition over the whole row. */
    private void keep(
            From.Join join,
            @Nullable RexNode on,
            int start,
            List<String> using,
            List<List<RexNode>> sides,
            List<Scope.Column> columns) {
        var trees = state.trees;
        if (trees != null) {
            var condition = on == null || join.on() == null ? null : shift(on, -start);
            trees.join(join, condition, using, sides, columns);
        }
    }

    private RelNode joined(
            Bound left,
            Bound right,
            Scope.OpenLeft open,
            From.JoinType type,
            @Nullable RexNode on) {
        var kind =
                switch (type) {
                    case INNER -> JoinRelType.INNER;
                    case LEFT -> JoinRelType.LEFT;
                    case RIGHT -> JoinRelType.RIGHT;
                    case FULL -> JoinRelType.FULL;
                };
        if (!open.used || on == null) {
            return join(left, right, open, kind, on);
        }
        if (kind == JoinRelType.INNER) {
            return LogicalFilter.create(join(left, right, open, kind, null), on);
        }
        int width = left.end - left.start;
        var inside =
                on.accept(
                        new org.apache.calcite.rex.RexShuttle() {
                            @Override
                            public RexNode visitInputRef(RexInputRef reference) {
                                var pgType = PgType.of(reference);
                                if (reference.getIndex() >= width) {
                                    return new RexInputRef(reference.getIndex() - width, pgType);
                                }
                                var row = left.rel.getRowType();
                                return state.rex.makeFieldAccess(
                                        state.rex.makeCorrel(row, open.correlation),
                                        reference.getIndex());
                            }
                        });
        var filtered = LogicalFilter.create(right.rel, inside);
        return join(
                new Bound(left.rel, left.start, left.end, left.items),
                new Bound(filtered, right.start, right.end, right.items),
                open,
                kind,
                null);
    }

    private static RexNode shift(RexNode node, int by) {
        return by == 0
                ? node
                : node.accept(
                        new org.apache.calcite.rex.RexShuttle() {
                            @Override
                            public RexNode visitInputRef(RexInputRef reference) {
                                return new RexInputRef(
                                        reference.getIndex() - by, PgType.of(reference));
                            }
                        });
    }

    private static List<String> common(List<Scope.Item> left, List<Scope.Item> right) {
        var names = new ArrayList<String>();
        for (var item : left) {
            if (!item.columnsVisible) {
                continue;
            }
            for (var column : item.columns) {
                for (var other : right) {
                    if (other.columnsVisible
                            && other.columns.stream()
                                    .anyMatch(found -> found.name().equals(column.name()))
                            && !names.contains(column.name())) {
                        names.add(column.name());
                    }
                }
            }
        }
        return names;
    }

    private static Scope.Column usingColumn(
            List<Scope.Item> items, String name, String side, int offset) {
        Scope.Column found = null;
        for (var item : items) {
            if (!item.columnsVisible) {
                continue;
            }
            for (var column : item.columns) {
                if (column.name().equals(name)) {
                    if (found != null) {
                        throw new SqlException(
                                SqlState.AMBIGUOUS_COLUMN,
                                "common column name \""
                                        + name
                                        + "\" appears more than once in "
                                        + side
                                        + " table");
                    }
                    found = column;
                }
            }
        }
        if (found == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_COLUMN,
                    "column \""
                            + name
                            + "\" specified in USING clause does not exist in "
                            + side
                            + " table");
        }
        return found;
    }

    /** buildMergedJoinVar. */
    private Scope.Column merge(
            String name, Scope.Column left, Scope.Column right, From.JoinType type, int offset) {
        scope.read(left.expression());
        scope.read(right.expression());
        var both = List.of(left.expression(), right.expression());
        var common = state.coercion.commonType(both, "JOIN/USING", List.of(offset, offset));
        if (common == null) {
            throw new IllegalStateException("a construct has a common type");
        }
        var first = state.coercion.toCommon(left.expression(), common, "JOIN/USING", offset);
        var second = state.coercion.toCommon(right.expression(), common, "JOIN/USING", offset);
        var pgType = PgType.of(common, Coercion.commonTypmod(both, common));
        var value =
                switch (type) {
                    case INNER, LEFT -> first;
                    case RIGHT -> second;
                    case FULL ->
                            state.rex.makeCall(
                                    pgType, SqlStdOperatorTable.COALESCE, List.of(first, second));
                };
        return new Scope.Column(name, pgType, value);
    }

    /**
     * The columns of the joined table: merged ones, the rest of the left side, the rest of the
     * right.
     */
    private static List<Scope.Column> columns(
            List<Scope.Item> left,
            List<Scope.Item> right,
            List<String> using,
            List<Scope.Column> merged) {
        var columns = new ArrayList<>(merged);
        for (var side : List.of(left, right)) {
            for (var item : side) {
                if (item.columnsVisible) {
                    for (var column : item.columns) {
                        if (!using.contains(column.name())) {
                            columns.add(column);
                        }
                    }
                }
            }
        }
        return columns;
    }
}
