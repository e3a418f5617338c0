package dev.quiverdb.server.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.PlanWalker;
import dev.quiverdb.server.QueryPath;
import dev.quiverdb.sql.parse.OpenText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Plans for texts that differ in literals alone. A text's literals become parameters ({@link
 * OpenText}); the plan of that is used from then on if a first comparison shows that it is the plan
 * of the text as it stands, node by node and index by index, and that it reads tables by index
 * only, so that no row of a scan pays for a literal that is not folded. Used by the session's
 * thread.
 */
final class OpenStatements {
    /** Distinguishes these plans from those of a client's own parameters. */
    private static final int MARK = -1;

    /** Types whose values are read from a literal alone and whose parameters behave as it does. */
    private static final Set<Integer> PLAIN_TYPES =
            Set.of(
                    Oids.BOOL,
                    Oids.INT2,
                    Oids.INT4,
                    Oids.INT8,
                    Oids.FLOAT4,
                    Oids.FLOAT8,
                    Oids.NUMERIC,
                    Oids.TEXT,
                    Oids.VARCHAR,
                    Oids.BPCHAR,
                    Oids.UUID,
                    Oids.DATE,
                    Oids.TIMESTAMP,
                    Oids.TIMESTAMPTZ,
                    Oids.JSON,
                    Oids.JSONB,
                    Oids.VECTOR);

    /** Makes a plan for this session as it is; null where the text would mean another next time. */
    interface Maker {
        @Nullable CachedPlan make(PreparedStatement prepared, List<Integer> types);
    }

    /** A plan and the values of its parameters. */
    record Bound(PreparedStatement prepared, List<@Nullable Object> parameters) {}

    private record Known(String sql, @Nullable OpenText open) {}

    private final SessionState state;
    private final Maker maker;
    private @Nullable Known newest;

    OpenStatements(SessionState state, Maker maker) {
        this.state = state;
        this.maker = maker;
    }

    private @Nullable OpenText open(String sql) {
        var known = newest;
        if (known == null || !known.sql.equals(sql)) {
            known =
                    new Known(
                            sql,
                            sql.length() > PlanCache.STATEMENT_CHARACTERS_MAX
                                    ? null
                                    : OpenText.of(sql));
            newest = known;
        }
        return known.open;
    }

    private static List<Integer> types(OpenText open) {
        return open.literals().stream()
                .map(literal ->
                        switch (literal.kind()) {
                            case INTEGER -> Oids.INT4;
                            case BIGINT -> Oids.INT8;
                            case NUMERIC -> Oids.NUMERIC;
                            case UNKNOWN -> 0;
                        })
                .toList();
    }

    private PlanCache.Key key(OpenText open, List<Integer> types) {
        var marked = new ArrayList<>(types);
        marked.add(MARK);
        return new PlanCache.Key(
                state.database().oid(), open.text(), marked, state.textEnvironment());
    }

    /** The plan under which a text with other literals was run before; null if there is none. */
    @Nullable CachedPlan find(String sql) {
        if (!state.transaction().sharesCatalog() || !state.sharesTexts()) {
            return null;
        }
        var open = open(sql);
        if (open == null) {
            return null;
        }
        var plan = state.plans().find(key(open, types(open)), state.database().catalog());
        return plan == null || plan.outgrown(state.database().storage(), state.nowMicros())
                ? null
                : plan;
    }

    /** The plan and values for a text; null if it must be planned as it stands. */
    @Nullable Bound bind(String sql) {
        if (!state.sharesTexts()) {
            return null;
        }
        var open = open(sql);
        if (open == null || !state.transaction().sharesCatalog()) {
            return null;
        }
        state.transaction().beginStatement(state.nowMicros());
        var types = types(open);
        var key = key(open, types);
        var catalog = state.database().catalog();
        var plan = state.plans().find(key, catalog);
        if (plan == null) {
            if (!state.plans().isCandidate(key, catalog)) {
                return null;
            }
            plan = make(sql, open, types);
            if (plan == null) {
                state.plans().refuse(key, catalog);
                return null;
            }
            state.plans().put(key, plan);
        }
        var values = values(open, plan);
        if (values == null) {
            return null;
        }
        var prepared =
                PreparedStatement.ofText(
                        "", open.text(), plan.statement(), types, state.nowMicros());
        prepared.plan(plan, state.planEnvironment());
        prepared.describe(plan.bound().parameters(), plan.fields());
        return new Bound(prepared, values);
    }

    private @Nullable CachedPlan make(String sql, OpenText open, List<Integer> types) {
        try {
            var template = maker.make(prepared(open.text(), types), types);
            var literal = maker.make(prepared(sql, List.of()), List.of());
            if (template == null
                    || literal == null
                    || template.perValues()
                    || literal.perValues()) {
                return null;
            }
            var parameters = template.bound().parameters();
            boolean plain =
                    parameters.size() == types.size()
                            && parameters.stream().allMatch(t -> PLAIN_TYPES.contains(t.oid()));
            var sketch = sketch(template.plan());
            return plain
                            && sketch != null
                            && sketch.equals(sketch(literal.plan()))
                            && template.bound().outputs().equals(literal.bound().outputs())
                    ? template
                    : null;
        } catch (SqlException e) {
            // Planning the text as it stands will say what is wrong, where it stands.
            return null;
        }
    }

    private PreparedStatement prepared(String text, List<Integer> types) {
        var statements = QueryPath.parse(text);
        return PreparedStatement.ofText("", text, statements.getFirst(), types, state.nowMicros());
    }

    private @Nullable List<@Nullable Object> values(OpenText open, CachedPlan plan) {
        var types = plan.bound().parameters();
        List<@Nullable Object> values = new ArrayList<>(types.size());
        try {
            for (int i = 0; i < types.size(); i++) {
                values.add(value(open.literals().get(i), types.get(i)));
            }
        } catch (SqlException e) {
            return null;
        }
        return values;
    }

    private Object value(OpenText.Literal literal, Type type) {
        return switch (literal.kind()) {
            case INTEGER -> Integer.valueOf(literal.value());
            case BIGINT -> Long.valueOf(literal.value());
            case NUMERIC -> Types.NUMERIC.parse(literal.value(), -1, state.typeContext());
            case UNKNOWN ->
                    type.oid() == Oids.TEXT
                            ? literal.value()
                            : type.parse(literal.value(), -1, state.typeContext());
        };
    }

    /**
     * The plan's nodes and the indexes they read, from the top; null if one of them reads a table
     * otherwise.
     */
    private static @Nullable List<String> sketch(Plan plan) {
        List<String> nodes = new ArrayList<>();
        return sketch(plan, nodes) ? nodes : null;
    }

    private static String sketch(Plan.IndexScan scan) {
        return "index %d %d %b %b %b %b"
                .formatted(
                        scan.index().indexId(),
                        scan.equal().size(),
                        scan.lower() == null,
                        scan.upper() == null,
                        scan.backward(),
                        scan.filter() == null);
    }

    private static boolean sketch(Plan plan, List<String> nodes) {
        var node =
                switch (plan) {
                    case Plan.IndexScan p -> sketch(p);
                    case Plan.VectorSearch p when p.index() != null ->
                            "vector %d %s %b %s"
                                    .formatted(
                                            p.index().indexId(),
                                            p.mode(),
                                            p.filter() == null,
                                            p.matching() == null || p.matching().byIndex() == null
                                                    ? ""
                                                    : sketch(p.matching().byIndex()));
                    case Plan.Values p -> "values " + p.rows().size();
                    case Plan.Result _ -> "result";
                    case Plan.Project _ -> "project";
                    case Plan.Filter _ -> "filter";
                    case Plan.Limit _ -> "limit";
                    case Plan.Sort _ -> "sort";
                    case Plan.TopN _ -> "top";
                    case Plan.LockRows _ -> "lock";
                    case Plan.Insert _ -> "insert";
                    case Plan.Update _ -> "update";
                    case Plan.Delete _ -> "delete";
                    default -> "";
                };
        nodes.add(node);
        return !node.isEmpty() && PlanWalker.inputs(plan).stream().allMatch(p -> sketch(p, nodes));
    }
}
