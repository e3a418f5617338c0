package dev.quiverdb.sql.bind;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Function;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;

/** The columns that a function with OUT parameters returns. */
final class OutColumns {
    private OutColumns() {}

    private static boolean isOut(char mode) {
        return mode == 'o' || mode == 'b' || mode == 't';
    }

    static List<String> names(Function function) {
        var names = new ArrayList<String>();
        for (int i = 0; i < function.argumentModes().size(); i++) {
            if (isOut(function.argumentModes().get(i))) {
                var name =
                        i < function.argumentNames().size() ? function.argumentNames().get(i) : "";
                names.add(name.isEmpty() ? "column" + (names.size() + 1) : name);
            }
        }
        return names;
    }

    /** The call with a result type that knows its columns. */
    static RexNode shaped(State state, Function function, RexCall call) {
        return shaped(call, names(function), types(state, function, call));
    }

    /** As {@link #shaped(State, Function, RexCall)} with columns that the user has defined. */
    static RexNode shaped(RexCall call, List<String> names, List<PgType> types) {
        var fields = new ArrayList<Type.Field>();
        for (int i = 0; i < names.size(); i++) {
            fields.add(new Type.Field(names.get(i), types.get(i).type(), types.get(i).typmod()));
        }
        return call.clone(PgType.of(Type.record(fields), -1), call.getOperands());
    }

    static int count(Function function) {
        return (int) function.argumentModes().stream().filter(OutColumns::isOut).count();
    }

    static List<PgType> types(State state, Function function, RexCall call) {
        return types(state, function, call.getOperands().stream().map(Coercion::type).toList());
    }

    static List<PgType> types(State state, Function function, List<Type> actual) {
        var declared = new ArrayList<Type>();
        for (int oid : function.argumentTypes()) {
            declared.add(state.type(oid));
        }
        var types = new ArrayList<PgType>();
        for (int i = 0; i < function.argumentModes().size(); i++) {
            if (isOut(function.argumentModes().get(i))) {
                var out = state.type(function.allArgumentTypes().get(i));
                if (out.form() == Type.Form.PSEUDO && actual.size() == declared.size()) {
                    out = new Polymorphism(state).solve(actual, declared, out).result();
                }
                types.add(PgType.of(out, -1));
            }
        }
        return types;
    }
}
