package dev.quiverdb.sql.catalog;

/** A row of pg_collation. */
public record Collation(
        int oid,
        String name,
        int schema,
        int owner,
        char provider,
        boolean deterministic,
        int encoding) {
    public static final int DEFAULT = 100;
    public static final int C = 950;
    public static final int POSIX = 951;

    static Collation of(Facts.Row row) {
        return new Collation(
                row.number("oid"),
                row.text("collname"),
                row.number("collnamespace"),
                row.number("collowner"),
                row.letter("collprovider"),
                row.flag("collisdeterministic"),
                row.number("collencoding"));
    }
}
