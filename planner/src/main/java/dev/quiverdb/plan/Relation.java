package dev.quiverdb.plan;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.FunctionRef;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the executor must know of a table: a copy of the catalog's facts at planning time. The
 * <i>table row</i>, over which constraints, defaults and generated columns are expressed, holds all
 * {@link #columns} in their order, hidden ones last.
 */
public record Relation(
        int oid,
        int tabletId,
        String schema,
        String name,
        List<Column> columns,
        List<Check> checks,
        List<Index> indexes,
        List<ForeignKey> foreignKeys,
        List<Referenced> referencedBy,
        @Nullable Family family) {
    /** A table that nothing inherits from. */
    public Relation(
            int oid,
            int tabletId,
            String schema,
            String name,
            List<Column> columns,
            List<Check> checks,
            List<Index> indexes,
            List<ForeignKey> foreignKeys,
            List<Referenced> referencedBy) {
        this(
                oid,
                tabletId,
                schema,
                name,
                columns,
                checks,
                indexes,
                foreignKeys,
                referencedBy,
                null);
    }

    /** The same as the head of a family. */
    public Relation with(Family made) {
        return new Relation(
                oid,
                tabletId,
                schema,
                name,
                columns,
                checks,
                indexes,
                foreignKeys,
                referencedBy,
                made);
    }

    /** The table that a row id of a scan is of: itself, or a member of its family. */
    public Relation member(long rowId) {
        return family == null ? this : family.members().get(Family.member(rowId)).relation();
    }

    public Relation {
        columns = List.copyOf(columns);
        checks = List.copyOf(checks);
        indexes = List.copyOf(indexes);
        foreignKeys = List.copyOf(foreignKeys);
        referencedBy = List.copyOf(referencedBy);
    }

    /**
     * A column of the table row.
     *
     * @param columnId storage's id of the column
     * @param hidden an index expression's value or a partial index's membership; shown to nobody
     * @param generated computes a stored generated or hidden column from the table row; else null
     */
    public record Column(
            int columnId,
            String name,
            Type type,
            int typmod,
            boolean notNull,
            boolean hidden,
            @Nullable Expression generated) {}

    /**
     * A CHECK constraint over the table row.
     *
     * @param partition what the rows of a partition must meet, which has no name
     */
    public record Check(String name, Expression condition, boolean partition) {
        public Check(String name, Expression condition) {
            this(name, condition, false);
        }
    }

    /**
     * An index of the table.
     *
     * @param columns positions of the key columns in the table row (hidden ones for expressions)
     * @param keyTexts the keys as pg_get_indexdef shows them, for {@code Key (lower(a))=(x) already
     *     exists.}
     * @param membership position of the hidden bool column of a partial index, -1 if it is not
     *     partial
     * @param constraint OID of the constraint of the same name that stands behind it; 0 for none
     * @param deferrable checked at end of statement or transaction
     * @param parent OID of the partitioned table's index that it belongs to; 0 for none
     */
    public record Index(
            int oid,
            int indexId,
            String name,
            String method,
            List<Integer> columns,
            List<String> keyTexts,
            boolean unique,
            boolean nullsNotDistinct,
            int membership,
            int constraint,
            boolean deferrable,
            boolean initiallyDeferred,
            int parent) {
        /** An index that belongs to no other. */
        public Index(
                int oid,
                int indexId,
                String name,
                String method,
                List<Integer> columns,
                List<String> keyTexts,
                boolean unique,
                boolean nullsNotDistinct,
                int membership,
                int constraint,
                boolean deferrable,
                boolean initiallyDeferred) {
            this(
                    oid,
                    indexId,
                    name,
                    method,
                    columns,
                    keyTexts,
                    unique,
                    nullsNotDistinct,
                    membership,
                    constraint,
                    deferrable,
                    initiallyDeferred,
                    0);
        }

        public Index {
            columns = List.copyOf(columns);
            keyTexts = List.copyOf(keyTexts);
        }
    }

    public enum Match {
        SIMPLE,
        FULL
    }

    public enum Action {
        NO_ACTION,
        RESTRICT,
        CASCADE,
        SET_NULL,
        SET_DEFAULT
    }

    /**
     * A foreign key of this table.
     *
     * @param columns positions in this table's row
     * @param whole OID of the constraint that it is a part of, or its own
     * @param target the referenced table; its own keys are not filled in
     * @param targetIndexId storage's id of the unique index looked up in the target; of a
     *     partitioned target the index that its partitions' indexes belong to
     * @param targetPositions positions of the referenced columns in the target's row, in the order
     *     of {@code columns}
     * @param keyOrder for each column of the target index's key its number in {@code columns}
     * @param targetPartitioned the key is in the partition that it belongs to
     * @param casts from this side's types to the target's
     */
    public record ForeignKey(
            int oid,
            int whole,
            String name,
            List<Integer> columns,
            RelationName target,
            int targetTabletId,
            int targetIndexId,
            List<Integer> targetPositions,
            List<Integer> keyOrder,
            boolean targetPartitioned,
            List<KeyCast> casts,
            Match match,
            boolean deferrable,
            boolean initiallyDeferred) {
        public ForeignKey {
            columns = List.copyOf(columns);
            targetPositions = List.copyOf(targetPositions);
            keyOrder = List.copyOf(keyOrder);
            casts = List.copyOf(casts);
        }
    }

    /**
     * How a value of one side of a foreign key becomes one of the other side's type.
     *
     * @param function what casts it; empty where the values are the same
     * @param whole both are integers, so that a value too large is nobody's instead of an error
     */
    public record KeyCast(Type from, Type to, Optional<FunctionRef> function, boolean whole) {
        public static KeyCast none(Type type) {
            return new KeyCast(type, type, Optional.empty(), false);
        }
    }

    public record RelationName(int oid, String schema, String name) {}

    /**
     * A foreign key of another (or the same) table that points here.
     *
     * @param oid of the constraint
     * @param wholes OIDs of the constraints that it is a part of, the nearest first
     * @param target the table that the whole of it refers to, which may be partitioned
     * @param keyColumns positions of the referenced columns in this table's row
     * @param referrerOid the referring table; looked up through the catalog when an action must
     *     change it
     * @param referrerColumns positions of the referring columns in its table row, in the same order
     * @param referrerIndexId storage's id of an index on the referring columns, -1 where a scan
     *     must do
     * @param setColumns positions for SET NULL (a, b) and SET DEFAULT, all referring columns by
     *     default
     * @param setDefaults SET DEFAULT: the values for {@code referrerColumns}, over no row; else
     *     empty
     * @param toKey casts from the referrer's types to the key's
     * @param toReferrer casts from the key's types to the referrer's
     */
    public record Referenced(
            int oid,
            List<Integer> wholes,
            RelationName target,
            String name,
            List<Integer> keyColumns,
            List<String> keyNames,
            int referrerOid,
            int referrerTabletId,
            RelationName referrer,
            List<Integer> referrerColumns,
            int referrerIndexId,
            Action onUpdate,
            Action onDelete,
            List<Integer> setColumns,
            List<Expression> setDefaults,
            List<KeyCast> toKey,
            List<KeyCast> toReferrer,
            boolean deferrable,
            boolean initiallyDeferred) {
        public Referenced {
            wholes = List.copyOf(wholes);
            keyColumns = List.copyOf(keyColumns);
            keyNames = List.copyOf(keyNames);
            referrerColumns = List.copyOf(referrerColumns);
            setColumns = List.copyOf(setColumns);
            setDefaults = List.copyOf(setDefaults);
            toKey = List.copyOf(toKey);
            toReferrer = List.copyOf(toReferrer);
        }

        /** OID of the constraint that it is a part of in the end, or its own. */
        public int whole() {
            return wholes.isEmpty() ? oid : wholes.getLast();
        }
    }

    /** Number of columns that users see. */
    public int visibleColumns() {
        int visible = 0;
        for (var column : columns) {
            if (!column.hidden()) {
                visible++;
            }
        }
        return visible;
    }
}
