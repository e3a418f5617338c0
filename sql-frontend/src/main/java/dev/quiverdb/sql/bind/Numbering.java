package dev.quiverdb.sql.bind;

/**
 * Numbers that tell the parts of one statement apart: scans, correlation variables, common tables,
 * placeholders. Views, function bodies and policies go on where the statement around them stands.
 * For one thread.
 */
public final class Numbering {
    private int placeholders;
    private int correlations;
    private int scans;
    private int commonTables;

    /** The first of {@code count} new placeholders. */
    int placeholders(int count) {
        placeholders += count;
        return placeholders - count;
    }

    int correlation() {
        return correlations++;
    }

    int scan() {
        return scans++;
    }

    int commonTable() {
        return commonTables++;
    }
}
