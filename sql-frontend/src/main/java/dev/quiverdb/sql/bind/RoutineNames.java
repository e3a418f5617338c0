package dev.quiverdb.sql.bind;

import dev.quiverdb.sql.catalog.Function;
import java.util.List;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/** What names mean in the body of a function, after sql_fn_post_column_ref. */
interface RoutineNames {
    Function function();

    /** The argument {@code $n}, counted from 0; null where the function has no such argument. */
    @Nullable RexNode argument(State state, int index, int offset);

    /**
     * An argument by name, a field of it, either perhaps behind the function's name; null where the
     * name means none.
     */
    default @Nullable RexNode find(State state, List<String> names, int offset) {
        var function = function();
        int count = names.size();
        if (count == 1) {
            return named(state, names.getFirst(), offset);
        }
        if (count > 3 || count == 3 && !names.getFirst().equals(function.name())) {
            return null;
        }
        if (names.getFirst().equals(function.name())) {
            var value = named(state, names.get(1), offset);
            if (value != null && count == 2) {
                return value;
            }
            return value == null ? null : Indirections.field(state, value, names.get(2));
        }
        var value = named(state, names.getFirst(), offset);
        return value == null ? null : Indirections.field(state, value, names.get(1));
    }

    private @Nullable RexNode named(State state, String name, int offset) {
        var function = function();
        for (int i = 0; i < function.argumentTypes().size(); i++) {
            if (function.inputName(i).equals(name)) {
                return argument(state, i, offset);
            }
        }
        return null;
    }
}
