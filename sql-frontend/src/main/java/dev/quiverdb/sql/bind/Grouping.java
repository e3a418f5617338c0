package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.algebra.SubLink;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.GroupItem;
import dev.quiverdb.sql.parse.QueryBody;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.jspecify.annotations.Nullable;

/**
 * GROUP BY of one query: gathers keys and aggregates, checks that nothing else of the input row is
 * used above, and rewrites expressions over the grouped row; after parse_agg.c.
 */
final class Grouping {
    private static final int GROUPING_SETS_MAX = 4096;

    /** Binds a GROUP BY item. */
    interface ItemBinder {
        RexNode bind(Expr expression);
    }

    private final State state;
    private final Scope scope;
    private final List<RexNode> keys = new ArrayList<>();
    private final List<RexNode> aggregates = new ArrayList<>();
    private final List<RexNode> groupings = new ArrayList<>();
    private List<List<Integer>> sets = new ArrayList<>();

    /** What subqueries' aggregates of this query are over its own row. */
    private final Map<RexCall, RexNode> outerAggregates = new IdentityHashMap<>();

    private boolean plain = true;
    private @Nullable CorrelationId correlation;
    private @Nullable RelNode made;

    Grouping(State state, Scope scope) {
        this.state = state;
        this.scope = scope;
        sets.add(List.of());
    }

    /** Whether the query is grouped at all. */
    boolean needed(QueryBody.Select select, List<RexNode> targets, @Nullable RexNode having) {
        return made != null
                || scope.hasOuterAggregates
                || !select.groupBy().isEmpty()
                || having != null
                || targets.stream().anyMatch(Expressions::hasAggregate);
    }

    // ------------------------------------------------------------------ grouping sets

    void sets(List<GroupItem> items, boolean distinct, ItemBinder binder) {
        List<List<Integer>> all = List.of(List.of());
        for (var item : items) {
            var some = expand(item, binder);
            var product = new ArrayList<List<Integer>>();
            for (var left : all) {
                for (var right : some) {
                    product.add(union(left, right));
                }
            }
            if (product.size() > GROUPING_SETS_MAX) {
                throw new SqlException(
                        SqlState.STATEMENT_TOO_COMPLEX,
                        "too many grouping sets present (maximum 4096)");
            }
            all = product;
        }
        if (distinct) {
            var seen = new LinkedHashSet<Set<Integer>>();
            var kept = new ArrayList<List<Integer>>();
            for (var set : all) {
                if (seen.add(new LinkedHashSet<>(set))) {
                    kept.add(set);
                }
            }
            all = kept;
        }
        sets = new ArrayList<>(all);
    }

    private static List<Integer> union(List<Integer> left, List<Integer> right) {
        var both = new LinkedHashSet<>(left);
        both.addAll(right);
        return List.copyOf(both);
    }

    private List<List<Integer>> expand(GroupItem item, ItemBinder binder) {
        return switch (item) {
            case GroupItem.Simple simple -> List.of(simple(simple.expression(), binder));
            case GroupItem.GroupingSet set -> {
                plain = false;
                yield switch (set.kind()) {
                    case EMPTY -> List.of(List.of());
                    case ROLLUP -> {
                        var parts = parts(set, binder);
                        var made = new ArrayList<List<Integer>>();
                        for (int n = parts.size(); n >= 0; n--) {
                            var part = List.<Integer>of();
                            for (int i = 0; i < n; i++) {
                                part = union(part, parts.get(i));
                            }
                            made.add(part);
                        }
                        yield made;
                    }
                    case CUBE -> {
                        var parts = parts(set, binder);
                        if (parts.size() > 12) {
                            throw Errors.at(
                                    set,
                                    SqlState.TOO_MANY_COLUMNS,
                                    "CUBE is limited to 12 elements");
                        }
                        var made = new ArrayList<List<Integer>>();
                        for (int mask = (1 << parts.size()) - 1; mask >= 0; mask--) {
                            var part = List.<Integer>of();
                            for (int i = 0; i < parts.size(); i++) {
                                if ((mask & (1 << (parts.size() - 1 - i))) != 0) {
                                    part = union(part, parts.get(i));
                                }
                            }
                            made.add(part);
                        }
                        yield made;
                    }
                    case SETS -> {
                        var made = new ArrayList<List<Integer>>();
                        for (var part : set.content()) {
                            made.addAll(expand(part, binder));
                        }
                        yield made;
                    }
                };
            }
        };
    }

    private List<List<Integer>> parts(GroupItem.GroupingSet set, ItemBinder binder) {
        var parts = new ArrayList<List<Integer>>();
        for (var part : set.content()) {
            parts.addAll(expand(part, binder));
        }
        return parts;
    }

    private List<Integer> simple(Expr expression, ItemBinder binder) {
        if (expression instanceof Expr.Row row && !row.explicit()) {
            var part = List.<Integer>of();
            for (var field : row.fields()) {
                part = union(part, simple(field, binder));
            }
            return part;
        }
        var key = binder.bind(expression);
        int known = keys.indexOf(key);
        if (known < 0) {
            keys.add(key);
            known = keys.size() - 1;
        }
        return List.of(known);
    }

    // ------------------------------------------------------------------ collecting

    /** Finds the aggregates of an expression and checks its columns. */
    void collect(RexNode node) {
        if (keys.contains(node)) {
            return;
        }
        var form = PgOperator.form(node);
        if (form instanceof Form.OuterAggregate) {
            return;
        }
        if (form instanceof Form.Aggregate aggregate) {
            if (!aggregates.contains(node)) {
                direct(((RexCall) node).getOperands().subList(0, aggregate.directArguments()));
                aggregates.add(node);
            }
            return;
        }
        if (form instanceof Form.Grouping) {
            for (var operand : ((RexCall) node).getOperands()) {
                if (!keys.contains(operand)) {
                    throw new SqlException(
                                    SqlState.GROUPING_ERROR,
                                    "arguments to GROUPING must be grouping expressions of the"
                                            + " associated query level")
                            .withPosition(offset(operand) + 1);
                }
            }
            if (!groupings.contains(node)) {
                groupings.add(node);
            }
            return;
        }
        if (node instanceof RexInputRef reference) {
            column(reference.getIndex(), PgType.of(reference), offset(node), false);
            return;
        }
        if (node instanceof SubLink link) {
            var variable = link.correlation();
            new Correlations(variable) {
                @Override
                RexNode replace(RexFieldAccess access, int index) {
                    if (!isKey(index)) {
                        column(index, PgType.of(access), offset(access), true);
                    }
                    return access;
                }

                @Override
                @Nullable RexNode whole(RexCall call) {
                    var own = own(call, variable);
                    if (own == null) {
                        return null;
                    }
                    collect(own);
                    return call;
                }
            }.apply(link.rel());
        }
        if (node instanceof RexCall call) {
            call.getOperands().forEach(this::collect);
        }
    }

    /** Direct arguments are of the group, not of its rows. */
    private void direct(List<RexNode> arguments) {
        for (var argument : arguments) {
            try {
                collect(argument);
            } catch (SqlException error) {
                throw error.state() == SqlState.GROUPING_ERROR
                        ? error.withDetail(
                                "Direct arguments of an ordered-set aggregate must use only"
                                        + " grouped columns.")
                        : error;
            }
            for (int key = 0; key < keys.size(); key++) {
                int number = key;
                var value = keys.get(key);
                if (sets.stream().anyMatch(set -> !set.contains(number))
                        && Expressions.any(argument, part -> part.equals(value))) {
                    throw SqlException.notSupported(
                            "direct arguments that are not grouping columns of every grouping set"
                                    + " are not supported");
                }
            }
        }
    }

    /** The item whose row a column says is there; null if it is not such a column. */
    private Scope.@Nullable Item present(int index) {
        return scope.namespace.stream()
                .filter(item -> item.presence == index)
                .findFirst()
                .orElse(null);
    }

    private int offset(RexNode node) {
        return state.offsets.getOrDefault(node, -1);
    }

    private boolean isKey(int index) {
        return keys.stream()
                .anyMatch(key ->
                        key instanceof RexInputRef reference && reference.getIndex() == index);
    }

    /** A column that is no key: fine where a primary key among the keys determines it. */
    private void column(int index, PgType type, int offset, boolean fromSubquery) {
        Scope.Item owner = present(index);
        String name = "*";
        for (var item : scope.namespace) {
            if (item.columnsVisible && item.relation == null && item.scan < 0) {
                for (var column : item.columns) {
                    if (column.expression() instanceof RexInputRef reference
                            && reference.getIndex() == index) {
                        owner = owner == null ? item : owner;
                        name = column.name();
                    }
                }
            }
        }
        for (var item : scope.namespace) {
            for (var column : item.columns) {
                if (column.expression() instanceof RexInputRef reference
                        && reference.getIndex() == index
                        && !item.alias.equals("unnamed_join")) {
                    owner = item;
                    name = column.name();
                }
            }
        }
        if (owner != null && determined(owner)) {
            keys.add(new RexInputRef(index, type));
            if (plain) {
                sets.set(0, union(sets.getFirst(), List.of(keys.size() - 1)));
            }
            return;
        }
        var qualified = owner == null ? name : owner.alias + "." + name;
        throw Errors.at(
                offset,
                SqlState.GROUPING_ERROR,
                fromSubquery
                        ? "subquery uses ungrouped column \"" + qualified + "\" from outer query"
                        : "column \""
                                + qualified
                                + "\" must appear in the GROUP BY clause or be used in an aggregate"
                                + " function");
    }

    private boolean determined(Scope.Item item) {
        var relation = item.relation;
        if (relation == null || !plain) {
            return false;
        }
        for (var constraint : state.catalog.constraints(relation.oid())) {
            if (constraint.kind() != 'p' || constraint.deferrable()) {
                continue;
            }
            boolean all = true;
            for (int number : constraint.columns()) {
                int position = Positions.of(relation, number);
                all &= isKey(item.start + position);
            }
            if (all) {
                state.use(constraint);
                return true;
            }
        }
        return false;
    }

    // ------------------------------------------------------------------ rewriting

    /** The grouped rows: keys, aggregates, GROUPING() values. */
    RelNode rel(RelNode input) {
        var expanded = new ArrayList<RexNode>();
        var expressions = new ArrayList<RexNode>();
        int width = input.getRowType().getFieldCount();
        for (var key : keys) {
            if (Expressions.returnsSet(key)) {
                expressions.add(new RexInputRef(width + expanded.size(), PgType.of(key)));
                expanded.add(key);
            } else {
                expressions.add(key);
            }
        }
        expressions.addAll(aggregates);
        var names = new ArrayList<String>();
        var types = new ArrayList<PgType>();
        for (var expression : expressions) {
            names.add("g" + names.size());
            types.add(PgType.of(expression));
        }
        var arguments = new ArrayList<List<Integer>>();
        for (var grouping : groupings) {
            names.add("g" + names.size());
            types.add(PgType.of(Oids.INT4));
            arguments.add(((RexCall) grouping).getOperands().stream().map(keys::indexOf).toList());
        }
        var rel =
                new PgRel.GroupBy(
                        expanded.isEmpty() ? input : expanded(input, expanded),
                        state.row(names, types),
                        keys.size(),
                        expressions,
                        sets,
                        arguments);
        made = rel;
        correlation = state.nextCorrelation();
        return rel;
    }

    /** The input with keys that return sets computed behind its columns. */
    private RelNode expanded(RelNode input, List<RexNode> sets) {
        var names = new ArrayList<>(input.getRowType().getFieldNames());
        var types = new ArrayList<>(PgType.ofRow(input.getRowType()));
        var values = new ArrayList<RexNode>();
        for (int i = 0; i < types.size(); i++) {
            values.add(new RexInputRef(i, types.get(i)));
        }
        for (var set : sets) {
            names.add("set" + names.size());
            types.add(PgType.of(set));
            values.add(set);
        }
        return new PgRel.ProjectSet(input, state.row(names, types), values);
    }

    /** An expression over the input row as one over the grouped row. */
    RexNode rewrite(RexNode node) {
        int key = keys.indexOf(node);
        if (key >= 0) {
            return new RexInputRef(key, PgType.of(node));
        }
        int aggregate = aggregates.indexOf(node);
        if (aggregate >= 0) {
            return new RexInputRef(keys.size() + aggregate, PgType.of(node));
        }
        int grouping = groupings.indexOf(node);
        if (grouping >= 0) {
            return new RexInputRef(keys.size() + aggregates.size() + grouping, PgType.of(node));
        }
        if (PgOperator.form(node) instanceof Form.OuterAggregate) {
            return node;
        }
        if (node instanceof SubLink link) {
            var to = correlation;
            var rel = made;
            if (to == null || rel == null) {
                throw new IllegalStateException("rewrite before rel");
            }
            var changed =
                    new Correlations(link.correlation()) {
                        @Override
                        RexNode replace(RexFieldAccess access, int index) {
                            for (int i = 0; i < keys.size(); i++) {
                                if (keys.get(i) instanceof RexInputRef reference
                                        && reference.getIndex() == index) {
                                    return state.rex.makeFieldAccess(
                                            state.rex.makeCorrel(rel.getRowType(), to), i);
                                }
                            }
                            throw new IllegalStateException("ungrouped column " + index);
                        }

                        @Override
                        @Nullable RexNode whole(RexCall call) {
                            var own = own(call, link.correlation());
                            return own == null
                                    ? null
                                    : state.rex.makeFieldAccess(
                                            state.rex.makeCorrel(rel.getRowType(), to),
                                            ((RexInputRef) rewrite(own)).getIndex());
                        }
                    }.apply(link.rel());
            var operands = link.getOperands().stream().map(this::rewrite).toList();
            return ((SubLink) link.clone(link.getType(), operands)).with(changed, to);
        }
        if (node instanceof RexCall call) {
            var operands = call.getOperands().stream().map(this::rewrite).toList();
            return operands.equals(call.getOperands())
                    ? call
                    : call.clone(call.getType(), operands);
        }
        return node;
    }

    /** The aggregate of this query that a subquery's expression is, over this query's input row. */
    private @Nullable RexNode own(RexCall call, CorrelationId variable) {
        return PgOperator.form(call) instanceof Form.OuterAggregate outer
                        && outer.owner() == variable.getId()
                ? outerAggregates.computeIfAbsent(
                        call, node -> lowered(node.getOperands().getFirst(), variable))
                : null;
    }

    /** An expression of a subquery over the variable's row as one over that row itself. */
    private RexNode lowered(RexNode node, CorrelationId variable) {
        return node.accept(
                new RexShuttle() {
                    @Override
                    public RexNode visitFieldAccess(RexFieldAccess access) {
                        if (access.getReferenceExpr() instanceof RexCorrelVariable found
                                && found.id.equals(variable)) {
                            var column =
                                    new RexInputRef(
                                            access.getField().getIndex(), PgType.of(access));
                            state.offsets.put(column, offset(access));
                            return column;
                        }
                        return super.visitFieldAccess(access);
                    }

                    @Override
                    public RexNode visitCall(RexCall call) {
                        var visited = super.visitCall(call);
                        return visited instanceof SubLink link
                                ? link.with(link.rel(), variable)
                                : visited;
                    }
                });
    }

    /** Visits the references that a subquery makes to one correlation variable. */
    abstract static class Correlations extends RexShuttle {
        private final CorrelationId variable;

        Correlations(CorrelationId variable) {
            this.variable = variable;
        }

        abstract RexNode replace(RexFieldAccess access, int index);

        /** What stands for a whole call; null where its parts are to be visited. */
        @Nullable RexNode whole(RexCall call) {
            return null;
        }

        RelNode apply(RelNode rel) {
            var inputs = rel.getInputs().stream().map(this::apply).toList();
            var copied = inputs.equals(rel.getInputs()) ? rel : rel.copy(rel.getTraitSet(), inputs);
            return copied.accept(this);
        }

        @Override
        public RexNode visitFieldAccess(RexFieldAccess access) {
            if (access.getReferenceExpr() instanceof RexCorrelVariable found
                    && found.id.equals(variable)) {
                return replace(access, access.getField().getIndex());
            }
            return super.visitFieldAccess(access);
        }

        @Override
        public RexNode visitCall(RexCall call) {
            var whole = whole(call);
            if (whole != null) {
                return whole;
            }
            if (call instanceof SubLink link) {
                var operands =
                        link.getOperands().stream().map(operand -> operand.accept(this)).toList();
                var inner = apply(link.rel());
                return ((SubLink) link.clone(link.getType(), operands))
                        .with(inner, link.correlation());
            }
            return super.visitCall(call);
        }
    }
}
