package dev.quiverdb.sql.catalog;

/**
 * A row of pg_cast.
 *
 * @param function OID of the function; 0 unless {@code method} is {@code f}
 * @param context {@code e} explicit only, {@code a} also assignment, {@code i} everywhere
 * @param method {@code f} function, {@code b} same bits, {@code i} through text
 */
public record Cast(int oid, int source, int target, int function, char context, char method) {
    static Cast of(Facts.Row row) {
        return new Cast(
                row.number("oid"),
                row.number("castsource"),
                row.number("casttarget"),
                row.number("castfunc"),
                row.letter("castcontext"),
                row.letter("castmethod"));
    }
}
