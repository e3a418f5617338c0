package dev.quiverdb.sql.parse;

import java.util.List;
import org.apache.calcite.sql.SqlKind;
import org.jspecify.annotations.Nullable;

/**
 * Objects other than tables and roles: schemas, databases, types, functions, extensions, and the
 * statements that serve objects of any kind.
 */
public sealed interface ObjectDdl extends Ddl {

    /** Where a cast applies by itself. */
    enum CastContext {
        EXPLICIT,
        ASSIGNMENT,
        IMPLICIT
    }

    /** How a cast is done. */
    enum CastMethod {
        FUNCTION,
        BINARY,
        INOUT
    }

    /** CREATE SCHEMA. */
    final class CreateSchema extends PgNode implements ObjectDdl {
        private final @Nullable String name;
        private final @Nullable RoleSpec owner;
        private final boolean ifNotExists;
        private final List<Command> elements;

        public CreateSchema(
                Span span,
                @Nullable String name,
                @Nullable RoleSpec owner,
                boolean ifNotExists,
                List<Command> elements) {
            super(span);
            this.name = name;
            this.owner = owner;
            this.ifNotExists = ifNotExists;
            this.elements = List.copyOf(elements);
        }

        public @Nullable String name() {
            return name;
        }

        public @Nullable RoleSpec owner() {
            return owner;
        }

        public boolean ifNotExists() {
            return ifNotExists;
        }

        public List<Command> elements() {
            return elements;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, owner, ifNotExists, elements};
        }

        @Override
        public SqlKind getKind() {
            return SqlKind.CREATE_SCHEMA;
        }
    }

    /** CREATE DATABASE. */
    final class CreateDatabase extends PgNode implements ObjectDdl {
        private final String name;
        private final List<Clause.Option> options;

        public CreateDatabase(Span span, String name, List<Clause.Option> options) {
            super(span);
            this.name = name;
            this.options = List.copyOf(options);
        }

        public String name() {
            return name;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, options};
        }
    }

    /** ALTER DATABASE with options. */
    final class AlterDatabase extends PgNode implements ObjectDdl {
        private final String name;
        private final List<Clause.Option> options;

        public AlterDatabase(Span span, String name, List<Clause.Option> options) {
            super(span);
            this.name = name;
            this.options = List.copyOf(options);
        }

        public String name() {
            return name;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, options};
        }
    }

    /** DROP DATABASE. */
    final class DropDatabase extends PgNode implements ObjectDdl {
        private final String name;
        private final boolean missingOk;
        private final List<Clause.Option> options;

        public DropDatabase(
                Span span, String name, boolean missingOk, List<Clause.Option> options) {
            super(span);
            this.name = name;
            this.missingOk = missingOk;
            this.options = List.copyOf(options);
        }

        public String name() {
            return name;
        }

        public boolean missingOk() {
            return missingOk;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, missingOk, options};
        }
    }

    /** CREATE DOMAIN. */
    final class CreateDomain extends PgNode implements ObjectDdl {
        private final List<String> name;
        private final TypeName type;
        private final List<String> collation;
        private final List<TableElement.Constraint> constraints;

        public CreateDomain(
                Span span,
                List<String> name,
                TypeName type,
                List<String> collation,
                List<TableElement.Constraint> constraints) {
            super(span);
            this.name = List.copyOf(name);
            this.type = type;
            this.collation = List.copyOf(collation);
            this.constraints = List.copyOf(constraints);
        }

        public List<String> name() {
            return name;
        }

        public TypeName type() {
            return type;
        }

        public List<String> collation() {
            return collation;
        }

        public List<TableElement.Constraint> constraints() {
            return constraints;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, type, collation, constraints};
        }
    }

    /** CREATE TYPE AS ENUM. */
    final class CreateEnum extends PgNode implements ObjectDdl {
        private final List<String> name;
        private final List<String> labels;

        public CreateEnum(Span span, List<String> name, List<String> labels) {
            super(span);
            this.name = List.copyOf(name);
            this.labels = List.copyOf(labels);
        }

        public List<String> name() {
            return name;
        }

        public List<String> labels() {
            return labels;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, labels};
        }
    }

    /** ALTER TYPE ADD VALUE, or RENAME VALUE where {@code oldLabel} is set. */
    final class AlterEnum extends PgNode implements ObjectDdl {
        private final List<String> name;
        private final @Nullable String oldLabel;
        private final String newLabel;
        private final @Nullable String neighbour;
        private final boolean after;
        private final boolean ifNotExists;

        public AlterEnum(
                Span span,
                List<String> name,
                @Nullable String oldLabel,
                String newLabel,
                @Nullable String neighbour,
                boolean after,
                boolean ifNotExists) {
            super(span);
            this.name = List.copyOf(name);
            this.oldLabel = oldLabel;
            this.newLabel = newLabel;
            this.neighbour = neighbour;
            this.after = after;
            this.ifNotExists = ifNotExists;
        }

        public List<String> name() {
            return name;
        }

        public @Nullable String oldLabel() {
            return oldLabel;
        }

        public String newLabel() {
            return newLabel;
        }

        public @Nullable String neighbour() {
            return neighbour;
        }

        public boolean after() {
            return after;
        }

        public boolean ifNotExists() {
            return ifNotExists;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, oldLabel, newLabel, neighbour, after, ifNotExists};
        }
    }

    /** CREATE TYPE AS (...). */
    final class CreateCompositeType extends PgNode implements ObjectDdl {
        private final List<String> name;
        private final List<TableElement> attributes;

        public CreateCompositeType(Span span, List<String> name, List<TableElement> attributes) {
            super(span);
            this.name = List.copyOf(name);
            this.attributes = List.copyOf(attributes);
        }

        public List<String> name() {
            return name;
        }

        public List<TableElement> attributes() {
            return attributes;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, attributes};
        }
    }

    /** CREATE TYPE AS RANGE. */
    final class CreateRange extends PgNode implements ObjectDdl {
        private final List<String> name;
        private final List<Clause.Option> options;

        public CreateRange(Span span, List<String> name, List<Clause.Option> options) {
            super(span);
            this.name = List.copyOf(name);
            this.options = List.copyOf(options);
        }

        public List<String> name() {
            return name;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, options};
        }
    }

    /**
     * CREATE AGGREGATE, OPERATOR, base TYPE, COLLATION and TEXT SEARCH objects: a name and a list
     * of options. {@code directParameterCount} is -1 but for ordered-set aggregates.
     */
    final class Define extends PgNode implements ObjectDdl {
        private final ObjectType type;
        private final List<String> name;
        private final boolean oldStyle;
        private final boolean replace;
        private final boolean ifNotExists;
        private final List<Clause.FunctionParameter> parameters;
        private final int directParameterCount;
        private final List<Clause.Option> definition;
        private final List<String> from;

        public Define(
                Span span,
                ObjectType type,
                List<String> name,
                boolean oldStyle,
                boolean replace,
                boolean ifNotExists,
                List<Clause.FunctionParameter> parameters,
                int directParameterCount,
                List<Clause.Option> definition,
                List<String> from) {
            super(span);
            this.type = type;
            this.name = List.copyOf(name);
            this.oldStyle = oldStyle;
            this.replace = replace;
            this.ifNotExists = ifNotExists;
            this.parameters = List.copyOf(parameters);
            this.directParameterCount = directParameterCount;
            this.definition = List.copyOf(definition);
            this.from = List.copyOf(from);
        }

        public ObjectType type() {
            return type;
        }

        public List<String> name() {
            return name;
        }

        public boolean oldStyle() {
            return oldStyle;
        }

        public boolean replace() {
            return replace;
        }

        public boolean ifNotExists() {
            return ifNotExists;
        }

        public List<Clause.FunctionParameter> parameters() {
            return parameters;
        }

        public int directParameterCount() {
            return directParameterCount;
        }

        public List<Clause.Option> definition() {
            return definition;
        }

        public List<String> from() {
            return from;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                type,
                name,
                oldStyle,
                replace,
                ifNotExists,
                parameters,
                directParameterCount,
                definition,
                from
            };
        }
    }

    /** CREATE EXTENSION. */
    final class CreateExtension extends PgNode implements ObjectDdl {
        private final String name;
        private final boolean ifNotExists;
        private final List<Clause.Option> options;

        public CreateExtension(
                Span span, String name, boolean ifNotExists, List<Clause.Option> options) {
            super(span);
            this.name = name;
            this.ifNotExists = ifNotExists;
            this.options = List.copyOf(options);
        }

        public String name() {
            return name;
        }

        public boolean ifNotExists() {
            return ifNotExists;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, ifNotExists, options};
        }
    }

    /** ALTER EXTENSION UPDATE. */
    final class AlterExtension extends PgNode implements ObjectDdl {
        private final String name;
        private final List<Clause.Option> options;

        public AlterExtension(Span span, String name, List<Clause.Option> options) {
            super(span);
            this.name = name;
            this.options = List.copyOf(options);
        }

        public String name() {
            return name;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, options};
        }
    }

    /** ALTER DATABASE SET. */
    final class AlterDatabaseSet extends PgNode implements ObjectDdl {
        private final String name;
        private final Utility.SetVariable set;

        public AlterDatabaseSet(Span span, String name, Utility.SetVariable set) {
            super(span);
            this.name = name;
            this.set = set;
        }

        public String name() {
            return name;
        }

        public Utility.SetVariable set() {
            return set;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, set};
        }
    }

    /** CREATE FUNCTION and PROCEDURE. {@code returnsTable} holds the columns of RETURNS TABLE. */
    final class CreateFunction extends PgNode implements ObjectDdl {
        private final boolean procedure;
        private final boolean replace;
        private final List<String> name;
        private final List<Clause.FunctionParameter> parameters;
        private final @Nullable TypeName returns;
        private final List<Clause.FunctionParameter> returnsTable;
        private final List<Clause.Option> options;
        private final @Nullable FunctionBody body;

        public CreateFunction(
                Span span,
                boolean procedure,
                boolean replace,
                List<String> name,
                List<Clause.FunctionParameter> parameters,
                @Nullable TypeName returns,
                List<Clause.FunctionParameter> returnsTable,
                List<Clause.Option> options,
                @Nullable FunctionBody body) {
            super(span);
            this.procedure = procedure;
            this.replace = replace;
            this.name = List.copyOf(name);
            this.parameters = List.copyOf(parameters);
            this.returns = returns;
            this.returnsTable = List.copyOf(returnsTable);
            this.options = List.copyOf(options);
            this.body = body;
        }

        public boolean procedure() {
            return procedure;
        }

        public boolean replace() {
            return replace;
        }

        public List<String> name() {
            return name;
        }

        public List<Clause.FunctionParameter> parameters() {
            return parameters;
        }

        public @Nullable TypeName returns() {
            return returns;
        }

        public List<Clause.FunctionParameter> returnsTable() {
            return returnsTable;
        }

        public List<Clause.Option> options() {
            return options;
        }

        public @Nullable FunctionBody body() {
            return body;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                procedure, replace, name, parameters, returns, returnsTable, options, body
            };
        }
    }

    /** ALTER FUNCTION, PROCEDURE and ROUTINE with options. */
    final class AlterFunction extends PgNode implements ObjectDdl {
        private final Clause.ObjectRef function;
        private final List<Clause.Option> options;

        public AlterFunction(Span span, Clause.ObjectRef function, List<Clause.Option> options) {
            super(span);
            this.function = function;
            this.options = List.copyOf(options);
        }

        public Clause.ObjectRef function() {
            return function;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {function, options};
        }
    }

    /** CREATE CAST. */
    final class CreateCast extends PgNode implements ObjectDdl {
        private final TypeName source;
        private final TypeName target;
        private final CastMethod method;
        private final Clause.@Nullable ObjectRef function;
        private final CastContext context;

        public CreateCast(
                Span span,
                TypeName source,
                TypeName target,
                CastMethod method,
                Clause.@Nullable ObjectRef function,
                CastContext context) {
            super(span);
            this.source = source;
            this.target = target;
            this.method = method;
            this.function = function;
            this.context = context;
        }

        public TypeName source() {
            return source;
        }

        public TypeName target() {
            return target;
        }

        public CastMethod method() {
            return method;
        }

        public Clause.@Nullable ObjectRef function() {
            return function;
        }

        public CastContext context() {
            return context;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {source, target, method, function, context};
        }
    }

    /** CREATE TABLESPACE. */
    final class CreateTableSpace extends PgNode implements ObjectDdl {
        private final String name;
        private final @Nullable RoleSpec owner;
        private final String location;
        private final List<Clause.Option> options;

        public CreateTableSpace(
                Span span,
                String name,
                @Nullable RoleSpec owner,
                String location,
                List<Clause.Option> options) {
            super(span);
            this.name = name;
            this.owner = owner;
            this.location = location;
            this.options = List.copyOf(options);
        }

        public String name() {
            return name;
        }

        public @Nullable RoleSpec owner() {
            return owner;
        }

        public String location() {
            return location;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, owner, location, options};
        }
    }

    /** ALTER DOMAIN. */
    final class AlterDomain extends PgNode implements ObjectDdl {
        private final List<String> name;
        private final TableDdl.AlterAction action;

        public AlterDomain(Span span, List<String> name, TableDdl.AlterAction action) {
            super(span);
            this.name = List.copyOf(name);
            this.action = action;
        }

        public List<String> name() {
            return name;
        }

        public TableDdl.AlterAction action() {
            return action;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, action};
        }
    }

    /** ALTER TYPE SET (...). */
    final class AlterType extends PgNode implements ObjectDdl {
        private final List<String> name;
        private final List<Clause.Option> options;

        public AlterType(Span span, List<String> name, List<Clause.Option> options) {
            super(span);
            this.name = List.copyOf(name);
            this.options = List.copyOf(options);
        }

        public List<String> name() {
            return name;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, options};
        }
    }

    /**
     * ALTER ... RENAME. Relations and what is in them come as {@code relation} (with {@code
     * subName} the column, constraint, trigger, policy or rule), all others as {@code object}.
     */
    final class Rename extends PgNode implements ObjectDdl {
        private final ObjectType type;
        private final Clause.@Nullable ObjectRef object;
        private final @Nullable RangeVar relation;
        private final @Nullable ObjectType relationType;
        private final @Nullable String subName;
        private final String newName;
        private final Clause.Behavior behavior;
        private final boolean missingOk;

        public Rename(
                Span span,
                ObjectType type,
                Clause.@Nullable ObjectRef object,
                @Nullable RangeVar relation,
                @Nullable ObjectType relationType,
                @Nullable String subName,
                String newName,
                Clause.Behavior behavior,
                boolean missingOk) {
            super(span);
            this.type = type;
            this.object = object;
            this.relation = relation;
            this.relationType = relationType;
            this.subName = subName;
            this.newName = newName;
            this.behavior = behavior;
            this.missingOk = missingOk;
        }

        public ObjectType type() {
            return type;
        }

        public Clause.@Nullable ObjectRef object() {
            return object;
        }

        public @Nullable RangeVar relation() {
            return relation;
        }

        public @Nullable ObjectType relationType() {
            return relationType;
        }

        public @Nullable String subName() {
            return subName;
        }

        public String newName() {
            return newName;
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
                type, object, relation, relationType, subName, newName, behavior, missingOk
            };
        }
    }

    /** ALTER ... OWNER TO, but for relations, whose is an {@link TableDdl.AlterTable}. */
    final class AlterOwner extends PgNode implements ObjectDdl {
        private final Clause.ObjectRef object;
        private final RoleSpec newOwner;

        public AlterOwner(Span span, Clause.ObjectRef object, RoleSpec newOwner) {
            super(span);
            this.object = object;
            this.newOwner = newOwner;
        }

        public Clause.ObjectRef object() {
            return object;
        }

        public RoleSpec newOwner() {
            return newOwner;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {object, newOwner};
        }
    }

    /** ALTER ... SET SCHEMA. */
    final class AlterSchema extends PgNode implements ObjectDdl {
        private final ObjectType type;
        private final Clause.@Nullable ObjectRef object;
        private final @Nullable RangeVar relation;
        private final String newSchema;
        private final boolean missingOk;

        public AlterSchema(
                Span span,
                ObjectType type,
                Clause.@Nullable ObjectRef object,
                @Nullable RangeVar relation,
                String newSchema,
                boolean missingOk) {
            super(span);
            this.type = type;
            this.object = object;
            this.relation = relation;
            this.newSchema = newSchema;
            this.missingOk = missingOk;
        }

        public ObjectType type() {
            return type;
        }

        public Clause.@Nullable ObjectRef object() {
            return object;
        }

        public @Nullable RangeVar relation() {
            return relation;
        }

        public String newSchema() {
            return newSchema;
        }

        public boolean missingOk() {
            return missingOk;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {type, object, relation, newSchema, missingOk};
        }
    }

    /** DROP of anything but roles and databases. */
    final class Drop extends PgNode implements ObjectDdl {
        private final ObjectType type;
        private final List<Clause.ObjectRef> objects;
        private final Clause.Behavior behavior;
        private final boolean missingOk;
        private final boolean concurrently;

        public Drop(
                Span span,
                ObjectType type,
                List<Clause.ObjectRef> objects,
                Clause.Behavior behavior,
                boolean missingOk,
                boolean concurrently) {
            super(span);
            this.type = type;
            this.objects = List.copyOf(objects);
            this.behavior = behavior;
            this.missingOk = missingOk;
            this.concurrently = concurrently;
        }

        public ObjectType type() {
            return type;
        }

        public List<Clause.ObjectRef> objects() {
            return objects;
        }

        public Clause.Behavior behavior() {
            return behavior;
        }

        public boolean missingOk() {
            return missingOk;
        }

        public boolean concurrently() {
            return concurrently;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {type, objects, behavior, missingOk, concurrently};
        }

        @Override
        public SqlKind getKind() {
            return SqlKind.DROP_TABLE;
        }
    }

    /** COMMENT ON; a null comment removes it. */
    final class Comment extends PgNode implements ObjectDdl {
        private final Clause.ObjectRef object;
        private final @Nullable String comment;

        public Comment(Span span, Clause.ObjectRef object, @Nullable String comment) {
            super(span);
            this.object = object;
            this.comment = comment;
        }

        public Clause.ObjectRef object() {
            return object;
        }

        public @Nullable String comment() {
            return comment;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {object, comment};
        }
    }

    /** A body in SQL: RETURN expression, or BEGIN ATOMIC ... END. */
    final class FunctionBody extends PgNode implements Ast {
        private final @Nullable Expr returns;
        private final List<Command> statements;

        public FunctionBody(Span span, @Nullable Expr returns, List<Command> statements) {
            super(span);
            this.returns = returns;
            this.statements = List.copyOf(statements);
        }

        public @Nullable Expr returns() {
            return returns;
        }

        public List<Command> statements() {
            return statements;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {returns, statements};
        }
    }
}
