package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.parse.Alias;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.From;
import dev.quiverdb.sql.parse.PgNode;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.QueryBody;
import dev.quiverdb.sql.parse.RangeVar;
import dev.quiverdb.sql.parse.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * SEARCH and CYCLE of a recursive common table, after rewriteSearchCycle.c: columns behind its own
 * that keep the way to a row. Both terms are asked for these too; the recursive one reads those of
 * the row that it began with.
 */
final class SearchCycle {
    private static final String VALUE = "*VALUE*";
    private static final String DEFAULT = "*DEFAULT*";
    private static final String SEARCHED = "*SEARCHED*";
    private static final String CYCLED = "*CYCLED*";
    private static final String DEPTH = "*DEPTH*";

    private final State state;
    private final Clause.Cte cte;
    private final Clause.@Nullable Search search;
    private final Clause.@Nullable Cycle cycle;
    private final List<String> names = new ArrayList<>();
    private final List<PgType> types = new ArrayList<>();
    private @Nullable RexNode markValue;
    private @Nullable RexNode markDefault;

    SearchCycle(State state, Clause.Cte cte) {
        this.state = state;
        this.cte = cte;
        search = cte.search();
        cycle = cte.cycle();
        if (search != null) {
            names.add(search.sequenceColumn());
            types.add(PgType.of(search.breadthFirst() ? Oids.RECORD : Oids.RECORD_ARRAY));
        }
        if (cycle != null) {
            marks(cycle);
        }
    }

    private void marks(Clause.Cycle written) {
        var scope = new Scope(state, null, null);
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        var binder = new ExpressionBinder(state, scope, ExpressionKind.OTHER);
        var value = written.markValue();
        var otherwise = written.markDefault();
        var first = value == null ? PgOperator.constant(true, Types.BOOL, -1) : binder.bind(value);
        var second =
                otherwise == null
                        ? PgOperator.constant(false, Types.BOOL, -1)
                        : binder.bind(otherwise);
        var offsets =
                List.of(
                        value == null ? -1 : value.offset(),
                        otherwise == null ? -1 : otherwise.offset());
        var common = state.coercion.commonType(List.of(first, second), "CYCLE", offsets);
        if (common == null) {
            throw new IllegalStateException("a construct has a common type");
        }
        markValue = state.coercion.toCommon(first, common, "CYCLE/SET/TO", offsets.getFirst());
        markDefault =
                state.coercion.toCommon(second, common, "CYCLE/SET/DEFAULT", offsets.getLast());
        Sorting.requireEquality(state, markValue, -1);
        names.add(written.markColumn());
        types.add(
                PgType.of(common, Coercion.commonTypmod(List.of(markValue, markDefault), common)));
        names.add(written.pathColumn());
        types.add(PgType.of(Oids.RECORD_ARRAY));
    }

    /** The columns that come behind the table's own. */
    List<String> names() {
        return names;
    }

    List<PgType> types() {
        return types;
    }

    /** The value of the mark; null without CYCLE. */
    @Nullable RexNode markValue() {
        return markValue;
    }

    @Nullable RexNode markDefault() {
        return markDefault;
    }

    /** 42601 for a common table that is not recursive. */
    static void forbid(Clause.Cte cte) {
        if (cte.search() != null || cte.cycle() != null) {
            throw Errors.at(cte, SqlState.SYNTAX_ERROR, "WITH query is not recursive");
        }
    }

    /** Checks the clauses against the table's own columns, as transformWithClause does. */
    void check(QueryBody.SetOperation union, List<String> columns) {
        if (isBareSetOperation(union.left())) {
            throw Errors.at(
                    -1,
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "with a SEARCH or CYCLE clause, the left side of the UNION must be a SELECT");
        }
        if (isBareSetOperation(union.right())) {
            throw Errors.at(
                    -1,
                    SqlState.SYNTAX_ERROR,
                    "with a SEARCH or CYCLE clause, the right side of the UNION must be a SELECT");
        }
        if (search != null) {
            checkColumns(search, "search", search.columns(), columns);
            checkFree(search, "search sequence", search.sequenceColumn(), columns);
        }
        if (cycle != null) {
            checkColumns(cycle, "cycle", cycle.columns(), columns);
            checkFree(cycle, "cycle mark", cycle.markColumn(), columns);
            checkFree(cycle, "cycle path", cycle.pathColumn(), columns);
            if (cycle.markColumn().equals(cycle.pathColumn())) {
                throw Errors.at(
                        cycle,
                        SqlState.SYNTAX_ERROR,
                        "cycle mark column name and cycle path column name are the same");
            }
        }
        if (search != null && cycle != null) {
            for (var other : List.of(cycle.markColumn(), cycle.pathColumn())) {
                if (search.sequenceColumn().equals(other)) {
                    throw Errors.at(
                            search,
                            SqlState.SYNTAX_ERROR,
                            "search sequence column name and cycle "
                                    + (other.equals(cycle.markColumn()) ? "mark" : "path")
                                    + " column name are the same");
                }
            }
        }
        if (reference(union.right()) == null) {
            throw Errors.at(
                    -1,
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "with a SEARCH or CYCLE clause, the recursive reference to WITH query \""
                            + cte.name()
                            + "\" must be at the top level of its right-hand SELECT");
        }
    }

    /** A set operation that nothing makes a query of its own. */
    private static boolean isBareSetOperation(Query query) {
        return query.body() instanceof QueryBody.SetOperation
                && query.with() == null
                && query.orderBy().isEmpty()
                && query.limitCount() == null
                && query.limitOffset() == null
                && query.locking().isEmpty();
    }

    private static void checkColumns(
            PgNode clause, String kind, List<String> listed, List<String> columns) {
        var seen = new HashSet<String>();
        for (var name : listed) {
            if (!columns.contains(name)) {
                throw Errors.at(
                        clause,
                        SqlState.SYNTAX_ERROR,
                        kind + " column \"" + name + "\" not in WITH query column list");
            }
            if (!seen.add(name)) {
                throw Errors.at(
                        clause,
                        SqlState.DUPLICATE_COLUMN,
                        kind + " column \"" + name + "\" specified more than once");
            }
        }
    }

    private static void checkFree(PgNode clause, String kind, String name, List<String> columns) {
        if (columns.contains(name)) {
            throw Errors.at(
                    clause,
                    SqlState.SYNTAX_ERROR,
                    kind + " column name \"" + name + "\" already used in WITH query column list");
        }
    }

    /** Where FROM of the recursive term names the table; null where it does so deeper down. */
    private @Nullable RangeVar reference(Query right) {
        var with = right.with();
        boolean hidden =
                with != null && with.ctes().stream().anyMatch(own -> own.name().equals(cte.name()));
        if (!hidden && right.body() instanceof QueryBody.Select select) {
            for (var from : select.from()) {
                var found = reference(from);
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private @Nullable RangeVar reference(From from) {
        return switch (from) {
            case From.Table table -> {
                var variable = table.relation();
                yield variable.schema() == null && variable.name().equals(cte.name())
                        ? variable
                        : null;
            }
            case From.Join join -> {
                var left = reference(join.left());
                yield left != null ? left : reference(join.right());
            }
            default -> null;
        };
    }

    /**
     * The recursive term with the columns of the row that it began with behind its own; as it is
     * where {@link #check} will refuse it.
     *
     * @param columns the table's own
     */
    Query reading(Query right, List<String> columns) {
        var variable = reference(right);
        if (variable == null
                || !(right.body() instanceof QueryBody.Select select)
                || new HashSet<>(names).size() < names.size()
                || names.stream().anyMatch(columns::contains)) {
            return right;
        }
        int width = columns.size();
        var alias = variable.alias();
        var table = alias == null ? variable.name() : alias.name();
        var targets = new ArrayList<>(select.targets());
        var span = new Span(variable.offset(), variable.start(), variable.end());
        for (int i = 0; i < names.size(); i++) {
            var column = List.of(table, nameIn(alias, width + i, names.get(i)));
            targets.add(
                    new Clause.Target(span, new Expr.ColumnRef(span, column, false), names.get(i)));
        }
        var body =
                new QueryBody.Select(
                        span,
                        select.distinct(),
                        select.distinctOn(),
                        targets,
                        select.into(),
                        select.from(),
                        select.where(),
                        select.groupDistinct(),
                        select.groupBy(),
                        select.having(),
                        select.windows());
        return new Query(
                span,
                right.with(),
                body,
                right.orderBy(),
                right.limitCount(),
                right.limitOffset(),
                right.withTies(),
                right.locking());
    }

    private static String nameIn(@Nullable Alias alias, int index, String name) {
        return alias != null && index < alias.columns().size() ? alias.columns().get(index) : name;
    }

    /** The rows of the other term with the columns as they begin. */
    RelNode initial(RelNode rel, List<String> columns, List<PgType> columnTypes) {
        var scope = scope(columns, columnTypes, PgOperator.constant(0L, Types.INT8, -1));
        var values = own(columnTypes);
        if (search != null) {
            values.add(
                    StoredExpressions.inScope(
                            state,
                            scope,
                            search.breadthFirst()
                                    ? quoted(SEARCHED)
                                    : "ARRAY[" + quoted(SEARCHED) + "]"));
        }
        if (cycle != null) {
            values.add(StoredExpressions.inScope(state, scope, quoted(DEFAULT)));
            values.add(StoredExpressions.inScope(state, scope, "ARRAY[" + quoted(CYCLED) + "]"));
        }
        return QueryBinder.project(state, rel, values, all(columns));
    }

    /** The rows of {@link #reading}, but those of a cycle, with the columns one step further. */
    RelNode step(RelNode rel, List<String> columns, List<PgType> columnTypes) {
        int width = columns.size();
        var depth =
                search != null && search.breadthFirst()
                        ? PgOperator.call(
                                new Form.FieldSelect(0, DEPTH),
                                PgType.of(Oids.INT8),
                                new RexInputRef(width, types.getFirst()))
                        : PgOperator.constant(0L, Types.INT8, -1);
        var next =
                StoredExpressions.inScope(
                        state,
                        scope(columns, columnTypes, depth),
                        "pg_catalog.int8inc(" + quoted(DEPTH) + ")");
        var scope = scope(columns, columnTypes, next);
        var rows = rel;
        var values = own(columnTypes);
        if (search != null) {
            values.add(
                    StoredExpressions.inScope(
                            state,
                            scope,
                            search.breadthFirst()
                                    ? quoted(SEARCHED)
                                    : further(search.sequenceColumn(), SEARCHED)));
        }
        if (cycle != null) {
            rows =
                    LogicalFilter.create(
                            rel,
                            StoredExpressions.inScope(
                                    state,
                                    scope,
                                    quoted(cycle.markColumn())
                                            + " OPERATOR(pg_catalog.<>) "
                                            + quoted(VALUE)));
            values.add(
                    StoredExpressions.inScope(
                            state,
                            scope,
                            "CASE WHEN "
                                    + quoted(CYCLED)
                                    + " OPERATOR(pg_catalog.=) ANY ("
                                    + quoted(cycle.pathColumn())
                                    + ") THEN "
                                    + quoted(VALUE)
                                    + " ELSE "
                                    + quoted(DEFAULT)
                                    + " END"));
            values.add(
                    StoredExpressions.inScope(state, scope, further(cycle.pathColumn(), CYCLED)));
        }
        return QueryBinder.project(state, rows, values, all(columns));
    }

    private static String further(String path, String row) {
        return quoted(path) + " OPERATOR(pg_catalog.||) ARRAY[" + quoted(row) + "]";
    }

    /** Rows without the columns' values, where only their types matter. */
    RelNode typed(RelNode rel, List<String> columns, List<PgType> columnTypes) {
        var values = own(columnTypes);
        for (var type : types) {
            values.add(PgOperator.constant(null, type.type(), type.typmod()));
        }
        return QueryBinder.project(state, rel, values, all(columns));
    }

    private List<String> all(List<String> columns) {
        var all = new ArrayList<>(columns);
        all.addAll(names);
        return all;
    }

    private static List<RexNode> own(List<PgType> columnTypes) {
        var values = new ArrayList<RexNode>();
        for (int i = 0; i < columnTypes.size(); i++) {
            values.add(new RexInputRef(i, columnTypes.get(i)));
        }
        return values;
    }

    private static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    /** The columns that were added, the marks, and the rows of the columns that are listed. */
    private Scope scope(List<String> columns, List<PgType> columnTypes, RexNode depth) {
        var scope = new Scope(state, null, null);
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        scope.append(columns, columnTypes);
        scope.append(names, types);
        var found = new ArrayList<Scope.Column>();
        for (int i = 0; i < names.size(); i++) {
            found.add(column(names.get(i), new RexInputRef(columns.size() + i, types.get(i))));
        }
        if (markValue != null && markDefault != null) {
            found.add(column(VALUE, markValue));
            found.add(column(DEFAULT, markDefault));
        }
        found.add(column(DEPTH, depth));
        if (search != null) {
            var deep = search.breadthFirst() ? depth : null;
            found.add(column(SEARCHED, row(search.columns(), columns, columnTypes, deep)));
        }
        if (cycle != null) {
            found.add(column(CYCLED, row(cycle.columns(), columns, columnTypes, null)));
        }
        scope.namespace.add(new Scope.Item(cte.name(), found, null, 0, -1));
        return scope;
    }

    private static Scope.Column column(String name, RexNode value) {
        return new Scope.Column(name, PgType.of(value), value);
    }

    private static RexNode row(
            List<String> listed,
            List<String> columns,
            List<PgType> columnTypes,
            @Nullable RexNode depth) {
        var fieldNames = new ArrayList<String>();
        var fields = new ArrayList<RexNode>();
        if (depth != null) {
            fieldNames.add(DEPTH);
            fields.add(depth);
        }
        for (var name : listed) {
            int index = columns.indexOf(name);
            fieldNames.add(name);
            fields.add(new RexInputRef(index, columnTypes.get(index)));
        }
        return PgOperator.call(new Form.Row(fieldNames), PgType.of(Oids.RECORD), fields);
    }
}
