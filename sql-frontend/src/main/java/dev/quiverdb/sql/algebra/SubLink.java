package dev.quiverdb.sql.algebra;

import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.jspecify.annotations.Nullable;

/**
 * A subquery in an expression. References to the surrounding row are field accesses of the
 * correlation variable {@link #correlation}. The one operand of ANY and ALL is the test, which
 * reads the subquery's columns from placeholders.
 */
public final class SubLink extends RexCall {
    /** What the subquery is asked for. */
    public enum Kind {
        EXISTS,
        SCALAR,
        /** All columns of the one row, as a record. */
        ROW,
        ARRAY,
        ANY,
        ALL
    }

    private static final SqlOperator OPERATOR =
            new SqlSpecialOperator("SUBLINK", SqlKind.OTHER_FUNCTION);

    private final Kind kind;
    private final RelNode rel;
    private final CorrelationId correlation;
    private final List<Integer> placeholders;

    public SubLink(
            Kind kind,
            RelDataType type,
            RelNode rel,
            CorrelationId correlation,
            @Nullable RexNode test,
            List<Integer> placeholders) {
        this(kind, type, rel, correlation, test == null ? List.of() : List.of(test), placeholders);
    }

    private SubLink(
            Kind kind,
            RelDataType type,
            RelNode rel,
            CorrelationId correlation,
            List<RexNode> test,
            List<Integer> placeholders) {
        super(type, OPERATOR, test);
        this.kind = kind;
        this.rel = rel;
        this.correlation = correlation;
        this.placeholders = List.copyOf(placeholders);
    }

    public Kind kind() {
        return kind;
    }

    public RelNode rel() {
        return rel;
    }

    /** The variable that stands for the row in which this expression is evaluated. */
    public CorrelationId correlation() {
        return correlation;
    }

    /** For ANY and ALL: the placeholder of each column of the subquery. */
    public List<Integer> placeholders() {
        return placeholders;
    }

    public @Nullable RexNode test() {
        return operands.isEmpty() ? null : operands.getFirst();
    }

    /** The same over another subquery, seen from another row. */
    public SubLink with(RelNode rel, CorrelationId correlation) {
        return new SubLink(kind, type, rel, correlation, operands, placeholders);
    }

    @Override
    public RexCall clone(RelDataType type, List<RexNode> operands) {
        return new SubLink(kind, type, rel, correlation, operands, placeholders);
    }

    @Override
    protected String computeDigest(boolean withType) {
        return kind + "(" + operands + " rel#" + rel.getId() + ")";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
