package dev.quiverdb.sql.catalog;

/**
 * A row of pg_operator.
 *
 * @param left type OID of the left operand; 0 for a prefix operator
 * @param commutator OID of the commuted operator; 0 for none
 * @param negator OID of the negated operator; 0 for none
 * @param function OID of the function behind it
 */
public record Operator(
        int oid,
        String name,
        int schema,
        int owner,
        boolean mergeable,
        boolean hashable,
        int left,
        int right,
        int result,
        int commutator,
        int negator,
        int function) {
    static Operator of(Facts.Row row) {
        return new Operator(
                row.number("oid"),
                row.text("oprname"),
                row.number("oprnamespace"),
                row.number("oprowner"),
                row.flag("oprcanmerge"),
                row.flag("oprcanhash"),
                row.number("oprleft"),
                row.number("oprright"),
                row.number("oprresult"),
                row.number("oprcom"),
                row.number("oprnegate"),
                row.number("oprcode"));
    }
}
