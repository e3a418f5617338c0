package dev.quiverdb.execute.expression;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.plan.Plan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bound scalar expression over one input row. Immutable and free of Calcite types. Positions are
 * zero-based; {@code typmod} is -1 where there is none. Every member knows its {@link #type()}.
 *
 * <p>Values that change while a plan runs (outer references of a correlated subquery, the left row
 * of a lateral join, the subject of {@code CASE x WHEN}, a domain's VALUE) travel in numbered
 * <i>slots</i>, unique within one plan; as PARAM_EXEC in PostgreSQL. {@link Slot} reads one.
 */
public sealed interface Expression {
    Type type();

    default int typmod() {
        return -1;
    }

    /** A literal; null is SQL's NULL. */
    record Constant(@Nullable Object value, Type type, int typmod) implements Expression {}

    /** A column of the input row. */
    record InputRef(int column, Type type, int typmod) implements Expression {}

    /** A run-time slot. */
    record Slot(int slot, Type type, int typmod) implements Expression {}

    /** {@code $n} of the statement; {@code index} is n - 1. */
    record Parameter(int index, Type type) implements Expression {}

    /**
     * A call of a function, also by operator or cast. Arguments already have the declared types; a
     * VARIADIC argument is one array, a {@code VARIADIC "any"} function gets its arguments as they
     * are. A function that returns a set may stand only in {@link Plan.ProjectSet} and {@link
     * Plan.FunctionScan}.
     *
     * @param variadicArray the last argument was written {@code VARIADIC array}
     */
    record Call(
            FunctionRef function,
            List<Expression> arguments,
            Type type,
            int typmod,
            boolean variadicArray)
            implements Expression {
        public Call {
            arguments = List.copyOf(arguments);
        }

        public Call(FunctionRef function, List<Expression> arguments) {
            this(function, arguments, function.resultType(), -1, false);
        }
    }

    /** Same bits, other type: binary-coercible casts. */
    record Relabel(Expression argument, Type type, int typmod) implements Expression {}

    /** Cast through the output function of one type and the input function of the other. */
    record CoerceViaText(Expression argument, Type type, int typmod) implements Expression {}

    /** Length coercion ({@code varchar(n)}, {@code numeric(p,s)}, {@code vector(n)} ...). */
    record ApplyTypmod(Expression argument, int typmod, boolean explicit) implements Expression {
        @Override
        public Type type() {
            return argument.type();
        }
    }

    /** Casts each element; {@code element} reads the element from {@code slot}. */
    record ArrayCoerce(Expression argument, int slot, Expression element, Type type, int typmod)
            implements Expression {}

    /** A CHECK of a domain; the condition reads VALUE from the slot of {@link CoerceToDomain}. */
    record DomainCheck(String name, Expression condition) {}

    /** Checks a value of the base type: 23502 and 23514 with the domain's name. */
    record CoerceToDomain(
            Expression argument, Type type, boolean notNull, int slot, List<DomainCheck> checks)
            implements Expression {
        public CoerceToDomain {
            checks = List.copyOf(checks);
        }
    }

    /**
     * Row type to row type, field by field: {@code fields} read the source's fields from slots
     * {@code firstSlot + i}.
     */
    record ConvertRow(Expression argument, int firstSlot, List<Expression> fields, Type type)
            implements Expression {
        public ConvertRow {
            fields = List.copyOf(fields);
        }
    }

    /** Three-valued AND of two or more; evaluated left to right, stops at false. */
    record And(List<Expression> arguments, Type type) implements Expression {
        public And {
            arguments = List.copyOf(arguments);
        }
    }

    /** Three-valued OR of two or more; evaluated left to right, stops at true. */
    record Or(List<Expression> arguments, Type type) implements Expression {
        public Or {
            arguments = List.copyOf(arguments);
        }
    }

    record Not(Expression argument, Type type) implements Expression {}

    /**
     * IS [NOT] NULL.
     *
     * @param rowwise the argument is of a row type, so each field is looked at
     */
    record NullTest(Expression argument, boolean isNull, boolean rowwise, Type type)
            implements Expression {}

    enum Truth {
        IS_TRUE,
        IS_NOT_TRUE,
        IS_FALSE,
        IS_NOT_FALSE,
        IS_UNKNOWN,
        IS_NOT_UNKNOWN
    }

    record BooleanTest(Expression argument, Truth test, Type type) implements Expression {}

    record When(Expression condition, Expression result) {}

    /**
     * CASE. Where {@code subject} stands, it is evaluated once into {@code slot}, which the
     * conditions read; otherwise {@code slot} is -1.
     */
    record Case(
            @Nullable Expression subject,
            int slot,
            List<When> whens,
            @Nullable Expression otherwise,
            Type type,
            int typmod)
            implements Expression {
        public Case {
            whens = List.copyOf(whens);
        }
    }

    record Coalesce(List<Expression> arguments, Type type, int typmod) implements Expression {
        public Coalesce {
            arguments = List.copyOf(arguments);
        }
    }

    /** GREATEST or LEAST by the type's default order; NULLs are skipped. */
    record MinMax(boolean greatest, List<Expression> arguments, Type type) implements Expression {
        public MinMax {
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * NULLIF(left, right) by an equality function over both, whose arguments may be coerced left
     * and right.
     */
    record NullIf(FunctionRef equality, Expression left, Expression right, Type type)
            implements Expression {}

    /** IS [NOT] DISTINCT FROM by an equality function. */
    record IsDistinct(
            FunctionRef equality, Expression left, Expression right, boolean negated, Type type)
            implements Expression {}

    /** {@code left op ANY (array)} ({@code any}) or {@code ALL}; IN lists of expressions too. */
    record ScalarArrayOp(
            FunctionRef operator, boolean any, Expression left, Expression array, Type type)
            implements Expression {}

    /**
     * ROW(...).
     *
     * @param names of the fields, where it is a row of something that has columns; else none
     */
    record Row(List<Expression> fields, List<String> names, Type type) implements Expression {
        public Row {
            fields = List.copyOf(fields);
            names = List.copyOf(names);
        }
    }

    enum RowComparison {
        LESS,
        LESS_EQUAL,
        GREATER_EQUAL,
        GREATER
    }

    /**
     * {@code (a, b) < (c, d)}: decided by the first pair that is not equal, NULL if that pair holds
     * one. Equality and inequality of rows are bound as AND/OR of the pairs.
     *
     * @param comparisons for each pair a function answering whether left is strictly before right
     *     in the wanted direction ({@code <} for LESS and LESS_EQUAL, {@code >} for the others)
     * @param equalities for each pair its {@code =}
     */
    record RowCompare(
            RowComparison comparison,
            List<FunctionRef> comparisons,
            List<FunctionRef> equalities,
            List<Expression> left,
            List<Expression> right,
            Type type)
            implements Expression {
        public RowCompare {
            comparisons = List.copyOf(comparisons);
            equalities = List.copyOf(equalities);
            left = List.copyOf(left);
            right = List.copyOf(right);
        }
    }

    /** A field of a composite value. */
    record FieldSelect(Expression argument, int field, Type type, int typmod)
            implements Expression {}

    /** A composite with some fields replaced; a NULL argument counts as all fields NULL. */
    record FieldStore(Expression argument, List<Integer> fields, List<Expression> values, Type type)
            implements Expression {
        public FieldStore {
            fields = List.copyOf(fields);
            values = List.copyOf(values);
        }
    }

    /** ARRAY[...]; {@code nested}: the elements are arrays of the same type and add a dimension. */
    record ArrayBuild(List<Expression> elements, boolean nested, Type type) implements Expression {
        public ArrayBuild {
            elements = List.copyOf(elements);
        }
    }

    /**
     * One bracket; a plain subscript has only {@code upper}; a missing bound of a slice is null.
     */
    record Bracket(boolean slice, @Nullable Expression lower, @Nullable Expression upper) {}

    /**
     * {@code a[i][j]}, {@code a[l:u]}, and jsonb's {@code j['key']}, whose brackets are of type
     * text.
     */
    record Subscript(Expression argument, List<Bracket> brackets, Type type, int typmod)
            implements Expression {
        public Subscript {
            brackets = List.copyOf(brackets);
        }
    }

    /** The container with one element or slice assigned: {@code UPDATE t SET a[i] = v}. */
    record SubscriptAssign(Expression argument, List<Bracket> brackets, Expression value, Type type)
            implements Expression {
        public SubscriptAssign {
            brackets = List.copyOf(brackets);
        }
    }

    /** SQL's functions without brackets. */
    enum SqlValue {
        CURRENT_DATE,
        CURRENT_TIME,
        CURRENT_TIMESTAMP,
        LOCALTIME,
        LOCALTIMESTAMP,
        CURRENT_USER,
        SESSION_USER,
        CURRENT_CATALOG,
        CURRENT_SCHEMA
    }

    record SqlValueFunction(SqlValue value, Type type, int typmod) implements Expression {}

    /** Sets a slot to the value of an expression over the outer row before a subplan runs. */
    record SlotBinding(int slot, Expression value) {}

    enum SubPlanKind {
        /** Is there a row? */
        EXISTS,
        /** The one column of the one row; NULL without rows, 21000 with two. */
        SCALAR,
        /** All fields of the one row as a record. */
        ROW,
        /** ARRAY(SELECT ...). */
        ARRAY,
        /** {@code left op ANY (SELECT ...)}, IN. */
        ANY,
        /** {@code left op ALL (SELECT ...)}. */
        ALL
    }

    /**
     * A subquery in an expression. Without {@code bindings} it runs at most once for one execution
     * of the plan (an init plan); otherwise whenever the bound values change.
     *
     * @param id unique within the plan
     * @param test ANY and ALL: compares the outer row's columns with the subquery's, which are in
     *     {@code resultSlots}; else null
     * @param hashOperands ANY only: where the test is an AND of type-default equalities {@code
     *     operand_i = column_i}, the operands; a hash table then answers. Empty otherwise
     */
    record SubPlan(
            int id,
            SubPlanKind kind,
            Plan plan,
            List<SlotBinding> bindings,
            @Nullable Expression test,
            List<Integer> resultSlots,
            List<Expression> hashOperands,
            Type type)
            implements Expression {
        public SubPlan {
            bindings = List.copyOf(bindings);
            resultSlots = List.copyOf(resultSlots);
            hashOperands = List.copyOf(hashOperands);
        }
    }
}
