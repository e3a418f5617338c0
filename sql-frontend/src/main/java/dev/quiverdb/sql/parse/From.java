package dev.quiverdb.sql.parse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One element of a FROM list. */
public sealed interface From extends Ast {

    /** CROSS JOIN is INNER with no condition. */
    enum JoinType {
        INNER,
        LEFT,
        RIGHT,
        FULL
    }

    /** A named relation; its alias is in the {@link RangeVar}. */
    final class Table extends PgNode implements From {
        private final RangeVar relation;

        public Table(Span span, RangeVar relation) {
            super(span);
            this.relation = relation;
        }

        public RangeVar relation() {
            return relation;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {relation};
        }
    }

    /** {@code TABLESAMPLE method(arguments) REPEATABLE (seed)}. */
    final class Sample extends PgNode implements From {
        private final RangeVar relation;
        private final List<String> method;
        private final List<Expr> arguments;
        private final @Nullable Expr repeatable;

        public Sample(
                Span span,
                RangeVar relation,
                List<String> method,
                List<Expr> arguments,
                @Nullable Expr repeatable) {
            super(span);
            this.relation = relation;
            this.method = List.copyOf(method);
            this.arguments = List.copyOf(arguments);
            this.repeatable = repeatable;
        }

        public RangeVar relation() {
            return relation;
        }

        public List<String> method() {
            return method;
        }

        public List<Expr> arguments() {
            return arguments;
        }

        public @Nullable Expr repeatable() {
            return repeatable;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {relation, method, arguments, repeatable};
        }
    }

    /** A subquery in FROM. */
    final class Subquery extends PgNode implements From {
        private final boolean lateral;
        private final Query query;
        private final @Nullable Alias alias;

        public Subquery(Span span, boolean lateral, Query query, @Nullable Alias alias) {
            super(span);
            this.lateral = lateral;
            this.query = query;
            this.alias = alias;
        }

        public boolean lateral() {
            return lateral;
        }

        public Query query() {
            return query;
        }

        public @Nullable Alias alias() {
            return alias;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {lateral, query, alias};
        }
    }

    /** A function in FROM, or ROWS FROM with several. */
    final class Function extends PgNode implements From {
        private final boolean lateral;
        private final boolean ordinality;
        private final boolean rowsFrom;
        private final List<FunctionItem> functions;
        private final @Nullable Alias alias;
        private final List<Clause.ColumnDefinition> columnDefinitions;

        public Function(
                Span span,
                boolean lateral,
                boolean ordinality,
                boolean rowsFrom,
                List<FunctionItem> functions,
                @Nullable Alias alias,
                List<Clause.ColumnDefinition> columnDefinitions) {
            super(span);
            this.lateral = lateral;
            this.ordinality = ordinality;
            this.rowsFrom = rowsFrom;
            this.functions = List.copyOf(functions);
            this.alias = alias;
            this.columnDefinitions = List.copyOf(columnDefinitions);
        }

        public boolean lateral() {
            return lateral;
        }

        public boolean ordinality() {
            return ordinality;
        }

        public boolean rowsFrom() {
            return rowsFrom;
        }

        public List<FunctionItem> functions() {
            return functions;
        }

        public @Nullable Alias alias() {
            return alias;
        }

        public List<Clause.ColumnDefinition> columnDefinitions() {
            return columnDefinitions;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                lateral, ordinality, rowsFrom, functions, alias, columnDefinitions
            };
        }
    }

    /**
     * A join. {@code on} is null for NATURAL, USING and CROSS; {@code alias} is that of a
     * parenthesised join.
     */
    final class Join extends PgNode implements From {
        private final JoinType type;
        private final boolean natural;
        private final From left;
        private final From right;
        private final List<String> using;
        private final @Nullable Alias usingAlias;
        private final @Nullable Expr on;
        private final @Nullable Alias alias;

        public Join(
                Span span,
                JoinType type,
                boolean natural,
                From left,
                From right,
                List<String> using,
                @Nullable Alias usingAlias,
                @Nullable Expr on,
                @Nullable Alias alias) {
            super(span);
            this.type = type;
            this.natural = natural;
            this.left = left;
            this.right = right;
            this.using = List.copyOf(using);
            this.usingAlias = usingAlias;
            this.on = on;
            this.alias = alias;
        }

        public JoinType type() {
            return type;
        }

        public boolean natural() {
            return natural;
        }

        public From left() {
            return left;
        }

        public From right() {
            return right;
        }

        public List<String> using() {
            return using;
        }

        public @Nullable Alias usingAlias() {
            return usingAlias;
        }

        public @Nullable Expr on() {
            return on;
        }

        public @Nullable Alias alias() {
            return alias;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                type, natural, left, right, using, usingAlias, on, alias
            };
        }
    }

    /** XMLTABLE. */
    final class XmlTable extends PgNode implements From {
        private final boolean lateral;
        private final Expr rowExpression;
        private final Expr document;
        private final List<XmlColumn> columns;
        private final List<Clause.Target> namespaces;
        private final @Nullable Alias alias;

        public XmlTable(
                Span span,
                boolean lateral,
                Expr rowExpression,
                Expr document,
                List<XmlColumn> columns,
                List<Clause.Target> namespaces,
                @Nullable Alias alias) {
            super(span);
            this.lateral = lateral;
            this.rowExpression = rowExpression;
            this.document = document;
            this.columns = List.copyOf(columns);
            this.namespaces = List.copyOf(namespaces);
            this.alias = alias;
        }

        public boolean lateral() {
            return lateral;
        }

        public Expr rowExpression() {
            return rowExpression;
        }

        public Expr document() {
            return document;
        }

        public List<XmlColumn> columns() {
            return columns;
        }

        public List<Clause.Target> namespaces() {
            return namespaces;
        }

        public @Nullable Alias alias() {
            return alias;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                lateral, rowExpression, document, columns, namespaces, alias
            };
        }
    }

    /** One function of a {@link Function}. */
    final class FunctionItem extends PgNode implements From {
        private final Expr function;
        private final List<Clause.ColumnDefinition> columnDefinitions;

        public FunctionItem(
                Span span, Expr function, List<Clause.ColumnDefinition> columnDefinitions) {
            super(span);
            this.function = function;
            this.columnDefinitions = List.copyOf(columnDefinitions);
        }

        public Expr function() {
            return function;
        }

        public List<Clause.ColumnDefinition> columnDefinitions() {
            return columnDefinitions;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {function, columnDefinitions};
        }
    }

    /** One column of XMLTABLE. */
    final class XmlColumn extends PgNode implements From {
        private final String name;
        private final boolean forOrdinality;
        private final @Nullable TypeName type;
        private final boolean notNull;
        private final @Nullable Expr path;
        private final @Nullable Expr defaultValue;

        public XmlColumn(
                Span span,
                String name,
                boolean forOrdinality,
                @Nullable TypeName type,
                boolean notNull,
                @Nullable Expr path,
                @Nullable Expr defaultValue) {
            super(span);
            this.name = name;
            this.forOrdinality = forOrdinality;
            this.type = type;
            this.notNull = notNull;
            this.path = path;
            this.defaultValue = defaultValue;
        }

        public String name() {
            return name;
        }

        public boolean forOrdinality() {
            return forOrdinality;
        }

        public @Nullable TypeName type() {
            return type;
        }

        public boolean notNull() {
            return notNull;
        }

        public @Nullable Expr path() {
            return path;
        }

        public @Nullable Expr defaultValue() {
            return defaultValue;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, forOrdinality, type, notNull, path, defaultValue};
        }
    }
}
