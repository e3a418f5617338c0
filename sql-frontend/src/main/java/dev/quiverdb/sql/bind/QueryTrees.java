package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.parse.Alias;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.From;
import dev.quiverdb.sql.parse.Query;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the {@link QueryTree}s of a statement while it is bound, where somebody wants to write
 * them as text. Keyed by identity: by what was parsed on the way down, by the rows that a query
 * yields on the way up.
 */
final class QueryTrees {
    /** The row of a scope as a correlation variable names it, from column {@code start}. */
    record Row(Scope scope, int start) {}

    /** LIMIT and OFFSET as bound. */
    record Limits(@Nullable RexNode count, @Nullable RexNode offset) {}

    /** The body of a query, before what stands behind it is known. */
    record Part(Scope scope, QueryTree.Body body, List<QueryTree.Key> sort) {}

    private final Map<From, QueryTree.Source> sources = new IdentityHashMap<>();
    private final Map<RelNode, QueryTree> queries = new IdentityHashMap<>();
    private final Map<CorrelationId, Row> rows = new HashMap<>();
    private final Map<Query, Limits> limits = new IdentityHashMap<>();
    private final Map<Query, Part> parts = new IdentityHashMap<>();
    private final Map<Clause.Cte, QueryTree.Common> commons = new IdentityHashMap<>();

    void row(CorrelationId correlation, Scope scope, int start) {
        rows.put(correlation, new Row(scope, start));
    }

    @Nullable Row row(CorrelationId correlation) {
        return rows.get(correlation);
    }

    void limits(Query query, @Nullable RexNode count, @Nullable RexNode offset) {
        limits.put(query, new Limits(count, offset));
    }

    void part(Query query, Part part) {
        parts.put(query, part);
    }

    /** The order of a query whose body has been told. */
    void sorted(Query query, List<PgRel.SortColumn> sort) {
        var part = parts.get(query);
        if (part != null) {
            var keys =
                    sort.stream()
                            .map(key ->
                                    new QueryTree.Key(
                                            key.column(), key.descending(), key.nullsFirst()))
                            .toList();
            parts.put(query, new Part(part.scope(), part.body(), keys));
        }
    }

    void common(Clause.Cte table, QueryTree query, @Nullable SearchCycle ways) {
        commons.put(table, new QueryTree.Common(table, query, ways));
    }

    /** A whole query has been bound to {@code rel}. */
    void query(Query query, BoundQuery bound) {
        var part = parts.get(query);
        if (part == null) {
            throw SqlException.internal("a query was bound without its parts");
        }
        var with = query.with();
        var tables = new ArrayList<QueryTree.Common>();
        if (with != null) {
            for (var table : with.ctes()) {
                var common = commons.get(table);
                if (common == null) {
                    throw SqlException.notSupported(
                            "a query that modifies data cannot be written as text");
                }
                tables.add(common);
            }
        }
        var limit = limits.get(query);
        queries.put(
                bound.rel(),
                new QueryTree(
                        part.scope(),
                        with != null && with.recursive(),
                        tables,
                        part.body(),
                        part.sort(),
                        limit == null ? null : limit.count(),
                        limit == null ? null : limit.offset(),
                        query.withTies(),
                        query.locking(),
                        bound.names()));
    }

    QueryTree query(RelNode rel) {
        var tree = queries.get(rel);
        if (tree == null) {
            throw SqlException.internal("rows without a query tree");
        }
        return tree;
    }

    /** Literals whose type the set operation around a query decides are of that type. */
    void convert(BoundQuery query, List<PgType> types, State state, String construct) {
        var tree = query(query.rel());
        QueryTree.Body body =
                switch (tree.body()) {
                    case QueryTree.Select select -> {
                        var targets = new ArrayList<>(select.targets());
                        for (int i = 0; i < types.size(); i++) {
                            var old = targets.get(i);
                            targets.set(
                                    i,
                                    new QueryTree.Output(
                                            old.name(),
                                            known(old.value(), types.get(i), state, construct),
                                            old.junk()));
                        }
                        yield new QueryTree.Select(
                                targets,
                                select.distinct(),
                                select.distinctOn(),
                                select.from(),
                                select.where(),
                                select.groupDistinct(),
                                select.groupBy(),
                                select.groups(),
                                select.having(),
                                select.windows());
                    }
                    case QueryTree.Values values -> {
                        var rows = new ArrayList<List<RexNode>>();
                        for (var row : values.rows()) {
                            var made = new ArrayList<RexNode>();
                            for (int i = 0; i < types.size(); i++) {
                                made.add(known(row.get(i), types.get(i), state, construct));
                            }
                            rows.add(made);
                        }
                        yield new QueryTree.Values(rows);
                    }
                    case QueryTree.SetOperation operation -> operation;
                };
        queries.put(
                query.rel(),
                new QueryTree(
                        tree.scope(),
                        tree.recursive(),
                        tree.commons(),
                        body,
                        tree.sort(),
                        tree.limit(),
                        tree.offset(),
                        tree.withTies(),
                        tree.locks(),
                        tree.names()));
    }

    private static RexNode known(RexNode value, PgType type, State state, String construct) {
        return Coercion.isUnknown(Coercion.type(value))
                ? state.coercion.toCommon(value, type.type(), construct, -1)
                : value;
    }

    // ------------------------------------------------------------------ FROM

    List<QueryTree.Source> sources(List<From> items) {
        return items.stream().map(this::source).toList();
    }

    private QueryTree.Source source(From from) {
        var found = sources.get(from);
        if (found == null) {
            throw SqlException.internal("an item of FROM was not bound");
        }
        return found;
    }

    /** An item of FROM that is no join has been bound. */
    void leaf(From from, FromBinder.Bound bound, State state) {
        var item = bound.items().getFirst();
        switch (from) {
            case From.Table table -> {
                var variable = table.relation();
                var relation = item.relation;
                var rows =
                        relation == null
                                ? new QueryTree.CommonTable(variable.name())
                                : new QueryTree.Table(relation, !variable.inherit());
                add(from, item, rows, false, variable.alias());
            }
            case From.Subquery subquery ->
                    add(
                            from,
                            item,
                            new QueryTree.Subquery(query(bound.rel())),
                            subquery.lateral(),
                            subquery.alias());
            case From.Function function -> {
                if (bound.rel() instanceof PgRel.FunctionScan scan) {
                    add(
                            from,
                            item,
                            functions(function, scan, state),
                            function.lateral(),
                            function.alias());
                }
            }
            default -> {
                // Joins say so themselves; nothing else can be bound.
            }
        }
    }

    private static QueryTree.Functions functions(
            From.Function function, PgRel.FunctionScan scan, State state) {
        var definitions = new ArrayList<List<QueryTree.Defined>>();
        for (int i = 0; i < scan.expressions().size(); i++) {
            var written =
                    function.functions().size() == 1 && !function.rowsFrom()
                            ? function.columnDefinitions()
                            : i < function.functions().size()
                                    ? function.functions().get(i).columnDefinitions()
                                    : List.<Clause.ColumnDefinition>of();
            var defined = new ArrayList<QueryTree.Defined>();
            for (var column : written) {
                defined.add(
                        new QueryTree.Defined(
                                column.name(), state.typeNames.resolve(column.type())));
            }
            definitions.add(defined);
        }
        return new QueryTree.Functions(scan.expressions(), definitions, scan.ordinality());
    }

    private void add(
            From from,
            Scope.Item item,
            QueryTree.Rows rows,
            boolean lateral,
            @Nullable Alias alias) {
        sources.put(
                from,
                new QueryTree.Leaf(
                        item,
                        rows,
                        lateral,
                        alias == null ? null : alias.name(),
                        alias == null ? List.of() : alias.columns()));
    }

    /**
     * A join has been bound.
     *
     * @param condition over the row of the scope; null for none or USING
     * @param merged the columns that USING put together, from the left and from the right
     * @param columns of a named join
     */
    void join(
            From.Join join,
            @Nullable RexNode condition,
            List<String> using,
            List<List<RexNode>> merged,
            List<Scope.Column> columns) {
        sources.put(
                join,
                new QueryTree.Join(
                        join,
                        source(join.left()),
                        source(join.right()),
                        condition,
                        using,
                        merged.stream().map(QueryTrees::columns).toList(),
                        columns));
    }

    private static List<Integer> columns(List<RexNode> values) {
        var found = new ArrayList<Integer>();
        for (var value : values) {
            Expressions.any(
                    value,
                    part -> {
                        if (part instanceof RexInputRef reference) {
                            found.add(reference.getIndex());
                        }
                        return false;
                    });
        }
        return found;
    }
}
