package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.QueryBody;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.jspecify.annotations.Nullable;

/** Binds one SELECT, after transformSelectStmt. */
final class SelectBinder {
    /** A column of the target list; junk ones are there for ORDER BY and locks alone. */
    private static final class Target {
        final String name;
        RexNode expression;
        final int offset;
        final boolean junk;

        Target(String name, RexNode expression, int offset, boolean junk) {
            this.name = name;
            this.expression = expression;
            this.offset = offset;
            this.junk = junk;
        }
    }

    private record SortItem(int target, boolean descending, boolean nullsFirst) {}

    private final State state;
    private final Scope scope;
    private final boolean resolveUnknowns;
    private final List<Target> targets = new ArrayList<>();
    private int visible;

    SelectBinder(State state, Scope scope, boolean resolveUnknowns) {
        this.state = state;
        this.scope = scope;
        this.resolveUnknowns = resolveUnknowns;
    }

    BoundQuery bind(QueryBody.Select select, Query query) {
        boolean tracks = state.tracksRows;
        state.tracksRows = false;
        var rel = new FromBinder(state, scope).bind(select.from());
        var windows = new Windows(state, select.windows());
        var binder = new ExpressionBinder(state, scope, ExpressionKind.SELECT_TARGET, windows);
        targets(select.targets(), binder);
        var where = select.where();
        RexNode filter =
                where == null ? null : binder.as(ExpressionKind.WHERE).bindBoolean(where, "WHERE");
        var having = select.having();
        RexNode havingFilter =
                having == null
                        ? null
                        : binder.as(ExpressionKind.HAVING).bindBoolean(having, "HAVING");
        var sort = new ArrayList<SortItem>();
        for (var item : query.orderBy()) {
            int target =
                    clauseTarget(
                            item.expression(),
                            binder.as(ExpressionKind.ORDER_BY),
                            "ORDER BY",
                            true);
            var order = Sorting.order(state, item, targets.get(target).expression);
            if (sort.stream().noneMatch(known -> known.target() == target)) {
                sort.add(new SortItem(target, order.descending(), order.nullsFirst()));
            }
        }
        var grouping = new Grouping(state, scope);
        var groups = new IdentityHashMap<Object, RexNode>();
        if (!select.groupBy().isEmpty()) {
            grouping.sets(
                    select.groupBy(),
                    select.groupDistinct(),
                    expression -> {
                        var value = groupExpression(expression, binder.as(ExpressionKind.GROUP_BY));
                        groups.put(expression, value);
                        return value;
                    });
        }
        var distinctOn = distinct(select, sort, binder);
        windows.check(binder);
        resolveUnknowns();
        var trees = state.trees;
        if (trees != null) {
            trees.part(
                    query,
                    new QueryTrees.Part(
                            scope,
                            new QueryTree.Select(
                                    outputs(),
                                    select.distinct(),
                                    distinctOn,
                                    trees.sources(select.from()),
                                    filter,
                                    select.groupDistinct(),
                                    select.groupBy(),
                                    groups,
                                    havingFilter,
                                    windows.definitions()),
                            sort.stream()
                                    .map(item ->
                                            new QueryTree.Key(
                                                    item.target(),
                                                    item.descending(),
                                                    item.nullsFirst()))
                                    .toList()));
        }
        if (filter != null) {
            rel = filter(rel, filter);
        }
        rel = group(rel, select, grouping, windows, havingFilter);
        rel = windows(rel, windows);
        var locks =
                locks(query, select, grouping.needed(select, targetExpressions(), havingFilter));
        if (tracks) {
            track(select, query, grouping.needed(select, targetExpressions(), havingFilter));
        }
        var late = postponed(select, sort, distinctOn, locks);
        boolean limitFirst = limitFirst(select, query, sort, locks, late);
        var limits = new QueryBinder(state, scope.parent, scope);
        if (!late.isEmpty()) {
            rel = late.project(rel);
        } else if (limitFirst) {
            rel = project(limits.limit(query, rel, List.of(), scope));
        } else {
            rel = project(rel);
        }
        var order = new ArrayList<PgRel.SortColumn>();
        for (var item : sort) {
            order.add(new PgRel.SortColumn(item.target(), item.descending(), item.nullsFirst()));
        }
        if (select.distinct() && distinctOn.isEmpty()) {
            var keys = new ArrayList<Integer>();
            for (int i = 0; i < visible; i++) {
                keys.add(i);
            }
            rel = new PgRel.Distinct(rel, keys, false);
        }
        if (!distinctOn.isEmpty()) {
            for (int column : distinctOn) {
                if (order.stream().noneMatch(item -> item.column() == column)) {
                    order.add(new PgRel.SortColumn(column, false, false));
                }
            }
        }
        if (!order.isEmpty()) {
            rel = new PgRel.Sort(rel, order);
        }
        if (!distinctOn.isEmpty()) {
            rel = new PgRel.Distinct(rel, distinctOn, true);
        }
        if (!locks.isEmpty()) {
            rel = new PgRel.LockRows(rel, locks);
        }
        if (!late.isEmpty() && limitFirst) {
            rel = limits.limit(query, rel, order, scope);
        }
        if (!late.isEmpty()) {
            rel = late.finish(rel);
        }
        if (!limitFirst) {
            rel = limits.limit(query, rel, order, scope);
        }
        return finish(rel);
    }

    private List<QueryTree.Output> outputs() {
        return targets.stream()
                .map(target -> new QueryTree.Output(target.name, target.expression, target.junk))
                .toList();
    }

    private List<RexNode> targetExpressions() {
        return targets.stream().map(target -> target.expression).toList();
    }

    /** Drops junk columns. */
    private BoundQuery finish(RelNode rel) {
        var names = new ArrayList<String>();
        var types = new ArrayList<PgType>();
        var offsets = new ArrayList<Integer>();
        var references = new ArrayList<RexNode>();
        for (int i = 0; i < targets.size(); i++) {
            var target = targets.get(i);
            if (!target.junk) {
                names.add(target.name);
                types.add(PgType.of(target.expression));
                offsets.add(target.offset);
                references.add(new RexInputRef(i, PgType.of(target.expression)));
            }
        }
        var made =
                references.size() == targets.size()
                        ? rel
                        : QueryBinder.project(state, rel, references, names);
        return new BoundQuery(made, names, types, offsets);
    }

    // ------------------------------------------------------------------ CURRENT OF

    /**
     * Adds the row ids of the tables whose rows the result's rows are: of those that are locked, or
     * of the only one.
     */
    private void track(QueryBody.Select select, Query query, boolean grouped) {
        var items =
                scope.namespace.stream()
                        .filter(item -> item.relation != null && item.scan >= 0)
                        .toList();
        boolean simple =
                !grouped
                        && !select.distinct()
                        && select.distinctOn().isEmpty()
                        && targets.stream()
                                .noneMatch(target -> Expressions.returnsSet(target.expression));
        if (!simple
                || query.locking().isEmpty() && (items.size() != 1 || select.from().size() != 1)) {
            return;
        }
        for (var item : items) {
            var relation = item.relation;
            if (relation == null) {
                continue;
            }
            int rowId = item.start + item.columns.size();
            add(rowId, PgType.of(Oids.TID));
            add(rowId + 1, PgType.of(Oids.OID));
            state.tracked.add(relation.oid());
        }
    }

    private void add(int column, PgType type) {
        targets.add(new Target("tracked", new RexInputRef(column, type), -1, false));
    }

    // ------------------------------------------------------------------ targets

    private void targets(List<Clause.Target> clauses, ExpressionBinder binder) {
        for (var clause : clauses) {
            for (var expanded : TargetLists.expand(clause, binder)) {
                targets.add(
                        new Target(
                                expanded.name(),
                                expanded.expression(),
                                clause.expression().offset(),
                                false));
            }
        }
        visible = targets.size();
        if (visible > 1664) {
            throw new dev.quiverdb.base.error.SqlException(
                    SqlState.TOO_MANY_COLUMNS, "target lists can have at most 1664 entries");
        }
    }

    private void resolveUnknowns() {
        for (int i = 0; i < targets.size(); i++) {
            var target = targets.get(i);
            if (resolveUnknowns || target.junk) {
                target.expression = state.coercion.unknownToText(target.expression);
            }
        }
    }

    /**
     * findTargetlistEntrySQL92 (names and positions first) and SQL99: the target that an expression
     * is.
     */
    private int clauseTarget(
            Expr expression, ExpressionBinder binder, String clause, boolean addText) {
        if (expression instanceof Expr.ColumnRef column
                && column.names().size() == 1
                && !column.star()) {
            var name = column.names().getFirst();
            boolean groupBy = clause.equals("GROUP BY");
            if (!groupBy || scope.find(name, column.offset()) == null) {
                int found = named(name, clause, expression);
                if (found >= 0) {
                    if (addText) {
                        var target = targets.get(found);
                        target.expression = state.coercion.unknownToText(target.expression);
                    }
                    return found;
                }
            }
        }
        if (expression instanceof Expr.Literal literal) {
            int found = QueryBinder.ordinal(literal, visible, clause);
            var target = targets.get(found);
            target.expression = state.coercion.unknownToText(target.expression);
            return found;
        }
        var value = state.coercion.unknownToText(binder.bind(expression));
        for (int i = 0; i < targets.size(); i++) {
            if (targets.get(i).expression.equals(value)) {
                return i;
            }
        }
        targets.add(new Target("?column?", value, expression.offset(), true));
        return targets.size() - 1;
    }

    private int named(String name, String clause, Expr expression) {
        int found = -1;
        for (int i = 0; i < visible; i++) {
            if (targets.get(i).name.equals(name)) {
                if (found >= 0
                        && !targets.get(i).expression.equals(targets.get(found).expression)) {
                    throw Errors.at(
                            expression,
                            SqlState.AMBIGUOUS_COLUMN,
                            clause + " \"" + name + "\" is ambiguous");
                }
                if (found < 0) {
                    found = i;
                }
            }
        }
        return found;
    }

    /** A GROUP BY item: input columns win over output names. */
    private RexNode groupExpression(Expr expression, ExpressionBinder binder) {
        if (expression instanceof Expr.ColumnRef column
                && column.names().size() == 1
                && !column.star()) {
            var name = column.names().getFirst();
            if (scope.find(name, column.offset()) == null) {
                int found = named(name, "GROUP BY", expression);
                if (found >= 0) {
                    return checkedGroup(found, expression);
                }
            }
        }
        if (expression instanceof Expr.Literal literal) {
            return checkedGroup(QueryBinder.ordinal(literal, visible, "GROUP BY"), expression);
        }
        var value = state.coercion.unknownToText(binder.bind(expression));
        Sorting.requireEquality(state, value, expression.offset());
        return value;
    }

    private RexNode checkedGroup(int found, Expr at) {
        var target = targets.get(found);
        target.expression = state.coercion.unknownToText(target.expression);
        if (Expressions.hasAggregate(target.expression)) {
            throw Errors.at(
                    target.offset,
                    SqlState.GROUPING_ERROR,
                    "aggregate functions are not allowed in GROUP BY");
        }
        if (Expressions.hasWindow(target.expression)) {
            throw Errors.at(
                    target.offset,
                    SqlState.WINDOWING_ERROR,
                    "window functions are not allowed in GROUP BY");
        }
        Sorting.requireEquality(state, target.expression, at.offset());
        return target.expression;
    }

    // ------------------------------------------------------------------ DISTINCT

    private List<Integer> distinct(
            QueryBody.Select select, List<SortItem> sort, ExpressionBinder binder) {
        if (!select.distinct() && select.distinctOn().isEmpty()) {
            return List.of();
        }
        if (select.distinctOn().isEmpty()) {
            for (var item : sort) {
                if (targets.get(item.target()).junk) {
                    throw Errors.at(
                            targets.get(item.target()).offset,
                            SqlState.INVALID_COLUMN_REFERENCE,
                            "for SELECT DISTINCT, ORDER BY expressions must appear in select list");
                }
            }
            for (var target : targets) {
                Sorting.requireEquality(
                        state, state.coercion.unknownToText(target.expression), target.offset);
            }
            return List.of();
        }
        var columns = new ArrayList<Integer>();
        for (var expression : select.distinctOn()) {
            int target =
                    clauseTarget(
                            expression,
                            binder.as(ExpressionKind.DISTINCT_ON),
                            "SELECT DISTINCT ON",
                            true);
            Sorting.requireEquality(state, targets.get(target).expression, expression.offset());
            if (!columns.contains(target)) {
                columns.add(target);
            }
        }
        boolean outside = false;
        for (int i = 0; i < sort.size(); i++) {
            boolean inside = columns.contains(sort.get(i).target());
            if (inside && outside) {
                throw Errors.at(
                        select.distinctOn().getFirst(),
                        SqlState.INVALID_COLUMN_REFERENCE,
                        "SELECT DISTINCT ON expressions must match initial ORDER BY expressions");
            }
            outside |= !inside;
        }
        if (outside
                && columns.stream()
                        .anyMatch(column ->
                                sort.stream().noneMatch(item -> item.target() == column))) {
            throw Errors.at(
                    select.distinctOn().getFirst(),
                    SqlState.INVALID_COLUMN_REFERENCE,
                    "SELECT DISTINCT ON expressions must match initial ORDER BY expressions");
        }
        return columns;
    }

    // ------------------------------------------------------------------ rows

    private static RelNode filter(RelNode input, RexNode condition) {
        return LogicalFilter.create(input, condition);
    }

    private RelNode group(
            RelNode input,
            QueryBody.Select select,
            Grouping grouping,
            Windows windows,
            @Nullable RexNode having) {
        if (!grouping.needed(select, targetExpressions(), having)) {
            return input;
        }
        for (var target : targets) {
            grouping.collect(target.expression);
        }
        for (var definition : windows.definitions()) {
            definition.partition().forEach(grouping::collect);
            definition.orderExpressions().forEach(grouping::collect);
        }
        if (having != null) {
            grouping.collect(having);
        }
        RelNode rel = grouping.rel(input);
        for (var target : targets) {
            target.expression = grouping.rewrite(target.expression);
        }
        for (int i = 0; i < windows.definitions().size(); i++) {
            var definition = windows.definitions().get(i);
            windows.replace(
                    i,
                    new Windows.Definition(
                            definition.name(),
                            definition.partition().stream().map(grouping::rewrite).toList(),
                            definition.order(),
                            definition.orderExpressions().stream().map(grouping::rewrite).toList(),
                            definition.frame(),
                            definition.framed()));
        }
        return having == null ? rel : filter(rel, grouping.rewrite(having));
    }

    /** Takes window calls out of the targets and computes them below. */
    private RelNode windows(RelNode input, Windows windows) {
        var rel = input;
        for (int w = 0; w < windows.definitions().size(); w++) {
            var definition = windows.definitions().get(w);
            var calls = new ArrayList<RexNode>();
            for (var target : targets) {
                collect(target.expression, w, calls);
            }
            if (calls.isEmpty()) {
                continue;
            }
            int width = rel.getRowType().getFieldCount();
            var names = new ArrayList<>(rel.getRowType().getFieldNames());
            var types = new ArrayList<>(PgType.ofRow(rel.getRowType()));
            for (var call : calls) {
                names.add("window" + names.size());
                types.add(PgType.of(call));
            }
            var expressions = new ArrayList<>(definition.partition());
            expressions.addAll(definition.orderExpressions());
            expressions.addAll(calls);
            rel =
                    new PgRel.Window(
                            rel,
                            state.row(names, types),
                            definition.partition().size(),
                            definition.order(),
                            definition.frame(),
                            expressions);
            for (var target : targets) {
                target.expression =
                        target.expression.accept(
                                new RexShuttle() {
                                    @Override
                                    public RexNode visitCall(RexCall call) {
                                        int at = calls.indexOf(call);
                                        return at >= 0
                                                ? new RexInputRef(width + at, PgType.of(call))
                                                : super.visitCall(call);
                                    }
                                });
            }
        }
        return rel;
    }

    private static void collect(RexNode node, int window, List<RexNode> calls) {
        Expressions.any(
                node,
                part -> {
                    if (PgOperator.form(part) instanceof Form.WindowCall call
                            && call.window() == window
                            && !calls.contains(part)) {
                        calls.add(part);
                    }
                    return false;
                });
    }

    private RelNode project(RelNode input) {
        return project(
                input, targetExpressions(), targets.stream().map(target -> target.name).toList());
    }

    private RelNode project(RelNode input, List<RexNode> values, List<String> names) {
        if (values.stream().anyMatch(Expressions::returnsSetOfSet)) {
            return innerSets(input, values, names);
        }
        if (values.stream().anyMatch(Expressions::returnsSet)) {
            var types = values.stream().map(PgType::of).toList();
            return new PgRel.ProjectSet(input, state.row(names, types), values);
        }
        return QueryBinder.project(state, input, values, names);
    }

    /**
     * Sets without sets among their arguments are computed below, all in step, after
     * split_pathtarget_at_srfs.
     */
    private RelNode innerSets(RelNode input, List<RexNode> values, List<String> names) {
        var sets = new ArrayList<RexNode>();
        values.forEach(value ->
                Expressions.any(
                        value,
                        part -> {
                            if (Expressions.isSet(part)
                                    && ((RexCall) part)
                                            .getOperands().stream()
                                                    .noneMatch(Expressions::returnsSet)) {
                                sets.add(part);
                            }
                            return false;
                        }));
        int width = input.getRowType().getFieldCount();
        var below = new ArrayList<RexNode>();
        var belowNames = new ArrayList<>(input.getRowType().getFieldNames());
        for (var type : PgType.ofRow(input.getRowType())) {
            below.add(new RexInputRef(below.size(), type));
        }
        for (var set : sets) {
            belowNames.add("set" + belowNames.size());
            below.add(set);
        }
        var expanded =
                new PgRel.ProjectSet(
                        input,
                        state.row(belowNames, below.stream().map(PgType::of).toList()),
                        below);
        var shuttle =
                new RexShuttle() {
                    @Override
                    public RexNode visitCall(RexCall call) {
                        for (int i = 0; i < sets.size(); i++) {
                            if (sets.get(i) == call) {
                                return new RexInputRef(width + i, PgType.of(call));
                            }
                        }
                        return super.visitCall(call);
                    }
                };
        return project(
                expanded, values.stream().map(value -> value.accept(shuttle)).toList(), names);
    }

    /**
     * Targets that are computed after sorting, after make_sort_input_target: volatile ones, so that
     * they are evaluated in the order of the result and not for rows that LIMIT cuts off, and sets,
     * where no sort column is one.
     */
    private final class Postponed {
        private final List<Integer> targetIndexes;

        /** Columns of the input that postponed targets read, behind the targets. */
        private final List<RexInputRef> extra = new ArrayList<>();

        Postponed(List<Integer> targetIndexes) {
            this.targetIndexes = targetIndexes;
            for (int index : targetIndexes) {
                Expressions.any(
                        targets.get(index).expression,
                        part -> {
                            if (part instanceof RexInputRef reference
                                    && !extra.contains(reference)) {
                                extra.add(reference);
                            }
                            return false;
                        });
            }
        }

        boolean isEmpty() {
            return targetIndexes.isEmpty();
        }

        /** The other targets, NULL in the place of each postponed one. */
        RelNode project(RelNode input) {
            var values = new ArrayList<RexNode>();
            var names = new ArrayList<String>();
            for (int i = 0; i < targets.size(); i++) {
                var target = targets.get(i);
                names.add(target.name);
                values.add(
                        targetIndexes.contains(i)
                                ? PgOperator.constant(
                                        null,
                                        Coercion.type(target.expression),
                                        PgType.of(target.expression).typmod())
                                : target.expression);
            }
            for (var reference : extra) {
                names.add("input" + names.size());
                values.add(reference);
            }
            return SelectBinder.this.project(input, values, names);
        }

        RelNode finish(RelNode input) {
            var values = new ArrayList<RexNode>();
            for (int i = 0; i < targets.size(); i++) {
                var expression = targets.get(i).expression;
                values.add(
                        targetIndexes.contains(i)
                                ? expression.accept(
                                        new RexShuttle() {
                                            @Override
                                            public RexNode visitInputRef(RexInputRef reference) {
                                                return new RexInputRef(
                                                        targets.size() + extra.indexOf(reference),
                                                        PgType.of(reference));
                                            }
                                        })
                                : new RexInputRef(i, PgType.of(expression)));
            }
            return SelectBinder.this.project(
                    input, values, targets.stream().map(target -> target.name).toList());
        }
    }

    /**
     * Whether LIMIT cuts rows off before targets are computed, so that those of other rows are not:
     * where none is a set, and none is needed for sorting.
     */
    private boolean limitFirst(
            QueryBody.Select select,
            Query query,
            List<SortItem> sort,
            List<PgRel.RowLock> locks,
            Postponed late) {
        if (query.limitCount() == null && query.limitOffset() == null
                || !locks.isEmpty()
                || targets.stream().anyMatch(target -> Expressions.returnsSet(target.expression))) {
            return false;
        }
        return !late.isEmpty()
                || sort.isEmpty()
                        && !select.distinct()
                        && select.distinctOn().isEmpty()
                        && !targets.stream()
                                .allMatch(target -> target.expression instanceof RexInputRef);
    }

    private Postponed postponed(
            QueryBody.Select select,
            List<SortItem> sort,
            List<Integer> distinctOn,
            List<PgRel.RowLock> locks) {
        boolean plainDistinct = select.distinct() && distinctOn.isEmpty();
        if (sort.isEmpty() || plainDistinct || !locks.isEmpty()) {
            return new Postponed(List.of());
        }
        var keys = new java.util.HashSet<>(distinctOn);
        sort.forEach(item -> keys.add(item.target()));
        boolean setKey =
                keys.stream().anyMatch(key -> Expressions.returnsSet(targets.get(key).expression));
        var late = new ArrayList<Integer>();
        for (int i = 0; i < targets.size(); i++) {
            var expression = targets.get(i).expression;
            if (keys.contains(i) || Expressions.hasSubLink(expression)) {
                continue;
            }
            boolean set = Expressions.returnsSet(expression);
            if (set ? !setKey : Expressions.isVolatile(expression)) {
                late.add(i);
            }
        }
        return new Postponed(late);
    }

    // ------------------------------------------------------------------ locks

    static String strengthText(Clause.LockStrength strength) {
        return switch (strength) {
            case KEY_SHARE -> "FOR KEY SHARE";
            case SHARE -> "FOR SHARE";
            case NO_KEY_UPDATE -> "FOR NO KEY UPDATE";
            case UPDATE -> "FOR UPDATE";
        };
    }

    private List<PgRel.RowLock> locks(Query query, QueryBody.Select select, boolean grouped) {
        var locks = new ArrayList<PgRel.RowLock>();
        var seen = new java.util.HashMap<Integer, Integer>();
        for (var clause : query.locking()) {
            var name = strengthText(clause.strength());
            var obstacle =
                    select.distinct() || !select.distinctOn().isEmpty()
                            ? "DISTINCT clause"
                            : !select.groupBy().isEmpty()
                                    ? "GROUP BY clause"
                                    : select.having() != null
                                            ? "HAVING clause"
                                            : grouped
                                                    ? "aggregate functions"
                                                    : targets.stream()
                                                                    .anyMatch(target ->
                                                                            Expressions.returnsSet(
                                                                                    target.expression))
                                                            ? "set-returning functions in the"
                                                                    + " target list"
                                                            : "";
            if (!obstacle.isEmpty()) {
                throw Errors.at(
                        -1,
                        SqlState.FEATURE_NOT_SUPPORTED,
                        name + " is not allowed with " + obstacle);
            }
            if (clause.relations().isEmpty()) {
                for (var item : scope.namespace) {
                    lock(item, clause, locks, seen);
                }
                continue;
            }
            for (var wanted : clause.relations()) {
                if (wanted.schema() != null) {
                    throw Errors.at(
                            wanted,
                            SqlState.SYNTAX_ERROR,
                            name + " must specify unqualified relation names");
                }
                Scope.Item found = null;
                for (var item : scope.namespace) {
                    if (item.alias.equals(wanted.name()) && item.relationVisible) {
                        found = item;
                    }
                }
                if (found == null) {
                    throw Errors.at(
                            wanted,
                            SqlState.UNDEFINED_TABLE,
                            "relation \""
                                    + wanted.name()
                                    + "\" in "
                                    + name
                                    + " clause not found in FROM clause");
                }
                lock(found, clause, locks, seen);
            }
        }
        return locks;
    }

    private void lock(
            Scope.Item item,
            Clause.Locking clause,
            List<PgRel.RowLock> locks,
            java.util.Map<Integer, Integer> seen) {
        var relation = item.relation;
        if (item.access != null) {
            item.access.require('w');
        }
        if (relation == null || item.scan < 0 || relation.tablet() == 0) {
            return;
        }
        var strength = PgRel.LockStrength.valueOf(clause.strength().name());
        var wait =
                switch (clause.waitPolicy()) {
                    case BLOCK -> PgRel.LockWait.BLOCK;
                    case SKIP -> PgRel.LockWait.SKIP;
                    case ERROR -> PgRel.LockWait.NOWAIT;
                };
        var known = seen.get(item.scan);
        if (known != null) {
            var old = locks.get(known);
            locks.set(
                    known,
                    new PgRel.RowLock(
                            old.scan(),
                            relation,
                            old.rowIdColumn(),
                            old.strength().compareTo(strength) >= 0 ? old.strength() : strength,
                            old.waiting().compareTo(wait) >= 0 ? old.waiting() : wait));
            return;
        }
        targets.add(
                new Target(
                        "ctid",
                        new RexInputRef(item.start + item.columns.size(), PgType.of(Oids.TID)),
                        -1,
                        true));
        seen.put(item.scan, locks.size());
        locks.add(new PgRel.RowLock(item.scan, relation, targets.size() - 1, strength, wait));
    }
}
