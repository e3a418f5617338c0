package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Types;
import java.util.List;

/** nextval, currval, setval, lastval. */
final class SequenceFunctions {
    static void register(Registry r) {
        r.one("nextval_oid", (CallContext c, Long oid) -> next(c, oid.intValue()));
        r.one("currval_oid", (CallContext c, Long oid) -> current(c, oid.intValue()));
        r.zero("lastval", SequenceFunctions::last);
        r.two(
                "setval_oid",
                (CallContext c, Long oid, Long value) -> set(c, oid.intValue(), value, true));
        r.three(
                "setval3_oid",
                (CallContext c, Long oid, Long value, Boolean called) ->
                        set(c, oid.intValue(), value, called));
        r.one(
                "pg_sequence_last_value",
                (CallContext c, Long oid) -> {
                    var state =
                            c.execution()
                                    .sequences()
                                    .state(
                                            c.execution().catalog().sequenceId(oid.intValue()),
                                            c.execution().catalog().sequence(oid.intValue()));
                    return state.called() ? (Object) state.lastValue() : null;
                });
        r.one(
                "pg_sequence_parameters",
                (CallContext c, Long oid) -> {
                    var spec = c.execution().catalog().sequence(oid.intValue());
                    return RecordValue.of(
                            List.of(
                                    Types.INT8,
                                    Types.INT8,
                                    Types.INT8,
                                    Types.INT8,
                                    Types.BOOL,
                                    Types.INT8,
                                    Types.OID),
                            spec.start(),
                            spec.least(),
                            spec.greatest(),
                            spec.increment(),
                            spec.cycle(),
                            1L,
                            20L);
                });
        r.any(
                "pg_get_serial_sequence",
                (c, a) ->
                        c.execution()
                                .catalog()
                                .serialSequence(Strings.text(a, 0), Strings.text(a, 1)));
    }

    private static String name(CallContext c, int oid) {
        var name = c.execution().catalog().relationName(oid);
        return name == null ? Integer.toUnsignedString(oid) : name;
    }

    private static long next(CallContext c, int oid) {
        var execution = c.execution();
        if (execution.transaction().isReadOnly()) {
            throw new SqlException(
                    SqlState.READ_ONLY_SQL_TRANSACTION,
                    "cannot execute nextval() in a read-only transaction");
        }
        var spec = execution.catalog().sequence(oid);
        execution.catalog().requireSequence(oid, "Uw");
        var value =
                execution
                        .sequences()
                        .next(execution.transaction(), execution.catalog().sequenceId(oid), spec);
        if (value.isEmpty()) {
            boolean up = spec.increment() > 0;
            throw new SqlException(
                    SqlState.SEQUENCE_GENERATOR_LIMIT_EXCEEDED,
                    "nextval: reached "
                            + (up ? "maximum" : "minimum")
                            + " value of sequence \""
                            + name(c, oid)
                            + "\" ("
                            + (up ? spec.greatest() : spec.least())
                            + ")");
        }
        execution.session().sequenceMemory().drawn(oid, value.getAsLong());
        return value.getAsLong();
    }

    private static long current(CallContext c, int oid) {
        c.execution().catalog().requireSequence(oid, "rU");
        var last = c.execution().session().sequenceMemory().last(oid);
        if (last.isEmpty()) {
            c.execution().catalog().sequence(oid);
            throw new SqlException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "currval of sequence \""
                            + name(c, oid)
                            + "\" is not yet defined in this session");
        }
        return last.getAsLong();
    }

    private static Object last(CallContext c) {
        var memory = c.execution().session().sequenceMemory();
        var last = memory.last(memory.lastSequence());
        if (last.isEmpty()) {
            throw new SqlException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "lastval is not yet defined in this session");
        }
        c.execution().catalog().requireSequence((int) memory.lastSequence(), "rU");
        return last.getAsLong();
    }

    private static long set(CallContext c, int oid, long value, boolean called) {
        var execution = c.execution();
        if (execution.transaction().isReadOnly()) {
            throw new SqlException(
                    SqlState.READ_ONLY_SQL_TRANSACTION,
                    "cannot execute setval() in a read-only transaction");
        }
        var spec = execution.catalog().sequence(oid);
        execution.catalog().requireSequence(oid, "w");
        if (value < spec.least() || value > spec.greatest()) {
            throw new SqlException(
                    SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                    String.format(
                            "setval: value %d is out of bounds for sequence \"%s\" (%d..%d)",
                            value, name(c, oid), spec.least(), spec.greatest()));
        }
        execution
                .sequences()
                .set(execution.transaction(), execution.catalog().sequenceId(oid), value, called);
        if (called) {
            execution.session().sequenceMemory().set(oid, value);
        }
        return value;
    }

    private SequenceFunctions() {}
}
