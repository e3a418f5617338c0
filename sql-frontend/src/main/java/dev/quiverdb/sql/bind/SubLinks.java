package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.algebra.SubLink;
import dev.quiverdb.sql.parse.Expr;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexNode;

/** Binds subqueries in expressions, after transformSubLink. */
final class SubLinks {
    private final ExpressionBinder binder;
    private final State state;

    SubLinks(ExpressionBinder binder) {
        this.binder = binder;
        this.state = binder.state;
    }

    private BoundQuery query(Expr.Sublink link) {
        var place = binder.kind.noSubqueries();
        if (place != null) {
            throw Errors.at(
                    link, SqlState.FEATURE_NOT_SUPPORTED, "cannot use subquery in " + place);
        }
        QueryBinder.forbidInto(link.query());
        var outside = binder.scope.kind;
        binder.scope.kind = binder.kind;
        var bound = new QueryBinder(state, binder.scope, binder.scope).bind(link.query());
        binder.scope.kind = outside;
        return bound;
    }

    RexNode bind(Expr.Sublink link) {
        var query = query(link);
        var correlation = binder.scope.frame.correlation();
        return switch (link.kind()) {
            case EXISTS ->
                    new SubLink(
                            SubLink.Kind.EXISTS,
                            PgType.bool(),
                            query.rel(),
                            correlation,
                            null,
                            List.of());
            case SCALAR -> {
                oneColumn(query, link);
                yield new SubLink(
                        SubLink.Kind.SCALAR,
                        query.types().getFirst(),
                        query.rel(),
                        correlation,
                        null,
                        List.of());
            }
            case ARRAY -> {
                oneColumn(query, link);
                var element = query.types().getFirst().type();
                var array =
                        element.actual().isTrueArray()
                                ? element.actual()
                                : element.arrayOid() == 0
                                        ? null
                                        : state.catalog.typeOrNull(element.arrayOid());
                if (array == null) {
                    throw Errors.at(
                            link,
                            SqlState.UNDEFINED_OBJECT,
                            "could not find array type for data type " + element.formatType(-1));
                }
                yield new SubLink(
                        SubLink.Kind.ARRAY,
                        PgType.of(array, query.types().getFirst().typmod()),
                        query.rel(),
                        correlation,
                        null,
                        List.of());
            }
            case ANY -> quantified(link, query, SubLink.Kind.ANY);
            case ALL -> quantified(link, query, SubLink.Kind.ALL);
        };
    }

    private static void oneColumn(BoundQuery query, Expr.Sublink link) {
        if (query.types().size() != 1) {
            throw Errors.at(link, SqlState.SYNTAX_ERROR, "subquery must return only one column");
        }
    }

    private RexNode quantified(Expr.Sublink link, BoundQuery query, SubLink.Kind kind) {
        var test = link.test();
        if (test == null) {
            throw new IllegalStateException("ANY and ALL have a left side");
        }
        var left = new ArrayList<RexNode>();
        if (test instanceof Expr.Row row) {
            left.addAll(binder.bindAll(row.fields()));
        } else {
            left.add(binder.bind(test));
        }
        if (left.size() < query.types().size()) {
            throw Errors.at(link, SqlState.SYNTAX_ERROR, "subquery has too many columns");
        }
        if (left.size() > query.types().size()) {
            throw Errors.at(link, SqlState.SYNTAX_ERROR, "subquery has too few columns");
        }
        int first = state.nextPlaceholders(left.size());
        var right = new ArrayList<RexNode>();
        var placeholders = new ArrayList<Integer>();
        for (int i = 0; i < left.size(); i++) {
            right.add(PgOperator.call(new Form.Placeholder(first + i), query.types().get(i)));
            placeholders.add(first + i);
        }
        var name = link.operator().isEmpty() ? List.of("=") : link.operator();
        var comparison = new RowComparisons(binder).compare(name, left, right, link.offset());
        return new SubLink(
                kind,
                PgType.bool(),
                query.rel(),
                binder.scope.frame.correlation(),
                state.coercion.toBoolean(comparison, "ANY", link.offset()),
                placeholders);
    }

    /** {@code (a, b) op (SELECT ...)}: the subquery is one row. */
    RexNode rowCompare(Expr.Row row, List<String> operator, Expr.Sublink link) {
        var query = query(link);
        var left = binder.bindAll(row.fields());
        if (left.size() < query.types().size()) {
            throw Errors.at(link, SqlState.SYNTAX_ERROR, "subquery has too many columns");
        }
        if (left.size() > query.types().size()) {
            throw Errors.at(link, SqlState.SYNTAX_ERROR, "subquery has too few columns");
        }
        var record =
                new SubLink(
                        SubLink.Kind.ROW,
                        PgType.of(Oids.RECORD),
                        query.rel(),
                        binder.scope.frame.correlation(),
                        null,
                        List.of());
        var right = new ArrayList<RexNode>();
        for (int i = 0; i < left.size(); i++) {
            right.add(
                    PgOperator.call(
                            new Form.FieldSelect(i, query.names().get(i)),
                            query.types().get(i),
                            record));
        }
        return new RowComparisons(binder).compare(operator, left, right, link.offset());
    }
}
