package dev.quiverdb.sql.parse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pieces of statements that are neither expressions nor statements. */
public sealed interface Clause extends Ast
        permits Alias,
                IntoClause,
                RangeVar,
                RoleSpec,
                TypeName,
                Clause.Target,
                Clause.SortBy,
                Clause.Window,
                Clause.Frame,
                Clause.With,
                Clause.Cte,
                Clause.Search,
                Clause.Cycle,
                Clause.Locking,
                Clause.AssignTarget,
                Clause.Assignment,
                Clause.ColumnDefinition,
                Clause.Option,
                Clause.NameRef,
                Clause.ListOf,
                Clause.FunctionParameter,
                Clause.IndexElement,
                Clause.ObjectRef,
                Clause.Grantee,
                Clause.AccessPrivilege,
                Clause.VacuumTarget {

    /** Sort direction as written. */
    enum Direction {
        DEFAULT,
        ASC,
        DESC,
        USING
    }

    /** NULLS FIRST/LAST as written. */
    enum Nulls {
        DEFAULT,
        FIRST,
        LAST
    }

    /** MATERIALIZED as written. */
    enum Materialized {
        DEFAULT,
        ALWAYS,
        NEVER
    }

    /** Unit of a window frame. */
    enum FrameMode {
        RANGE,
        ROWS,
        GROUPS
    }

    /** Ends of a window frame. */
    enum BoundKind {
        UNBOUNDED_PRECEDING,
        OFFSET_PRECEDING,
        CURRENT_ROW,
        OFFSET_FOLLOWING,
        UNBOUNDED_FOLLOWING
    }

    /** EXCLUDE of a window frame. */
    enum Exclusion {
        NONE,
        CURRENT_ROW,
        GROUP,
        TIES
    }

    /** Row lock strengths. */
    enum LockStrength {
        KEY_SHARE,
        SHARE,
        NO_KEY_UPDATE,
        UPDATE
    }

    /** Row lock wait policies. */
    enum LockWait {
        BLOCK,
        SKIP,
        ERROR
    }

    /** Modes of function parameters; DEFAULT where none was written. */
    enum ParameterMode {
        DEFAULT,
        IN,
        OUT,
        INOUT,
        VARIADIC
    }

    /** ADD/SET/DROP before a foreign-data option. */
    enum OptionAction {
        UNSPECIFIED,
        SET,
        ADD,
        DROP
    }

    /** What a DROP does to dependents; RESTRICT where none was written. */
    enum Behavior {
        RESTRICT,
        CASCADE
    }

    /**
     * One element of a SELECT list or RETURNING. A star is an {@link Expr.ColumnRef} whose {@code
     * star()} holds.
     */
    final class Target extends PgNode implements Clause {
        private final Expr expression;
        private final @Nullable String name;

        public Target(Span span, Expr expression, @Nullable String name) {
            super(span);
            this.expression = expression;
            this.name = name;
        }

        public Expr expression() {
            return expression;
        }

        public @Nullable String name() {
            return name;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {expression, name};
        }
    }

    /** One element of ORDER BY. */
    final class SortBy extends PgNode implements Clause {
        private final Expr expression;
        private final Direction direction;
        private final List<String> usingOperator;
        private final Nulls nulls;

        public SortBy(
                Span span,
                Expr expression,
                Direction direction,
                List<String> usingOperator,
                Nulls nulls) {
            super(span);
            this.expression = expression;
            this.direction = direction;
            this.usingOperator = List.copyOf(usingOperator);
            this.nulls = nulls;
        }

        public Expr expression() {
            return expression;
        }

        public Direction direction() {
            return direction;
        }

        public List<String> usingOperator() {
            return usingOperator;
        }

        public Nulls nulls() {
            return nulls;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {expression, direction, usingOperator, nulls};
        }
    }

    /**
     * A window definition; {@code OVER w} has the name alone in {@code name}, {@code OVER (w ...)}
     * in {@code refName}.
     */
    final class Window extends PgNode implements Clause {
        private final @Nullable String name;
        private final @Nullable String refName;
        private final List<Expr> partitionBy;
        private final List<SortBy> orderBy;
        private final @Nullable Frame frame;

        public Window(
                Span span,
                @Nullable String name,
                @Nullable String refName,
                List<Expr> partitionBy,
                List<SortBy> orderBy,
                @Nullable Frame frame) {
            super(span);
            this.name = name;
            this.refName = refName;
            this.partitionBy = List.copyOf(partitionBy);
            this.orderBy = List.copyOf(orderBy);
            this.frame = frame;
        }

        public @Nullable String name() {
            return name;
        }

        public @Nullable String refName() {
            return refName;
        }

        public List<Expr> partitionBy() {
            return partitionBy;
        }

        public List<SortBy> orderBy() {
            return orderBy;
        }

        public @Nullable Frame frame() {
            return frame;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, refName, partitionBy, orderBy, frame};
        }
    }

    /** A window frame. */
    final class Frame extends PgNode implements Clause {
        private final FrameMode mode;
        private final BoundKind startBound;
        private final @Nullable Expr startOffset;
        private final BoundKind endBound;
        private final @Nullable Expr endOffset;
        private final Exclusion exclusion;

        public Frame(
                Span span,
                FrameMode mode,
                BoundKind startBound,
                @Nullable Expr startOffset,
                BoundKind endBound,
                @Nullable Expr endOffset,
                Exclusion exclusion) {
            super(span);
            this.mode = mode;
            this.startBound = startBound;
            this.startOffset = startOffset;
            this.endBound = endBound;
            this.endOffset = endOffset;
            this.exclusion = exclusion;
        }

        public FrameMode mode() {
            return mode;
        }

        public BoundKind startBound() {
            return startBound;
        }

        public @Nullable Expr startOffset() {
            return startOffset;
        }

        public BoundKind endBound() {
            return endBound;
        }

        public @Nullable Expr endOffset() {
            return endOffset;
        }

        public Exclusion exclusion() {
            return exclusion;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                mode, startBound, startOffset, endBound, endOffset, exclusion
            };
        }
    }

    /** A WITH clause. */
    final class With extends PgNode implements Clause {
        private final boolean recursive;
        private final List<Cte> ctes;

        public With(Span span, boolean recursive, List<Cte> ctes) {
            super(span);
            this.recursive = recursive;
            this.ctes = List.copyOf(ctes);
        }

        public boolean recursive() {
            return recursive;
        }

        public List<Cte> ctes() {
            return ctes;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {recursive, ctes};
        }
    }

    /** One common table expression; its query is a {@link Query} or a {@link Dml}. */
    final class Cte extends PgNode implements Clause {
        private final String name;
        private final List<String> columns;
        private final Materialized materialized;
        private final Command query;
        private final @Nullable Search search;
        private final @Nullable Cycle cycle;

        public Cte(
                Span span,
                String name,
                List<String> columns,
                Materialized materialized,
                Command query,
                @Nullable Search search,
                @Nullable Cycle cycle) {
            super(span);
            this.name = name;
            this.columns = List.copyOf(columns);
            this.materialized = materialized;
            this.query = query;
            this.search = search;
            this.cycle = cycle;
        }

        public String name() {
            return name;
        }

        public List<String> columns() {
            return columns;
        }

        public Materialized materialized() {
            return materialized;
        }

        public Command query() {
            return query;
        }

        public @Nullable Search search() {
            return search;
        }

        public @Nullable Cycle cycle() {
            return cycle;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, columns, materialized, query, search, cycle};
        }
    }

    /** SEARCH BREADTH|DEPTH FIRST BY columns SET column. */
    final class Search extends PgNode implements Clause {
        private final List<String> columns;
        private final boolean breadthFirst;
        private final String sequenceColumn;

        public Search(
                Span span, List<String> columns, boolean breadthFirst, String sequenceColumn) {
            super(span);
            this.columns = List.copyOf(columns);
            this.breadthFirst = breadthFirst;
            this.sequenceColumn = sequenceColumn;
        }

        public List<String> columns() {
            return columns;
        }

        public boolean breadthFirst() {
            return breadthFirst;
        }

        public String sequenceColumn() {
            return sequenceColumn;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {columns, breadthFirst, sequenceColumn};
        }
    }

    /** CYCLE columns SET mark [TO value DEFAULT value] USING path. */
    final class Cycle extends PgNode implements Clause {
        private final List<String> columns;
        private final String markColumn;
        private final @Nullable Expr markValue;
        private final @Nullable Expr markDefault;
        private final String pathColumn;

        public Cycle(
                Span span,
                List<String> columns,
                String markColumn,
                @Nullable Expr markValue,
                @Nullable Expr markDefault,
                String pathColumn) {
            super(span);
            this.columns = List.copyOf(columns);
            this.markColumn = markColumn;
            this.markValue = markValue;
            this.markDefault = markDefault;
            this.pathColumn = pathColumn;
        }

        public List<String> columns() {
            return columns;
        }

        public String markColumn() {
            return markColumn;
        }

        public @Nullable Expr markValue() {
            return markValue;
        }

        public @Nullable Expr markDefault() {
            return markDefault;
        }

        public String pathColumn() {
            return pathColumn;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {columns, markColumn, markValue, markDefault, pathColumn};
        }
    }

    /** One FOR UPDATE/SHARE clause. */
    final class Locking extends PgNode implements Clause {
        private final LockStrength strength;
        private final List<RangeVar> relations;
        private final LockWait waitPolicy;

        public Locking(
                Span span, LockStrength strength, List<RangeVar> relations, LockWait waitPolicy) {
            super(span);
            this.strength = strength;
            this.relations = List.copyOf(relations);
            this.waitPolicy = waitPolicy;
        }

        public LockStrength strength() {
            return strength;
        }

        public List<RangeVar> relations() {
            return relations;
        }

        public LockWait waitPolicy() {
            return waitPolicy;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {strength, relations, waitPolicy};
        }
    }

    /** A column to assign to, with the subscripts and fields behind it. */
    final class AssignTarget extends PgNode implements Clause {
        private final String name;
        private final List<Expr.Step> indirection;

        public AssignTarget(Span span, String name, List<Expr.Step> indirection) {
            super(span);
            this.name = name;
            this.indirection = List.copyOf(indirection);
        }

        public String name() {
            return name;
        }

        public List<Expr.Step> indirection() {
            return indirection;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, indirection};
        }
    }

    /** {@code column = source}, or {@code (columns) = source} where {@code multiple} holds. */
    final class Assignment extends PgNode implements Clause {
        private final List<AssignTarget> targets;
        private final Expr source;
        private final boolean multiple;

        public Assignment(Span span, List<AssignTarget> targets, Expr source, boolean multiple) {
            super(span);
            this.targets = List.copyOf(targets);
            this.source = source;
            this.multiple = multiple;
        }

        public List<AssignTarget> targets() {
            return targets;
        }

        public Expr source() {
            return source;
        }

        public boolean multiple() {
            return multiple;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {targets, source, multiple};
        }
    }

    /** A column of a function alias. */
    final class ColumnDefinition extends PgNode implements Clause {
        private final String name;
        private final TypeName type;
        private final List<String> collation;

        public ColumnDefinition(Span span, String name, TypeName type, List<String> collation) {
            super(span);
            this.name = name;
            this.type = type;
            this.collation = List.copyOf(collation);
        }

        public String name() {
            return name;
        }

        public TypeName type() {
            return type;
        }

        public List<String> collation() {
            return collation;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, type, collation};
        }
    }

    /**
     * A {@code name = value} option. The value is an {@link Expr.Literal}, a {@link TypeName} (as
     * for any bare word), a {@link NameRef}, a {@link ListOf}, or null.
     */
    final class Option extends PgNode implements Clause {
        private final @Nullable String namespace;
        private final String name;
        private final @Nullable Ast value;
        private final OptionAction action;

        public Option(
                Span span,
                @Nullable String namespace,
                String name,
                @Nullable Ast value,
                OptionAction action) {
            super(span);
            this.namespace = namespace;
            this.name = name;
            this.value = value;
            this.action = action;
        }

        public @Nullable String namespace() {
            return namespace;
        }

        public String name() {
            return name;
        }

        public @Nullable Ast value() {
            return value;
        }

        public OptionAction action() {
            return action;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {namespace, name, value, action};
        }
    }

    /** A qualified name of no particular kind. */
    final class NameRef extends PgNode implements Clause {
        private final List<String> parts;

        public NameRef(Span span, List<String> parts) {
            super(span);
            this.parts = List.copyOf(parts);
        }

        public List<String> parts() {
            return parts;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {parts};
        }
    }

    /** A list as an option's value. */
    final class ListOf extends PgNode implements Clause {
        private final List<Ast> items;

        public ListOf(Span span, List<Ast> items) {
            super(span);
            this.items = List.copyOf(items);
        }

        public List<Ast> items() {
            return items;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {items};
        }
    }

    /** A parameter of a function, aggregate or procedure. */
    final class FunctionParameter extends PgNode implements Clause {
        private final ParameterMode mode;
        private final @Nullable String name;
        private final TypeName type;
        private final @Nullable Expr defaultValue;

        public FunctionParameter(
                Span span,
                ParameterMode mode,
                @Nullable String name,
                TypeName type,
                @Nullable Expr defaultValue) {
            super(span);
            this.mode = mode;
            this.name = name;
            this.type = type;
            this.defaultValue = defaultValue;
        }

        public ParameterMode mode() {
            return mode;
        }

        public @Nullable String name() {
            return name;
        }

        public TypeName type() {
            return type;
        }

        public @Nullable Expr defaultValue() {
            return defaultValue;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {mode, name, type, defaultValue};
        }
    }

    /** A key of an index or of ON CONFLICT or of EXCLUDE: a column or an expression. */
    final class IndexElement extends PgNode implements Clause {
        private final @Nullable String column;
        private final @Nullable Expr expression;
        private final List<String> collation;
        private final List<String> operatorClass;
        private final List<Option> operatorClassOptions;
        private final Direction direction;
        private final Nulls nulls;

        public IndexElement(
                Span span,
                @Nullable String column,
                @Nullable Expr expression,
                List<String> collation,
                List<String> operatorClass,
                List<Option> operatorClassOptions,
                Direction direction,
                Nulls nulls) {
            super(span);
            this.column = column;
            this.expression = expression;
            this.collation = List.copyOf(collation);
            this.operatorClass = List.copyOf(operatorClass);
            this.operatorClassOptions = List.copyOf(operatorClassOptions);
            this.direction = direction;
            this.nulls = nulls;
        }

        public @Nullable String column() {
            return column;
        }

        public @Nullable Expr expression() {
            return expression;
        }

        public List<String> collation() {
            return collation;
        }

        public List<String> operatorClass() {
            return operatorClass;
        }

        public List<Option> operatorClassOptions() {
            return operatorClassOptions;
        }

        public Direction direction() {
            return direction;
        }

        public Nulls nulls() {
            return nulls;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                column, expression, collation, operatorClass, operatorClassOptions, direction, nulls
            };
        }
    }

    /**
     * An object named by DROP, COMMENT, ALTER and the like. {@code name} is the qualified name; for
     * columns, constraints, triggers, policies and rules it is the relation's name and then the
     * object's; for operator classes and families the access method comes first. {@code types}
     * holds the argument types of routines and operators (a missing operand is a type with no
     * names), the type itself for types and domains, both types of a cast.
     */
    final class ObjectRef extends PgNode implements Clause {
        private final ObjectType type;
        private final List<String> name;
        private final List<TypeName> types;
        private final boolean argumentsUnspecified;
        private final List<FunctionParameter> parameters;

        public ObjectRef(
                Span span,
                ObjectType type,
                List<String> name,
                List<TypeName> types,
                boolean argumentsUnspecified,
                List<FunctionParameter> parameters) {
            super(span);
            this.type = type;
            this.name = List.copyOf(name);
            this.types = List.copyOf(types);
            this.argumentsUnspecified = argumentsUnspecified;
            this.parameters = List.copyOf(parameters);
        }

        public ObjectType type() {
            return type;
        }

        public List<String> name() {
            return name;
        }

        public List<TypeName> types() {
            return types;
        }

        public boolean argumentsUnspecified() {
            return argumentsUnspecified;
        }

        public List<FunctionParameter> parameters() {
            return parameters;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {type, name, types, argumentsUnspecified, parameters};
        }
    }

    /** A role that is granted to. */
    final class Grantee extends PgNode implements Clause {
        private final RoleSpec role;

        public Grantee(Span span, RoleSpec role) {
            super(span);
            this.role = role;
        }

        public RoleSpec role() {
            return role;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {role};
        }
    }

    /** A privilege and its columns; a null name is ALL. */
    final class AccessPrivilege extends PgNode implements Clause {
        private final @Nullable String name;
        private final List<String> columns;

        public AccessPrivilege(Span span, @Nullable String name, List<String> columns) {
            super(span);
            this.name = name;
            this.columns = List.copyOf(columns);
        }

        public @Nullable String name() {
            return name;
        }

        public List<String> columns() {
            return columns;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, columns};
        }
    }

    /** A table of VACUUM or ANALYZE. */
    final class VacuumTarget extends PgNode implements Clause {
        private final RangeVar relation;
        private final List<String> columns;

        public VacuumTarget(Span span, RangeVar relation, List<String> columns) {
            super(span);
            this.relation = relation;
            this.columns = List.copyOf(columns);
        }

        public RangeVar relation() {
            return relation;
        }

        public List<String> columns() {
            return columns;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {relation, columns};
        }
    }
}
