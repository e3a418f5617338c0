package dev.quiverdb.sql.bind;

import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.Form.Syntax;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;

/**
 * Forgets how casts were written. An expression that was stored as text comes back with casts that
 * nobody wrote, and equals the one that it was once this is forgotten.
 */
final class PlainCasts extends RexShuttle {
    private PlainCasts() {}

    static RexNode of(RexNode expression) {
        return expression.accept(new PlainCasts());
    }

    @Override
    public RexNode visitCall(RexCall call) {
        var inner = super.visitCall(call);
        if (!(inner instanceof RexCall rewritten)) {
            return inner;
        }
        var plain =
                switch (PgOperator.form(rewritten)) {
                    case Form.Call form
                            when form.syntax() == Syntax.EXPLICIT_CAST
                                    || form.syntax() == Syntax.IMPLICIT_CAST ->
                            new Form.Call(
                                    form.function(), Syntax.FUNCTION, null, form.variadicArray());
                    case Form.Relabel _ -> new Form.Relabel(Syntax.IMPLICIT_CAST);
                    case Form.CoerceViaText _ -> new Form.CoerceViaText(Syntax.IMPLICIT_CAST);
                    case null, default -> null;
                };
        return plain == null
                ? rewritten
                : PgOperator.call(plain, PgType.of(rewritten), rewritten.getOperands());
    }
}
