package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.Form.Syntax;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.algebra.SubLink;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.catalog.SearchPath;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.jspecify.annotations.Nullable;

/**
 * Writes bound expressions as SQL text, the way ruleutils.c does: every operation in parentheses
 * (or, where it is to be pretty, only where they are needed), every constant with its type.
 */
public final class Deparser {
    private static final int INDENT = 4;

    /** How references to something outside of an expression are written. */
    interface References {
        String column(RexInputRef reference);

        /** A column of a query around this one. */
        String outer(RexFieldAccess access);

        /** A reference to all of a row, as {@code t.*}; null where these are just some values. */
        @Nullable String whole(RexCall row);

        void subquery(SubLink link, Deparser deparser, StringBuilder into);

        /** What stands behind OVER. */
        String window(int number, Deparser deparser);
    }

    /** References to the columns of one row, by name. */
    private record Columns(List<String> names) implements References {
        @Override
        public String column(RexInputRef reference) {
            return Quoting.identifier(names.get(reference.getIndex()));
        }

        @Override
        public String outer(RexFieldAccess access) {
            throw SqlException.internal("no text for " + access);
        }

        @Override
        public @Nullable String whole(RexCall row) {
            return null;
        }

        @Override
        public void subquery(SubLink link, Deparser deparser, StringBuilder into) {
            throw SqlException.notSupported("a subquery cannot be written as text");
        }

        @Override
        public String window(int number, Deparser deparser) {
            throw SqlException.internal("no text for a window");
        }
    }

    private final Catalog catalog;
    private final @Nullable SearchPath path;
    private final References references;
    private final TypeContext types;
    private final boolean pretty;
    private int indent;

    /** As {@link #Deparser(Catalog, SearchPath, List, TypeContext, boolean)}, not pretty. */
    public Deparser(
            Catalog catalog, @Nullable SearchPath path, List<String> columns, TypeContext types) {
        this(catalog, path, columns, types, false);
    }

    /**
     * @param path names that it finds are written bare; null qualifies everything that is not
     *     pg_catalog's, for text that is to be stored
     * @param columns what input columns are called
     * @param pretty leaves parentheses out where {@link Parentheses} says that none are needed
     */
    public Deparser(
            Catalog catalog,
            @Nullable SearchPath path,
            List<String> columns,
            TypeContext types,
            boolean pretty) {
        this(catalog, path, new Columns(List.copyOf(columns)), types, pretty, 0);
    }

    /** As a part of the text of a query, {@code indent} to the right. */
    Deparser(
            Catalog catalog,
            @Nullable SearchPath path,
            References references,
            TypeContext types,
            boolean pretty,
            int indent) {
        this.catalog = catalog;
        this.path = path;
        this.references = references;
        this.types = types;
        this.pretty = pretty;
        this.indent = indent;
    }

    int indent() {
        return indent;
    }

    /**
     * The text of an expression.
     *
     * @param shown whether a cast that nobody wrote is shown
     */
    String text(RexNode node, boolean shown) {
        var out = new StringBuilder();
        write(node, out, shown);
        return out.toString();
    }

    /** The text of an expression. */
    public String text(RexNode node) {
        var out = new StringBuilder();
        write(node, out);
        return out.toString();
    }

    private void write(RexNode node, StringBuilder out) {
        write(node, out, false);
    }

    /**
     * @param shown whether a cast that nobody wrote is shown, as in arguments of functions and
     *     operators
     */
    private void write(RexNode node, StringBuilder out, boolean shown) {
        switch (node) {
            case RexInputRef reference -> out.append(references.column(reference));
            case RexFieldAccess access -> out.append(references.outer(access));
            case RexDynamicParam parameter -> out.append('$').append(parameter.getIndex() + 1);
            case SubLink link -> references.subquery(link, this, out);
            case RexCall call -> {
                var form = PgOperator.form(call);
                if (form == null) {
                    standard(call, out);
                } else {
                    own(form, call, out, shown);
                }
            }
            default -> throw SqlException.internal("no text for " + node);
        }
    }

    /** The bracket around an operation, which a pretty text leaves to whoever holds it. */
    private void open(StringBuilder out) {
        if (!pretty) {
            out.append('(');
        }
    }

    private void close(StringBuilder out) {
        if (!pretty) {
            out.append(')');
        }
    }

    /** An operand of {@code parent}: get_rule_expr_paren. */
    private void operand(RexNode node, RexNode parent, StringBuilder out, boolean shown) {
        boolean needed = pretty && !Parentheses.simple(node, parent, shown);
        if (needed) {
            out.append('(');
        }
        write(node, out, shown);
        if (needed) {
            out.append(')');
        }
    }

    private void standard(RexCall call, StringBuilder out) {
        var operands = call.getOperands();
        switch (call.getKind()) {
            case AND -> infix(call, " AND ", out);
            case OR -> infix(call, " OR ", out);
            case NOT -> {
                open(out);
                out.append("NOT ");
                operand(operands.getFirst(), call, out, false);
                close(out);
            }
            case COALESCE -> {
                out.append("COALESCE(");
                list(operands, out);
                out.append(')');
            }
            default -> {
                open(out);
                operand(operands.getFirst(), call, out, false);
                out.append(' ').append(test(call.getKind()));
                close(out);
            }
        }
    }

    private static String test(SqlKind kind) {
        return switch (kind) {
            case IS_NULL -> "IS NULL";
            case IS_NOT_NULL -> "IS NOT NULL";
            case IS_TRUE -> "IS TRUE";
            case IS_NOT_TRUE -> "IS NOT TRUE";
            case IS_FALSE -> "IS FALSE";
            case IS_NOT_FALSE -> "IS NOT FALSE";
            case IS_UNKNOWN -> "IS UNKNOWN";
            default -> "IS NOT UNKNOWN";
        };
    }

    private void infix(RexCall call, String between, StringBuilder out) {
        var operands = call.getOperands();
        open(out);
        for (int i = 0; i < operands.size(); i++) {
            if (i > 0) {
                out.append(between);
            }
            operand(operands.get(i), call, out, false);
        }
        close(out);
    }

    private void list(List<RexNode> operands, StringBuilder out) {
        for (int i = 0; i < operands.size(); i++) {
            if (i > 0) {
                out.append(", ");
            }
            write(operands.get(i), out, true);
        }
    }

    private void own(Form form, RexCall call, StringBuilder out, boolean shown) {
        var operands = call.getOperands();
        switch (form) {
            case Form.Constant constant -> constant(constant.value(), PgType.of(call), out);
            case Form.Call function -> function(function, call, out, shown);
            case Form.Relabel relabel ->
                    cast(relabel.syntax(), operands.getFirst(), call, out, shown);
            case Form.CoerceViaText cast ->
                    cast(cast.syntax(), operands.getFirst(), call, out, shown);
            case Form.ArrayCoerce cast ->
                    cast(cast.syntax(), operands.getFirst(), call, out, shown);
            case Form.CoerceToDomain cast ->
                    cast(cast.syntax(), operands.getFirst(), call, out, shown);
            case Form.ConvertRow cast -> cast(cast.syntax(), operands.getFirst(), call, out, shown);
            case Form.ApplyTypmod typmod -> {
                if (typmod.explicit()) {
                    cast(Syntax.EXPLICIT_CAST, uncast(operands.getFirst()), call, out, shown);
                } else {
                    write(operands.getFirst(), out);
                }
            }
            case Form.Placeholder ignored -> out.append("VALUE");
            case Form.Case choice -> choice(choice, operands, PgType.of(call), out);
            case Form.MinMax minMax -> {
                out.append(minMax.greatest() ? "GREATEST(" : "LEAST(");
                list(operands, out);
                out.append(')');
            }
            case Form.NullIf ignored -> {
                out.append("NULLIF(");
                list(operands, out);
                out.append(')');
            }
            case Form.IsDistinct distinct -> {
                open(out);
                operand(operands.get(0), call, out, true);
                out.append(distinct.negated() ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ");
                operand(operands.get(1), call, out, true);
                close(out);
            }
            case Form.ScalarArray array -> {
                open(out);
                operand(operands.get(0), call, out, true);
                out.append(' ')
                        .append(operator(array.operator().name(), array.operator().schema()));
                out.append(array.any() ? " ANY (" : " ALL (");
                operand(operands.get(1), call, out, true);
                out.append(')');
                close(out);
            }
            case Form.Row ignored -> {
                var whole = references.whole(call);
                if (whole != null) {
                    out.append(whole);
                } else {
                    out.append("ROW(");
                    list(operands, out);
                    out.append(')');
                }
            }
            case Form.PresentRow ignored -> write(operands.get(1), out);
            case Form.RowCompare compare -> {
                int half = operands.size() / 2;
                out.append("(ROW(");
                list(operands.subList(0, half), out);
                out.append(") ").append(compare.comparison()).append(" ROW(");
                list(operands.subList(half, operands.size()), out);
                out.append("))");
            }
            case Form.FieldSelect select -> {
                out.append('(');
                write(operands.getFirst(), out);
                out.append(").").append(Quoting.identifier(field(select, operands.getFirst())));
            }
            case Form.ArrayBuild ignored -> {
                out.append("ARRAY[");
                list(operands, out);
                out.append(']');
                if (operands.isEmpty()) {
                    out.append("::").append(type(PgType.of(call)));
                }
            }
            case Form.Subscript subscript -> subscript(subscript, operands, out);
            case Form.SqlValue value -> {
                out.append(value.kind());
                int typmod = PgType.of(call).typmod();
                if (typmod >= 0) {
                    out.append('(').append(typmod).append(')');
                }
            }
            case Form.Collate collate -> {
                var collation = catalog.collation(collate.collation());
                open(out);
                operand(operands.getFirst(), call, out, true);
                out.append(" COLLATE ")
                        .append(
                                collation == null
                                        ? "\"default\""
                                        : Quoting.identifier(collation.name()));
                close(out);
            }
            case Form.CurrentOf current -> out.append("CURRENT OF ").append(current.cursor());
            case Form.Default ignored -> out.append("DEFAULT");
            case Form.FieldStore ignored ->
                    throw SqlException.internal("no text for an assignment");
            case Form.Aggregate aggregate -> aggregate(aggregate, operands, out);
            case Form.Grouping ignored -> {
                out.append("GROUPING(");
                list(operands, out);
                out.append(')');
            }
            case Form.OuterAggregate ignored -> list(operands, out);
            case Form.WindowCall window -> {
                out.append(name(window.function())).append('(');
                if (window.arguments() == 0 && window.function().isAggregate()) {
                    out.append('*');
                }
                list(operands.subList(0, window.arguments()), out);
                out.append(')');
                if (window.filtered()) {
                    filter(operands.getLast(), out);
                }
                out.append(" OVER ").append(references.window(window.window(), this));
            }
        }
    }

    /** get_agg_expr. */
    private void aggregate(Form.Aggregate aggregate, List<RexNode> operands, StringBuilder out) {
        var function = aggregate.function();
        int direct = aggregate.directArguments();
        int arguments = direct + aggregate.arguments();
        out.append(name(function)).append('(');
        out.append(aggregate.distinct() ? "DISTINCT " : "");
        var facts = catalog.aggregate(function.oid());
        boolean within = facts != null && facts.kind() != 'n';
        if (within) {
            list(operands.subList(0, direct), out);
            out.append(") WITHIN GROUP (ORDER BY ");
            order(aggregate, operands.subList(arguments, operands.size()), out);
        } else if (aggregate.arguments() == 0) {
            out.append('*');
        } else {
            var given = operands.subList(direct, arguments);
            arguments(function, aggregate.variadicArray(), given, out);
            if (!aggregate.order().isEmpty()) {
                out.append(" ORDER BY ");
                order(aggregate, operands.subList(arguments, operands.size()), out);
            }
        }
        out.append(')');
        if (aggregate.filtered()) {
            filter(operands.getLast(), out);
        }
    }

    private void order(Form.Aggregate aggregate, List<RexNode> items, StringBuilder out) {
        for (int i = 0; i < aggregate.order().size(); i++) {
            var order = aggregate.order().get(i);
            out.append(i == 0 ? "" : ", ");
            out.append(clause(items.get(i)));
            out.append(QueryText.order(order.descending(), order.nullsFirst()));
        }
    }

    private void filter(RexNode condition, StringBuilder out) {
        out.append(" FILTER (WHERE ");
        write(condition, out);
        out.append(')');
    }

    /** get_rule_sortgroupclause: an expression that may not be taken for a position or a word. */
    String clause(RexNode value) {
        var text = text(value, true);
        var constant = PgOperator.constant(value);
        if (constant != null) {
            return text.contains("::") ? text : text + "::" + type(PgType.of(value));
        }
        if (value instanceof RexInputRef || value instanceof RexFieldAccess) {
            return text;
        }
        boolean call =
                switch (PgOperator.form(value)) {
                    case Form.Call form -> form.syntax() != Syntax.OPERATOR;
                    case Form.Aggregate ignored -> true;
                    case Form.WindowCall ignored -> true;
                    case Form.OuterAggregate ignored -> true;
                    case null, default -> false;
                };
        return pretty || call ? "(" + text + ")" : text;
    }

    /** The name of a row's field, as its type has it now. */
    private String field(Form.FieldSelect select, RexNode row) {
        var type = catalog.typeOrNull(PgType.of(row).type().oid());
        if (type != null && type.actual().form() == Type.Form.COMPOSITE) {
            var fields = type.actual().fields();
            if (select.field() < fields.size()) {
                return fields.get(select.field()).name();
            }
        }
        return select.name();
    }

    private static RexNode uncast(RexNode node) {
        boolean cast =
                switch (PgOperator.form(node)) {
                    case Form.Call call -> call.syntax() == Syntax.EXPLICIT_CAST;
                    case Form.Relabel relabel -> relabel.syntax() == Syntax.EXPLICIT_CAST;
                    case Form.CoerceViaText text -> text.syntax() == Syntax.EXPLICIT_CAST;
                    case null, default -> false;
                };
        return cast ? ((RexCall) node).getOperands().getFirst() : node;
    }

    private void cast(
            Syntax syntax, RexNode operand, RexCall call, StringBuilder out, boolean shown) {
        if (syntax != Syntax.EXPLICIT_CAST && !shown) {
            operand(operand, call, out, false);
            return;
        }
        open(out);
        operand(operand, call, out, false);
        close(out);
        out.append("::").append(type(PgType.of(call)));
    }

    private void function(Form.Call call, RexCall node, StringBuilder out, boolean shown) {
        var operands = node.getOperands();
        switch (call.syntax()) {
            case EXPLICIT_CAST, IMPLICIT_CAST ->
                    cast(call.syntax(), operands.getFirst(), node, out, shown);
            case OPERATOR -> {
                var operator = call.operator();
                if (operator == null) {
                    throw SqlException.internal("operator call without operator");
                }
                var symbol = operator(operator.name(), operator.schema());
                open(out);
                if (operands.size() == 1) {
                    out.append(symbol).append(' ');
                    operand(operands.getFirst(), node, out, true);
                } else {
                    operand(operands.get(0), node, out, true);
                    out.append(' ').append(symbol).append(' ');
                    operand(operands.get(1), node, out, true);
                }
                close(out);
            }
            case SQL -> {
                if (!sql(call.function(), operands, out)) {
                    plain(call, operands, out);
                }
            }
            case FUNCTION -> plain(call, operands, out);
        }
    }

    private void plain(Form.Call call, List<RexNode> operands, StringBuilder out) {
        out.append(name(call.function())).append('(');
        arguments(call.function(), call.variadicArray(), operands, out);
        out.append(')');
    }

    /** A part of get_func_sql_syntax: words before, between and behind the arguments. */
    private void words(StringBuilder out, List<RexNode> operands, String... words) {
        for (int i = 0; i < operands.size(); i++) {
            out.append(words[i]);
            write(operands.get(i), out, false);
        }
        out.append(words[words.length - 1]);
    }

    /** get_func_sql_syntax; false where a function has no such form. */
    private boolean sql(Function function, List<RexNode> operands, StringBuilder out) {
        int count = operands.size();
        switch (function.name()) {
            case "timezone" -> words(out, operands.reversed(), "(", " AT TIME ZONE ", ")");
            case "overlaps" -> words(out, operands, "((", ", ", ") OVERLAPS (", ", ", "))");
            case "extract" -> {
                var field = PgOperator.constant(operands.getFirst());
                if (field == null || field.value() == null) {
                    return false;
                }
                words(out, operands.subList(1, count), "EXTRACT(" + field.value() + " FROM ", ")");
            }
            case "is_normalized", "normalize" -> {
                var form = count < 2 ? null : PgOperator.constant(operands.get(1));
                boolean test = function.name().equals("is_normalized");
                var word = form == null ? "" : (test ? " " : ", ") + form.value();
                words(
                        out,
                        operands.subList(0, 1),
                        test ? "(" : "NORMALIZE(",
                        test ? " IS" + word + " NORMALIZED)" : word + ")");
            }
            case "overlay" -> {
                var end = count == 4 ? " FOR " : ")";
                words(out, operands, "OVERLAY(", " PLACING ", " FROM ", end, ")");
            }
            case "position" -> words(out, operands.reversed(), "POSITION((", ") IN (", "))");
            case "substring" -> {
                boolean similar = PgType.of(operands.get(1)).type().oid() == Oids.TEXT;
                if (similar && count == 2) {
                    return false;
                }
                words(
                        out,
                        operands,
                        "SUBSTRING(",
                        similar ? " SIMILAR " : " FROM ",
                        count == 3 ? (similar ? " ESCAPE " : " FOR ") : ")",
                        ")");
            }
            case "btrim", "ltrim", "rtrim" -> {
                var side =
                        switch (function.name()) {
                            case "btrim" -> "TRIM(BOTH";
                            case "ltrim" -> "TRIM(LEADING";
                            default -> "TRIM(TRAILING";
                        };
                words(
                        out,
                        operands.reversed(),
                        side + (count == 2 ? " " : " FROM "),
                        count == 2 ? " FROM " : ")",
                        ")");
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void arguments(
            Function function, boolean variadicArray, List<RexNode> operands, StringBuilder out) {
        boolean spreads = function.isVariadic() && function.variadicElement() != Oids.ANY;
        for (int i = 0; i < operands.size(); i++) {
            if (i > 0) {
                out.append(", ");
            }
            boolean last = i == operands.size() - 1;
            if (last
                    && spreads
                    && !variadicArray
                    && PgOperator.form(operands.get(i)) instanceof Form.ArrayBuild) {
                list(((RexCall) operands.get(i)).getOperands(), out);
                continue;
            }
            if (last && (variadicArray || spreads)) {
                out.append("VARIADIC ");
            }
            write(operands.get(i), out, true);
        }
    }

    /** A function's name as it is now. */
    private String name(Function bound) {
        var now = catalog.function(bound.oid());
        return now == null ? name(bound.name(), bound.schema()) : name(now.name(), now.schema());
    }

    private String name(String name, int schema) {
        boolean bare = path == null ? schema == Schema.PG_CATALOG : path.sees(schema);
        return bare
                ? Quoting.identifier(name)
                : Quoting.qualified(catalog.schemaName(schema), name);
    }

    /** An operator's symbol, qualified where the path does not find it. */
    String operator(String symbol, int schema) {
        boolean bare = path == null ? schema == Schema.PG_CATALOG : path.sees(schema);
        return bare
                ? symbol
                : "OPERATOR(" + Quoting.identifier(catalog.schemaName(schema)) + "." + symbol + ")";
    }

    private String type(PgType type) {
        return typeName(type.type(), type.typmod());
    }

    /** format_type_with_typemod, qualified where the path does not find it. */
    public String typeName(Type bound, int typmod) {
        var now = catalog.typeOrNull(bound.oid());
        var type = now == null ? bound : now;
        var element = type.isTrueArray() && type.base() == null ? type.element() : null;
        if (element != null) {
            return typeName(element, typmod) + "[]";
        }
        int schema = catalog.schemaOfType(type.oid());
        boolean bare = path == null ? schema == Schema.PG_CATALOG : path.sees(schema);
        var text = type.formatType(typmod);
        return bare ? text : Quoting.identifier(catalog.schemaName(schema)) + "." + text;
    }

    /** A key word on a line of its own, as appendContextKeyword puts it. */
    private void line(StringBuilder out, String word) {
        int end = out.length();
        while (end > 0 && out.charAt(end - 1) == ' ') {
            end--;
        }
        out.setLength(end);
        out.append('\n').append(" ".repeat(indent)).append(word);
    }

    private void choice(Form.Case form, List<RexNode> operands, PgType type, StringBuilder out) {
        int at = 0;
        line(out, "CASE");
        indent += INDENT;
        if (form.placeholder() >= 0) {
            out.append(' ');
            write(operands.get(at++), out, true);
        }
        while (at + 1 < operands.size()) {
            line(out, "WHEN ");
            write(operands.get(at++), out);
            out.append(" THEN ");
            write(operands.get(at++), out, true);
        }
        line(out, "ELSE ");
        var otherwise = operands.get(at);
        var constant = PgOperator.constant(otherwise);
        if (constant != null && constant.value() == null) {
            out.append("NULL::").append(type(type));
        } else {
            write(otherwise, out, true);
        }
        indent -= INDENT;
        line(out, "END");
    }

    private void subscript(Form.Subscript subscript, List<RexNode> operands, StringBuilder out) {
        var container = operands.getFirst();
        boolean plain = container instanceof RexInputRef || container instanceof RexFieldAccess;
        if (!plain) {
            out.append('(');
        }
        write(container, out);
        if (!plain) {
            out.append(')');
        }
        int at = 1;
        for (var bracket : subscript.brackets()) {
            out.append('[');
            if (bracket.hasLower()) {
                write(operands.get(at++), out);
            }
            if (bracket.slice()) {
                out.append(':');
            }
            if (bracket.hasUpper()) {
                write(operands.get(at++), out);
            }
            out.append(']');
        }
    }

    /** get_const_expr. */
    private void constant(@Nullable Object value, PgType type, StringBuilder out) {
        if (value == null) {
            out.append("NULL::").append(typeName(type.type(), -1));
            return;
        }
        // The label of an enum may have another name by now.
        var element = type.type().element();
        boolean labels =
                type.type().actual().form() == Type.Form.ENUM
                        || element != null && element.form() == Type.Form.ENUM;
        var now = labels ? catalog.typeOrNull(type.type().oid()) : null;
        var text = (now == null ? type.type() : now).format(value, types);
        switch (type.type().oid()) {
            case Oids.BOOL -> out.append(text.equals("t") ? "true" : "false");
            case Oids.INT4 -> {
                if (text.startsWith("-")) {
                    out.append("'").append(text).append("'::integer");
                } else {
                    out.append(text);
                }
            }
            case Oids.NUMERIC -> {
                boolean plain = text.chars().allMatch(c -> "0123456789.eE".indexOf(c) >= 0);
                boolean fraction = text.chars().anyMatch(c -> ".eE".indexOf(c) >= 0);
                if (plain && fraction) {
                    out.append(text);
                } else {
                    out.append("'").append(text).append("'::numeric");
                }
            }
            case Oids.UNKNOWN -> out.append(Quoting.literal(text));
            case Oids.REGCLASS -> {
                var relation = catalog.relation(((Long) value).intValue());
                var name = relation == null ? text : name(relation.name(), relation.schema());
                out.append(Quoting.literal(name)).append("::regclass");
            }
            case Oids.BIT, Oids.VARBIT ->
                    out.append("B'").append(text).append("'::").append(typeName(type.type(), -1));
            default ->
                    out.append(Quoting.literal(text))
                            .append("::")
                            .append(typeName(type.type(), -1));
        }
    }

    /** An expression in parentheses unless it is a call. */
    public String wrapped(RexNode node) {
        var text = text(node);
        boolean call =
                PgOperator.form(node) instanceof Form.Call form && form.syntax() == Syntax.FUNCTION;
        return call ? text : "(" + text + ")";
    }

    static List<String> names(dev.quiverdb.sql.catalog.Relation relation) {
        var names = new ArrayList<String>();
        for (var column : relation.liveColumns()) {
            names.add(column.name());
        }
        return names;
    }
}
