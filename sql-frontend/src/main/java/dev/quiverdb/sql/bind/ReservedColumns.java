package dev.quiverdb.sql.bind;

/** Names that no column of a table may have. */
public final class ReservedColumns {
    private ReservedColumns() {}

    /** Whether a system column has this name. */
    public static boolean contains(String name) {
        return SystemColumn.isName(name);
    }
}
