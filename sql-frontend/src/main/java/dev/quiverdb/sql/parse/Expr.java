package dev.quiverdb.sql.parse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Expressions. {@code offset()} is where PostgreSQL's error cursor points for the node: the
 * operator's token for operators and {@code ::}, the first token otherwise. {@code start()} and
 * {@code end()} bound the expression's text without the parentheses around it.
 */
public sealed interface Expr extends Ast {

    /** Kinds of literals. */
    enum LiteralKind {
        INTEGER,
        BIGINT,
        NUMERIC,
        STRING,
        BIT,
        HEX,
        BOOLEAN,
        NULL
    }

    /** Boolean operators. */
    enum BoolOperator {
        AND,
        OR,
        NOT
    }

    /** Operands of IS. */
    enum TruthValue {
        TRUE,
        FALSE,
        UNKNOWN
    }

    /** Kinds of subqueries in expressions. */
    enum SublinkKind {
        EXISTS,
        ANY,
        ALL,
        SCALAR,
        ARRAY
    }

    /** Functions without parentheses. */
    enum SpecialKind {
        CURRENT_DATE,
        CURRENT_TIME,
        CURRENT_TIMESTAMP,
        LOCALTIME,
        LOCALTIMESTAMP,
        CURRENT_ROLE,
        CURRENT_USER,
        USER,
        SESSION_USER,
        CURRENT_CATALOG,
        CURRENT_SCHEMA
    }

    /** XML forms. */
    enum XmlOperation {
        CONCAT,
        ELEMENT,
        FOREST,
        PARSE,
        PI,
        ROOT,
        IS_DOCUMENT
    }

    /** {@code a.b.c}, or {@code a.b.*} (or {@code *} alone) where {@code star} holds. */
    final class ColumnRef extends PgNode implements Expr {
        private final List<String> names;
        private final boolean star;

        public ColumnRef(Span span, List<String> names, boolean star) {
            super(span);
            this.names = List.copyOf(names);
            this.star = star;
        }

        public List<String> names() {
            return names;
        }

        public boolean star() {
            return star;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {names, star};
        }
    }

    /**
     * A constant. {@code text} is the number as written (folded minus included), the string's
     * content, the digits of B'' and X'', {@code true} or {@code false}, or empty for NULL. A
     * STRING is of type unknown.
     */
    final class Literal extends PgNode implements Expr {
        private final LiteralKind kind;
        private final String text;

        public Literal(Span span, LiteralKind kind, String text) {
            super(span);
            this.kind = kind;
            this.text = text;
        }

        public LiteralKind kind() {
            return kind;
        }

        public String text() {
            return text;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {kind, text};
        }
    }

    /** {@code $n}. */
    final class Parameter extends PgNode implements Expr {
        private final int number;

        public Parameter(Span span, int number) {
            super(span);
            this.number = number;
        }

        public int number() {
            return number;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {number};
        }
    }

    /**
     * An operator by its possibly qualified name; a prefix operator has no left operand. LIKE,
     * ILIKE and SIMILAR TO arrive as {@code ~~}, {@code ~~*}, {@code ~} and their negations, ESCAPE
     * as the function that PostgreSQL calls for it.
     */
    final class Operator extends PgNode implements Expr {
        private final List<String> name;
        private final @Nullable Expr left;
        private final Expr right;

        public Operator(Span span, List<String> name, @Nullable Expr left, Expr right) {
            super(span);
            this.name = List.copyOf(name);
            this.left = left;
            this.right = right;
        }

        public List<String> name() {
            return name;
        }

        public @Nullable Expr left() {
            return left;
        }

        public Expr right() {
            return right;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, left, right};
        }
    }

    /** {@code left op ANY|ALL (array)}. */
    final class ArrayComparison extends PgNode implements Expr {
        private final List<String> name;
        private final boolean all;
        private final Expr left;
        private final Expr right;

        public ArrayComparison(Span span, List<String> name, boolean all, Expr left, Expr right) {
            super(span);
            this.name = List.copyOf(name);
            this.all = all;
            this.left = left;
            this.right = right;
        }

        public List<String> name() {
            return name;
        }

        public boolean all() {
            return all;
        }

        public Expr left() {
            return left;
        }

        public Expr right() {
            return right;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, all, left, right};
        }
    }

    /** NULLIF. */
    final class NullIf extends PgNode implements Expr {
        private final Expr left;
        private final Expr right;

        public NullIf(Span span, Expr left, Expr right) {
            super(span);
            this.left = left;
            this.right = right;
        }

        public Expr left() {
            return left;
        }

        public Expr right() {
            return right;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {left, right};
        }
    }

    /** IS [NOT] DISTINCT FROM. */
    final class IsDistinct extends PgNode implements Expr {
        private final Expr left;
        private final Expr right;
        private final boolean negated;

        public IsDistinct(Span span, Expr left, Expr right, boolean negated) {
            super(span);
            this.left = left;
            this.right = right;
            this.negated = negated;
        }

        public Expr left() {
            return left;
        }

        public Expr right() {
            return right;
        }

        public boolean negated() {
            return negated;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {left, right, negated};
        }
    }

    /** {@code IN (items)}; IN with a subquery is a {@link Sublink}. */
    final class InList extends PgNode implements Expr {
        private final Expr operand;
        private final List<Expr> items;
        private final boolean negated;

        public InList(Span span, Expr operand, List<Expr> items, boolean negated) {
            super(span);
            this.operand = operand;
            this.items = List.copyOf(items);
            this.negated = negated;
        }

        public Expr operand() {
            return operand;
        }

        public List<Expr> items() {
            return items;
        }

        public boolean negated() {
            return negated;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {operand, items, negated};
        }
    }

    /** BETWEEN. */
    final class Between extends PgNode implements Expr {
        private final Expr operand;
        private final Expr low;
        private final Expr high;
        private final boolean symmetric;
        private final boolean negated;

        public Between(
                Span span, Expr operand, Expr low, Expr high, boolean symmetric, boolean negated) {
            super(span);
            this.operand = operand;
            this.low = low;
            this.high = high;
            this.symmetric = symmetric;
            this.negated = negated;
        }

        public Expr operand() {
            return operand;
        }

        public Expr low() {
            return low;
        }

        public Expr high() {
            return high;
        }

        public boolean symmetric() {
            return symmetric;
        }

        public boolean negated() {
            return negated;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {operand, low, high, symmetric, negated};
        }
    }

    /** AND and OR (a chain is one node) and NOT. */
    final class Bool extends PgNode implements Expr {
        private final BoolOperator operator;
        private final List<Expr> operands;

        public Bool(Span span, BoolOperator operator, List<Expr> operands) {
            super(span);
            this.operator = operator;
            this.operands = List.copyOf(operands);
        }

        public BoolOperator operator() {
            return operator;
        }

        public List<Expr> operands() {
            return operands;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {operator, operands};
        }
    }

    /** IS [NOT] NULL. */
    final class IsNull extends PgNode implements Expr {
        private final Expr operand;
        private final boolean negated;

        public IsNull(Span span, Expr operand, boolean negated) {
            super(span);
            this.operand = operand;
            this.negated = negated;
        }

        public Expr operand() {
            return operand;
        }

        public boolean negated() {
            return negated;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {operand, negated};
        }
    }

    /** IS [NOT] TRUE, FALSE, UNKNOWN. */
    final class IsTruth extends PgNode implements Expr {
        private final Expr operand;
        private final TruthValue value;
        private final boolean negated;

        public IsTruth(Span span, Expr operand, TruthValue value, boolean negated) {
            super(span);
            this.operand = operand;
            this.value = value;
            this.negated = negated;
        }

        public Expr operand() {
            return operand;
        }

        public TruthValue value() {
            return value;
        }

        public boolean negated() {
            return negated;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {operand, value, negated};
        }
    }

    /** Subscripts, fields and {@code .*} behind an expression. */
    final class Indirection extends PgNode implements Expr {
        private final Expr operand;
        private final List<Step> steps;

        public Indirection(Span span, Expr operand, List<Step> steps) {
            super(span);
            this.operand = operand;
            this.steps = List.copyOf(steps);
        }

        public Expr operand() {
            return operand;
        }

        public List<Step> steps() {
            return steps;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {operand, steps};
        }
    }

    /** ROW(...) or {@code (a, b)}. */
    final class Row extends PgNode implements Expr {
        private final List<Expr> fields;
        private final boolean explicit;

        public Row(Span span, List<Expr> fields, boolean explicit) {
            super(span);
            this.fields = List.copyOf(fields);
            this.explicit = explicit;
        }

        public List<Expr> fields() {
            return fields;
        }

        public boolean explicit() {
            return explicit;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {fields, explicit};
        }
    }

    /** ARRAY[...]; inner brackets are Arrays again. */
    final class Array extends PgNode implements Expr {
        private final List<Expr> elements;

        public Array(Span span, List<Expr> elements) {
            super(span);
            this.elements = List.copyOf(elements);
        }

        public List<Expr> elements() {
            return elements;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {elements};
        }
    }

    /**
     * A subquery in an expression. {@code IN (subquery)} is ANY with an empty operator name; NOT IN
     * wraps it in NOT.
     */
    final class Sublink extends PgNode implements Expr {
        private final SublinkKind kind;
        private final @Nullable Expr test;
        private final List<String> operator;
        private final Query query;

        public Sublink(
                Span span,
                SublinkKind kind,
                @Nullable Expr test,
                List<String> operator,
                Query query) {
            super(span);
            this.kind = kind;
            this.test = test;
            this.operator = List.copyOf(operator);
            this.query = query;
        }

        public SublinkKind kind() {
            return kind;
        }

        public @Nullable Expr test() {
            return test;
        }

        public List<String> operator() {
            return operator;
        }

        public Query query() {
            return query;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {kind, test, operator, query};
        }
    }

    /** CASE. */
    final class Case extends PgNode implements Expr {
        private final @Nullable Expr operand;
        private final List<When> whens;
        private final @Nullable Expr otherwise;

        public Case(Span span, @Nullable Expr operand, List<When> whens, @Nullable Expr otherwise) {
            super(span);
            this.operand = operand;
            this.whens = List.copyOf(whens);
            this.otherwise = otherwise;
        }

        public @Nullable Expr operand() {
            return operand;
        }

        public List<When> whens() {
            return whens;
        }

        public @Nullable Expr otherwise() {
            return otherwise;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {operand, whens, otherwise};
        }
    }

    /**
     * A function call. {@code variadic} speaks of the last argument. {@code orderBy} is the WITHIN
     * GROUP order where {@code withinGroup} holds. {@code sqlSyntax} marks forms such as EXTRACT
     * that were not written as a plain call.
     */
    final class FuncCall extends PgNode implements Expr {
        private final List<String> name;
        private final List<Expr> arguments;
        private final boolean star;
        private final boolean distinct;
        private final boolean variadic;
        private final List<Clause.SortBy> orderBy;
        private final boolean withinGroup;
        private final @Nullable Expr filter;
        private final Clause.@Nullable Window over;
        private final boolean sqlSyntax;

        public FuncCall(
                Span span,
                List<String> name,
                List<Expr> arguments,
                boolean star,
                boolean distinct,
                boolean variadic,
                List<Clause.SortBy> orderBy,
                boolean withinGroup,
                @Nullable Expr filter,
                Clause.@Nullable Window over,
                boolean sqlSyntax) {
            super(span);
            this.name = List.copyOf(name);
            this.arguments = List.copyOf(arguments);
            this.star = star;
            this.distinct = distinct;
            this.variadic = variadic;
            this.orderBy = List.copyOf(orderBy);
            this.withinGroup = withinGroup;
            this.filter = filter;
            this.over = over;
            this.sqlSyntax = sqlSyntax;
        }

        public List<String> name() {
            return name;
        }

        public List<Expr> arguments() {
            return arguments;
        }

        public boolean star() {
            return star;
        }

        public boolean distinct() {
            return distinct;
        }

        public boolean variadic() {
            return variadic;
        }

        public List<Clause.SortBy> orderBy() {
            return orderBy;
        }

        public boolean withinGroup() {
            return withinGroup;
        }

        public @Nullable Expr filter() {
            return filter;
        }

        public Clause.@Nullable Window over() {
            return over;
        }

        public boolean sqlSyntax() {
            return sqlSyntax;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                name,
                arguments,
                star,
                distinct,
                variadic,
                orderBy,
                withinGroup,
                filter,
                over,
                sqlSyntax
            };
        }
    }

    /** {@code name => argument}. */
    final class NamedArgument extends PgNode implements Expr {
        private final String name;
        private final Expr argument;

        public NamedArgument(Span span, String name, Expr argument) {
            super(span);
            this.name = name;
            this.argument = argument;
        }

        public String name() {
            return name;
        }

        public Expr argument() {
            return argument;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, argument};
        }
    }

    /** CAST, {@code ::}, or a typed literal such as {@code DATE '...'}. */
    final class Cast extends PgNode implements Expr {
        private final Expr operand;
        private final TypeName type;

        public Cast(Span span, Expr operand, TypeName type) {
            super(span);
            this.operand = operand;
            this.type = type;
        }

        public Expr operand() {
            return operand;
        }

        public TypeName type() {
            return type;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {operand, type};
        }
    }

    /** COLLATE. */
    final class Collate extends PgNode implements Expr {
        private final Expr operand;
        private final List<String> collation;

        public Collate(Span span, Expr operand, List<String> collation) {
            super(span);
            this.operand = operand;
            this.collation = List.copyOf(collation);
        }

        public Expr operand() {
            return operand;
        }

        public List<String> collation() {
            return collation;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {operand, collation};
        }
    }

    /** CURRENT_DATE and its kin. */
    final class SpecialValue extends PgNode implements Expr {
        private final SpecialKind kind;
        private final @Nullable Expr precision;

        public SpecialValue(Span span, SpecialKind kind, @Nullable Expr precision) {
            super(span);
            this.kind = kind;
            this.precision = precision;
        }

        public SpecialKind kind() {
            return kind;
        }

        public @Nullable Expr precision() {
            return precision;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {kind, precision};
        }
    }

    /** COALESCE. */
    final class Coalesce extends PgNode implements Expr {
        private final List<Expr> operands;

        public Coalesce(Span span, List<Expr> operands) {
            super(span);
            this.operands = List.copyOf(operands);
        }

        public List<Expr> operands() {
            return operands;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {operands};
        }
    }

    /** GREATEST and LEAST. */
    final class MinMax extends PgNode implements Expr {
        private final boolean greatest;
        private final List<Expr> operands;

        public MinMax(Span span, boolean greatest, List<Expr> operands) {
            super(span);
            this.greatest = greatest;
            this.operands = List.copyOf(operands);
        }

        public boolean greatest() {
            return greatest;
        }

        public List<Expr> operands() {
            return operands;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {greatest, operands};
        }
    }

    /** GROUPING(...). */
    final class Grouping extends PgNode implements Expr {
        private final List<Expr> operands;

        public Grouping(Span span, List<Expr> operands) {
            super(span);
            this.operands = List.copyOf(operands);
        }

        public List<Expr> operands() {
            return operands;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {operands};
        }
    }

    /**
     * XML forms; {@code attributes} are XMLATTRIBUTES or the elements of XMLFOREST; {@code content}
     * tells CONTENT from DOCUMENT.
     */
    final class Xml extends PgNode implements Expr {
        private final XmlOperation operation;
        private final @Nullable String name;
        private final List<Clause.Target> attributes;
        private final List<Expr> arguments;
        private final boolean content;

        public Xml(
                Span span,
                XmlOperation operation,
                @Nullable String name,
                List<Clause.Target> attributes,
                List<Expr> arguments,
                boolean content) {
            super(span);
            this.operation = operation;
            this.name = name;
            this.attributes = List.copyOf(attributes);
            this.arguments = List.copyOf(arguments);
            this.content = content;
        }

        public XmlOperation operation() {
            return operation;
        }

        public @Nullable String name() {
            return name;
        }

        public List<Clause.Target> attributes() {
            return attributes;
        }

        public List<Expr> arguments() {
            return arguments;
        }

        public boolean content() {
            return content;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {operation, name, attributes, arguments, content};
        }
    }

    /** XMLSERIALIZE. */
    final class XmlSerialize extends PgNode implements Expr {
        private final boolean content;
        private final Expr operand;
        private final TypeName type;

        public XmlSerialize(Span span, boolean content, Expr operand, TypeName type) {
            super(span);
            this.content = content;
            this.operand = operand;
            this.type = type;
        }

        public boolean content() {
            return content;
        }

        public Expr operand() {
            return operand;
        }

        public TypeName type() {
            return type;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {content, operand, type};
        }
    }

    /** WHERE CURRENT OF cursor. */
    final class CurrentOf extends PgNode implements Expr {
        private final String cursor;

        public CurrentOf(Span span, String cursor) {
            super(span);
            this.cursor = cursor;
        }

        public String cursor() {
            return cursor;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {cursor};
        }
    }

    /** DEFAULT as a value. */
    final class Default extends PgNode implements Expr {

        public Default(Span span) {
            super(span);
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {};
        }
    }

    /** One arm of CASE. */
    final class When extends PgNode implements Ast {
        private final Expr condition;
        private final Expr result;

        public When(Span span, Expr condition, Expr result) {
            super(span);
            this.condition = condition;
            this.result = result;
        }

        public Expr condition() {
            return condition;
        }

        public Expr result() {
            return result;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {condition, result};
        }
    }

    /** One step behind an expression: a field, {@code .*}, a subscript or a slice. */
    sealed interface Step extends Ast {

        /** {@code .name}. */
        final class Field extends PgNode implements Step {
            private final String name;

            public Field(Span span, String name) {
                super(span);
                this.name = name;
            }

            public String name() {
                return name;
            }

            @Override
            protected @Nullable Object[] components() {
                return new @Nullable Object[] {name};
            }
        }

        /** {@code .*}. */
        final class Star extends PgNode implements Step {

            public Star(Span span) {
                super(span);
            }

            @Override
            protected @Nullable Object[] components() {
                return new @Nullable Object[] {};
            }
        }

        /** {@code [index]}. */
        final class Index extends PgNode implements Step {
            private final Expr index;

            public Index(Span span, Expr index) {
                super(span);
                this.index = index;
            }

            public Expr index() {
                return index;
            }

            @Override
            protected @Nullable Object[] components() {
                return new @Nullable Object[] {index};
            }
        }

        /** {@code [lower:upper]}. */
        final class Slice extends PgNode implements Step {
            private final @Nullable Expr lower;
            private final @Nullable Expr upper;

            public Slice(Span span, @Nullable Expr lower, @Nullable Expr upper) {
                super(span);
                this.lower = lower;
                this.upper = upper;
            }

            public @Nullable Expr lower() {
                return lower;
            }

            public @Nullable Expr upper() {
                return upper;
            }

            @Override
            protected @Nullable Object[] components() {
                return new @Nullable Object[] {lower, upper};
            }
        }
    }
}
