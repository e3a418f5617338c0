package dev.quiverdb.sql.algebra;

import dev.quiverdb.base.type.Type;
import java.util.List;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.jspecify.annotations.Nullable;

/** The operator of every expression that is PostgreSQL's own; its {@link Form} says what it is. */
public final class PgOperator extends SqlSpecialOperator {
    private final Form form;

    private PgOperator(Form form) {
        super(form.getClass().getSimpleName(), SqlKind.OTHER_FUNCTION);
        this.form = form;
    }

    public Form form() {
        return form;
    }

    /** An expression of this form. */
    public static RexNode call(Form form, PgType type, List<? extends RexNode> operands) {
        return new Call(type, new PgOperator(form), List.copyOf(operands));
    }

    public static RexNode call(Form form, PgType type, RexNode... operands) {
        return call(form, type, List.of(operands));
    }

    /** A constant; null is SQL's NULL. */
    public static RexNode constant(@Nullable Object value, Type type, int typmod) {
        return call(new Form.Constant(value), PgType.of(type, typmod));
    }

    /** The form of a call; null where the node is no call of a PgOperator. */
    public static @Nullable Form form(RexNode node) {
        return node instanceof RexCall call && call.getOperator() instanceof PgOperator own
                ? own.form
                : null;
    }

    /** The constant that a node is, or null where it is none. */
    public static Form.@Nullable Constant constant(RexNode node) {
        return form(node) instanceof Form.Constant constant ? constant : null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PgOperator operator && operator.form.equals(form);
    }

    @Override
    public int hashCode() {
        return form.hashCode();
    }

    @Override
    public boolean isDeterministic() {
        return !(form instanceof Form.Call call) || call.function().volatility() != 'v';
    }

    @Override
    public String toString() {
        return switch (form) {
            case Form.Call call -> call.function().name();
            case Form.Aggregate aggregate -> aggregate.function().name();
            case Form.WindowCall window -> window.function().name();
            case Form.Constant constant -> String.valueOf(constant.value());
            default -> getName();
        };
    }

    /** A Calcite call whose digest is made only when asked for. */
    private static final class Call extends RexCall {
        Call(PgType type, PgOperator operator, List<RexNode> operands) {
            super(type, operator, operands);
        }

        @Override
        public RexCall clone(org.apache.calcite.rel.type.RelDataType type, List<RexNode> operands) {
            return new Call(PgType.of(type), (PgOperator) op, operands);
        }

        @Override
        protected String computeDigest(boolean withType) {
            return op + operands.toString() + (operands.isEmpty() ? ":" + type : "");
        }
    }
}
