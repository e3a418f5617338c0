package dev.quiverdb.sql.catalog;

/**
 * A row of pg_aggregate, as far as binding needs it.
 *
 * @param function OID in pg_proc
 * @param kind {@code n} normal, {@code o} ordered-set, {@code h} hypothetical-set
 * @param directArguments number of direct arguments of an ordered-set aggregate
 * @param sortOperator OID of the operator by whose order min and max answer the first; 0 for none
 */
public record Aggregate(
        int function, char kind, int directArguments, int sortOperator, int transitionType) {
    static Aggregate of(Facts.Row row) {
        return new Aggregate(
                row.number("aggfnoid"),
                row.letter("aggkind"),
                row.number("aggnumdirectargs"),
                row.number("aggsortop"),
                row.number("aggtranstype"));
    }
}
