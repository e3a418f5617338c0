package dev.quiverdb.server.session;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.pgwire.message.ResultField;
import dev.quiverdb.server.QueryPath;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.parse.Statement;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A prepared statement: its text and tree for good, its plan for as long as what it uses stays as
 * it is. Belongs to one session.
 */
final class PreparedStatement {
    private final String name;
    private final String text;
    private final @Nullable Statement statement;
    private final List<Integer> declaredTypes;
    private final boolean fromSql;
    private final long preparedMicros;

    private List<Type> parameterTypes = List.of();
    private @Nullable List<ResultField> fields;
    private QueryPath.@Nullable Prepared plan;
    private String planEnvironment = "";

    /**
     * @param statement null for the empty statement
     * @param declaredTypes OIDs as the client gave them
     */
    PreparedStatement(
            String name,
            String text,
            @Nullable Statement statement,
            List<Integer> declaredTypes,
            boolean fromSql,
            long preparedMicros) {
        this.name = name;
        this.text = text;
        this.statement = statement;
        this.declaredTypes = List.copyOf(declaredTypes);
        this.fromSql = fromSql;
        this.preparedMicros = preparedMicros;
    }

    String name() {
        return name;
    }

    String text() {
        return text;
    }

    @Nullable Statement statement() {
        return statement;
    }

    List<Integer> declaredTypes() {
        return declaredTypes;
    }

    boolean fromSql() {
        return fromSql;
    }

    long preparedMicros() {
        return preparedMicros;
    }

    List<Type> parameterTypes() {
        return parameterTypes;
    }

    /** The result's columns in text format; null if there are none. */
    @Nullable List<ResultField> fields() {
        return fields;
    }

    void describe(List<Type> types, @Nullable List<ResultField> newFields) {
        parameterTypes = List.copyOf(types);
        fields = newFields == null ? null : List.copyOf(newFields);
    }

    QueryPath.@Nullable Prepared plan() {
        return plan;
    }

    /**
     * @param environment the settings that the plan depends on, as text
     */
    void plan(QueryPath.Prepared newPlan, String environment) {
        plan = newPlan;
        planEnvironment = environment;
    }

    /** The plan, if it still holds in this catalog and environment. */
    QueryPath.@Nullable Prepared validPlan(Catalog catalog, String environment) {
        var known = plan;
        return known != null
                        && planEnvironment.equals(environment)
                        && current(known.bound().uses(), catalog)
                ? known
                : null;
    }

    static boolean current(Map<Integer, Long> uses, Catalog catalog) {
        for (var use : uses.entrySet()) {
            var object = catalog.object(use.getKey());
            if (object == null || object.version() != use.getValue()) {
                return false;
            }
        }
        return true;
    }
}
