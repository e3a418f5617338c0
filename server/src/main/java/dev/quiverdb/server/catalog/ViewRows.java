package dev.quiverdb.server.catalog;

import dev.quiverdb.base.type.Interval;
import dev.quiverdb.base.type.TimeZones;
import dev.quiverdb.sql.catalog.AvailableExtension;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Policy;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.catalog.SystemRelations;
import dev.quiverdb.storage.LockView;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The views of pg_catalog that show objects by name, and those over the session and the server. */
final class ViewRows {
    private static final long UNIX_TO_POSTGRES_SECONDS = 946_684_800;

    private final SessionView view;
    private final Catalog catalog;
    private final Texts texts;

    ViewRows(SessionView view) {
        this.view = view;
        catalog = view.catalog();
        texts = new Texts(view, false);
    }

    private String role(int oid) {
        var role = catalog.role(oid);
        return role == null ? "unknown (OID=" + Integer.toUnsignedString(oid) + ")" : role.name();
    }

    private String schema(Relation relation) {
        return catalog.schemaName(relation.schema());
    }

    private List<Relation> relations(String kinds) {
        var found = new ArrayList<Relation>();
        for (var relation : SystemRelations.all()) {
            if (kinds.indexOf(relation.kind()) >= 0) {
                found.add(relation);
            }
        }
        for (var relation : catalog.objects(Relation.class)) {
            if (kinds.indexOf(relation.kind()) >= 0) {
                found.add(relation);
            }
        }
        return found;
    }

    // Roles.

    void roles(TableRows rows) {
        for (var role : catalog.objects(Role.class)) {
            rows.add(
                    role.name(),
                    role.superuser(),
                    role.inherit(),
                    role.createRole(),
                    role.createDatabase(),
                    role.login(),
                    role.replication(),
                    role.connectionLimit(),
                    "********",
                    role.validUntilMicros(),
                    role.bypassRowSecurity(),
                    ObjectRows.orNull(catalog.settings(0, role.oid())),
                    role.oid());
        }
    }

    /** pg_user, and pg_shadow, which shows passwords. */
    void users(TableRows rows, boolean secrets) {
        for (var role : catalog.objects(Role.class)) {
            if (role.login()) {
                rows.add(
                        role.name(),
                        role.oid(),
                        role.createDatabase(),
                        role.superuser(),
                        role.replication(),
                        role.bypassRowSecurity(),
                        secrets ? role.password() : "********",
                        role.validUntilMicros(),
                        ObjectRows.orNull(catalog.settings(0, role.oid())));
            }
        }
    }

    void groups(TableRows rows) {
        for (var group : catalog.objects(Role.class)) {
            if (!group.login()) {
                var members = new ArrayList<Integer>();
                for (var role : catalog.objects(Role.class)) {
                    if (role.memberOf().stream().anyMatch(of -> of.role() == group.oid())) {
                        members.add(role.oid());
                    }
                }
                rows.add(group.name(), group.oid(), members);
            }
        }
    }

    // Relations.

    void tables(TableRows rows) {
        for (var table : relations("r")) {
            boolean system = SystemRelations.isSystem(table);
            rows.add(
                    schema(table),
                    table.name(),
                    role(table.owner()),
                    system && ClassRows.isShared(table.name()) ? "pg_global" : null,
                    system
                            ? table.schema() == Schema.PG_CATALOG
                            : !catalog.indexes(table.oid()).isEmpty(),
                    false,
                    !system && hasForeignKeys(table),
                    table.rowSecurity());
        }
    }

    private boolean hasForeignKeys(Relation table) {
        return !catalog.referencing(table.oid()).isEmpty()
                || catalog.constraints(table.oid()).stream().anyMatch(c -> c.kind() == 'f');
    }

    void views(TableRows rows) {
        for (var each : relations("v")) {
            rows.add(schema(each), each.name(), role(each.owner()), texts.view(each));
        }
    }

    void materializedViews(TableRows rows) {
        for (var each : relations("m")) {
            rows.add(
                    schema(each),
                    each.name(),
                    role(each.owner()),
                    null,
                    !catalog.indexes(each.oid()).isEmpty(),
                    each.populated(),
                    texts.view(each));
        }
    }

    void indexes(TableRows rows) {
        for (var row : SystemIndexes.all(catalog)) {
            var table = catalog.relation(row.number("indrelid"));
            if (table != null) {
                rows.add(
                        schema(table),
                        table.name(),
                        row.text("relname"),
                        ClassRows.isShared(table.name()) ? "pg_global" : null,
                        texts.index(row.number("oid"), 0));
            }
        }
        for (var index : catalog.objects(Relation.class)) {
            var part = index.index();
            var table = part == null ? null : catalog.relation(part.relation());
            if (table != null) {
                rows.add(
                        schema(table),
                        table.name(),
                        index.name(),
                        null,
                        texts.index(index.oid(), 0));
            }
        }
    }

    void sequences(TableRows rows) {
        var privileges = new Privileges(catalog, view.currentUser());
        for (var relation : catalog.objects(Relation.class)) {
            var sequence = relation.sequence();
            if (sequence == null || isForeignTemporary(relation)) {
                continue;
            }
            var state = SequenceRows.state(view.storage(), relation, sequence);
            rows.add(
                    schema(relation),
                    relation.name(),
                    role(relation.owner()),
                    sequence.type(),
                    sequence.start(),
                    sequence.minimum(),
                    sequence.maximum(),
                    sequence.increment(),
                    sequence.cycle(),
                    sequence.cache(),
                    state.called() && privileges.any(relation, "rU") ? state.lastValue() : null);
        }
    }

    private boolean isForeignTemporary(Relation relation) {
        return relation.isTemporary() && relation.schema() != view.searchPath().temporary();
    }

    void policies(TableRows rows) {
        for (var policy : catalog.objects(Policy.class)) {
            var table = catalog.relation(policy.relation());
            if (table == null) {
                continue;
            }
            var names = new TreeSet<String>();
            policy.roles().forEach(oid -> names.add(oid == 0 ? "public" : role(oid)));
            var using = policy.using();
            var check = policy.withCheck();
            rows.add(
                    schema(table),
                    table.name(),
                    policy.name(),
                    policy.permissive() ? "PERMISSIVE" : "RESTRICTIVE",
                    names.isEmpty() ? List.of("public") : List.copyOf(names),
                    switch (policy.command()) {
                        case 'r' -> "SELECT";
                        case 'a' -> "INSERT";
                        case 'w' -> "UPDATE";
                        case 'd' -> "DELETE";
                        default -> "ALL";
                    },
                    using == null ? null : texts.expression(using, table.oid()),
                    check == null ? null : texts.expression(check, table.oid()));
        }
    }

    // Extensions.

    /** The comment that an extension comes with; null for one that is not known. */
    static @Nullable String extensionComment(String name) {
        var available = AvailableExtension.named(name);
        return available == null ? null : available.comment();
    }

    List<@Nullable Object[]> extensions() {
        var rows = new ArrayList<@Nullable Object[]>();
        for (var offer : AvailableExtension.ALL) {
            var installed = catalog.extension(offer.name());
            rows.add(
                    new @Nullable Object[] {
                        offer.name(),
                        offer.release(),
                        installed == null ? null : installed.release(),
                        offer.comment()
                    });
        }
        return rows;
    }

    List<@Nullable Object[]> extensionVersions() {
        var rows = new ArrayList<@Nullable Object[]>();
        for (var offer : AvailableExtension.ALL) {
            rows.add(
                    new @Nullable Object[] {
                        offer.name(),
                        offer.release(),
                        catalog.extension(offer.name()) != null,
                        true,
                        offer.trusted(),
                        offer.relocatable(),
                        offer.schema(),
                        null,
                        offer.comment()
                    });
        }
        return rows;
    }

    // Server and session.

    void locks(TableRows rows) {
        for (var lock : view.storage().locks()) {
            lock(rows, lock);
        }
    }

    private void lock(TableRows rows, LockView lock) {
        long objectId = lock.objectId().orElse(0);
        boolean relation =
                lock.kind().equals("relation")
                        && lock.classId().orElse(0) == CatalogObject.CLASS_RELATION;
        boolean advisory = lock.kind().equals("advisory");
        boolean tuple = lock.kind().equals("tuple");
        boolean transaction = lock.kind().equals("transactionid");
        boolean object = !relation && !advisory && !tuple && !transaction;
        Object relationOid =
                relation ? (Object) objectId : tuple ? tableOf(lock.tabletId().orElse(0)) : null;
        long row = lock.rowId().orElse(0);
        // An advisory lock on one bigint shows its halves and 1, one on two ints shows them and 2.
        Object classId =
                advisory
                        ? (Object) (objectId >>> 32)
                        : object ? (Object) lock.classId().orElse(0) : null;
        Object shownId = advisory ? (Object) (objectId & 0xffff_ffffL) : object ? objectId : null;
        rows.add(
                relation ? "relation" : object ? "object" : lock.kind(),
                transaction ? null : (Object) view.databaseOid(),
                relationOid,
                tuple ? (Object) (int) (row >>> 10) : null,
                tuple ? (Object) (int) (row & 1023) : null,
                null,
                transaction ? (Object) objectId : null,
                classId,
                shownId,
                advisory ? (Object) (int) lock.classId().orElse(1) : object ? (Object) 0 : null,
                lock.processId() + "/" + lock.transactionId(),
                (int) lock.processId(),
                mode(lock.mode()),
                lock.granted(),
                false,
                null);
    }

    private @Nullable Integer tableOf(int tablet) {
        for (var relation : catalog.objects(Relation.class)) {
            if (relation.tablet() == tablet) {
                return relation.oid();
            }
        }
        return null;
    }

    /** Strengths of row locks are shown as the lock modes that stand for them. */
    private static String mode(String mode) {
        return switch (mode) {
            case "KEY_SHARE" -> "AccessShareLock";
            case "SHARE" -> "RowShareLock";
            case "NO_KEY_UPDATE" -> "ExclusiveLock";
            case "UPDATE" -> "AccessExclusiveLock";
            default -> mode;
        };
    }

    List<@Nullable Object[]> preparedStatements(TableRows rows) {
        for (var each : view.preparedStatements()) {
            rows.add(
                    each.name(),
                    each.statement(),
                    each.prepareTime(),
                    each.parameterTypes(),
                    each.fromSql(),
                    each.genericPlans(),
                    each.customPlans());
        }
        return rows.rows();
    }

    void cursors(TableRows rows) {
        for (var each : view.cursors()) {
            rows.add(
                    each.name(),
                    each.statement(),
                    each.holdable(),
                    each.binary(),
                    each.scrollable(),
                    each.creationTime());
        }
    }

    void preparedTransactions(TableRows rows) {
        for (var each : view.storage().preparedTransactions()) {
            rows.add(
                    each.transactionId() & 0xffff_ffffL,
                    each.gid(),
                    each.preparedMicros(),
                    each.owner(),
                    view.databaseName());
        }
    }

    // Time zones.

    List<@Nullable Object[]> zoneNames() {
        var now = now();
        var rows = new ArrayList<@Nullable Object[]>();
        for (var name : new TreeSet<>(ZoneId.getAvailableZoneIds())) {
            if (name.startsWith("SystemV/")) {
                continue;
            }
            var zone = ZoneId.of(name);
            var rules = zone.getRules();
            boolean daylight = rules.isDaylightSavings(now);
            var offset = rules.getOffset(now);
            var shown = abbreviation(zone, daylight);
            rows.add(
                    new @Nullable Object[] {
                        name, shown, interval(offset.getTotalSeconds()), daylight
                    });
        }
        return rows;
    }

    /** A zone's short name now; where it has none, its offset: {@code +12}, {@code +1345}. */
    private static String abbreviation(ZoneId zone, boolean daylight) {
        var name =
                java.util.TimeZone.getTimeZone(zone)
                        .getDisplayName(daylight, java.util.TimeZone.SHORT, Locale.ENGLISH);
        return name.length() > 3 && (name.startsWith("GMT+") || name.startsWith("GMT-"))
                ? name.substring(3).replace(":00", "").replace(":", "")
                : name;
    }

    List<@Nullable Object[]> zoneAbbreviations() {
        var now = now();
        var rows = new ArrayList<@Nullable Object[]>();
        new java.util.TreeMap<>(TimeZones.abbreviations())
                .forEach((name, abbreviation) -> {
                    var zone = abbreviation.zone();
                    int seconds =
                            zone == null
                                    ? abbreviation.offsetSeconds()
                                    : zone.getRules().getOffset(now).getTotalSeconds();
                    rows.add(
                            new @Nullable Object[] {
                                name.toUpperCase(Locale.ROOT),
                                interval(seconds),
                                zone == null
                                        ? abbreviation.daylight()
                                        : zone.getRules().isDaylightSavings(now)
                            });
                });
        return rows;
    }

    private Instant now() {
        return Instant.ofEpochSecond(
                view.types().nowMicros() / 1_000_000 + UNIX_TO_POSTGRES_SECONDS);
    }

    private static Interval interval(int seconds) {
        return new Interval(0, 0, seconds * 1_000_000L);
    }
}
