package dev.quiverdb.sql.rewrite;

import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.SubLink;
import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.bind.BoundStatement;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.jspecify.annotations.Nullable;

/** Secures statements: checks privileges and puts row-level security filters over scans. */
public final class Rewriter {
    private final BindContext context;
    private final Privileges privileges;
    private final RowSecurity rowSecurity;

    private Rewriter(BindContext context) {
        this.context = context;
        this.privileges = new Privileges(context.catalog());
        this.rowSecurity = new RowSecurity(context);
    }

    /** The statement with its policies; 42501 where a privilege is missing. */
    public static SecuredStatement secure(BoundStatement.Rows rows, BindContext context) {
        var rewriter = new Rewriter(context);
        var rel = rewriter.rewrite(rows.rel(), null);
        var secured =
                new BoundStatement.Rows(
                        rows.kind(),
                        rel,
                        rows.outputs(),
                        rows.parameters(),
                        rows.uses(),
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
        var inside = copied.accept(new SubLinks());
        return inside instanceof PgRel.Modify modify ? modify(modify) : inside;
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
        if (above == null || !target || RowSecurity.reads(above)) {
            privileges.requireSelect(scan);
        }
        return rowSecurity.filtered(scan, target ? above : null);
    }

    private RelNode modify(PgRel.Modify modify) {
        privileges.requireModify(modify, context.role());
        return rowSecurity.checked(modify);
    }

    private final class SubLinks extends RexShuttle {
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
            return super.visitCall(call);
        }
    }
}
