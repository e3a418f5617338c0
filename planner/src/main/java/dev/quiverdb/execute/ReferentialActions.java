package dev.quiverdb.execute;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.HashKey;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.plan.Family;
import dev.quiverdb.plan.Relation;
import dev.quiverdb.plan.Relation.Action;
import dev.quiverdb.plan.Relation.ForeignKey;
import dev.quiverdb.plan.Relation.Referenced;
import dev.quiverdb.storage.LockOutcome;
import dev.quiverdb.storage.LockStrength;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Foreign keys, and the unique keys that are checked when they are ({@link DeferrableKeys}). Rows
 * are noted while a statement runs; at its end ({@link #finish}) keys are looked up in the newest
 * state, and actions change referring rows, which may note more. Deferred ones move to the
 * transaction's queue.
 */
final class ReferentialActions {
    private final Compiler compiler;
    private final ExecutionContext context;
    private final DeferrableKeys keys;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final Map<Integer, Set<HashKey>> noted = new HashMap<>();
    private final Map<Integer, RowTargets> writers = new HashMap<>();
    private final ReferencedKeys targets;

    ReferentialActions(Compiler compiler) {
        this.compiler = compiler;
        context = compiler.frame().context();
        keys = new DeferrableKeys(context);
        targets = new ReferencedKeys(compiler);
    }

    // ---------------------------------------------------------------- noting

    /** Whether {@link #inserted} does anything with rows of a relation. */
    boolean wantsInserted(Relation relation) {
        return !relation.foreignKeys().isEmpty()
                || relation.indexes().stream().anyMatch(Relation.Index::deferrable);
    }

    void inserted(Relation relation, @Nullable Object[] row) {
        keys.inserted(relation, row);
        for (var key : relation.foreignKeys()) {
            note(relation, key, row);
        }
    }

    void updated(Relation relation, @Nullable Object[] before, @Nullable Object[] after) {
        keys.updated(relation, before, after);
        for (var key : relation.foreignKeys()) {
            if (differ(relation, key.columns(), before, after)) {
                note(relation, key, after);
            }
        }
        for (var reference : relation.referencedBy()) {
            if (differInLooks(relation, reference.keyColumns(), before, after)
                    && !anyNull(reference.keyColumns(), before)) {
                queue(relation, reference, before, after);
            }
        }
    }

    void deleted(Relation relation, @Nullable Object[] row) {
        for (var reference : relation.referencedBy()) {
            if (!anyNull(reference.keyColumns(), row)) {
                queue(relation, reference, row, null);
            }
        }
    }

    /**
     * An update has taken a row out of a partition. Keys that refer to the table that the statement
     * names hear of it by {@link #moved}.
     *
     * @throws SqlException 0A000 where a key refers to a table between the two
     */
    void movedAway(Relation partition, Relation within, @Nullable Object[] row) {
        for (var reference : partition.referencedBy()) {
            if (anyNull(reference.keyColumns(), row)) {
                continue;
            }
            if (reference.wholes().isEmpty()) {
                queue(partition, reference, row, null);
            } else if (within.referencedBy().stream()
                    .noneMatch(above -> reference.wholes().contains(above.oid()))) {
                throw SqlException.notSupported(
                                "cannot move tuple across partitions when a non-root ancestor of the"
                                        + " source partition is directly referenced in a foreign"
                                        + " key")
                        .withDetail(
                                "A foreign key points to ancestor \""
                                        + reference.target().name()
                                        + "\" but not the root ancestor \""
                                        + within.name()
                                        + "\".")
                        .withHint(
                                "Consider defining the foreign key on table \""
                                        + within.name()
                                        + "\".");
            }
        }
    }

    /** An update has put a row of a partitioned table into another partition. */
    void moved(Relation table, @Nullable Object[] before, @Nullable Object[] after) {
        for (var reference : table.referencedBy()) {
            if (differInLooks(table, reference.keyColumns(), before, after)
                    && !anyNull(reference.keyColumns(), before)) {
                queue(table, reference, before, after);
            }
        }
    }

    static boolean differ(
            Relation relation, List<Integer> columns, @Nullable Object[] a, @Nullable Object[] b) {
        for (int column : columns) {
            var before = a[column];
            var after = b[column];
            if (before == null && after == null) {
                continue;
            }
            if (before == null
                    || after == null
                    || !relation.columns().get(column).type().valuesEqual(before, after)) {
                return true;
            }
        }
        return false;
    }

    /** Whether keys differ, or are equal and look different, as 0 and -0, or 1 and 1.0. */
    private static boolean differInLooks(
            Relation relation, List<Integer> columns, @Nullable Object[] a, @Nullable Object[] b) {
        if (differ(relation, columns, a, b)) {
            return true;
        }
        for (int column : columns) {
            boolean shows =
                    switch (relation.columns().get(column).type().oid()) {
                        case Oids.FLOAT4, Oids.FLOAT8, Oids.NUMERIC -> true;
                        default -> false;
                    };
            if (shows && !String.valueOf(a[column]).equals(String.valueOf(b[column]))) {
                return true;
            }
        }
        return false;
    }

    private static boolean anyNull(List<Integer> columns, @Nullable Object[] row) {
        for (int column : columns) {
            if (row[column] == null) {
                return true;
            }
        }
        return false;
    }

    private void note(Relation relation, ForeignKey key, @Nullable Object[] row) {
        @Nullable Object[] values = new @Nullable Object[key.columns().size()];
        var types = new Type[values.length];
        int nulls = 0;
        for (int i = 0; i < values.length; i++) {
            int column = key.columns().get(i);
            values[i] = row[column];
            types[i] = relation.columns().get(column).type();
            nulls += values[i] == null ? 1 : 0;
        }
        if (nulls > 0) {
            if (key.match() == Relation.Match.FULL && nulls < values.length) {
                throw violation(relation, key)
                        .withDetail(
                                "MATCH FULL does not allow mixing of null and nonnull key values.");
            }
            return;
        }
        if (!noted.computeIfAbsent(key.oid(), oid -> new HashSet<>())
                .add(new HashKey(types, values))) {
            return;
        }
        if (context.constraints()
                .deferred(key.whole(), key.deferrable(), key.initiallyDeferred())) {
            context.constraints()
                    .add(
                            deferred(
                                    key.whole(),
                                    relation.oid(),
                                    later ->
                                            new ReferentialActions(new Compiler(compiler.frame()))
                                                    .lookUpAgain(
                                                            later, relation, key, values, types)));
        } else {
            waiting.add(() -> lookUp(context, relation, key, values, types));
        }
    }

    private interface Later {
        void run(ExecutionContext context);
    }

    private static ConstraintQueue.Check deferred(int constraint, int relation, Later later) {
        return new ConstraintQueue.Check() {
            @Override
            public int constraint() {
                return constraint;
            }

            @Override
            public int table() {
                return relation;
            }

            @Override
            public void run(ExecutionContext now) {
                later.run(now);
            }
        };
    }

    private static SqlException violation(Relation relation, ForeignKey key) {
        return new SqlException(
                        SqlState.FOREIGN_KEY_VIOLATION,
                        "insert or update on table \""
                                + relation.name()
                                + "\" violates foreign key constraint \""
                                + key.name()
                                + "\"")
                .withTable(relation.schema(), relation.name())
                .withConstraint(key.name());
    }

    /** A deferred check: the referring row may be gone by now. */
    private void lookUpAgain(
            ExecutionContext now,
            Relation relation,
            ForeignKey key,
            @Nullable Object[] values,
            Type[] types) {
        now.transaction().beginStatement();
        if (KeyedRows.find(
                        now,
                        relation,
                        key.columns(),
                        Arrays.stream(values).map(Objects::requireNonNull).toArray(),
                        types)
                .isEmpty()) {
            return;
        }
        lookUp(now, relation, key, values, types);
    }

    private void lookUp(
            ExecutionContext now,
            Relation relation,
            ForeignKey key,
            @Nullable Object[] values,
            Type[] types) {
        if (!targets.exists(now, key, values)) {
            throw violation(relation, key)
                    .withDetail(
                            "Key ("
                                    + names(relation, key.columns())
                                    + ")=("
                                    + texts(now, values, types)
                                    + ") is not present in table \""
                                    + key.target().name()
                                    + "\".");
        }
    }

    private static String names(Relation relation, List<Integer> columns) {
        return String.join(
                ", ",
                columns.stream().map(column -> relation.columns().get(column).name()).toList());
    }

    private static String texts(ExecutionContext now, @Nullable Object[] values, Type[] types) {
        var texts = new ArrayList<String>();
        for (int i = 0; i < values.length; i++) {
            var value = values[i];
            texts.add(value == null ? "null" : types[i].format(value, now.types()));
        }
        return String.join(", ", texts);
    }

    // ---------------------------------------------------------------- rows that point here

    private void queue(
            Relation relation,
            Referenced reference,
            @Nullable Object[] before,
            @Nullable Object @Nullable [] after) {
        var action = after == null ? reference.onDelete() : reference.onUpdate();
        if (action == Action.NO_ACTION
                && context.constraints()
                        .deferred(
                                reference.whole(),
                                reference.deferrable(),
                                reference.initiallyDeferred())) {
            context.constraints()
                    .add(
                            deferred(
                                    reference.whole(),
                                    relation.oid(),
                                    later -> {
                                        later.transaction().beginStatement();
                                        refuse(later, relation, reference, before, true);
                                    }));
            return;
        }
        switch (action) {
            case RESTRICT ->
                    waiting.addFirst(() -> refuse(context, relation, reference, before, false));
            case NO_ACTION ->
                    waiting.addLast(() -> refuse(context, relation, reference, before, true));
            case CASCADE, SET_NULL, SET_DEFAULT ->
                    waiting.addFirst(() -> act(action, reference, before, after, relation));
        }
    }

    private static Object[] keyOf(Referenced reference, @Nullable Object[] row) {
        var key = new Object[reference.keyColumns().size()];
        for (int i = 0; i < key.length; i++) {
            key[i] = Objects.requireNonNull(row[reference.keyColumns().get(i)]);
        }
        return key;
    }

    private static Type[] typesOf(Relation relation, List<Integer> columns) {
        return columns.stream()
                .map(column -> relation.columns().get(column).type())
                .toArray(Type[]::new);
    }

    private void refuse(
            ExecutionContext now,
            Relation relation,
            Referenced reference,
            @Nullable Object[] before,
            boolean mayBeBack) {
        var key = keyOf(reference, before);
        var types = typesOf(relation, reference.keyColumns());
        if (!isReferred(now, reference, key)
                || (mayBeBack && isThere(now, relation, reference, key, types))) {
            return;
        }
        throw new SqlException(
                        SqlState.FOREIGN_KEY_VIOLATION,
                        "update or delete on table \""
                                + relation.name()
                                + "\" violates foreign key constraint \""
                                + reference.name()
                                + "\" on table \""
                                + reference.referrer().name()
                                + "\"")
                .withDetail(
                        "Key ("
                                + String.join(", ", reference.keyNames())
                                + ")=("
                                + texts(now, key, types)
                                + ") is still referenced from table \""
                                + reference.referrer().name()
                                + "\".")
                .withTable(reference.referrer().schema(), reference.referrer().name())
                .withConstraint(reference.name());
    }

    private void act(
            Action action,
            Referenced reference,
            @Nullable Object[] before,
            @Nullable Object @Nullable [] after,
            Relation relation) {
        var key = keyOf(reference, before);
        var referrers =
                writers.computeIfAbsent(
                        reference.referrerOid(),
                        oid -> new RowTargets(context.relation(oid), compiler, this));
        var found = referrers(context, referrers.first().relation(), reference, key);
        for (long rowId : found) {
            var at = referrers.of(rowId);
            long local = Family.local(rowId);
            if (context.transaction().isolation().usesTransactionSnapshot()
                    && at.writer.read(local) == null) {
                // It is there now, and was not for this transaction.
                throw new SqlException(
                        SqlState.T_R_SERIALIZATION_FAILURE,
                        "could not serialize access due to concurrent update");
            }
            var old = at.writer.readLatest(local);
            while (old != null && refers(reference, at.asParent(old), key)) {
                var outcome =
                        action == Action.CASCADE && after == null
                                ? at.writer.delete(local, old)
                                : change(action, reference, after, referrers, at, local, old);
                // Another transaction may have changed the row meanwhile.
                old = outcome == LockOutcome.UPDATED ? at.writer.readLatest(local) : null;
            }
        }
        if (action == Action.SET_DEFAULT) {
            // Rows that had the defaults already have not changed, and refer to what is gone.
            waiting.addLast(() -> refuse(context, relation, reference, before, true));
        }
    }

    private static boolean isReferred(ExecutionContext now, Referenced reference, Object[] key) {
        var theirs =
                KeyCasts.exact(reference.toReferrer())
                        ? KeyCasts.apply(now, reference.toReferrer(), key)
                        : null;
        if (theirs != null && reference.referrerIndexId() >= 0) {
            return now.transaction()
                            .findByKeyLatest(
                                    reference.referrerTabletId(),
                                    reference.referrerIndexId(),
                                    theirs,
                                    LockStrength.KEY_SHARE)
                    >= 0;
        }
        return !referrers(now, now.relation(reference.referrerOid()), reference, key).isEmpty();
    }

    /** Whether another row has the key by now. */
    private static boolean isThere(
            ExecutionContext now,
            Relation relation,
            Referenced reference,
            Object[] key,
            Type[] types) {
        try (var _ = now.transaction().nestNewest()) {
            return !KeyedRows.find(now, relation, reference.keyColumns(), key, types).isEmpty();
        }
    }

    /**
     * Rows that refer to a key, in the newest state: by index where it is of their types, else by
     * looking at all.
     */
    private static List<Long> referrers(
            ExecutionContext now, Relation referrer, Referenced reference, Object[] key) {
        try (var _ = now.transaction().nestNewest()) {
            return find(now, referrer, reference, key);
        }
    }

    private static List<Long> find(
            ExecutionContext now, Relation referrer, Referenced reference, Object[] key) {
        if (KeyCasts.exact(reference.toReferrer())) {
            var theirs = KeyCasts.apply(now, reference.toReferrer(), key);
            if (theirs == null) {
                return List.of();
            }
            var types =
                    reference.toReferrer().stream().map(Relation.KeyCast::to).toArray(Type[]::new);
            return KeyedRows.find(now, referrer, reference.referrerColumns(), theirs, types);
        }
        return KeyedRows.find(now, referrer, reference.referrerColumns(), key, reference.toKey());
    }

    private boolean refers(Referenced reference, @Nullable Object[] row, Object[] key) {
        for (int i = 0; i < key.length; i++) {
            var value = row[reference.referrerColumns().get(i)];
            if (value == null
                    || !KeyedRows.equal(context, value, key[i], reference.toKey().get(i))) {
                return false;
            }
        }
        return true;
    }

    private LockOutcome change(
            Action action,
            Referenced reference,
            @Nullable Object @Nullable [] after,
            RowTargets referrers,
            RowTargets.Target at,
            long local,
            @Nullable Object[] old) {
        var changed = at.asParent(old).clone();
        var assigned = new BitSet();
        for (int i = 0; i < reference.referrerColumns().size(); i++) {
            int column = reference.referrerColumns().get(i);
            if (after == null && !reference.setColumns().contains(column)) {
                continue;
            }
            assigned.set(column);
            if (action == Action.CASCADE && after != null) {
                var value = after[reference.keyColumns().get(i)];
                changed[column] =
                        value == null
                                ? null
                                : KeyCasts.assign(context, reference.toReferrer().get(i), value);
            } else {
                changed[column] =
                        action == Action.SET_DEFAULT
                                ? compiler.compile(reference.setDefaults().get(i)).value(Row.NONE)
                                : null;
            }
        }
        return referrers.change(at, local, old, changed, assigned, _ -> {}).outcome();
    }

    /** Runs what was noted, and what that notes; the statement's own reading is over. */
    void finish() {
        keys.finish();
        if (waiting.isEmpty()) {
            return;
        }
        context.transaction().beginStatement();
        for (var next = waiting.poll(); next != null; next = waiting.poll()) {
            next.run();
            context.transaction().nextCommand();
        }
        noted.clear();
    }
}
