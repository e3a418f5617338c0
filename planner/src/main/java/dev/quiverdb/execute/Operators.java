package dev.quiverdb.execute;

import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Frame;
import dev.quiverdb.plan.Plan;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes operators of plan nodes. */
final class Operators {
    /** Measures and whatever else one tree of operators shares. */
    static final class Instruments {
        final IdentityHashMap<Plan, InstrumentedOperator> byNode = new IdentityHashMap<>();
    }

    /** Makes subplans' operators for expressions. */
    static final class Subplans implements Frame.SubplanFactory {
        private final List<Operator> made = new ArrayList<>();
        private final @Nullable Instruments instruments;
        private @Nullable Compiler compiler;

        Subplans() {
            this(null);
        }

        Subplans(@Nullable Instruments instruments) {
            this.instruments = instruments;
        }

        void attach(Frame frame) {
            compiler = new Compiler(frame);
        }

        @Override
        public Frame.Subplan make(Plan plan) {
            var with = compiler;
            if (with == null) {
                throw new IllegalStateException("no frame is attached");
            }
            var operator = Operators.make(plan, with, instruments);
            made.add(operator);
            var reader = new RowReader(operator);
            return new Frame.Subplan() {
                @Override
                public void open() {
                    operator.open();
                    reader.reset();
                }

                @Override
                public @Nullable Object @Nullable [] next() {
                    return reader.next();
                }

                @Override
                public void close() {
                    operator.close();
                }
            };
        }

        boolean used() {
            return !made.isEmpty();
        }

        void close() {
            made.forEach(Operator::close);
        }
    }

    static Operator make(Plan plan, Compiler compiler, @Nullable Instruments instruments) {
        return make(plan, compiler, instruments, new ReferentialActions(compiler));
    }

    static Operator make(
            Plan plan,
            Compiler compiler,
            @Nullable Instruments instruments,
            ReferentialActions references) {
        return new Maker(compiler, instruments, references).make(plan);
    }

    private record Maker(
            Compiler compiler, @Nullable Instruments instruments, ReferentialActions references) {
        Operator make(Plan plan) {
            var operator = plain(plan);
            if (instruments == null) {
                return operator;
            }
            var measured = new InstrumentedOperator(operator);
            instruments.byNode.put(plan, measured);
            return measured;
        }

        private Operator plain(Plan plan) {
            return switch (plan) {
                case Plan.SeqScan p -> new SeqScanOperator(p, compiler);
                case Plan.IndexScan p -> new IndexScanOperator(p, compiler);
                case Plan.VectorSearch p -> new VectorSearchOperator(p, compiler);
                case Plan.Values p -> new LeafOperators.ValuesOperator(p, compiler);
                case Plan.Result p ->
                        new LeafOperators.ResultOperator(
                                p, p.input() == null ? null : make(p.input()), compiler);
                case Plan.VirtualScan p -> new LeafOperators.VirtualScanOperator(p, compiler);
                case Plan.FunctionScan p -> new FunctionScanOperator(p, compiler);
                case Plan.Filter p -> new RowOperators.FilterOperator(p, make(p.input()), compiler);
                case Plan.Project p ->
                        new RowOperators.ProjectOperator(p, make(p.input()), compiler);
                case Plan.ProjectSet p ->
                        new RowOperators.ProjectSetOperator(p, make(p.input()), compiler);
                case Plan.NestedLoopJoin p ->
                        new NestedLoopOperator(p, make(p.left()), make(p.right()), compiler);
                case Plan.HashJoin p ->
                        new HashJoinOperator(p, make(p.left()), make(p.right()), compiler);
                case Plan.MergeJoin p ->
                        new MergeJoinOperator(p, make(p.left()), make(p.right()), compiler);
                case Plan.Aggregate p -> new AggregateOperator(p, make(p.input()), compiler);
                case Plan.Window p -> new WindowOperator(p, make(p.input()), compiler);
                case Plan.Sort p -> new SortOperator(p, make(p.input()), compiler);
                case Plan.TopN p -> new LimitOperators.TopNOperator(p, make(p.input()), compiler);
                case Plan.Limit p -> new LimitOperators.LimitOperator(p, make(p.input()), compiler);
                case Plan.Distinct p ->
                        new SetOperators.DistinctOperator(p, make(p.input()), compiler);
                case Plan.Append p ->
                        new AppendOperators.AppendOperator(p, all(p.inputs()), compiler);
                case Plan.MergeAppend p ->
                        new AppendOperators.MergeAppendOperator(p, all(p.inputs()), compiler);
                case Plan.SetOp p ->
                        new SetOperators.SetOpOperator(
                                p, make(p.left()), make(p.right()), compiler);
                case Plan.With p -> {
                    var tables = all(p.tables().stream().map(Plan.Cte::plan).toList());
                    yield new WithOperators.WithOperator(p, tables, make(p.body()), compiler);
                }
                case Plan.CteScan p -> new WithOperators.CteScanOperator(p, compiler);
                case Plan.RecursiveUnion p ->
                        new WithOperators.RecursiveUnionOperator(
                                p, make(p.initial()), make(p.recursive()), compiler);
                case Plan.WorkTableScan p -> new WithOperators.WorkTableScanOperator(p, compiler);
                case Plan.LockRows p -> new LockRowsOperator(p, make(p.input()), compiler);
                case Plan.Insert p ->
                        new ModifyOperator.InsertOperator(p, make(p.input()), compiler, references);
                case Plan.Update p ->
                        new ModifyOperator.UpdateOperator(p, make(p.input()), compiler, references);
                case Plan.Delete p ->
                        new ModifyOperator.DeleteOperator(p, make(p.input()), compiler, references);
                case Plan.Merge p ->
                        new ModifyOperator.MergeOperator(p, make(p.input()), compiler, references);
            };
        }

        private Operator[] all(List<Plan> plans) {
            var operators = new Operator[plans.size()];
            for (int i = 0; i < operators.length; i++) {
                operators[i] = make(plans.get(i));
            }
            return operators;
        }
    }

    private Operators() {}
}
