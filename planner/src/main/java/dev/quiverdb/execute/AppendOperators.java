package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.plan.Plan;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Several inputs one after the other, or together in order; partitions left out as they start. */
final class AppendOperators {
    /** Decides which inputs are read, by what the partition key is compared with. */
    private static final class Chooser {
        private final Plan.@Nullable Pruning pruning;
        private final int inputs;
        private final Evaluator[] values;
        private final ExecutionContext context;

        Chooser(Plan.@Nullable Pruning pruning, int inputs, Compiler compiler) {
            this.pruning = pruning;
            this.inputs = inputs;
            context = compiler.frame().context();
            values =
                    pruning == null
                            ? new Evaluator[0]
                            : compiler.compileAll(
                                    pruning.tests().stream().map(Plan.KeyTest::value).toList());
        }

        /** The inputs to be read this time. */
        BitSet choose() {
            var chosen = new BitSet();
            chosen.set(0, inputs);
            if (pruning == null) {
                return chosen;
            }
            var known = new ArrayList<PartitionSearch.Known>();
            for (int i = 0; i < values.length; i++) {
                var test = pruning.tests().get(i);
                var value = test.operator().equals("null") ? null : values[i].value(Row.NONE);
                known.add(
                        new PartitionSearch.Known(
                                test.column(), test.operator(), all(value, test.anyElement())));
            }
            var members = PartitionSearch.members(pruning.partitioning(), known, context.types());
            for (int i = 0; i < inputs; i++) {
                chosen.set(i, members.get(pruning.members().get(i)));
            }
            return chosen;
        }

        List<Map.Entry<String, String>> details(BitSet chosen) {
            int removed = inputs - chosen.cardinality();
            return removed == 0
                    ? List.of()
                    : List.of(Map.entry("Subplans Removed", Integer.toString(removed)));
        }
    }

    /** A value, or the elements of an array that are not NULL. */
    static List<Object> all(@Nullable Object value, boolean elements) {
        if (value == null) {
            return List.of();
        }
        if (!elements) {
            return List.of(value);
        }
        var found = new ArrayList<Object>();
        for (var element : ((PgArray) value).unsafeElements()) {
            if (element != null) {
                found.add(element);
            }
        }
        return found;
    }

    static final class AppendOperator extends Operator {
        private final Operator[] inputs;
        private final Chooser chooser;
        private BitSet chosen = new BitSet();
        private int current;
        private boolean opened;

        AppendOperator(Plan.Append plan, Operator[] inputs, Compiler compiler) {
            super(compiler.frame(), plan);
            this.inputs = inputs;
            chooser = new Chooser(plan.pruning(), inputs.length, compiler);
        }

        @Override
        void open() {
            chosen = chooser.choose();
            current = chosen.nextSetBit(0);
            opened = false;
        }

        @Override
        @Nullable Batch next() {
            while (current >= 0) {
                if (!opened) {
                    inputs[current].open();
                    opened = true;
                }
                var batch = inputs[current].next();
                if (batch != null) {
                    return batch;
                }
                inputs[current].close();
                current = chosen.nextSetBit(current + 1);
                opened = false;
            }
            return null;
        }

        @Override
        public void close() {
            for (var input : inputs) {
                input.close();
            }
        }

        @Override
        List<Map.Entry<String, String>> details() {
            return chooser.details(chosen);
        }
    }

    /** Merges ordered inputs. Cost: {@code O(log inputs)} a row. */
    static final class MergeAppendOperator extends Operator {
        private final Operator[] inputs;
        private final Chooser chooser;
        private final RowOrder order;
        private final BatchBuilder builder;
        private final Row.OfArray row = new Row.OfArray();
        private final PriorityQueue<Head> heads;
        private BitSet chosen = new BitSet();

        /** The first row of an input that was not given yet. */
        private static final class Head {
            private final int input;
            private final RowReader reader;
            private @Nullable Object[] values = new @Nullable Object[0];
            private @Nullable Object[] keys = new @Nullable Object[0];

            Head(int input, RowReader reader) {
                this.input = input;
                this.reader = reader;
            }
        }

        MergeAppendOperator(Plan.MergeAppend plan, Operator[] inputs, Compiler compiler) {
            super(compiler.frame(), plan);
            this.inputs = inputs;
            chooser = new Chooser(plan.pruning(), inputs.length, compiler);
            order = new RowOrder(plan.keys(), compiler);
            builder = new BatchBuilder(types);
            heads =
                    new PriorityQueue<>(
                            Math.max(1, inputs.length),
                            (a, b) -> {
                                int compared = order.compare(a.keys, b.keys);
                                return compared != 0 ? compared : Integer.compare(a.input, b.input);
                            });
        }

        @Override
        void open() {
            close();
            builder.reset();
            chosen = chooser.choose();
            for (int i = chosen.nextSetBit(0); i >= 0; i = chosen.nextSetBit(i + 1)) {
                inputs[i].open();
                advance(new Head(i, new RowReader(inputs[i])));
            }
        }

        private void advance(Head head) {
            var values = head.reader.next();
            if (values != null) {
                head.values = values;
                head.keys = order.keys(row.set(values));
                heads.add(head);
            }
        }

        @Override
        @Nullable Batch next() {
            while (!builder.full()) {
                var head = heads.poll();
                if (head == null) {
                    break;
                }
                builder.add(head.values);
                advance(head);
            }
            return builder.take();
        }

        @Override
        public void close() {
            heads.clear();
            for (var input : inputs) {
                input.close();
            }
        }

        @Override
        List<Map.Entry<String, String>> details() {
            return chooser.details(chosen);
        }
    }

    private AppendOperators() {}
}
