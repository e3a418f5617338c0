package dev.quiverdb.server.session;

import dev.quiverdb.pgwire.message.ResultField;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.PlanContext;
import dev.quiverdb.server.QueryPath;
import dev.quiverdb.sql.bind.BoundStatement;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Statement;
import dev.quiverdb.storage.Storage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A statement that is ready to run, with what a session would otherwise work out anew each time.
 * Shared by sessions; thread-safe.
 *
 * <p>A plan depends on the objects that were looked at, on all that hangs on them (indexes,
 * constraints, policies), on roles and on schemas. While none of them has changed it {@link
 * #holds}. That the text's <i>names</i> still mean the same objects is sure only in the very
 * catalog that it was {@link #plannedIn}; a session that has prepared the statement earlier does
 * not ask for it, as in PostgreSQL.
 */
final class CachedPlan {
    /** How far a table may grow or shrink before its plans are made anew. */
    private static final int SIZE_FACTOR = 4;

    private static final long SIZE_ROWS_MIN = 1000;
    private static final long SIZE_CHECK_MICROS = 1_000_000;

    /** Below so many rows reading a table is cheaper than planning for the values. */
    private static final long PLANNING_ROWS = 500;

    private final Statement statement;
    private final QueryPath.Prepared prepared;
    private final @Nullable List<ResultField> fields;
    private final int[] relations;
    private final boolean quick;
    private final boolean quickWrite;
    private final boolean quickSearch;
    private final boolean restartable;
    private final boolean perValues;
    private final Catalog plannedIn;
    private final Map<Integer, Long> dependents;
    private final Map<Integer, Long> tabletRows;

    /** The newest catalog in which it was found to hold. */
    private volatile Catalog checked;

    private volatile long sizesCheckedMicros;

    private final SearchPace pace = new SearchPace();

    /**
     * @param tabletRows the sizes that the planner saw, by tablet
     */
    CachedPlan(
            Statement statement,
            QueryPath.Prepared prepared,
            @Nullable List<ResultField> fields,
            Catalog plannedIn,
            Map<Integer, Long> tabletRows,
            long nowMicros) {
        this(
                statement,
                prepared,
                fields,
                plannedIn,
                tabletRows,
                nowMicros,
                prepared.planned().fails()
                        || (prepared.planned().valuesMatter()
                                && tabletRows.values().stream().anyMatch(n -> n >= PLANNING_ROWS)));
    }

    private CachedPlan(
            Statement statement,
            QueryPath.Prepared prepared,
            @Nullable List<ResultField> fields,
            Catalog plannedIn,
            Map<Integer, Long> tabletRows,
            long nowMicros,
            boolean perValues) {
        this.perValues = perValues;
        this.statement = statement;
        this.prepared = prepared;
        this.fields = fields;
        this.plannedIn = plannedIn;
        this.tabletRows = Map.copyOf(tabletRows);
        var bound = prepared.bound();
        relations =
                bound.uses().keySet().stream()
                        .mapToInt(Integer::intValue)
                        .filter(oid ->
                                plannedIn.object(oid) instanceof Relation relation
                                        && relation.index() == null)
                        .toArray();
        dependents = dependents(bound.uses(), plannedIn);
        var shared = !perValues;
        quick =
                shared
                        && bound.readOnly()
                        && bound.into() == null
                        && QuickPlans.isQuick(prepared.plan());
        quickWrite = shared && bound.into() == null && QuickPlans.isQuickWrite(prepared.plan());
        quickSearch = shared && bound.readOnly() && QuickPlans.isQuickSearch(prepared.plan());
        restartable = shared && bound.readOnly() && QuickPlans.isRestartable(prepared.plan());
        checked = plannedIn;
        sizesCheckedMicros = nowMicros;
    }

    private static Map<Integer, Long> dependents(Map<Integer, Long> uses, Catalog catalog) {
        Map<Integer, Long> found = new HashMap<>();
        for (int oid : uses.keySet()) {
            for (var object : catalog.dependents(oid)) {
                found.put(object.oid(), object.version());
            }
        }
        return found;
    }

    Statement statement() {
        return statement;
    }

    QueryPath.Prepared prepared() {
        return prepared;
    }

    BoundStatement.Rows bound() {
        return prepared.bound();
    }

    Plan plan() {
        return prepared.plan();
    }

    /** The result's columns in text format; null if no rows come back. */
    @Nullable List<ResultField> fields() {
        return fields;
    }

    /** OIDs of the relations to be locked. The array is not to be changed. */
    int[] relations() {
        return relations;
    }

    /** Whether it only reads, soon and few rows. */
    boolean quick() {
        return quick;
    }

    /** Whether it changes few rows, soon; it may wait for locks. */
    boolean quickWrite() {
        return quickWrite;
    }

    /** Whether it is a search by index that usually takes little time. */
    boolean quickSearch() {
        return quickSearch;
    }

    /** How long its searches took of late on threads that should not be held up. */
    SearchPace pace() {
        return pace;
    }

    /** Whether its operators may be kept for the next execution. */
    boolean restartable() {
        return restartable;
    }

    /**
     * Whether each execution is to be planned anew with the values of its parameters, as
     * PostgreSQL's custom plans are: it would read less, or has an error to tell.
     */
    boolean perValues() {
        return perValues;
    }

    /** Whether something constant in it cannot be worked out, as {@link #forValues} will say. */
    boolean fails() {
        return prepared.planned().fails();
    }

    /** The statement planned for these values, to be run with them now and then forgotten. */
    CachedPlan forValues(List<@Nullable Object> values, PlanContext context) {
        return new CachedPlan(
                statement,
                QueryPath.plan(bound(), context.withValues(values)),
                fields,
                plannedIn,
                Map.of(),
                sizesCheckedMicros,
                true);
    }

    Catalog plannedIn() {
        return plannedIn;
    }

    /** Whether the plan is still right in a catalog. */
    boolean holds(Catalog catalog) {
        if (catalog == checked) {
            return true;
        }
        if (catalog.security() != plannedIn.security()
                || !current(prepared.bound().uses(), catalog)
                || !dependents.equals(dependents(prepared.bound().uses(), catalog))) {
            return false;
        }
        checked = catalog;
        return true;
    }

    private static boolean current(Map<Integer, Long> uses, Catalog catalog) {
        for (var use : uses.entrySet()) {
            CatalogObject object = catalog.object(use.getKey());
            if (object == null || object.version() != use.getValue()) {
                return false;
            }
        }
        return true;
    }

    /** Whether its tables have by now quite other sizes than when it was made. Cheap. */
    boolean outgrown(Storage storage, long nowMicros) {
        if (Math.abs(nowMicros - sizesCheckedMicros) < SIZE_CHECK_MICROS) {
            return false;
        }
        sizesCheckedMicros = nowMicros;
        for (var size : tabletRows.entrySet()) {
            long then = Math.max(size.getValue(), SIZE_ROWS_MIN);
            long now = Math.max(storage.statistics(size.getKey()).liveRows(), SIZE_ROWS_MIN);
            if (now > then * SIZE_FACTOR || then > now * SIZE_FACTOR) {
                return true;
            }
        }
        return false;
    }
}
