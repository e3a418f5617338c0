package dev.quiverdb.sql.catalog;

import org.jspecify.annotations.Nullable;

/**
 * A column, pg_attribute. Numbers count from 1 and are never reused; in storage the number is the
 * column id.
 *
 * @param type OID; 0 once dropped
 * @param collation OID; 0 where the type has none
 * @param defaultSql the default, or the expression of a generated column, as SQL text with every
 *     name qualified
 * @param identity {@code a} always, {@code d} by default, 0 for none
 * @param generated {@code s} stored, 0 for none
 * @param missing text of the value that rows older than the column have; null for NULL
 */
public record Column(
        int number,
        String name,
        int type,
        int typmod,
        int collation,
        boolean notNull,
        @Nullable String defaultSql,
        char identity,
        char generated,
        boolean dropped,
        @Nullable String missing,
        int statisticsTarget,
        @Nullable String acl) {
    static final char NONE = 0;

    /** A plain column. */
    public static Column of(
            int number, String name, int type, int typmod, int collation, boolean notNull) {
        return new Column(
                number, name, type, typmod, collation, notNull, null, NONE, NONE, false, null, -1,
                null);
    }

    public boolean hasIdentity() {
        return identity != NONE;
    }

    public boolean isGenerated() {
        return generated != NONE;
    }

    public Column withName(String name) {
        return new Column(
                number,
                name,
                type,
                typmod,
                collation,
                notNull,
                defaultSql,
                identity,
                generated,
                dropped,
                missing,
                statisticsTarget,
                acl);
    }

    public Column withNotNull(boolean notNull) {
        return new Column(
                number,
                name,
                type,
                typmod,
                collation,
                notNull,
                defaultSql,
                identity,
                generated,
                dropped,
                missing,
                statisticsTarget,
                acl);
    }

    public Column withDefault(@Nullable String defaultSql) {
        return new Column(
                number,
                name,
                type,
                typmod,
                collation,
                notNull,
                defaultSql,
                identity,
                generated,
                dropped,
                missing,
                statisticsTarget,
                acl);
    }

    public Column withGenerated(char generated) {
        return new Column(
                number,
                name,
                type,
                typmod,
                collation,
                notNull,
                defaultSql,
                identity,
                generated,
                dropped,
                missing,
                statisticsTarget,
                acl);
    }

    public Column withIdentity(char identity) {
        return new Column(
                number,
                name,
                type,
                typmod,
                collation,
                notNull,
                defaultSql,
                identity,
                generated,
                dropped,
                missing,
                statisticsTarget,
                acl);
    }

    public Column withMissing(@Nullable String missing) {
        return new Column(
                number,
                name,
                type,
                typmod,
                collation,
                notNull,
                defaultSql,
                identity,
                generated,
                dropped,
                missing,
                statisticsTarget,
                acl);
    }

    public Column withType(int type, int typmod, int collation) {
        return new Column(
                number,
                name,
                type,
                typmod,
                collation,
                notNull,
                defaultSql,
                identity,
                generated,
                dropped,
                missing,
                statisticsTarget,
                acl);
    }

    public Column withStatisticsTarget(int statisticsTarget) {
        return new Column(
                number,
                name,
                type,
                typmod,
                collation,
                notNull,
                defaultSql,
                identity,
                generated,
                dropped,
                missing,
                statisticsTarget,
                acl);
    }

    public Column withAcl(@Nullable String acl) {
        return new Column(
                number,
                name,
                type,
                typmod,
                collation,
                notNull,
                defaultSql,
                identity,
                generated,
                dropped,
                missing,
                statisticsTarget,
                acl);
    }

    /** What is left of the column after DROP COLUMN. */
    public Column asDropped() {
        return new Column(
                number,
                "........pg.dropped." + number + "........",
                0,
                -1,
                0,
                false,
                null,
                NONE,
                NONE,
                true,
                null,
                0,
                null);
    }
}
