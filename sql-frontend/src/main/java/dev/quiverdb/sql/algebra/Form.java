package dev.quiverdb.sql.algebra;

import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Operator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call of a {@link PgOperator} is. The operands are those of the Calcite call; its type is
 * the call's type. {@code AND}, {@code OR}, {@code NOT}, {@code IS NULL} and kin, {@code IS TRUE}
 * and kin and {@code COALESCE} are Calcite's own operators.
 */
public sealed interface Form {
    /** A value; no operands. Null is SQL's NULL. A literal of type unknown holds its text. */
    record Constant(@Nullable Object value) implements Form {}

    /** How a call was written. */
    enum Syntax {
        FUNCTION,

        /** With key words between its arguments, as EXTRACT. */
        SQL,
        OPERATOR,
        EXPLICIT_CAST,
        IMPLICIT_CAST
    }

    /**
     * A function call; the operands are the arguments, of their declared types.
     *
     * @param operator the operator where it was written as one
     * @param variadicArray the last argument was written {@code VARIADIC array}
     */
    record Call(
            Function function, Syntax syntax, @Nullable Operator operator, boolean variadicArray)
            implements Form {}

    /** Same bits, other type. */
    record Relabel(Syntax syntax) implements Form {}

    /** Through the output and input functions. */
    record CoerceViaText(Syntax syntax) implements Form {}

    /** Length coercion. */
    record ApplyTypmod(boolean explicit) implements Form {}

    /** Operands: array, cast of one element that reads {@link Placeholder} {@code placeholder}. */
    record ArrayCoerce(int placeholder, Syntax syntax) implements Form {}

    /** A CHECK of a domain by name. */
    record DomainCheck(String name) {}

    /** Operands: value of the base type, then the conditions, which read the placeholder. */
    record CoerceToDomain(boolean notNull, int placeholder, List<DomainCheck> checks, Syntax syntax)
            implements Form {
        public CoerceToDomain {
            checks = List.copyOf(checks);
        }
    }

    /** Operands: row, then each target field, which reads placeholder {@code first + i}. */
    record ConvertRow(int firstPlaceholder, Syntax syntax) implements Form {}

    /** A value that a surrounding node provides; numbers are unique in a statement. No operands. */
    record Placeholder(int number) implements Form {}

    /**
     * CASE. Operands: the subject if {@code placeholder} is not -1, then condition and result by
     * turns, then the ELSE result.
     */
    record Case(int placeholder) implements Form {}

    /** GREATEST, LEAST. */
    record MinMax(boolean greatest) implements Form {}

    /** NULLIF by an equality operator. */
    record NullIf(Operator operator, Function equality) implements Form {}

    /** IS [NOT] DISTINCT FROM by an equality operator. */
    record IsDistinct(Operator operator, Function equality, boolean negated) implements Form {}

    /** {@code left op ANY/ALL (array)}. */
    record ScalarArray(Operator operator, Function function, boolean any) implements Form {}

    /** ROW(...). */
    record Row(List<String> names) implements Form {
        public Row {
            names = List.copyOf(names);
        }
    }

    /**
     * The whole row of a FROM item that an outer join may leave without one. Operands: what is NULL
     * if there is no row, and the row.
     */
    record PresentRow() implements Form {}

    /** {@code (a, b) < (c, d)}. Operands: the left fields, then the right ones. */
    record RowCompare(String comparison, List<Function> comparisons, List<Function> equalities)
            implements Form {
        public RowCompare {
            comparisons = List.copyOf(comparisons);
            equalities = List.copyOf(equalities);
        }
    }

    /** A field of a row value, by position among the live ones. */
    record FieldSelect(int field, String name) implements Form {}

    /** Operands: row, then the new values of {@code fields}. */
    record FieldStore(List<Integer> fields) implements Form {
        public FieldStore {
            fields = List.copyOf(fields);
        }
    }

    /** ARRAY[...]. */
    record ArrayBuild(boolean nested) implements Form {}

    /** Which bounds a bracket has. */
    record Bracket(boolean slice, boolean hasLower, boolean hasUpper) {}

    /** Operands: container, then the bounds in order; {@code assign}: the new value stands last. */
    record Subscript(List<Bracket> brackets, boolean assign) implements Form {
        public Subscript {
            brackets = List.copyOf(brackets);
        }
    }

    /**
     * CURRENT_DATE and kin, by the name of PostgreSQL's enum, such as {@code CURRENT_TIMESTAMP}.
     */
    record SqlValue(String kind) implements Form {}

    /** COLLATE; one operand. */
    record Collate(int collation) implements Form {}

    /**
     * WHERE CURRENT OF. Operands: the row id and tableoid of the row of {@code relation}, which is
     * the table that the statement names.
     */
    record CurrentOf(String cursor, int relation) implements Form {}

    /** DEFAULT where an assignment may have it; no operands. */
    record Default() implements Form {}

    /**
     * A sort specification inside an aggregate or window; the expression is an operand of the call.
     */
    record Order(boolean descending, boolean nullsFirst) {}

    /**
     * An aggregate before grouping took it out. Operands: direct arguments, arguments, ORDER BY
     * items, and FILTER's condition if {@code filtered}.
     */
    record Aggregate(
            Function function,
            int directArguments,
            int arguments,
            List<Order> order,
            boolean distinct,
            boolean filtered,
            boolean variadicArray)
            implements Form {
        public Aggregate {
            order = List.copyOf(order);
        }
    }

    /** GROUPING(...); operands as grouped. */
    record Grouping() implements Form {}

    /**
     * An aggregate or GROUPING that belongs to an outer query, as a subquery of it reads it, until
     * that query's grouping takes it out. One operand: the {@link Aggregate} or {@link Grouping},
     * over the outer row as the subquery sees it.
     *
     * @param owner number of the outer query's correlation variable
     */
    record OuterAggregate(int owner) implements Form {}

    /**
     * A window call before it was taken out. Operands: arguments, FILTER's condition if {@code
     * filtered}.
     *
     * @param window position among the query's window definitions
     */
    record WindowCall(Function function, int arguments, boolean filtered, int window)
            implements Form {}
}
