package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Dml;
import dev.quiverdb.sql.parse.PgNode;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.QueryBody;
import dev.quiverdb.sql.parse.RangeVar;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.sql.SqlNode;

/** Binds WITH, after parse_cte.c. */
final class CommonTables {
    private final State state;
    private final Scope scope;
    private final List<PgRel.Cte> tables = new ArrayList<>();
    private final List<RelNode> plans = new ArrayList<>();

    CommonTables(State state, Scope scope) {
        this.state = state;
        this.scope = scope;
    }

    void bind(Clause.With with) {
        var names = new ArrayList<String>();
        for (var cte : with.ctes()) {
            if (names.contains(cte.name())) {
                throw Errors.at(
                        cte,
                        SqlState.DUPLICATE_ALIAS,
                        "WITH query name \"" + cte.name() + "\" specified more than once");
            }
            names.add(cte.name());
        }
        for (var cte : ordered(with)) {
            if (with.recursive() && mentions(cte.query(), cte.name())) {
                recursive(cte);
            } else {
                plain(cte);
                SearchCycle.forbid(cte);
            }
        }
    }

    /** WITH RECURSIVE allows forward references: those that are referred to come first. */
    private static List<Clause.Cte> ordered(Clause.With with) {
        if (!with.recursive()) {
            return with.ctes();
        }
        var left = new ArrayList<>(with.ctes());
        var done = new ArrayList<Clause.Cte>();
        while (!left.isEmpty()) {
            Clause.Cte next = null;
            for (var candidate : left) {
                boolean ready = true;
                for (var other : left) {
                    ready &= other == candidate || !mentions(candidate.query(), other.name());
                }
                if (ready) {
                    next = candidate;
                    break;
                }
            }
            if (next == null) {
                throw Errors.at(
                        left.getFirst(),
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "mutual recursion between WITH items is not implemented");
            }
            done.add(next);
            left.remove(next);
        }
        return done;
    }

    /** Whether a tree names a table without schema. */
    private static boolean mentions(SqlNode node, String name) {
        if (node instanceof RangeVar variable) {
            return variable.schema() == null && variable.name().equals(name);
        }
        if (node instanceof PgNode tree) {
            for (var operand : tree.getOperandList()) {
                if (operand != null && mentions(operand, name)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean mentions(dev.quiverdb.sql.parse.Command command, String name) {
        return command instanceof SqlNode && mentions((SqlNode) command, name);
    }

    private Scope.CommonTable known(Clause.Cte cte) {
        return new Scope.CommonTable(state.nextCte(), cte.name());
    }

    private void plain(Clause.Cte cte) {
        var table = known(cte);
        boolean modifies = cte.query() instanceof Dml;
        BoundQuery bound;
        switch (cte.query()) {
            case Query query -> {
                QueryBinder.forbidInto(query);
                bound = new QueryBinder(state, scope.parent, scope).bind(query);
                if (state.trees != null) {
                    state.trees.common(cte, state.trees.query(bound.rel()), null);
                }
            }
            case Dml dml -> {
                if (scope.parent != null) {
                    throw Errors.at(
                            cte,
                            SqlState.FEATURE_NOT_SUPPORTED,
                            "WITH clause containing a data-modifying statement must be at the top"
                                    + " level");
                }
                bound = new DmlBinder(state, scope).bind(dml);
                table.withoutColumns = bound.types().isEmpty();
            }
            default ->
                    throw Errors.at(
                            cte,
                            SqlState.SYNTAX_ERROR,
                            "WITH query must be a SELECT, INSERT, UPDATE or DELETE");
        }
        columns(table, cte, bound.names(), bound.types());
        scope.commonTables.put(cte.name(), table);
        tables.add(
                new PgRel.Cte(
                        table.id,
                        cte.name(),
                        modifies,
                        cte.materialized() == Clause.Materialized.NEVER));
        plans.add(bound.rel());
    }

    private static void columns(
            Scope.CommonTable table, Clause.Cte cte, List<String> names, List<PgType> types) {
        if (cte.columns().size() > names.size()) {
            throw Errors.at(
                    cte,
                    SqlState.INVALID_COLUMN_REFERENCE,
                    "WITH query \""
                            + cte.name()
                            + "\" has "
                            + names.size()
                            + " columns available but "
                            + cte.columns().size()
                            + " columns specified");
        }
        var own = new ArrayList<>(names);
        for (int i = 0; i < cte.columns().size(); i++) {
            own.set(i, cte.columns().get(i));
        }
        table.columns = List.copyOf(own);
        table.types = List.copyOf(types);
    }

    private void recursive(Clause.Cte cte) {
        if (!(cte.query() instanceof Query query)) {
            throw Errors.at(
                    cte,
                    SqlState.INVALID_RECURSION,
                    "recursive query \""
                            + cte.name()
                            + "\" must not contain data-modifying statements");
        }
        if (!(query.body() instanceof QueryBody.SetOperation union)
                || union.operator() != QueryBody.Operator.UNION) {
            throw Errors.at(
                    cte,
                    SqlState.INVALID_RECURSION,
                    "recursive query \""
                            + cte.name()
                            + "\" does not have the form non-recursive-term UNION [ALL]"
                            + " recursive-term");
        }
        if (!query.orderBy().isEmpty()) {
            throw Errors.at(
                    query.orderBy().getFirst().expression(),
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "ORDER BY in a recursive query is not implemented");
        }
        if (query.limitOffset() != null) {
            throw Errors.at(
                    query.limitOffset(),
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "OFFSET in a recursive query is not implemented");
        }
        if (query.limitCount() != null) {
            throw Errors.at(
                    query.limitCount(),
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "LIMIT in a recursive query is not implemented");
        }
        if (!query.locking().isEmpty()) {
            throw Errors.at(
                    query.locking().getFirst(),
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "FOR UPDATE/SHARE in a recursive query is not implemented");
        }
        Recursion.check(union.left(), union.right(), cte.name());
        var inner = new Scope(state, scope.parent, scope);
        var innerTables = new CommonTables(state, inner);
        var with = query.with();
        if (with != null) {
            innerTables.bind(with);
        }
        var table = known(cte);
        var binder = new QueryBinder(state, scope.parent, inner);
        var ways = cte.search() == null && cte.cycle() == null ? null : new SearchCycle(state, cte);
        var initial = binder.bind(union.left());
        columns(table, cte, initial.names(), initial.types());
        var own = table.columns;
        var trees = state.trees;
        var right = union.right();
        if (ways != null) {
            table.add(ways.names(), ways.types());
            // Text is made of the query as it was written.
            right = trees == null ? ways.reading(right, own) : right;
        }
        int added = ways == null || right == union.right() ? 0 : ways.names().size();
        table.recursing = true;
        inner.commonTables.put(cte.name(), table);
        var step = new QueryBinder(state, scope.parent, inner).keepingUnknowns().bind(right);
        if (step.types().size() - added != initial.types().size()) {
            throw Errors.at(
                    step.offsets().isEmpty() ? -1 : step.offsets().getFirst(),
                    SqlState.SYNTAX_ERROR,
                    "each UNION query must have the same number of columns");
        }
        for (int i = 0; i < initial.types().size(); i++) {
            var first = initial.types().get(i);
            var second = step.types().get(i);
            if (Coercion.isUnknown(second.type())) {
                continue;
            }
            var common =
                    state.coercion.commonType(
                            List.of(
                                    dev.quiverdb.sql.algebra.PgOperator.constant(
                                            null, first.type(), -1),
                                    dev.quiverdb.sql.algebra.PgOperator.constant(
                                            null, second.type(), -1)),
                            "UNION",
                            List.of(initial.offsets().get(i), step.offsets().get(i)));
            if (common != null
                    && (common.oid() != first.type().oid()
                            || first.typmod() != -1
                                    && second.type().oid() == first.type().oid()
                                    && first.typmod() != second.typmod())) {
                var whole = PgType.of(common, common.oid() == first.type().oid() ? -1 : -1);
                throw Errors.at(
                                initial.offsets().get(i),
                                SqlState.DATATYPE_MISMATCH,
                                "recursive query \""
                                        + cte.name()
                                        + "\" column "
                                        + (i + 1)
                                        + " has type "
                                        + first.type().formatType(first.typmod())
                                        + " in non-recursive term but type "
                                        + whole.type().formatType(whole.typmod())
                                        + " overall")
                        .withHint("Cast the output of the non-recursive term to the correct type.");
            }
        }
        if (ways != null) {
            ways.check(union, own);
        }
        if (trees != null) {
            trees.convert(step, initial.types(), state, "UNION");
            trees.part(
                    query,
                    new QueryTrees.Part(
                            inner,
                            new QueryTree.SetOperation(
                                    union.operator(),
                                    union.all(),
                                    trees.query(initial.rel()),
                                    trees.query(step.rel())),
                            List.of()));
            trees.query(query, initial);
            trees.common(cte, trees.query(initial.rel()), ways);
        }
        var first = initial.rel();
        var next = binder.convert(step, added == 0 ? initial.types() : table.types, "UNION");
        if (ways != null) {
            first = ways.initial(first, own, initial.types());
            next =
                    added == 0
                            ? ways.typed(next, own, initial.types())
                            : ways.step(next, own, initial.types());
        }
        var rel =
                new PgRel.RecursiveUnion(
                        first, next, state.row(table.columns, table.types), table.id, !union.all());
        var outside = new Scope.CommonTable(state.nextCte(), cte.name());
        outside.columns = table.columns;
        outside.types = table.types;
        scope.commonTables.put(cte.name(), outside);
        tables.add(new PgRel.Cte(outside.id, cte.name(), false, false));
        plans.add(innerTables.around(rel));
    }

    /** The body with the tables around it. */
    RelNode around(RelNode body) {
        return tables.isEmpty() ? body : new PgRel.With(tables, plans, body);
    }
}
