package dev.quiverdb.storage.access;

/** All rows of a tablet for an index build, in row id order. */
public interface RowSource {
    /** Receives one row. */
    @FunctionalInterface
    interface Visitor {
        void row(long rowId, RowView row);
    }

    /** How many there are, about. */
    long rows();

    /**
     * Shows the rows of one stripe; may be called by many threads at once. The caller is in no
     * visit.
     */
    void visit(int stripe, Visitor visitor);

    int stripes();
}
