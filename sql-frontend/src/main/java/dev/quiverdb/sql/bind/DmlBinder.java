package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.SystemRelations;
import dev.quiverdb.sql.parse.Alias;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Dml;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.QueryBody;
import dev.quiverdb.sql.parse.RangeVar;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.jspecify.annotations.Nullable;

/** Binds INSERT, UPDATE and DELETE, after analyze.c. */
final class DmlBinder {
    private final State state;
    private final @Nullable Scope common;

    DmlBinder(State state, @Nullable Scope common) {
        this.state = state;
        this.common = common;
    }

    BoundQuery bindWith(Dml dml) {
        return bind(dml);
    }

    BoundQuery bind(Dml dml) {
        var scope = new Scope(state, null, common);
        return switch (dml) {
            case Dml.Insert insert -> with(insert.with(), scope, () -> insert(insert, scope));
            case Dml.Update update -> with(update.with(), scope, () -> update(update, scope));
            case Dml.Delete delete -> with(delete.with(), scope, () -> delete(delete, scope));
            case Dml.Merge merge ->
                    with(
                            merge.with(),
                            scope,
                            () -> new MergeBinder(state, scope, this).bind(merge));
        };
    }

    private BoundQuery with(
            Clause.@Nullable With with, Scope scope, java.util.function.Supplier<BoundQuery> body) {
        if (with == null) {
            return body.get();
        }
        var tables = new CommonTables(state, scope);
        tables.bind(with);
        var bound = body.get();
        return new BoundQuery(
                tables.around(bound.rel()), bound.names(), bound.types(), bound.offsets());
    }

    /**
     * What a statement changes.
     *
     * @param view the view that it names in place of the table
     */
    record Changed(Relation table, @Nullable UpdatableView view) {
        /** The item that names find, in place of the table's. */
        Scope.Item shown(Scope scope, Scope.Item item, @Nullable Alias alias) {
            var through = view;
            if (through == null) {
                return item;
            }
            var shown = through.over(item, alias);
            scope.namespace.set(scope.namespace.indexOf(item), shown);
            return shown;
        }

        List<PgRel.WithCheck> checks() {
            return view == null ? List.of() : view.checks();
        }
    }

    /** The table to change, perhaps through a view; {@code verb} is such as {@code update}. */
    private Changed changed(RangeVar variable, String verb, char privilege) {
        var relation = Relations.find(state, variable);
        if (relation.kind() != 'v' || SystemRelations.isSystem(relation)) {
            return new Changed(target(variable, verb), null);
        }
        state.use(relation);
        var view = UpdatableView.of(state, relation, verb);
        view.require(privilege);
        int owner = view.baseState().context.role();
        if (view.base().rowSecurity()
                && owner != state.context.role()
                && !state.catalog.isSuperuser(owner)) {
            throw SqlException.notSupported(
                    "changing rows of table \""
                            + view.base().name()
                            + "\", which has row-level security, through the view of another role"
                            + " is not supported");
        }
        return new Changed(view.base(), view);
    }

    private AccessMarks access(Changed changed) {
        var view = changed.view;
        return (view == null ? state : view.baseState()).access(changed.table);
    }

    /** What was read of the table was read of the view. */
    private static void readThrough(Changed changed, AccessMarks access) {
        var view = changed.view;
        if (view != null) {
            view.readThrough(access);
        }
    }

    /** The table to change; {@code verb} is such as {@code merge into}. */
    Relation target(RangeVar variable, String verb) {
        var relation = Relations.find(state, variable);
        state.use(relation);
        if (SystemRelations.isSystem(relation)) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    state.catalog.isSuperuser(state.context.role())
                            ? "permission denied: \"" + relation.name() + "\" is a system catalog"
                            : "permission denied for table " + relation.name());
        }
        switch (relation.kind()) {
            case 'r' -> {
                FromBinder.useFamily(state, relation);
                for (int parent : relation.parents()) {
                    state.use(state.catalog.relation(parent));
                }
                return relation;
            }
            case 'v' ->
                    throw SqlException.notSupported(
                                    "cannot execute MERGE on relation \"" + relation.name() + "\"")
                            .withDetail("This operation is not supported for views.");
            case 'm' ->
                    throw new SqlException(
                            SqlState.WRONG_OBJECT_TYPE,
                            "cannot change materialized view \"" + relation.name() + "\"");
            case 'S' ->
                    throw new SqlException(
                            SqlState.WRONG_OBJECT_TYPE,
                            "cannot change sequence \"" + relation.name() + "\"");
            default ->
                    throw Errors.at(
                            variable,
                            SqlState.WRONG_OBJECT_TYPE,
                            "\"" + relation.name() + "\" is " + Relations.kindText(relation));
        }
    }

    // ------------------------------------------------------------------ INSERT

    private BoundQuery insert(Dml.Insert insert, Scope scope) {
        var changed = changed(insert.relation(), "insert into", 'a');
        var relation = changed.table;
        var access = access(changed);
        access.require('a');
        var assignments = new Assignments(state, relation, access, changed.view);
        var columns = assignments.insertColumns(insert.columns());
        int given = columns.size();
        RelNode input;
        var values = new ArrayList<@Nullable RexNode>();
        for (int i = 0; i < relation.liveColumns().size(); i++) {
            values.add(null);
        }
        var source = insert.source();
        if (source == null) {
            input = FromBinder.emptyRow(state);
        } else if (source.body() instanceof QueryBody.Values rows
                && source.with() == null
                && source.orderBy().isEmpty()
                && source.limitCount() == null
                && source.limitOffset() == null
                && source.locking().isEmpty()) {
            input = insertValues(insert, rows, columns, assignments, scope, values);
        } else {
            input = insertQuery(insert, source, columns, given, assignments, scope, values);
        }
        var complete = new ArrayList<RexNode>();
        var live = relation.liveColumns();
        for (int i = 0; i < live.size(); i++) {
            var value = values.get(i);
            complete.add(value == null ? assignments.defaultValue(live.get(i)) : value);
        }
        var conflict = insert.onConflict();
        var onConflict =
                conflict == null
                        ? null
                        : new Conflicts(state, changed, access, insert.relation(), common)
                                .bind(conflict, scope);
        var returning =
                returning(
                        changed,
                        access,
                        insert.relation(),
                        insert.returning(),
                        null,
                        List.of(),
                        scope);
        readThrough(changed, access);
        return finish(
                relation,
                PgRel.Modify.Command.INSERT,
                input,
                -1,
                -1,
                complete,
                List.of(),
                onConflict,
                List.of(),
                changed.checks(),
                returning,
                List.of());
    }

    private RelNode insertValues(
            Dml.Insert insert,
            QueryBody.Values rows,
            List<Assignments.Target> columns,
            Assignments assignments,
            Scope scope,
            List<@Nullable RexNode> values) {
        var inner = new QueryBinder(state, null, scope).keepingUnknowns().allowingDefaults();
        var query = new Query(rows.span(), null, rows, List.of(), null, null, false, List.of());
        var bound = inner.bind(query);
        if (!(bound.rel() instanceof PgRel.Values source)) {
            throw SqlException.internal("VALUES became something else");
        }
        int width = bound.names().size();
        checkWidth(
                insert,
                columns,
                width,
                rows.rows().getFirst().stream().map(e -> e.offset()).toList());
        var converted = new ArrayList<List<RexNode>>();
        for (int r = 0; r < source.rows().size(); r++) {
            var row = new ArrayList<RexNode>();
            for (int i = 0; i < width; i++) {
                var target = columns.get(i);
                var value = source.rows().get(r).get(i);
                int offset = rows.rows().get(r).get(i).offset();
                row.add(assignments.insertValue(target, value, insert.overriding(), offset));
            }
            converted.add(row);
        }
        var types = new ArrayList<PgType>();
        for (int i = 0; i < width; i++) {
            types.add(PgType.of(converted.getFirst().get(i)));
            columns.get(i).put(values, new RexInputRef(i, types.get(i)), assignments);
        }
        if (converted.size() == 1
                && converted.getFirst().stream().anyMatch(Expressions::returnsSet)) {
            return new PgRel.ProjectSet(
                    FromBinder.emptyRow(state),
                    state.row(bound.names(), types),
                    converted.getFirst());
        }
        return new PgRel.Values(state.cluster, state.row(bound.names(), types), converted);
    }

    private RelNode insertQuery(
            Dml.Insert insert,
            Query source,
            List<Assignments.Target> columns,
            int given,
            Assignments assignments,
            Scope scope,
            List<@Nullable RexNode> values) {
        QueryBinder.forbidInto(source);
        var bound = new QueryBinder(state, null, scope).keepingUnknowns().bind(source);
        checkWidth(insert, columns, bound.names().size(), bound.offsets());
        if (given == 0) {
            return bound.rel();
        }
        var wanted = new ArrayList<PgType>();
        for (int i = 0; i < bound.types().size(); i++) {
            var type = bound.types().get(i);
            wanted.add(
                    Coercion.isUnknown(type.type())
                            ? PgType.of(columns.get(i).partType(state).type(), -1)
                            : type);
        }
        var rel = new QueryBinder(state, null, scope).convert(bound, wanted, "INSERT");
        for (int i = 0; i < wanted.size(); i++) {
            var reference = new RexInputRef(i, wanted.get(i));
            columns.get(i)
                    .put(
                            values,
                            assignments.insertValue(
                                    columns.get(i),
                                    reference,
                                    insert.overriding(),
                                    bound.offsets().get(i)),
                            assignments);
        }
        return rel;
    }

    private static void checkWidth(
            Dml.Insert insert, List<Assignments.Target> columns, int width, List<Integer> offsets) {
        if (width > columns.size()) {
            throw Errors.at(
                    offsets.get(columns.size()),
                    SqlState.SYNTAX_ERROR,
                    "INSERT has more expressions than target columns");
        }
        if (!insert.columns().isEmpty() && width < columns.size()) {
            throw Errors.at(
                    insert.columns().get(width),
                    SqlState.SYNTAX_ERROR,
                    "INSERT has more target columns than expressions");
        }
    }

    // ------------------------------------------------------------------ UPDATE, DELETE

    private BoundQuery update(Dml.Update update, Scope outer) {
        var changed = changed(update.relation(), "update", 'w');
        var relation = changed.table;
        var scope = new Scope(state, null, outer);
        var from = new FromBinder(state, scope);
        var target = target(from, changed, update.relation());
        var access = target.access();
        access.require('w');
        var all = from.bindAfter(target, update.from());
        if (all == null) {
            throw SqlException.internal("an update has a target");
        }
        var binder = new ExpressionBinder(state, scope, ExpressionKind.UPDATE_SOURCE);
        var assignments =
                new Assignments(state, relation, access, changed.view)
                        .update(update.assignments(), binder, target.start());
        var where = update.where();
        var rel = all.rel();
        if (where != null) {
            rel =
                    LogicalFilter.create(
                            rel, binder.as(ExpressionKind.WHERE).bindBoolean(where, "WHERE"));
        }
        var returning =
                returning(
                        changed,
                        access,
                        update.relation(),
                        update.returning(),
                        scope,
                        all.items().subList(1, all.items().size()),
                        outer);
        readThrough(changed, access);
        var item = target.items().getFirst();
        return finish(
                relation,
                PgRel.Modify.Command.UPDATE,
                rel,
                item.scan,
                item.start + relation.liveColumns().size(),
                List.of(),
                assignments,
                null,
                List.of(),
                changed.checks(),
                returning,
                marks(all.items().subList(1, all.items().size())));
    }

    private BoundQuery delete(Dml.Delete delete, Scope outer) {
        var changed = changed(delete.relation(), "delete from", 'd');
        var relation = changed.table;
        var scope = new Scope(state, null, outer);
        var from = new FromBinder(state, scope);
        var target = target(from, changed, delete.relation());
        var access = target.access();
        access.require('d');
        var all = from.bindAfter(target, delete.using());
        if (all == null) {
            throw SqlException.internal("a delete has a target");
        }
        var where = delete.where();
        var rel = all.rel();
        if (where != null) {
            rel =
                    LogicalFilter.create(
                            rel,
                            new ExpressionBinder(state, scope, ExpressionKind.WHERE)
                                    .bindBoolean(where, "WHERE"));
        }
        var returning =
                returning(
                        changed,
                        access,
                        delete.relation(),
                        delete.returning(),
                        scope,
                        all.items().subList(1, all.items().size()),
                        outer);
        readThrough(changed, access);
        var item = target.items().getFirst();
        return finish(
                relation,
                PgRel.Modify.Command.DELETE,
                rel,
                item.scan,
                item.start + relation.liveColumns().size(),
                List.of(),
                List.of(),
                null,
                List.of(),
                List.of(),
                returning,
                marks(all.items().subList(1, all.items().size())));
    }

    private static FromBinder.Bound target(FromBinder from, Changed changed, RangeVar variable) {
        var view = changed.view;
        return view == null ? from.target(changed.table, variable) : from.target(view, variable);
    }

    static List<PgRel.RowLock> marks(List<Scope.Item> items) {
        var marks = new ArrayList<PgRel.RowLock>();
        for (var item : items) {
            var relation = item.relation;
            if (relation != null && item.scan >= 0 && relation.tablet() != 0) {
                marks.add(
                        new PgRel.RowLock(
                                item.scan,
                                relation,
                                item.start + item.columns.size(),
                                PgRel.LockStrength.KEY_SHARE,
                                PgRel.LockWait.BLOCK));
            }
        }
        return marks;
    }

    // ------------------------------------------------------------------ RETURNING

    /** RETURNING as bound: expressions and what they are called. */
    record BoundReturning(PgRel.Returning returning, BoundQuery columns) {}

    /**
     * RETURNING over [table row, row id, tableoid, input row].
     *
     * @param input the statement's scope; null for INSERT
     * @param others items of the input that may be named beside the target
     */
    @Nullable BoundReturning returning(
            Changed changed,
            AccessMarks access,
            RangeVar variable,
            List<Clause.Target> targets,
            @Nullable Scope input,
            List<Scope.Item> others,
            Scope commonScope) {
        if (targets.isEmpty()) {
            return null;
        }
        var scope = new Scope(state, null, commonScope);
        var alias = variable.alias();
        var relation = changed.table;
        changed.shown(
                scope,
                addTarget(scope, relation, alias == null ? relation.name() : alias.name(), alias),
                alias);
        int shift = scope.types.size();
        scope.mark(0, shift, access);
        if (input != null) {
            scope.markAll(input, shift);
            scope.append(input.names, input.types);
            for (var item : others) {
                var columns = new ArrayList<Scope.Column>();
                for (var column : item.columns) {
                    columns.add(
                            new Scope.Column(
                                    column.name(),
                                    column.type(),
                                    shifted(column.expression(), shift)));
                }
                var copy =
                        new Scope.Item(
                                item.alias, columns, item.relation, item.start + shift, item.scan);
                copy.rowType = item.rowType;
                copy.scalar = item.scalar;
                copy.columnsVisible = item.columnsVisible;
                copy.relationVisible = item.relationVisible;
                scope.namespace.add(copy);
            }
        }
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        var binder = new ExpressionBinder(state, scope, ExpressionKind.RETURNING);
        var names = new ArrayList<String>();
        var values = new ArrayList<RexNode>();
        var offsets = new ArrayList<Integer>();
        for (var target : targets) {
            for (var expanded : TargetLists.expand(target, binder)) {
                names.add(expanded.name());
                values.add(state.coercion.unknownToText(expanded.expression()));
                offsets.add(target.expression().offset());
            }
        }
        var types = values.stream().map(PgType::of).toList();
        return new BoundReturning(
                new PgRel.Returning(values),
                new BoundQuery(FromBinder.emptyRow(state), names, types, offsets));
    }

    /** A table's live columns and its two system columns. */
    static Scope.Item addTarget(
            Scope scope, Relation relation, String name, @Nullable Alias alias) {
        var item = StoredExpressions.addTable(scope.state, scope, relation, name);
        scope.append(
                List.of("ctid", "tableoid"), List.of(PgType.of(Oids.TID), PgType.of(Oids.OID)));
        if (alias != null && !alias.columns().isEmpty()) {
            for (int i = 0; i < alias.columns().size() && i < item.columns.size(); i++) {
                var column = item.columns.get(i);
                item.columns.set(
                        i,
                        new Scope.Column(
                                alias.columns().get(i), column.type(), column.expression()));
            }
        }
        return item;
    }

    static RexNode shifted(RexNode node, int by) {
        return node.accept(
                new RexShuttle() {
                    @Override
                    public RexNode visitInputRef(RexInputRef reference) {
                        return new RexInputRef(reference.getIndex() + by, PgType.of(reference));
                    }
                });
    }

    BoundQuery finish(
            Relation relation,
            PgRel.Modify.Command command,
            RelNode input,
            int scan,
            int rowIdColumn,
            List<RexNode> values,
            List<PgRel.Assignment> assignments,
            PgRel.@Nullable OnConflict onConflict,
            List<PgRel.MergeAction> actions,
            List<PgRel.WithCheck> checks,
            @Nullable BoundReturning returning,
            List<PgRel.RowLock> marks) {
        List<String> names = returning == null ? List.of() : returning.columns.names();
        List<PgType> types = returning == null ? List.of() : returning.columns.types();
        var rel =
                new PgRel.Modify(
                        input,
                        state.row(names, types),
                        command,
                        relation,
                        scan,
                        rowIdColumn,
                        values,
                        assignments,
                        onConflict,
                        actions,
                        checks,
                        returning == null ? null : returning.returning,
                        marks);
        return new BoundQuery(
                rel, names, types, returning == null ? List.of() : returning.columns.offsets());
    }
}
