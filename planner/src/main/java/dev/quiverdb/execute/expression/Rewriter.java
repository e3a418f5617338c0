package dev.quiverdb.execute.expression;

import dev.quiverdb.execute.expression.Expression.And;
import dev.quiverdb.execute.expression.Expression.ApplyTypmod;
import dev.quiverdb.execute.expression.Expression.ArrayBuild;
import dev.quiverdb.execute.expression.Expression.ArrayCoerce;
import dev.quiverdb.execute.expression.Expression.BooleanTest;
import dev.quiverdb.execute.expression.Expression.Bracket;
import dev.quiverdb.execute.expression.Expression.Call;
import dev.quiverdb.execute.expression.Expression.Case;
import dev.quiverdb.execute.expression.Expression.Coalesce;
import dev.quiverdb.execute.expression.Expression.CoerceToDomain;
import dev.quiverdb.execute.expression.Expression.CoerceViaText;
import dev.quiverdb.execute.expression.Expression.Constant;
import dev.quiverdb.execute.expression.Expression.ConvertRow;
import dev.quiverdb.execute.expression.Expression.DomainCheck;
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
import dev.quiverdb.execute.expression.Expression.SlotBinding;
import dev.quiverdb.execute.expression.Expression.SqlValueFunction;
import dev.quiverdb.execute.expression.Expression.SubPlan;
import dev.quiverdb.execute.expression.Expression.Subscript;
import dev.quiverdb.execute.expression.Expression.SubscriptAssign;
import dev.quiverdb.execute.expression.Expression.When;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Walks and rebuilds expressions. Does not go into the plans of subqueries. */
public final class Rewriter {
    private final Function<Expression, @Nullable Expression> replace;

    private Rewriter(Function<Expression, @Nullable Expression> replace) {
        this.replace = replace;
    }

    /**
     * The expression with parts replaced: where {@code replace} answers null, its arguments are
     * looked at.
     */
    public static Expression rewrite(
            Expression expression, Function<Expression, @Nullable Expression> replace) {
        return new Rewriter(replace).of(expression);
    }

    private List<Expression> all(List<Expression> list) {
        return list.stream().map(this::of).toList();
    }

    private @Nullable Expression maybe(@Nullable Expression expression) {
        return expression == null ? null : of(expression);
    }

    private List<Bracket> brackets(List<Bracket> list) {
        return list.stream()
                .map(b -> new Bracket(b.slice(), maybe(b.lower()), maybe(b.upper())))
                .toList();
    }

    private Expression of(Expression expression) {
        var replaced = replace.apply(expression);
        if (replaced != null) {
            return replaced;
        }
        return switch (expression) {
            case Constant e -> e;
            case InputRef e -> e;
            case Slot e -> e;
            case Parameter e -> e;
            case SqlValueFunction e -> e;
            case Call e ->
                    new Call(
                            e.function(),
                            all(e.arguments()),
                            e.type(),
                            e.typmod(),
                            e.variadicArray());
            case Relabel e -> new Relabel(of(e.argument()), e.type(), e.typmod());
            case CoerceViaText e -> new CoerceViaText(of(e.argument()), e.type(), e.typmod());
            case ApplyTypmod e -> new ApplyTypmod(of(e.argument()), e.typmod(), e.explicit());
            case ArrayCoerce e ->
                    new ArrayCoerce(
                            of(e.argument()), e.slot(), of(e.element()), e.type(), e.typmod());
            case CoerceToDomain e ->
                    new CoerceToDomain(
                            of(e.argument()),
                            e.type(),
                            e.notNull(),
                            e.slot(),
                            e.checks().stream()
                                    .map(c -> new DomainCheck(c.name(), of(c.condition())))
                                    .toList());
            case ConvertRow e ->
                    new ConvertRow(of(e.argument()), e.firstSlot(), all(e.fields()), e.type());
            case And e -> new And(all(e.arguments()), e.type());
            case Or e -> new Or(all(e.arguments()), e.type());
            case Not e -> new Not(of(e.argument()), e.type());
            case NullTest e -> new NullTest(of(e.argument()), e.isNull(), e.rowwise(), e.type());
            case BooleanTest e -> new BooleanTest(of(e.argument()), e.test(), e.type());
            case Case e ->
                    new Case(
                            maybe(e.subject()),
                            e.slot(),
                            e.whens().stream()
                                    .map(w -> new When(of(w.condition()), of(w.result())))
                                    .toList(),
                            maybe(e.otherwise()),
                            e.type(),
                            e.typmod());
            case Coalesce e -> new Coalesce(all(e.arguments()), e.type(), e.typmod());
            case MinMax e -> new MinMax(e.greatest(), all(e.arguments()), e.type());
            case NullIf e -> new NullIf(e.equality(), of(e.left()), of(e.right()), e.type());
            case IsDistinct e ->
                    new IsDistinct(
                            e.equality(), of(e.left()), of(e.right()), e.negated(), e.type());
            case ScalarArrayOp e ->
                    new ScalarArrayOp(e.operator(), e.any(), of(e.left()), of(e.array()), e.type());
            case Expression.Row e -> new Expression.Row(all(e.fields()), e.names(), e.type());
            case RowCompare e ->
                    new RowCompare(
                            e.comparison(),
                            e.comparisons(),
                            e.equalities(),
                            all(e.left()),
                            all(e.right()),
                            e.type());
            case FieldSelect e ->
                    new FieldSelect(of(e.argument()), e.field(), e.type(), e.typmod());
            case FieldStore e ->
                    new FieldStore(of(e.argument()), e.fields(), all(e.values()), e.type());
            case ArrayBuild e -> new ArrayBuild(all(e.elements()), e.nested(), e.type());
            case Subscript e ->
                    new Subscript(of(e.argument()), brackets(e.brackets()), e.type(), e.typmod());
            case SubscriptAssign e ->
                    new SubscriptAssign(
                            of(e.argument()), brackets(e.brackets()), of(e.value()), e.type());
            case SubPlan e ->
                    new SubPlan(
                            e.id(),
                            e.kind(),
                            e.plan(),
                            e.bindings().stream()
                                    .map(b -> new SlotBinding(b.slot(), of(b.value())))
                                    .toList(),
                            maybe(e.test()),
                            e.resultSlots(),
                            all(e.hashOperands()),
                            e.type());
        };
    }
}
