package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.QueryBody;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/** Binds queries: WITH, VALUES, set operations, and SELECT by way of {@link SelectBinder}. */
final class QueryBinder {
    private final State state;
    private final @Nullable Scope parent;
    private final @Nullable Scope commonParent;
    private boolean resolveUnknowns = true;

    /** DEFAULT may stand in a VALUES list, as in INSERT. */
    private boolean defaultsAllowed;

    QueryBinder(State state, @Nullable Scope parent, @Nullable Scope commonParent) {
        this.state = state;
        this.parent = parent;
        this.commonParent = commonParent;
    }

    /**
     * Leaves columns of unknown type unknown, as INSERT ... SELECT and set operations need them.
     */
    QueryBinder keepingUnknowns() {
        resolveUnknowns = false;
        return this;
    }

    QueryBinder allowingDefaults() {
        defaultsAllowed = true;
        return this;
    }

    BoundQuery bind(Query query) {
        state.context.checkCancelled().run();
        var scope = new Scope(state, parent, commonParent);
        var bound = whole(query, scope);
        var trees = state.trees;
        if (trees != null) {
            trees.query(query, bound);
        }
        return bound;
    }

    private BoundQuery whole(Query query, Scope scope) {
        var with = query.with();
        if (with == null) {
            return body(query, scope);
        }
        boolean tracks = state.tracksRows;
        state.tracksRows = false;
        var tables = new CommonTables(state, scope);
        tables.bind(with);
        state.tracksRows = tracks;
        var bound = body(query, scope);
        return new BoundQuery(
                tables.around(bound.rel()), bound.names(), bound.types(), bound.offsets());
    }

    /** SELECT INTO stands only at the top. */
    static void forbidInto(Query query) {
        var body = query.body();
        while (body instanceof QueryBody.SetOperation operation) {
            body = operation.left().body();
        }
        if (body instanceof QueryBody.Select select && select.into() != null) {
            throw Errors.at(
                    select.into().relation(),
                    SqlState.SYNTAX_ERROR,
                    "SELECT ... INTO is not allowed here");
        }
    }

    private BoundQuery body(Query query, Scope scope) {
        return switch (query.body()) {
            case QueryBody.Select select -> {
                var inner = new Scope(state, parent, scope);
                inner.hidden = scope.hidden;
                yield new SelectBinder(state, inner, resolveUnknowns).bind(select, query);
            }
            case QueryBody.Values values -> tail(values(values, scope, query), query, scope);
            case QueryBody.SetOperation operation ->
                    tail(setOperation(operation, scope, query), query, scope);
        };
    }

    // ------------------------------------------------------------------ VALUES

    private BoundQuery values(QueryBody.Values values, Scope scope, Query query) {
        var inner = new Scope(state, parent, scope);
        inner.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        var kind =
                defaultsAllowed && values.rows().size() == 1
                        ? ExpressionKind.INSERT_VALUES
                        : ExpressionKind.VALUES;
        var binder = new ExpressionBinder(state, inner, kind);
        int width = values.rows().getFirst().size();
        var rows = new ArrayList<List<RexNode>>();
        for (var row : values.rows()) {
            if (row.size() != width) {
                throw Errors.at(
                        row.isEmpty() ? values : row.getFirst(),
                        SqlState.SYNTAX_ERROR,
                        "VALUES lists must all be the same length");
            }
            var bound = new ArrayList<RexNode>();
            for (var value : row) {
                if (value instanceof Expr.Default && defaultsAllowed) {
                    bound.add(PgOperator.call(new Form.Default(), state.unknown()));
                } else {
                    bound.add(binder.bind(value));
                }
            }
            rows.add(bound);
        }
        var names = new ArrayList<String>();
        var types = new ArrayList<PgType>();
        var offsets = new ArrayList<Integer>();
        for (int column = 0; column < width; column++) {
            names.add("column" + (column + 1));
            offsets.add(values.rows().getFirst().get(column).offset());
            var nodes = new ArrayList<RexNode>();
            var places = new ArrayList<Integer>();
            for (int i = 0; i < rows.size(); i++) {
                nodes.add(rows.get(i).get(column));
                places.add(values.rows().get(i).get(column).offset());
            }
            if (!resolveUnknowns && rows.size() == 1) {
                types.add(PgType.of(nodes.getFirst()));
                continue;
            }
            if (defaultsAllowed) {
                types.add(PgType.of(nodes.getFirst()));
                continue;
            }
            var common = state.coercion.commonType(nodes, "VALUES", places);
            if (common == null) {
                throw new IllegalStateException("a construct has a common type");
            }
            for (int i = 0; i < rows.size(); i++) {
                rows.get(i)
                        .set(
                                column,
                                state.coercion.toCommon(
                                        nodes.get(i), common, "VALUES", places.get(i)));
            }
            int at = column;
            var converted = rows.stream().map(row -> row.get(at)).toList();
            types.add(PgType.of(common, Coercion.commonTypmod(converted, common)));
        }
        var rel = new PgRel.Values(state.cluster, state.row(names, types), rows);
        if (state.trees != null) {
            state.trees.part(
                    query,
                    new QueryTrees.Part(inner, new QueryTree.Values(List.copyOf(rows)), List.of()));
        }
        return new BoundQuery(rel, names, types, offsets);
    }

    // ------------------------------------------------------------------ set operations

    private BoundQuery setOperation(QueryBody.SetOperation operation, Scope scope, Query query) {
        if (operation.right().body() instanceof QueryBody.Select select && select.into() != null) {
            throw Errors.at(
                    select.into().relation(),
                    SqlState.SYNTAX_ERROR,
                    "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT");
        }
        state.tracksRows = false;
        var left = new QueryBinder(state, parent, scope).keepingUnknowns().bind(operation.left());
        var right = new QueryBinder(state, parent, scope).keepingUnknowns().bind(operation.right());
        var name = operation.operator().name();
        if (left.types().size() != right.types().size()) {
            throw Errors.at(
                    right.offsets().isEmpty() ? -1 : right.offsets().getFirst(),
                    SqlState.SYNTAX_ERROR,
                    "each " + name + " query must have the same number of columns");
        }
        var types = new ArrayList<PgType>();
        for (int i = 0; i < left.types().size(); i++) {
            var nodes = List.of(column(left, i), column(right, i));
            var offsets = List.of(left.offsets().get(i), right.offsets().get(i));
            var common = state.coercion.commonType(nodes, name, offsets);
            if (common == null) {
                throw new IllegalStateException("a construct has a common type");
            }
            for (int side = 0; side < 2; side++) {
                if (!Coercion.isUnknown(Coercion.type(nodes.get(side)))
                        && !state.coercion.canCoerce(
                                Coercion.type(nodes.get(side)),
                                common,
                                Coercion.Context.IMPLICIT)) {
                    throw Errors.at(
                            offsets.get(side),
                            SqlState.CANNOT_COERCE,
                            name
                                    + " could not convert type "
                                    + Coercion.type(nodes.get(side)).formatType(-1)
                                    + " to "
                                    + common.formatType(-1));
                }
            }
            var type = PgType.of(common, Coercion.commonTypmod(nodes, common));
            types.add(type);
            boolean needsEquality =
                    !operation.all() || operation.operator() != QueryBody.Operator.UNION;
            if (needsEquality) {
                Sorting.requireEquality(
                        state, PgOperator.constant(null, common, -1), offsets.getFirst());
            }
        }
        var kind =
                switch (operation.operator()) {
                    case UNION -> PgRel.SetOperation.Kind.UNION;
                    case INTERSECT -> PgRel.SetOperation.Kind.INTERSECT;
                    case EXCEPT -> PgRel.SetOperation.Kind.EXCEPT;
                };
        var trees = state.trees;
        if (trees != null) {
            trees.convert(left, types, state, name);
            trees.convert(right, types, state, name);
            trees.part(
                    query,
                    new QueryTrees.Part(
                            scope,
                            new QueryTree.SetOperation(
                                    operation.operator(),
                                    operation.all(),
                                    trees.query(left.rel()),
                                    trees.query(right.rel())),
                            List.of()));
        }
        var rel =
                new PgRel.SetOperation(
                        kind,
                        operation.all(),
                        convert(left, types, name),
                        convert(right, types, name),
                        state.row(left.names(), types));
        return new BoundQuery(rel, left.names(), types, left.offsets());
    }

    /**
     * A column of a query as an expression, a literal where it is one, so that it can be re-read.
     */
    private static RexNode column(BoundQuery query, int index) {
        if (query.rel() instanceof LogicalProject project) {
            var value = project.getProjects().get(index);
            if (Coercion.isUnknown(Coercion.type(value))) {
                return value;
            }
        }
        if (query.rel() instanceof PgRel.Values values && values.rows().size() == 1) {
            return values.rows().getFirst().get(index);
        }
        return new RexInputRef(index, query.types().get(index));
    }

    /** The query with its columns converted; literals of unknown type are read anew in place. */
    RelNode convert(BoundQuery query, List<PgType> types, String construct) {
        boolean same = true;
        for (int i = 0; i < types.size(); i++) {
            same &= query.types().get(i).type().oid() == types.get(i).type().oid();
        }
        if (same) {
            return query.rel();
        }
        if (query.rel() instanceof LogicalProject project) {
            var values = new ArrayList<RexNode>();
            for (int i = 0; i < types.size(); i++) {
                values.add(
                        toType(
                                project.getProjects().get(i),
                                types.get(i).type(),
                                construct,
                                query.offsets().get(i)));
            }
            return project(state, project.getInput(), values, query.names());
        }
        if (query.rel() instanceof PgRel.Values rows) {
            var converted = new ArrayList<List<RexNode>>();
            for (var row : rows.rows()) {
                var values = new ArrayList<RexNode>();
                for (int i = 0; i < types.size(); i++) {
                    values.add(
                            toType(
                                    row.get(i),
                                    types.get(i).type(),
                                    construct,
                                    query.offsets().get(i)));
                }
                converted.add(values);
            }
            return new PgRel.Values(state.cluster, state.row(query.names(), types), converted);
        }
        var values = new ArrayList<RexNode>();
        for (int i = 0; i < types.size(); i++) {
            values.add(
                    toType(
                            new RexInputRef(i, query.types().get(i)),
                            types.get(i).type(),
                            construct,
                            query.offsets().get(i)));
        }
        return project(state, query.rel(), values, query.names());
    }

    private RexNode toType(RexNode value, Type type, String construct, int offset) {
        return state.coercion.toCommon(value, type, construct, offset);
    }

    static RelNode project(
            State state, RelNode input, List<? extends RexNode> values, List<String> names) {
        var types = values.stream().map(PgType::of).toList();
        return LogicalProject.create(
                input, List.of(), values, state.row(names, types), java.util.Set.of());
    }

    // ------------------------------------------------------------------ ORDER BY, LIMIT

    /** ORDER BY, LIMIT and FOR UPDATE behind VALUES and set operations. */
    private BoundQuery tail(BoundQuery body, Query query, Scope scope) {
        var bound = body;
        if (resolveUnknowns && !defaultsAllowed) {
            bound = resolved(bound);
        }
        if (!query.locking().isEmpty()) {
            boolean set = query.body() instanceof QueryBody.SetOperation;
            throw Errors.at(
                    query.locking().getFirst(),
                    SqlState.FEATURE_NOT_SUPPORTED,
                    SelectBinder.strengthText(query.locking().getFirst().strength())
                            + (set
                                    ? " is not allowed with UNION/INTERSECT/EXCEPT"
                                    : " cannot be applied to VALUES"));
        }
        var rel = bound.rel();
        var sort = new ArrayList<PgRel.SortColumn>();
        for (var item : query.orderBy()) {
            int column = sortColumn(bound, item);
            var order =
                    Sorting.order(state, item, new RexInputRef(column, bound.types().get(column)));
            sort.add(new PgRel.SortColumn(column, order.descending(), order.nullsFirst()));
        }
        if (!sort.isEmpty()) {
            rel = new PgRel.Sort(rel, sort);
        }
        if (state.trees != null) {
            state.trees.sorted(query, sort);
        }
        rel = limit(query, rel, sort, scope);
        return new BoundQuery(rel, bound.names(), bound.types(), bound.offsets());
    }

    private static int sortColumn(BoundQuery bound, Clause.SortBy item) {
        var expression = item.expression();
        if (expression instanceof Expr.ColumnRef column
                && column.names().size() == 1
                && !column.star()) {
            var name = column.names().getFirst();
            int found = -1;
            for (int i = 0; i < bound.names().size(); i++) {
                if (bound.names().get(i).equals(name)) {
                    if (found >= 0) {
                        throw Errors.at(
                                expression,
                                SqlState.AMBIGUOUS_COLUMN,
                                "ORDER BY \"" + name + "\" is ambiguous");
                    }
                    found = i;
                }
            }
            if (found >= 0) {
                return found;
            }
            throw Errors.at(
                    expression,
                    SqlState.UNDEFINED_COLUMN,
                    "column \"" + name + "\" does not exist");
        }
        if (expression instanceof Expr.Literal literal) {
            return ordinal(literal, bound.names().size(), "ORDER BY");
        }
        throw Errors.at(
                        expression,
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "invalid UNION/INTERSECT/EXCEPT ORDER BY clause")
                .withDetail("Only result column names can be used, not expressions or functions.")
                .withHint(
                        "Add the expression/function to every SELECT, or move the UNION into a FROM"
                                + " clause.");
    }

    /** The position that a literal in ORDER BY or GROUP BY means, from 0. */
    static int ordinal(Expr.Literal literal, int count, String clause) {
        if (literal.kind() != Expr.LiteralKind.INTEGER) {
            throw Errors.at(literal, SqlState.SYNTAX_ERROR, "non-integer constant in " + clause);
        }
        int position = Integer.parseInt(literal.text());
        if (position < 1 || position > count) {
            throw Errors.at(
                    literal,
                    SqlState.INVALID_COLUMN_REFERENCE,
                    clause + " position " + position + " is not in select list");
        }
        return position - 1;
    }

    RelNode limit(Query query, RelNode rel, List<PgRel.SortColumn> sort, Scope scope) {
        if (query.limitCount() == null && query.limitOffset() == null) {
            return rel;
        }
        var limit =
                bound(
                        query.limitCount(),
                        scope,
                        query.withTies() ? "FETCH FIRST" : "LIMIT",
                        ExpressionKind.LIMIT);
        var offset = bound(query.limitOffset(), scope, "OFFSET", ExpressionKind.OFFSET);
        if (state.trees != null) {
            state.trees.limits(query, limit, offset);
        }
        if (query.withTies()) {
            if (sort.isEmpty()) {
                throw new SqlException(
                        SqlState.SYNTAX_ERROR,
                        "WITH TIES cannot be specified without ORDER BY clause");
            }
            var constant = limit == null ? null : PgOperator.constant(limit);
            if (constant != null && constant.value() == null) {
                throw new SqlException(
                        SqlState.INVALID_ROW_COUNT_IN_LIMIT_CLAUSE,
                        "row count cannot be null in FETCH FIRST ... WITH TIES clause");
            }
        }
        return new PgRel.Limit(rel, limit, offset, query.withTies() ? sort : List.of());
    }

    private @Nullable RexNode bound(
            @Nullable Expr expression, Scope scope, String construct, ExpressionKind kind) {
        if (expression == null) {
            return null;
        }
        var inner = new Scope(state, parent, scope);
        inner.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        var binder = new ExpressionBinder(state, inner, kind);
        RexNode value;
        try {
            value = binder.bind(expression);
        } catch (SqlException error) {
            if (error.state() == SqlState.UNDEFINED_COLUMN
                    && expression instanceof Expr.ColumnRef) {
                throw Errors.at(
                        expression,
                        SqlState.INVALID_COLUMN_REFERENCE,
                        "argument of " + construct + " must not contain variables");
            }
            throw error;
        }
        return state.coercion.toSpecific(value, Oids.INT8, construct, expression.offset());
    }

    /** resolveTargetListUnknowns: what is still unknown becomes text. */
    BoundQuery resolved(BoundQuery bound) {
        boolean unknown = bound.types().stream().anyMatch(type -> Coercion.isUnknown(type.type()));
        if (!unknown) {
            return bound;
        }
        var types = new ArrayList<PgType>();
        for (var type : bound.types()) {
            types.add(Coercion.isUnknown(type.type()) ? PgType.of(Oids.TEXT) : type);
        }
        return new BoundQuery(
                convert(bound, types, "SELECT"), bound.names(), types, bound.offsets());
    }
}
