package dev.quiverdb.sql.catalog;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Access control lists and what they allow, after PostgreSQL's acl.c.
 *
 * <p>A list is kept as text, <code>grantee=privileges/grantor,...</code> with roles by OID (0 is
 * PUBLIC), one letter for each privilege, {@code *} behind those that may be granted on. Roles
 * stand there by OID because names may change hands. null stands for the {@link #standard} list.
 * {@link #shown} is the form that users see.
 */
public final class AccessControl {
    /** The letters of all privileges, in the order in which lists show them. */
    public static final String LETTERS = "arwdDxtXUCTcsA";

    /** Stands for PUBLIC as a grantee. */
    public static final int PUBLIC = 0;

    private static final char GRANT_OPTION = '*';

    /** One entry. */
    public record Entry(int grantee, String privileges, int grantor) {
        /** Whether the grantee has a privilege, perhaps with grant option. */
        public boolean has(char privilege) {
            return privileges.indexOf(privilege) >= 0;
        }

        /** Whether the grantee may grant a privilege on. */
        public boolean grantable(char privilege) {
            int at = privileges.indexOf(privilege);
            return at >= 0
                    && at + 1 < privileges.length()
                    && privileges.charAt(at + 1) == GRANT_OPTION;
        }
    }

    /**
     * What decides who may do what with an object.
     *
     * @param kind as {@link #standard} takes it
     * @param acl null for the standard list
     */
    public record Subject(char kind, int owner, @Nullable String acl) {
        public static Subject of(Relation relation) {
            return new Subject(
                    relation.kind() == 'S' ? 's' : 'r', relation.owner(), relation.acl());
        }

        /** A column, for what is not granted on all of its relation. */
        public static Subject of(Relation relation, Column column) {
            return new Subject('c', relation.owner(), column.acl());
        }

        public static Subject of(Schema schema) {
            return new Subject('n', schema.owner(), schema.acl());
        }

        public static Subject of(Function function) {
            return new Subject('f', function.owner(), function.acl());
        }

        public static Subject of(UserType type) {
            return new Subject('T', type.owner(), type.acl());
        }

        public static Subject of(Database database) {
            return new Subject('d', database.owner(), database.acl());
        }

        /** The entries, the standard ones where there is no list. */
        public List<Entry> entries() {
            return parse(acl == null ? standard(kind, owner) : acl);
        }
    }

    private AccessControl() {}

    /** The entries of a list; none for null. */
    public static List<Entry> parse(@Nullable String acl) {
        var entries = new ArrayList<Entry>();
        if (acl == null || acl.isEmpty()) {
            return entries;
        }
        for (var item : acl.split(",", -1)) {
            int equals = item.indexOf('=');
            int slash = item.indexOf('/', equals);
            entries.add(
                    new Entry(
                            Integer.parseUnsignedInt(item, 0, equals, 10),
                            item.substring(equals + 1, slash),
                            Integer.parseUnsignedInt(item, slash + 1, item.length(), 10)));
        }
        return entries;
    }

    /** The text of entries; those without privileges are left out. */
    public static String format(List<Entry> entries) {
        var parts = new ArrayList<String>();
        for (var entry : entries) {
            if (!entry.privileges().isEmpty()) {
                parts.add(
                        Integer.toUnsignedString(entry.grantee())
                                + "="
                                + entry.privileges()
                                + "/"
                                + Integer.toUnsignedString(entry.grantor()));
            }
        }
        return String.join(",", parts);
    }

    /** The list of PostgreSQL's own objects, <code>{name=privileges/name,...}</code>, by OID. */
    static @Nullable String builtin(
            @Nullable String named, java.util.function.ToIntFunction<String> role) {
        if (named == null) {
            return null;
        }
        var entries = new ArrayList<Entry>();
        for (var item : named.substring(1, named.length() - 1).split(",", -1)) {
            int equals = item.indexOf('=');
            int slash = item.indexOf('/', equals);
            if (equals >= 0 && slash >= 0) {
                var grantee = item.substring(0, equals);
                entries.add(
                        new Entry(
                                grantee.isEmpty() ? PUBLIC : role.applyAsInt(grantee),
                                item.substring(equals + 1, slash),
                                role.applyAsInt(item.substring(slash + 1))));
            }
        }
        return format(entries);
    }

    /**
     * acldefault.
     *
     * @param kind {@code c} column, {@code r} relation, {@code s} sequence, {@code d} database,
     *     {@code f} function, {@code l} language, {@code L} large object, {@code n} schema, {@code
     *     p} parameter, {@code t} tablespace, {@code F} foreign-data wrapper, {@code S} foreign
     *     server, {@code T} type
     * @throws IllegalArgumentException for any other kind
     */
    public static String standard(char kind, int owner) {
        var entries = new ArrayList<Entry>();
        var world = world(kind);
        if (!world.isEmpty()) {
            entries.add(new Entry(PUBLIC, world, owner));
        }
        if (kind != 'c') {
            entries.add(new Entry(owner, all(kind), owner));
        }
        return format(entries);
    }

    private static String world(char kind) {
        return switch (kind) {
            case 'd' -> "Tc";
            case 'f' -> "X";
            case 'l', 'T' -> "U";
            default -> "";
        };
    }

    /** All privileges that there are on a kind of object. */
    public static String all(char kind) {
        return switch (kind) {
            case 'c' -> "arwx";
            case 'r' -> "arwdDxt";
            case 's' -> "rwU";
            case 'd' -> "CTc";
            case 'f' -> "X";
            case 'L' -> "rw";
            case 'n' -> "UC";
            case 'p' -> "sA";
            case 't' -> "C";
            case 'l', 'F', 'S', 'T' -> "U";
            default -> throw new IllegalArgumentException("no kind of object is " + kind);
        };
    }

    /** A list by rising OID of grantee and grantor, as PostgreSQL compares lists. */
    public static String sorted(String acl) {
        var entries = parse(acl);
        entries.sort(
                java.util.Comparator.comparing(Entry::grantee, Integer::compareUnsigned)
                        .thenComparing(Entry::grantor, Integer::compareUnsigned));
        return format(entries);
    }

    /** The privileges of two entries together. */
    public static String union(String left, String right) {
        var letters = new StringBuilder();
        var one = new Entry(0, left, 0);
        var other = new Entry(0, right, 0);
        for (int i = 0; i < LETTERS.length(); i++) {
            char letter = LETTERS.charAt(i);
            if (one.has(letter) || other.has(letter)) {
                letters.append(letter);
                if (one.grantable(letter) || other.grantable(letter)) {
                    letters.append(GRANT_OPTION);
                }
            }
        }
        return letters.toString();
    }

    /**
     * aclnewowner: the list of an object that another role owns now, with what the old owner held
     * and granted in the new one's name.
     */
    public static @Nullable String withOwner(@Nullable String acl, int oldOwner, int newOwner) {
        if (acl == null) {
            return null;
        }
        record Pair(int grantee, int grantor) {}
        var entries = new java.util.LinkedHashMap<Pair, String>();
        for (var entry : parse(acl)) {
            entries.merge(
                    new Pair(
                            entry.grantee() == oldOwner ? newOwner : entry.grantee(),
                            entry.grantor() == oldOwner ? newOwner : entry.grantor()),
                    entry.privileges(),
                    AccessControl::union);
        }
        var all = new ArrayList<Entry>();
        entries.forEach(
                (pair, letters) -> all.add(new Entry(pair.grantee(), letters, pair.grantor())));
        return format(all);
    }

    /** The items of a list as PostgreSQL prints an aclitem, roles by the names of now. */
    public static List<String> shown(Catalog catalog, String acl) {
        var items = new ArrayList<String>();
        for (var entry : parse(acl)) {
            items.add(
                    (entry.grantee() == PUBLIC ? "" : name(catalog, entry.grantee()))
                            + "="
                            + entry.privileges()
                            + "/"
                            + name(catalog, entry.grantor()));
        }
        return items;
    }

    private static String name(Catalog catalog, int role) {
        var found = catalog.role(role);
        var name = found == null ? Integer.toUnsignedString(role) : found.name();
        boolean plain = name.codePoints().allMatch(c -> Character.isLetterOrDigit(c) || c == '_');
        return plain ? name : "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static boolean byPredefinedRole(Catalog catalog, char kind, int role, char privilege) {
        boolean relation = kind == 'r' || kind == 's';
        boolean reads = relation && privilege == 'r' || kind == 'n' && privilege == 'U';
        boolean writes =
                relation && "awd".indexOf(privilege) >= 0 || kind == 'n' && privilege == 'U';
        return reads && catalog.hasPrivilegesOf(role, Role.READ_ALL_DATA)
                || writes && catalog.hasPrivilegesOf(role, Role.WRITE_ALL_DATA);
    }

    /** Whether a role has a privilege on all of a relation. */
    public static boolean allows(Catalog catalog, Relation relation, int role, char privilege) {
        return allows(catalog, Subject.of(relation), role, privilege);
    }

    /**
     * Whether a role has a privilege: as superuser, or by an entry for it, for a role whose
     * privileges it has, or for PUBLIC. An owner has what the list says, which is everything until
     * somebody revokes it.
     */
    public static boolean allows(Catalog catalog, Subject subject, int role, char privilege) {
        return allows(catalog, subject, role, privilege, false);
    }

    /**
     * As {@link #allows(Catalog, Subject, int, char)}, with grant option if asked for; owners may
     * always grant.
     */
    public static boolean allows(
            Catalog catalog, Subject subject, int role, char privilege, boolean withGrantOption) {
        if (catalog.isSuperuser(role)) {
            return true;
        }
        if (withGrantOption && catalog.hasPrivilegesOf(role, subject.owner())) {
            return true;
        }
        if (!withGrantOption && byPredefinedRole(catalog, subject.kind(), role, privilege)) {
            return true;
        }
        for (var entry : subject.entries()) {
            if (!(withGrantOption ? entry.grantable(privilege) : entry.has(privilege))) {
                continue;
            }
            if (entry.grantee() == PUBLIC || catalog.hasPrivilegesOf(role, entry.grantee())) {
                return true;
            }
        }
        return false;
    }
}
