package dev.quiverdb.sql.rewrite;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.SubLink;
import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.bind.BoundStatement;
import dev.quiverdb.sql.bind.Numbering;
import dev.quiverdb.sql.bind.PolicyConditions;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Relation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.jspecify.annotations.Nullable;

/** Secures statements: checks privileges, and puts row-level security filters over scans. */
public final class Rewriter {
    private final BindContext context;
    private final Privileges privileges;
    private final RowSecurity rowSecurity;

    /** Relations whose policies are being secured, to find those that ask for themselves. */
    private final Deque<Integer> securing = new ArrayDeque<>();

    private Rewriter(BindContext context, Numbering numbering) {
        this.context = context;
        this.privileges = new Privileges(context.catalog());
        this.rowSecurity = new RowSecurity(context, numbering, this::secured);
    }

    /** The subqueries of a policy's condition meet the policies of what they read. */
    private RexNode secured(Relation relation, PolicyConditions.Condition condition, int role) {
        if (securing.contains(relation.oid())) {
            throw new SqlException(
                    SqlState.INVALID_OBJECT_DEFINITION,
                    "infinite recursion detected in policy for relation \""
                            + relation.name()
                            + "\"");
        }
        condition.accesses().forEach(privileges::require);
        securing.push(relation.oid());
        try {
            return condition.node().accept(new Expressions());
        } finally {
            securing.pop();
        }
    }

    /** The statement with its policies; 42501 where a privilege is missing. */
    public static SecuredStatement secure(BoundStatement.Rows rows, BindContext context) {
        var rewriter = new Rewriter(context, rows.numbering());
        rows.accesses().forEach(rewriter.privileges::require);
        var rel = rewriter.rewrite(rows.rel(), null);
        var secured =
                new BoundStatement.Rows(
                        rows.kind(),
                        rel,
                        rows.outputs(),
                        rows.parameters(),
                        rows.uses(),
                        rows.accesses(),
                        rows.numbering(),
                        rows.into(),
                        rows.readOnly());
        return new SecuredStatement(secured, context);
    }

    /**
     * @param above the node above that changes rows; null for none
     */
    private RelNode rewrite(RelNode rel, PgRel.@Nullable Modify above) {
        if (rel instanceof PgRel.Scan scan) {
            return scan(scan, above);
        }
        var below = rel instanceof PgRel.Modify modify ? modify : above;
        List<RelNode> inputs =
                rel.getInputs().stream().map(input -> rewrite(input, below)).toList();
        var copied = same(inputs, rel.getInputs()) ? rel : rel.copy(rel.getTraitSet(), inputs);
        var inside = copied.accept(new Expressions());
        return inside instanceof PgRel.Modify modify ? rowSecurity.checked(modify) : inside;
    }

    private static boolean same(List<RelNode> left, List<RelNode> right) {
        for (int i = 0; i < left.size(); i++) {
            if (left.get(i) != right.get(i)) {
                return false;
            }
        }
        return true;
    }

    private RelNode scan(PgRel.Scan scan, PgRel.@Nullable Modify above) {
        boolean target = above != null && above.scan() == scan.id();
        return rowSecurity.filtered(scan, target ? above : null);
    }

    /** Secures subqueries in expressions, and asks whether their functions may be called. */
    private final class Expressions extends RexShuttle {
        @Override
        public RexNode visitCall(RexCall call) {
            if (call instanceof SubLink link) {
                var operands =
                        link.getOperands().stream().map(operand -> operand.accept(this)).toList();
                var inner = rewrite(link.rel(), null);
                boolean unchanged = inner == link.rel() && operands.equals(link.getOperands());
                return unchanged
                        ? link
                        : ((SubLink) link.clone(link.getType(), operands))
                                .with(inner, link.correlation());
            }
            var function = called(PgOperator.form(call));
            if (function != null) {
                privileges.requireExecute(function, context.role());
            }
            return super.visitCall(call);
        }
    }

    private static @Nullable Function called(@Nullable Form form) {
        return switch (form) {
            case Form.Call(var function, _, _, _) -> function;
            case Form.ScalarArray(_, var function, _) -> function;
            case Form.NullIf(_, var function) -> function;
            case Form.IsDistinct(_, var function, _) -> function;
            case Form.Aggregate aggregate -> aggregate.function();
            case Form.WindowCall window -> window.function();
            case null, default -> null;
        };
    }
}
