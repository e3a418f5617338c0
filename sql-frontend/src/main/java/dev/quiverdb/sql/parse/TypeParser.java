package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Type names. */
abstract class TypeParser extends TokenReader {

    private static final int MONTH = 1 << 1;
    private static final int YEAR = 1 << 2;
    private static final int DAY = 1 << 3;
    private static final int HOUR = 1 << 10;
    private static final int MINUTE = 1 << 11;
    private static final int SECOND = 1 << 12;

    /** The mask that stands for an interval without a field restriction. */
    static final int INTERVAL_FULL_RANGE = 0x7FFF;

    /** Fields that a time zone given as an interval may have. */
    static final int INTERVAL_ZONE = HOUR | MINUTE;

    TypeParser(Tokens tokens) {
        super(tokens);
    }

    abstract List<Expr> expressionList();

    /** {@code Typename}. */
    final TypeName typeName() {
        return typeName(false);
    }

    /** {@code func_type}: also {@code table.column%TYPE}. */
    final TypeName functionType() {
        return typeName(true);
    }

    private TypeName typeName(boolean percentAllowed) {
        var start = offset();
        var setof = accept(Token.SETOF);
        var nameStart = offset();
        var simple = simpleType(percentAllowed);
        if (simple.percentType()) {
            return new TypeName(
                    span(nameStart, start), simple.names(), setof, true, List.of(), List.of());
        }
        List<Integer> bounds = List.of();
        if (is(Token.LBRACKET)) {
            bounds = new ArrayList<>();
            while (accept(Token.LBRACKET)) {
                bounds.add(is(Token.RBRACKET) ? -1 : integer());
                expect(Token.RBRACKET);
            }
        } else if (accept(Token.ARRAY)) {
            if (accept(Token.LBRACKET)) {
                bounds = List.of(integer());
                expect(Token.RBRACKET);
            } else {
                bounds = List.of(-1);
            }
        }
        if (!setof && bounds.isEmpty()) {
            return simple;
        }
        return new TypeName(
                span(nameStart, start), simple.names(), setof, false, simple.typmods(), bounds);
    }

    /** {@code SimpleTypename}. */
    final TypeName simpleType() {
        return simpleType(false);
    }

    private TypeName simpleType(boolean percentAllowed) {
        var start = offset();
        if (kind() == Token.INTERVAL) {
            at++;
            return intervalType(start);
        }
        var builtin = builtinType(false);
        if (builtin != null) {
            return builtin;
        }
        var names = new ArrayList<String>(2);
        names.add(functionName());
        attributes(names);
        if (percentAllowed && names.size() > 1 && accept(Token.PERCENT)) {
            expect(Token.TYPE);
            return new TypeName(span(start), names, false, true, List.of(), List.of());
        }
        var typmods = typeModifiers();
        return new TypeName(span(start), names, false, false, typmods, List.of());
    }

    private TypeName intervalType(int start) {
        if (accept(Token.LPAREN)) {
            var typmods = intervalPrecision(start);
            return system("interval", start, typmods);
        }
        return system("interval", start, intervalFields());
    }

    private List<Expr> intervalPrecision(int start) {
        var index = expect(Token.ICONST);
        expect(Token.RPAREN);
        return List.of(
                mask(INTERVAL_FULL_RANGE, start),
                literal(index, Expr.LiteralKind.INTEGER, value(index)));
    }

    /**
     * {@code ConstInterval Sconst opt_interval}, with or without precision, behind INTERVAL: a cast
     * of the string.
     */
    final Expr.Cast intervalLiteral(int start) {
        if (accept(Token.LPAREN)) {
            var typmods = intervalPrecision(start);
            var type = system("interval", start, typmods);
            var literal = stringLiteral(expect(Token.SCONST));
            return new Expr.Cast(span(start), literal, type);
        }
        var literal = stringLiteral(expect(Token.SCONST));
        var end = new Span(start, start, literal.start());
        var type =
                new TypeName(
                        end,
                        List.of("pg_catalog", "interval"),
                        false,
                        false,
                        intervalFields(),
                        List.of());
        return new Expr.Cast(span(start), literal, type);
    }

    private Expr mask(int mask, int start) {
        return new Expr.Literal(
                new Span(start, start, start), Expr.LiteralKind.INTEGER, Integer.toString(mask));
    }

    private List<Expr> intervalFields() {
        var start = offset();
        return switch (kind()) {
            case YEAR -> {
                at++;
                if (accept(Token.TO)) {
                    expect(Token.MONTH);
                    yield List.of(mask(YEAR | MONTH, start));
                }
                yield List.of(mask(YEAR, start));
            }
            case MONTH -> {
                at++;
                yield List.of(mask(MONTH, start));
            }
            case DAY -> {
                at++;
                yield rangeFrom(DAY, start);
            }
            case HOUR -> {
                at++;
                yield rangeFrom(HOUR, start);
            }
            case MINUTE -> {
                at++;
                yield rangeFrom(MINUTE, start);
            }
            case SECOND -> {
                at++;
                yield seconds(SECOND, start);
            }
            default -> List.of();
        };
    }

    private List<Expr> rangeFrom(int first, int start) {
        if (!accept(Token.TO)) {
            return List.of(mask(first, start));
        }
        var kind = kind();
        if (kind == Token.HOUR && first == DAY) {
            at++;
            return List.of(mask(DAY | HOUR, start));
        }
        if (kind == Token.MINUTE && first != MINUTE) {
            at++;
            return List.of(mask(first == DAY ? DAY | HOUR | MINUTE : HOUR | MINUTE, start));
        }
        expect(Token.SECOND);
        var fields =
                switch (first) {
                    case DAY -> DAY | HOUR | MINUTE | SECOND;
                    case HOUR -> HOUR | MINUTE | SECOND;
                    default -> MINUTE | SECOND;
                };
        return seconds(fields, start);
    }

    private List<Expr> seconds(int fields, int start) {
        if (!accept(Token.LPAREN)) {
            return List.of(mask(fields, start));
        }
        var index = expect(Token.ICONST);
        expect(Token.RPAREN);
        return List.of(mask(fields, start), literal(index, Expr.LiteralKind.INTEGER, value(index)));
    }

    final TypeName system(String name, int start, List<Expr> typmods) {
        return new TypeName(
                span(start), List.of("pg_catalog", name), false, false, typmods, List.of());
    }

    private List<Expr> typeModifiers() {
        if (!accept(Token.LPAREN)) {
            return List.of();
        }
        var typmods = expressionList();
        expect(Token.RPAREN);
        return typmods;
    }

    /**
     * A type that the SQL standard spells with key words, INTERVAL apart, or null if none starts
     * here. In a typed literal ({@code forLiteral}) CHAR and BIT have no length by default.
     */
    final @Nullable TypeName builtinType(boolean forLiteral) {
        var start = offset();
        return switch (kind()) {
            case INT, INTEGER -> plain("int4", start);
            case SMALLINT -> plain("int2", start);
            case BIGINT -> plain("int8", start);
            case REAL -> plain("float4", start);
            case BOOLEAN -> plain("bool", start);
            case FLOAT -> {
                at++;
                yield floatType(start);
            }
            case DOUBLE -> {
                if (kind(1) != Token.PRECISION) {
                    yield null;
                }
                at++;
                yield plain("float8", start);
            }
            case DECIMAL, DEC, NUMERIC -> {
                at++;
                yield system("numeric", start, typeModifiers());
            }
            case BIT -> {
                at++;
                var varying = accept(Token.VARYING);
                var typmods = typeModifiers();
                if (typmods.isEmpty() && !varying && !forLiteral) {
                    typmods = List.of(mask(1, start));
                }
                yield system(varying ? "varbit" : "bit", start, typmods);
            }
            case CHARACTER, CHAR, NCHAR -> {
                at++;
                yield characterType(accept(Token.VARYING), start, forLiteral);
            }
            case VARCHAR -> {
                at++;
                yield characterType(true, start, forLiteral);
            }
            case NATIONAL -> {
                at++;
                if (!accept(Token.CHARACTER)) {
                    expect(Token.CHAR);
                }
                yield characterType(accept(Token.VARYING), start, forLiteral);
            }
            case TIMESTAMP -> {
                at++;
                yield timeType("timestamp", start);
            }
            case TIME -> {
                at++;
                yield timeType("time", start);
            }
            default -> null;
        };
    }

    private TypeName plain(String name, int start) {
        at++;
        return system(name, start, List.of());
    }

    private TypeName floatType(int start) {
        if (!accept(Token.LPAREN)) {
            return system("float8", start, List.of());
        }
        var offset = offset();
        var bits = integer();
        expect(Token.RPAREN);
        if (bits < 1) {
            throw error(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "precision for type float must be at least 1 bit",
                    offset);
        }
        if (bits > 53) {
            throw error(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "precision for type float must be less than 54 bits",
                    offset);
        }
        return system(bits <= 24 ? "float4" : "float8", start, List.of());
    }

    private TypeName characterType(boolean varying, int start, boolean forLiteral) {
        List<Expr> typmods = List.of();
        if (accept(Token.LPAREN)) {
            var index = expect(Token.ICONST);
            typmods = List.of(literal(index, Expr.LiteralKind.INTEGER, value(index)));
            expect(Token.RPAREN);
        } else if (!varying && !forLiteral) {
            typmods = List.of(mask(1, start));
        }
        return system(varying ? "varchar" : "bpchar", start, typmods);
    }

    private TypeName timeType(String name, int start) {
        List<Expr> typmods = List.of();
        if (accept(Token.LPAREN)) {
            var index = expect(Token.ICONST);
            typmods = List.of(literal(index, Expr.LiteralKind.INTEGER, value(index)));
            expect(Token.RPAREN);
        }
        var zoned = accept(Token.WITH_LA, Token.TIME, Token.ZONE);
        if (!zoned) {
            accept(Token.WITHOUT, Token.TIME, Token.ZONE);
        }
        return system(zoned ? name + "tz" : name, start, typmods);
    }
}
