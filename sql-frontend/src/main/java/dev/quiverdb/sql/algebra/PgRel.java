package dev.quiverdb.sql.algebra;

import dev.quiverdb.sql.catalog.Relation;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.plan.Convention;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.RelTraitSet;
import org.apache.calcite.rel.AbstractRelNode;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelWriter;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.jspecify.annotations.Nullable;

/**
 * The relational nodes that Calcite does not have. Inputs and expressions are immutable; {@link
 * #copy} and {@code accept(RexShuttle)} make changed copies.
 */
public abstract sealed class PgRel extends AbstractRelNode {
    private final List<RelNode> inputs;

    PgRel(RelOptCluster cluster, RelDataType row, List<RelNode> inputs) {
        super(cluster, cluster.traitSetOf(Convention.NONE));
        this.rowType = row;
        this.inputs = List.copyOf(inputs);
    }

    @Override
    public List<RelNode> getInputs() {
        return inputs;
    }

    @Override
    protected RelDataType deriveRowType() {
        throw new AssertionError("the row type is given");
    }

    /** The only input. */
    public RelNode input() {
        return inputs.getFirst();
    }

    /** All expressions of the node, in the order in which {@link #with} takes them. */
    public abstract List<RexNode> expressions();

    /** The same node over other inputs and expressions. */
    public abstract PgRel with(List<RelNode> inputs, List<RexNode> expressions);

    @Override
    public RelNode copy(RelTraitSet traits, List<RelNode> inputs) {
        return with(inputs, expressions());
    }

    @Override
    public RelNode accept(RexShuttle shuttle) {
        var old = expressions();
        var changed = shuttle.apply(old);
        return old.equals(changed) ? this : with(inputs, changed);
    }

    @Override
    public RelWriter explainTerms(RelWriter writer) {
        super.explainTerms(writer);
        for (int i = 0; i < inputs.size(); i++) {
            writer.input(inputs.size() == 1 ? "input" : "input" + i, inputs.get(i));
        }
        describe(writer);
        return writer.itemIf("expressions", expressions(), !expressions().isEmpty());
    }

    /** Adds what the expressions do not say. */
    void describe(RelWriter writer) {}

    // ------------------------------------------------------------------ leaves

    /**
     * All rows of a relation, with its live columns and then the system columns {@link
     * #SYSTEM_COLUMNS}.
     */
    public static final class Scan extends PgRel {
        /** How many columns follow the live ones: the row id and tableoid. */
        public static final int SYSTEM_COLUMNS = 2;

        private final Relation relation;
        private final String alias;
        private final int id;
        private final int role;
        private final boolean only;
        private final int member;

        /**
         * @param id unique among the scans of a statement
         * @param role whose privileges and policies count: the user's, or a view owner's
         */
        public Scan(
                RelOptCluster cluster,
                RelDataType row,
                Relation relation,
                String alias,
                int id,
                int role) {
            this(cluster, row, relation, alias, id, role, true, 0);
        }

        /**
         * @param only without the tables that inherit from it
         * @param member which of the inheriting tables it is, for row ids
         */
        public Scan(
                RelOptCluster cluster,
                RelDataType row,
                Relation relation,
                String alias,
                int id,
                int role,
                boolean only,
                int member) {
            super(cluster, row, List.of());
            this.relation = relation;
            this.alias = alias;
            this.id = id;
            this.role = role;
            this.only = only;
            this.member = member;
        }

        public boolean only() {
            return only;
        }

        public int member() {
            return member;
        }

        public int role() {
            return role;
        }

        public Relation relation() {
            return relation;
        }

        public String alias() {
            return alias;
        }

        public int id() {
            return id;
        }

        /** Position of the row id in the row. */
        public int rowIdColumn() {
            return getRowType().getFieldCount() - 2;
        }

        /** Position of tableoid in the row. */
        public int tableOidColumn() {
            return getRowType().getFieldCount() - 1;
        }

        @Override
        public List<RexNode> expressions() {
            return List.of();
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            return this;
        }

        @Override
        void describe(RelWriter writer) {
            writer.item("relation", relation.name()).item("alias", alias);
        }
    }

    /** VALUES; also one row without columns, for SELECT without FROM. */
    public static final class Values extends PgRel {
        private final List<List<RexNode>> rows;

        public Values(RelOptCluster cluster, RelDataType row, List<List<RexNode>> rows) {
            super(cluster, row, List.of());
            this.rows = rows.stream().map(List::copyOf).toList();
        }

        public List<List<RexNode>> rows() {
            return rows;
        }

        @Override
        public List<RexNode> expressions() {
            return rows.stream().flatMap(List::stream).toList();
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            var changed = new ArrayList<List<RexNode>>();
            int at = 0;
            for (var row : rows) {
                changed.add(expressions.subList(at, at + row.size()));
                at += row.size();
            }
            return new Values(getCluster(), getRowType(), changed);
        }

        @Override
        void describe(RelWriter writer) {
            writer.item("rows", rows.size());
        }
    }

    /** ROWS FROM (...): functions side by side. */
    public static final class FunctionScan extends PgRel {
        private final List<RexNode> calls;
        private final List<Integer> columns;
        private final boolean ordinality;
        private final String alias;

        /**
         * @param columns how many output columns each call fills
         */
        public FunctionScan(
                RelOptCluster cluster,
                RelDataType row,
                List<RexNode> calls,
                List<Integer> columns,
                boolean ordinality,
                String alias) {
            super(cluster, row, List.of());
            this.calls = List.copyOf(calls);
            this.columns = List.copyOf(columns);
            this.ordinality = ordinality;
            this.alias = alias;
        }

        public List<Integer> columns() {
            return columns;
        }

        public boolean ordinality() {
            return ordinality;
        }

        public String alias() {
            return alias;
        }

        @Override
        public List<RexNode> expressions() {
            return calls;
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            return new FunctionScan(
                    getCluster(), getRowType(), expressions, columns, ordinality, alias);
        }
    }

    /**
     * Rows of a common table expression or, where {@link #work} holds, of the last round of a
     * recursive one.
     */
    public static final class CteScan extends PgRel {
        private final int cte;
        private final String name;
        private final String alias;
        private final boolean work;

        public CteScan(
                RelOptCluster cluster,
                RelDataType row,
                int cte,
                String name,
                String alias,
                boolean work) {
            super(cluster, row, List.of());
            this.cte = cte;
            this.name = name;
            this.alias = alias;
            this.work = work;
        }

        public int cte() {
            return cte;
        }

        public String name() {
            return name;
        }

        public String alias() {
            return alias;
        }

        public boolean work() {
            return work;
        }

        @Override
        public List<RexNode> expressions() {
            return List.of();
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            return this;
        }

        @Override
        void describe(RelWriter writer) {
            writer.item("cte", name);
        }
    }

    // ------------------------------------------------------------------ one input

    /** A projection in which set-returning calls stand. */
    public static final class ProjectSet extends PgRel {
        private final List<RexNode> projects;

        public ProjectSet(RelNode input, RelDataType row, List<RexNode> projects) {
            super(input.getCluster(), row, List.of(input));
            this.projects = List.copyOf(projects);
        }

        @Override
        public List<RexNode> expressions() {
            return projects;
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            return new ProjectSet(inputs.getFirst(), getRowType(), expressions);
        }
    }

    /**
     * GROUP BY. Yields the keys, the aggregates ({@link Form.Aggregate} calls over the input row),
     * then one int4 for each GROUPING().
     */
    public static final class GroupBy extends PgRel {
        private final int keyCount;
        private final int aggregateCount;
        private final List<List<Integer>> sets;
        private final List<List<Integer>> groupings;
        private final List<RexNode> expressions;

        /**
         * @param expressions the keys, then the aggregates
         * @param sets positions of keys, for each grouping set
         * @param groupings positions of keys, for each GROUPING()
         */
        public GroupBy(
                RelNode input,
                RelDataType row,
                int keyCount,
                List<RexNode> expressions,
                List<List<Integer>> sets,
                List<List<Integer>> groupings) {
            super(input.getCluster(), row, List.of(input));
            this.keyCount = keyCount;
            this.aggregateCount = expressions.size() - keyCount;
            this.expressions = List.copyOf(expressions);
            this.sets = sets.stream().map(List::copyOf).toList();
            this.groupings = groupings.stream().map(List::copyOf).toList();
        }

        public List<RexNode> keys() {
            return expressions.subList(0, keyCount);
        }

        public List<RexNode> aggregates() {
            return expressions.subList(keyCount, keyCount + aggregateCount);
        }

        public List<List<Integer>> sets() {
            return sets;
        }

        public List<List<Integer>> groupings() {
            return groupings;
        }

        @Override
        public List<RexNode> expressions() {
            return expressions;
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            return new GroupBy(
                    inputs.getFirst(), getRowType(), keyCount, expressions, sets, groupings);
        }
    }

    /** Ends of a frame, named as in PostgreSQL's grammar. */
    public enum Bound {
        UNBOUNDED_PRECEDING,
        PRECEDING,
        CURRENT_ROW,
        FOLLOWING,
        UNBOUNDED_FOLLOWING
    }

    /**
     * A window frame. Offsets are expressions over no row.
     *
     * @param mode {@code ROWS}, {@code RANGE} or {@code GROUPS}
     * @param exclusion {@code NONE}, {@code CURRENT_ROW}, {@code GROUP} or {@code TIES}
     * @param startInRange OID of the in_range function of RANGE with an offset; 0 for none
     */
    public record Frame(
            String mode,
            Bound start,
            @Nullable RexNode startOffset,
            Bound end,
            @Nullable RexNode endOffset,
            String exclusion,
            int startInRange,
            int endInRange) {
        public static final Frame DEFAULT =
                new Frame(
                        "RANGE",
                        Bound.UNBOUNDED_PRECEDING,
                        null,
                        Bound.CURRENT_ROW,
                        null,
                        "NONE",
                        0,
                        0);
    }

    /** Window calls over one window definition: yields the input's columns, then the calls. */
    public static final class Window extends PgRel {
        private final int partitionCount;
        private final List<Form.Order> order;
        private final Frame frame;
        private final List<RexNode> expressions;

        /**
         * @param expressions PARTITION BY, ORDER BY, then the {@link Form.WindowCall} calls
         */
        public Window(
                RelNode input,
                RelDataType row,
                int partitionCount,
                List<Form.Order> order,
                Frame frame,
                List<RexNode> expressions) {
            super(input.getCluster(), row, List.of(input));
            this.partitionCount = partitionCount;
            this.order = List.copyOf(order);
            this.frame = frame;
            this.expressions = List.copyOf(expressions);
        }

        public List<RexNode> partition() {
            return expressions.subList(0, partitionCount);
        }

        public List<Form.Order> order() {
            return order;
        }

        public List<RexNode> orderExpressions() {
            return expressions.subList(partitionCount, partitionCount + order.size());
        }

        public List<RexNode> calls() {
            return expressions.subList(partitionCount + order.size(), expressions.size());
        }

        public Frame frame() {
            return frame;
        }

        @Override
        public List<RexNode> expressions() {
            return expressions;
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            return new Window(
                    inputs.getFirst(), getRowType(), partitionCount, order, frame, expressions);
        }
    }

    /**
     * DISTINCT over the first {@code keys} columns; with {@link #on} the input is sorted by them.
     */
    public static final class Distinct extends PgRel {
        private final List<Integer> keys;
        private final boolean on;

        public Distinct(RelNode input, List<Integer> keys, boolean on) {
            super(input.getCluster(), input.getRowType(), List.of(input));
            this.keys = List.copyOf(keys);
            this.on = on;
        }

        public List<Integer> keys() {
            return keys;
        }

        public boolean on() {
            return on;
        }

        @Override
        public List<RexNode> expressions() {
            return List.of();
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            return new Distinct(inputs.getFirst(), keys, on);
        }

        @Override
        void describe(RelWriter writer) {
            writer.item("keys", keys).itemIf("on", true, on);
        }
    }

    /** One item of ORDER BY, by column. */
    public record SortColumn(int column, boolean descending, boolean nullsFirst) {}

    /** ORDER BY columns of the input. */
    public static final class Sort extends PgRel {
        private final List<SortColumn> columns;

        public Sort(RelNode input, List<SortColumn> columns) {
            super(input.getCluster(), input.getRowType(), List.of(input));
            this.columns = List.copyOf(columns);
        }

        public List<SortColumn> columns() {
            return columns;
        }

        @Override
        public List<RexNode> expressions() {
            return List.of();
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            return new Sort(inputs.getFirst(), columns);
        }

        @Override
        void describe(RelWriter writer) {
            writer.item("columns", columns);
        }
    }

    /** LIMIT and OFFSET; with {@link #ties} rows that tie with the last one come too. */
    public static final class Limit extends PgRel {
        private final @Nullable RexNode limit;
        private final @Nullable RexNode offset;
        private final List<SortColumn> ties;

        public Limit(
                RelNode input,
                @Nullable RexNode limit,
                @Nullable RexNode offset,
                List<SortColumn> ties) {
            super(input.getCluster(), input.getRowType(), List.of(input));
            this.limit = limit;
            this.offset = offset;
            this.ties = List.copyOf(ties);
        }

        public @Nullable RexNode limit() {
            return limit;
        }

        public @Nullable RexNode offset() {
            return offset;
        }

        public List<SortColumn> ties() {
            return ties;
        }

        @Override
        public List<RexNode> expressions() {
            var all = new ArrayList<RexNode>();
            if (limit != null) {
                all.add(limit);
            }
            if (offset != null) {
                all.add(offset);
            }
            return all;
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            int at = limit == null ? 0 : 1;
            return new Limit(
                    inputs.getFirst(),
                    limit == null ? null : expressions.getFirst(),
                    offset == null ? null : expressions.get(at),
                    ties);
        }
    }

    /** Row lock strengths, weakest first. */
    public enum LockStrength {
        KEY_SHARE,
        SHARE,
        NO_KEY_UPDATE,
        UPDATE
    }

    /** What to do about a row that another transaction holds. */
    public enum LockWait {
        BLOCK,
        SKIP,
        NOWAIT
    }

    /**
     * A relation whose rows are locked.
     *
     * @param scan id of the {@link Scan}
     * @param rowIdColumn of the input
     */
    public record RowLock(
            int scan,
            Relation relation,
            int rowIdColumn,
            LockStrength strength,
            LockWait waiting) {}

    /** FOR UPDATE and kin. */
    public static final class LockRows extends PgRel {
        private final List<RowLock> locks;

        public LockRows(RelNode input, List<RowLock> locks) {
            super(input.getCluster(), input.getRowType(), List.of(input));
            this.locks = List.copyOf(locks);
        }

        public List<RowLock> locks() {
            return locks;
        }

        @Override
        public List<RexNode> expressions() {
            return List.of();
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            return new LockRows(inputs.getFirst(), locks);
        }
    }

    /**
     * A filter above which only leakproof functions may be moved below: row-level security, barrier
     * views.
     */
    public static final class Barrier extends PgRel {
        private final RexNode condition;

        public Barrier(RelNode input, RexNode condition) {
            super(input.getCluster(), input.getRowType(), List.of(input));
            this.condition = condition;
        }

        public RexNode condition() {
            return condition;
        }

        @Override
        public List<RexNode> expressions() {
            return List.of(condition);
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            return new Barrier(inputs.getFirst(), expressions.getFirst());
        }
    }

    // ------------------------------------------------------------------ several inputs

    /**
     * A common table expression that {@link With} makes known; {@code modifies}: runs to its end
     * anyway.
     */
    public record Cte(int id, String name, boolean modifies, boolean inline) {}

    /** WITH. Inputs: the tables in order, then the body. */
    public static final class With extends PgRel {
        private final List<Cte> tables;

        public With(List<Cte> tables, List<RelNode> plans, RelNode body) {
            super(body.getCluster(), body.getRowType(), plus(plans, body));
            this.tables = List.copyOf(tables);
        }

        private static List<RelNode> plus(List<RelNode> plans, RelNode body) {
            var all = new ArrayList<>(plans);
            all.add(body);
            return all;
        }

        public List<Cte> tables() {
            return tables;
        }

        public RelNode plan(int table) {
            return getInputs().get(table);
        }

        public RelNode body() {
            return getInputs().getLast();
        }

        @Override
        public List<RexNode> expressions() {
            return List.of();
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            return new With(tables, inputs.subList(0, inputs.size() - 1), inputs.getLast());
        }

        @Override
        void describe(RelWriter writer) {
            writer.item("tables", tables);
        }
    }

    /** WITH RECURSIVE: inputs are the non-recursive and the recursive term. */
    public static final class RecursiveUnion extends PgRel {
        private final int cte;
        private final boolean distinct;

        public RecursiveUnion(
                RelNode initial, RelNode recursive, RelDataType row, int cte, boolean distinct) {
            super(initial.getCluster(), row, List.of(initial, recursive));
            this.cte = cte;
            this.distinct = distinct;
        }

        public int cte() {
            return cte;
        }

        public boolean distinct() {
            return distinct;
        }

        @Override
        public List<RexNode> expressions() {
            return List.of();
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            return new RecursiveUnion(
                    inputs.getFirst(), inputs.getLast(), getRowType(), cte, distinct);
        }
    }

    /** UNION, INTERSECT, EXCEPT of inputs with equal column types. */
    public static final class SetOperation extends PgRel {
        /** Set operators. */
        public enum Kind {
            UNION,
            INTERSECT,
            EXCEPT
        }

        private final Kind kind;
        private final boolean all;

        public SetOperation(Kind kind, boolean all, RelNode left, RelNode right, RelDataType row) {
            super(left.getCluster(), row, List.of(left, right));
            this.kind = kind;
            this.all = all;
        }

        public Kind kind() {
            return kind;
        }

        public boolean all() {
            return all;
        }

        @Override
        public List<RexNode> expressions() {
            return List.of();
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            return new SetOperation(kind, all, inputs.getFirst(), inputs.getLast(), getRowType());
        }

        @Override
        void describe(RelWriter writer) {
            writer.item("kind", kind).item("all", all);
        }
    }

    // ------------------------------------------------------------------ changes

    /** A new value of a live column, by position. */
    public record Assignment(int position, RexNode value) {}

    /** What a WITH CHECK belongs to. */
    public enum CheckKind {
        VIEW,
        /** A new row must meet it. */
        POLICY,
        /** The row in the way of ON CONFLICT DO UPDATE must meet it. */
        POLICY_USING,
        /** The row that MERGE is about to change must meet it. */
        MERGE_USING
    }

    /** A condition that a new row must meet, over the table's live columns. */
    public record WithCheck(CheckKind kind, String name, RexNode condition) {}

    /**
     * ON CONFLICT. Assignments and condition see the existing row's live columns, row id and
     * tableoid, then the excluded row's live columns.
     *
     * @param arbiters OIDs of unique indexes; empty for all
     * @param nothing DO NOTHING
     */
    public record OnConflict(
            boolean nothing,
            List<Integer> arbiters,
            List<Assignment> assignments,
            @Nullable RexNode condition,
            List<WithCheck> checks) {
        public OnConflict {
            arbiters = List.copyOf(arbiters);
            assignments = List.copyOf(assignments);
            checks = List.copyOf(checks);
        }

        /** The same with other conditions on the row in the way and on what becomes of it. */
        public OnConflict withChecks(List<WithCheck> changed) {
            return new OnConflict(nothing, arbiters, assignments, condition, changed);
        }
    }

    /**
     * A WHEN of MERGE over the input row.
     *
     * @param command {@code i}, {@code u}, {@code d} or {@code n} for nothing
     * @param values INSERT: one for each live column
     */
    public record MergeAction(
            boolean matched,
            @Nullable RexNode condition,
            char command,
            List<RexNode> values,
            List<Assignment> assignments,
            List<WithCheck> checks) {
        public MergeAction {
            values = List.copyOf(values);
            assignments = List.copyOf(assignments);
            checks = List.copyOf(checks);
        }

        public MergeAction(
                boolean matched,
                @Nullable RexNode condition,
                char command,
                List<RexNode> values,
                List<Assignment> assignments) {
            this(matched, condition, command, values, assignments, List.of());
        }

        /** The same with conditions on the rows it changes and makes. */
        public MergeAction withChecks(List<WithCheck> changed) {
            return new MergeAction(matched, condition, command, values, assignments, changed);
        }
    }

    /**
     * RETURNING: over the table's live columns, row id, tableoid, then (UPDATE, DELETE) the input
     * row.
     */
    public record Returning(List<RexNode> expressions) {
        public Returning {
            expressions = List.copyOf(expressions);
        }
    }

    /**
     * INSERT, UPDATE, DELETE or MERGE. Rewriting expressions goes through the records; a shuttle
     * sees all of them.
     */
    public static final class Modify extends PgRel {
        /** Commands. */
        public enum Command {
            INSERT,
            UPDATE,
            DELETE,
            MERGE
        }

        private final Command command;
        private final Relation target;
        private final int scan;
        private final int rowIdColumn;
        private final List<RexNode> values;
        private final List<Assignment> assignments;
        private final @Nullable OnConflict onConflict;
        private final List<MergeAction> actions;
        private final List<WithCheck> checks;
        private final @Nullable Returning returning;
        private final List<RowLock> marks;

        /**
         * @param scan id of the target's scan in the input; -1 for INSERT
         * @param rowIdColumn of the input; -1 for INSERT
         * @param values INSERT: for each live column an expression over the input row
         * @param assignments UPDATE: over the input row
         * @param marks the other relations of the input, for re-evaluation
         */
        public Modify(
                RelNode input,
                RelDataType row,
                Command command,
                Relation target,
                int scan,
                int rowIdColumn,
                List<RexNode> values,
                List<Assignment> assignments,
                @Nullable OnConflict onConflict,
                List<MergeAction> actions,
                List<WithCheck> checks,
                @Nullable Returning returning,
                List<RowLock> marks) {
            super(input.getCluster(), row, List.of(input));
            this.command = command;
            this.target = target;
            this.scan = scan;
            this.rowIdColumn = rowIdColumn;
            this.values = List.copyOf(values);
            this.assignments = List.copyOf(assignments);
            this.onConflict = onConflict;
            this.actions = List.copyOf(actions);
            this.checks = List.copyOf(checks);
            this.returning = returning;
            this.marks = List.copyOf(marks);
        }

        public Command command() {
            return command;
        }

        public Relation target() {
            return target;
        }

        public int scan() {
            return scan;
        }

        public int rowIdColumn() {
            return rowIdColumn;
        }

        public List<RexNode> values() {
            return values;
        }

        public List<Assignment> assignments() {
            return assignments;
        }

        public @Nullable OnConflict onConflict() {
            return onConflict;
        }

        public List<MergeAction> actions() {
            return actions;
        }

        public List<WithCheck> checks() {
            return checks;
        }

        public @Nullable Returning returning() {
            return returning;
        }

        public List<RowLock> marks() {
            return marks;
        }

        @Override
        public List<RexNode> expressions() {
            return List.of();
        }

        @Override
        public PgRel with(List<RelNode> inputs, List<RexNode> expressions) {
            return new Modify(
                    inputs.getFirst(),
                    getRowType(),
                    command,
                    target,
                    scan,
                    rowIdColumn,
                    values,
                    assignments,
                    onConflict,
                    actions,
                    checks,
                    returning,
                    marks);
        }

        /** The same with other conditions on new rows. */
        public Modify withChecks(
                List<WithCheck> changed,
                @Nullable OnConflict changedConflict,
                List<MergeAction> changedActions) {
            return new Modify(
                    input(),
                    getRowType(),
                    command,
                    target,
                    scan,
                    rowIdColumn,
                    values,
                    assignments,
                    changedConflict,
                    changedActions,
                    changed,
                    returning,
                    marks);
        }

        @Override
        void describe(RelWriter writer) {
            writer.item("command", command)
                    .item("target", target.name())
                    .itemIf("values", values, !values.isEmpty())
                    .itemIf("assignments", assignments, !assignments.isEmpty());
        }
    }
}
