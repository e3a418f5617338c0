package dev.quiverdb.server.session;

import dev.quiverdb.sql.parse.Command;
import dev.quiverdb.sql.parse.Ddl;
import dev.quiverdb.sql.parse.Dml;
import dev.quiverdb.sql.parse.ObjectDdl;
import dev.quiverdb.sql.parse.ObjectType;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.RoleDdl;
import dev.quiverdb.sql.parse.TableDdl;
import dev.quiverdb.sql.parse.Utility;

/** What CommandComplete says of a statement, without the row count that some carry. */
final class CommandTag {
    private CommandTag() {}

    static String of(Command command) {
        return switch (command) {
            case Query _ -> "SELECT";
            case Dml.Insert _ -> "INSERT";
            case Dml.Update _ -> "UPDATE";
            case Dml.Delete _ -> "DELETE";
            case Dml.Merge _ -> "MERGE";
            case Utility utility -> of(utility);
            case Ddl ddl -> of(ddl);
        };
    }

    private static String of(Utility utility) {
        return switch (utility) {
            case Utility.Transaction t -> of(t.kind());
            case Utility.SetVariable set ->
                    set.kind() == Utility.SetKind.RESET || set.kind() == Utility.SetKind.RESET_ALL
                            ? "RESET"
                            : "SET";
            case Utility.Show _ -> "SHOW";
            case Utility.Copy _ -> "COPY";
            case Utility.Explain _ -> "EXPLAIN";
            case Utility.Prepare _ -> "PREPARE";
            case Utility.Execute _ -> "EXECUTE";
            case Utility.Deallocate d -> d.name() == null ? "DEALLOCATE ALL" : "DEALLOCATE";
            case Utility.DeclareCursor _ -> "DECLARE CURSOR";
            case Utility.Fetch fetch -> fetch.move() ? "MOVE" : "FETCH";
            case Utility.ClosePortal close ->
                    close.name() == null ? "CLOSE CURSOR ALL" : "CLOSE CURSOR";
            case Utility.Listen _ -> "LISTEN";
            case Utility.Unlisten _ -> "UNLISTEN";
            case Utility.Notify _ -> "NOTIFY";
            case Utility.Vacuum vacuum -> vacuum.vacuum() ? "VACUUM" : "ANALYZE";
            case Utility.Cluster _ -> "CLUSTER";
            case Utility.Reindex _ -> "REINDEX";
            case Utility.LockTable _ -> "LOCK TABLE";
            case Utility.Discard d -> "DISCARD " + d.kind();
            case Utility.Checkpoint _ -> "CHECKPOINT";
            case Utility.DoBlock _ -> "DO";
            case Utility.Call _ -> "CALL";
            case Utility.SetConstraints _ -> "SET CONSTRAINTS";
            case Utility.Load _ -> "LOAD";
            case Utility.AlterSystem _ -> "ALTER SYSTEM";
            case Utility.Other other -> other.tag();
        };
    }

    private static String of(Utility.TransactionKind kind) {
        return switch (kind) {
            case BEGIN -> "BEGIN";
            case START -> "START TRANSACTION";
            case COMMIT -> "COMMIT";
            case ROLLBACK, ROLLBACK_TO -> "ROLLBACK";
            case SAVEPOINT -> "SAVEPOINT";
            case RELEASE -> "RELEASE";
            case PREPARE -> "PREPARE TRANSACTION";
            case COMMIT_PREPARED -> "COMMIT PREPARED";
            case ROLLBACK_PREPARED -> "ROLLBACK PREPARED";
        };
    }

    private static String of(Ddl ddl) {
        return switch (ddl) {
            case TableDdl table -> of(table);
            case ObjectDdl object -> of(object);
            case RoleDdl role -> of(role);
        };
    }

    private static String of(TableDdl ddl) {
        return switch (ddl) {
            case TableDdl.CreateTable t -> t.foreign() ? "CREATE FOREIGN TABLE" : "CREATE TABLE";
            case TableDdl.CreateTableAs as ->
                    as.materializedView() ? "CREATE MATERIALIZED VIEW" : "CREATE TABLE AS";
            case TableDdl.CreateView _ -> "CREATE VIEW";
            case TableDdl.CreateIndex _ -> "CREATE INDEX";
            case TableDdl.CreateSequence _ -> "CREATE SEQUENCE";
            case TableDdl.AlterSequence _ -> "ALTER SEQUENCE";
            case TableDdl.CreateTrigger _ -> "CREATE TRIGGER";
            case TableDdl.CreateStatistics _ -> "CREATE STATISTICS";
            case TableDdl.CreateRule _ -> "CREATE RULE";
            case TableDdl.AlterTable alter -> "ALTER " + of(alter.type());
            case TableDdl.Truncate _ -> "TRUNCATE TABLE";
            case TableDdl.RefreshMaterializedView _ -> "REFRESH MATERIALIZED VIEW";
        };
    }

    private static String of(ObjectDdl ddl) {
        return switch (ddl) {
            case ObjectDdl.CreateSchema _ -> "CREATE SCHEMA";
            case ObjectDdl.CreateDatabase _ -> "CREATE DATABASE";
            case ObjectDdl.AlterDatabase _ -> "ALTER DATABASE";
            case ObjectDdl.DropDatabase _ -> "DROP DATABASE";
            case ObjectDdl.CreateDomain _ -> "CREATE DOMAIN";
            case ObjectDdl.CreateEnum _ -> "CREATE TYPE";
            case ObjectDdl.AlterEnum _ -> "ALTER TYPE";
            case ObjectDdl.CreateCompositeType _ -> "CREATE TYPE";
            case ObjectDdl.CreateRange _ -> "CREATE TYPE";
            case ObjectDdl.Define define -> "CREATE " + of(define.type());
            case ObjectDdl.CreateExtension _ -> "CREATE EXTENSION";
            case ObjectDdl.AlterExtension _ -> "ALTER EXTENSION";
            case ObjectDdl.AlterDatabaseSet _ -> "ALTER DATABASE";
            case ObjectDdl.CreateFunction function ->
                    function.procedure() ? "CREATE PROCEDURE" : "CREATE FUNCTION";
            case ObjectDdl.AlterFunction function -> "ALTER " + of(function.function().type());
            case ObjectDdl.CreateCast _ -> "CREATE CAST";
            case ObjectDdl.CreateTableSpace _ -> "CREATE TABLESPACE";
            case ObjectDdl.AlterDomain _ -> "ALTER DOMAIN";
            case ObjectDdl.AlterType _ -> "ALTER TYPE";
            case ObjectDdl.Rename rename -> "ALTER " + of(renamed(rename));
            case ObjectDdl.AlterOwner owner -> "ALTER " + of(owner.object().type());
            case ObjectDdl.AlterSchema schema -> "ALTER " + of(schema.type());
            case ObjectDdl.Drop drop -> "DROP " + of(drop.type());
            case ObjectDdl.Comment _ -> "COMMENT";
        };
    }

    /** Renaming a column or a constraint alters what it belongs to. */
    private static ObjectType renamed(ObjectDdl.Rename rename) {
        var relationType = rename.relationType();
        return switch (rename.type()) {
            case COLUMN, TABLE_CONSTRAINT -> relationType == null ? ObjectType.TABLE : relationType;
            case ATTRIBUTE -> ObjectType.TYPE;
            case DOMAIN_CONSTRAINT -> ObjectType.DOMAIN;
            default -> rename.type();
        };
    }

    private static String of(RoleDdl ddl) {
        return switch (ddl) {
            case RoleDdl.CreateRole _ -> "CREATE ROLE";
            case RoleDdl.AlterRole _ -> "ALTER ROLE";
            case RoleDdl.AlterRoleSet _ -> "ALTER ROLE";
            case RoleDdl.DropRole _ -> "DROP ROLE";
            case RoleDdl.ReassignOwned _ -> "REASSIGN OWNED";
            case RoleDdl.DropOwned _ -> "DROP OWNED";
            case RoleDdl.CreatePolicy _ -> "CREATE POLICY";
            case RoleDdl.AlterPolicy _ -> "ALTER POLICY";
            case RoleDdl.SecurityLabel _ -> "SECURITY LABEL";
            case RoleDdl.Grant grant -> grant.grant() ? "GRANT" : "REVOKE";
            case RoleDdl.GrantRole grant -> grant.grant() ? "GRANT ROLE" : "REVOKE ROLE";
            case RoleDdl.AlterDefaultPrivileges _ -> "ALTER DEFAULT PRIVILEGES";
        };
    }

    private static String of(ObjectType type) {
        return switch (type) {
            case FOREIGN_SERVER -> "SERVER";
            default -> type.name().replace('_', ' ');
        };
    }
}
