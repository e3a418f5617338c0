package dev.quiverdb.server.catalog;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.AccessControl.Subject;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogNames;
import dev.quiverdb.sql.catalog.Database;
import dev.quiverdb.sql.catalog.Facts;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.SearchPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** has_table_privilege and its family, as acl.c answers them. */
final class PrivilegeCalls {
    /** A privilege asked for, perhaps with grant option. */
    private record Asked(char letter, boolean grantable) {}

    private final Catalog catalog;
    private final CatalogNames names;
    private final int role;

    PrivilegeCalls(Catalog catalog, SearchPath path, int role) {
        this.catalog = catalog;
        this.role = role;
        names = new CatalogNames(catalog, path);
    }

    /** See {@link dev.quiverdb.execute.CatalogFunctions#hasPrivilege}. */
    @Nullable Boolean has(String kind, Object object, @Nullable Object column, String privileges) {
        return switch (kind) {
            case "table" -> {
                var asked = parse(privileges, "rawdDxt");
                var relation = relation(object);
                yield relation == null ? null : (Boolean) any(relation, asked);
            }
            case "sequence" -> {
                var asked = parse(privileges, "Urw");
                var relation = relation(object);
                if (relation != null && relation.kind() != 'S') {
                    throw new SqlException(
                            SqlState.WRONG_OBJECT_TYPE,
                            "\"" + relation.name() + "\" is not a sequence");
                }
                yield relation == null ? null : (Boolean) any(relation, asked);
            }
            case "any column" -> anyColumn(object, privileges);
            case "column" -> column(object, column, privileges);
            case "schema" -> schema(object, privileges);
            case "database" -> database(object, privileges);
            case "function" -> function(object, privileges);
            case "type" -> type(object, privileges);
            case "language" -> fact("pg_language", "lan", object, privileges, "U", "language");
            case "tablespace" ->
                    fact("pg_tablespace", "spc", object, privileges, "C", "tablespace");
            case "role" -> role(object, privileges);
            case "server" -> missing(object, "server");
            case "foreign data wrapper" -> missing(object, "foreign-data wrapper");
            case "parameter" -> catalog.isSuperuser(role);
            default -> throw SqlException.notSupported("privileges of a " + kind);
        };
    }

    private static List<Asked> parse(String text, String allowed) {
        var asked = new ArrayList<Asked>();
        for (var part : text.split(",", -1)) {
            var word = part.strip();
            var upper = word.toUpperCase(Locale.ROOT);
            boolean grantable = upper.endsWith(" WITH GRANT OPTION");
            var name =
                    grantable
                            ? upper.substring(0, upper.length() - " WITH GRANT OPTION".length())
                            : upper;
            if (name.strip().equals("RULE") && allowed.indexOf('D') >= 0) {
                continue; // There were such privileges long ago; nobody has them.
            }
            char letter = Acl.letter(name.strip());
            if (letter == 0 || allowed.indexOf(letter) < 0) {
                throw new SqlException(
                        SqlState.INVALID_PARAMETER_VALUE,
                        "unrecognized privilege type: \"" + word + "\"");
            }
            asked.add(new Asked(letter, grantable));
        }
        return asked;
    }

    private boolean any(Subject subject, List<Asked> asked) {
        return asked.stream()
                .anyMatch(one ->
                        AccessControl.allows(
                                catalog, subject, role, one.letter(), one.grantable()));
    }

    private boolean any(Relation relation, List<Asked> asked) {
        return any(Subject.of(relation), asked);
    }

    private @Nullable Relation relation(Object object) {
        return object instanceof Long oid
                ? catalog.relation(oid.intValue())
                : catalog.relation((int) names.resolve(Types.get(Oids.REGCLASS), (String) object));
    }

    private @Nullable Boolean anyColumn(Object object, String privileges) {
        var asked = parse(privileges, "rawx");
        var relation = relation(object);
        if (relation == null) {
            return null;
        }
        return any(relation, asked)
                || relation.liveColumns().stream()
                        .anyMatch(column ->
                                column.acl() != null && any(Subject.of(relation, column), asked));
    }

    private @Nullable Boolean column(Object object, @Nullable Object column, String privileges) {
        var relation = relation(object);
        if (relation == null || column == null) {
            return null;
        }
        var found = column(relation, column);
        var asked = parse(privileges, "rawx");
        if (found == null) {
            return null;
        }
        return any(relation, asked)
                || (found.acl() != null && any(Subject.of(relation, found), asked));
    }

    private static dev.quiverdb.sql.catalog.@Nullable Column column(
            Relation relation, Object column) {
        if (column instanceof Number number) {
            int at = number.intValue();
            return at < 1 || at > relation.columns().size() || relation.column(at).dropped()
                    ? null
                    : relation.column(at);
        }
        var found = relation.column((String) column);
        if (((String) column).startsWith("........pg.dropped.")) {
            return null;
        }
        if (found == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_COLUMN,
                    "column \""
                            + column
                            + "\" of relation \""
                            + relation.name()
                            + "\" does not exist");
        }
        return found;
    }

    private @Nullable Boolean schema(Object object, String privileges) {
        var schema =
                object instanceof Long oid
                        ? catalog.schema(oid.intValue())
                        : catalog.schema((String) object);
        if (schema == null && object instanceof String name) {
            throw new SqlException(
                    SqlState.INVALID_SCHEMA_NAME, "schema \"" + name + "\" does not exist");
        }
        var asked = parse(privileges, "UC");
        return schema == null ? null : (Boolean) any(Subject.of(schema), asked);
    }

    private @Nullable Boolean database(Object object, String privileges) {
        var database =
                object instanceof Long oid
                        ? catalog.object(oid.intValue()) instanceof Database found ? found : null
                        : catalog.database((String) object);
        if (database == null && object instanceof String name) {
            throw new SqlException(
                    SqlState.INVALID_CATALOG_NAME, "database \"" + name + "\" does not exist");
        }
        var asked = parse(privileges, "CTc");
        if (database == null) {
            return null;
        }
        return any(Subject.of(database), asked);
    }

    private @Nullable Boolean function(Object object, String privileges) {
        Function function =
                catalog.function(
                        object instanceof Long oid
                                ? oid.intValue()
                                : (int)
                                        names.resolve(
                                                Types.get(Oids.REGPROCEDURE), (String) object));
        var asked = parse(privileges, "X");
        if (function == null) {
            return null;
        }
        return any(Subject.of(function), asked);
    }

    private @Nullable Boolean type(Object object, String privileges) {
        int oid =
                object instanceof Long number
                        ? number.intValue()
                        : (int) names.resolve(Types.get(Oids.REGTYPE), (String) object);
        var asked = parse(privileges, "U");
        if (catalog.typeOrNull(oid) == null) {
            return null;
        }
        var user = catalog.userType(oid);
        return any(user == null ? new Subject('T', Role.BOOTSTRAP, null) : Subject.of(user), asked);
    }

    private @Nullable Boolean fact(
            String table,
            String prefix,
            Object object,
            String privileges,
            String letters,
            String what) {
        Facts.Row found = null;
        for (var facts : catalog.facts(table)) {
            for (var row : facts.rows()) {
                boolean same =
                        object instanceof Long oid
                                ? row.number("oid") == oid.intValue()
                                : row.text(prefix + "name").equals(object);
                if (same) {
                    found = row;
                }
            }
        }
        if (found == null && object instanceof String name) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT, what + " \"" + name + "\" does not exist");
        }
        var asked = parse(privileges, letters);
        if (found == null) {
            return null;
        }
        boolean language = table.equals("pg_language");
        // An untrusted language is its owner's alone.
        var acl = language && !found.flag("lanpltrusted") ? "" : null;
        return any(new Subject(language ? 'l' : 't', found.number(prefix + "owner"), acl), asked);
    }

    private static @Nullable Boolean missing(Object object, String what) {
        if (object instanceof String name) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT, what + " \"" + name + "\" does not exist");
        }
        return null;
    }

    /** pg_has_role. */
    private @Nullable Boolean role(Object object, String privileges) {
        var of =
                object instanceof Long oid
                        ? catalog.role(oid.intValue())
                        : catalog.role((String) object);
        if (of == null && object instanceof String name) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT, "role \"" + name + "\" does not exist");
        }
        boolean has = false;
        for (var part : privileges.split(",", -1)) {
            var upper = part.strip().toUpperCase(Locale.ROOT);
            boolean holds =
                    switch (upper) {
                        case "USAGE" -> of != null && catalog.hasPrivilegesOf(role, of.oid());
                        case "MEMBER" -> of != null && catalog.isMember(role, of.oid());
                        case "USAGE WITH GRANT OPTION",
                                "USAGE WITH ADMIN OPTION",
                                "MEMBER WITH GRANT OPTION",
                                "MEMBER WITH ADMIN OPTION" ->
                                of != null && catalog.isAdminOf(role, of.oid());
                        default ->
                                throw new SqlException(
                                        SqlState.INVALID_PARAMETER_VALUE,
                                        "unrecognized privilege type: \"" + part.strip() + "\"");
                    };
            has |= holds;
        }
        return of == null ? null : (Boolean) has;
    }
}
