package dev.quiverdb.sql.catalog;

import org.jspecify.annotations.Nullable;

/** The standard's spellings of built-in types. */
final class SqlTypeNames {
    private SqlTypeNames() {}

    /** pg_type's name for a spelling that is not a plain name there; null for all others. */
    static @Nullable String internal(String spelling) {
        return switch (spelling.replaceAll("\\s+", " ")) {
            case "int", "integer" -> "int4";
            case "smallint" -> "int2";
            case "bigint" -> "int8";
            case "real" -> "float4";
            case "float", "double precision" -> "float8";
            case "decimal", "dec" -> "numeric";
            case "boolean" -> "bool";
            case "character varying", "char varying", "national character varying" -> "varchar";
            case "character", "char", "national character", "nchar" -> "bpchar";
            case "bit varying" -> "varbit";
            case "time without time zone" -> "time";
            case "time with time zone" -> "timetz";
            case "timestamp without time zone" -> "timestamp";
            case "timestamp with time zone" -> "timestamptz";
            default -> null;
        };
    }
}
