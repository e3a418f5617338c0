package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.Parser;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.QueryBody;
import java.util.ArrayList;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;

/**
 * Binds the SQL text of expressions that the catalog keeps: defaults, checks, generated columns,
 * index expressions, policies. Errors in them carry no position, for they are not in the user's
 * statement.
 */
final class StoredExpressions {
    private StoredExpressions() {}

    /** The tree of an expression's text. */
    static Expr parse(String text) {
        var statements = Parser.parse("SELECT " + text);
        if (statements.size() == 1
                && statements.getFirst().node() instanceof Query query
                && query.body() instanceof QueryBody.Select select
                && select.targets().size() == 1) {
            return select.targets().getFirst().expression();
        }
        throw SqlException.internal("stored expression is none: " + text);
    }

    private static RexNode bind(
            State state, Scope scope, String text, ExpressionBinder.Named[] named) {
        try {
            var binder = new ExpressionBinder(state, scope, ExpressionKind.OTHER);
            binder.named = named.length == 0 ? null : named[0];
            return binder.bind(parse(text));
        } catch (SqlException error) {
            throw error.withPosition(0);
        }
    }

    /** An expression over nothing. */
    static RexNode standalone(State state, String text) {
        var scope = new Scope(state, null, null);
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        return bind(state, scope, text, new ExpressionBinder.Named[0]);
    }

    /** A domain's check; VALUE is read from a placeholder. */
    static RexNode domainCheck(State state, String text, PgType type, int placeholder) {
        var scope = new Scope(state, null, null);
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        var value = PgOperator.call(new Form.Placeholder(placeholder), type);
        return state.coercion.toBoolean(
                bind(
                        state,
                        scope,
                        text,
                        new ExpressionBinder.Named[] {new ExpressionBinder.Named("value", value)}),
                "CHECK",
                -1);
    }

    /** A scope whose row is a relation's live columns. */
    static Scope tableScope(State state, Relation relation, String alias) {
        var scope = new Scope(state, null, null);
        addTable(state, scope, relation, alias);
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        return scope;
    }

    static Scope.Item addTable(State state, Scope scope, Relation relation, String alias) {
        var names = new ArrayList<String>();
        var types = new ArrayList<PgType>();
        for (var column : relation.liveColumns()) {
            names.add(column.name());
            types.add(PgType.of(state.type(column.type()), column.typmod(), column.collation()));
        }
        int start = scope.append(names, types);
        var columns = new ArrayList<Scope.Column>();
        for (int i = 0; i < names.size(); i++) {
            columns.add(
                    new Scope.Column(
                            names.get(i), types.get(i), new RexInputRef(start + i, types.get(i))));
        }
        var item = new Scope.Item(alias, columns, relation, start, -1);
        if (relation.rowType() != 0) {
            var type = state.catalog.typeOrNull(relation.rowType());
            if (type != null) {
                item.rowType = PgType.of(type, -1);
            }
        }
        scope.namespace.add(item);
        return item;
    }

    /** An expression over the live columns of a relation. */
    static RexNode overTable(State state, Relation relation, String text) {
        return bind(
                state,
                tableScope(state, relation, relation.name()),
                text,
                new ExpressionBinder.Named[0]);
    }

    /** As {@link #overTable} in a scope at hand. */
    static RexNode inScope(State state, Scope scope, String text) {
        return bind(state, scope, text, new ExpressionBinder.Named[0]);
    }
}
