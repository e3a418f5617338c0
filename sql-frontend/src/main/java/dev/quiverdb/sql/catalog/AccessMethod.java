package dev.quiverdb.sql.catalog;

/** A row of pg_am. {@code kind} is {@code t} for tables, {@code i} for indexes. */
public record AccessMethod(int oid, String name, int handler, char kind) {
    public static final int HEAP = 2;
    public static final int BTREE = 403;
    public static final int HASH = 405;

    static AccessMethod of(Facts.Row row) {
        return new AccessMethod(
                row.number("oid"),
                row.text("amname"),
                row.number("amhandler"),
                row.letter("amtype"));
    }
}
