package dev.quiverdb.execute.expression;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.execute.expression.Expression.And;
import dev.quiverdb.execute.expression.Expression.ApplyTypmod;
import dev.quiverdb.execute.expression.Expression.ArrayBuild;
import dev.quiverdb.execute.expression.Expression.ArrayCoerce;
import dev.quiverdb.execute.expression.Expression.BooleanTest;
import dev.quiverdb.execute.expression.Expression.Call;
import dev.quiverdb.execute.expression.Expression.Case;
import dev.quiverdb.execute.expression.Expression.Coalesce;
import dev.quiverdb.execute.expression.Expression.CoerceToDomain;
import dev.quiverdb.execute.expression.Expression.CoerceViaText;
import dev.quiverdb.execute.expression.Expression.Constant;
import dev.quiverdb.execute.expression.Expression.ConvertRow;
import dev.quiverdb.execute.expression.Expression.FieldSelect;
import dev.quiverdb.execute.expression.Expression.FieldStore;
import dev.quiverdb.execute.expression.Expression.InputRef;
import dev.quiverdb.execute.expression.Expression.IsDistinct;
import dev.quiverdb.execute.expression.Expression.MinMax;
import dev.quiverdb.execute.expression.Expression.Not;
import dev.quiverdb.execute.expression.Expression.NullIf;
import dev.quiverdb.execute.expression.Expression.NullTest;
import dev.quiverdb.execute.expression.Expression.Or;
import dev.quiverdb.execute.expression.Expression.Parameter;
import dev.quiverdb.execute.expression.Expression.Relabel;
import dev.quiverdb.execute.expression.Expression.RowCompare;
import dev.quiverdb.execute.expression.Expression.ScalarArrayOp;
import dev.quiverdb.execute.expression.Expression.Slot;
import dev.quiverdb.execute.expression.Expression.SqlValueFunction;
import dev.quiverdb.execute.expression.Expression.SubPlan;
import dev.quiverdb.execute.expression.Expression.Subscript;
import dev.quiverdb.execute.expression.Expression.SubscriptAssign;
import dev.quiverdb.execute.function.CallContext;
import dev.quiverdb.execute.function.Functions;
import dev.quiverdb.execute.function.Implementation;
import dev.quiverdb.execute.procedure.RoutineCalls;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes evaluators of expressions for one execution. Costs a few objects for each node. */
public final class Compiler {
    private final Frame frame;

    public Compiler(Frame frame) {
        this.frame = frame;
    }

    public Frame frame() {
        return frame;
    }

    public @Nullable Evaluator compileIf(@Nullable Expression expression) {
        return expression == null ? null : compile(expression);
    }

    public Evaluator[] compileAll(List<? extends Expression> expressions) {
        var evaluators = new Evaluator[expressions.size()];
        for (int i = 0; i < evaluators.length; i++) {
            evaluators[i] = compile(expressions.get(i));
        }
        return evaluators;
    }

    public Evaluator compile(Expression expression) {
        return switch (expression) {
            case Constant constant -> new Leaves.Literal(constant);
            case InputRef input -> new Leaves.Input(input);
            case Slot slot -> new Leaves.SlotValue(slot, frame);
            case Parameter parameter -> new Leaves.ParameterValue(parameter, frame);
            case SqlValueFunction function -> new Leaves.SessionValue(function, frame);
            case Call call -> call(call);
            case Relabel relabel ->
                    new Conversions.Same(compile(relabel.argument()), relabel.type());
            case CoerceViaText coerce ->
                    new Conversions.ViaText(compile(coerce.argument()), coerce, frame);
            case ApplyTypmod apply -> new Conversions.Typmod(compile(apply.argument()), apply);
            case ArrayCoerce coerce ->
                    new Conversions.Elements(
                            compile(coerce.argument()), coerce, compile(coerce.element()), frame);
            case CoerceToDomain domain ->
                    new Conversions.Domain(compile(domain.argument()), domain, this);
            case ConvertRow convert ->
                    new Conversions.Fields(
                            compile(convert.argument()),
                            convert,
                            compileAll(convert.fields()),
                            frame);
            case And and -> new Logic.All(compileAll(and.arguments()), and.type());
            case Or or -> new Logic.AnyOf(compileAll(or.arguments()), or.type());
            case Not not -> new Logic.Negation(compile(not.argument()), not.type());
            case NullTest test -> new Logic.IsNull(compile(test.argument()), test);
            case BooleanTest test -> new Logic.TruthTest(compile(test.argument()), test);
            case Case choice -> new Choices.CaseOf(choice, this);
            case Coalesce coalesce ->
                    new Choices.FirstNotNull(compileAll(coalesce.arguments()), coalesce.type());
            case MinMax extreme -> new Choices.Extreme(compileAll(extreme.arguments()), extreme);
            case NullIf nullIf -> new Choices.NullIfEqual(nullIf, this);
            case IsDistinct distinct -> new Choices.Distinctness(distinct, this);
            case ScalarArrayOp operation -> new Choices.OverArray(operation, this);
            case Expression.Row row -> new Structures.RowOf(compileAll(row.fields()), row);
            case RowCompare compare -> new Structures.RowOrder(compare, this);
            case FieldSelect select -> new Structures.Field(compile(select.argument()), select);
            case FieldStore store ->
                    new Structures.Store(
                            compile(store.argument()), store, compileAll(store.values()));
            case ArrayBuild build -> new Structures.ArrayOf(compileAll(build.elements()), build);
            case Subscript subscript ->
                    new Subscripts.Read(compile(subscript.argument()), subscript, this);
            case SubscriptAssign assign ->
                    new Subscripts.Write(compile(assign.argument()), assign, this);
            case SubPlan subPlan -> SubPlans.make(subPlan, this);
        };
    }

    private Evaluator call(Call call) {
        var function = call.function();
        var implementation = implementation(function);
        var context =
                new CallContext(frame.context(), function, call.typmod(), call.variadicArray());
        var arguments = compileAll(call.arguments());
        var kernel = Kernels.find(call, arguments);
        if (kernel != null) {
            return kernel;
        }
        return new Calls.Invoke(
                call.type(), Calls.bind(implementation, context, function.strict()), arguments);
    }

    /** The implementation of a scalar function; 0A000 where there is none. */
    static Implementation implementation(FunctionRef function) {
        if (function.routine()) {
            return RoutineCalls.implementation(function);
        }
        var implementation = Functions.find(function);
        if (implementation == null) {
            throw SqlException.notSupported(
                    "function " + describe(function) + " is not supported yet");
        }
        return implementation;
    }

    static String describe(FunctionRef function) {
        var text = new StringBuilder(function.name()).append('(');
        for (int i = 0; i < function.argumentTypes().size(); i++) {
            text.append(i > 0 ? ", " : "").append(function.argumentTypes().get(i).displayName());
        }
        return text.append(')').toString();
    }

    /** A function bound to a place outside expressions; 0A000 where there is none. */
    public static Calls.Invocation bind(FunctionRef function, CallContext context) {
        return Calls.bind(implementation(function), context, function.strict());
    }

    /** A function of two values, for nodes that call one many times. */
    Calls.Invocation invocation(FunctionRef function) {
        return Calls.bind(
                implementation(function),
                new CallContext(frame.context(), function, -1, false),
                function.strict());
    }
}
