package dev.quiverdb.execute;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Calls;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.FunctionRef;
import dev.quiverdb.execute.expression.HashKey;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.execute.function.CallContext;
import dev.quiverdb.execute.function.Functions;
import dev.quiverdb.plan.Relation;
import dev.quiverdb.plan.Relation.Action;
import dev.quiverdb.plan.Relation.ForeignKey;
import dev.quiverdb.plan.Relation.Referenced;
import dev.quiverdb.storage.KeyRange;
import dev.quiverdb.storage.LockOutcome;
import dev.quiverdb.storage.LockStrength;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final Map<Integer, RowWriter> writers = new HashMap<>();

    ReferentialActions(Compiler compiler) {
        this.compiler = compiler;
        context = compiler.frame().context();
        keys = new DeferrableKeys(context);
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
            if (differ(relation, reference.keyColumns(), before, after)
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
        if (context.constraints().deferred(key.oid(), key.deferrable(), key.initiallyDeferred())) {
            context.constraints()
                    .add(
                            deferred(
                                    key.oid(),
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

    private static ConstraintQueue.Check deferred(int constraint, Later later) {
        return new ConstraintQueue.Check() {
            @Override
            public int constraint() {
                return constraint;
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
        if (rowsWith(now, relation, key.columns(), values, types).isEmpty()) {
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
        var wanted = new Object[values.length];
        for (int i = 0; i < wanted.length; i++) {
            var value = java.util.Objects.requireNonNull(values[i]);
            wanted[i] =
                    cast(now, key.casts().isEmpty() ? Optional.empty() : key.casts().get(i), value);
        }
        long found =
                now.transaction()
                        .findByKeyLatest(
                                key.targetTabletId(),
                                key.targetIndexId(),
                                wanted,
                                LockStrength.KEY_SHARE);
        if (found < 0) {
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

    private static Object cast(ExecutionContext now, Optional<FunctionRef> cast, Object value) {
        if (cast.isEmpty()) {
            return value;
        }
        var function = cast.get();
        var implementation = Functions.find(function);
        if (implementation == null) {
            throw SqlException.notSupported(
                    "function " + function.name() + " is not supported yet");
        }
        var result =
                Calls.bind(
                                implementation,
                                new CallContext(now, function, -1, false),
                                function.strict())
                        .apply(new Object[] {value});
        return java.util.Objects.requireNonNull(result);
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
                                reference.oid(),
                                reference.deferrable(),
                                reference.initiallyDeferred())) {
            context.constraints()
                    .add(
                            deferred(
                                    reference.oid(),
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
            key[i] = java.util.Objects.requireNonNull(row[reference.keyColumns().get(i)]);
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
        boolean referred;
        if (reference.referrerIndexId() >= 0) {
            referred =
                    now.transaction()
                                    .findByKeyLatest(
                                            reference.referrerTabletId(),
                                            reference.referrerIndexId(),
                                            key,
                                            LockStrength.KEY_SHARE)
                            >= 0;
        } else {
            referred =
                    !rowsWith(
                                    now,
                                    now.relation(reference.referrerOid()),
                                    reference.referrerColumns(),
                                    key,
                                    types)
                            .isEmpty();
        }
        if (!referred
                || (mayBeBack
                        && !rowsWith(now, relation, reference.keyColumns(), key, types)
                                .isEmpty())) {
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

    /** Visible rows of a table whose columns equal a key, by an index on them if there is one. */
    private static List<Long> rowsWith(
            ExecutionContext now,
            Relation relation,
            List<Integer> columns,
            @Nullable Object[] key,
            Type[] keyTypes) {
        var rows = new ArrayList<Long>();
        var transaction = now.transaction();
        for (var index : relation.indexes()) {
            if (index.method().equals("btree")
                    && index.membership() < 0
                    && index.columns().size() >= columns.size()
                    && index.columns().subList(0, columns.size()).equals(columns)) {
                try (var cursor =
                        transaction.indexScan(
                                relation.tabletId(),
                                index.indexId(),
                                KeyRange.equalTo(key),
                                false)) {
                    long[] ids = new long[256];
                    for (int found = cursor.next(ids); found > 0; found = cursor.next(ids)) {
                        for (int i = 0; i < found; i++) {
                            rows.add(ids[i]);
                        }
                    }
                }
                return rows;
            }
        }
        int[] ids =
                columns.stream()
                        .mapToInt(column -> relation.columns().get(column).columnId())
                        .toArray();
        try (var cursor = transaction.scan(relation.tabletId(), ids)) {
            for (var batch = cursor.next(); batch != null; batch = cursor.next()) {
                now.checkCancelled();
                for (int i = 0; i < batch.size(); i++) {
                    if (equal(batch, i, key, keyTypes)) {
                        rows.add(cursor.rowIds()[batch.row(i)]);
                    }
                }
            }
        }
        return rows;
    }

    private static boolean equal(
            dev.quiverdb.base.batch.Batch batch, int row, @Nullable Object[] key, Type[] types) {
        for (int i = 0; i < key.length; i++) {
            var value = batch.get(row, i);
            var wanted = key[i];
            if (value == null || wanted == null || !types[i].valuesEqual(value, wanted)) {
                return false;
            }
        }
        return true;
    }

    private void act(
            Action action,
            Referenced reference,
            @Nullable Object[] before,
            @Nullable Object @Nullable [] after,
            Relation relation) {
        var key = keyOf(reference, before);
        var referrer = context.relation(reference.referrerOid());
        var writer =
                writers.computeIfAbsent(
                        referrer.oid(), oid -> new RowWriter(referrer, compiler, this));
        for (long rowId :
                rowsWith(
                        context,
                        referrer,
                        reference.referrerColumns(),
                        key,
                        typesOf(relation, reference.keyColumns()))) {
            var old = writer.readLatest(rowId);
            if (old == null) {
                continue;
            }
            if (action == Action.CASCADE && after == null) {
                again(writer.delete(rowId, old));
                continue;
            }
            var changed = old.clone();
            var assigned = new BitSet();
            if (action == Action.CASCADE && after != null) {
                for (int i = 0; i < key.length; i++) {
                    int column = reference.referrerColumns().get(i);
                    changed[column] = after[reference.keyColumns().get(i)];
                    assigned.set(column);
                }
            } else {
                var columns = after == null ? reference.setColumns() : reference.referrerColumns();
                for (int i = 0; i < columns.size(); i++) {
                    int column = columns.get(i);
                    changed[column] =
                            action == Action.SET_DEFAULT && i < reference.setDefaults().size()
                                    ? compiler.compile(reference.setDefaults().get(i))
                                            .value(Row.NONE)
                                    : null;
                    assigned.set(column);
                }
            }
            writer.generate(changed);
            writer.check(changed);
            again(writer.update(rowId, old, changed, assigned));
        }
    }

    /** A row that another transaction changed meanwhile. */
    private static void again(LockOutcome outcome) {
        if (outcome == LockOutcome.UPDATED) {
            throw new SqlException(
                    SqlState.T_R_SERIALIZATION_FAILURE,
                    "could not serialize access due to concurrent update");
        }
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
