package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.AccessControl.Subject;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Database;
import dev.quiverdb.sql.catalog.Extension;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Policy;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.catalog.UserType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who owns what: checks in PostgreSQL's words, and objects under other owners and privileges. */
final class Owners {
    private final Change change;

    Owners(Change change) {
        this.change = change;
    }

    // ------------------------------------------------------------------ checks

    /** 42501 unless the current role has the privileges of the owner. */
    void require(CatalogObject object) {
        switch (object) {
            case Relation relation -> change.requireOwner(relation);
            case Function function ->
                    require(
                            function.owner(),
                            function.isAggregate()
                                    ? "aggregate"
                                    : function.kind() == 'p' ? "procedure" : "function",
                            function.name());
            case UserType type ->
                    require(
                            type.owner(),
                            type.form() == 'd' ? "domain" : "type",
                            change.catalog().type(type.oid()).formatType(-1));
            case Schema schema -> require(schema.owner(), "schema", schema.name());
            case Database database -> require(database.owner(), "database", database.name());
            case Extension extension -> require(extension.owner(), "extension", extension.name());
            case Policy policy -> {
                var table = change.catalog().relation(policy.relation());
                if (table != null) {
                    change.requireOwner(table);
                }
            }
            default -> {
                // Belongs to what it hangs on.
            }
        }
    }

    private void require(int owner, String kind, String name) {
        if (!change.catalog().hasPrivilegesOf(change.role(), owner)) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE, "must be owner of " + kind + " " + name);
        }
    }

    /** As for DROP, which the owner of the schema may too. */
    void requireForDrop(CatalogObject object) {
        int schema =
                switch (object) {
                    case Relation relation -> relation.schema();
                    case Function function -> function.schema();
                    case UserType type -> type.schema();
                    default -> 0;
                };
        var holder = change.catalog().schema(schema);
        if (holder == null || !change.catalog().hasPrivilegesOf(change.role(), holder.owner())) {
            require(object);
        }
    }

    /** 42501 unless a role may make objects in a schema. */
    void requireCreate(int schema, int role) {
        var found = change.catalog().schema(schema);
        if (found != null
                && schema != change.context().searchPath().temporary()
                && !AccessControl.allows(change.catalog(), Subject.of(found), role, 'C')) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "permission denied for schema " + found.name());
        }
    }

    /** 42501 unless the current role may make schemas in the database. */
    void requireCreateInDatabase(int role) {
        var database = change.catalog().database(change.context().database());
        if (database != null
                && !AccessControl.allows(change.catalog(), Subject.of(database), role, 'C')) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "permission denied for database " + database.name());
        }
    }

    /** 42501 unless the current role has a privilege on all of a relation. */
    void requirePrivilege(Relation relation, char privilege) {
        if (!AccessControl.allows(change.catalog(), relation, change.role(), privilege)) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "permission denied for " + Names.kind(relation) + " " + relation.name());
        }
    }

    /** 42501 unless foreign keys may refer to a table, or to all these columns of it. */
    void requireReferences(Relation table, List<Integer> columns) {
        boolean onColumns =
                columns.stream()
                        .allMatch(number ->
                                AccessControl.allows(
                                        change.catalog(),
                                        Subject.of(table, table.column(number)),
                                        change.role(),
                                        'x'));
        if (!onColumns) {
            requirePrivilege(table, 'x');
        }
    }

    /** 42501 unless the current role may use a type in a definition. */
    void requireUsage(int type) {
        var user = change.catalog().userType(type);
        if (user != null && user.form() == 'A') {
            user = change.catalog().userType(user.element());
        }
        if (user != null
                && !AccessControl.allows(change.catalog(), Subject.of(user), change.role(), 'U')) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "permission denied for type "
                            + change.catalog().type(user.oid()).formatType(-1));
        }
    }

    /**
     * What ALTER ... OWNER TO asks for: the old owner's privileges, membership of the new owner,
     * and that the new owner may make such objects in the schema.
     */
    void requireHandOver(CatalogObject object, int newOwner, int schema) {
        require(object);
        requireMember(newOwner);
        if (schema != 0 && !change.catalog().isSuperuser(change.role())) {
            requireCreate(schema, newOwner);
        }
    }

    /** 42501 unless the current role is a member of another. */
    void requireMember(int role) {
        if (!change.catalog().isMember(change.role(), role)) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "must be member of role \"" + change.catalog().roleName(role) + "\"");
        }
    }

    // ------------------------------------------------------------------ objects

    /** What decides about an object's privileges; null where it has none of its own. */
    static @Nullable Subject subject(CatalogObject object) {
        return switch (object) {
            case Relation relation when relation.index() == null -> Subject.of(relation);
            case Function function -> Subject.of(function);
            case UserType type when type.relation() == 0 && type.form() != 'A' -> Subject.of(type);
            case Schema schema -> Subject.of(schema);
            case Database database -> Subject.of(database);
            default -> null;
        };
    }

    /** The owner of an object that stands for itself; 0 for what belongs to another's owner. */
    static int owner(CatalogObject object) {
        if (object instanceof Extension extension) {
            return extension.owner();
        }
        if (object instanceof Relation relation) {
            var sequence = relation.sequence();
            if (sequence != null && sequence.ownership() == 'i' && sequence.ownedRelation() != 0) {
                return 0;
            }
        }
        var subject = subject(object);
        return subject == null ? 0 : subject.owner();
    }

    /** The object with another list. */
    static CatalogObject withAcl(CatalogObject object, @Nullable String acl) {
        return switch (object) {
            case Relation relation -> relation.toBuilder().acl(acl).build();
            case Function function -> function.withAcl(acl);
            case UserType type -> type.with(type.name(), type.schema(), type.owner(), acl);
            case Schema schema -> schema.with(schema.name(), schema.owner(), acl);
            case Database database -> database.with(database.owner(), acl);
            default -> throw SqlException.internal(object.name() + " has no privileges");
        };
    }

    /** Gives an object, and what belongs to it, to another owner. */
    void give(CatalogObject object, int owner) {
        switch (object) {
            case Relation relation -> giveRelation(relation, owner);
            case Function function ->
                    change.put(
                            function.with(
                                    function.name(),
                                    function.schema(),
                                    owner,
                                    function.volatility(),
                                    function.strict(),
                                    function.securityDefiner(),
                                    function.leakproof(),
                                    function.parallel(),
                                    function.cost(),
                                    function.rows(),
                                    function.configuration()));
            case UserType type -> {
                giveType(type, owner);
                var array = change.catalog().userType(type.array());
                if (array != null) {
                    giveType(array, owner);
                }
            }
            case Schema schema ->
                    change.put(
                            schema.with(
                                    schema.name(),
                                    owner,
                                    AccessControl.withOwner(schema.acl(), schema.owner(), owner)));
            case Database database ->
                    change.put(
                            database.with(
                                    owner,
                                    AccessControl.withOwner(
                                            database.acl(), database.owner(), owner)));
            case Extension extension ->
                    change.put(
                            new Extension(
                                    extension.oid(),
                                    extension.version() + 1,
                                    extension.name(),
                                    owner,
                                    extension.schema(),
                                    extension.relocatable(),
                                    extension.release()));
            default -> throw SqlException.internal(object.name() + " has no owner");
        }
    }

    private void giveType(UserType type, int owner) {
        change.put(
                type.with(
                        type.name(),
                        type.schema(),
                        owner,
                        AccessControl.withOwner(type.acl(), type.owner(), owner)));
    }

    private void giveRelation(Relation relation, int owner) {
        int old = relation.owner();
        var columns =
                relation.columns().stream()
                        .map(column ->
                                column.acl() == null
                                        ? column
                                        : column.withAcl(
                                                AccessControl.withOwner(column.acl(), old, owner)))
                        .toList();
        change.put(
                relation.toBuilder()
                        .owner(owner)
                        .acl(AccessControl.withOwner(relation.acl(), old, owner))
                        .columns(columns)
                        .build());
        for (var index : change.catalog().indexes(relation.oid())) {
            change.put(index.toBuilder().owner(owner).build());
        }
        for (var sequence : change.catalog().ownedSequences(relation.oid())) {
            giveRelation(sequence, owner);
        }
        var row = change.catalog().userType(relation.rowType());
        if (row != null) {
            giveType(row, owner);
            var array = change.catalog().userType(row.array());
            if (array != null) {
                giveType(array, owner);
            }
        }
    }
}
