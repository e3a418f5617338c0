package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.Severity;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.AccessControl.Subject;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.DefaultPrivileges;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.SystemRelations;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.ObjectType;
import dev.quiverdb.sql.parse.RoleDdl;
import dev.quiverdb.sql.parse.RoleSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * GRANT and REVOKE of privileges, and ALTER DEFAULT PRIVILEGES, after PostgreSQL's aclchk.c: the
 * owner grants, or who holds the privilege with grant option.
 *
 * <p>Everybody may use every language and tablespace, so GRANT on those has nothing to do, and
 * REVOKE is refused.
 */
final class Grants {
    private final Change change;

    Grants(Change change) {
        this.change = change;
    }

    /**
     * What privileges are on.
     *
     * @param kind as messages call it
     * @param column its name, where privileges are on one column of {@code name}
     */
    private record Target(String kind, String name, @Nullable String column, Subject subject) {
        SqlException denied() {
            return new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    column == null
                            ? "permission denied for " + kind + " " + name
                            : "permission denied for column \""
                                    + column
                                    + "\" of relation \""
                                    + name
                                    + "\"");
        }

        String quoted() {
            return column == null
                    ? "\"" + name + "\""
                    : "column \"" + column + "\" of relation \"" + name + "\"";
        }
    }

    /** What a statement grants or revokes on one target; {@code all} of what there is. */
    private record Wanted(String letters, boolean all) {}

    DdlResult bind(RoleDdl.Grant grant) {
        checkGrantor(grant);
        switch (grant.type()) {
            case TABLE, SEQUENCE, VIEW -> {
                checkPrivileges(grant, "relation", "arwdDxtU");
                for (var relation : relations(grant)) {
                    relation(relation.oid(), grant);
                }
            }
            case SCHEMA -> {
                for (var object : grant.objects()) {
                    var schema = change.schema(object.name().getLast(), object.offset());
                    whole(
                            schema,
                            new Target("schema", schema.name(), null, Subject.of(schema)),
                            grant);
                }
            }
            case DATABASE -> {
                for (var object : grant.objects()) {
                    database(object.name().getLast(), grant);
                }
            }
            case FUNCTION, PROCEDURE, ROUTINE -> {
                checkPrivileges(grant, Drops.word(grant.type()), "X");
                for (var function : functions(grant)) {
                    var target =
                            new Target(
                                    FunctionCommands.kindWord(function),
                                    function.name(),
                                    null,
                                    Subject.of(function));
                    whole(function, target, grant);
                }
            }
            case TYPE, DOMAIN -> types(grant);
            default -> {
                if (!grant.grant()) {
                    throw SqlException.notSupported(
                            "REVOKE on " + Drops.word(grant.type()) + "s is not supported");
                }
            }
        }
        return change.result(grant.grant() ? "GRANT" : "REVOKE");
    }

    private void checkGrantor(RoleDdl.Grant grant) {
        var grantor = grant.grantor();
        if (grantor != null && DdlBinder.role(grantor, change).oid() != change.role()) {
            throw new SqlException(SqlState.FEATURE_NOT_SUPPORTED, "grantor must be current user");
        }
    }

    /** 0LP01 for a privilege that no such object can have. */
    private static void checkPrivileges(RoleDdl.Grant grant, String kind, String possible) {
        for (var privilege : grant.privileges()) {
            var name = privilege.name();
            if (!privilege.columns().isEmpty() && !kind.equals("relation")) {
                throw new SqlException(
                        SqlState.INVALID_GRANT_OPERATION,
                        "column privileges are only valid for relations");
            }
            if (name != null && possible.indexOf(letter(name)) < 0) {
                throw invalid(name, kind);
            }
        }
    }

    private static SqlException invalid(String privilege, String kind) {
        var name = privilege.equals("temp") ? "temporary" : privilege;
        return new SqlException(
                SqlState.INVALID_GRANT_OPERATION,
                "invalid privilege type " + name.toUpperCase(Locale.ROOT) + " for " + kind);
    }

    // ------------------------------------------------------------------ objects

    private void whole(CatalogObject object, Target target, RoleDdl.Grant grant) {
        var possible = AccessControl.all(target.subject.kind());
        checkPrivileges(
                grant,
                target.subject.kind() == 'f' ? Drops.word(grant.type()) : target.kind,
                possible);
        change.put(Owners.withAcl(object, changed(target, wanted(grant, possible), grant)));
    }

    private static Wanted wanted(RoleDdl.Grant grant, String possible) {
        if (grant.privileges().isEmpty()) {
            return new Wanted(possible, true);
        }
        var letters = new StringBuilder();
        for (var privilege : grant.privileges()) {
            var name = privilege.name();
            if (name != null && privilege.columns().isEmpty()) {
                letters.append(letter(name));
            }
        }
        return new Wanted(letters.toString(), false);
    }

    private void database(String name, RoleDdl.Grant grant) {
        var database = change.catalog().database(name);
        if (database == null) {
            throw new SqlException(
                    SqlState.INVALID_CATALOG_NAME, "database \"" + name + "\" does not exist");
        }
        whole(database, new Target("database", name, null, Subject.of(database)), grant);
    }

    private void types(RoleDdl.Grant grant) {
        for (var object : grant.objects()) {
            var user = new TypeCommands(change).userType(object.name());
            if (grant.type() == ObjectType.DOMAIN && user.form() != 'd') {
                throw new SqlException(
                        SqlState.WRONG_OBJECT_TYPE, "\"" + user.name() + "\" is not a domain");
            }
            if (user.form() == 'A') {
                throw new SqlException(
                                SqlState.INVALID_GRANT_OPERATION,
                                "cannot set privileges of array types")
                        .withHint("Set the privileges of the element type instead.");
            }
            var kind = Drops.word(grant.type());
            whole(user, new Target(kind, user.name(), null, Subject.of(user)), grant);
        }
    }

    private List<Function> functions(RoleDdl.Grant grant) {
        var found = new ArrayList<Function>();
        for (var object : grant.objects()) {
            if (!grant.allInSchema()) {
                found.add(new Drops(change).callable(grant.type(), object));
                continue;
            }
            int schema = change.usableSchema(object.name().getLast(), object.offset()).oid();
            for (var function : change.catalog().objects(Function.class)) {
                if (function.schema() == schema && Drops.isOf(grant.type(), function)) {
                    found.add(function);
                }
            }
        }
        return found;
    }

    private List<Relation> relations(RoleDdl.Grant grant) {
        var found = new ArrayList<Relation>();
        for (var object : grant.objects()) {
            if (grant.allInSchema()) {
                int schema = change.usableSchema(object.name().getLast(), object.offset()).oid();
                for (var relation : change.catalog().objects(Relation.class)) {
                    boolean fits =
                            grant.type() == ObjectType.SEQUENCE
                                    ? relation.kind() == 'S'
                                    : "rvmp".indexOf(relation.kind()) >= 0;
                    if (relation.schema() == schema && fits) {
                        found.add(relation);
                    }
                }
                continue;
            }
            var relation = change.relation(Drops.variable(object));
            if (SystemRelations.isSystem(relation)) {
                throw new SqlException(
                        SqlState.INSUFFICIENT_PRIVILEGE,
                        "permission denied: \"" + relation.name() + "\" is a system catalog");
            }
            var wrong =
                    switch (relation.kind()) {
                        case 'i' -> "an index";
                        case 'c' -> "a composite type";
                        default -> null;
                    };
            if (wrong != null) {
                throw new SqlException(
                        SqlState.WRONG_OBJECT_TYPE, "\"" + relation.name() + "\" is " + wrong);
            }
            if (grant.type() == ObjectType.SEQUENCE && relation.kind() != 'S') {
                throw new SqlException(
                        SqlState.WRONG_OBJECT_TYPE,
                        "\"" + relation.name() + "\" is not a sequence");
            }
            found.add(relation);
        }
        return found;
    }

    // ------------------------------------------------------------------ relations

    private void relation(int oid, RoleDdl.Grant grant) {
        var relation = change.catalog().relation(oid);
        if (relation == null) {
            return;
        }
        boolean sequence = relation.kind() == 'S';
        var kind =
                sequence
                        ? "sequence"
                        : relation.kind() == 'v'
                                ? "view"
                                : relation.kind() == 'm' ? "materialized view" : "table";
        var wanted = wanted(grant, AccessControl.all(sequence ? 's' : 'r'));
        boolean named = grant.privileges().stream().anyMatch(p -> p.columns().isEmpty());
        if (wanted.all || named) {
            wanted = fitting(relation, wanted, grant.type());
            var target = new Target(kind, relation.name(), null, Subject.of(relation));
            change.put(Owners.withAcl(relation, changed(target, wanted, grant)));
        }
        columns(oid, columnsWanted(relation, wanted, grant), grant);
    }

    /** GRANT ON TABLE has always worked for sequences too, as far as they have such privileges. */
    private Wanted fitting(Relation relation, Wanted wanted, ObjectType type) {
        if (relation.kind() != 'S') {
            if (wanted.letters.indexOf('U') >= 0) {
                throw invalid("usage", "table");
            }
            return wanted;
        }
        var fits = new StringBuilder();
        for (char letter : wanted.letters.toCharArray()) {
            if ("rwU".indexOf(letter) >= 0) {
                fits.append(letter);
            } else if (type == ObjectType.SEQUENCE) {
                throw invalid(word(letter), "sequence");
            }
        }
        if (fits.length() < wanted.letters.length()) {
            change.notice(
                    Severity.WARNING,
                    SqlState.INVALID_GRANT_OPERATION,
                    "sequence \""
                            + relation.name()
                            + "\" only supports USAGE, SELECT, and UPDATE privileges");
        }
        return new Wanted(fits.toString(), wanted.all);
    }

    /** The letters for each column; revoking from a table revokes from all its columns. */
    private static TreeMap<Integer, String> columnsWanted(
            Relation relation, Wanted whole, RoleDdl.Grant grant) {
        var wanted = new TreeMap<Integer, String>();
        if (!grant.grant()) {
            for (var column : relation.liveColumns()) {
                if (column.acl() != null) {
                    for (char letter : whole.letters.toCharArray()) {
                        if ("arwx".indexOf(letter) >= 0) {
                            wanted.merge(column.number(), "" + letter, String::concat);
                        }
                    }
                }
            }
        }
        for (var privilege : grant.privileges()) {
            for (var name : privilege.columns()) {
                var column = relation.column(name);
                if (column == null) {
                    throw new SqlException(
                            SqlState.UNDEFINED_COLUMN,
                            "column \""
                                    + name
                                    + "\" of relation \""
                                    + relation.name()
                                    + "\" does not exist");
                }
                var word = privilege.name();
                if (word != null && "arwx".indexOf(letter(word)) < 0) {
                    throw invalid(word, "column");
                }
                wanted.merge(
                        column.number(), word == null ? "arwx" : "" + letter(word), String::concat);
            }
        }
        return wanted;
    }

    private void columns(int oid, TreeMap<Integer, String> wanted, RoleDdl.Grant grant) {
        var relation = change.catalog().relation(oid);
        if (relation == null || wanted.isEmpty()) {
            return;
        }
        var columns = new ArrayList<Column>();
        boolean all = grant.privileges().isEmpty();
        for (var column : relation.columns()) {
            var letters = wanted.get(column.number());
            if (letters == null) {
                columns.add(column);
                continue;
            }
            // Who may grant on the table may grant on its columns.
            var target =
                    new Target(
                            "table", relation.name(), column.name(), Subject.of(relation, column));
            var acl = changed(target, new Wanted(letters, all), grant, relation);
            columns.add(column.withAcl(acl.isEmpty() ? null : acl));
        }
        change.put(relation.toBuilder().columns(columns).build());
    }

    // ------------------------------------------------------------------ the list

    private String changed(Target target, Wanted wanted, RoleDdl.Grant grant) {
        return changed(target, wanted, grant, null);
    }

    /**
     * @param whole the relation whose grant options count too, for a column; else null
     */
    private String changed(
            Target target, Wanted wanted, RoleDdl.Grant grant, @Nullable Relation whole) {
        var list = new AclChange(target.subject.entries(), target.subject.owner());
        var options =
                whole == null
                        ? list
                        : new AclChange(both(target.subject, whole), target.subject.owner());
        var grantor = grantor(target, wanted, options, grant.grant(), whole);
        apply(list, grant, grantor.role, grantor.letters);
        return list.text();
    }

    private static List<AccessControl.Entry> both(Subject column, Relation whole) {
        record Pair(int grantee, int grantor) {}
        var all = new java.util.LinkedHashMap<Pair, String>();
        var entries = new ArrayList<>(column.entries());
        entries.addAll(Subject.of(whole).entries());
        for (var entry : entries) {
            all.merge(
                    new Pair(entry.grantee(), entry.grantor()),
                    entry.privileges(),
                    AccessControl::union);
        }
        var list = new ArrayList<AccessControl.Entry>();
        all.forEach((pair, letters) ->
                list.add(new AccessControl.Entry(pair.grantee(), letters, pair.grantor())));
        return list;
    }

    private void apply(AclChange list, RoleDdl.Grant grant, int grantor, String letters) {
        for (var spec : grant.grantees()) {
            boolean world = spec.kind() == RoleSpec.Kind.PUBLIC;
            if (world && grant.grant() && grant.grantOption()) {
                throw new SqlException(
                        SqlState.INVALID_GRANT_OPERATION,
                        "grant options can only be granted to roles");
            }
            int grantee = world ? AccessControl.PUBLIC : DdlBinder.role(spec, change).oid();
            if (grant.grant()) {
                list.grant(grantee, grantor, letters, grant.grantOption());
            } else {
                list.revoke(grantee, grantor, letters, grant.grantOption(), grant.behavior());
            }
        }
    }

    private static char letter(String name) {
        return switch (name) {
            case "select" -> 'r';
            case "insert" -> 'a';
            case "update" -> 'w';
            case "delete" -> 'd';
            case "truncate" -> 'D';
            case "references" -> 'x';
            case "trigger" -> 't';
            case "usage" -> 'U';
            case "create" -> 'C';
            case "connect" -> 'c';
            case "temporary", "temp" -> 'T';
            case "execute" -> 'X';
            case "set" -> 's';
            case "alter system" -> 'A';
            default ->
                    throw new SqlException(
                            SqlState.SYNTAX_ERROR, "unrecognized privilege type \"" + name + "\"");
        };
    }

    private static String word(char letter) {
        return switch (letter) {
            case 'r' -> "select";
            case 'a' -> "insert";
            case 'w' -> "update";
            case 'd' -> "delete";
            case 'D' -> "truncate";
            case 'x' -> "references";
            default -> "trigger";
        };
    }

    /** In whose name, and of the privileges wanted those that this role may grant. */
    private record Grantor(int role, String letters) {}

    /** As select_best_grantor and restrict_and_check_grant. */
    private Grantor grantor(
            Target target,
            Wanted wanted,
            AclChange options,
            boolean granting,
            @Nullable Relation whole) {
        var catalog = change.catalog();
        int me = change.role();
        int owner = target.subject.owner();
        if (me == owner || catalog.isSuperuser(me)) {
            return new Grantor(owner, wanted.letters);
        }
        var best = new Grantor(me, "");
        for (var role : catalog.objects(Role.class)) {
            if (!catalog.hasPrivilegesOf(me, role.oid())) {
                continue;
            }
            var grantable = new StringBuilder();
            for (char letter : wanted.letters.toCharArray()) {
                if (options.mayGrant(role.oid(), letter)) {
                    grantable.append(letter);
                }
            }
            if (grantable.length() > best.letters.length()) {
                best = new Grantor(role.oid(), grantable.toString());
            }
        }
        if (best.letters.isEmpty() && !holdsAny(catalog, target.subject, me, whole)) {
            throw target.denied();
        }
        if (best.letters.isEmpty()
                || !wanted.all && best.letters.length() < wanted.letters.length()) {
            change.notice(
                    Severity.WARNING,
                    granting
                            ? SqlState.WARNING_PRIVILEGE_NOT_GRANTED
                            : SqlState.WARNING_PRIVILEGE_NOT_REVOKED,
                    (best.letters.isEmpty() ? "no privileges " : "not all privileges ")
                            + (granting ? "were granted for " : "could be revoked for ")
                            + target.quoted());
        }
        return best;
    }

    private static boolean holdsAny(
            Catalog catalog, Subject subject, int role, @Nullable Relation whole) {
        for (char letter : AccessControl.all(subject.kind()).toCharArray()) {
            if (AccessControl.allows(catalog, subject, role, letter)
                    || whole != null && AccessControl.allows(catalog, whole, role, letter)) {
                return true;
            }
        }
        return false;
    }

    // ------------------------------------------------------------------ ALTER DEFAULT PRIVILEGES

    DdlResult bind(RoleDdl.AlterDefaultPrivileges alter) {
        var roles = new ArrayList<Integer>();
        var schemas = new ArrayList<Integer>();
        for (var option : alter.options()) {
            if (!(option.value() instanceof Clause.ListOf list)) {
                continue;
            }
            boolean ofRoles = option.name().equals("roles");
            if (!(ofRoles ? roles : schemas).isEmpty()) {
                throw new SqlException(SqlState.SYNTAX_ERROR, "conflicting or redundant options")
                        .withPosition(option.offset() + 1);
            }
            for (var item : list.items()) {
                if (item instanceof RoleSpec spec) {
                    roles.add(DdlBinder.role(spec, change).oid());
                } else {
                    var name = TableCreator.optionText(item);
                    schemas.add(change.schema(name, -1).oid());
                }
            }
        }
        var grant = alter.action();
        if (grant.type() == ObjectType.SCHEMA && !schemas.isEmpty()) {
            throw new SqlException(
                    SqlState.INVALID_GRANT_OPERATION,
                    "cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS");
        }
        char kind =
                switch (grant.type()) {
                    case SEQUENCE -> 's';
                    case FUNCTION -> 'f';
                    case TYPE -> 'T';
                    case SCHEMA -> 'n';
                    default -> 'r';
                };
        checkPrivileges(
                grant,
                kind == 'r' ? "relation" : Drops.word(grant.type()),
                AccessControl.all(kind));
        if (grant.privileges().stream().anyMatch(p -> !p.columns().isEmpty())) {
            throw new SqlException(
                    SqlState.INVALID_GRANT_OPERATION,
                    "default privileges cannot be set for columns");
        }
        for (int role : roles.isEmpty() ? List.of(change.role()) : roles) {
            new Owners(change).requireMember(role);
            for (int schema : schemas.isEmpty() ? List.of(0) : schemas) {
                defaults(role, schema, kind, grant);
            }
        }
        return change.result("ALTER DEFAULT PRIVILEGES");
    }

    private void defaults(int role, int schema, char kind, RoleDdl.Grant grant) {
        var old = DefaultPrivileges.find(change.catalog(), role, schema, kind);
        var standard = schema == 0 ? AccessControl.standard(kind, role) : "";
        var list = new AclChange(AccessControl.parse(old == null ? standard : old.acl()), role);
        apply(list, grant, role, wanted(grant, AccessControl.all(kind)).letters);
        var acl = list.text();
        if (!AccessControl.sorted(acl).equals(AccessControl.sorted(standard))) {
            change.put(
                    new DefaultPrivileges(
                            old == null ? change.newOid() : old.oid(),
                            old == null ? 1 : old.version() + 1,
                            role,
                            schema,
                            kind,
                            acl));
        } else if (old != null) {
            change.remove(old);
        }
    }
}
