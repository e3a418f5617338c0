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
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** DISTINCT, DISTINCT ON, INTERSECT and EXCEPT. */
final class SetOperators {
    /** Rows whose keys were not seen; what does not fit in memory is looked at later, in parts. */
    static final class DistinctOperator extends Operator {
        private static final int PARTS = 16;

        private final Plan.Distinct plan;
        private final Operator input;
        private final Evaluator[] keys;
        private final Type[] keyTypes;
        private final BatchBuilder builder;
        private final Row.OfArray row = new Row.OfArray();
        private final ArrayDeque<RunFile> waiting = new ArrayDeque<>();
        private @Nullable RowSource source;
        private @Nullable RunFile reading;
        private Set<HashKey> seen = new HashSet<>();
        private RunFile @Nullable [] parts;
        private @Nullable HashKey last;
        private long memoryBytes;
        private int round;

        DistinctOperator(Plan.Distinct plan, Operator input, Compiler compiler) {
            super(compiler.frame(), input.types);
            this.plan = plan;
            this.input = input;
            keys = compiler.compileAll(plan.keys());
            keyTypes = Arrays.stream(keys).map(Evaluator::type).toArray(Type[]::new);
            builder = new BatchBuilder(types);
        }

        @Override
        void open() {
            close();
            input.open();
            source = new RowReader(input);
            builder.reset();
            last = null;
            round = 0;
        }

        @Override
        @Nullable Batch next() {
            while (!builder.full()) {
                var rows = source;
                var values = rows == null ? null : rows.next();
                if (values == null) {
                    if (!nextPart()) {
                        break;
                    }
                    continue;
                }
                row.set(values);
                @Nullable Object[] keyValues = new @Nullable Object[keys.length];
                for (int i = 0; i < keyValues.length; i++) {
                    keyValues[i] = keys[i].value(row);
                }
                var key = new HashKey(keyTypes, keyValues);
                if (plan.sorted()) {
                    if (!key.equals(last)) {
                        builder.add(values);
                        last = key;
                    }
                } else if (!seen.contains(key)) {
                    firstTime(key, values);
                }
            }
            return builder.take();
        }

        private void firstTime(HashKey key, @Nullable Object[] values) {
            if (memoryBytes <= frame.context().workMemoryBytes()) {
                seen.add(key);
                memoryBytes += 64 + RowCodec.memoryBytes(key.values());
                builder.add(values);
                return;
            }
            var files = parts;
            if (files == null) {
                files = new RunFile[PARTS];
                for (int i = 0; i < PARTS; i++) {
                    files[i] = new RunFile(frame.context().spillDirectory(), new RowCodec(types));
                }
                parts = files;
            }
            files[(key.hashCode() * 0x9E3779B9 + round * 0x85EBCA6B) >>> 28].write(values);
        }

        private boolean nextPart() {
            if (parts != null) {
                waiting.addAll(Arrays.asList(parts));
                parts = null;
                round++;
            }
            if (source != null) {
                source.close();
                source = null;
            }
            if (reading != null) {
                reading.close();
            }
            reading = waiting.poll();
            seen = new HashSet<>();
            memoryBytes = 0;
            if (reading == null) {
                return false;
            }
            source = reading.finish().read();
            return true;
        }

        @Override
        public void close() {
            waiting.forEach(RunFile::close);
            waiting.clear();
            if (parts != null) {
                Arrays.stream(parts).forEach(RunFile::close);
                parts = null;
            }
            if (reading != null) {
                reading.close();
                reading = null;
            }
            source = null;
            seen = new HashSet<>();
            memoryBytes = 0;
            input.close();
        }
    }

    /** Counts rows of both sides by value. */
    static final class SetOpOperator extends Operator {
        private static final class Count {
            long left;
            long right;
        }

        private final Plan.SetOp plan;
        private final Operator left;
        private final Operator right;
        private final BatchBuilder builder;
        private @Nullable Iterator<Map.Entry<HashKey, Count>> results;
        private @Nullable HashKey repeated;
        private long repeats;

        SetOpOperator(Plan.SetOp plan, Operator left, Operator right, Compiler compiler) {
            super(compiler.frame(), plan);
            this.plan = plan;
            this.left = left;
            this.right = right;
            builder = new BatchBuilder(types);
        }

        @Override
        void open() {
            results = null;
            repeats = 0;
            builder.reset();
        }

        private Iterator<Map.Entry<HashKey, Count>> run() {
            var counts = new LinkedHashMap<HashKey, Count>();
            left.open();
            var rows = new RowReader(left);
            for (var row = rows.next(); row != null; row = rows.next()) {
                counts.computeIfAbsent(new HashKey(types, row), key -> new Count()).left++;
            }
            left.close();
            right.open();
            rows = new RowReader(right);
            for (var row = rows.next(); row != null; row = rows.next()) {
                var count = counts.get(new HashKey(types, row));
                if (count != null) {
                    count.right++;
                }
            }
            right.close();
            return counts.entrySet().iterator();
        }

        private long wanted(Count count) {
            return switch (plan.kind()) {
                case INTERSECT -> count.left > 0 && count.right > 0 ? 1 : 0;
                case INTERSECT_ALL -> Math.min(count.left, count.right);
                case EXCEPT -> count.left > 0 && count.right == 0 ? 1 : 0;
                case EXCEPT_ALL -> Math.max(0, count.left - count.right);
            };
        }

        @Override
        @Nullable Batch next() {
            var found = results;
            if (found == null) {
                found = run();
                results = found;
            }
            while (!builder.full()) {
                var row = repeated;
                if (repeats > 0 && row != null) {
                    builder.add(row.values());
                    repeats--;
                } else if (found.hasNext()) {
                    var entry = found.next();
                    repeated = entry.getKey();
                    repeats = wanted(entry.getValue());
                } else {
                    break;
                }
            }
            return builder.take();
        }

        @Override
        public void close() {
            results = null;
            left.close();
            right.close();
        }
    }

    private SetOperators() {}
}
