package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.sql.parse.ObjectDdl;

/** Comments. */
final class Comments {
    private final Change change;

    Comments(Change change) {
        this.change = change;
    }

    DdlResult comment(ObjectDdl.Comment comment) {
        throw SqlException.notSupported("COMMENT is not supported")
                .withPosition(change.position(comment));
    }
}
