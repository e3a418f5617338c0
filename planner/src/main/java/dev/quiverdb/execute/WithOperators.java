package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Frame;
import dev.quiverdb.execute.expression.HashKey;
import dev.quiverdb.execute.spill.RowCodec;
import dev.quiverdb.execute.spill.RowList;
import dev.quiverdb.execute.spill.RowSource;
import dev.quiverdb.plan.Plan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** WITH: common tables, recursion and its work table. */
final class WithOperators {
    /** A common table: run once, as far as somebody reads. */
    static final class SharedTable implements AutoCloseable {
        private final Operator input;
        private final RowReader reader;
        private final RowList rows;
        private boolean opened;
        private boolean done;

        SharedTable(Operator input, Frame frame) {
            this.input = input;
            reader = new RowReader(input);
            rows =
                    new RowList(
                            new RowCodec(input.types),
                            frame.context().workMemoryBytes(),
                            frame.context().spillDirectory());
        }

        /** Reads one more row of the input; false at its end. */
        boolean advance() {
            if (!opened) {
                opened = true;
                input.open();
                reader.reset();
            }
            if (done) {
                return false;
            }
            var row = reader.next();
            if (row == null) {
                done = true;
                input.close();
                return false;
            }
            rows.add(row);
            return true;
        }

        void finish() {
            while (advance()) {
                // Data-modifying statements run to their end.
            }
        }

        @Override
        public void close() {
            rows.close();
            input.close();
        }
    }

    static final class WithOperator extends Operator {
        private final Plan.With plan;
        private final Operator[] tables;
        private final Operator body;

        WithOperator(Plan.With plan, Operator[] tables, Operator body, Compiler compiler) {
            super(compiler.frame(), plan);
            this.plan = plan;
            this.tables = tables;
            this.body = body;
        }

        @Override
        void open() {
            closeTables();
            for (int i = 0; i < tables.length; i++) {
                frame.tables().put(plan.tables().get(i).id(), new SharedTable(tables[i], frame));
            }
            body.open();
        }

        @Override
        @Nullable Batch next() {
            var batch = body.next();
            if (batch == null) {
                for (var table : plan.tables()) {
                    if (table.modifies()
                            && frame.tables().get(table.id()) instanceof SharedTable shared) {
                        shared.finish();
                    }
                }
            }
            return batch;
        }

        Operator body() {
            return body;
        }

        private void closeTables() {
            for (var table : plan.tables()) {
                if (frame.tables().remove(table.id()) instanceof SharedTable shared) {
                    shared.close();
                }
            }
        }

        @Override
        public void close() {
            body.close();
            closeTables();
        }
    }

    static final class CteScanOperator extends Operator {
        private final Plan.CteScan plan;
        private final BatchBuilder builder;
        private @Nullable SharedTable table;
        private @Nullable RowSource rows;

        CteScanOperator(Plan.CteScan plan, Compiler compiler) {
            super(compiler.frame(), plan);
            this.plan = plan;
            builder = new BatchBuilder(types);
        }

        @Override
        void open() {
            close();
            builder.reset();
            if (frame.tables().get(plan.cteId()) instanceof SharedTable shared) {
                table = shared;
                rows = shared.rows.read();
            } else {
                throw new IllegalStateException("common table " + plan.name() + " is not open");
            }
        }

        @Override
        @Nullable Batch next() {
            var source = rows;
            var shared = table;
            if (source == null || shared == null) {
                return null;
            }
            while (!builder.full()) {
                var row = source.next();
                if (row == null) {
                    if (!shared.advance()) {
                        break;
                    }
                    row = source.next();
                    if (row == null) {
                        break;
                    }
                }
                builder.add(row);
            }
            return builder.take();
        }

        @Override
        public void close() {
            if (rows != null) {
                rows.close();
                rows = null;
            }
        }
    }

    /**
     * Yields the first part, then round after round what the recursive part makes of the last
     * round.
     */
    static final class RecursiveUnionOperator extends Operator {
        private final Plan.RecursiveUnion plan;
        private final Operator initial;
        private final Operator recursive;
        private final BatchBuilder builder;
        private final Set<HashKey> seen = new HashSet<>();
        private List<@Nullable Object[]> nextRound = new ArrayList<>();
        private @Nullable RowReader reader;

        RecursiveUnionOperator(
                Plan.RecursiveUnion plan, Operator initial, Operator recursive, Compiler compiler) {
            super(compiler.frame(), plan);
            this.plan = plan;
            this.initial = initial;
            this.recursive = recursive;
            builder = new BatchBuilder(types);
        }

        @Override
        void open() {
            seen.clear();
            nextRound = new ArrayList<>();
            builder.reset();
            initial.open();
            reader = new RowReader(initial);
        }

        @Override
        @Nullable Batch next() {
            while (!builder.full()) {
                var rows = reader;
                if (rows == null) {
                    break;
                }
                frame.context().checkCancelled();
                var row = rows.next();
                if (row == null) {
                    nextRound();
                } else if (!plan.distinct() || seen.add(new HashKey(types, row))) {
                    nextRound.add(row);
                    builder.add(row);
                }
            }
            return builder.take();
        }

        private void nextRound() {
            if (nextRound.isEmpty()) {
                reader = null;
                return;
            }
            frame.tables().put(plan.workTableId(), nextRound);
            nextRound = new ArrayList<>();
            recursive.open();
            reader = new RowReader(recursive);
        }

        @Override
        public void close() {
            frame.tables().remove(plan.workTableId());
            seen.clear();
            initial.close();
            recursive.close();
        }
    }

    static final class WorkTableScanOperator extends Operator {
        private final Plan.WorkTableScan plan;
        private final BatchBuilder builder;
        private int next;
        private List<?> rows = List.of();

        WorkTableScanOperator(Plan.WorkTableScan plan, Compiler compiler) {
            super(compiler.frame(), plan);
            this.plan = plan;
            builder = new BatchBuilder(types);
        }

        @Override
        void open() {
            next = 0;
            builder.reset();
            rows =
                    frame.tables().get(plan.workTableId()) instanceof List<?> list
                            ? list
                            : List.of();
        }

        @Override
        @Nullable Batch next() {
            while (next < rows.size() && !builder.full()) {
                builder.add((Object[]) rows.get(next++));
            }
            return builder.take();
        }

        @Override
        public void close() {}
    }

    private WithOperators() {}
}
