package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.List;

/** Reads what stands in the brackets behind a type's name. */
final class Typmods {
    private Typmods() {}

    static int single(List<String> arguments) {
        if (arguments.size() != 1) {
            throw new SqlException(SqlState.INVALID_PARAMETER_VALUE, "invalid type modifier");
        }
        return integer(arguments.get(0));
    }

    static int integer(String argument) {
        return (int) IntegerRoutines.parseLong(argument, 4, Types.INT4);
    }
}
