package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.HashKey;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.execute.spill.RowCodec;
import dev.quiverdb.execute.spill.RowSource;
import dev.quiverdb.execute.spill.RunFile;
import dev.quiverdb.plan.Plan;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * GROUP BY. Hashed: one table for each grouping set, fed by the batch ({@link HashedGroups}); when
 * the only table outgrows work_mem, rows of new groups go to files parted by hash, which are
 * aggregated afterwards. Sorted: a group ends where the keys change.
 */
final class AggregateOperator extends Operator {
    private static final int PARTS = 16;

    /** The group that a sorted input is in. */
    private static final class SortedGroup {
        final @Nullable Object[] keys;
        final AggregateState[] states;

        SortedGroup(@Nullable Object[] keys, AggregateState[] states) {
            this.keys = keys;
            this.states = states;
        }
    }

    private final Plan.Aggregate plan;
    private final Operator input;
    private final Evaluator[] keys;
    private final Type[] keyTypes;
    private final AggregateState.Template[] templates;
    private final List<Set<Integer>> sets;
    private final BatchBuilder builder;
    private final Row.OfArray arrayRow = new Row.OfArray();

    /** The tables whose groups are given out, and where that stands; null before the input ran. */
    private @Nullable List<HashedGroups> tables;

    private int nextTable;
    private int nextGroup;
    private final ArrayDeque<RunFile> waiting = new ArrayDeque<>();
    private int rounds;

    private @Nullable SortedGroup sortedGroup;
    private @Nullable RowReader sortedRows;
    private boolean sortedEnd;

    AggregateOperator(Plan.Aggregate plan, Operator input, Compiler compiler) {
        super(compiler.frame(), plan);
        this.plan = plan;
        this.input = input;
        keys = compiler.compileAll(plan.keys());
        keyTypes = Arrays.stream(keys).map(Evaluator::type).toArray(Type[]::new);
        templates =
                plan.aggregates().stream()
                        .map(call -> new AggregateState.Template(call, compiler))
                        .toArray(AggregateState.Template[]::new);
        sets = plan.groupingSets().isEmpty() ? List.of(all(keys.length)) : plan.groupingSets();
        builder = new BatchBuilder(types);
    }

    private static Set<Integer> all(int count) {
        var set = new TreeSet<Integer>();
        for (int i = 0; i < count; i++) {
            set.add(i);
        }
        return set;
    }

    private boolean streaming() {
        return plan.strategy() == Plan.AggregateStrategy.SORTED
                && sets.size() == 1
                && sets.getFirst().size() == keys.length
                && keys.length > 0;
    }

    @Override
    void open() {
        close();
        builder.reset();
        input.open();
        rounds = 0;
        sortedGroup = null;
        sortedEnd = false;
        sortedRows = streaming() ? new RowReader(input) : null;
    }

    @Override
    @Nullable Batch next() {
        var reader = sortedRows;
        if (reader != null) {
            return nextSorted(reader);
        }
        var found = tables;
        if (found == null) {
            found = aggregateInput();
        }
        while (!builder.full()) {
            if (nextTable == found.size()) {
                var file = waiting.poll();
                if (file == null) {
                    break;
                }
                found = aggregateFile(file);
            } else if (nextGroup == found.get(nextTable).count()) {
                nextTable++;
                nextGroup = 0;
            } else {
                emit(found.get(nextTable), nextGroup++);
            }
        }
        return builder.take();
    }

    private void emit(HashedGroups table, int group) {
        @Nullable Object[] row = new @Nullable Object[types.length];
        table.result(group, row, keys.length);
        addGroupings(row, table.set());
        builder.add(row);
    }

    private void addGroupings(@Nullable Object[] row, Set<Integer> set) {
        int at = keys.length + templates.length;
        for (var arguments : plan.groupings()) {
            int bits = 0;
            for (int argument : arguments) {
                bits = bits << 1 | (set.contains(argument) ? 0 : 1);
            }
            row[at++] = bits;
        }
    }

    // ---- hashed ----

    private interface Batches {
        @Nullable Batch next();
    }

    private List<HashedGroups> aggregateInput() {
        var found = aggregate(input::next);
        input.close();
        return found;
    }

    private List<HashedGroups> aggregateFile(RunFile file) {
        var batches = new BatchBuilder(input.types);
        try (file;
                var rows = file.finish().read()) {
            return aggregate(() -> fill(batches, rows));
        }
    }

    private static @Nullable Batch fill(BatchBuilder batches, RowSource rows) {
        while (!batches.full()) {
            var row = rows.next();
            if (row == null) {
                break;
            }
            batches.add(row);
        }
        return batches.take();
    }

    /** Groups of a set come out in the order in which they came in. */
    private List<HashedGroups> aggregate(Batches batches) {
        var found = new ArrayList<HashedGroups>();
        for (var set : sets) {
            found.add(new HashedGroups(set, keyTypes, templates));
        }
        Parts parts = null;
        var columns = new Column[keys.length];
        for (var batch = batches.next(); batch != null; batch = batches.next()) {
            int[] rows = rows(batch);
            for (int i = 0; i < columns.length; i++) {
                columns[i] = keys[i].column(batch, rows, batch.size());
            }
            for (var table : found) {
                table.add(batch, columns, rows, batch.size(), parts);
            }
            if (parts == null
                    && found.size() == 1
                    && found.getFirst().memoryBytes() > frame.context().hashMemoryBytes()) {
                parts = new Parts();
            }
        }
        tables = found;
        nextTable = 0;
        nextGroup = 0;
        return found;
    }

    /** Rows of groups for which there is no room in this round, parted by hash. */
    private final class Parts implements HashedGroups.Overflow {
        private final int salt = ++rounds * 0x85EBCA6B;
        private final @Nullable RunFile[] files = new RunFile[PARTS];

        @Override
        public void row(Batch batch, int physicalRow, int hash) {
            int part = ((hash + salt) * 0x9E3779B9) >>> 28;
            var file = files[part];
            if (file == null) {
                file = new RunFile(frame.context().spillDirectory(), new RowCodec(input.types));
                files[part] = file;
                waiting.add(file);
            }
            file.write(RowReader.copyPhysical(batch, physicalRow));
        }
    }

    // ---- sorted ----

    private SortedGroup start(@Nullable Object[] keyValues) {
        var states = new AggregateState[templates.length];
        for (int i = 0; i < states.length; i++) {
            states[i] = templates[i].start();
        }
        return new SortedGroup(keyValues, states);
    }

    private @Nullable Object[] keys(Row row) {
        @Nullable Object[] values = new @Nullable Object[keys.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = keys[i].value(row);
        }
        return values;
    }

    private @Nullable Batch nextSorted(RowReader reader) {
        while (!builder.full() && !sortedEnd) {
            var row = reader.next();
            var group = sortedGroup;
            if (row == null) {
                sortedEnd = true;
                if (group != null) {
                    emit(group);
                }
                break;
            }
            arrayRow.set(row);
            var values = keys(arrayRow);
            if (group == null
                    || !new HashKey(keyTypes, values).equals(new HashKey(keyTypes, group.keys))) {
                if (group != null) {
                    emit(group);
                }
                group = start(values);
                sortedGroup = group;
            }
            for (var state : group.states) {
                state.add(arrayRow);
            }
        }
        return builder.take();
    }

    private void emit(SortedGroup group) {
        @Nullable Object[] row = Arrays.copyOf(group.keys, types.length);
        int at = keys.length;
        for (var state : group.states) {
            row[at++] = state.result();
        }
        addGroupings(row, sets.getFirst());
        builder.add(row);
    }

    @Override
    public void close() {
        waiting.forEach(RunFile::close);
        waiting.clear();
        tables = null;
        input.close();
    }
}
