package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.execute.function.GroupAccumulator;
import dev.quiverdb.execute.function.GroupAccumulators;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The groups of one grouping set and the states of all aggregates over them. Rows come by the
 * batch; an aggregate with DISTINCT, ORDER BY or no {@link GroupAccumulator} takes them one by one.
 */
final class HashedGroups {
    private final Set<Integer> set;
    private final List<Integer> keyNumbers;
    private final Type[] keyTypes;
    private final GroupTable table;
    private final States[] states;
    private int count;
    private int[] hashes = {};
    private int[] groups = {};

    HashedGroups(Set<Integer> set, Type[] allKeyTypes, AggregateState.Template[] templates) {
        this.set = set;
        keyNumbers = List.copyOf(new TreeSet<>(set));
        keyTypes = GroupTable.typesOf(allKeyTypes, keyNumbers);
        table = new GroupTable(keyTypes);
        states = new States[templates.length];
        for (int i = 0; i < states.length; i++) {
            var template = templates[i];
            var columnar =
                    template.isPlain()
                            ? GroupAccumulators.find(template.name, template.argumentTypes)
                            : null;
            states[i] = columnar == null ? new ByRow(template) : new ByColumn(template, columnar);
        }
        if (keyNumbers.isEmpty()) {
            // Without keys there is one group, with or without rows.
            grow(1);
        }
    }

    Set<Integer> set() {
        return set;
    }

    int count() {
        return count;
    }

    long memoryBytes() {
        long bytes = table.memoryBytes();
        for (var state : states) {
            bytes += state.memoryBytes(count);
        }
        return bytes;
    }

    /** Takes the rows that it does not want in this round. */
    interface Overflow {
        void row(Batch batch, int physicalRow, int hash);
    }

    /**
     * Adds the rows of a batch.
     *
     * @param keys all keys' columns, of this batch
     * @param overflow null where new groups may be made; otherwise it gets the rows of new groups
     */
    void add(Batch batch, Column[] keys, int[] rows, int rowCount, @Nullable Overflow overflow) {
        if (keyNumbers.isEmpty()) {
            for (var state : states) {
                state.add(batch, null, rows, rowCount);
            }
            return;
        }
        var mine = new Column[keyNumbers.size()];
        for (int i = 0; i < mine.length; i++) {
            mine[i] = keys[keyNumbers.get(i)];
        }
        hashes = GroupTable.perRow(hashes, batch);
        groups = GroupTable.perRow(groups, batch);
        GroupTable.hash(keyTypes, mine, rows, rowCount, hashes);
        int[] kept = rows;
        int keptCount = rowCount;
        if (!table.assign(mine, rows, rowCount, hashes, overflow == null, groups)
                && overflow != null) {
            kept = new int[rowCount];
            keptCount = 0;
            for (int i = 0; i < rowCount; i++) {
                if (groups[rows[i]] >= 0) {
                    kept[keptCount++] = rows[i];
                } else {
                    overflow.row(batch, rows[i], hashes[rows[i]]);
                }
            }
        }
        if (table.count() > count) {
            grow(table.count());
        }
        for (var state : states) {
            state.add(batch, groups, kept, keptCount);
        }
    }

    private void grow(int to) {
        count = to;
        for (var state : states) {
            state.grow(to);
        }
    }

    /** Puts the keys and then the results of a group into a row; keys out of the set are NULL. */
    void result(int group, @Nullable Object[] row, int keyCount) {
        for (int i = 0; i < keyNumbers.size(); i++) {
            row[keyNumbers.get(i)] = table.key(group, i);
        }
        for (int i = 0; i < states.length; i++) {
            row[keyCount + i] = states[i].result(group);
        }
    }

    /** One aggregate. */
    private abstract static class States {
        final AggregateState.Template template;
        private int[] selected = {};

        States(AggregateState.Template template) {
            this.template = template;
        }

        abstract void grow(int count);

        /** {@code groups} is null where all rows belong to group 0. */
        final void add(Batch batch, int @Nullable [] groups, int[] rows, int count) {
            var filter = template.filter;
            if (filter == null) {
                addPassed(batch, groups, rows, count);
                return;
            }
            selected = GroupTable.perRow(selected, batch);
            int passed = filter.select(batch, rows, count, selected);
            addPassed(batch, groups, selected, passed);
        }

        abstract void addPassed(Batch batch, int @Nullable [] groups, int[] rows, int count);

        abstract @Nullable Object result(int group);

        abstract long memoryBytes(int groups);
    }

    private static final class ByColumn extends States {
        private final @Nullable Evaluator argument;
        private final GroupAccumulator accumulator;

        ByColumn(AggregateState.Template template, GroupAccumulator accumulator) {
            super(template);
            this.accumulator = accumulator;
            argument = template.arguments.length == 0 ? null : template.arguments[0];
        }

        @Override
        void grow(int count) {
            accumulator.grow(count);
        }

        @Override
        void addPassed(Batch batch, int @Nullable [] groups, int[] rows, int count) {
            var column = argument == null ? null : argument.column(batch, rows, count);
            if (groups == null) {
                accumulator.addTo(0, column, rows, count);
            } else {
                accumulator.add(groups, column, rows, count);
            }
        }

        @Override
        @Nullable Object result(int group) {
            return accumulator.result(group);
        }

        @Override
        long memoryBytes(int groups) {
            return (long) groups * accumulator.groupBytes();
        }
    }

    private static final class ByRow extends States {
        private final Row.OfBatch row = new Row.OfBatch();
        private AggregateState[] states = {};
        private int made;
        private long memoryBytes;

        ByRow(AggregateState.Template template) {
            super(template);
        }

        @Override
        void grow(int count) {
            if (states.length < count) {
                states = Arrays.copyOf(states, Math.max(count, states.length * 2));
            }
            while (made < count) {
                var state = template.start();
                states[made++] = state;
                memoryBytes += 64 + state.memoryBytes();
            }
        }

        @Override
        void addPassed(Batch batch, int @Nullable [] groups, int[] rows, int count) {
            for (int i = 0; i < count; i++) {
                var state = states[groups == null ? 0 : groups[rows[i]]];
                long before = state.memoryBytes();
                state.addPassed(row.set(batch, rows[i]));
                memoryBytes += state.memoryBytes() - before;
            }
        }

        @Override
        @Nullable Object result(int group) {
            return states[group].result();
        }

        @Override
        long memoryBytes(int groups) {
            return memoryBytes;
        }
    }
}
