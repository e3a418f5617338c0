package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.PgType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexNode;

/**
 * Types of {@code $1...}: those that the client gave, and those that the first context in which a
 * parameter of unknown type is coerced gives it, as parse_param.c does.
 */
final class Parameters {
    private final State state;
    private final List<Integer> types;

    /** Parameters of unknown type in rows of which nobody has made a composite yet. */
    private final Set<RexDynamicParam> fields = Collections.newSetFromMap(new IdentityHashMap<>());

    Parameters(State state, List<Integer> given) {
        this.state = state;
        types = new ArrayList<>();
        for (int oid : given) {
            types.add(oid == 0 ? Oids.UNKNOWN : oid);
        }
    }

    /** How many types are known. */
    int count() {
        return types.size();
    }

    /** The parameter at {@code index}, from 0. */
    RexNode at(int index, int offset) {
        var parameter = new RexDynamicParam(PgType.of(state.type(types.get(index)), -1), index);
        state.offsets.put(parameter, offset);
        return parameter;
    }

    RexNode reference(int number, int offset) {
        if (number <= 0 || number > 65_535) {
            throw Errors.at(
                    offset, SqlState.UNDEFINED_PARAMETER, "there is no parameter $" + number);
        }
        var routine = state.routine;
        if (routine != null) {
            var argument = routine.argument(state, number - 1, offset);
            if (argument == null) {
                throw Errors.at(
                        offset, SqlState.UNDEFINED_PARAMETER, "there is no parameter $" + number);
            }
            return argument;
        }
        while (types.size() < number) {
            types.add(Oids.UNKNOWN);
        }
        var parameter =
                new RexDynamicParam(PgType.of(state.type(types.get(number - 1)), -1), number - 1);
        state.offsets.put(parameter, offset);
        return parameter;
    }

    /** A parameter of unknown type is a field of a row, which may still become a composite's. */
    void isField(RexDynamicParam parameter) {
        fields.add(parameter);
    }

    /** Gives an unknown parameter a type. */
    RexNode coerce(RexDynamicParam parameter, Type target, int offset) {
        fields.remove(parameter);
        int index = parameter.getIndex();
        int known = types.get(index);
        if (known == Oids.UNKNOWN) {
            types.set(index, target.oid());
        } else if (known != target.oid()) {
            throw Errors.at(
                            offset,
                            SqlState.AMBIGUOUS_PARAMETER,
                            "inconsistent types deduced for parameter $" + (index + 1))
                    .withDetail(
                            state.type(known).displayName() + " versus " + target.displayName());
        }
        return new RexDynamicParam(PgType.of(target, -1), index);
    }

    /** The types at the end; 42P18 if one was never determined. */
    List<Type> resolved() {
        var resolved = new ArrayList<Type>();
        for (int i = 0; i < types.size(); i++) {
            if (types.get(i) == Oids.UNKNOWN) {
                throw Errors.at(-1, SqlState.INDETERMINATE_DATATYPE, indeterminate(i));
            }
            resolved.add(state.type(types.get(i)));
        }
        var open = fields.stream().min(Comparator.comparingInt(RexDynamicParam::getIndex));
        if (open.isPresent()) {
            throw Errors.at(
                    state.offsets.getOrDefault(open.get(), -1),
                    SqlState.INDETERMINATE_DATATYPE,
                    indeterminate(open.get().getIndex()));
        }
        return resolved;
    }

    private static String indeterminate(int index) {
        return "could not determine data type of parameter $" + (index + 1);
    }
}
