package dev.quiverdb.plan;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.FunctionRef;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.catalog.Catalog;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Project;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of one table are reached: by reading it all, by a btree index whose leading columns
 * the conditions bind, in an index's order, or by distance through a vector index.
 */
final class AccessPaths {
    private static final Set<String> VECTOR_METHODS = Set.of("hnsw", "ivfflat", "ivfpq");

    /** Distance operators; the two of bit strings included. */
    private static final Set<String> DISTANCES = Set.of("<->", "<=>", "<#>", "<+>", "<~>", "<%>");

    /** pg_proc.oid of int8pl. */
    private static final int INT8_PLUS = 463;

    private final PlanContext context;
    private final Catalog catalog;
    private final TableFacts tables;
    private final Widening widening;

    AccessPaths(PlanContext context, TableFacts tables) {
        this.context = context;
        this.catalog = context.bind().catalog();
        this.tables = tables;
        widening = new Widening(catalog);
    }

    private double rowsOf(Relation relation) {
        return Math.max(1, context.tabletRows().applyAsLong(relation.tabletId()));
    }

    /** About how many rows a table has. */
    double rows(PgRel.Scan scan) {
        return scan.relation().tablet() == 0 ? 1 : rowsOf(tables.of(scan.relation()));
    }

    private boolean enabled(String setting) {
        return "on".equals(context.bind().settings().apply(setting));
    }

    /** The source of a scan: live columns, row id, tableoid, as the algebra has them. */
    private Plan.TableSource source(PgRel.Scan scan, Relation relation) {
        List<Integer> positions = new ArrayList<>();
        int visible = scan.getRowType().getFieldCount() - PgRel.Scan.SYSTEM_COLUMNS;
        for (int i = 0; i < visible; i++) {
            positions.add(i);
        }
        positions.add(Plan.ROW_ID);
        positions.add(Plan.TABLE_OID);
        return new Plan.TableSource(relation, scan.alias(), positions, scan.id(), scan.member());
    }

    /** The rows of a table that meet the conditions. */
    Plan scan(PgRel.Scan scan, List<Expression> conditions) {
        var relation = tables.of(scan.relation());
        var byIndex = best(scan, relation, conditions);
        if (byIndex != null) {
            return byIndex;
        }
        var estimate =
                RelTranslator.scaled(RelTranslator.rows(rowsOf(relation)), conditions.size());
        return new Plan.SeqScan(source(scan, relation), ExpressionFacts.and(conditions), estimate);
    }

    /** As {@link #scan}, but null where no index helps. */
    @Nullable Plan indexOnly(PgRel.Scan scan, List<Expression> conditions) {
        if (scan.relation().tablet() == 0
                || isFamily(scan)
                || dev.quiverdb.sql.catalog.SystemRelations.isSystem(scan.relation())) {
            return null;
        }
        return best(scan, tables.of(scan.relation()), conditions);
    }

    /** Whether rows of tables that inherit from the scan's are read too. */
    boolean isFamily(PgRel.Scan scan) {
        return !scan.only()
                && scan.relation().kind() == 'r'
                && (scan.relation().isPartitioned()
                        || !catalog.children(scan.relation().oid()).isEmpty());
    }

    // Btree.

    /** A comparison of a column with something that is the same for all rows. */
    private record Bound(
            Expression condition,
            int column,
            String operator,
            Expression value,
            boolean anyElement) {}

    /** What an index can do with the conditions. */
    private record Match(
            Relation.Index index,
            List<Plan.IndexKey> equal,
            @Nullable Bound lower,
            @Nullable Bound upper,
            boolean isNull,
            List<Expression> used) {
        boolean unique() {
            return index.unique() && equal.size() == index.columns().size();
        }

        /** How much of the table it leaves, roughly. */
        double fraction() {
            double fraction = Math.pow(0.005, equal.size());
            if (lower != null && upper != null) {
                fraction *= 0.01;
            } else if (lower != null || upper != null) {
                fraction *= 0.3;
            }
            return isNull ? fraction * 0.01 : fraction;
        }
    }

    private @Nullable Plan best(PgRel.Scan scan, Relation relation, List<Expression> conditions) {
        var best = bestMatch(scan, relation, conditions);
        if (best == null
                || (!best.unique() && best.fraction() > 0.2 && enabled("enable_seqscan"))) {
            return null;
        }
        return indexScan(source(scan, relation), best, conditions, false, rowsOf(relation, best));
    }

    private double rowsOf(Relation relation, Match match) {
        return match.unique() ? 1 : Math.max(1, rowsOf(relation) * match.fraction());
    }

    private @Nullable Match bestMatch(
            PgRel.Scan scan, Relation relation, List<Expression> conditions) {
        if (conditions.isEmpty() || !enabled("enable_indexscan")) {
            return null;
        }
        var bounds = bounds(conditions, relation);
        Match best = null;
        for (var index : relation.indexes()) {
            if (!index.method().equals("btree")
                    || (index.membership() >= 0 && !implied(scan, index, conditions))) {
                continue;
            }
            var match = match(index, bounds);
            if (match != null
                    && (best == null
                            || (match.unique() && !best.unique())
                            || (match.unique() == best.unique()
                                    && match.fraction() < best.fraction()))) {
                best = match;
            }
        }
        return best;
    }

    private static Plan.IndexScan indexScan(
            Plan.TableSource source,
            Match match,
            List<Expression> conditions,
            boolean backward,
            double rows) {
        List<Expression> rest = new ArrayList<>(conditions);
        rest.removeAll(match.used);
        var lower = match.lower;
        var upper = match.upper;
        return new Plan.IndexScan(
                source,
                match.index,
                match.equal,
                lower == null ? null : lower.value,
                lower != null && lower.operator.equals(">="),
                upper == null ? null : upper.value,
                upper != null && upper.operator.equals("<="),
                match.isNull,
                backward,
                ExpressionFacts.and(rest),
                RelTranslator.rows(rows));
    }

    /** Whether every row that meets the conditions belongs to a partial index. */
    private boolean implied(PgRel.Scan scan, Relation.Index index, List<Expression> conditions) {
        var predicate = tables.of(scan.relation()).columns().get(index.membership()).generated();
        return predicate != null && Implications.implied(conditions, predicate);
    }

    /**
     * What conditions say of columns, and of expressions that are indexed.
     *
     * @param relation whose hidden columns are looked at too; null for none
     */
    private List<Bound> bounds(List<Expression> conditions, @Nullable Relation relation) {
        List<Bound> bounds = new ArrayList<>();
        for (var condition : conditions) {
            switch (condition) {
                case Expression.Call call
                        when call.arguments().size() == 2 && call.function().operator() != null -> {
                    var operator = call.function().operator();
                    for (var key : keys(call.arguments().get(0), relation)) {
                        addBound(bounds, condition, key, operator, call.arguments().get(1));
                    }
                    for (var key : keys(call.arguments().get(1), relation)) {
                        addBound(
                                bounds,
                                condition,
                                key,
                                commuted(operator),
                                call.arguments().get(0));
                    }
                }
                case Expression.ScalarArrayOp any
                        when any.any() && "=".equals(any.operator().operator()) -> {
                    var element = any.array().type().actual().element();
                    if (!isFixed(any.array()) || element == null) {
                        continue;
                    }
                    for (var key : keys(any.left(), relation)) {
                        if (element.actual().equals(key.type().actual())) {
                            bounds.add(new Bound(condition, key.column(), "=", any.array(), true));
                        }
                    }
                }
                case Expression.NullTest(var argument, boolean isNull, boolean rowwise, _)
                        when isNull && !rowwise -> {
                    for (var key : keys(argument, relation)) {
                        bounds.add(new Bound(condition, key.column(), "null", argument, false));
                    }
                }
                default -> {
                    // Of no use to an index.
                }
            }
        }
        return bounds;
    }

    private void addBound(
            List<Bound> bounds,
            Expression condition,
            Expression.InputRef column,
            @Nullable String operator,
            Expression right) {
        if (operator == null || !Set.of("=", "<", "<=", ">", ">=").contains(operator)) {
            return;
        }
        if (!isFixed(right)) {
            return;
        }
        var value = widening.widen(right, column.type());
        if (value != null && Widening.common(column.type(), right.type()) != null) {
            bounds.add(new Bound(condition, column.column(), operator, value, false));
        }
    }

    private static @Nullable String commuted(@Nullable String operator) {
        return switch (operator) {
            case "=" -> "=";
            case "<" -> ">";
            case "<=" -> ">=";
            case ">" -> "<";
            case ">=" -> "<=";
            case null, default -> null;
        };
    }

    /** The comparisons of columns with something that is the same for all rows. */
    List<Plan.KeyTest> tests(List<Expression> conditions) {
        return bounds(conditions, null).stream()
                .map(bound ->
                        new Plan.KeyTest(
                                bound.column, bound.operator, bound.value, bound.anyElement))
                .toList();
    }

    /** Whether evaluating a condition tells nothing of the row but whether it is met. */
    boolean isLeakproof(Expression condition) {
        return !ExpressionFacts.any(
                condition,
                part ->
                        switch (part) {
                            case Expression.Call call -> !isLeakproof(call.function());
                            case Expression.ScalarArrayOp any -> !isLeakproof(any.operator());
                            case Expression.Constant _,
                                    Expression.InputRef _,
                                    Expression.Slot _,
                                    Expression.Parameter _,
                                    Expression.Relabel _,
                                    Expression.And _,
                                    Expression.Or _,
                                    Expression.Not _,
                                    Expression.NullTest _,
                                    Expression.BooleanTest _ ->
                                    false;
                            default -> true;
                        });
    }

    private boolean isLeakproof(FunctionRef function) {
        var known = catalog.function(function.oid());
        return known != null && known.leakproof();
    }

    /** The column that an expression is, below casts that change nothing. */
    private static Expression.@Nullable InputRef column(Expression expression) {
        return ExpressionFacts.bare(expression) instanceof Expression.InputRef ref ? ref : null;
    }

    /** The column that an expression is, or those that indexes keep of it. */
    private static List<Expression.InputRef> keys(
            Expression expression, @Nullable Relation relation) {
        var bare = ExpressionFacts.bare(expression);
        if (bare instanceof Expression.InputRef ref) {
            return List.of(ref);
        }
        if (relation == null || bare instanceof Expression.Constant) {
            return List.of();
        }
        List<Expression.InputRef> keys = new ArrayList<>(1);
        for (int i = 0; i < relation.columns().size(); i++) {
            var column = relation.columns().get(i);
            var generated = column.hidden() ? column.generated() : null;
            if (generated != null && ExpressionFacts.bare(generated).equals(bare)) {
                keys.add(new Expression.InputRef(i, column.type(), -1));
            }
        }
        return keys;
    }

    /** Whether an expression is the same for all rows of the table. */
    private static boolean isFixed(Expression expression) {
        return ExpressionFacts.columns(expression).isEmpty()
                && !ExpressionFacts.isVolatile(expression);
    }

    private static @Nullable Match match(Relation.Index index, List<Bound> bounds) {
        List<Plan.IndexKey> equal = new ArrayList<>();
        List<Expression> used = new ArrayList<>();
        Bound lower = null;
        Bound upper = null;
        boolean isNull = false;
        for (int position : index.columns()) {
            var bound = find(bounds, position, "=");
            if (bound != null) {
                equal.add(new Plan.IndexKey(bound.value, bound.anyElement));
                used.add(bound.condition);
                continue;
            }
            var nullTest = find(bounds, position, "null");
            if (nullTest != null) {
                isNull = true;
                used.add(nullTest.condition);
                break;
            }
            lower = find(bounds, position, ">", ">=");
            upper = find(bounds, position, "<", "<=");
            if (lower != null) {
                used.add(lower.condition);
            }
            if (upper != null) {
                used.add(upper.condition);
            }
            break;
        }
        return used.isEmpty() ? null : new Match(index, equal, lower, upper, isNull, used);
    }

    /** A bound on a key column. */
    private static @Nullable Bound find(List<Bound> bounds, int position, String... operators) {
        for (var bound : bounds) {
            if (bound.column == position && List.of(operators).contains(bound.operator)) {
                return bound;
            }
        }
        return null;
    }

    // Order.

    /** A sort over projections over one table: what the first sort key is in terms of the table. */
    record Ordered(
            PgRel.Scan scan,
            List<Expression> conditions,
            List<Expression> keys,
            List<List<Expression>> projects,
            List<List<OutputColumn>> outputs) {}

    /**
     * The rows of a sort, first ones first, straight from an index: in a btree's order or by
     * distance; null if there is no such way. All rows, where there is no limit: by a vector index
     * if the user wants no other scan.
     */
    @Nullable Plan ordered(
            PgRel.Sort sort,
            @Nullable Expression limit,
            @Nullable Expression offset,
            ExpressionTranslator expressions,
            FamilyScans families) {
        var ordered = overOneTable(sort, expressions);
        if (ordered == null || (limit == null && enabled("enable_seqscan"))) {
            return null;
        }
        Plan rows;
        if (!isFamily(ordered.scan)) {
            rows = ordered(ordered, sort.columns(), limit, offset);
        } else {
            rows = limit == null ? null : families.ordered(ordered, sort.columns(), limit, offset);
        }
        if (rows == null) {
            return null;
        }
        for (int i = ordered.projects.size() - 1; i >= 0; i--) {
            rows =
                    new Plan.Project(
                            rows, ordered.projects.get(i), ordered.outputs.get(i), rows.estimate());
        }
        return rows;
    }

    /** As the other, of one table, and without the projections. */
    @Nullable Plan ordered(
            Ordered ordered,
            List<PgRel.SortColumn> columns,
            @Nullable Expression limit,
            @Nullable Expression offset) {
        var relation = tables.of(ordered.scan.relation());
        Plan rows = null;
        if (columns.size() == 1) {
            rows = byDistance(ordered, relation, columns.getFirst(), limit, offset);
        }
        boolean ofIndex = rows instanceof Plan.VectorSearch search && search.index() != null;
        if (limit == null && !ofIndex) {
            return null;
        }
        return rows == null ? inBtreeOrder(ordered, relation, columns) : rows;
    }

    private @Nullable Ordered overOneTable(PgRel.Sort sort, ExpressionTranslator expressions) {
        List<Expression> keys = new ArrayList<>();
        for (var key :
                RelTranslator.sortKeys(sort.columns(), RelTranslator.outputs(sort.getRowType()))) {
            keys.add(key.expression());
        }
        List<Expression> conditions = new ArrayList<>();
        List<List<Expression>> projects = new ArrayList<>();
        List<List<OutputColumn>> outputs = new ArrayList<>();
        RelNode at = sort.input();
        while (true) {
            switch (at) {
                case Project project -> {
                    var list = expressions.translate(project.getProjects());
                    if (list.stream().anyMatch(ExpressionFacts::isVolatile)) {
                        return null;
                    }
                    keys.replaceAll(k -> ExpressionFacts.substitute(k, list));
                    conditions.replaceAll(c -> ExpressionFacts.substitute(c, list));
                    projects.add(list);
                    outputs.add(RelTranslator.outputs(project.getRowType()));
                    at = project.getInput();
                }
                case Filter filter -> {
                    conditions.addAll(expressions.conditions(filter.getCondition()));
                    at = filter.getInput();
                }
                case PgRel.Barrier barrier -> {
                    if (!conditions.stream().allMatch(this::isLeakproof)) {
                        return null;
                    }
                    conditions.addAll(0, expressions.conditions(barrier.condition()));
                    at = barrier.input();
                }
                case PgRel.Scan scan -> {
                    boolean stored =
                            scan.relation().tablet() != 0
                                    && !dev.quiverdb.sql.catalog.SystemRelations.isSystem(
                                            scan.relation());
                    boolean stable =
                            conditions.stream()
                                    .noneMatch(c ->
                                            ExpressionFacts.isVolatile(c)
                                                    || ConstantFolder.isNever(c));
                    return stored && stable
                            ? new Ordered(scan, conditions, keys, projects, outputs)
                            : null;
                }
                default -> {
                    return null;
                }
            }
        }
    }

    private @Nullable Plan inBtreeOrder(
            Ordered ordered, Relation relation, List<PgRel.SortColumn> columns) {
        if (!enabled("enable_indexscan")) {
            return null;
        }
        var narrowed = best(ordered.scan, relation, ordered.conditions);
        if (narrowed != null && narrowed.estimate().rows() <= 100) {
            return null;
        }
        for (var index : relation.indexes()) {
            if (!index.method().equals("btree") || index.membership() >= 0) {
                continue;
            }
            Boolean backward = direction(index, ordered, columns);
            if (backward != null) {
                var match = match(index, bounds(ordered.conditions, relation));
                var all = new Match(index, List.of(), null, null, false, List.of());
                var usable = match != null && match.equal.isEmpty() && !match.isNull ? match : all;
                return indexScan(
                        source(ordered.scan, relation),
                        usable,
                        ordered.conditions,
                        backward,
                        rowsOf(relation));
            }
        }
        return null;
    }

    /** Whether an index has the order (false), its reverse (true), or neither (null). */
    private @Nullable Boolean direction(
            Relation.Index index, Ordered ordered, List<PgRel.SortColumn> columns) {
        if (columns.size() > index.columns().size()) {
            return null;
        }
        var relation = catalog.relation(index.oid());
        var facts = relation == null ? null : relation.index();
        if (facts == null) {
            return null;
        }
        Boolean backward = null;
        for (int i = 0; i < columns.size(); i++) {
            var key = facts.keys().get(i);
            var wanted = columns.get(i);
            if (!(ordered.keys.get(i) instanceof Expression.InputRef ref)
                    || ref.column() != index.columns().get(i)) {
                return null;
            }
            boolean same =
                    key.descending() == wanted.descending()
                            && key.nullsFirst() == wanted.nullsFirst();
            boolean reverse =
                    key.descending() != wanted.descending()
                            && key.nullsFirst() != wanted.nullsFirst();
            if ((!same && !reverse) || (backward != null && backward != reverse)) {
                return null;
            }
            backward = reverse;
        }
        return backward;
    }

    // Distance.

    private @Nullable Plan byDistance(
            Ordered ordered,
            Relation relation,
            PgRel.SortColumn order,
            @Nullable Expression limit,
            @Nullable Expression offset) {
        var call = distance(ordered.keys.getFirst(), order.descending());
        if (call == null || order.nullsFirst() != order.descending()) {
            return null;
        }
        var first = call.arguments().get(0);
        var second = call.arguments().get(1);
        boolean columnFirst = !isFixed(first) && isFixed(second);
        if (!columnFirst && !(isFixed(first) && !isFixed(second))) {
            return null;
        }
        var vector = columnFirst ? first : second;
        var query = columnFirst ? second : first;
        var source = source(ordered.scan, relation);
        var rows = limit == null ? null : wanted(limit, offset);
        Plan.VectorSearch exact = null;
        var column = column(vector);
        if (column != null && column.column() < relation.visibleColumns()) {
            exact =
                    search(
                            source,
                            ordered,
                            null,
                            column.column(),
                            query,
                            call.function(),
                            rows,
                            "no index on this distance");
        }
        if (!enabled("enable_indexscan")) {
            return exact;
        }
        for (var index : relation.indexes()) {
            if (!VECTOR_METHODS.contains(index.method())
                    || (index.membership() >= 0
                            && !implied(ordered.scan, index, ordered.conditions))
                    || !answers(index, call.function())) {
                continue;
            }
            int position = index.columns().getFirst();
            var indexed = relation.columns().get(position);
            var generated = indexed.generated();
            boolean same =
                    indexed.hidden()
                            ? generated != null
                                    && ExpressionFacts.bare(generated)
                                            .equals(ExpressionFacts.bare(vector))
                            : column != null && column.column() == position;
            if (same) {
                return search(
                        source,
                        ordered,
                        index,
                        position,
                        query,
                        call.function(),
                        rows,
                        "index " + index.name());
            }
        }
        return exact;
    }

    private Plan.VectorSearch search(
            Plan.TableSource source,
            Ordered ordered,
            Relation.@Nullable Index index,
            int column,
            Expression query,
            FunctionRef distance,
            @Nullable Expression rows,
            String reason) {
        double all = rowsOf(source.relation());
        double count =
                rows == null
                        ? all
                        : rows instanceof Expression.Constant(Number n, _, _)
                                ? n.doubleValue()
                                : 10;
        var byIndex =
                enabled("enable_seqscan") ? Plan.VectorMode.INDEX : Plan.VectorMode.INDEX_ONLY;
        return new Plan.VectorSearch(
                source,
                index == null ? Plan.VectorMode.EXACT : byIndex,
                index,
                column,
                query,
                distance,
                rows,
                ExpressionFacts.and(ordered.conditions),
                matching(ordered, source),
                false,
                reason,
                RelTranslator.rows(Math.min(count, all)));
    }

    /** How a search finds the rows that pass its filter where they are few: run time decides. */
    private @Nullable Matching matching(Ordered ordered, Plan.TableSource source) {
        var conditions = ordered.conditions;
        if (conditions.isEmpty()) {
            return null;
        }
        var relation = source.relation();
        var unmarked =
                new Plan.TableSource(
                        relation, source.alias(), source.positions(), -1, source.member());
        var match = bestMatch(ordered.scan, relation, conditions);
        double rows = match == null ? 1 : rowsOf(relation, match);
        return new Matching(
                new Plan.SeqScan(
                        unmarked,
                        ExpressionFacts.and(conditions),
                        RelTranslator.scaled(
                                RelTranslator.rows(rowsOf(relation)), conditions.size())),
                match == null ? null : indexScan(unmarked, match, conditions, false, rows),
                rowsOf(relation));
    }

    /** The distance that grows with the sort key, however the key is written around it. */
    private static Expression.@Nullable Call distance(Expression key, boolean descending) {
        if (!(ExpressionFacts.bare(key) instanceof Expression.Call call)) {
            return null;
        }
        var operator = call.function().operator();
        if (operator != null && DISTANCES.contains(operator) && call.arguments().size() == 2) {
            return descending ? null : call;
        }
        // 1 - (a <=> b) DESC, and -(a <=> b) DESC, are the same order as a <=> b.
        if ("-".equals(operator)) {
            var arguments = call.arguments();
            boolean turned = arguments.size() == 1 || isFixed(arguments.getFirst());
            return turned ? distance(arguments.getLast(), !descending) : null;
        }
        return null;
    }

    /** Whether an index's operator class has this distance as its order. */
    private boolean answers(Relation.Index index, FunctionRef distance) {
        var relation = catalog.relation(index.oid());
        var facts = relation == null ? null : relation.index();
        if (facts == null || !facts.valid()) {
            return false;
        }
        var operatorClass = catalog.operatorClass(facts.keys().getFirst().operatorClass());
        if (operatorClass == null) {
            return false;
        }
        for (var member : catalog.members(operatorClass.family())) {
            var operator = catalog.operator(member.operator());
            if (member.purpose() == 'o'
                    && operator != null
                    && operator.function() == distance.oid()) {
                return true;
            }
        }
        return false;
    }

    /** Limit and offset together: so many rows must be found. */
    Expression wanted(Expression limit, @Nullable Expression offset) {
        if (offset == null) {
            return limit;
        }
        if (limit instanceof Expression.Constant(Number a, var type, int typmod)
                && offset instanceof Expression.Constant(Number b, _, _)) {
            return new Expression.Constant(
                    Math.addExact(a.longValue(), b.longValue()), type, typmod);
        }
        var plus = catalog.function(INT8_PLUS);
        if (plus == null) {
            throw new IllegalStateException("no function int8pl");
        }
        return new Expression.Call(
                ExpressionTranslator.function(
                        plus, List.of(limit, offset), Types.get(Oids.INT8), "+"),
                List.of(limit, offset));
    }
}
