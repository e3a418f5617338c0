package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.algebra.SubLink;
import dev.quiverdb.sql.catalog.AccessMethod;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.RangeVar;
import dev.quiverdb.sql.parse.TypeName;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * What DDL asks of the binder: types by name, and expressions checked and turned into stored text.
 */
public final class TableExpressions {
    /**
     * A checked expression.
     *
     * @param sql with every name qualified, to be stored
     * @param columns numbers of the columns that it reads, ascending
     * @param suggestedName what an index column over it is called
     */
    public record Stored(
            String sql,
            List<Integer> columns,
            PgType type,
            String suggestedName,
            boolean immutable) {
        public Stored {
            columns = List.copyOf(columns);
        }
    }

    /**
     * A view's query as bound: its columns and what it reads.
     *
     * @param sql its text to be stored; empty where it is not to be
     */
    public record ViewShape(
            List<String> names,
            List<PgType> types,
            List<Relation.Reference> references,
            String sql) {
        public ViewShape {
            names = List.copyOf(names);
            types = List.copyOf(types);
            references = List.copyOf(references);
        }
    }

    private final BindContext context;

    public TableExpressions(BindContext context) {
        this.context = context;
    }

    private State state() {
        var state = new State(context, List.of());
        state.inlines = false;
        return state;
    }

    public PgType type(TypeName name) {
        return state().typeNames.resolve(name);
    }

    public @Nullable PgType typeOrNull(TypeName name) {
        return state().typeNames.find(name);
    }

    public Relation relation(RangeVar variable) {
        return Relations.find(state(), variable);
    }

    public @Nullable Relation relationOrNull(RangeVar variable) {
        return Relations.findOrNull(state(), variable);
    }

    /** OID of a collation by name. */
    public int collation(List<String> names, int offset) {
        return Collations.find(state(), names, offset);
    }

    /** A column's DEFAULT, converted to its type. */
    public Stored defaultValue(Expr expression, PgType type, String column) {
        var state = state();
        var scope = new Scope(state, null, null);
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        var value = new ExpressionBinder(state, scope, ExpressionKind.DEFAULT).bind(expression);
        return stored(
                state,
                converted(state, value, type, column, "default expression", expression),
                expression,
                null);
    }

    /** The DEFAULT of a function's parameter, converted to its type, to be stored. */
    public String parameterDefault(Expr expression, PgType type) {
        var state = state();
        var scope = new Scope(state, null, null);
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        var value =
                new ExpressionBinder(state, scope, ExpressionKind.PARAMETER_DEFAULT)
                        .bind(expression);
        var made =
                type.type().form() == Type.Form.PSEUDO
                        ? value
                        : state.coercion.coerceType(
                                value,
                                type.type(),
                                -1,
                                Coercion.Context.ASSIGNMENT,
                                dev.quiverdb.sql.algebra.Form.Syntax.IMPLICIT_CAST,
                                expression.offset());
        if (Expressions.hasColumn(made)) {
            throw new SqlException(
                    SqlState.INVALID_COLUMN_REFERENCE,
                    "cannot use table references in parameter default value");
        }
        return stored(state, made, expression, null).sql();
    }

    /** The expression of a stored generated column. */
    public Stored generated(Expr expression, Relation table, PgType type, String column) {
        var state = state();
        var scope = StoredExpressions.tableScope(state, table, table.name());
        var value = new ExpressionBinder(state, scope, ExpressionKind.GENERATED).bind(expression);
        var made = converted(state, value, type, column, "generation expression", expression);
        Expressions.any(
                made,
                part -> {
                    if (part instanceof RexInputRef reference
                            && reference.getIndex() < table.liveColumns().size()) {
                        var read = table.liveColumns().get(reference.getIndex());
                        if (read.isGenerated()) {
                            throw Errors.at(
                                            state.offsets.getOrDefault(part, -1),
                                            SqlState.INVALID_OBJECT_DEFINITION,
                                            "cannot use generated column \""
                                                    + read.name()
                                                    + "\" in column generation expression")
                                    .withDetail(
                                            "A generated column cannot reference another generated"
                                                    + " column.");
                        }
                    }
                    return false;
                });
        if (!Expressions.isImmutable(made)) {
            throw new SqlException(
                    SqlState.INVALID_OBJECT_DEFINITION, "generation expression is not immutable");
        }
        return stored(state, made, expression, table);
    }

    private static RexNode converted(
            State state, RexNode value, PgType type, String column, String what, Expr at) {
        var made =
                state.coercion.coerce(
                        value,
                        type,
                        Coercion.Context.ASSIGNMENT,
                        Form.Syntax.IMPLICIT_CAST,
                        at.offset());
        if (made == null) {
            throw Errors.at(
                            -1,
                            SqlState.DATATYPE_MISMATCH,
                            "column \""
                                    + column
                                    + "\" is of type "
                                    + type.type().formatType(-1)
                                    + " but "
                                    + what
                                    + " is of type "
                                    + Coercion.type(value).formatType(-1))
                    .withHint("You will need to rewrite or cast the expression.");
        }
        return made;
    }

    /** A CHECK of a table. */
    public Stored check(Expr expression, Relation table) {
        var state = state();
        var scope = StoredExpressions.tableScope(state, table, table.name());
        var value =
                new ExpressionBinder(state, scope, ExpressionKind.CHECK)
                        .bindBoolean(expression, "CHECK");
        return stored(state, value, expression, table);
    }

    /** A CHECK of a domain over a base type. */
    public Stored domainCheck(Expr expression, PgType base) {
        var state = state();
        var scope = new Scope(state, null, null);
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        var binder = new ExpressionBinder(state, scope, ExpressionKind.CHECK);
        var value = PgOperator.call(new Form.Placeholder(state.nextPlaceholder()), base);
        binder.named = new ExpressionBinder.Named("value", value);
        return stored(state, binder.bindBoolean(expression, "CHECK"), expression, null);
    }

    /** A key expression of an index. */
    public Stored indexKey(Expr expression, Relation table) {
        var state = state();
        var scope = StoredExpressions.tableScope(state, table, table.name());
        var value =
                new ExpressionBinder(state, scope, ExpressionKind.INDEX_EXPRESSION)
                        .bind(expression);
        var made = state.coercion.unknownToText(value);
        forbidSystemColumns(made, table);
        if (!Expressions.isImmutable(made)) {
            throw new SqlException(
                    SqlState.INVALID_OBJECT_DEFINITION,
                    "functions in index expression must be marked IMMUTABLE");
        }
        return stored(state, made, expression, table);
    }

    /** An expression of a partition key. */
    public Stored partitionKey(Expr expression, Relation table) {
        var state = state();
        var scope = StoredExpressions.tableScope(state, table, table.name());
        var value =
                new ExpressionBinder(state, scope, ExpressionKind.PARTITION_KEY).bind(expression);
        var made = state.coercion.unknownToText(value);
        if (!Expressions.hasColumn(made)) {
            throw new SqlException(
                    SqlState.INVALID_OBJECT_DEFINITION,
                    "cannot use constant expression as partition key");
        }
        if (!Expressions.isImmutable(made)) {
            throw new SqlException(
                    SqlState.INVALID_OBJECT_DEFINITION,
                    "functions in partition key expression must be marked IMMUTABLE");
        }
        return stored(state, made, expression, table);
    }

    /** The text, in the type's form, of a partition bound's value; null for NULL. */
    public @Nullable String partitionValue(Expr expression, Type type, String column) {
        var state = state();
        var scope = new Scope(state, null, null);
        scope.frame = new Scope.RowFrame(state.nextCorrelation(), 0);
        var value =
                new ExpressionBinder(state, scope, ExpressionKind.PARTITION_BOUND).bind(expression);
        var made =
                state.coercion.coerce(
                        value,
                        PgType.of(type, -1),
                        Coercion.Context.ASSIGNMENT,
                        dev.quiverdb.sql.algebra.Form.Syntax.IMPLICIT_CAST,
                        expression.offset());
        if (made == null) {
            throw Errors.at(
                    expression,
                    SqlState.DATATYPE_MISMATCH,
                    "specified value cannot be cast to type "
                            + type.formatType(-1)
                            + " for column \""
                            + column
                            + "\"");
        }
        return constantText(value, made, type, expression);
    }

    private @Nullable String constantText(RexNode value, RexNode made, Type type, Expr expression) {
        var types = context.types();
        var folded = dev.quiverdb.sql.algebra.PgOperator.constant(made);
        if (folded != null) {
            var constant = folded.value();
            return constant == null ? null : type.format(constant, types);
        }
        var source = value;
        while (dev.quiverdb.sql.algebra.PgOperator.constant(source) == null
                && source instanceof RexCall call
                && call.getOperands().size() == 1) {
            source = call.getOperands().getFirst();
        }
        var constant = dev.quiverdb.sql.algebra.PgOperator.constant(source);
        if (constant == null) {
            throw Errors.unsupported(
                    expression, "partition bounds that are computed are not supported");
        }
        var raw = constant.value();
        if (raw == null) {
            return null;
        }
        var text = Coercion.type(source).format(raw, types);
        try {
            return type.format(type.parse(text, -1, types), types);
        } catch (SqlException error) {
            throw error.withPositionIfAbsent(expression.offset() + 1);
        }
    }

    /** System columns stand behind the live ones of a row. */
    private static void forbidSystemColumns(RexNode value, Relation table) {
        int width = table.liveColumns().size();
        if (!readsBelow(value, width)) {
            throw SqlException.notSupported("index creation on system columns is not supported");
        }
    }

    /** Whether no column from {@code width} on is read. */
    private static boolean readsBelow(RexNode node, int width) {
        return node instanceof RexInputRef reference
                ? reference.getIndex() < width
                : !(node instanceof RexCall call)
                        || call.getOperands().stream()
                                .allMatch(operand -> readsBelow(operand, width));
    }

    /** WHERE of a partial index. */
    public Stored indexPredicate(Expr expression, Relation table) {
        var state = state();
        var scope = StoredExpressions.tableScope(state, table, table.name());
        var value =
                new ExpressionBinder(state, scope, ExpressionKind.INDEX_PREDICATE)
                        .bindBoolean(expression, "WHERE");
        forbidSystemColumns(value, table);
        if (!Expressions.isImmutable(value)) {
            throw new SqlException(
                    SqlState.INVALID_OBJECT_DEFINITION,
                    "functions in index predicate must be marked IMMUTABLE");
        }
        return stored(state, value, expression, table);
    }

    /** A policy's condition is checked, and kept as it was written, for it may hold subqueries. */
    public void policy(Expr expression, Relation table) {
        var state = state();
        var scope = StoredExpressions.tableScope(state, table, table.name());
        new ExpressionBinder(state, scope, ExpressionKind.POLICY).bindBoolean(expression, "POLICY");
    }

    /** USING of ALTER COLUMN TYPE, or the plain conversion; over the old row. */
    public Stored transform(@Nullable Expr using, Relation table, int column, PgType target) {
        var state = state();
        var scope = StoredExpressions.tableScope(state, table, table.name());
        var old = table.column(column);
        RexNode value;
        boolean explicit = using != null;
        if (using == null) {
            int position = Positions.of(table, column);
            value = new RexInputRef(position, scope.types.get(position));
        } else {
            value = new ExpressionBinder(state, scope, ExpressionKind.TRANSFORM).bind(using);
        }
        var made =
                state.coercion.coerce(
                        value,
                        target,
                        Coercion.Context.ASSIGNMENT,
                        Form.Syntax.EXPLICIT_CAST,
                        using == null ? -1 : using.offset());
        if (made == null) {
            if (explicit) {
                throw new SqlException(
                                SqlState.DATATYPE_MISMATCH,
                                "result of USING clause for column \""
                                        + old.name()
                                        + "\" cannot be cast automatically to type "
                                        + target.type().formatType(-1))
                        .withHint("You might need to add an explicit cast.");
            }
            throw new SqlException(
                            SqlState.DATATYPE_MISMATCH,
                            "column \""
                                    + old.name()
                                    + "\" cannot be cast automatically to type "
                                    + target.type().formatType(-1))
                    .withHint(
                            "You might need to specify \"USING "
                                    + Quoting.identifier(old.name())
                                    + "::"
                                    + target.type().formatType(target.typmod())
                                    + "\".");
        }
        return stored(state, made, using, table);
    }

    private Stored stored(
            State state, RexNode value, @Nullable Expr expression, @Nullable Relation table) {
        List<String> names = table == null ? List.of() : Deparser.names(table);
        var text = new Deparser(state.catalog, null, names, context.types()).text(value);
        var columns = new TreeSet<Integer>();
        if (table != null) {
            var live = table.liveColumns();
            Expressions.any(
                    value,
                    part -> {
                        if (part instanceof RexInputRef reference
                                && reference.getIndex() < live.size()) {
                            columns.add(live.get(reference.getIndex()).number());
                        }
                        return false;
                    });
        }
        return new Stored(
                text,
                List.copyOf(columns),
                PgType.of(value),
                expression == null ? "expr" : QueryNames.ofIndexExpression(expression),
                Expressions.isImmutable(value));
    }

    /** Whether a stored expression over nothing may differ from row to row. */
    public boolean isVolatile(String stored) {
        return Expressions.isVolatile(StoredExpressions.standalone(state(), stored));
    }

    /** Numbers of the columns that a stored expression reads. */
    public List<Integer> columnsOf(String stored, Relation table) {
        var state = state();
        return stored(state, StoredExpressions.overTable(state, table, stored), null, table)
                .columns();
    }

    /** A stored default converted to another type, as text; throws where that is impossible. */
    public String convertedDefault(String stored, PgType type) {
        var state = state();
        var value = StoredExpressions.standalone(state, stored);
        var made =
                state.coercion.coerce(
                        value, type, Coercion.Context.ASSIGNMENT, Form.Syntax.IMPLICIT_CAST, -1);
        if (made == null) {
            throw new SqlException(SqlState.DATATYPE_MISMATCH, "no conversion");
        }
        return stored(state, made, null, null).sql();
    }

    /** Binds a view's query; throws if it no longer makes sense. */
    public void checkView(Relation view) {
        new Views(state()).expand(view);
    }

    /** Throws 0A000 if a view can have no WITH CHECK OPTION. */
    public void checkCheckOption(Relation view) {
        UpdatableView.requireForCheck(state(), view);
    }

    /** What can be changed through a view: 4 for UPDATE, 8 for INSERT, 16 for DELETE, added. */
    public int viewEvents(Relation view) {
        return UpdatableView.updates(state(), view).events();
    }

    /** Numbers of the columns that can be changed through a view. */
    public List<Integer> updatableColumns(Relation view) {
        return UpdatableView.updates(state(), view).columns();
    }

    /**
     * OIDs of the functions that a stored expression calls, by name or by operator; none where it
     * cannot be read any more.
     *
     * @param table null for an expression over nothing, as a default
     */
    public Set<Integer> calls(String stored, @Nullable Relation table) {
        var found = new HashSet<Integer>();
        try {
            var value =
                    table == null
                            ? StoredExpressions.standalone(state(), stored)
                            : StoredExpressions.overTable(state(), table, stored);
            calls(value, found);
        } catch (SqlException unreadable) {
            found.clear();
        }
        return found;
    }

    private static void calls(RexNode node, Set<Integer> found) {
        switch (PgOperator.form(node)) {
            case Form.Call call -> found.add(call.function().oid());
            case Form.ScalarArray call -> found.add(call.function().oid());
            case null, default -> {
                // Calls none itself.
            }
        }
        if (node instanceof RexCall call) {
            call.getOperands().forEach(operand -> calls(operand, found));
        }
    }

    /** The type of a stored expression over a table. */
    public PgType storedType(String stored, Relation table) {
        return PgType.of(StoredExpressions.overTable(state(), table, stored));
    }

    /** A stored expression again as text, under the names that the catalog of this context has. */
    public String renamed(String stored, Relation before, Relation after) {
        return renamed(stored, before, after, context.catalog());
    }

    /** As {@link #renamed(String, Relation, Relation)}, under the names of another catalog. */
    public String renamed(
            String stored, Relation before, Relation after, dev.quiverdb.sql.catalog.Catalog now) {
        var state = state();
        var value = StoredExpressions.overTable(state, before, stored);
        return new Deparser(now, null, Deparser.names(after), context.types()).text(value);
    }

    /** A query that is to be kept: its columns, what it reads, and its text. */
    public ViewShape storedView(Query query) {
        var stored = ViewText.of(state(), query);
        return new ViewShape(
                stored.bound().names(), stored.bound().types(), stored.references(), stored.sql());
    }

    /** A view's stored query under the names that another catalog has. */
    public String renamedView(Relation view, dev.quiverdb.sql.catalog.Catalog now) {
        return ViewText.renamed(context, view, now);
    }

    /** The columns of a query, for CREATE TABLE AS. */
    public ViewShape view(Query query) {
        return view(query, List.of());
    }

    /** The columns of a query with parameters of these types, as PREPARE declared them. */
    public ViewShape view(Query query, List<Integer> parameterTypes) {
        var state = new State(context, parameterTypes);
        state.inlines = false;
        var bound = new QueryBinder(state, null, null).bind(query);
        state.parameters.resolved();
        var references = new LinkedHashSet<Relation.Reference>();
        collect(bound.rel(), references);
        for (int oid : state.uses.keySet()) {
            references.add(new Relation.Reference(oid, 0));
        }
        return new ViewShape(bound.names(), bound.types(), List.copyOf(references), "");
    }

    private static void collect(RelNode rel, LinkedHashSet<Relation.Reference> references) {
        if (rel instanceof PgRel.Scan scan
                && scan.relation().oid() >= dev.quiverdb.sql.catalog.Catalog.FIRST_USER_OID) {
            references.add(new Relation.Reference(scan.relation().oid(), 0));
        }
        rel.getInputs().forEach(input -> collect(input, references));
        if (rel instanceof PgRel own) {
            own.expressions().forEach(part -> collect(part, references));
        }
        if (rel instanceof org.apache.calcite.rel.core.Project project) {
            project.getProjects().forEach(part -> collect(part, references));
        }
        if (rel instanceof org.apache.calcite.rel.core.Filter filter) {
            collect(filter.getCondition(), references);
        }
    }

    private static void collect(RexNode node, LinkedHashSet<Relation.Reference> references) {
        if (node instanceof SubLink link) {
            collect(link.rel(), references);
        }
        if (node instanceof RexCall call) {
            call.getOperands().forEach(operand -> collect(operand, references));
        }
    }

    /** Whether a type can be an index key of an access method by default. */
    public boolean hasOrder(Type type) {
        return Sorting.orderable(state(), type);
    }

    /** The equality operator of a foreign key between two types, or 0. */
    public int equality(Type referenced, Type referencing) {
        var state = state();
        var one = state.catalog.defaultOperatorClass(AccessMethod.BTREE, referenced);
        var other = state.catalog.defaultOperatorClass(AccessMethod.BTREE, referencing);
        var operator =
                one != null && other != null && one.family() == other.family()
                        ? state.resolution.findOperator(List.of("="), referenced, referencing, -1)
                        : null;
        if (operator == null) {
            operator = state.resolution.findOperator(List.of("="), referenced, referenced, -1);
            if (operator == null
                    || !state.coercion.canCoerce(
                            referencing, referenced, Coercion.Context.IMPLICIT)) {
                return 0;
            }
        }
        return operator.result() == Oids.BOOL ? operator.oid() : 0;
    }
}
