package dev.quiverdb.server.catalog;

import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Relation;

/**
 * OIDs of objects that PostgreSQL numbers and our catalog keeps as parts of others: defaults of
 * columns and rules of views. They are computed from the OID of the owner, in ranges that the
 * counter of real ones does not reach.
 */
final class SystemOids {
    /** Defaults: 0x80000000 up, 1,600 for each relation. */
    private static final int DEFAULTS = 0x8000_0000;

    private static final int COLUMNS_MAX = 1_600;

    /** The _RETURN rules of views: 0xE0000000 up, one for each relation. */
    private static final int RULES = 0xE000_0000;

    private static final int DEFAULTS_MAX = RULES - DEFAULTS;

    private SystemOids() {}

    /** pg_attrdef.oid. */
    static int columnDefault(Relation relation, int column) {
        long number = (long) (relation.oid() - Catalog.FIRST_USER_OID) * COLUMNS_MAX + column;
        return DEFAULTS + (int) (number % DEFAULTS_MAX);
    }

    /** pg_rewrite.oid. */
    static int rule(Relation view) {
        return RULES + (view.oid() - Catalog.FIRST_USER_OID);
    }

    /** OID of the view that has the rule; 0 if the OID is no rule's. */
    static int viewOfRule(int rule) {
        return Integer.compareUnsigned(rule, RULES) < 0 ? 0 : rule - RULES + Catalog.FIRST_USER_OID;
    }
}
