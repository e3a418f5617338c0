package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.TableDdl;
import dev.quiverdb.sql.parse.TableElement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** ALTER TABLE and its kin, one action after the other; after tablecmds.c. */
final class TableAlterer {
    private final Change change;

    TableAlterer(Change change) {
        this.change = change;
    }

    DdlResult alter(TableDdl.AlterTable alter) {
        var tag = "ALTER " + Drops.word(alter.type()).toUpperCase(java.util.Locale.ROOT);
        var found = change.relationOrNull(alter.relation());
        if (found == null && alter.missingOk()) {
            change.notice("relation \"" + alter.relation().name() + "\" does not exist, skipping");
            return change.result(tag);
        }
        int oid = change.relation(alter.relation()).oid();
        change.requireOwner(current(oid));
        change.lock(oid);
        for (var action : alter.actions()) {
            if (!alter.relation().inherit()) {
                checkOnly(current(oid), action);
            }
            checkInherited(current(oid), action);
            act(current(oid), action);
            recurse(current(oid), action, alter.relation().inherit());
        }
        return change.result(tag);
    }

    // ------------------------------------------------------------------ inheritance

    /** A foreign key is of all partitions. */
    private void checkOnly(Relation table, TableDdl.AlterAction action) {
        if (table.isPartitioned()
                && action.definition() instanceof TableElement.Constraint constraint
                && constraint.foreignKey() != null) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE,
                    "cannot use ONLY for foreign key on partitioned table \""
                            + table.name()
                            + "\" referencing relation \""
                            + constraint.foreignKey().table().name()
                            + "\"");
        }
    }

    /** What a table has from its parents is changed there. */
    private void checkInherited(Relation table, TableDdl.AlterAction action) {
        var what =
                switch (action.kind()) {
                    case DROP_COLUMN -> "cannot drop inherited column";
                    case ALTER_COLUMN_TYPE -> "cannot alter inherited column";
                    default -> null;
                };
        var name = action.name();
        if (what == null || name == null || table.column(name) == null) {
            checkPartitionKey(table, action);
            return;
        }
        for (int parent : table.parents()) {
            if (current(parent).column(name) != null) {
                throw new SqlException(
                        SqlState.INVALID_TABLE_DEFINITION, what + " \"" + name + "\"");
            }
        }
        checkPartitionKey(table, action);
    }

    private void checkPartitionKey(Relation table, TableDdl.AlterAction action) {
        var key = table.partitionKey();
        var name = action.name();
        var column = name == null ? null : table.column(name);
        boolean changes =
                switch (action.kind()) {
                    case DROP_COLUMN, ALTER_COLUMN_TYPE -> true;
                    default -> false;
                };
        if (key == null || column == null || !changes) {
            return;
        }
        for (var part : key.columns()) {
            var expression = part.expression();
            boolean used =
                    part.column() == column.number()
                            || expression != null
                                    && change.expressions()
                                            .columnsOf(expression, table)
                                            .contains(column.number());
            if (used) {
                throw new SqlException(
                        SqlState.INVALID_TABLE_DEFINITION,
                        (action.kind() == TableDdl.AlterKind.DROP_COLUMN
                                        ? "cannot drop column \""
                                        : "cannot alter column \"")
                                + name
                                + "\" because it is part of the partition key of relation \""
                                + table.name()
                                + "\"");
            }
        }
    }

    /** The same for tables that inherit. */
    private void recurse(Relation table, TableDdl.AlterAction action, boolean inherit) {
        var children = change.catalog().children(table.oid());
        boolean goesDown =
                switch (action.kind()) {
                    case ADD_COLUMN,
                            DROP_COLUMN,
                            COLUMN_DEFAULT,
                            DROP_NOT_NULL,
                            SET_NOT_NULL,
                            ALTER_COLUMN_TYPE,
                            DROP_CONSTRAINT ->
                            true;
                    default -> false;
                };
        if (children.isEmpty() || !goesDown) {
            return;
        }
        if (!inherit) {
            switch (action.kind()) {
                case ADD_COLUMN ->
                        throw new SqlException(
                                SqlState.INVALID_TABLE_DEFINITION,
                                "column must be added to child tables too");
                case ALTER_COLUMN_TYPE ->
                        throw new SqlException(
                                SqlState.INVALID_TABLE_DEFINITION,
                                "type of inherited column \""
                                        + action.name()
                                        + "\" must be changed in child tables too");
                default -> {
                    return;
                }
            }
        }
        for (var child : children) {
            change.lock(child.oid());
            if (applies(child, action)) {
                act(current(child.oid()), action);
            }
            recurse(current(child.oid()), action, true);
        }
    }

    private boolean applies(Relation child, TableDdl.AlterAction action) {
        return switch (action.kind()) {
            case ADD_COLUMN -> {
                var element =
                        action.definition() instanceof TableElement.Column column ? column : null;
                if (element == null || child.column(element.name()) == null) {
                    yield true;
                }
                change.notice(
                        "merging definition of column \""
                                + element.name()
                                + "\" for child \""
                                + child.name()
                                + "\"");
                yield false;
            }
            case DROP_CONSTRAINT -> {
                var own = new ConstraintAlterer(change).find(child, action.name());
                yield own != null && own.kind() == 'c';
            }
            default -> action.name() != null && child.column(action.name()) != null;
        };
    }

    private Relation current(int oid) {
        var relation = change.catalog().relation(oid);
        if (relation == null) {
            throw SqlException.internal("relation " + oid + " went away");
        }
        return relation;
    }

    private void act(Relation table, TableDdl.AlterAction action) {
        switch (action.kind()) {
            case ADD_COLUMN -> addColumn(table, action);
            case DROP_COLUMN -> dropColumn(table, action);
            case COLUMN_DEFAULT -> columnDefault(table, action);
            case DROP_NOT_NULL -> dropNotNull(table, action);
            case SET_NOT_NULL -> setNotNull(table, action);
            case DROP_EXPRESSION -> dropExpression(table, action);
            case SET_STATISTICS ->
                    put(table, column(table, action).withStatisticsTarget(action.number()));
            case SET_OPTIONS, RESET_OPTIONS, SET_STORAGE, SET_COMPRESSION -> column(table, action);
            case ADD_IDENTITY -> addIdentity(table, action);
            case SET_IDENTITY -> setIdentity(table, action);
            case DROP_IDENTITY -> dropIdentity(table, action);
            case ALTER_COLUMN_TYPE -> alterType(table, action);
            case ADD_CONSTRAINT -> {
                if (action.definition() instanceof TableElement.Constraint constraint) {
                    new Constraints(change).add(table, constraint, null, false);
                }
            }
            case ALTER_CONSTRAINT -> new ConstraintAlterer(change).alter(table, action);
            case VALIDATE_CONSTRAINT -> new ConstraintAlterer(change).validate(table, action);
            case DROP_CONSTRAINT -> new ConstraintAlterer(change).drop(table, action);
            case SET_LOGGED -> change.put(table.toBuilder().persistence('p').build());
            case SET_UNLOGGED -> change.put(table.toBuilder().persistence('u').build());
            case CHANGE_OWNER -> {
                var owner = action.newOwner();
                if (owner != null) {
                    int role = DdlBinder.role(owner, change).oid();
                    if (role != table.owner()) {
                        var owners = new Owners(change);
                        owners.requireHandOver(table, role, table.schema());
                        owners.give(table, role);
                    }
                }
            }
            case SET_REL_OPTIONS -> {
                var options = new LinkedHashMap<>(table.options());
                TableCreator.options(options(action))
                        .forEach((name, value) -> {
                            options.remove(name);
                            options.put(name, value);
                        });
                putOptions(table, options);
            }
            case RESET_REL_OPTIONS -> {
                var options = new LinkedHashMap<>(table.options());
                boolean unchecked =
                        options(action).stream()
                                .anyMatch(option -> option.name().equals(CHECK_OPTION));
                if (table.view() != null && unchecked) {
                    options.put(CHECK_OPTION, "");
                }
                options(action).stream()
                        .filter(option -> !option.name().equals(CHECK_OPTION))
                        .forEach(option -> options.remove(option.name()));
                putOptions(table, options);
            }
            case ENABLE_ROW_SECURITY -> change.put(table.toBuilder().rowSecurity(true).build());
            case DISABLE_ROW_SECURITY -> change.put(table.toBuilder().rowSecurity(false).build());
            case FORCE_ROW_SECURITY -> change.put(table.toBuilder().forceRowSecurity(true).build());
            case NO_FORCE_ROW_SECURITY ->
                    change.put(table.toBuilder().forceRowSecurity(false).build());
            case SET_WITHOUT_OIDS,
                    CLUSTER_ON,
                    DROP_CLUSTER,
                    SET_TABLESPACE,
                    REPLICA_IDENTITY,
                    SET_ACCESS_METHOD,
                    ENABLE_TRIGGER,
                    ENABLE_ALWAYS_TRIGGER,
                    ENABLE_REPLICA_TRIGGER,
                    ENABLE_TRIGGER_ALL,
                    ENABLE_TRIGGER_USER,
                    DISABLE_TRIGGER,
                    DISABLE_TRIGGER_ALL,
                    DISABLE_TRIGGER_USER -> {}
            case ATTACH_PARTITION -> new InheritanceAlterer(change).attach(table, action);
            case DETACH_PARTITION -> new InheritanceAlterer(change).detach(table, action);
            case ADD_INHERIT -> new InheritanceAlterer(change).addInherit(table, action);
            case DROP_INHERIT -> new InheritanceAlterer(change).dropInherit(table, action);
            case ALTER_COLUMN_GENERIC_OPTIONS,
                    ENABLE_RULE,
                    ENABLE_ALWAYS_RULE,
                    ENABLE_REPLICA_RULE,
                    DISABLE_RULE,
                    ADD_OF,
                    DROP_OF,
                    GENERIC_OPTIONS,
                    DETACH_PARTITION_FINALIZE,
                    MOVE_ALL ->
                    throw SqlException.notSupported(
                            "ALTER TABLE ... "
                                    + action.kind().name().replace('_', ' ')
                                    + " is not supported");
        }
    }

    private static final String CHECK_OPTION = "check_option";

    /** A view's check option is among the options when it is changed, and then kept by itself. */
    private void putOptions(Relation table, Map<String, String> options) {
        var view = table.view();
        var check = view == null ? null : options.remove(CHECK_OPTION);
        var builder = table.toBuilder().options(options);
        if (view != null && check != null) {
            char letter =
                    switch (check) {
                        case "" -> 'n';
                        case "local" -> 'l';
                        case "cascaded" -> 'c';
                        default ->
                                throw new SqlException(
                                                SqlState.INVALID_PARAMETER_VALUE,
                                                "invalid value for enum option \"check_option\": "
                                                        + check)
                                        .withDetail("Valid values are \"local\" and \"cascaded\".");
                    };
            builder.view(
                    new Relation.View(view.query(), view.searchPath(), view.references(), letter));
        }
        var changed = builder.build();
        if (changed.view() != null && changed.view().check() != 'n') {
            change.expressions().checkCheckOption(changed);
        }
        change.put(changed);
    }

    private static List<Clause.Option> options(TableDdl.AlterAction action) {
        var options = new ArrayList<Clause.Option>();
        if (action.definition() instanceof Clause.ListOf list) {
            for (var item : list.items()) {
                if (item instanceof Clause.Option option) {
                    options.add(option);
                }
            }
        }
        return options;
    }

    private static Column column(Relation table, TableDdl.AlterAction action) {
        var name = action.name();
        var column = name == null ? null : table.column(name);
        if (column == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_COLUMN,
                    "column \"" + name + "\" of relation \"" + table.name() + "\" does not exist");
        }
        return column;
    }

    private Relation put(Relation table, Column column) {
        var changed = table.toBuilder().column(column).build();
        change.put(changed);
        return changed;
    }

    // ------------------------------------------------------------------ columns

    private void addColumn(Relation before, TableDdl.AlterAction action) {
        if (!(action.definition() instanceof TableElement.Column element)) {
            throw SqlException.internal("ADD COLUMN without column");
        }
        if (before.column(element.name()) != null) {
            var text =
                    "column \""
                            + element.name()
                            + "\" of relation \""
                            + before.name()
                            + "\" already exists";
            if (action.missingOk()) {
                change.notice(text + ", skipping");
                return;
            }
            throw new SqlException(SqlState.DUPLICATE_COLUMN, text);
        }
        var creator = new TableCreator(change);
        creator.column(element, before.name());
        var draft = creator.drafts().getFirst();
        int number = before.columns().size() + 1;
        var after = put(before, draft.column(number));
        after = creator.columnExtras(after, number, draft);
        change.put(after);
        if (before.kind() == 'r') {
            fill(before, after, number, draft);
        }
        for (var constraint : ConstraintAttributes.fold(element.constraints())) {
            switch (constraint.kind()) {
                case CHECK, PRIMARY_KEY, UNIQUE, FOREIGN_KEY ->
                        after =
                                new Constraints(change)
                                        .add(
                                                current(after.oid()),
                                                constraint,
                                                element.name(),
                                                false);
                default -> {}
            }
        }
    }

    /** Gives rows that are there the new column: nothing, one value for all, or a rewrite. */
    private void fill(Relation before, Relation after, int number, TableCreator.Draft draft) {
        var column = after.column(number);
        var value = draft.identity != 0 ? nextval(after, number) : column.defaultSql();
        if (value == null) {
            change.add(new DdlAction.AlterTablet(before, after));
            if (column.notNull()) {
                change.add(new DdlAction.CheckNotNull(after, number));
            }
            return;
        }
        boolean same =
                !column.isGenerated() && draft.identity == 0 && !draft.serial && !isVolatile(value);
        if (same) {
            change.add(new DdlAction.AlterTablet(before, after));
            change.add(new DdlAction.FillColumn(after, number, value));
            return;
        }
        var rewritten = after.toBuilder().tablet(change.newOid()).build();
        change.put(rewritten);
        var expressions = new ArrayList<String>();
        for (var old : rewritten.liveColumns()) {
            expressions.add(
                    old.number() == number
                            ? value
                            : dev.quiverdb.sql.catalog.Quoting.identifier(old.name()));
        }
        change.add(new DdlAction.RewriteTable(before, rewritten, expressions));
    }

    private boolean isVolatile(String sql) {
        return change.expressions().isVolatile(sql);
    }

    private String nextval(Relation table, int number) {
        var sequence = change.catalog().ownedSequence(table.oid(), number, 'i');
        if (sequence == null) {
            throw SqlException.internal("identity column without sequence");
        }
        var name =
                dev.quiverdb.sql.catalog.Quoting.qualified(
                        change.catalog().schemaName(sequence.schema()), sequence.name());
        return "nextval(" + dev.quiverdb.sql.catalog.Quoting.literal(name) + "::regclass)";
    }

    private void dropColumn(Relation table, TableDdl.AlterAction action) {
        var name = action.name();
        var column = name == null ? null : table.column(name);
        if (column == null) {
            if (action.missingOk()) {
                change.notice(
                        "column \""
                                + name
                                + "\" of relation \""
                                + table.name()
                                + "\" does not exist, skipping");
                return;
            }
            throw new SqlException(
                    SqlState.UNDEFINED_COLUMN,
                    "column \"" + name + "\" of relation \"" + table.name() + "\" does not exist");
        }
        dropColumn(table, column, action.behavior() == Clause.Behavior.CASCADE);
    }

    /** Drops a column with all that needs it. */
    void dropColumn(int table, String name) {
        var relation = current(table);
        var column = relation.column(name);
        if (column != null) {
            dropColumn(relation, column, true);
        }
    }

    private void dropColumn(Relation table, Column column, boolean cascade) {
        var automatic = new ArrayList<CatalogObject>();
        var others = new ArrayList<CatalogObject>();
        for (var index : change.catalog().indexes(table.oid())) {
            if (usesColumn(index, table, column.number())
                    && change.catalog().constraintOfIndex(index) == null) {
                automatic.add(index);
            }
        }
        for (var constraint : change.catalog().constraints(table.oid())) {
            if (constraint.columns().contains(column.number())) {
                automatic.add(constraint);
            }
        }
        for (var key : change.catalog().referencing(table.oid())) {
            if (key.referencedColumns().contains(column.number())
                    && key.relation() != table.oid()
                    && !key.isOfReferringPartition(change.catalog())) {
                others.add(key);
            }
        }
        for (var sequence : change.catalog().ownedSequences(table.oid())) {
            var part = sequence.sequence();
            if (part != null && part.ownedColumn() == column.number()) {
                automatic.add(sequence);
            }
        }
        var after = table.toBuilder().column(column.asDropped()).build();
        others.addAll(readers(table, column));
        if (!others.isEmpty() && !cascade) {
            throw columnNeeded(table, column, others);
        }
        var drops = new Drops(change);
        if (!others.isEmpty()) {
            drops.notices(others.stream().map(drops::describe).toList());
        }
        automatic.addAll(others);
        for (var object : automatic) {
            if (change.catalog().object(object.oid()) != null) {
                drops.removeWithParts(object);
            }
        }
        var before = change.catalog();
        change.put(after);
        change.rewriteViews(before, table.oid());
        if (table.tablet() != 0) {
            change.add(new DdlAction.AlterTablet(table, after));
        }
    }

    private SqlException columnNeeded(Relation table, Column column, List<CatalogObject> others) {
        var drops = new Drops(change);
        var detail = new StringBuilder();
        for (var other : others) {
            detail.append(detail.isEmpty() ? "" : "\n")
                    .append(drops.describe(other))
                    .append(" depends on column ")
                    .append(column.name())
                    .append(" of ")
                    .append(drops.describe(table));
        }
        return new SqlException(
                        SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                        "cannot drop column "
                                + column.name()
                                + " of "
                                + drops.describe(table)
                                + " because other objects depend on it")
                .withDetail(detail.toString())
                .withHint("Use DROP ... CASCADE to drop the dependent objects too.");
    }

    private boolean usesColumn(Relation index, Relation table, int number) {
        var part = index.index();
        if (part == null) {
            return false;
        }
        for (var key : part.keys()) {
            var expression = key.expression();
            if (key.column() == number
                    || expression != null
                            && change.expressions().columnsOf(expression, table).contains(number)) {
                return true;
            }
        }
        var predicate = part.predicate();
        return predicate != null
                && change.expressions().columnsOf(predicate, table).contains(number);
    }

    /** Views that read a column, or that make no sense without it. */
    private List<CatalogObject> readers(Relation table, Column column) {
        var found = new ArrayList<CatalogObject>();
        var without = table.toBuilder().column(column.asDropped()).build();
        var context = change.context().with(change.catalog().with(without));
        for (var dependent : change.catalog().dependents(table.oid())) {
            if (dependent instanceof Relation view && view.view() != null) {
                var columns = new ArrayList<Integer>();
                for (var reference : view.view().references()) {
                    if (reference.oid() == table.oid()) {
                        columns.add(reference.column());
                    }
                }
                boolean reads = columns.contains(column.number());
                if (!reads && columns.contains(0)) {
                    try {
                        new dev.quiverdb.sql.bind.TableExpressions(context).checkView(view);
                    } catch (SqlException unreadable) {
                        reads = true;
                    }
                }
                if (reads) {
                    found.add(view);
                }
            }
        }
        return found;
    }

    private void columnDefault(Relation table, TableDdl.AlterAction action) {
        var column = column(table, action);
        if (column.hasIdentity()) {
            throw new SqlException(
                            SqlState.SYNTAX_ERROR,
                            "column \""
                                    + column.name()
                                    + "\" of relation \""
                                    + table.name()
                                    + "\" is an identity column")
                    .withHint(
                            action.definition() == null
                                    ? "Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead."
                                    : null);
        }
        if (column.isGenerated()) {
            throw new SqlException(
                            SqlState.SYNTAX_ERROR,
                            "column \""
                                    + column.name()
                                    + "\" of relation \""
                                    + table.name()
                                    + "\" is a generated column")
                    .withHint(
                            action.definition() == null
                                    ? "Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION"
                                            + " instead."
                                    : null);
        }
        if (action.definition() instanceof Expr expression) {
            var type = PgType.of(change.catalog().type(column.type()), column.typmod());
            var stored = change.expressions().defaultValue(expression, type, column.name());
            put(table, column.withDefault(stored.sql()));
        } else {
            put(table, column.withDefault(null));
        }
    }

    private void dropNotNull(Relation table, TableDdl.AlterAction action) {
        var column = column(table, action);
        if (column.hasIdentity()) {
            throw new SqlException(
                    SqlState.SYNTAX_ERROR,
                    "column \""
                            + column.name()
                            + "\" of relation \""
                            + table.name()
                            + "\" is an identity column");
        }
        for (var constraint : change.catalog().constraints(table.oid())) {
            if (constraint.kind() == 'p' && constraint.columns().contains(column.number())) {
                throw new SqlException(
                        SqlState.INVALID_TABLE_DEFINITION,
                        "column \"" + column.name() + "\" is in a primary key");
            }
        }
        put(table, column.withNotNull(false));
    }

    private void setNotNull(Relation table, TableDdl.AlterAction action) {
        var column = column(table, action);
        if (!column.notNull()) {
            var after = put(table, column.withNotNull(true));
            change.add(new DdlAction.CheckNotNull(after, column.number()));
        }
    }

    private void dropExpression(Relation table, TableDdl.AlterAction action) {
        var column = column(table, action);
        if (!column.isGenerated()) {
            var text =
                    "column \""
                            + column.name()
                            + "\" of relation \""
                            + table.name()
                            + "\" is not a stored generated column";
            if (action.missingOk()) {
                change.notice(text + ", skipping");
                return;
            }
            throw new SqlException(SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE, text);
        }
        put(table, column.withGenerated((char) 0).withDefault(null));
    }

    // ------------------------------------------------------------------ identity

    private void addIdentity(Relation table, TableDdl.AlterAction action) {
        var column = column(table, action);
        if (!(action.definition() instanceof TableElement.Constraint constraint)) {
            throw SqlException.internal("ADD IDENTITY without definition");
        }
        if (!column.notNull()) {
            throw new SqlException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "column \""
                            + column.name()
                            + "\" of relation \""
                            + table.name()
                            + "\" must be declared NOT NULL before identity can be added");
        }
        if (column.hasIdentity()) {
            throw new SqlException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "column \""
                            + column.name()
                            + "\" of relation \""
                            + table.name()
                            + "\" is already an identity column");
        }
        if (column.defaultSql() != null) {
            throw new SqlException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "column \""
                            + column.name()
                            + "\" of relation \""
                            + table.name()
                            + "\" already has a default value");
        }
        var name =
                Names.relation(
                        change.catalog(), table.schema(), table.name(), column.name(), "seq");
        new SequenceCreator(change)
                .owned(
                        name,
                        table,
                        column.number(),
                        column.type(),
                        'i',
                        constraint.sequenceOptions());
        put(table, column.withIdentity(constraint.generatedAlways() ? 'a' : 'd'));
    }

    private void setIdentity(Relation table, TableDdl.AlterAction action) {
        var column = column(table, action);
        var sequence = change.catalog().ownedSequence(table.oid(), column.number(), 'i');
        if (!column.hasIdentity() || sequence == null) {
            throw new SqlException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "column \""
                            + column.name()
                            + "\" of relation \""
                            + table.name()
                            + "\" is not an identity column");
        }
        var sequenceOptions = new ArrayList<Clause.Option>();
        for (var option : options(action)) {
            if (option.name().equals("generated")) {
                var value = option.value();
                boolean always =
                        value != null
                                && TableCreator.optionText(value)
                                        .toLowerCase(java.util.Locale.ROOT)
                                        .startsWith("a");
                put(table, column.withIdentity(always ? 'a' : 'd'));
            } else {
                sequenceOptions.add(option);
            }
        }
        if (!sequenceOptions.isEmpty()) {
            new SequenceCreator(change).alter(sequence, sequenceOptions);
        }
    }

    private void dropIdentity(Relation table, TableDdl.AlterAction action) {
        var column = column(table, action);
        if (!column.hasIdentity()) {
            var text =
                    "column \""
                            + column.name()
                            + "\" of relation \""
                            + table.name()
                            + "\" is not an identity column";
            if (action.missingOk()) {
                change.notice(text + ", skipping");
                return;
            }
            throw new SqlException(SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE, text);
        }
        var sequence = change.catalog().ownedSequence(table.oid(), column.number(), 'i');
        put(table, column.withIdentity((char) 0));
        if (sequence != null) {
            change.remove(sequence);
            change.add(new DdlAction.DropSequence(sequence));
        }
    }

    // ------------------------------------------------------------------ types

    private void alterType(Relation table, TableDdl.AlterAction action) {
        var column = column(table, action);
        if (!(action.definition() instanceof TableElement.Column element)) {
            throw SqlException.internal("ALTER TYPE without type");
        }
        var typeName = element.type();
        if (typeName == null) {
            throw SqlException.internal("ALTER TYPE without type");
        }
        var type = change.usableType(typeName);
        TableCreator.checkColumnType(column.name(), type.type());
        int collation = type.type().collation();
        if (!element.collation().isEmpty()) {
            collation = change.expressions().collation(element.collation(), element.offset());
        }
        var transform =
                change.expressions().transform(element.using(), table, column.number(), type);
        for (var other : table.liveColumns()) {
            var sql = other.defaultSql();
            if (other.isGenerated()
                    && sql != null
                    && change.expressions().columnsOf(sql, table).contains(column.number())) {
                throw new SqlException(
                                SqlState.FEATURE_NOT_SUPPORTED,
                                "cannot alter type of a column used by a generated column")
                        .withDetail(
                                "Column \""
                                        + column.name()
                                        + "\" is used by generated column \""
                                        + other.name()
                                        + "\".");
            }
        }
        var broken = readers(table, column);
        if (!broken.isEmpty()) {
            throw new SqlException(
                            SqlState.FEATURE_NOT_SUPPORTED,
                            "cannot alter type of a column used by a view or rule")
                    .withDetail(
                            "rule _RETURN on view "
                                    + broken.getFirst().name()
                                    + " depends on column \""
                                    + column.name()
                                    + "\"");
        }
        var changed =
                column.withType(type.type().oid(), type.typmod(), collation).withMissing(null);
        var stored = column.defaultSql();
        if (stored != null && !column.isGenerated()) {
            changed = changed.withDefault(convertedDefault(stored, column, type));
        }
        boolean stays =
                type.type().oid() == column.type()
                        && type.typmod() == column.typmod()
                        && element.using() == null;
        var after = table.toBuilder().column(changed);
        if (stays || table.tablet() == 0) {
            change.put(after.build());
            return;
        }
        var rewritten = after.tablet(change.newOid()).build();
        change.put(rewritten);
        adjustIndexes(rewritten, changed);
        var expressions = new ArrayList<String>();
        for (var old : rewritten.liveColumns()) {
            expressions.add(
                    old.number() == column.number()
                            ? transform.sql()
                            : dev.quiverdb.sql.catalog.Quoting.identifier(old.name()));
        }
        change.add(new DdlAction.RewriteTable(table, rewritten, expressions));
    }

    private @Nullable String convertedDefault(String stored, Column column, PgType type) {
        try {
            return change.expressions().convertedDefault(stored, type);
        } catch (SqlException impossible) {
            throw new SqlException(
                    SqlState.DATATYPE_MISMATCH,
                    "default for column \""
                            + column.name()
                            + "\" cannot be cast automatically to type "
                            + type.type().formatType(-1));
        }
    }

    /**
     * Key columns of indexes take the new type, and its default operator class where they had the
     * old one's.
     */
    private void adjustIndexes(Relation table, Column column) {
        var type = change.catalog().type(column.type());
        for (var index : change.catalog().indexes(table.oid())) {
            var part = index.index();
            var method = part == null ? null : change.catalog().accessMethod(part.method());
            if (part == null || method == null) {
                continue;
            }
            var keys = new ArrayList<Relation.Key>();
            var columns = new ArrayList<>(index.columns());
            boolean touched = false;
            for (int i = 0; i < part.keys().size(); i++) {
                var key = part.keys().get(i);
                if (key.column() == column.number()) {
                    touched = true;
                    var operatorClass = change.catalog().operatorClass(key.operatorClass());
                    boolean fits =
                            operatorClass != null
                                    && change.catalog()
                                            .isBinaryCoercible(type, operatorClass.inputType());
                    var standard = change.catalog().defaultOperatorClass(method.oid(), type);
                    if (!fits && standard == null) {
                        throw new SqlException(
                                SqlState.UNDEFINED_OBJECT,
                                "data type "
                                        + type.formatType(-1)
                                        + " has no default operator class for access method \""
                                        + part.method()
                                        + "\"");
                    }
                    int chosen = fits || standard == null ? key.operatorClass() : standard.oid();
                    key =
                            new Relation.Key(
                                    key.column(),
                                    null,
                                    0,
                                    i < part.keyCount() ? chosen : 0,
                                    column.collation(),
                                    key.descending(),
                                    key.nullsFirst());
                    columns.set(
                            i,
                            columns.get(i)
                                    .withType(column.type(), column.typmod(), column.collation()));
                }
                keys.add(key);
            }
            if (touched) {
                change.put(
                        index.toBuilder()
                                .columns(columns)
                                .index(
                                        new Relation.Index(
                                                part.relation(),
                                                part.method(),
                                                keys,
                                                part.keyCount(),
                                                part.unique(),
                                                part.primary(),
                                                part.nullsNotDistinct(),
                                                part.predicate(),
                                                part.predicateColumn(),
                                                part.valid(),
                                                part.clustered()))
                                .build());
            }
        }
    }
}
