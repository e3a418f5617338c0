package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.catalog.AccessMethod;
import dev.quiverdb.sql.parse.Clause;
import org.apache.calcite.rex.RexNode;

/** Directions of ORDER BY, and whether types can be ordered and compared. */
final class Sorting {
    private static final int BTREE_LESS = 1;
    private static final int BTREE_EQUAL = 3;
    private static final int BTREE_GREATER = 5;

    private Sorting() {}

    /** The direction that an ORDER BY item asks for its expression. */
    static Form.Order order(State state, Clause.SortBy item, RexNode value) {
        int offset = item.expression().offset();
        boolean descending = item.direction() == Clause.Direction.DESC;
        if (item.direction() == Clause.Direction.USING) {
            descending = using(state, item, value);
        } else {
            requireOrder(state, value, offset);
        }
        boolean nullsFirst =
                switch (item.nulls()) {
                    case FIRST -> true;
                    case LAST -> false;
                    case DEFAULT -> descending;
                };
        return new Form.Order(descending, nullsFirst);
    }

    private static boolean using(State state, Clause.SortBy item, RexNode value) {
        var type = Coercion.type(value);
        var operator = state.resolution.operator(item.usingOperator(), type, type, item.offset());
        for (var seat : state.catalog.seats(operator.oid())) {
            if (seat.method() == AccessMethod.BTREE
                    && (seat.strategy() == BTREE_LESS || seat.strategy() == BTREE_GREATER)) {
                return seat.strategy() == BTREE_GREATER;
            }
        }
        throw Errors.at(
                        item.expression(),
                        SqlState.WRONG_OBJECT_TYPE,
                        "operator " + operator.name() + " is not a valid ordering operator")
                .withHint(
                        "Ordering operators must be \"<\" or \">\" members of btree operator families.");
    }

    /** 42883 unless values of the type have an order. */
    static void requireOrder(State state, RexNode value, int offset) {
        var type = Coercion.type(value);
        if (!orderable(state, type)) {
            throw Errors.at(
                            offset,
                            SqlState.UNDEFINED_FUNCTION,
                            "could not identify an ordering operator for type "
                                    + type.formatType(-1))
                    .withHint("Use an explicit ordering operator or modify the query.");
        }
    }

    static boolean orderable(State state, Type type) {
        var actual = type.actual();
        var element = actual.element();
        if (actual.isTrueArray() && element != null) {
            return orderable(state, element);
        }
        return state.resolution.btreeOperator(type, BTREE_LESS) != null;
    }

    /** 42883 unless values of the type can be compared for equality. */
    static void requireEquality(State state, RexNode value, int offset) {
        var type = Coercion.type(value);
        if (!comparable(state, type)) {
            throw Errors.at(
                    offset,
                    SqlState.UNDEFINED_FUNCTION,
                    "could not identify an equality operator for type " + type.formatType(-1));
        }
    }

    private static boolean comparable(State state, Type type) {
        var actual = type.actual();
        var element = actual.element();
        if (actual.isTrueArray() && element != null) {
            return comparable(state, element);
        }
        return state.resolution.btreeOperator(type, BTREE_EQUAL) != null
                || state.catalog.defaultOperatorClass(AccessMethod.HASH, type) != null;
    }
}
