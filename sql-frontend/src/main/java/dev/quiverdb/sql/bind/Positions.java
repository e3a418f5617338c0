package dev.quiverdb.sql.bind;

import dev.quiverdb.sql.catalog.Relation;

/** Column numbers and positions among the live columns. */
public final class Positions {
    private Positions() {}

    /** The position of a live column, from 0. */
    public static int of(Relation relation, int number) {
        int position = 0;
        for (var column : relation.columns()) {
            if (column.number() == number) {
                return position;
            }
            if (!column.dropped()) {
                position++;
            }
        }
        throw new IllegalArgumentException("no column " + number + " in " + relation.name());
    }
}
