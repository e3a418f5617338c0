package dev.quiverdb.sql.parse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What stands between the parentheses of CREATE TABLE, and what ALTER TABLE adds. */
public sealed interface TableElement extends Ast {

    /** Kinds of constraints; the ATTR members follow the column constraint they speak of. */
    enum ConstraintKind {
        NULL,
        NOT_NULL,
        DEFAULT,
        IDENTITY,
        GENERATED,
        CHECK,
        PRIMARY_KEY,
        UNIQUE,
        EXCLUSION,
        FOREIGN_KEY,
        ATTR_DEFERRABLE,
        ATTR_NOT_DEFERRABLE,
        ATTR_DEFERRED,
        ATTR_IMMEDIATE
    }

    /** ON DELETE and ON UPDATE of a foreign key. */
    enum KeyAction {
        NO_ACTION,
        RESTRICT,
        CASCADE,
        SET_NULL,
        SET_DEFAULT
    }

    /** MATCH of a foreign key. */
    enum MatchType {
        SIMPLE,
        FULL,
        PARTIAL
    }

    /** What LIKE copies. */
    enum LikeOption {
        COMMENTS,
        COMPRESSION,
        CONSTRAINTS,
        DEFAULTS,
        GENERATED,
        IDENTITY,
        INDEXES,
        STATISTICS,
        STORAGE
    }

    /** A column; the type is null for the columns of OF and PARTITION OF. */
    final class Column extends PgNode implements TableElement {
        private final String name;
        private final @Nullable TypeName type;
        private final @Nullable String compression;
        private final List<Clause.Option> foreignOptions;
        private final List<Constraint> constraints;
        private final List<String> collation;
        private final @Nullable Expr using;

        public Column(
                Span span,
                String name,
                @Nullable TypeName type,
                @Nullable String compression,
                List<Clause.Option> foreignOptions,
                List<Constraint> constraints,
                List<String> collation,
                @Nullable Expr using) {
            super(span);
            this.name = name;
            this.type = type;
            this.compression = compression;
            this.foreignOptions = List.copyOf(foreignOptions);
            this.constraints = List.copyOf(constraints);
            this.collation = List.copyOf(collation);
            this.using = using;
        }

        public String name() {
            return name;
        }

        public @Nullable TypeName type() {
            return type;
        }

        public @Nullable String compression() {
            return compression;
        }

        public List<Clause.Option> foreignOptions() {
            return foreignOptions;
        }

        public List<Constraint> constraints() {
            return constraints;
        }

        public List<String> collation() {
            return collation;
        }

        public @Nullable Expr using() {
            return using;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                name, type, compression, foreignOptions, constraints, collation, using
            };
        }
    }

    /** A constraint of a column, a table or a domain. */
    final class Constraint extends PgNode implements TableElement {
        private final @Nullable String name;
        private final ConstraintKind kind;
        private final @Nullable Expr expression;
        private final boolean generatedAlways;
        private final List<Clause.Option> sequenceOptions;
        private final List<String> keys;
        private final List<String> including;
        private final boolean nullsNotDistinct;
        private final List<ExclusionElement> exclusions;
        private final @Nullable String accessMethod;
        private final @Nullable Expr where;
        private final List<Clause.Option> options;
        private final @Nullable String indexName;
        private final @Nullable String indexSpace;
        private final @Nullable ForeignKey foreignKey;
        private final boolean deferrable;
        private final boolean initiallyDeferred;
        private final boolean notValid;
        private final boolean noInherit;

        public Constraint(
                Span span,
                @Nullable String name,
                ConstraintKind kind,
                @Nullable Expr expression,
                boolean generatedAlways,
                List<Clause.Option> sequenceOptions,
                List<String> keys,
                List<String> including,
                boolean nullsNotDistinct,
                List<ExclusionElement> exclusions,
                @Nullable String accessMethod,
                @Nullable Expr where,
                List<Clause.Option> options,
                @Nullable String indexName,
                @Nullable String indexSpace,
                @Nullable ForeignKey foreignKey,
                boolean deferrable,
                boolean initiallyDeferred,
                boolean notValid,
                boolean noInherit) {
            super(span);
            this.name = name;
            this.kind = kind;
            this.expression = expression;
            this.generatedAlways = generatedAlways;
            this.sequenceOptions = List.copyOf(sequenceOptions);
            this.keys = List.copyOf(keys);
            this.including = List.copyOf(including);
            this.nullsNotDistinct = nullsNotDistinct;
            this.exclusions = List.copyOf(exclusions);
            this.accessMethod = accessMethod;
            this.where = where;
            this.options = List.copyOf(options);
            this.indexName = indexName;
            this.indexSpace = indexSpace;
            this.foreignKey = foreignKey;
            this.deferrable = deferrable;
            this.initiallyDeferred = initiallyDeferred;
            this.notValid = notValid;
            this.noInherit = noInherit;
        }

        public @Nullable String name() {
            return name;
        }

        public ConstraintKind kind() {
            return kind;
        }

        public @Nullable Expr expression() {
            return expression;
        }

        public boolean generatedAlways() {
            return generatedAlways;
        }

        public List<Clause.Option> sequenceOptions() {
            return sequenceOptions;
        }

        public List<String> keys() {
            return keys;
        }

        public List<String> including() {
            return including;
        }

        public boolean nullsNotDistinct() {
            return nullsNotDistinct;
        }

        public List<ExclusionElement> exclusions() {
            return exclusions;
        }

        public @Nullable String accessMethod() {
            return accessMethod;
        }

        public @Nullable Expr where() {
            return where;
        }

        public List<Clause.Option> options() {
            return options;
        }

        public @Nullable String indexName() {
            return indexName;
        }

        public @Nullable String indexSpace() {
            return indexSpace;
        }

        public @Nullable ForeignKey foreignKey() {
            return foreignKey;
        }

        public boolean deferrable() {
            return deferrable;
        }

        public boolean initiallyDeferred() {
            return initiallyDeferred;
        }

        /** The same constraint with the deferral that attributes behind it ask for. */
        public Constraint deferred(boolean canBe, boolean atFirst) {
            return new Constraint(
                    span(),
                    name,
                    kind,
                    expression,
                    generatedAlways,
                    sequenceOptions,
                    keys,
                    including,
                    nullsNotDistinct,
                    exclusions,
                    accessMethod,
                    where,
                    options,
                    indexName,
                    indexSpace,
                    foreignKey,
                    canBe,
                    atFirst,
                    notValid,
                    noInherit);
        }

        public boolean notValid() {
            return notValid;
        }

        public boolean noInherit() {
            return noInherit;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                name,
                kind,
                expression,
                generatedAlways,
                sequenceOptions,
                keys,
                including,
                nullsNotDistinct,
                exclusions,
                accessMethod,
                where,
                options,
                indexName,
                indexSpace,
                foreignKey,
                deferrable,
                initiallyDeferred,
                notValid,
                noInherit
            };
        }
    }

    /** LIKE table INCLUDING ...; exclusions are already taken off. */
    final class Like extends PgNode implements TableElement {
        private final RangeVar relation;
        private final List<LikeOption> options;

        public Like(Span span, RangeVar relation, List<LikeOption> options) {
            super(span);
            this.relation = relation;
            this.options = List.copyOf(options);
        }

        public RangeVar relation() {
            return relation;
        }

        public List<LikeOption> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {relation, options};
        }
    }

    /** ATTACH and DETACH PARTITION. */
    final class Partition extends PgNode implements TableElement {
        private final RangeVar relation;
        private final @Nullable PartitionBound bound;
        private final boolean concurrently;

        public Partition(
                Span span,
                RangeVar relation,
                @Nullable PartitionBound bound,
                boolean concurrently) {
            super(span);
            this.relation = relation;
            this.bound = bound;
            this.concurrently = concurrently;
        }

        public RangeVar relation() {
            return relation;
        }

        public @Nullable PartitionBound bound() {
            return bound;
        }

        public boolean concurrently() {
            return concurrently;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {relation, bound, concurrently};
        }
    }

    /** REFERENCES; {@code columns} is empty for a column constraint. */
    final class ForeignKey extends PgNode implements TableElement {
        private final RangeVar table;
        private final List<String> columns;
        private final List<String> referenced;
        private final MatchType match;
        private final KeyAction onUpdate;
        private final KeyAction onDelete;
        private final List<String> onDeleteColumns;

        public ForeignKey(
                Span span,
                RangeVar table,
                List<String> columns,
                List<String> referenced,
                MatchType match,
                KeyAction onUpdate,
                KeyAction onDelete,
                List<String> onDeleteColumns) {
            super(span);
            this.table = table;
            this.columns = List.copyOf(columns);
            this.referenced = List.copyOf(referenced);
            this.match = match;
            this.onUpdate = onUpdate;
            this.onDelete = onDelete;
            this.onDeleteColumns = List.copyOf(onDeleteColumns);
        }

        public RangeVar table() {
            return table;
        }

        public List<String> columns() {
            return columns;
        }

        public List<String> referenced() {
            return referenced;
        }

        public MatchType match() {
            return match;
        }

        public KeyAction onUpdate() {
            return onUpdate;
        }

        public KeyAction onDelete() {
            return onDelete;
        }

        public List<String> onDeleteColumns() {
            return onDeleteColumns;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                table, columns, referenced, match, onUpdate, onDelete, onDeleteColumns
            };
        }
    }

    /** One element of EXCLUDE. */
    final class ExclusionElement extends PgNode implements TableElement {
        private final Clause.IndexElement element;
        private final List<String> operator;

        public ExclusionElement(Span span, Clause.IndexElement element, List<String> operator) {
            super(span);
            this.element = element;
            this.operator = List.copyOf(operator);
        }

        public Clause.IndexElement element() {
            return element;
        }

        public List<String> operator() {
            return operator;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {element, operator};
        }
    }

    /**
     * FOR VALUES: exactly one of DEFAULT, IN, FROM/TO, and WITH (modulus, remainder); modulus is -1
     * but for the last.
     */
    final class PartitionBound extends PgNode implements TableElement {
        private final boolean isDefault;
        private final List<Expr> in;
        private final List<Expr> from;
        private final List<Expr> to;
        private final int modulus;
        private final int remainder;

        public PartitionBound(
                Span span,
                boolean isDefault,
                List<Expr> in,
                List<Expr> from,
                List<Expr> to,
                int modulus,
                int remainder) {
            super(span);
            this.isDefault = isDefault;
            this.in = List.copyOf(in);
            this.from = List.copyOf(from);
            this.to = List.copyOf(to);
            this.modulus = modulus;
            this.remainder = remainder;
        }

        public boolean isDefault() {
            return isDefault;
        }

        public List<Expr> in() {
            return in;
        }

        public List<Expr> from() {
            return from;
        }

        public List<Expr> to() {
            return to;
        }

        public int modulus() {
            return modulus;
        }

        public int remainder() {
            return remainder;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {isDefault, in, from, to, modulus, remainder};
        }
    }
}
