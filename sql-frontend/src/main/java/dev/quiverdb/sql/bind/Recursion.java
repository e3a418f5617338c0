package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.From;
import dev.quiverdb.sql.parse.PgNode;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.QueryBody;
import dev.quiverdb.sql.parse.RangeVar;
import org.apache.calcite.sql.SqlNode;
import org.jspecify.annotations.Nullable;

/** Where a recursive query must not refer to itself, after checkWellFormedRecursion. */
final class Recursion {
    /** Why a reference is wrong where it stands; null where it is right. */
    private enum Place {
        NON_RECURSIVE_TERM("its non-recursive term"),
        SUBQUERY("a subquery"),
        OUTER_JOIN("an outer join"),
        INTERSECT("INTERSECT"),
        EXCEPT("EXCEPT");

        final String text;

        Place(String text) {
            this.text = text;
        }
    }

    private final String name;
    private int references;

    private Recursion(String name) {
        this.name = name;
    }

    /** Checks the two terms of {@code name}. */
    static void check(Query left, Query right, String name) {
        new Recursion(name).walk((SqlNode) left, Place.NON_RECURSIVE_TERM);
        new Recursion(name).walk((SqlNode) right, null);
    }

    private void walk(SqlNode node, @Nullable Place place) {
        switch (node) {
            case RangeVar variable -> reference(variable, place);
            case Query query -> query(query, place);
            case Expr.Sublink link -> {
                var test = link.test();
                if (test != null) {
                    walk((SqlNode) test, place);
                }
                walk((SqlNode) link.query(), place == null ? Place.SUBQUERY : place);
            }
            case QueryBody.SetOperation operation -> setOperation(operation, place);
            case From.Join join -> join(join, place);
            case PgNode tree -> {
                for (var operand : tree.getOperandList()) {
                    if (operand != null) {
                        walk(operand, place);
                    }
                }
            }
            default -> {
                // A leaf.
            }
        }
    }

    private void query(Query query, @Nullable Place place) {
        var with = query.with();
        boolean hidden = false;
        if (with != null) {
            for (var cte : with.ctes()) {
                boolean same = cte.name().equals(name);
                if (!(same && with.recursive()) && cte.query() instanceof SqlNode inner) {
                    walk(inner, place);
                }
                hidden |= same;
            }
        }
        if (!hidden) {
            for (var operand : query.getOperandList()) {
                if (operand != null && operand != with) {
                    walk(operand, place);
                }
            }
        }
    }

    private void setOperation(QueryBody.SetOperation operation, @Nullable Place place) {
        var left = place;
        var right = place;
        switch (operation.operator()) {
            case UNION -> {
                // As it stands.
            }
            case INTERSECT -> {
                if (operation.all()) {
                    left = place == null ? Place.INTERSECT : place;
                    right = left;
                }
            }
            case EXCEPT -> {
                if (operation.all()) {
                    left = place == null ? Place.EXCEPT : place;
                }
                right = place == null ? Place.EXCEPT : place;
            }
        }
        walk((SqlNode) operation.left(), left);
        walk((SqlNode) operation.right(), right);
    }

    private void join(From.Join join, @Nullable Place place) {
        var outer = place == null ? Place.OUTER_JOIN : place;
        walk(
                (SqlNode) join.left(),
                switch (join.type()) {
                    case INNER, LEFT -> place;
                    case RIGHT, FULL -> outer;
                });
        walk(
                (SqlNode) join.right(),
                switch (join.type()) {
                    case INNER, RIGHT -> place;
                    case LEFT, FULL -> outer;
                });
        if (join.on() instanceof SqlNode condition) {
            walk(condition, place);
        }
    }

    private void reference(RangeVar variable, @Nullable Place place) {
        if (variable.schema() != null || !variable.name().equals(name)) {
            return;
        }
        if (place != null) {
            throw Errors.at(
                    variable,
                    SqlState.INVALID_RECURSION,
                    "recursive reference to query \""
                            + name
                            + "\" must not appear within "
                            + place.text);
        }
        references++;
        if (references > 1) {
            throw Errors.at(
                    variable,
                    SqlState.INVALID_RECURSION,
                    "recursive reference to query \"" + name + "\" must not appear more than once");
        }
    }
}
