package dev.quiverdb.plan;

import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.Expression.SlotBinding;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A physical plan: immutable, without Calcite types, safe to cache and to run many times at once.
 * Columns go by position in the input's row; {@link #output} says what a node yields.
 *
 * <p><b>Row ids.</b> A scan that lists {@link #ROW_ID} yields the row's id (int8). Nodes that lock
 * or modify name such columns in {@link RowMark}s. When a row changed under a lock wait (READ
 * COMMITTED), the input below the marks is run again with each marked scan yielding only its one
 * row: the newest version of the row that changed, the same version as before of the others; as
 * EvalPlanQual.
 */
public sealed interface Plan {
    /** Pseudo column id: the row id. */
    int ROW_ID = -1;

    /** Pseudo column id: tableoid (oid). */
    int TABLE_OID = -6;

    List<OutputColumn> output();

    Estimate estimate();

    // ---------------------------------------------------------------- scans

    /**
     * Where a scan reads.
     *
     * @param alias the range variable's name
     * @param positions positions in {@link Relation#columns()} to yield, in this order; {@link
     *     #ROW_ID} and {@link #TABLE_OID} may stand among them
     * @param markId unique number for {@link RowMark}, -1 without
     * @param member which of a {@link Family} the table is, as row ids tell
     */
    record TableSource(
            Relation relation, String alias, List<Integer> positions, int markId, int member) {
        public TableSource(Relation relation, String alias, List<Integer> positions, int markId) {
            this(relation, alias, positions, markId, 0);
        }

        public TableSource {
            positions = List.copyOf(positions);
        }

        public List<OutputColumn> output() {
            return PlanOutputs.of(this);
        }
    }

    /** All visible rows of a table that pass the filter (over the source's columns). */
    record SeqScan(TableSource source, @Nullable Expression filter, Estimate estimate)
            implements Plan {
        @Override
        public List<OutputColumn> output() {
            return source.output();
        }
    }

    /**
     * One key column of an index condition.
     *
     * @param anyElement {@code value} is an array: one range per element ({@code = ANY})
     */
    record IndexKey(Expression value, boolean anyElement) {}

    /**
     * A range of a btree index, in key order (or against it). The condition is: the first {@code
     * equal.size()} key columns equal those values (a NULL value finds nothing), and the next key
     * column lies between the bounds. Bound expressions see no input row, only slots and
     * parameters.
     *
     * @param isNull the column after the equal ones must be NULL (bounds are then null)
     * @param filter what remains to be checked over the source's columns
     */
    record IndexScan(
            TableSource source,
            Relation.Index index,
            List<IndexKey> equal,
            @Nullable Expression lower,
            boolean lowerInclusive,
            @Nullable Expression upper,
            boolean upperInclusive,
            boolean isNull,
            boolean backward,
            @Nullable Expression filter,
            Estimate estimate)
            implements Plan {
        public IndexScan {
            equal = List.copyOf(equal);
        }

        @Override
        public List<OutputColumn> output() {
            return source.output();
        }
    }

    /** How a vector search finds its rows. */
    enum VectorMode {
        /** By the index, exactly over the filter's rows where these are few. */
        INDEX,
        /** As {@link #INDEX}, and rows that the index does not hold do not come. */
        INDEX_ONLY,
        /** By an exact scan: there is no usable index. */
        EXACT
    }

    /**
     * The nearest rows of a table in ascending distance: {@code ORDER BY column <-> query LIMIT k}.
     * As many rows come as are asked for wherever that many qualify; a parent {@link Limit} cuts.
     * Without a limit all rows come, in order.
     *
     * @param index the vector index; null for {@link VectorMode#EXACT}
     * @param column position in the relation of the vector column (a hidden one for an index
     *     expression)
     * @param query the other operand; sees no input row. A NULL query yields rows in table order
     *     with NULL distance
     * @param distance the distance function (vector_l2_squared_distance is never used here: it is
     *     the operator's own function), over (column, query)
     * @param limit rows wanted (offset included); null when unknown (a resumable scan)
     * @param filter over the source's columns; evaluated inside the search
     * @param matching how else to find the rows that pass; null without a filter
     * @param withDistance whether the distance is yielded as a last column (float8)
     * @param reason why this mode was chosen, for EXPLAIN
     */
    record VectorSearch(
            TableSource source,
            VectorMode mode,
            Relation.@Nullable Index index,
            int column,
            Expression query,
            dev.quiverdb.execute.expression.FunctionRef distance,
            @Nullable Expression limit,
            @Nullable Expression filter,
            @Nullable Matching matching,
            boolean withDistance,
            String reason,
            Estimate estimate)
            implements Plan {
        @Override
        public List<OutputColumn> output() {
            return PlanOutputs.of(this);
        }
    }

    /** Rows of expressions, which see no input row. */
    record Values(List<List<Expression>> rows, List<OutputColumn> output, Estimate estimate)
            implements Plan {
        public Values {
            rows = rows.stream().map(List::copyOf).toList();
            output = List.copyOf(output);
        }
    }

    /**
     * The rows of the input if the condition (over nothing) holds, which is asked once, as the node
     * is opened. Without an input one row without columns, as below SELECT without FROM; none where
     * columns are wanted, so that the condition must be false.
     */
    record Result(
            @Nullable Plan input,
            @Nullable Expression condition,
            List<OutputColumn> output,
            Estimate estimate)
            implements Plan {
        public Result {
            output = List.copyOf(output);
        }

        /** No rows, and nothing read. */
        static Result never(List<OutputColumn> output) {
            return new Result(
                    null,
                    new Expression.Constant(false, Types.BOOL, -1),
                    output,
                    RelTranslator.rows(0));
        }
    }

    /**
     * Rows made in memory by the caller when the plan is opened: catalog relations, EXPLAIN's
     * lines. The supplier is asked through {@link
     * dev.quiverdb.execute.ExecutionContext#virtualRows}.
     *
     * @param name of the relation, such as {@code pg_class}
     */
    record VirtualScan(
            int relationOid,
            String schema,
            String name,
            String alias,
            List<Integer> positions,
            @Nullable Expression filter,
            List<OutputColumn> output,
            Estimate estimate)
            implements Plan {
        public VirtualScan {
            positions = List.copyOf(positions);
            output = List.copyOf(output);
        }
    }

    /**
     * A function in FROM.
     *
     * @param call over no input row; may return a set
     * @param columns how many output columns it fills (a composite is spread over its fields)
     */
    record TableFunction(Expression call, int columns) {}

    /** ROWS FROM (...) [WITH ORDINALITY]: side by side, shorter ones padded with NULL. */
    record FunctionScan(
            List<TableFunction> functions,
            boolean ordinality,
            String alias,
            @Nullable Expression filter,
            List<OutputColumn> output,
            Estimate estimate)
            implements Plan {
        public FunctionScan {
            functions = List.copyOf(functions);
            output = List.copyOf(output);
        }
    }

    // ---------------------------------------------------------------- row by row

    record Filter(Plan input, Expression condition, Estimate estimate) implements Plan {
        @Override
        public List<OutputColumn> output() {
            return input.output();
        }
    }

    record Project(
            Plan input, List<Expression> expressions, List<OutputColumn> output, Estimate estimate)
            implements Plan {
        public Project {
            expressions = List.copyOf(expressions);
            output = List.copyOf(output);
        }
    }

    /** A projection with set-returning calls at the top level or nested in expressions. */
    record ProjectSet(
            Plan input, List<Expression> expressions, List<OutputColumn> output, Estimate estimate)
            implements Plan {
        public ProjectSet {
            expressions = List.copyOf(expressions);
            output = List.copyOf(output);
        }
    }

    // ---------------------------------------------------------------- joins

    enum JoinKind {
        INNER,
        LEFT,
        RIGHT,
        FULL,
        /** Left rows that have a match; yields the left columns only. */
        SEMI,
        /** Left rows without a match (NOT EXISTS); yields the left columns only. */
        ANTI,
        /** NOT IN: as ANTI, but a NULL on either side of a key makes the answer unknown. */
        NULL_AWARE_ANTI
    }

    /**
     * For each left row the right plan is run (again), with {@code bindings} evaluated over the
     * left row (lateral); without bindings the right side is kept in memory or spilled. The
     * condition sees left columns, then right columns. RIGHT and FULL allow no bindings.
     */
    record NestedLoopJoin(
            JoinKind kind,
            Plan left,
            Plan right,
            List<SlotBinding> bindings,
            @Nullable Expression condition,
            Estimate estimate)
            implements Plan {
        public NestedLoopJoin {
            bindings = List.copyOf(bindings);
        }

        @Override
        public List<OutputColumn> output() {
            return PlanOutputs.join(kind, left, right);
        }
    }

    /**
     * Equal keys meet; the right side is built into a hash table. Keys are compared by the type's
     * default equality; a NULL key matches nothing.
     *
     * @param residual over left columns, then right columns
     */
    record HashJoin(
            JoinKind kind,
            Plan left,
            Plan right,
            List<Expression> leftKeys,
            List<Expression> rightKeys,
            @Nullable Expression residual,
            Estimate estimate)
            implements Plan {
        public HashJoin {
            leftKeys = List.copyOf(leftKeys);
            rightKeys = List.copyOf(rightKeys);
        }

        @Override
        public List<OutputColumn> output() {
            return PlanOutputs.join(kind, left, right);
        }
    }

    /** Both inputs arrive sorted ascending, NULLs last, by the keys. */
    record MergeJoin(
            JoinKind kind,
            Plan left,
            Plan right,
            List<Expression> leftKeys,
            List<Expression> rightKeys,
            @Nullable Expression residual,
            Estimate estimate)
            implements Plan {
        public MergeJoin {
            leftKeys = List.copyOf(leftKeys);
            rightKeys = List.copyOf(rightKeys);
        }

        @Override
        public List<OutputColumn> output() {
            return PlanOutputs.join(kind, left, right);
        }
    }

    // ---------------------------------------------------------------- grouping, order

    enum AggregateStrategy {
        /** No keys: one row. */
        PLAIN,
        HASHED,
        /** The input arrives grouped by the keys. */
        SORTED
    }

    /**
     * Yields the keys, then the aggregates, then one int4 for each GROUPING() call. With grouping
     * sets a key that is not in the set is NULL.
     *
     * @param groupingSets positions in {@code keys} for each set; one set of all keys for a plain
     *     GROUP BY
     * @param groupings arguments of each GROUPING() as positions in {@code keys}
     */
    record Aggregate(
            AggregateStrategy strategy,
            Plan input,
            List<Expression> keys,
            List<Set<Integer>> groupingSets,
            List<AggregateCall> aggregates,
            List<List<Integer>> groupings,
            List<OutputColumn> output,
            Estimate estimate)
            implements Plan {
        public Aggregate {
            keys = List.copyOf(keys);
            groupingSets = groupingSets.stream().map(Set::copyOf).toList();
            aggregates = List.copyOf(aggregates);
            groupings = groupings.stream().map(List::copyOf).toList();
            output = List.copyOf(output);
        }
    }

    /**
     * All calls over one window definition. Yields the input's columns, then the calls'.
     *
     * @param sorted whether the input arrives sorted by partition and order; otherwise the node
     *     sorts
     */
    record Window(
            Plan input,
            List<Expression> partition,
            List<SortKey> order,
            WindowFrame frame,
            List<WindowCall> calls,
            boolean sorted,
            List<OutputColumn> output,
            Estimate estimate)
            implements Plan {
        public Window {
            partition = List.copyOf(partition);
            order = List.copyOf(order);
            calls = List.copyOf(calls);
            output = List.copyOf(output);
        }
    }

    record Sort(Plan input, List<SortKey> keys, Estimate estimate) implements Plan {
        public Sort {
            keys = List.copyOf(keys);
        }

        @Override
        public List<OutputColumn> output() {
            return input.output();
        }
    }

    /**
     * The first {@code limit + offset} rows in order, in memory; a parent Limit skips the offset.
     */
    record TopN(
            Plan input,
            List<SortKey> keys,
            Expression limit,
            @Nullable Expression offset,
            Estimate estimate)
            implements Plan {
        public TopN {
            keys = List.copyOf(keys);
        }

        @Override
        public List<OutputColumn> output() {
            return input.output();
        }
    }

    /**
     * LIMIT and OFFSET, int8 expressions over no row; NULL means none.
     *
     * @param tieKeys FETCH FIRST WITH TIES: the ORDER BY items; empty without
     */
    record Limit(
            Plan input,
            @Nullable Expression limit,
            @Nullable Expression offset,
            List<SortKey> tieKeys,
            Estimate estimate)
            implements Plan {
        public Limit {
            tieKeys = List.copyOf(tieKeys);
        }

        @Override
        public List<OutputColumn> output() {
            return input.output();
        }
    }

    /**
     * Drops rows whose keys were seen.
     *
     * @param keys all columns for DISTINCT; the ON items for DISTINCT ON
     * @param sorted equal keys arrive side by side (needed for DISTINCT ON); otherwise a hash set
     *     is used
     */
    record Distinct(Plan input, List<Expression> keys, boolean sorted, Estimate estimate)
            implements Plan {
        public Distinct {
            keys = List.copyOf(keys);
        }

        @Override
        public List<OutputColumn> output() {
            return input.output();
        }
    }

    // ---------------------------------------------------------------- sets

    /**
     * A comparison of a partition key's column with something that is known when a plan starts.
     *
     * @param column of the partitioned table, visible ones counted from 0
     * @param operator {@code = < <= > >=}, or {@code null} for IS NULL
     * @param anyElement the value is an array, and one of its elements is to compare so
     */
    record KeyTest(int column, String operator, Expression value, boolean anyElement) {}

    /**
     * What leaves inputs out as a plan starts.
     *
     * @param members for each input its number in the family
     */
    record Pruning(Family.Partitioning partitioning, List<KeyTest> tests, List<Integer> members) {
        public Pruning {
            tests = List.copyOf(tests);
            members = List.copyOf(members);
        }
    }

    /** UNION ALL, or the tables of a family. Inputs have the same types. */
    record Append(
            List<Plan> inputs,
            @Nullable Pruning pruning,
            List<OutputColumn> output,
            Estimate estimate)
            implements Plan {
        public Append {
            inputs = List.copyOf(inputs);
            output = List.copyOf(output);
        }
    }

    /** The tables of a family, each in order, merged. */
    record MergeAppend(
            List<Plan> inputs,
            List<SortKey> keys,
            @Nullable Pruning pruning,
            List<OutputColumn> output,
            Estimate estimate)
            implements Plan {
        public MergeAppend {
            inputs = List.copyOf(inputs);
            keys = List.copyOf(keys);
            output = List.copyOf(output);
        }
    }

    enum SetOpKind {
        INTERSECT,
        INTERSECT_ALL,
        EXCEPT,
        EXCEPT_ALL
    }

    record SetOp(
            SetOpKind kind, Plan left, Plan right, List<OutputColumn> output, Estimate estimate)
            implements Plan {
        public SetOp {
            output = List.copyOf(output);
        }
    }

    // ---------------------------------------------------------------- WITH

    /**
     * A common table of WITH.
     *
     * @param id what {@link CteScan} names; unique in the plan
     * @param modifies a data-modifying statement: it runs to its end even if nobody reads it all
     */
    record Cte(int id, String name, Plan plan, boolean modifies) {}

    /**
     * Makes common tables known to the body (and to later ones); each is run once, lazily, and
     * kept.
     */
    record With(List<Cte> tables, Plan body, Estimate estimate) implements Plan {
        public With {
            tables = List.copyOf(tables);
        }

        @Override
        public List<OutputColumn> output() {
            return body.output();
        }
    }

    /**
     * @param slots what the common table's rows depend on beside other tables
     */
    record CteScan(
            int cteId,
            String name,
            String alias,
            List<Integer> slots,
            List<OutputColumn> output,
            Estimate estimate)
            implements Plan {
        public CteScan {
            slots = List.copyOf(slots);
            output = List.copyOf(output);
        }
    }

    /** WITH RECURSIVE: {@code recursive} reads the last round's rows by {@link WorkTableScan}. */
    record RecursiveUnion(
            int workTableId,
            Plan initial,
            Plan recursive,
            boolean distinct,
            List<OutputColumn> output,
            Estimate estimate)
            implements Plan {
        public RecursiveUnion {
            output = List.copyOf(output);
        }
    }

    record WorkTableScan(
            int workTableId, String alias, List<OutputColumn> output, Estimate estimate)
            implements Plan {
        public WorkTableScan {
            output = List.copyOf(output);
        }
    }

    // ---------------------------------------------------------------- locks and changes

    enum RowLock {
        /** Not locked, but must stay the same in a re-evaluation. */
        REFERENCE,
        KEY_SHARE,
        SHARE,
        NO_KEY_UPDATE,
        UPDATE
    }

    enum LockWait {
        BLOCK,
        SKIP,
        NOWAIT
    }

    /**
     * A table of the input whose rows are locked or must stay the same.
     *
     * @param markId of the scan ({@link TableSource#markId})
     * @param rowIdColumn of the input; NULL there (outer join) locks nothing
     */
    record RowMark(int markId, Relation relation, int rowIdColumn, RowLock lock, LockWait policy) {}

    /** FOR UPDATE and kin. Yields the input's columns. */
    record LockRows(Plan input, List<RowMark> marks, Estimate estimate) implements Plan {
        public LockRows {
            marks = List.copyOf(marks);
        }

        @Override
        public List<OutputColumn> output() {
            return input.output();
        }
    }

    enum CheckKind {
        /** WITH CHECK OPTION of a view: 44000. */
        VIEW,
        /** A policy's WITH CHECK for a new row: 42501. */
        POLICY,
        /** A policy's USING for the old row of ON CONFLICT DO UPDATE: 42501. */
        POLICY_USING,
        /** A policy's USING for the row that MERGE is about to change: 42501. */
        MERGE_USING
    }

    /**
     * A condition that new rows must meet.
     *
     * @param name of the view, or of the policy where one alone is meant, else empty
     * @param condition over the table row; anything but true fails
     */
    record WithCheck(CheckKind kind, String name, Expression condition) {}

    /**
     * RETURNING: expressions over the returned row, then the input row's columns. For INSERT the
     * input part is absent. For UPDATE the table row is the new one, for DELETE the old one. {@code
     * tableOid} and row id follow the table row: columns are [table row..., row id, tableoid, input
     * row...].
     */
    record Returning(List<Expression> expressions, List<OutputColumn> output) {
        public Returning {
            expressions = List.copyOf(expressions);
            output = List.copyOf(output);
        }
    }

    /**
     * One column of SET.
     *
     * @param position in the table row
     * @param value see the node for the row it sees
     */
    record Assignment(int position, Expression value) {}

    enum ConflictAction {
        NOTHING,
        UPDATE
    }

    /**
     * ON CONFLICT.
     *
     * @param arbiters indexes inferred; empty for DO NOTHING without target: all unique indexes
     * @param assignments DO UPDATE SET, over [existing table row..., excluded table row...]
     * @param condition DO UPDATE ... WHERE, over the same
     */
    record OnConflict(
            ConflictAction action,
            List<Relation.Index> arbiters,
            List<Assignment> assignments,
            @Nullable Expression condition,
            List<WithCheck> updateChecks) {
        public OnConflict {
            arbiters = List.copyOf(arbiters);
            assignments = List.copyOf(assignments);
            updateChecks = List.copyOf(updateChecks);
        }
    }

    /**
     * Inserts one row for each input row.
     *
     * @param values for each visible column of the table in order an expression over the input row
     *     (defaults are written out); generated and hidden ones are computed by the node
     */
    record Insert(
            Relation target,
            Plan input,
            List<Expression> values,
            @Nullable OnConflict onConflict,
            List<WithCheck> checks,
            @Nullable Returning returning,
            Estimate estimate)
            implements Plan {
        public Insert {
            values = List.copyOf(values);
            checks = List.copyOf(checks);
        }

        @Override
        public List<OutputColumn> output() {
            return returning == null ? List.of() : returning.output();
        }
    }

    /**
     * Updates the row named by the input's row-id column; the first change of a row in a statement
     * wins.
     *
     * @param assignments over the input row
     * @param marks the other relations of the input, for re-evaluation; the target's own mark is
     *     first
     */
    record Update(
            Relation target,
            Plan input,
            List<RowMark> marks,
            List<Assignment> assignments,
            List<WithCheck> checks,
            @Nullable Returning returning,
            Estimate estimate)
            implements Plan {
        public Update {
            marks = List.copyOf(marks);
            assignments = List.copyOf(assignments);
            checks = List.copyOf(checks);
        }

        @Override
        public List<OutputColumn> output() {
            return returning == null ? List.of() : returning.output();
        }
    }

    record Delete(
            Relation target,
            Plan input,
            List<RowMark> marks,
            @Nullable Returning returning,
            Estimate estimate)
            implements Plan {
        public Delete {
            marks = List.copyOf(marks);
        }

        @Override
        public List<OutputColumn> output() {
            return returning == null ? List.of() : returning.output();
        }
    }

    enum MergeCommand {
        INSERT,
        UPDATE,
        DELETE,
        NOTHING
    }

    /**
     * One WHEN of MERGE.
     *
     * @param condition over the input row
     * @param values INSERT: as {@link Insert#values}
     * @param assignments UPDATE: over the input row
     * @param checks conditions on the row that it changes and on the one that it makes
     */
    record MergeAction(
            boolean matched,
            @Nullable Expression condition,
            MergeCommand command,
            List<Expression> values,
            List<Assignment> assignments,
            List<WithCheck> checks) {
        public MergeAction {
            values = List.copyOf(values);
            assignments = List.copyOf(assignments);
            checks = List.copyOf(checks);
        }
    }

    /** MERGE: the input joins source and target; the row id is NULL where no target row matched. */
    record Merge(
            Relation target,
            Plan input,
            List<RowMark> marks,
            List<MergeAction> actions,
            List<WithCheck> checks,
            @Nullable Returning returning,
            Estimate estimate)
            implements Plan {
        public Merge {
            marks = List.copyOf(marks);
            actions = List.copyOf(actions);
            checks = List.copyOf(checks);
        }

        @Override
        public List<OutputColumn> output() {
            return returning == null ? List.of() : returning.output();
        }
    }
}
