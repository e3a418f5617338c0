package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.parse.Expr;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/** Finds what names in expressions mean, after transformColumnRef. */
final class ColumnReferences {
    /** One column that a star stands for. */
    record Expanded(String name, RexNode expression) {}

    private final ExpressionBinder binder;
    private final State state;

    ColumnReferences(ExpressionBinder binder) {
        this.binder = binder;
        this.state = binder.state;
    }

    RexNode bind(Expr.ColumnRef reference) {
        var names = reference.names();
        int offset = reference.offset();
        var place = binder.kind.noColumns();
        if (place != null) {
            throw Errors.at(
                    offset,
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "cannot use column reference in " + place);
        }
        if (reference.star()) {
            if (names.isEmpty()) {
                throw Errors.at(
                        offset,
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "row expansion via \"*\" is not supported here");
            }
            var found = item(names, names.size(), offset);
            return wholeRow(found, offset);
        }
        if (names.size() == 1) {
            return single(names.getFirst(), offset);
        }
        if (names.size() > 4) {
            throw Errors.at(
                    offset,
                    SqlState.SYNTAX_ERROR,
                    "improper qualified name (too many dotted names): " + Errors.name(names));
        }
        if (names.size() == 4 && !names.getFirst().equals(state.context.database())) {
            throw Errors.at(
                    offset,
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "cross-database references are not implemented: " + Errors.name(names));
        }
        var argument = argument(names, offset);
        if (argument != null && findItem(names.subList(0, names.size() - 1), offset) == null) {
            return argument;
        }
        var found = item(names, names.size() - 1, offset);
        var column = column(found, names.getLast(), offset);
        if (column != null) {
            return column;
        }
        if (argument != null) {
            return argument;
        }
        var whole = wholeRow(found, offset);
        var field = Indirections.field(state, whole, names.getLast());
        if (field != null) {
            return field;
        }
        var attribute = new FunctionCalls(binder).attribute(names.getLast(), whole, offset);
        if (attribute != null) {
            return attribute;
        }
        throw Errors.at(
                offset,
                SqlState.UNDEFINED_COLUMN,
                "column " + found.item.alias + "." + names.getLast() + " does not exist");
    }

    private RexNode single(String name, int offset) {
        var named = binder.named;
        if (named != null && named.name().equals(name)) {
            return named.value();
        }
        for (var scope = binder.scope; scope != null; scope = scope.parent) {
            var column = scope.find(name, offset);
            if (column != null) {
                return use(scope, column.expression(), offset);
            }
        }
        for (var scope = binder.scope; scope != null; scope = scope.parent) {
            var item = scope.item(null, name, offset);
            if (item != null) {
                return wholeRow(new Found(scope, item), offset);
            }
        }
        var argument = argument(List.of(name), offset);
        if (argument != null) {
            return argument;
        }
        var error =
                Errors.at(
                        offset,
                        SqlState.UNDEFINED_COLUMN,
                        "column \"" + name + "\" does not exist");
        var hint = Hints.column(binder.scope, null, name);
        throw error.withHint(hint);
    }

    /** An argument of the function whose body this is; null for none. */
    private @Nullable RexNode argument(List<String> names, int offset) {
        var routine = state.routine;
        return routine == null ? null : routine.find(state, names, offset);
    }

    private record Found(Scope scope, Scope.Item item) {}

    private Found item(List<String> names, int count, int offset) {
        var name = names.get(count - 1);
        var schema = count > 1 ? names.get(count - 2) : null;
        for (var scope = binder.scope; scope != null; scope = scope.parent) {
            var item = scope.item(schema, name, offset);
            if (item != null) {
                return new Found(scope, item);
            }
        }
        throw Hints.missingItem(binder.scope, name, offset);
    }

    private @Nullable RexNode column(Found found, String name, int offset) {
        Scope.Column match = null;
        for (var column : found.item.columns) {
            if (column.name().equals(name)) {
                if (match != null) {
                    throw Errors.at(
                            offset,
                            SqlState.AMBIGUOUS_COLUMN,
                            "column reference \"" + name + "\" is ambiguous");
                }
                match = column;
            }
        }
        if (match == null) {
            match = SystemColumn.find(state, found.item, name);
        }
        return match == null ? null : use(found.scope, match.expression(), offset);
    }

    private RexNode use(Scope scope, RexNode expression, int offset) {
        var written = scope.written(expression, scope == binder.scope);
        state.offsets.put(written, offset);
        return written;
    }

    private RexNode wholeRow(Found found, int offset) {
        var item = found.item;
        if (item.scalar) {
            return use(found.scope, item.columns.getFirst().expression(), offset);
        }
        var fields = new ArrayList<RexNode>();
        for (var column : item.columns) {
            fields.add(use(found.scope, column.expression(), offset));
        }
        var type = item.rowType == null ? PgType.of(Oids.RECORD) : item.rowType;
        var row =
                PgOperator.call(
                        new Form.Row(item.columns.stream().map(Scope.Column::name).toList()),
                        type,
                        fields);
        return item.presence < 0
                ? row
                : PgOperator.call(
                        new Form.PresentRow(),
                        type,
                        found.scope.presence(item.presence, found.scope == binder.scope),
                        row);
    }

    /** The columns that a star in a target list or row stands for. */
    List<Expanded> expand(Expr.ColumnRef reference) {
        var names = reference.names();
        int offset = reference.offset();
        var columns = new ArrayList<Expanded>();
        if (names.isEmpty()) {
            boolean any = false;
            for (var item : binder.scope.namespace) {
                if (item.columnsVisible) {
                    any = true;
                    for (var column : item.columns) {
                        if (column.starred()) {
                            columns.add(
                                    new Expanded(
                                            column.name(),
                                            use(binder.scope, column.expression(), offset)));
                        }
                    }
                }
            }
            if (!any) {
                throw Errors.at(
                        offset,
                        SqlState.SYNTAX_ERROR,
                        "SELECT * with no tables specified is not valid");
            }
            return columns;
        }
        var found = findItem(names, offset);
        if (found == null) {
            if (names.size() == 1) {
                var composite = composite(names.getFirst(), offset);
                if (composite != null) {
                    return composite;
                }
            } else {
                var prefix = findItem(names.subList(0, names.size() - 1), offset);
                var column = prefix == null ? null : column(prefix, names.getLast(), offset);
                if (column != null) {
                    return Indirections.expandRow(state, column, offset);
                }
            }
            var argument = argument(names, offset);
            if (argument != null) {
                return Indirections.expandRow(state, argument, offset);
            }
            throw Hints.missingItem(binder.scope, names.getLast(), offset);
        }
        for (var column : found.item.columns) {
            if (column.starred()) {
                columns.add(
                        new Expanded(column.name(), use(found.scope, column.expression(), offset)));
            }
        }
        return columns;
    }

    private @Nullable Found findItem(List<String> names, int offset) {
        var name = names.getLast();
        var schema = names.size() > 1 ? names.get(names.size() - 2) : null;
        for (var scope = binder.scope; scope != null; scope = scope.parent) {
            var item = scope.item(schema, name, offset);
            if (item != null) {
                return new Found(scope, item);
            }
        }
        return null;
    }

    private @Nullable List<Expanded> composite(String name, int offset) {
        for (var scope = binder.scope; scope != null; scope = scope.parent) {
            var column = scope.find(name, offset);
            if (column != null) {
                return Indirections.expandRow(
                        state, use(scope, column.expression(), offset), offset);
            }
        }
        return null;
    }

    static SqlException notComposite(Type type, int offset) {
        return Errors.at(
                offset,
                SqlState.WRONG_OBJECT_TYPE,
                "type " + type.formatType(-1) + " is not composite");
    }
}
