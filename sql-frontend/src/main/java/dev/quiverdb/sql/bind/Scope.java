package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Relation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.jspecify.annotations.Nullable;

/**
 * What names mean in one query. The columns of all FROM items lie side by side in the <i>row</i> of
 * the scope, in the order in which they were bound, so a column is a number; how that number is
 * written as an expression depends on where the expression will be evaluated, which is the {@link
 * Frame}.
 */
final class Scope {
    /**
     * A column as a name finds it; {@code expression} is over the scope's row.
     *
     * @param starred whether a star stands for it too
     */
    record Column(String name, PgType type, RexNode expression, boolean starred) {
        Column(String name, PgType type, RexNode expression) {
            this(name, type, expression, true);
        }
    }

    /** A FROM item, or the columns of a join, as names find them. */
    static final class Item {
        final String alias;
        final List<Column> columns;
        final @Nullable Relation relation;
        final int start;
        final int scan;

        /** Type of a reference to the whole row; null for a record of the columns. */
        @Nullable PgType rowType;

        /** What is done with the relation; null for none. */
        @Nullable AccessMarks access;

        /** A function that returns a scalar: the whole row is its value. */
        boolean scalar;

        /** The column that is NULL where an outer join found no row; -1 if there always is one. */
        int presence = -1;

        boolean relationVisible = true;
        boolean columnsVisible = true;

        /** May be referred to from the right side by LATERAL; else the join type forbids it. */
        boolean lateralAllowed = true;

        /** What UPDATE or DELETE changes, which its FROM cannot see. */
        boolean target;

        Item(String alias, List<Column> columns, @Nullable Relation relation, int start, int scan) {
            this.alias = alias;
            this.columns = columns;
            this.relation = relation;
            this.start = start;
            this.scan = scan;
        }

        /** A copy for the namespace, with other visibility. */
        Item as(boolean relationVisible, boolean columnsVisible) {
            var copy = new Item(alias, columns, relation, start, scan);
            copy.rowType = rowType;
            copy.access = access;
            copy.scalar = scalar;
            copy.presence = presence;
            copy.target = target;
            copy.relationVisible = relationVisible;
            copy.columnsVisible = columnsVisible;
            copy.lateralAllowed = lateralAllowed;
            return copy;
        }
    }

    /** How references to a scope's row are written. */
    sealed interface Frame {
        /** From an expression of the scope itself. */
        RexNode own(Scope scope, int index, PgType type);

        /** From a subquery. */
        RexNode outer(Scope scope, int index, PgType type);

        /** The variable that stands for the row in subqueries. */
        CorrelationId correlation();
    }

    /** Expressions are evaluated over columns {@code start} and following of the row. */
    record RowFrame(CorrelationId correlation, int start) implements Frame {
        @Override
        public RexNode own(Scope scope, int index, PgType type) {
            return new RexInputRef(index - start, type);
        }

        @Override
        public RexNode outer(Scope scope, int index, PgType type) {
            return scope.access(correlation, start, scope.types.size(), index);
        }
    }

    /**
     * The left side of a join whose right side is being bound: columns {@code start} to {@code
     * end}.
     */
    static final class OpenLeft {
        final int start;
        final int end;
        final CorrelationId correlation;
        boolean used;

        OpenLeft(int start, int end, CorrelationId correlation) {
            this.start = start;
            this.end = end;
            this.correlation = correlation;
        }
    }

    /** While FROM is bound: items to the left are outer rows. */
    record LateralFrame(List<OpenLeft> lefts, CorrelationId correlation) implements Frame {
        @Override
        public RexNode own(Scope scope, int index, PgType type) {
            for (var left : lefts) {
                if (index >= left.start && index < left.end) {
                    left.used = true;
                    return scope.access(left.correlation, left.start, left.end, index);
                }
            }
            throw SqlException.internal("no left side has column " + index);
        }

        @Override
        public RexNode outer(Scope scope, int index, PgType type) {
            return own(scope, index, type);
        }
    }

    /** A common table that names in FROM find. */
    static final class CommonTable {
        final int id;
        final String name;
        List<String> columns = List.of();
        List<PgType> types = List.of();

        /** How many of the columns, the last ones, SEARCH and CYCLE added. */
        int added;

        /** Inside its own recursive term. */
        boolean recursing;

        int references;

        /** Bound, but modifies without RETURNING. */
        boolean withoutColumns;

        CommonTable(int id, String name) {
            this.id = id;
            this.name = name;
        }

        /** Adds the columns of SEARCH and CYCLE. */
        void add(List<String> names, List<PgType> more) {
            columns = Stream.concat(columns.stream(), names.stream()).toList();
            types = Stream.concat(types.stream(), more.stream()).toList();
            added = names.size();
        }
    }

    final State state;
    final @Nullable Scope parent;

    /** Where FROM items that a non-lateral subquery may not see are, for the hint. */
    @Nullable Scope hidden;

    final Map<String, CommonTable> commonTables = new LinkedHashMap<>();

    /**
     * Where common tables are looked for after {@link #commonTables}; the parent also for
     * subqueries in FROM.
     */
    final @Nullable Scope commonParent;

    final List<PgType> types = new ArrayList<>();
    final List<String> names = new ArrayList<>();
    List<Item> namespace = new ArrayList<>();
    Frame frame;

    /** Columns of the row that privileges are needed for. */
    private record Mark(int start, int count, AccessMarks access) {}

    private final List<Mark> marks = new ArrayList<>();

    /** Columns {@code start} and following are those of a relation, system columns behind them. */
    void mark(int start, int count, AccessMarks access) {
        marks.add(new Mark(start, count, access));
    }

    /** The marks of another scope, whose row stands behind this one's first columns. */
    void markAll(Scope other, int shift) {
        for (var mark : other.marks) {
            marks.add(new Mark(mark.start + shift, mark.count, mark.access));
        }
    }

    /** A column of the row is read. */
    private void read(int index) {
        for (var mark : marks) {
            if (index >= mark.start && index < mark.start + mark.count) {
                mark.access.select(index - mark.start);
            }
        }
    }

    /** All columns of an expression over the row are read. */
    void read(RexNode expression) {
        expression.accept(
                new org.apache.calcite.rex.RexVisitorImpl<Void>(true) {
                    @Override
                    public Void visitInputRef(RexInputRef reference) {
                        read(reference.getIndex());
                        return null;
                    }
                });
    }

    /** What kind of expression the subquery that is being bound stands in. */
    ExpressionKind kind = ExpressionKind.OTHER;

    /** A subquery has an aggregate that belongs to this query. */
    boolean hasOuterAggregates;

    Scope(State state, @Nullable Scope parent, @Nullable Scope commonParent) {
        this.state = state;
        this.parent = parent;
        this.commonParent = commonParent;
        frame = new LateralFrame(List.of(), state.nextCorrelation());
    }

    /** All items that names were ever given to, wherever they are visible. */
    final List<Item> entries = new ArrayList<>();

    @Nullable CommonTable commonTable(String name) {
        var own = commonTables.get(name);
        if (own != null) {
            return own;
        }
        return commonParent == null ? null : commonParent.commonTable(name);
    }

    /** Whether references of subqueries by this variable are to this scope's row. */
    boolean owns(CorrelationId variable) {
        return frame.correlation().equals(variable)
                || frame instanceof LateralFrame lateral
                        && lateral.lefts().stream()
                                .anyMatch(left -> left.correlation.equals(variable));
    }

    private RexNode access(CorrelationId correlation, int start, int end, int index) {
        var trees = state.trees;
        if (trees != null) {
            trees.row(correlation, this, start);
        }
        var row = state.row(names.subList(start, end), types.subList(start, end));
        return state.rex.makeFieldAccess(state.rex.makeCorrel(row, correlation), index - start);
    }

    /** A column that tells whether there is a row, which nobody needs a privilege to know. */
    RexNode presence(int index, boolean own) {
        var type = types.get(index);
        return own ? frame.own(this, index, type) : frame.outer(this, index, type);
    }

    /** An expression over the scope's row as this scope or a subquery must write it now. */
    RexNode written(RexNode expression, boolean own) {
        return expression.accept(
                new RexShuttle() {
                    @Override
                    public RexNode visitInputRef(RexInputRef reference) {
                        var type = PgType.of(reference);
                        read(reference.getIndex());
                        return own
                                ? frame.own(Scope.this, reference.getIndex(), type)
                                : frame.outer(Scope.this, reference.getIndex(), type);
                    }
                });
    }

    /** Adds columns to the row; answers the position of the first. */
    int append(List<String> columnNames, List<PgType> columnTypes) {
        int start = types.size();
        names.addAll(columnNames);
        types.addAll(columnTypes);
        return start;
    }

    /** A column by bare name in this scope alone; null if there is none. */
    @Nullable Column find(String name, int offset) {
        Column found = null;
        for (var item : namespace) {
            if (!item.columnsVisible) {
                continue;
            }
            for (var column : item.columns) {
                if (column.name().equals(name)) {
                    if (found != null) {
                        throw Errors.at(
                                offset,
                                SqlState.AMBIGUOUS_COLUMN,
                                "column reference \"" + name + "\" is ambiguous");
                    }
                    checkLateral(item, offset);
                    found = column;
                }
            }
        }
        if (found != null) {
            return found;
        }
        Column system = null;
        for (var item : namespace) {
            if (item.columnsVisible && item.relation != null) {
                var column = SystemColumn.find(state, item, name);
                if (column != null) {
                    if (system != null) {
                        throw Errors.at(
                                offset,
                                SqlState.AMBIGUOUS_COLUMN,
                                "column reference \"" + name + "\" is ambiguous");
                    }
                    system = column;
                }
            }
        }
        return system;
    }

    static void checkLateral(Item item, int offset) {
        if (!item.lateralAllowed && item.target) {
            throw Hints.notFromHere(item.alias, offset, SqlState.INVALID_COLUMN_REFERENCE);
        }
        if (!item.lateralAllowed) {
            throw Errors.at(
                            offset,
                            SqlState.INVALID_COLUMN_REFERENCE,
                            "invalid reference to FROM-clause entry for table \""
                                    + item.alias
                                    + "\"")
                    .withDetail(
                            "The combining JOIN type must be INNER or LEFT for a LATERAL"
                                    + " reference.");
        }
    }

    /** A FROM item by its alias or name; null if there is none. */
    @Nullable Item item(@Nullable String schema, String name, int offset) {
        Item found = null;
        for (var item : namespace) {
            if (!item.relationVisible || !matches(item, schema, name)) {
                continue;
            }
            if (found != null) {
                throw Errors.at(
                        offset,
                        SqlState.AMBIGUOUS_ALIAS,
                        "table reference \"" + name + "\" is ambiguous");
            }
            checkLateral(item, offset);
            found = item;
        }
        return found;
    }

    private boolean matches(Item item, @Nullable String schema, String name) {
        if (schema == null) {
            return item.alias.equals(name);
        }
        var relation = item.relation;
        return relation != null
                && item.alias.equals(name)
                && relation.name().equals(name)
                && state.catalog.schemaName(relation.schema()).equals(schema);
    }
}
