package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.SearchPath;
import dev.quiverdb.sql.catalog.SystemRelations;
import dev.quiverdb.sql.parse.Alias;
import dev.quiverdb.sql.parse.From;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.QueryBody;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * A view through which rows of one table are changed, after rewriteTargetView: it selects from one
 * table, or from another such view, and leaves rows and columns as they are. All expressions are
 * over the table's row: its live columns, row id and tableoid.
 */
final class UpdatableView {
    /**
     * A column of the view.
     *
     * @param levels numbers of the columns that it is in the relations below the view, the table's
     *     last; empty where it is none of the table's
     * @param obstacle why it cannot be changed; null where it can
     */
    record Column(
            String name,
            PgType type,
            RexNode expression,
            List<Integer> levels,
            @Nullable String obstacle) {
        Column {
            levels = List.copyOf(levels);
        }

        int base() {
            return levels.isEmpty() ? 0 : levels.getLast();
        }
    }

    /**
     * A view on the way to the table.
     *
     * @param condition which of the rows below it has; null for all
     * @param access what is done with what the view reads, by who the view is run as
     */
    private record Level(Relation view, @Nullable RexNode condition, AccessMarks access) {}

    private final Relation view;
    private final AccessMarks viewAccess;

    /** Of the outermost view first. */
    private final List<Level> levels;

    private final List<Column> columns;
    private final Relation base;

    /** Without the tables that inherit from it. */
    private final boolean only;

    /** As whom the table is changed. */
    private final State baseState;

    private UpdatableView(
            Relation view,
            AccessMarks viewAccess,
            List<Level> levels,
            List<Column> columns,
            Relation base,
            boolean only,
            State baseState) {
        this.view = view;
        this.viewAccess = viewAccess;
        this.levels = List.copyOf(levels);
        this.columns = List.copyOf(columns);
        this.base = base;
        this.only = only;
        this.baseState = baseState;
    }

    // ------------------------------------------------------------------ what a view is

    /** A row of a relation below a view, over the table's row. */
    private record Source(
            List<Level> levels,
            List<Column> columns,
            Relation base,
            boolean only,
            State state,
            AccessMarks access) {}

    /**
     * The table behind a view.
     *
     * @param verb such as {@code insert into}
     * @throws SqlException 55000 where rows cannot be changed through the view
     */
    static UpdatableView of(State state, Relation view, String verb) {
        var access = state.access(view);
        var source = source(state, view, verb, 0);
        return new UpdatableView(
                view,
                access,
                source.levels,
                source.columns,
                source.base,
                source.only,
                source.state);
    }

    private static Source source(State state, Relation view, String verb, int depth) {
        var part = view.view();
        if (part == null || depth > Views.NESTING_MAX) {
            throw SqlException.internal(view.name() + " is no view");
        }
        state.use(view);
        var path = new SearchPath(part.searchPath(), 0, state.context.searchPath().temporary());
        boolean invoker = "true".equals(view.options().get("security_invoker"));
        var context = state.context.with(path);
        var inner = state.within(context.withRole(invoker ? state.user : view.owner()));
        var query = Views.query(view);
        var obstacle = obstacle(query);
        if (obstacle != null) {
            throw refused(view, verb, obstacle);
        }
        var select = (QueryBody.Select) query.body();
        var name = ((From.Table) select.from().getFirst()).relation();
        var below = Relations.find(inner, name);
        inner.use(below);
        boolean isView = below.kind() == 'v';
        if (SystemRelations.isSystem(below) || (!isView && below.kind() != 'r')) {
            throw refused(view, verb, NOT_SINGLE);
        }
        var access = inner.access(below);
        var source =
                isView
                        ? source(inner, below, verb, depth + 1)
                        : new Source(
                                List.of(),
                                tableColumns(inner, below),
                                below,
                                !name.inherit(),
                                inner,
                                access);
        if (!isView) {
            FromBinder.useFamily(state, below);
        }
        var scope = new Scope(inner, null, null);
        appendRow(inner, scope, source.base);
        var alias = name.alias();
        scope.namespace.add(
                item(
                        source.columns,
                        alias == null ? below.name() : alias.name(),
                        alias,
                        below,
                        0,
                        -1));
        scope.mark(0, scope.types.size(), source.access);
        scope.frame = new Scope.RowFrame(inner.nextCorrelation(), 0);
        var binder =
                new ExpressionBinder(
                        inner,
                        scope,
                        ExpressionKind.SELECT_TARGET,
                        new Windows(inner, select.windows()));
        var columns = new ArrayList<Column>();
        var live = view.liveColumns();
        for (var target : select.targets()) {
            for (var expanded : TargetLists.expand(target, binder)) {
                var at = live.get(columns.size());
                var node = inner.coercion.unknownToText(expanded.expression());
                var reason = obstacle(node);
                if (reason != null) {
                    throw refused(view, verb, reason);
                }
                columns.add(column(at.name(), node, source, below));
            }
        }
        if (columns.stream().noneMatch(column -> column.obstacle == null)
                && !verb.startsWith("delete")) {
            throw refused(
                    view,
                    verb,
                    "Views that have no updatable columns are not automatically updatable.");
        }
        var where = select.where();
        var condition =
                where == null ? null : binder.as(ExpressionKind.WHERE).bindBoolean(where, "WHERE");
        var levels = new ArrayList<Level>();
        levels.add(new Level(view, condition, access));
        levels.addAll(source.levels);
        return new Source(levels, columns, source.base, source.only, source.state, source.access);
    }

    /** A column of a view: one of what it reads, or something else. */
    private static Column column(String name, RexNode node, Source source, Relation below) {
        var type = PgType.of(node);
        boolean isView = below.kind() == 'v';
        if (type.type().oid() == below.rowType() && !(node instanceof RexInputRef)) {
            return new Column(
                    name,
                    type,
                    node,
                    List.of(),
                    "View columns that return whole-row references are not updatable.");
        }
        if (node instanceof RexInputRef reference) {
            for (int i = 0; i < source.columns.size(); i++) {
                var column = source.columns.get(i);
                if (column.expression.equals(node) && column.obstacle == null) {
                    var numbers = new ArrayList<Integer>();
                    if (isView) {
                        numbers.add(below.liveColumns().get(i).number());
                    }
                    numbers.addAll(column.levels);
                    return new Column(name, type, node, numbers, null);
                }
            }
            if (reference.getIndex() >= source.base.liveColumns().size()) {
                return new Column(
                        name,
                        type,
                        node,
                        List.of(),
                        "View columns that refer to system columns are not updatable.");
            }
        }
        return new Column(
                name,
                type,
                node,
                List.of(),
                "View columns that are not columns of their base relation are not updatable.");
    }

    private static List<Column> tableColumns(State state, Relation table) {
        var columns = new ArrayList<Column>();
        var live = table.liveColumns();
        for (int i = 0; i < live.size(); i++) {
            var column = live.get(i);
            var type = PgType.of(state.type(column.type()), column.typmod(), column.collation());
            columns.add(
                    new Column(
                            column.name(),
                            type,
                            new RexInputRef(i, type),
                            List.of(column.number()),
                            null));
        }
        return columns;
    }

    private static void appendRow(State state, Scope scope, Relation table) {
        var held = new Scope(state, null, null);
        DmlBinder.addTarget(held, table, table.name(), null);
        scope.append(held.names, held.types);
    }

    private static final String NOT_SINGLE =
            "Views that do not select from a single table or view are not automatically updatable.";

    private static @Nullable String obstacle(Query query) {
        if (query.body() instanceof QueryBody.SetOperation) {
            return "Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable.";
        }
        if (query.with() != null) {
            return "Views containing WITH are not automatically updatable.";
        }
        if (!(query.body() instanceof QueryBody.Select select)) {
            return NOT_SINGLE;
        }
        if (select.distinct() || !select.distinctOn().isEmpty()) {
            return "Views containing DISTINCT are not automatically updatable.";
        }
        if (!select.groupBy().isEmpty()) {
            return "Views containing GROUP BY are not automatically updatable.";
        }
        if (select.having() != null) {
            return "Views containing HAVING are not automatically updatable.";
        }
        if (query.limitCount() != null || query.limitOffset() != null) {
            return "Views containing LIMIT or OFFSET are not automatically updatable.";
        }
        if (select.from().size() == 1 && select.from().getFirst() instanceof From.Sample) {
            return "Views containing TABLESAMPLE are not automatically updatable.";
        }
        return select.from().size() == 1 && select.from().getFirst() instanceof From.Table
                ? null
                : NOT_SINGLE;
    }

    private static @Nullable String obstacle(RexNode target) {
        if (Expressions.hasAggregate(target)) {
            return "Views that return aggregate functions are not automatically updatable.";
        }
        if (Expressions.hasWindow(target)) {
            return "Views that return window functions are not automatically updatable.";
        }
        return Expressions.returnsSet(target)
                ? "Views that return set-returning functions are not automatically updatable."
                : null;
    }

    private static SqlException refused(Relation view, String verb, String detail) {
        var event = verb.substring(0, verb.contains(" ") ? verb.indexOf(' ') : verb.length());
        var upper = event.toUpperCase(java.util.Locale.ROOT);
        var doing =
                switch (event) {
                    case "insert" -> "inserting into";
                    case "update" -> "updating";
                    default -> "deleting from";
                };
        return new SqlException(
                        SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                        "cannot " + verb + " view \"" + view.name() + "\"")
                .withDetail(detail)
                .withHint(
                        "To enable "
                                + doing
                                + " the view, provide an INSTEAD OF "
                                + upper
                                + " trigger or an unconditional ON "
                                + upper
                                + " DO INSTEAD rule.");
    }

    /**
     * What can be changed through a view.
     *
     * @param events 4 for UPDATE, 8 for INSERT, 16 for DELETE, added
     * @param columns numbers of the columns that can be
     */
    record Updates(int events, List<Integer> columns) {}

    /** As pg_relation_is_updatable says it. */
    static Updates updates(State state, Relation view) {
        try {
            var columns = new ArrayList<Integer>();
            var source = source(state, view, "delete from", 0);
            for (int i = 0; i < source.columns.size(); i++) {
                if (source.columns.get(i).obstacle == null) {
                    columns.add(view.liveColumns().get(i).number());
                }
            }
            return new Updates(columns.isEmpty() ? 16 : 28, columns);
        } catch (SqlException refused) {
            return new Updates(0, List.of());
        }
    }

    /** 0A000 for WITH CHECK OPTION of a view through which nothing is changed. */
    static void requireForCheck(State state, Relation view) {
        try {
            source(state, view, "update", 0);
        } catch (SqlException refused) {
            var error =
                    SqlException.notSupported(
                            "WITH CHECK OPTION is supported only on automatically updatable views");
            var detail = refused.detail();
            throw detail == null ? error : error.withHint(detail);
        }
    }

    // ------------------------------------------------------------------ changing through it

    /** The table. */
    Relation base() {
        return base;
    }

    boolean only() {
        return only;
    }

    /** As whom the table is read and changed. */
    State baseState() {
        return baseState;
    }

    /** Marks a privilege on the view and on the views below it. */
    void require(char privilege) {
        viewAccess.require(privilege);
        for (int i = 0; i + 1 < levels.size(); i++) {
            levels.get(i).access.require(privilege);
        }
    }

    /**
     * The columns of the statement have been read from the table: they are from the view too.
     *
     * @param read what the statement itself read of the table
     */
    void readThrough(AccessMarks read) {
        var selected = read.done().selected();
        if (selected.isEmpty()) {
            return;
        }
        viewAccess.require('r');
        var live = view.liveColumns();
        for (int i = 0; i < columns.size(); i++) {
            if (selected.contains(columns.get(i).base())) {
                viewAccess.selectNumber(live.get(i).number());
            }
        }
    }

    /** A named column of the view; null if it has none of the name. */
    @Nullable Column column(String name) {
        for (var column : columns) {
            if (column.name.equals(name)) {
                return column;
            }
        }
        return null;
    }

    List<Column> columns() {
        return columns;
    }

    String name() {
        return view.name();
    }

    /** 0A000 unless a column can be changed; marks the change of it. */
    void change(Column column, boolean insert) {
        if (column.obstacle != null) {
            throw SqlException.notSupported(
                            "cannot "
                                    + (insert ? "insert into" : "update")
                                    + " column \""
                                    + column.name
                                    + "\" of view \""
                                    + view.name()
                                    + "\"")
                    .withDetail(column.obstacle);
        }
        mark(viewAccess, view.liveColumns().get(columns.indexOf(column)).number(), insert);
        for (int i = 0; i + 1 < levels.size(); i++) {
            mark(levels.get(i).access, column.levels.get(i), insert);
        }
    }

    private static void mark(AccessMarks access, int number, boolean insert) {
        if (insert) {
            access.insert(number);
        } else {
            access.update(number);
        }
    }

    /** A default that a view on the way has for a column of the table; null for none. */
    @Nullable String defaultSql(int number) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).base() == number) {
                var own = view.liveColumns().get(i).defaultSql();
                if (own != null) {
                    return own;
                }
            }
        }
        return null;
    }

    /** The view's columns in place of the table's, for names to find. */
    Scope.Item over(Scope.Item table, @Nullable Alias alias) {
        return item(
                columns,
                alias == null ? view.name() : alias.name(),
                alias,
                view,
                table.start,
                table.scan);
    }

    /** As {@link #over}, under a name of its own. */
    Scope.Item over(Scope.Item table, String name) {
        return item(columns, name, null, view, table.start, table.scan);
    }

    private static Scope.Item item(
            List<Column> columns,
            String name,
            @Nullable Alias alias,
            @Nullable Relation relation,
            int start,
            int scan) {
        var names = alias == null ? List.<String>of() : alias.columns();
        var found = new ArrayList<Scope.Column>();
        for (int i = 0; i < columns.size(); i++) {
            var column = columns.get(i);
            found.add(
                    new Scope.Column(
                            i < names.size() ? names.get(i) : column.name,
                            column.type,
                            DmlBinder.shifted(column.expression, start)));
        }
        return new Scope.Item(name, found, relation, start, scan);
    }

    /** The rows of the table that the view has. */
    RelNode filtered(RelNode scan) {
        var rel = scan;
        for (int i = levels.size() - 1; i >= 0; i--) {
            var level = levels.get(i);
            if ("true".equals(level.view.options().get("security_barrier"))) {
                rel =
                        new PgRel.Barrier(
                                rel,
                                level.condition == null
                                        ? PgOperator.constant(true, PgType.bool().type(), -1)
                                        : level.condition);
            } else if (level.condition != null) {
                rel = LogicalFilter.create(rel, level.condition);
            }
        }
        return rel;
    }

    /** What WITH CHECK OPTION asks of new rows, that of the innermost view first. */
    List<PgRel.WithCheck> checks() {
        var checks = new ArrayList<PgRel.WithCheck>();
        boolean cascaded = false;
        for (var level : levels) {
            var part = level.view.view();
            char option = part == null ? 'n' : part.check();
            cascaded |= option == 'c';
            if (level.condition != null && (cascaded || option == 'l')) {
                checks.addFirst(
                        new PgRel.WithCheck(
                                PgRel.CheckKind.VIEW, level.view.name(), level.condition));
            }
        }
        return checks;
    }
}
