package dev.quiverdb.execute.function;

import dev.quiverdb.base.type.Type;
import java.util.List;

/** Comparison operators, btree comparison functions, larger and smaller. */
final class ComparisonFunctions {
    /** Prefixes of operators within one type. */
    private static final List<String> SAME_TYPE =
            List.of(
                    "int2",
                    "int4",
                    "int8",
                    "float4",
                    "float8",
                    "numeric_",
                    "bool",
                    "char",
                    "name",
                    "bpchar",
                    "oid",
                    "oidvector",
                    "bytea",
                    "uuid_",
                    "date_",
                    "time_",
                    "timetz_",
                    "timestamp_",
                    "interval_",
                    "bit",
                    "varbit",
                    "array_",
                    "record_",
                    "record_image_",
                    "jsonb_",
                    "enum_",
                    "vector_",
                    "halfvec_",
                    "sparsevec_",
                    "xid8",
                    "pg_lsn_",
                    "cash_",
                    "tid",
                    "network_",
                    "macaddr_",
                    "macaddr8_",
                    "range_",
                    "multirange_");

    static void register(Registry r) {
        for (var prefix : SAME_TYPE) {
            r.comparisons(prefix);
        }
        r.alias("texteq", "nameeq");
        r.alias("textne", "namene");
        r.alias("text_lt", "namelt");
        r.alias("text_le", "namele");
        r.alias("text_gt", "namegt");
        r.alias("text_ge", "namege");
        // The right one may be an integer, which is taken bit by bit.
        r.two("xideq", (CallContext c, Long a, Number b) -> a.intValue() == b.intValue());
        r.two("xidneq", (CallContext c, Long a, Number b) -> a.intValue() != b.intValue());
        r.alias("cideq", "oideq");
        for (var operator : List.of("eq", "ne", "lt", "le", "gt", "ge")) {
            r.alias("name" + operator + "text", "name" + operator);
            r.alias("text" + operator + "name", "name" + operator);
        }
        for (var operator : List.of("lt", "le", "gt", "ge")) {
            r.two("text_pattern_" + operator, patternOrder(operator));
            r.two("bpchar_pattern_" + operator, patternOrder(operator));
        }
        r.comparisons(
                "int24",
                (CallContext c, Number a, Number b) -> Long.compare(a.longValue(), b.longValue()));
        for (var prefix : List.of("int42", "int28", "int82", "int48", "int84")) {
            r.comparisons(
                    prefix,
                    (CallContext c, Number a, Number b) ->
                            Long.compare(a.longValue(), b.longValue()));
        }
        registerMixed(r);
        r.comparisons(
                "float48", (CallContext c, Float a, Double b) -> FloatFunctions.compare(a, b));
        r.comparisons(
                "float84", (CallContext c, Double a, Float b) -> FloatFunctions.compare(a, b));
        for (var name :
                List.of(
                        "btint2cmp",
                        "btint4cmp",
                        "btint8cmp",
                        "btfloat4cmp",
                        "btfloat8cmp",
                        "numeric_cmp",
                        "btboolcmp",
                        "btcharcmp",
                        "btnamecmp",
                        "bttextcmp",
                        "bpcharcmp",
                        "btoidcmp",
                        "btoidvectorcmp",
                        "byteacmp",
                        "uuid_cmp",
                        "date_cmp",
                        "time_cmp",
                        "timetz_cmp",
                        "timestamp_cmp",
                        "interval_cmp",
                        "bitcmp",
                        "varbitcmp",
                        "btarraycmp",
                        "btrecordcmp",
                        "btrecordimagecmp",
                        "jsonb_cmp",
                        "enum_cmp",
                        "vector_cmp",
                        "halfvec_cmp",
                        "sparsevec_cmp",
                        "xid8cmp",
                        "cash_cmp",
                        "pg_lsn_cmp")) {
            r.two(
                    name,
                    (CallContext c, Object a, Object b) -> sign(c.argumentType(0).compare(a, b)));
        }
        for (var name :
                List.of(
                        "int2",
                        "int4",
                        "int8",
                        "float4",
                        "float8",
                        "numeric_",
                        "text_",
                        "bpchar_",
                        "oid",
                        "date_",
                        "time_",
                        "timetz_",
                        "timestamp_",
                        "interval_",
                        "array_",
                        "enum_",
                        "xid8_",
                        "cash",
                        "pg_lsn_")) {
            r.two(
                    name + "larger",
                    (CallContext c, Object a, Object b) -> larger(c.argumentType(0), a, b));
            r.two(
                    name + "smaller",
                    (CallContext c, Object a, Object b) -> smaller(c.argumentType(0), a, b));
        }
    }

    private static void registerMixed(Registry r) {
        for (var pair : List.of("24", "28", "42", "48", "82", "84")) {
            r.two(
                    "btint" + pair + "cmp",
                    (CallContext c, Number a, Number b) ->
                            Long.compare(a.longValue(), b.longValue()));
        }
        r.two("btfloat48cmp", (CallContext c, Float a, Double b) -> FloatFunctions.compare(a, b));
        r.two("btfloat84cmp", (CallContext c, Double a, Float b) -> FloatFunctions.compare(a, b));
        for (var name :
                List.of(
                        "btnametextcmp",
                        "bttextnamecmp",
                        "bttext_pattern_cmp",
                        "btbpchar_pattern_cmp")) {
            r.two(name, (CallContext c, String a, String b) -> sign(a.compareTo(b)));
        }
    }

    private static Implementation.Two<String, String> patternOrder(String operator) {
        return switch (operator) {
            case "lt" -> (c, a, b) -> a.compareTo(b) < 0;
            case "le" -> (c, a, b) -> a.compareTo(b) <= 0;
            case "gt" -> (c, a, b) -> a.compareTo(b) > 0;
            default -> (c, a, b) -> a.compareTo(b) >= 0;
        };
    }

    private static int sign(int comparison) {
        return Integer.signum(comparison);
    }

    private static Object larger(Type type, Object left, Object right) {
        return type.compare(left, right) > 0 ? left : right;
    }

    private static Object smaller(Type type, Object left, Object right) {
        return type.compare(left, right) <= 0 ? left : right;
    }

    private ComparisonFunctions() {}
}
