package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.SearchPath;
import dev.quiverdb.sql.parse.Expr;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * Definitions of catalog objects as SQL text, as pg_get_indexdef and its kin answer them. Every
 * call binds what is stored anew, so names are those of now.
 */
public final class Definitions {
    private final BindContext context;
    private final Catalog catalog;
    private final boolean pretty;

    public Definitions(BindContext context) {
        this(context, false);
    }

    /**
     * @param pretty for people: fewer parentheses, and names as short as the search path allows
     */
    public Definitions(BindContext context, boolean pretty) {
        this.context = context;
        this.catalog = context.catalog();
        this.pretty = pretty;
    }

    private State state() {
        return new State(context, List.of());
    }

    private Deparser deparser(Relation relation, @Nullable SearchPath path) {
        return new Deparser(catalog, path, Deparser.names(relation), context.types(), pretty);
    }

    /** The text of a stored expression over a relation's columns; null relation for none. */
    public String expression(String stored, @Nullable Relation relation) {
        try {
            if (relation == null) {
                return new Deparser(
                                catalog, context.searchPath(), List.of(), context.types(), pretty)
                        .text(StoredExpressions.standalone(state(), stored));
            }
            return deparser(relation, context.searchPath())
                    .text(StoredExpressions.overTable(state(), relation, stored));
        } catch (SqlException unreadable) {
            return stored;
        }
    }

    /** The CHECK of a domain. */
    public String domainCheck(Constraint constraint) {
        var domain = catalog.type(constraint.domain());
        var stored = constraint.check();
        if (stored == null) {
            return "";
        }
        try {
            var node =
                    StoredExpressions.domainCheck(
                            state(),
                            stored,
                            dev.quiverdb.sql.algebra.PgType.of(domain.actual(), -1),
                            0);
            return new Deparser(catalog, context.searchPath(), List.of(), context.types(), pretty)
                    .text(node);
        } catch (SqlException unreadable) {
            return stored;
        }
    }

    /** pg_get_indexdef. */
    public String index(Relation index) {
        var part = index.index();
        var table = part == null ? null : catalog.relation(part.relation());
        if (part == null || table == null) {
            return "";
        }
        var text = new StringBuilder("CREATE ");
        text.append(part.unique() ? "UNIQUE INDEX " : "INDEX ");
        text.append(Quoting.identifier(index.name()));
        text.append(" ON ").append(pretty ? visible(table) : qualified(table));
        text.append(" USING ").append(Quoting.identifier(part.method())).append(" (");
        for (int i = 0; i < part.keyCount(); i++) {
            text.append(i == 0 ? "" : ", ").append(key(index, i + 1, true));
        }
        text.append(')');
        if (part.keyCount() < part.keys().size()) {
            text.append(" INCLUDE (");
            for (int i = part.keyCount(); i < part.keys().size(); i++) {
                text.append(i == part.keyCount() ? "" : ", ").append(key(index, i + 1, false));
            }
            text.append(')');
        }
        if (part.nullsNotDistinct()) {
            text.append(" NULLS NOT DISTINCT");
        }
        text.append(options(index));
        var predicate = part.predicate();
        if (predicate != null) {
            var condition = StoredExpressions.overTable(state(), table, predicate);
            text.append(" WHERE ").append(deparser(table, context.searchPath()).text(condition));
        }
        return text.toString();
    }

    private String options(Relation index) {
        if (index.options().isEmpty()) {
            return "";
        }
        var parts = new ArrayList<String>();
        index.options()
                .forEach((name, value) ->
                        parts.add(Quoting.identifier(name) + "=" + Quoting.literal(value)));
        return " WITH (" + String.join(", ", parts) + ")";
    }

    private String qualified(Relation relation) {
        var schema =
                relation.schema() == context.searchPath().temporary()
                        ? "pg_temp"
                        : catalog.schemaName(relation.schema());
        return Quoting.qualified(schema, relation.name());
    }

    /** A relation's name, qualified where the search path does not find it. */
    private String visible(Relation relation) {
        return context.searchPath().sees(relation.schema())
                ? Quoting.identifier(relation.name())
                : qualified(relation);
    }

    /** One key of an index, by number from 1; {@code full} adds operator class and order. */
    public String key(Relation index, int number, boolean full) {
        var part = index.index();
        var table = part == null ? null : catalog.relation(part.relation());
        if (part == null || table == null || number < 1 || number > part.keys().size()) {
            return "";
        }
        var key = part.keys().get(number - 1);
        var expression = key.expression();
        String text;
        dev.quiverdb.base.type.Type type;
        if (expression == null) {
            var column = table.column(key.column());
            text = Quoting.identifier(column.name());
            type = catalog.type(column.type());
        } else {
            RexNode node = StoredExpressions.overTable(state(), table, expression);
            text = deparser(table, context.searchPath()).wrapped(node);
            type = Coercion.type(node);
        }
        if (!full) {
            return text;
        }
        var out = new StringBuilder(text);
        var operatorClass = catalog.operatorClass(key.operatorClass());
        var method = catalog.accessMethod(part.method());
        if (operatorClass != null && method != null) {
            var standard = catalog.defaultOperatorClass(method.oid(), type);
            if (standard == null || standard.oid() != operatorClass.oid()) {
                out.append(' ')
                        .append(
                                context.searchPath().sees(operatorClass.schema())
                                        ? Quoting.identifier(operatorClass.name())
                                        : Quoting.qualified(
                                                catalog.schemaName(operatorClass.schema()),
                                                operatorClass.name()));
            }
        }
        if (part.method().equals("btree")) {
            if (key.descending()) {
                out.append(" DESC");
                if (!key.nullsFirst()) {
                    out.append(" NULLS LAST");
                }
            } else if (key.nullsFirst()) {
                out.append(" NULLS FIRST");
            }
        }
        return out.toString();
    }

    /** A view's query under the names of now. */
    public String view(Relation view) {
        return ViewText.shown(context, view, pretty);
    }

    /** pg_get_constraintdef. */
    public String constraint(Constraint constraint) {
        var text = new StringBuilder();
        switch (constraint.kind()) {
            case 'p', 'u' -> {
                text.append(constraint.kind() == 'p' ? "PRIMARY KEY " : "UNIQUE ");
                var index = catalog.relation(constraint.index());
                var part = index == null ? null : index.index();
                if (part != null && part.nullsNotDistinct()) {
                    text.append("NULLS NOT DISTINCT ");
                }
                text.append(columns(constraint.relation(), constraint.columns()));
                if (part != null && part.keyCount() < part.keys().size() && index != null) {
                    var names = new ArrayList<String>();
                    for (int i = part.keyCount(); i < part.keys().size(); i++) {
                        names.add(key(index, i + 1, false));
                    }
                    text.append(" INCLUDE (").append(String.join(", ", names)).append(')');
                }
            }
            case 'f' -> foreignKey(constraint, text);
            default -> {
                var check = constraint.check();
                var relation =
                        constraint.relation() == 0 ? null : catalog.relation(constraint.relation());
                var condition =
                        check == null
                                ? "true"
                                : relation == null
                                        ? domainCheck(constraint)
                                        : expression(check, relation);
                text.append("CHECK (").append(condition).append(')');
                if (constraint.noInherit()) {
                    text.append(" NO INHERIT");
                }
            }
        }
        if (constraint.deferrable()) {
            text.append(" DEFERRABLE");
        }
        if (constraint.initiallyDeferred()) {
            text.append(" INITIALLY DEFERRED");
        }
        if (!constraint.validated()) {
            text.append(" NOT VALID");
        }
        return text.toString();
    }

    private void foreignKey(Constraint constraint, StringBuilder text) {
        var target = catalog.relation(constraint.referencedRelation());
        text.append("FOREIGN KEY ").append(columns(constraint.relation(), constraint.columns()));
        text.append(" REFERENCES ");
        if (target != null) {
            text.append(visible(target));
        }
        text.append(columns(constraint.referencedRelation(), constraint.referencedColumns()));
        if (constraint.match() == 'f') {
            text.append(" MATCH FULL");
        }
        text.append(action(" ON UPDATE ", constraint.onUpdate()));
        text.append(action(" ON DELETE ", constraint.onDelete()));
        if (!constraint.deleteSetColumns().isEmpty()) {
            text.append(' ').append(columns(constraint.relation(), constraint.deleteSetColumns()));
        }
    }

    private static String action(String event, char action) {
        return switch (action) {
            case 'r' -> event + "RESTRICT";
            case 'c' -> event + "CASCADE";
            case 'n' -> event + "SET NULL";
            case 'd' -> event + "SET DEFAULT";
            default -> "";
        };
    }

    private String columns(int relation, List<Integer> numbers) {
        var table = catalog.relation(relation);
        var names = new ArrayList<String>();
        if (table != null) {
            for (int number : numbers) {
                names.add(Quoting.identifier(table.column(number).name()));
            }
        }
        return "(" + String.join(", ", names) + ")";
    }

    /** The name that an expression gives an index column. */
    static String columnName(Expr expression) {
        return QueryNames.ofIndexExpression(expression);
    }
}
