package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.sql.parse.TableDdl;

/** ALTER TABLE. */
final class TableAlterer {
    private final Change change;

    TableAlterer(Change change) {
        this.change = change;
    }

    DdlResult alter(TableDdl.AlterTable alter) {
        throw SqlException.notSupported("ALTER TABLE is not supported")
                .withPosition(change.position(alter));
    }
}
