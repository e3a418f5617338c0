package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
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
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * GROUP BY. Hashed: one table for each grouping set; when the only table outgrows work_mem, rows of
 * new groups go to files parted by hash, which are aggregated afterwards. Sorted: a group ends
 * where the keys change.
 */
final class AggregateOperator extends Operator {
    private static final int PARTS = 16;

    private static final class Group {
        final @Nullable Object[] keys;
        final AggregateState[] states;

        Group(@Nullable Object[] keys, AggregateState[] states) {
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

    private @Nullable Iterator<Result> results;
    private final ArrayDeque<RunFile> waiting = new ArrayDeque<>();
    private long spilledParts;

    /** A finished group of one grouping set. */
    private record Result(Group group, Set<Integer> set) {}

    private @Nullable Group sortedGroup;
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
        var set = new java.util.TreeSet<Integer>();
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
        results = null;
        sortedGroup = null;
        sortedEnd = false;
        sortedRows = streaming() ? new RowReader(input) : null;
    }

    private Group start(@Nullable Object[] keyValues) {
        var states = new AggregateState[templates.length];
        for (int i = 0; i < states.length; i++) {
            states[i] = templates[i].start();
        }
        return new Group(keyValues, states);
    }

    private @Nullable Object[] keys(Row row) {
        @Nullable Object[] values = new @Nullable Object[keys.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = keys[i].value(row);
        }
        return values;
    }

    @Override
    @Nullable Batch next() {
        var reader = sortedRows;
        if (reader != null) {
            return nextSorted(reader);
        }
        var found = results;
        if (found == null) {
            found = aggregateInput();
            results = found;
        }
        while (!builder.full()) {
            if (!found.hasNext()) {
                var file = waiting.poll();
                if (file == null) {
                    break;
                }
                try (file;
                        var rows = file.finish().read()) {
                    found = aggregate(rows);
                }
                results = found;
                continue;
            }
            var result = found.next();
            emit(result.group, result.set);
        }
        return builder.take();
    }

    private @Nullable Batch nextSorted(RowReader reader) {
        while (!builder.full() && !sortedEnd) {
            var row = reader.next();
            var group = sortedGroup;
            if (row == null) {
                sortedEnd = true;
                if (group != null) {
                    emit(group, sets.getFirst());
                }
                break;
            }
            arrayRow.set(row);
            var values = keys(arrayRow);
            if (group == null
                    || !new HashKey(keyTypes, values).equals(new HashKey(keyTypes, group.keys))) {
                if (group != null) {
                    emit(group, sets.getFirst());
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

    private void emit(Group group, Set<Integer> set) {
        @Nullable Object[] row = new @Nullable Object[types.length];
        int at = 0;
        for (int i = 0; i < keys.length; i++) {
            row[at++] = set.contains(i) ? group.keys[i] : null;
        }
        for (var state : group.states) {
            row[at++] = state.result();
        }
        for (var arguments : plan.groupings()) {
            int bits = 0;
            for (int argument : arguments) {
                bits = bits << 1 | (set.contains(argument) ? 0 : 1);
            }
            row[at++] = bits;
        }
        builder.add(row);
    }

    private Iterator<Result> aggregateInput() {
        if (keys.length == 0 && sets.size() == 1) {
            var group = start(new Object[0]);
            var row = new Row.OfBatch();
            for (var batch = input.next(); batch != null; batch = input.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    row.set(batch, batch.row(i));
                    for (var state : group.states) {
                        state.add(row);
                    }
                }
            }
            input.close();
            return List.of(new Result(group, sets.getFirst())).iterator();
        }
        var rows = new RowReader(input);
        var found = aggregate(rows);
        input.close();
        return found;
    }

    private Iterator<Result> aggregate(RowSource rows) {
        List<Map<HashKey, Group>> tables = new ArrayList<>();
        for (int i = 0; i < sets.size(); i++) {
            tables.add(new LinkedHashMap<>());
        }
        RunFile[] parts = null;
        long memoryBytes = 0;
        for (var row = rows.next(); row != null; row = rows.next()) {
            arrayRow.set(row);
            var values = keys(arrayRow);
            for (int s = 0; s < tables.size(); s++) {
                var key = new HashKey(keyTypes, masked(values, sets.get(s)));
                var table = tables.get(s);
                var group = table.get(key);
                if (group == null) {
                    if (tables.size() == 1 && memoryBytes > frame.context().workMemoryBytes()) {
                        if (parts == null) {
                            parts = parts();
                        }
                        parts[
                                (key.hashCode() * 0x9E3779B9 + (int) spilledParts * 0x85EBCA6B)
                                        >>> 28]
                                .write(row);
                        continue;
                    }
                    group = start(values);
                    table.put(key, group);
                    memoryBytes += 96 + RowCodec.memoryBytes(values) + 64L * templates.length;
                }
                for (var state : group.states) {
                    long before = state.memoryBytes();
                    state.add(arrayRow);
                    memoryBytes += state.memoryBytes() - before;
                }
            }
        }
        if (parts != null) {
            spilledParts++;
            for (var part : parts) {
                if (part.rows() > 0) {
                    waiting.add(part);
                } else {
                    part.close();
                }
            }
        }
        var found = new ArrayList<Result>();
        for (int s = 0; s < tables.size(); s++) {
            var set = sets.get(s);
            if (set.isEmpty() && tables.get(s).isEmpty()) {
                found.add(new Result(start(new Object[keys.length]), set));
            }
            tables.get(s).values().forEach(group -> found.add(new Result(group, set)));
        }
        return found.iterator();
    }

    private RunFile[] parts() {
        var parts = new RunFile[PARTS];
        for (int i = 0; i < PARTS; i++) {
            parts[i] = new RunFile(frame.context().spillDirectory(), new RowCodec(input.types));
        }
        return parts;
    }

    private @Nullable Object[] masked(@Nullable Object[] values, Set<Integer> set) {
        if (set.size() == values.length) {
            return values;
        }
        @Nullable Object[] masked = new @Nullable Object[values.length];
        for (int index : set) {
            masked[index] = values[index];
        }
        return masked;
    }

    @Override
    public void close() {
        waiting.forEach(RunFile::close);
        waiting.clear();
        input.close();
    }
}
