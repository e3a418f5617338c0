package dev.quiverdb.execute;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.HashKey;
import dev.quiverdb.plan.Relation;
import dev.quiverdb.storage.UniqueViolation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Unique constraints that are DEFERRABLE. The keys that a statement writes are noted; at its end,
 * or where they are deferred at the transaction's, each must belong to one row at most.
 */
final class DeferrableKeys {
    private final ExecutionContext context;
    private final Map<Integer, Set<HashKey>> noted = new HashMap<>();
    private final List<Check> waiting = new ArrayList<>();

    DeferrableKeys(ExecutionContext context) {
        this.context = context;
    }

    /** One key of one index. */
    private record Check(Relation relation, Relation.Index index, List<@Nullable Object> key)
            implements ConstraintQueue.Check {
        @Override
        public int constraint() {
            return index.constraint();
        }

        @Override
        public int table() {
            return relation.oid();
        }

        @Override
        public void run(ExecutionContext context) {
            try {
                context.transaction().checkUnique(relation.tabletId(), index.indexId(), key);
            } catch (UniqueViolation violation) {
                throw duplicate(relation, violation, context);
            }
        }
    }

    void inserted(Relation relation, @Nullable Object[] row) {
        for (var index : relation.indexes()) {
            if (index.deferrable()) {
                note(relation, index, row);
            }
        }
    }

    void updated(Relation relation, @Nullable Object[] before, @Nullable Object[] after) {
        for (var index : relation.indexes()) {
            if (index.deferrable()
                    && ReferentialActions.differ(relation, index.columns(), before, after)) {
                note(relation, index, after);
            }
        }
    }

    private void note(Relation relation, Relation.Index index, @Nullable Object[] row) {
        int count = index.columns().size();
        @Nullable Object[] values = new @Nullable Object[count];
        var types = new Type[count];
        for (int i = 0; i < count; i++) {
            int column = index.columns().get(i);
            values[i] = row[column];
            types[i] = relation.columns().get(column).type();
            if (values[i] == null && !index.nullsNotDistinct()) {
                return;
            }
        }
        if (!noted.computeIfAbsent(index.oid(), oid -> new HashSet<>())
                .add(new HashKey(types, values))) {
            return;
        }
        var check =
                new Check(relation, index, new ArrayList<@Nullable Object>(Arrays.asList(values)));
        boolean later =
                context.constraints().deferred(index.constraint(), true, index.initiallyDeferred());
        if (later) {
            context.constraints().add(check);
        } else {
            waiting.add(check);
        }
    }

    /** The statement has ended. */
    void finish() {
        for (var check : waiting) {
            check.run(context);
        }
        waiting.clear();
        noted.clear();
    }

    /** Refuses ON CONFLICT where it would have to go by an index that is checked later. */
    static void checkArbiters(Relation relation, int[] arbiterIndexIds) {
        for (var index : relation.indexes()) {
            boolean asked = arbiterIndexIds.length == 0;
            for (int id : arbiterIndexIds) {
                asked |= id == index.indexId();
            }
            if (index.deferrable() && asked) {
                throw new SqlException(
                                SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                                "ON CONFLICT does not support deferrable unique"
                                        + " constraints/exclusion constraints as arbiters")
                        .withTable(relation.schema(), relation.name())
                        .withConstraint(index.name());
            }
        }
    }

    /** The error for a key that two rows have. */
    static SqlException duplicate(
            Relation relation, UniqueViolation violation, ExecutionContext context) {
        for (var index : relation.indexes()) {
            if (index.indexId() == violation.indexId()) {
                return new SqlException(
                                SqlState.UNIQUE_VIOLATION,
                                "duplicate key value violates unique constraint \""
                                        + index.name()
                                        + "\"")
                        .withDetail(
                                "Key ("
                                        + String.join(", ", index.keyTexts())
                                        + ")=("
                                        + keyValues(relation, index, violation.key(), context)
                                        + ") already exists.")
                        .withTable(relation.schema(), relation.name())
                        .withConstraint(index.name());
            }
        }
        return new SqlException(
                SqlState.UNIQUE_VIOLATION, Objects.requireNonNullElse(violation.getMessage(), ""));
    }

    private static String keyValues(
            Relation relation,
            Relation.Index index,
            List<@Nullable Object> key,
            ExecutionContext context) {
        var texts = new ArrayList<String>();
        for (int i = 0; i < index.columns().size() && i < key.size(); i++) {
            var value = key.get(i);
            var type = relation.columns().get(index.columns().get(i)).type();
            texts.add(value == null ? "null" : type.format(value, context.types()));
        }
        return String.join(", ", texts);
    }
}
