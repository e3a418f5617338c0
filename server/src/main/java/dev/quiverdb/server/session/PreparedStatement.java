package dev.quiverdb.server.session;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.pgwire.message.ResultField;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.parse.Statement;
import java.util.List;
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
    private final boolean shareable;
    private @Nullable CachedPlan plan;
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
        this(name, text, statement, declaredTypes, fromSql, preparedMicros, false);
    }

    private PreparedStatement(
            String name,
            String text,
            @Nullable Statement statement,
            List<Integer> declaredTypes,
            boolean fromSql,
            long preparedMicros,
            boolean shareable) {
        this.name = name;
        this.text = text;
        this.statement = statement;
        this.declaredTypes = List.copyOf(declaredTypes);
        this.fromSql = fromSql;
        this.preparedMicros = preparedMicros;
        this.shareable = shareable;
    }

    /** A statement that is all of its text, so that text and parameter types say what it is. */
    static PreparedStatement ofText(
            String name,
            String text,
            @Nullable Statement statement,
            List<Integer> declaredTypes,
            long preparedMicros) {
        return new PreparedStatement(
                name, text, statement, declaredTypes, false, preparedMicros, true);
    }

    /** Whether text and parameter types say what it is. */
    boolean shareable() {
        return shareable && text.length() <= PlanCache.STATEMENT_CHARACTERS_MAX;
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

    /** The newest plan, whether or not it still holds. */
    @Nullable CachedPlan plan() {
        return plan;
    }

    /**
     * @param environment the settings that the plan depends on, as text
     */
    void plan(CachedPlan newPlan, String environment) {
        plan = newPlan;
        planEnvironment = environment;
    }

    /** The plan, if it still holds in this catalog and environment. */
    @Nullable CachedPlan validPlan(Catalog catalog, String environment) {
        var known = plan;
        return known != null && planEnvironment.equals(environment) && known.holds(catalog)
                ? known
                : null;
    }
}
