package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Ast;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.RangeVar;
import dev.quiverdb.sql.parse.TypeName;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The options of CREATE and ALTER SEQUENCE and of identity columns, after init_params. */
final class SequenceOptions {
    /** What they come to; {@code restart} is null unless asked for. */
    record Result(Relation.Sequence sequence, @Nullable Long restart) {}

    private final Change change;

    SequenceOptions(Change change) {
        this.change = change;
    }

    /**
     * @param old the sequence to alter; null for a new one
     * @param type OID of the type where AS does not say
     */
    Result apply(
            List<Clause.Option> options,
            Relation.@Nullable Sequence old,
            int type,
            Relation sequence) {
        var seen = new HashSet<String>();
        int wanted = old == null ? type : old.type();
        boolean typeChanged = false;
        Long increment = null;
        Long minimum = null;
        Long maximum = null;
        boolean noMinimum = false;
        boolean noMaximum = false;
        Long start = null;
        Long cache = null;
        Boolean cycle = null;
        boolean restarts = false;
        Long restartValue = null;
        int ownedRelation = old == null ? 0 : old.ownedRelation();
        int ownedColumn = old == null ? 0 : old.ownedColumn();
        for (var option : options) {
            if (!seen.add(option.name())) {
                throw new SqlException(SqlState.SYNTAX_ERROR, "conflicting or redundant options")
                        .withPosition(option.offset() + 1);
            }
            var value = option.value();
            switch (option.name()) {
                case "as" -> {
                    wanted = change.expressions().type((TypeName) required(value)).type().oid();
                    if (wanted != Oids.INT2 && wanted != Oids.INT4 && wanted != Oids.INT8) {
                        throw new SqlException(
                                SqlState.INVALID_PARAMETER_VALUE,
                                "sequence type must be smallint, integer, or bigint");
                    }
                    typeChanged = true;
                }
                case "increment" -> increment = number(value);
                case "minvalue" -> {
                    minimum = value == null ? null : number(value);
                    noMinimum = value == null;
                }
                case "maxvalue" -> {
                    maximum = value == null ? null : number(value);
                    noMaximum = value == null;
                }
                case "start" -> start = number(value);
                case "cache" -> cache = number(value);
                case "cycle" -> cycle = flag(value);
                case "restart" -> {
                    restarts = true;
                    restartValue = value == null ? null : number(value);
                }
                case "owned_by" -> {
                    var owner = owner((Clause.NameRef) required(value), sequence);
                    ownedRelation = owner.relation;
                    ownedColumn = owner.column;
                }
                default -> {}
            }
        }
        long step = increment != null ? increment : old == null ? 1 : old.increment();
        if (step == 0) {
            throw invalid("INCREMENT must not be zero");
        }
        long low = low(wanted);
        long high = high(wanted);
        long max;
        if (maximum != null) {
            max = maximum;
        } else if (old == null || noMaximum || typeChanged && old.maximum() == high(old.type())) {
            max = step > 0 ? high : -1;
        } else {
            max = old.maximum();
        }
        long min;
        if (minimum != null) {
            min = minimum;
        } else if (old == null || noMinimum || typeChanged && old.minimum() == low(old.type())) {
            min = step < 0 ? low : 1;
        } else {
            min = old.minimum();
        }
        if (max < low || max > high) {
            throw invalid(
                    "MAXVALUE ("
                            + max
                            + ") is out of range for sequence data type "
                            + name(wanted));
        }
        if (min < low || min > high) {
            throw invalid(
                    "MINVALUE ("
                            + min
                            + ") is out of range for sequence data type "
                            + name(wanted));
        }
        if (min >= max) {
            throw invalid("MINVALUE (" + min + ") must be less than MAXVALUE (" + max + ")");
        }
        long first = start != null ? start : old == null ? (step > 0 ? min : max) : old.start();
        if (first < min) {
            throw invalid("START value (" + first + ") cannot be less than MINVALUE (" + min + ")");
        }
        if (first > max) {
            throw invalid(
                    "START value (" + first + ") cannot be greater than MAXVALUE (" + max + ")");
        }
        long size = cache != null ? cache : old == null ? 1 : old.cache();
        if (size <= 0) {
            throw invalid("CACHE (" + size + ") must be greater than zero");
        }
        Long restart =
                restarts ? (restartValue != null ? restartValue : Long.valueOf(first)) : null;
        if (restart != null && restart < min) {
            throw invalid(
                    "RESTART value (" + restart + ") cannot be less than MINVALUE (" + min + ")");
        }
        if (restart != null && restart > max) {
            throw invalid(
                    "RESTART value ("
                            + restart
                            + ") cannot be greater than MAXVALUE ("
                            + max
                            + ")");
        }
        boolean cycles = cycle != null ? cycle : old != null && old.cycle();
        char ownership = old != null && old.ownership() == 'i' ? 'i' : 'a';
        return new Result(
                new Relation.Sequence(
                        wanted,
                        first,
                        step,
                        min,
                        max,
                        size,
                        cycles,
                        ownedRelation,
                        ownedColumn,
                        ownership),
                restart);
    }

    private record Owner(int relation, int column) {}

    private Owner owner(Clause.NameRef name, Relation sequence) {
        var parts = name.parts();
        if (parts.size() == 1) {
            if (parts.getFirst().equals("none")) {
                return new Owner(0, 0);
            }
            throw new SqlException(SqlState.SYNTAX_ERROR, "invalid OWNED BY option")
                    .withHint("Specify OWNED BY table.column or OWNED BY NONE.");
        }
        var variable =
                new RangeVar(
                        name.span(),
                        null,
                        parts.size() > 2 ? parts.get(parts.size() - 3) : null,
                        parts.get(parts.size() - 2),
                        true,
                        RangeVar.Persistence.PERMANENT,
                        null);
        var table = change.relation(variable);
        var column = table.column(parts.getLast());
        if (column == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_COLUMN,
                    "column \""
                            + parts.getLast()
                            + "\" of relation \""
                            + table.name()
                            + "\" does not exist");
        }
        if (table.schema() != sequence.schema()) {
            throw new SqlException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "sequence must be in same schema as table it is linked to");
        }
        return new Owner(table.oid(), column.number());
    }

    private static SqlException invalid(String message) {
        return new SqlException(SqlState.INVALID_PARAMETER_VALUE, message);
    }

    private static Ast required(@Nullable Ast value) {
        if (value == null) {
            throw new SqlException(SqlState.SYNTAX_ERROR, "option requires a value");
        }
        return value;
    }

    private static long number(@Nullable Ast value) {
        if (value instanceof Expr.Literal literal) {
            try {
                return Long.parseLong(literal.text());
            } catch (NumberFormatException tooLarge) {
                throw new SqlException(
                        SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                        "value \"" + literal.text() + "\" is out of range for type bigint");
            }
        }
        throw new SqlException(SqlState.SYNTAX_ERROR, "option requires a numeric value");
    }

    private static boolean flag(@Nullable Ast value) {
        return !(value instanceof Expr.Literal literal) || literal.text().equals("true");
    }

    static long low(int type) {
        return switch (type) {
            case Oids.INT2 -> Short.MIN_VALUE;
            case Oids.INT4 -> Integer.MIN_VALUE;
            default -> Long.MIN_VALUE;
        };
    }

    static long high(int type) {
        return switch (type) {
            case Oids.INT2 -> Short.MAX_VALUE;
            case Oids.INT4 -> Integer.MAX_VALUE;
            default -> Long.MAX_VALUE;
        };
    }

    private static String name(int type) {
        return switch (type) {
            case Oids.INT2 -> "smallint";
            case Oids.INT4 -> "integer";
            default -> "bigint";
        };
    }
}
