package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.sql.parse.ObjectDdl;

/** Types. */
final class TypeCommands {
    private final Change change;

    TypeCommands(Change change) {
        this.change = change;
    }

    DdlResult create(ObjectDdl.CreateEnum create) {
        throw SqlException.notSupported("CREATE TYPE AS ENUM is not supported")
                .withPosition(change.position(create));
    }

    DdlResult alter(ObjectDdl.AlterEnum alter) {
        throw SqlException.notSupported("ALTER TYPE is not supported")
                .withPosition(change.position(alter));
    }

    DdlResult create(ObjectDdl.CreateDomain create) {
        throw SqlException.notSupported("CREATE DOMAIN is not supported")
                .withPosition(change.position(create));
    }

    DdlResult alter(ObjectDdl.AlterDomain alter) {
        throw SqlException.notSupported("ALTER DOMAIN is not supported")
                .withPosition(change.position(alter));
    }

    DdlResult create(ObjectDdl.CreateCompositeType create) {
        throw SqlException.notSupported("CREATE TYPE is not supported")
                .withPosition(change.position(create));
    }
}
