package dev.quiverdb.sql.parse;

import java.util.List;
import org.apache.calcite.sql.SqlKind;
import org.jspecify.annotations.Nullable;

/** Tables and what hangs on them: indexes, views, sequences, triggers, rules, statistics. */
public sealed interface TableDdl extends Ddl {

    /** WITH CHECK OPTION of a view. */
    enum ViewCheck {
        NONE,
        LOCAL,
        CASCADED
    }

    /** When a trigger fires. */
    enum TriggerTiming {
        BEFORE,
        AFTER,
        INSTEAD_OF
    }

    /** What a trigger fires on. */
    enum TriggerEvent {
        INSERT,
        UPDATE,
        DELETE,
        TRUNCATE
    }

    /**
     * CREATE [FOREIGN] TABLE. For PARTITION OF, {@code inherits} is the parent and {@code bound} is
     * set.
     */
    final class CreateTable extends PgNode implements TableDdl {
        private final RangeVar relation;
        private final boolean ifNotExists;
        private final boolean foreign;
        private final List<TableElement> elements;
        private final List<RangeVar> inherits;
        private final @Nullable TypeName ofType;
        private final @Nullable PartitionBy partitionBy;
        private final TableElement.@Nullable PartitionBound bound;
        private final @Nullable String accessMethod;
        private final List<Clause.Option> options;
        private final IntoClause.OnCommit onCommit;
        private final @Nullable String tablespace;
        private final @Nullable String server;
        private final List<Clause.Option> foreignOptions;

        public CreateTable(
                Span span,
                RangeVar relation,
                boolean ifNotExists,
                boolean foreign,
                List<TableElement> elements,
                List<RangeVar> inherits,
                @Nullable TypeName ofType,
                @Nullable PartitionBy partitionBy,
                TableElement.@Nullable PartitionBound bound,
                @Nullable String accessMethod,
                List<Clause.Option> options,
                IntoClause.OnCommit onCommit,
                @Nullable String tablespace,
                @Nullable String server,
                List<Clause.Option> foreignOptions) {
            super(span);
            this.relation = relation;
            this.ifNotExists = ifNotExists;
            this.foreign = foreign;
            this.elements = List.copyOf(elements);
            this.inherits = List.copyOf(inherits);
            this.ofType = ofType;
            this.partitionBy = partitionBy;
            this.bound = bound;
            this.accessMethod = accessMethod;
            this.options = List.copyOf(options);
            this.onCommit = onCommit;
            this.tablespace = tablespace;
            this.server = server;
            this.foreignOptions = List.copyOf(foreignOptions);
        }

        public RangeVar relation() {
            return relation;
        }

        public boolean ifNotExists() {
            return ifNotExists;
        }

        public boolean foreign() {
            return foreign;
        }

        public List<TableElement> elements() {
            return elements;
        }

        public List<RangeVar> inherits() {
            return inherits;
        }

        public @Nullable TypeName ofType() {
            return ofType;
        }

        public @Nullable PartitionBy partitionBy() {
            return partitionBy;
        }

        public TableElement.@Nullable PartitionBound bound() {
            return bound;
        }

        public @Nullable String accessMethod() {
            return accessMethod;
        }

        public List<Clause.Option> options() {
            return options;
        }

        public IntoClause.OnCommit onCommit() {
            return onCommit;
        }

        public @Nullable String tablespace() {
            return tablespace;
        }

        public @Nullable String server() {
            return server;
        }

        public List<Clause.Option> foreignOptions() {
            return foreignOptions;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                relation,
                ifNotExists,
                foreign,
                elements,
                inherits,
                ofType,
                partitionBy,
                bound,
                accessMethod,
                options,
                onCommit,
                tablespace,
                server,
                foreignOptions
            };
        }

        @Override
        public SqlKind getKind() {
            return SqlKind.CREATE_TABLE;
        }
    }

    /**
     * CREATE TABLE AS and CREATE MATERIALIZED VIEW; the query is a {@link Query} or {@link
     * Utility.Execute}.
     */
    final class CreateTableAs extends PgNode implements TableDdl {
        private final IntoClause into;
        private final Command query;
        private final boolean materializedView;
        private final boolean ifNotExists;

        public CreateTableAs(
                Span span,
                IntoClause into,
                Command query,
                boolean materializedView,
                boolean ifNotExists) {
            super(span);
            this.into = into;
            this.query = query;
            this.materializedView = materializedView;
            this.ifNotExists = ifNotExists;
        }

        public IntoClause into() {
            return into;
        }

        public Command query() {
            return query;
        }

        public boolean materializedView() {
            return materializedView;
        }

        public boolean ifNotExists() {
            return ifNotExists;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {into, query, materializedView, ifNotExists};
        }

        @Override
        public SqlKind getKind() {
            return SqlKind.CREATE_TABLE;
        }
    }

    /** CREATE VIEW. A recursive view's query arrives unwrapped. */
    final class CreateView extends PgNode implements TableDdl {
        private final RangeVar relation;
        private final boolean replace;
        private final boolean recursive;
        private final List<String> columns;
        private final Query query;
        private final List<Clause.Option> options;
        private final ViewCheck check;

        public CreateView(
                Span span,
                RangeVar relation,
                boolean replace,
                boolean recursive,
                List<String> columns,
                Query query,
                List<Clause.Option> options,
                ViewCheck check) {
            super(span);
            this.relation = relation;
            this.replace = replace;
            this.recursive = recursive;
            this.columns = List.copyOf(columns);
            this.query = query;
            this.options = List.copyOf(options);
            this.check = check;
        }

        public RangeVar relation() {
            return relation;
        }

        public boolean replace() {
            return replace;
        }

        public boolean recursive() {
            return recursive;
        }

        public List<String> columns() {
            return columns;
        }

        public Query query() {
            return query;
        }

        public List<Clause.Option> options() {
            return options;
        }

        public ViewCheck check() {
            return check;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                relation, replace, recursive, columns, query, options, check
            };
        }

        @Override
        public SqlKind getKind() {
            return SqlKind.CREATE_VIEW;
        }
    }

    /** CREATE INDEX; the access method is {@code btree} where none was written. */
    final class CreateIndex extends PgNode implements TableDdl {
        private final boolean unique;
        private final boolean concurrently;
        private final boolean ifNotExists;
        private final @Nullable String name;
        private final RangeVar relation;
        private final String accessMethod;
        private final List<Clause.IndexElement> keys;
        private final List<Clause.IndexElement> including;
        private final boolean nullsNotDistinct;
        private final List<Clause.Option> options;
        private final @Nullable String tablespace;
        private final @Nullable Expr where;

        public CreateIndex(
                Span span,
                boolean unique,
                boolean concurrently,
                boolean ifNotExists,
                @Nullable String name,
                RangeVar relation,
                String accessMethod,
                List<Clause.IndexElement> keys,
                List<Clause.IndexElement> including,
                boolean nullsNotDistinct,
                List<Clause.Option> options,
                @Nullable String tablespace,
                @Nullable Expr where) {
            super(span);
            this.unique = unique;
            this.concurrently = concurrently;
            this.ifNotExists = ifNotExists;
            this.name = name;
            this.relation = relation;
            this.accessMethod = accessMethod;
            this.keys = List.copyOf(keys);
            this.including = List.copyOf(including);
            this.nullsNotDistinct = nullsNotDistinct;
            this.options = List.copyOf(options);
            this.tablespace = tablespace;
            this.where = where;
        }

        public boolean unique() {
            return unique;
        }

        public boolean concurrently() {
            return concurrently;
        }

        public boolean ifNotExists() {
            return ifNotExists;
        }

        public @Nullable String name() {
            return name;
        }

        public RangeVar relation() {
            return relation;
        }

        public String accessMethod() {
            return accessMethod;
        }

        public List<Clause.IndexElement> keys() {
            return keys;
        }

        public List<Clause.IndexElement> including() {
            return including;
        }

        public boolean nullsNotDistinct() {
            return nullsNotDistinct;
        }

        public List<Clause.Option> options() {
            return options;
        }

        public @Nullable String tablespace() {
            return tablespace;
        }

        public @Nullable Expr where() {
            return where;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                unique,
                concurrently,
                ifNotExists,
                name,
                relation,
                accessMethod,
                keys,
                including,
                nullsNotDistinct,
                options,
                tablespace,
                where
            };
        }

        @Override
        public SqlKind getKind() {
            return SqlKind.CREATE_INDEX;
        }
    }

    /** CREATE SEQUENCE. */
    final class CreateSequence extends PgNode implements TableDdl {
        private final RangeVar relation;
        private final boolean ifNotExists;
        private final List<Clause.Option> options;

        public CreateSequence(
                Span span, RangeVar relation, boolean ifNotExists, List<Clause.Option> options) {
            super(span);
            this.relation = relation;
            this.ifNotExists = ifNotExists;
            this.options = List.copyOf(options);
        }

        public RangeVar relation() {
            return relation;
        }

        public boolean ifNotExists() {
            return ifNotExists;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {relation, ifNotExists, options};
        }

        @Override
        public SqlKind getKind() {
            return SqlKind.CREATE_SEQUENCE;
        }
    }

    /** ALTER SEQUENCE with options. */
    final class AlterSequence extends PgNode implements TableDdl {
        private final RangeVar relation;
        private final boolean missingOk;
        private final List<Clause.Option> options;

        public AlterSequence(
                Span span, RangeVar relation, boolean missingOk, List<Clause.Option> options) {
            super(span);
            this.relation = relation;
            this.missingOk = missingOk;
            this.options = List.copyOf(options);
        }

        public RangeVar relation() {
            return relation;
        }

        public boolean missingOk() {
            return missingOk;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {relation, missingOk, options};
        }
    }

    /** CREATE TRIGGER. */
    final class CreateTrigger extends PgNode implements TableDdl {
        private final boolean replace;
        private final boolean constraint;
        private final String name;
        private final RangeVar relation;
        private final TriggerTiming timing;
        private final List<TriggerEvent> events;
        private final List<String> columns;
        private final boolean row;
        private final List<TransitionTable> transitions;
        private final @Nullable Expr when;
        private final List<String> function;
        private final List<String> arguments;
        private final boolean deferrable;
        private final boolean initiallyDeferred;
        private final @Nullable RangeVar constraintRelation;

        public CreateTrigger(
                Span span,
                boolean replace,
                boolean constraint,
                String name,
                RangeVar relation,
                TriggerTiming timing,
                List<TriggerEvent> events,
                List<String> columns,
                boolean row,
                List<TransitionTable> transitions,
                @Nullable Expr when,
                List<String> function,
                List<String> arguments,
                boolean deferrable,
                boolean initiallyDeferred,
                @Nullable RangeVar constraintRelation) {
            super(span);
            this.replace = replace;
            this.constraint = constraint;
            this.name = name;
            this.relation = relation;
            this.timing = timing;
            this.events = List.copyOf(events);
            this.columns = List.copyOf(columns);
            this.row = row;
            this.transitions = List.copyOf(transitions);
            this.when = when;
            this.function = List.copyOf(function);
            this.arguments = List.copyOf(arguments);
            this.deferrable = deferrable;
            this.initiallyDeferred = initiallyDeferred;
            this.constraintRelation = constraintRelation;
        }

        public boolean replace() {
            return replace;
        }

        public boolean constraint() {
            return constraint;
        }

        public String name() {
            return name;
        }

        public RangeVar relation() {
            return relation;
        }

        public TriggerTiming timing() {
            return timing;
        }

        public List<TriggerEvent> events() {
            return events;
        }

        public List<String> columns() {
            return columns;
        }

        public boolean row() {
            return row;
        }

        public List<TransitionTable> transitions() {
            return transitions;
        }

        public @Nullable Expr when() {
            return when;
        }

        public List<String> function() {
            return function;
        }

        public List<String> arguments() {
            return arguments;
        }

        public boolean deferrable() {
            return deferrable;
        }

        public boolean initiallyDeferred() {
            return initiallyDeferred;
        }

        public @Nullable RangeVar constraintRelation() {
            return constraintRelation;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                replace,
                constraint,
                name,
                relation,
                timing,
                events,
                columns,
                row,
                transitions,
                when,
                function,
                arguments,
                deferrable,
                initiallyDeferred,
                constraintRelation
            };
        }
    }

    /** CREATE STATISTICS. */
    final class CreateStatistics extends PgNode implements TableDdl {
        private final List<String> name;
        private final List<String> kinds;
        private final List<Clause.IndexElement> expressions;
        private final List<From> from;
        private final boolean ifNotExists;

        public CreateStatistics(
                Span span,
                List<String> name,
                List<String> kinds,
                List<Clause.IndexElement> expressions,
                List<From> from,
                boolean ifNotExists) {
            super(span);
            this.name = List.copyOf(name);
            this.kinds = List.copyOf(kinds);
            this.expressions = List.copyOf(expressions);
            this.from = List.copyOf(from);
            this.ifNotExists = ifNotExists;
        }

        public List<String> name() {
            return name;
        }

        public List<String> kinds() {
            return kinds;
        }

        public List<Clause.IndexElement> expressions() {
            return expressions;
        }

        public List<From> from() {
            return from;
        }

        public boolean ifNotExists() {
            return ifNotExists;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, kinds, expressions, from, ifNotExists};
        }
    }

    /** CREATE RULE. */
    final class CreateRule extends PgNode implements TableDdl {
        private final boolean replace;
        private final String name;
        private final RangeVar relation;
        private final String event;
        private final @Nullable Expr where;
        private final boolean instead;
        private final List<Command> actions;

        public CreateRule(
                Span span,
                boolean replace,
                String name,
                RangeVar relation,
                String event,
                @Nullable Expr where,
                boolean instead,
                List<Command> actions) {
            super(span);
            this.replace = replace;
            this.name = name;
            this.relation = relation;
            this.event = event;
            this.where = where;
            this.instead = instead;
            this.actions = List.copyOf(actions);
        }

        public boolean replace() {
            return replace;
        }

        public String name() {
            return name;
        }

        public RangeVar relation() {
            return relation;
        }

        public String event() {
            return event;
        }

        public @Nullable Expr where() {
            return where;
        }

        public boolean instead() {
            return instead;
        }

        public List<Command> actions() {
            return actions;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {replace, name, relation, event, where, instead, actions};
        }
    }

    /** ALTER TABLE, INDEX, SEQUENCE, VIEW, MATERIALIZED VIEW, FOREIGN TABLE and composite TYPE. */
    final class AlterTable extends PgNode implements TableDdl {
        private final ObjectType type;
        private final RangeVar relation;
        private final boolean missingOk;
        private final List<AlterAction> actions;

        public AlterTable(
                Span span,
                ObjectType type,
                RangeVar relation,
                boolean missingOk,
                List<AlterAction> actions) {
            super(span);
            this.type = type;
            this.relation = relation;
            this.missingOk = missingOk;
            this.actions = List.copyOf(actions);
        }

        public ObjectType type() {
            return type;
        }

        public RangeVar relation() {
            return relation;
        }

        public boolean missingOk() {
            return missingOk;
        }

        public List<AlterAction> actions() {
            return actions;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {type, relation, missingOk, actions};
        }
    }

    /** TRUNCATE. */
    final class Truncate extends PgNode implements TableDdl {
        private final List<RangeVar> relations;
        private final boolean restartSequences;
        private final Clause.Behavior behavior;

        public Truncate(
                Span span,
                List<RangeVar> relations,
                boolean restartSequences,
                Clause.Behavior behavior) {
            super(span);
            this.relations = List.copyOf(relations);
            this.restartSequences = restartSequences;
            this.behavior = behavior;
        }

        public List<RangeVar> relations() {
            return relations;
        }

        public boolean restartSequences() {
            return restartSequences;
        }

        public Clause.Behavior behavior() {
            return behavior;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {relations, restartSequences, behavior};
        }
    }

    /** REFRESH MATERIALIZED VIEW. */
    final class RefreshMaterializedView extends PgNode implements TableDdl {
        private final RangeVar relation;
        private final boolean concurrently;
        private final boolean withNoData;

        public RefreshMaterializedView(
                Span span, RangeVar relation, boolean concurrently, boolean withNoData) {
            super(span);
            this.relation = relation;
            this.concurrently = concurrently;
            this.withNoData = withNoData;
        }

        public RangeVar relation() {
            return relation;
        }

        public boolean concurrently() {
            return concurrently;
        }

        public boolean withNoData() {
            return withNoData;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {relation, concurrently, withNoData};
        }
    }

    /** PARTITION BY of CREATE TABLE. */
    final class PartitionBy extends PgNode implements Ast {
        private final String strategy;
        private final List<Clause.IndexElement> keys;

        public PartitionBy(Span span, String strategy, List<Clause.IndexElement> keys) {
            super(span);
            this.strategy = strategy;
            this.keys = List.copyOf(keys);
        }

        public String strategy() {
            return strategy;
        }

        public List<Clause.IndexElement> keys() {
            return keys;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {strategy, keys};
        }
    }

    /** A REFERENCING clause of a trigger. */
    final class TransitionTable extends PgNode implements Ast {
        private final String name;
        private final boolean isNew;
        private final boolean isTable;

        public TransitionTable(Span span, String name, boolean isNew, boolean isTable) {
            super(span);
            this.name = name;
            this.isNew = isNew;
            this.isTable = isTable;
        }

        public String name() {
            return name;
        }

        public boolean isNew() {
            return isNew;
        }

        public boolean isTable() {
            return isTable;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, isNew, isTable};
        }
    }

    /**
     * One action of ALTER TABLE or ALTER DOMAIN. {@code definition} by kind: the {@link
     * TableElement.Column} of ADD COLUMN, and of ALTER TYPE (whose constraint list is then empty
     * and whose {@code using} is the expression); the expression of SET DEFAULT (null drops it);
     * the {@link TableElement.Constraint} of ADD CONSTRAINT; a {@link Clause.ListOf} of options for
     * SET/RESET; the RangeVar of INHERIT; the {@link TableElement.Partition} of ATTACH and DETACH;
     * a string literal where a name is the argument.
     */
    final class AlterAction extends PgNode implements Ast {
        private final AlterKind kind;
        private final @Nullable String name;
        private final int number;
        private final @Nullable RoleSpec newOwner;
        private final @Nullable Ast definition;
        private final Clause.Behavior behavior;
        private final boolean missingOk;

        public AlterAction(
                Span span,
                AlterKind kind,
                @Nullable String name,
                int number,
                @Nullable RoleSpec newOwner,
                @Nullable Ast definition,
                Clause.Behavior behavior,
                boolean missingOk) {
            super(span);
            this.kind = kind;
            this.name = name;
            this.number = number;
            this.newOwner = newOwner;
            this.definition = definition;
            this.behavior = behavior;
            this.missingOk = missingOk;
        }

        public AlterKind kind() {
            return kind;
        }

        public @Nullable String name() {
            return name;
        }

        public int number() {
            return number;
        }

        public @Nullable RoleSpec newOwner() {
            return newOwner;
        }

        public @Nullable Ast definition() {
            return definition;
        }

        public Clause.Behavior behavior() {
            return behavior;
        }

        public boolean missingOk() {
            return missingOk;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                kind, name, number, newOwner, definition, behavior, missingOk
            };
        }
    }

    /** What one action of ALTER TABLE does. */
    enum AlterKind {
        ADD_COLUMN,
        DROP_COLUMN,
        COLUMN_DEFAULT,
        DROP_NOT_NULL,
        SET_NOT_NULL,
        DROP_EXPRESSION,
        SET_STATISTICS,
        SET_OPTIONS,
        RESET_OPTIONS,
        SET_STORAGE,
        SET_COMPRESSION,
        ADD_IDENTITY,
        SET_IDENTITY,
        DROP_IDENTITY,
        ALTER_COLUMN_TYPE,
        ALTER_COLUMN_GENERIC_OPTIONS,
        ADD_CONSTRAINT,
        ALTER_CONSTRAINT,
        VALIDATE_CONSTRAINT,
        DROP_CONSTRAINT,
        SET_WITHOUT_OIDS,
        CLUSTER_ON,
        DROP_CLUSTER,
        SET_LOGGED,
        SET_UNLOGGED,
        ENABLE_TRIGGER,
        ENABLE_ALWAYS_TRIGGER,
        ENABLE_REPLICA_TRIGGER,
        ENABLE_TRIGGER_ALL,
        ENABLE_TRIGGER_USER,
        DISABLE_TRIGGER,
        DISABLE_TRIGGER_ALL,
        DISABLE_TRIGGER_USER,
        ENABLE_RULE,
        ENABLE_ALWAYS_RULE,
        ENABLE_REPLICA_RULE,
        DISABLE_RULE,
        ADD_INHERIT,
        DROP_INHERIT,
        ADD_OF,
        DROP_OF,
        CHANGE_OWNER,
        SET_ACCESS_METHOD,
        SET_TABLESPACE,
        SET_REL_OPTIONS,
        RESET_REL_OPTIONS,
        REPLICA_IDENTITY,
        ENABLE_ROW_SECURITY,
        DISABLE_ROW_SECURITY,
        FORCE_ROW_SECURITY,
        NO_FORCE_ROW_SECURITY,
        GENERIC_OPTIONS,
        ATTACH_PARTITION,
        DETACH_PARTITION,
        DETACH_PARTITION_FINALIZE,
        MOVE_ALL
    }
}
