package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.sql.parse.RoleDdl;

/** Roles, privileges and policies. */
final class RoleCommands {
    private final Change change;

    RoleCommands(Change change) {
        this.change = change;
    }

    DdlResult bind(RoleDdl command) {
        throw SqlException.notSupported("this role command is not supported")
                .withPosition(change.position(command));
    }
}
