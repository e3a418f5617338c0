package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Comment;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.IntoClause;
import dev.quiverdb.sql.parse.RangeVar;
import dev.quiverdb.sql.parse.TableDdl;
import dev.quiverdb.sql.parse.TableElement;
import dev.quiverdb.sql.parse.TypeName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** CREATE TABLE, after transformCreateStmt and DefineRelation. */
final class TableCreator {
    /** A column in the making. */
    static final class Draft {
        final String name;
        final PgType type;
        final int collation;
        final TableElement.@Nullable Column element;
        boolean notNull;
        boolean notNullSaid;
        @Nullable Expr defaultExpression;
        @Nullable String defaultSql;
        char identity;
        List<Clause.Option> identityOptions = List.of();
        @Nullable Expr generated;
        char generatedKind;
        boolean serial;

        /** Parents give it different defaults. */
        boolean conflicting;

        Draft(String name, PgType type, int collation, TableElement.@Nullable Column element) {
            this.name = name;
            this.type = type;
            this.collation = collation;
            this.element = element;
        }

        Column column(int number) {
            return new Column(
                    number,
                    name,
                    type.type().oid(),
                    type.typmod(),
                    collation,
                    notNull,
                    defaultSql,
                    identity,
                    generatedKind,
                    false,
                    null,
                    -1,
                    null);
        }
    }

    private final Change change;
    private final List<Draft> columns = new ArrayList<>();
    private final List<TableElement.Constraint> constraints = new ArrayList<>();

    /** Columns of the column constraints among {@link #constraints}. */
    private final Map<TableElement.Constraint, String> columnOf = new java.util.IdentityHashMap<>();

    private final List<TableElement.Like> likes = new ArrayList<>();
    private List<Relation> parents = List.of();
    private TableElement.@Nullable PartitionBound written;
    private TableDdl.@Nullable PartitionBy partitionBy;

    /** How many of the columns come from parents. */
    private int inherited;

    TableCreator(Change change) {
        this.change = change;
    }

    DdlResult create(TableDdl.CreateTable create) {
        reject(create);
        written = create.bound();
        var variable = create.relation();
        int schema = change.creationSchema(variable);
        if (!Relations.checkFree(change, schema, variable.name(), create.ifNotExists())) {
            return change.result("CREATE TABLE");
        }
        TypeNames.claimForRows(change, schema, variable.name());
        boolean partition = create.bound() != null;
        var inheritance = new Inheritance(change);
        parents =
                inheritance.parents(
                        create.inherits(),
                        partition,
                        variable.persistence() == RangeVar.Persistence.TEMPORARY
                                || isTemporary(schema));
        columns.addAll(inheritance.columns(parents));
        inherited = columns.size();
        partitionBy = create.partitionBy();
        for (var element : create.elements()) {
            switch (element) {
                case TableElement.Column column
                        when partition || Inheritance.find(columns, column.name()) != null ->
                        inheritedColumn(column, variable.name(), partition);
                case TableElement.Column column -> column(column, variable.name());
                case TableElement.Constraint constraint -> constraints.add(constraint);
                case TableElement.Like like -> like(like);
                default ->
                        throw SqlException.notSupported("this table element is not supported")
                                .withPosition(element.offset() + 1);
            }
        }
        var table =
                define(
                        variable,
                        schema,
                        options(create.options()),
                        switch (create.onCommit()) {
                            case NOOP, PRESERVE_ROWS -> 'p';
                            case DELETE_ROWS -> 'd';
                            case DROP -> 'x';
                        });
        if (create.onCommit() != IntoClause.OnCommit.NOOP
                && variable.persistence() != RangeVar.Persistence.TEMPORARY) {
            throw new SqlException(
                    SqlState.INVALID_TABLE_DEFINITION,
                    "ON COMMIT can only be used on temporary tables");
        }
        if (table.onCommit() != 'p') {
            change.add(new DdlAction.RememberOnCommit(table));
        }
        for (var like : likes) {
            copyRest(like, table);
        }
        if (!parents.isEmpty()) {
            inheritance.checks(parents, table);
            var bound = create.bound();
            if (bound != null) {
                inheritance.partitionIndexes(parents.getFirst(), table);
                new ForeignKeys(change).attach(parents.getFirst(), table, true);
                checkDefault(parents.getFirst(), table);
            }
            parents.forEach(parent -> inheritance.touch(parent.oid()));
        }
        return change.result("CREATE TABLE");
    }

    private static void reject(TableDdl.CreateTable create) {
        if (create.ofType() != null) {
            throw SqlException.notSupported("typed tables are not supported");
        }
        if (create.foreign()) {
            throw SqlException.notSupported("foreign tables are not supported");
        }
    }

    /** WITH (name = value); names are checked only loosely, for most of them mean nothing here. */
    static Map<String, String> options(List<Clause.Option> options) {
        var map = new LinkedHashMap<String, String>();
        for (var option : options) {
            var value = option.value();
            map.put(option.name(), value == null ? "true" : optionText(value));
        }
        return map;
    }

    static String optionText(dev.quiverdb.sql.parse.Ast value) {
        return switch (value) {
            case Expr.Literal literal -> literal.text();
            case TypeName name -> String.join(".", name.names());
            case Clause.NameRef name -> String.join(".", name.parts());
            case RangeVar variable -> variable.name();
            default -> value.toString();
        };
    }

    // ------------------------------------------------------------------ columns

    List<Draft> drafts() {
        return columns;
    }

    /** A column that the table has from its parents: what is said of it is added. */
    private void inheritedColumn(TableElement.Column element, String table, boolean partition) {
        var draft = Inheritance.find(columns, element.name());
        int at = draft == null ? -1 : columns.indexOf(draft);
        if (draft == null || at >= inherited) {
            if (partition && element.type() == null) {
                throw new SqlException(
                        SqlState.UNDEFINED_COLUMN,
                        "column \"" + element.name() + "\" does not exist");
            }
            column(element, table);
            return;
        }
        var typeName = element.type();
        var made = new Draft(draft.name, draft.type, draft.collation, element);
        made.notNull = draft.notNull;
        made.generatedKind = draft.generatedKind;
        made.defaultSql = draft.defaultSql;
        if (typeName != null) {
            change.notice("merging column \"" + element.name() + "\" with inherited definition");
            Inheritance.checkType(
                    "column \"" + element.name() + "\" has a type conflict",
                    draft.type,
                    change.usableType(typeName));
        }
        for (var constraint : ConstraintAttributes.fold(element.constraints())) {
            columnConstraint(made, constraint, table);
        }
        made.notNull |= draft.notNull;
        if (made.defaultExpression != null) {
            made.defaultSql = null;
        }
        columns.set(at, made);
    }

    private void checkConflicts() {
        for (var draft : columns) {
            if (draft.conflicting) {
                throw new SqlException(
                                SqlState.INVALID_COLUMN_DEFINITION,
                                "column \"" + draft.name + "\" inherits conflicting default values")
                        .withHint("To resolve the conflict, specify a default explicitly.");
            }
        }
    }

    /** Rows of the default partition must not belong to a new one. */
    private void checkDefault(Relation parent, Relation table) {
        var rest = new Partitions(change).defaultPartition(parent);
        if (rest != null && rest.oid() != table.oid()) {
            change.lock(rest.oid());
            change.add(new DdlAction.ValidatePartition(rest, true));
        }
    }

    void column(TableElement.Column element, String table) {
        var typeName = element.type();
        if (typeName == null) {
            throw SqlException.notSupported("columns without a type are not supported")
                    .withPosition(element.offset() + 1);
        }
        if (dev.quiverdb.sql.bind.ReservedColumns.contains(element.name())) {
            throw new SqlException(
                    SqlState.DUPLICATE_COLUMN,
                    "column name \"" + element.name() + "\" conflicts with a system column name");
        }
        for (var known : columns) {
            if (known.name.equals(element.name())) {
                throw new SqlException(
                        SqlState.DUPLICATE_COLUMN,
                        "column \"" + element.name() + "\" specified more than once");
            }
        }
        int serial = serial(typeName);
        var type = serial == 0 ? change.usableType(typeName) : PgType.of(Types.get(serial), -1);
        checkColumnType(element.name(), type.type());
        int collation = type.type().collation();
        if (!element.collation().isEmpty()) {
            if (collation == 0) {
                throw new SqlException(
                        SqlState.DATATYPE_MISMATCH,
                        "collations are not supported by type " + type.type().formatType(-1));
            }
            collation = change.expressions().collation(element.collation(), element.offset());
        }
        var draft = new Draft(element.name(), type, collation, element);
        draft.serial = serial != 0;
        draft.notNull = draft.serial;
        for (var constraint : ConstraintAttributes.fold(element.constraints())) {
            columnConstraint(draft, constraint, table);
        }
        columns.add(draft);
    }

    static void checkColumnType(String name, Type type) {
        var actual = type.actual();
        if (actual.form() == Type.Form.PSEUDO) {
            throw new SqlException(
                    SqlState.INVALID_TABLE_DEFINITION,
                    "column \"" + name + "\" has pseudo-type " + type.formatType(-1));
        }
    }

    private static int serial(TypeName name) {
        if (name.names().size() != 1 || !name.typmods().isEmpty()) {
            return 0;
        }
        int type =
                switch (name.names().getFirst()) {
                    case "serial", "serial4" -> Oids.INT4;
                    case "bigserial", "serial8" -> Oids.INT8;
                    case "smallserial", "serial2" -> Oids.INT2;
                    default -> 0;
                };
        if (type != 0 && !name.arrayBounds().isEmpty()) {
            throw new SqlException(
                    SqlState.FEATURE_NOT_SUPPORTED, "array of serial is not implemented");
        }
        return type;
    }

    private void columnConstraint(Draft draft, TableElement.Constraint constraint, String table) {
        switch (constraint.kind()) {
            case NULL -> {
                if (draft.notNullSaid && draft.notNull) {
                    throw conflicting("NULL/NOT NULL", draft, table, constraint);
                }
                if (draft.serial) {
                    throw conflicting("NULL/NOT NULL", draft, table, constraint);
                }
                draft.notNull = false;
                draft.notNullSaid = true;
            }
            case NOT_NULL -> {
                if (draft.notNullSaid && !draft.notNull) {
                    throw conflicting("NULL/NOT NULL", draft, table, constraint);
                }
                draft.notNull = true;
                draft.notNullSaid = true;
            }
            case DEFAULT -> {
                if (draft.defaultExpression != null || draft.serial) {
                    throw new SqlException(
                                    SqlState.SYNTAX_ERROR,
                                    "multiple default values specified for column \""
                                            + draft.name
                                            + "\" of table \""
                                            + table
                                            + "\"")
                            .withPosition(constraint.offset() + 1);
                }
                draft.defaultExpression = constraint.expression();
            }
            case IDENTITY -> {
                if (draft.identity != 0) {
                    throw new SqlException(
                                    SqlState.SYNTAX_ERROR,
                                    "multiple identity specifications for column \""
                                            + draft.name
                                            + "\" of table \""
                                            + table
                                            + "\"")
                            .withPosition(constraint.offset() + 1);
                }
                draft.identity = constraint.generatedAlways() ? 'a' : 'd';
                draft.identityOptions = constraint.sequenceOptions();
                draft.notNull = true;
            }
            case GENERATED -> {
                if (draft.generated != null) {
                    throw new SqlException(
                                    SqlState.SYNTAX_ERROR,
                                    "multiple generation clauses specified for column \""
                                            + draft.name
                                            + "\" of table \""
                                            + table
                                            + "\"")
                            .withPosition(constraint.offset() + 1);
                }
                draft.generated = constraint.expression();
                draft.generatedKind = 's';
            }
            case CHECK, PRIMARY_KEY, UNIQUE, FOREIGN_KEY -> {
                constraints.add(constraint);
                columnOf.put(constraint, draft.name);
            }
            case EXCLUSION ->
                    throw SqlException.notSupported("exclusion constraints are not supported");
            case ATTR_DEFERRABLE, ATTR_NOT_DEFERRABLE, ATTR_DEFERRED, ATTR_IMMEDIATE ->
                    throw new IllegalStateException("an attribute stands alone");
        }
        if (draft.defaultExpression != null && draft.identity != 0) {
            throw both("default and identity", draft, table, constraint);
        }
        if (draft.defaultExpression != null && draft.generated != null) {
            throw both("default and generation expression", draft, table, constraint);
        }
        if (draft.identity != 0 && draft.generated != null) {
            throw both("identity and generation expression", draft, table, constraint);
        }
    }

    private static SqlException conflicting(
            String what, Draft draft, String table, TableElement.Constraint at) {
        return new SqlException(
                        SqlState.SYNTAX_ERROR,
                        "conflicting "
                                + what
                                + " declarations for column \""
                                + draft.name
                                + "\" of table \""
                                + table
                                + "\"")
                .withPosition(at.offset() + 1);
    }

    private static SqlException both(
            String what, Draft draft, String table, TableElement.Constraint at) {
        return new SqlException(
                        SqlState.SYNTAX_ERROR,
                        "both "
                                + what
                                + " specified for column \""
                                + draft.name
                                + "\" of table \""
                                + table
                                + "\"")
                .withPosition(at.offset() + 1);
    }

    // ------------------------------------------------------------------ LIKE

    private void like(TableElement.Like like) {
        var source = change.relation(like.relation());
        boolean defaults = like.options().contains(TableElement.LikeOption.DEFAULTS);
        for (var column : source.liveColumns()) {
            var draft =
                    new Draft(
                            column.name(),
                            PgType.of(change.catalog().type(column.type()), column.typmod()),
                            column.collation(),
                            null);
            draft.notNull = column.notNull();
            if (column.isGenerated()) {
                if (like.options().contains(TableElement.LikeOption.GENERATED)) {
                    draft.defaultSql = column.defaultSql();
                    draft.generatedKind = 's';
                }
            } else if (column.hasIdentity()) {
                if (like.options().contains(TableElement.LikeOption.IDENTITY)) {
                    draft.identity = column.identity();
                }
            } else if (defaults) {
                draft.defaultSql = column.defaultSql();
            }
            columns.add(draft);
        }
        likes.add(like);
    }

    private void copyRest(TableElement.Like like, Relation table) {
        var source = change.relation(like.relation());
        var copier = new Constraints(change);
        if (like.options().contains(TableElement.LikeOption.CONSTRAINTS)) {
            for (var constraint : change.catalog().constraints(source.oid())) {
                var check = constraint.check();
                if (constraint.kind() == 'c' && check != null) {
                    copier.putCheck(
                            table,
                            constraint.name(),
                            check,
                            constraint.columns().stream()
                                    .map(n -> number(source, table, n))
                                    .toList(),
                            false,
                            true);
                }
            }
        }
        if (like.options().contains(TableElement.LikeOption.INDEXES)) {
            for (var index : change.catalog().indexes(source.oid())) {
                new IndexCreator(change).copy(index, source, table);
            }
        }
        if (like.options().contains(TableElement.LikeOption.COMMENTS)) {
            for (var column : source.liveColumns()) {
                var comment = change.catalog().comment(source.oid(), column.number());
                if (comment != null) {
                    change.put(
                            new Comment(
                                    change.newOid(),
                                    1,
                                    table.oid(),
                                    comment.subjectClass(),
                                    number(source, table, column.number()),
                                    comment.text()));
                }
            }
        }
    }

    static int number(Relation source, Relation target, int number) {
        var column = target.column(source.column(number).name());
        return column == null ? 0 : column.number();
    }

    // ------------------------------------------------------------------ the table

    private Relation define(
            RangeVar variable, int schema, Map<String, String> options, char onCommit) {
        int oid = change.newOid();
        int rowType = change.newOid();
        char persistence =
                switch (variable.persistence()) {
                    case PERMANENT -> isTemporary(schema) ? 't' : 'p';
                    case UNLOGGED -> 'u';
                    case TEMPORARY -> 't';
                };
        var drafts = new ArrayList<Column>();
        for (var draft : columns) {
            drafts.add(draft.column(drafts.size() + 1));
        }
        markPrimaryKey(drafts);
        Relation table =
                Relations.make(
                        change,
                        oid,
                        variable.name(),
                        schema,
                        'r',
                        persistence,
                        change.role(),
                        drafts,
                        rowType,
                        change.newOid(),
                        options,
                        null,
                        null,
                        null,
                        true,
                        onCommit);
        checkConflicts();
        var by = partitionBy;
        var bound = written;
        if (!parents.isEmpty() || by != null) {
            table =
                    table.toBuilder()
                            .parents(parents.stream().map(Relation::oid).toList())
                            .partitionKey(by == null ? null : new Partitions(change).key(by, table))
                            .bound(
                                    bound == null
                                            ? null
                                            : new Partitions(change)
                                                    .bound(bound, parents.getFirst(), table.name()))
                            .build();
        }
        change.put(table);
        Relations.putRowType(change, rowType, table.name(), schema, oid);
        table = defaults(table);
        change.add(new DdlAction.CreateTablet(table));
        var maker = new Constraints(change);
        for (var constraint : constraints) {
            if (constraint.kind() == TableElement.ConstraintKind.PRIMARY_KEY) {
                table = maker.add(table, constraint, columnOf.get(constraint), true);
            }
        }
        for (var constraint : constraints) {
            if (constraint.kind() != TableElement.ConstraintKind.PRIMARY_KEY
                    && constraint.kind() != TableElement.ConstraintKind.FOREIGN_KEY) {
                table = maker.add(table, constraint, columnOf.get(constraint), true);
            }
        }
        for (var constraint : constraints) {
            if (constraint.kind() == TableElement.ConstraintKind.FOREIGN_KEY) {
                table = maker.add(table, constraint, columnOf.get(constraint), true);
            }
        }
        return table;
    }

    private boolean isTemporary(int schema) {
        return schema != 0 && schema == change.context().searchPath().temporary();
    }

    /** Key columns of a primary key are not null from the start. */
    private void markPrimaryKey(List<Column> drafts) {
        int keys = 0;
        for (var constraint : constraints) {
            if (constraint.kind() != TableElement.ConstraintKind.PRIMARY_KEY) {
                continue;
            }
            keys++;
            var own = columnOf.get(constraint);
            List<String> names = own == null ? constraint.keys() : List.of(own);
            for (int i = 0; i < drafts.size(); i++) {
                if (names.contains(drafts.get(i).name())) {
                    drafts.set(i, drafts.get(i).withNotNull(true));
                }
            }
        }
        if (keys > 1) {
            throw new SqlException(
                    SqlState.INVALID_TABLE_DEFINITION,
                    "multiple primary keys for table are not allowed");
        }
    }

    /** Sequences, defaults and generated columns, once the table and its type exist. */
    private Relation defaults(Relation made) {
        var table = made;
        for (int i = 0; i < columns.size(); i++) {
            var draft = columns.get(i);
            table = columnExtras(table, i + 1, draft);
        }
        if (table != made) {
            change.put(table);
        }
        return table;
    }

    /** What a column needs beyond its row: its sequence, its default, its generation expression. */
    Relation columnExtras(Relation made, int number, Draft draft) {
        var table = made;
        var column = table.column(number);
        if (draft.serial) {
            var sequence = sequence(table, column, 'a', List.of());
            table =
                    table.toBuilder()
                            .column(
                                    column.withDefault(
                                            "nextval("
                                                    + Quoting.literal(
                                                            Quoting.qualified(
                                                                    change.catalog()
                                                                            .schemaName(
                                                                                    sequence
                                                                                            .schema()),
                                                                    sequence.name()))
                                                    + "::regclass)"))
                            .build();
        } else if (draft.identity != 0) {
            if (draft.type.type().oid() != Oids.INT2
                    && draft.type.type().oid() != Oids.INT4
                    && draft.type.type().oid() != Oids.INT8) {
                throw new SqlException(
                        SqlState.INVALID_PARAMETER_VALUE,
                        "identity column type must be smallint, integer, or bigint");
            }
            sequence(table, column, 'i', draft.identityOptions);
        }
        var value = draft.defaultExpression;
        if (value != null) {
            var stored = change.expressions().defaultValue(value, draft.type, draft.name);
            table = table.toBuilder().column(column.withDefault(stored.sql())).build();
        }
        var generated = draft.generated;
        if (generated != null) {
            var stored = change.expressions().generated(generated, table, draft.type, draft.name);
            table = table.toBuilder().column(column.withDefault(stored.sql())).build();
        }
        return table;
    }

    private Relation sequence(
            Relation table, Column column, char ownership, List<Clause.Option> options) {
        var name =
                Names.relation(
                        change.catalog(), table.schema(), table.name(), column.name(), "seq");
        var own = new ArrayList<Clause.Option>();
        for (var option : options) {
            if (option.name().equals("sequence_name") && option.value() != null) {
                name = last(optionText(option.value()));
            } else {
                own.add(option);
            }
        }
        return new SequenceCreator(change)
                .owned(name, table, column.number(), column.type(), ownership, own);
    }

    private static String last(String dotted) {
        return dotted.substring(dotted.lastIndexOf('.') + 1);
    }
}
