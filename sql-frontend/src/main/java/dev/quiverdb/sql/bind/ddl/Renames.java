package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.sql.parse.ObjectDdl;

/** Renames. */
final class Renames {
    private final Change change;

    Renames(Change change) {
        this.change = change;
    }

    DdlResult rename(ObjectDdl.Rename rename) {
        throw SqlException.notSupported("RENAME is not supported")
                .withPosition(change.position(rename));
    }

    DdlResult owner(ObjectDdl.AlterOwner alter) {
        throw SqlException.notSupported("OWNER TO is not supported")
                .withPosition(change.position(alter));
    }

    DdlResult schema(ObjectDdl.AlterSchema alter) {
        throw SqlException.notSupported("SET SCHEMA is not supported")
                .withPosition(change.position(alter));
    }
}
