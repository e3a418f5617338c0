package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.Severity;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.Database;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.ObjectType;
import dev.quiverdb.sql.parse.RoleDdl;
import dev.quiverdb.sql.parse.RoleSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * GRANT and REVOKE of privileges on relations, schemas and databases, after PostgreSQL's aclchk.c:
 * the owner grants, or who holds the privilege with grant option, and entries of different grantors
 * stand side by side.
 *
 * <p>Everybody may use every function, type and language, so GRANT on those has nothing to do, and
 * REVOKE is refused.
 */
final class Grants {
    private static final String LETTERS = "arwdDxtXUCTc";
    private static final char GRANT_OPTION = '*';

    private final Change change;

    Grants(Change change) {
        this.change = change;
    }

    /** What privileges are on: its owner, its list, and what may be granted on it at all. */
    private record Target(
            String kind, String name, int owner, @Nullable String acl, String world, String all) {}

    DdlResult bind(RoleDdl.Grant grant) {
        switch (grant.type()) {
            case TABLE, SEQUENCE, VIEW -> {
                for (var relation : relations(grant)) {
                    var acl = changed(target(relation, grant.type()), grant);
                    change.put(relation.toBuilder().acl(acl).build());
                }
            }
            case SCHEMA -> {
                for (var object : grant.objects()) {
                    schema(change.schema(object.name().getLast(), object.offset()), grant);
                }
            }
            case DATABASE -> {
                for (var object : grant.objects()) {
                    database(object.name().getLast(), grant);
                }
            }
            default -> {
                if (!grant.grant()) {
                    throw SqlException.notSupported(
                            "REVOKE on "
                                    + grant.type().name().toLowerCase(java.util.Locale.ROOT)
                                    + "s is not supported");
                }
            }
        }
        return change.result(grant.grant() ? "GRANT" : "REVOKE");
    }

    private static Target target(Relation relation, ObjectType type) {
        boolean sequence = relation.kind() == 'S';
        return new Target(
                type == ObjectType.SEQUENCE ? "sequence" : "table",
                relation.name(),
                relation.owner(),
                relation.acl(),
                "",
                sequence ? "rwU" : "arwdDxt");
    }

    private void schema(Schema schema, RoleDdl.Grant grant) {
        var target = new Target("schema", schema.name(), schema.owner(), schema.acl(), "", "UC");
        change.put(
                new Schema(
                        schema.oid(),
                        schema.version() + 1,
                        schema.name(),
                        schema.owner(),
                        changed(target, grant)));
    }

    private void database(String name, RoleDdl.Grant grant) {
        var database = change.catalog().database(name);
        if (database == null) {
            throw new SqlException(
                    SqlState.INVALID_CATALOG_NAME, "database \"" + name + "\" does not exist");
        }
        var target = new Target("database", name, database.owner(), database.acl(), "Tc", "CTc");
        change.put(
                new Database(
                        database.oid(),
                        database.version() + 1,
                        name,
                        database.owner(),
                        database.template(),
                        database.allowConnections(),
                        database.connectionLimit(),
                        changed(target, grant)));
    }

    private List<Relation> relations(RoleDdl.Grant grant) {
        var found = new ArrayList<Relation>();
        for (var object : grant.objects()) {
            if (grant.allInSchema()) {
                int schema = change.schema(object.name().getLast(), object.offset()).oid();
                for (var relation : change.catalog().objects(Relation.class)) {
                    boolean fits =
                            grant.type() == ObjectType.SEQUENCE
                                    ? relation.kind() == 'S'
                                    : "rvmp".indexOf(relation.kind()) >= 0;
                    if (relation.schema() == schema && fits) {
                        found.add(relation);
                    }
                }
            } else {
                var relation = change.relation(Drops.variable(object));
                if (dev.quiverdb.sql.catalog.SystemRelations.isSystem(relation)) {
                    throw new SqlException(
                            SqlState.INSUFFICIENT_PRIVILEGE,
                            "permission denied: \"" + relation.name() + "\" is a system catalog");
                }
                found.add(relation);
            }
        }
        return found;
    }

    // ------------------------------------------------------------------ the list

    private record Pair(String grantee, String grantor) {}

    private String changed(Target target, RoleDdl.Grant grant) {
        var entries = entries(target);
        var wanted = wanted(target, grant);
        var grantor = grantor(target, wanted, entries, grant.grant());
        for (var spec : grant.grantees()) {
            boolean world = spec.kind() == RoleSpec.Kind.PUBLIC;
            if (world && grant.grant() && grant.grantOption()) {
                throw new SqlException(
                        SqlState.INVALID_GRANT_OPERATION,
                        "grant options can only be granted to roles");
            }
            var grantee = world ? "" : DdlBinder.role(spec, change).name();
            var held = entries.computeIfAbsent(new Pair(grantee, grantor.name), _ -> new Held());
            for (char letter : grantor.letters.toCharArray()) {
                if (grant.grant()) {
                    held.add(letter, grant.grantOption());
                } else {
                    held.remove(letter, grant.grantOption());
                    revokeDependents(grantee, letter, entries, grant.behavior());
                }
            }
        }
        var made = new ArrayList<AccessControl.Entry>();
        entries.forEach((pair, held) ->
                made.add(new AccessControl.Entry(pair.grantee, held.text(), pair.grantor)));
        return AccessControl.format(made);
    }

    /** What a grantee passed on goes with the grant option; RESTRICT refuses. */
    private void revokeDependents(
            String grantee, char letter, Map<Pair, Held> entries, Clause.Behavior behavior) {
        if (grantee.isEmpty() || mayGrant(grantee, letter, entries)) {
            return;
        }
        for (var entry : List.copyOf(entries.entrySet())) {
            var dependent = entry.getKey();
            boolean passedOn =
                    dependent.grantor.equals(grantee)
                            && !dependent.grantee.equals(grantee)
                            && entry.getValue().has(letter);
            if (!passedOn) {
                continue;
            }
            if (behavior != Clause.Behavior.CASCADE) {
                throw new SqlException(
                                SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                                "dependent privileges exist")
                        .withHint("Use CASCADE to revoke them too.");
            }
            entry.getValue().remove(letter, false);
            revokeDependents(dependent.grantee, letter, entries, behavior);
        }
    }

    private Map<Pair, Held> entries(Target target) {
        var owner = name(target.owner);
        var entries = new LinkedHashMap<Pair, Held>();
        if (target.acl == null) {
            if (!target.world.isEmpty()) {
                entries.put(new Pair("", owner), new Held(target.world));
            }
            entries.put(new Pair(owner, owner), new Held(target.all));
        }
        for (var entry : AccessControl.parse(target.acl)) {
            entries.put(new Pair(entry.grantee(), entry.grantor()), new Held(entry.privileges()));
        }
        return entries;
    }

    private String name(int role) {
        var found = change.catalog().role(role);
        return found == null ? "" : found.name();
    }

    private static String wanted(Target target, RoleDdl.Grant grant) {
        if (grant.privileges().isEmpty()) {
            return target.all;
        }
        var wanted = new StringBuilder();
        for (var privilege : grant.privileges()) {
            if (!privilege.columns().isEmpty()) {
                throw SqlException.notSupported("privileges on columns are not supported")
                        .withPosition(privilege.offset() + 1);
            }
            var name = privilege.name();
            if (name == null) {
                wanted.append(target.all);
                continue;
            }
            char letter = letter(name);
            if (target.all.indexOf(letter) < 0) {
                throw new SqlException(
                        SqlState.INVALID_GRANT_OPERATION,
                        "invalid privilege type "
                                + name.toUpperCase(java.util.Locale.ROOT)
                                + " for "
                                + target.kind);
            }
            wanted.append(letter);
        }
        return wanted.toString();
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
            default ->
                    throw new SqlException(
                            SqlState.SYNTAX_ERROR, "unrecognized privilege type \"" + name + "\"");
        };
    }

    /** In whose name, and of the privileges wanted those that this role may grant. */
    private record Grantor(String name, String letters) {}

    /** As select_best_grantor and restrict_and_check_grant. */
    private Grantor grantor(
            Target target, String wanted, Map<Pair, Held> entries, boolean granting) {
        int me = change.role();
        if (change.catalog().isMember(me, target.owner)) {
            return new Grantor(name(target.owner), wanted);
        }
        var best = new Grantor(name(me), "");
        boolean holdsAnything = false;
        for (var role : change.catalog().objects(Role.class)) {
            if (!change.catalog().isMember(me, role.oid())) {
                continue;
            }
            var grantable = new StringBuilder();
            for (int i = 0; i < wanted.length(); i++) {
                char letter = wanted.charAt(i);
                if (mayGrant(role.name(), letter, entries)) {
                    grantable.append(letter);
                }
            }
            holdsAnything |= holds(role.name(), entries);
            if (grantable.length() > best.letters.length()) {
                best = new Grantor(role.name(), grantable.toString());
            }
        }
        if (best.letters.isEmpty() && !holdsAnything) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "permission denied for " + target.kind + " " + target.name);
        }
        if (best.letters.length() < wanted.length()) {
            change.notice(
                    Severity.WARNING,
                    granting
                            ? SqlState.WARNING_PRIVILEGE_NOT_GRANTED
                            : SqlState.WARNING_PRIVILEGE_NOT_REVOKED,
                    (best.letters.isEmpty() ? "no privileges " : "not all privileges ")
                            + (granting ? "were granted for \"" : "could be revoked for \"")
                            + target.name
                            + "\"");
        }
        return best;
    }

    private static boolean mayGrant(String role, char letter, Map<Pair, Held> entries) {
        return entries.entrySet().stream()
                .anyMatch(e -> e.getKey().grantee.equals(role) && e.getValue().grantable(letter));
    }

    private static boolean holds(String role, Map<Pair, Held> entries) {
        return entries.entrySet().stream()
                .anyMatch(e ->
                        (e.getKey().grantee.equals(role) || e.getKey().grantee.isEmpty())
                                && !e.getValue().text().isEmpty());
    }

    /** The privileges of one entry, each with or without grant option. */
    private static final class Held {
        private final Map<Character, Boolean> letters = new LinkedHashMap<>();

        Held() {}

        Held(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) != GRANT_OPTION) {
                    boolean option = i + 1 < text.length() && text.charAt(i + 1) == GRANT_OPTION;
                    letters.put(text.charAt(i), option);
                }
            }
        }

        void add(char letter, boolean option) {
            letters.merge(letter, option, Boolean::logicalOr);
        }

        void remove(char letter, boolean optionOnly) {
            if (optionOnly) {
                letters.replace(letter, false);
            } else {
                letters.remove(letter);
            }
        }

        boolean has(char letter) {
            return letters.containsKey(letter);
        }

        boolean grantable(char letter) {
            return letters.getOrDefault(letter, false);
        }

        String text() {
            var text = new StringBuilder();
            for (int i = 0; i < LETTERS.length(); i++) {
                char letter = LETTERS.charAt(i);
                var option = letters.get(letter);
                if (option != null) {
                    text.append(letter);
                    if (option) {
                        text.append(GRANT_OPTION);
                    }
                }
            }
            return text.toString();
        }
    }
}
