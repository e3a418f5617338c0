package dev.quiverdb.sql.system;

import dev.quiverdb.sql.catalog.AccessMethod;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Comment;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Database;
import dev.quiverdb.sql.catalog.Extension;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Policy;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.catalog.SystemFacts;
import dev.quiverdb.sql.catalog.SystemRelations;
import dev.quiverdb.sql.catalog.UserType;
import java.util.ArrayList;
import java.util.List;

/** The tables of pg_catalog, as far as their rows are users' objects. */
final class CatalogTables {
    private static final int TABLESPACE_DEFAULT = 1663;
    private static final int ENCODING_UTF8 = 6;

    private final Live live;
    private final Sink sink;
    private final Catalog catalog;

    CatalogTables(Live live, Sink sink) {
        this.live = live;
        this.sink = sink;
        this.catalog = sink.catalog();
    }

    void fill(String table) {
        switch (table) {
            case "pg_class" -> classes();
            case "pg_attribute" -> attributes();
            case "pg_attrdef" -> defaults();
            case "pg_type" -> types();
            case "pg_enum" -> enums();
            case "pg_index" -> indexes();
            case "pg_constraint" -> constraints();
            case "pg_namespace" -> namespaces();
            case "pg_proc" -> functions();
            case "pg_sequence" -> sequences();
            case "pg_rewrite" -> rules();
            case "pg_authid" -> roles();
            case "pg_auth_members" -> members();
            case "pg_database" -> databases();
            case "pg_extension" -> extensions();
            case "pg_policy" -> policies();
            case "pg_description" -> comments();
            case "pg_depend" -> dependencies();
            case "pg_db_role_setting" -> settings();
            default -> {}
        }
    }

    private List<Relation> userRelations() {
        return catalog.objects(Relation.class);
    }

    private List<Relation> allRelations() {
        var all = new ArrayList<>(SystemFacts.relations());
        all.addAll(userRelations());
        return all;
    }

    private int accessMethod(Relation relation) {
        var index = relation.index();
        if (index != null) {
            var method = catalog.accessMethod(index.method());
            return method == null ? 0 : method.oid();
        }
        return relation.kind() == 'r' || relation.kind() == 'm' ? AccessMethod.HEAP : 0;
    }

    private void classes() {
        for (var relation : allRelations()) {
            boolean stored = relation.kind() != 'v' && relation.kind() != 'c';
            boolean system = SystemRelations.isSystem(relation);
            double rows = relation.kind() == 'r' && !system ? live.rowCount(relation) : -1;
            var constraints = catalog.constraints(relation.oid());
            sink.row(
                    "oid", relation.oid(),
                    "relname", relation.name(),
                    "relnamespace", relation.schema(),
                    "reltype", relation.rowType(),
                    "relowner", relation.owner(),
                    "relam", accessMethod(relation),
                    "relfilenode", stored ? relation.oid() : 0,
                    "relpages", rows < 0 ? 0 : (int) Math.ceil(rows / 50),
                    "reltuples", relation.kind() == 'v' ? 0f : (float) rows,
                    "relhasindex", !catalog.indexes(relation.oid()).isEmpty(),
                    "relisshared", false,
                    "relpersistence", relation.persistence(),
                    "relkind", relation.kind(),
                    "relnatts", relation.columns().size(),
                    "relchecks", constraints.stream().filter(c -> c.kind() == 'c').count(),
                    "relhasrules", relation.kind() == 'v' && !system,
                    "relhastriggers",
                            constraints.stream().anyMatch(c -> c.kind() == 'f')
                                    || !catalog.referencing(relation.oid()).isEmpty(),
                    "relrowsecurity", relation.rowSecurity(),
                    "relforcerowsecurity", relation.forceRowSecurity(),
                    "relispopulated", relation.populated(),
                    "relreplident", relation.replicaIdentity(),
                    "relispartition", false,
                    "relfrozenxid", stored ? 2L : 0L,
                    "relminmxid", stored ? 1L : 0L,
                    "relacl", relation.acl(),
                    "reloptions", relation.options().isEmpty() ? null : relation.optionTexts());
        }
    }

    private void attributes() {
        for (var relation : allRelations()) {
            for (var column : relation.columns()) {
                var type = column.dropped() ? null : catalog.typeOrNull(column.type());
                var layout = type == null ? null : type.layout();
                sink.row(
                        "attrelid",
                        relation.oid(),
                        "attname",
                        column.name(),
                        "atttypid",
                        column.type(),
                        "attstattarget",
                        column.dropped() ? 0 : -1,
                        "attlen",
                        layout == null ? (short) 4 : layout.length(),
                        "attnum",
                        column.number(),
                        "attndims",
                        type != null && type.isTrueArray() ? 1 : 0,
                        "attcacheoff",
                        -1,
                        "atttypmod",
                        column.typmod(),
                        "attbyval",
                        layout != null && layout.byValue(),
                        "attalign",
                        layout == null ? 'i' : layout.alignment(),
                        "attstorage",
                        layout == null ? 'p' : layout.storage(),
                        "attcompression",
                        "",
                        "attnotnull",
                        column.notNull(),
                        "atthasdef",
                        column.defaultSql() != null,
                        "atthasmissing",
                        false,
                        "attidentity",
                        column.identity(),
                        "attgenerated",
                        column.generated(),
                        "attisdropped",
                        column.dropped(),
                        "attislocal",
                        true,
                        "attinhcount",
                        0,
                        "attcollation",
                        column.collation(),
                        "attacl",
                        column.acl());
            }
        }
    }

    /** Defaults have no OIDs of their own here; one is made of table and column. */
    private static long defaultOid(Relation relation, int column) {
        return 2_000_000_000L + relation.oid() * 64L % 1_000_000_000L + column;
    }

    private void defaults() {
        for (var relation : userRelations()) {
            for (var column : relation.columns()) {
                if (column.defaultSql() != null) {
                    sink.row(
                            "oid", defaultOid(relation, column.number()),
                            "adrelid", relation.oid(),
                            "adnum", column.number(),
                            "adbin", column.defaultSql());
                }
            }
        }
    }

    private static final int RECORD_IN = 2290;
    private static final int RECORD_OUT = 2291;
    private static final int ARRAY_IN = 750;
    private static final int ARRAY_OUT = 751;
    private static final int ENUM_IN = 3506;
    private static final int ENUM_OUT = 3507;
    private static final int DOMAIN_IN = 2597;

    private void types() {
        for (var user : catalog.objects(UserType.class)) {
            var type = catalog.typeOrNull(user.oid());
            if (type == null) {
                continue;
            }
            var layout = type.layout();
            boolean array = user.form() == 'A';
            int input =
                    switch (user.form()) {
                        case 'A' -> ARRAY_IN;
                        case 'e' -> ENUM_IN;
                        case 'd' -> DOMAIN_IN;
                        default -> RECORD_IN;
                    };
            int output =
                    switch (user.form()) {
                        case 'A' -> ARRAY_OUT;
                        case 'e' -> ENUM_OUT;
                        default -> RECORD_OUT;
                    };
            sink.row(
                    "oid", user.oid(),
                    "typname", user.name(),
                    "typnamespace", user.schema(),
                    "typowner", user.owner(),
                    "typlen", layout.length(),
                    "typbyval", layout.byValue(),
                    "typtype", array ? 'b' : user.form(),
                    "typcategory", type.category(),
                    "typispreferred", false,
                    "typisdefined", true,
                    "typdelim", type.delimiter(),
                    "typrelid", user.relation(),
                    "typsubscript", array ? 6179 : 0,
                    "typelem", user.element(),
                    "typarray", user.array(),
                    "typinput", input,
                    "typoutput", output,
                    "typalign", layout.alignment(),
                    "typstorage", layout.storage(),
                    "typnotnull", user.notNull(),
                    "typbasetype", user.base(),
                    "typtypmod", user.form() == 'd' ? user.baseTypmod() : -1,
                    "typndims", 0,
                    "typcollation", type.collation(),
                    "typdefault", user.defaultSql(),
                    "typacl", user.acl());
        }
    }

    private void enums() {
        for (var user : catalog.objects(UserType.class)) {
            for (var label : user.labels()) {
                sink.row(
                        "oid", label.oid(),
                        "enumtypid", user.oid(),
                        "enumsortorder", label.order(),
                        "enumlabel", label.text());
            }
        }
    }

    private void indexes() {
        for (var relation : userRelations()) {
            var index = relation.index();
            if (index == null) {
                continue;
            }
            var keys = index.keys();
            var classes = new ArrayList<Integer>();
            var collations = new ArrayList<Integer>();
            var options = new ArrayList<Integer>();
            for (var key : keys.subList(0, index.keyCount())) {
                classes.add(key.operatorClass());
                collations.add(key.collation());
                options.add((key.descending() ? 1 : 0) + (key.nullsFirst() ? 2 : 0));
            }
            var expressions =
                    keys.stream()
                            .map(Relation.Key::expression)
                            .filter(text -> text != null)
                            .toList();
            var constraint = catalog.constraintOfIndex(relation);
            sink.row(
                    "indexrelid", relation.oid(),
                    "indrelid", index.relation(),
                    "indnatts", keys.size(),
                    "indnkeyatts", index.keyCount(),
                    "indisunique", index.unique(),
                    "indnullsnotdistinct", index.nullsNotDistinct(),
                    "indisprimary", index.primary(),
                    "indisexclusion", false,
                    "indimmediate", constraint == null || !constraint.deferrable(),
                    "indisclustered", index.clustered(),
                    "indisvalid", index.valid(),
                    "indcheckxmin", false,
                    "indisready", true,
                    "indislive", true,
                    "indisreplident", false,
                    "indkey", zeroBased(keys.stream().map(Relation.Key::column).toList()),
                    "indcollation", zeroBased(collations),
                    "indclass", zeroBased(classes),
                    "indoption", zeroBased(options),
                    "indexprs", expressions.isEmpty() ? null : String.join(", ", expressions),
                    "indpred", index.predicate());
        }
    }

    /** int2vector and oidvector count from 0: their text form makes them so. */
    private static String zeroBased(List<Integer> numbers) {
        return String.join(" ", numbers.stream().map(String::valueOf).toList());
    }

    private void constraints() {
        for (var constraint : catalog.objects(Constraint.class)) {
            boolean foreign = constraint.kind() == 'f';
            sink.row(
                    "oid", constraint.oid(),
                    "conname", constraint.name(),
                    "connamespace", constraint.schema(),
                    "contype", constraint.kind(),
                    "condeferrable", constraint.deferrable(),
                    "condeferred", constraint.initiallyDeferred(),
                    "convalidated", constraint.validated(),
                    "conrelid", constraint.relation(),
                    "contypid", constraint.domain(),
                    "conindid", constraint.index(),
                    "conparentid", 0,
                    "confrelid", constraint.referencedRelation(),
                    "confupdtype", constraint.onUpdate(),
                    "confdeltype", constraint.onDelete(),
                    "confmatchtype", constraint.match(),
                    "conislocal", true,
                    "coninhcount", 0,
                    "connoinherit", constraint.noInherit(),
                    "conkey", constraint.columns().isEmpty() ? null : constraint.columns(),
                    "confkey", foreign ? constraint.referencedColumns() : null,
                    "conpfeqop", foreign ? constraint.equalities() : null,
                    "conppeqop", foreign ? constraint.equalities() : null,
                    "conffeqop", foreign ? constraint.equalities() : null,
                    "confdelsetcols",
                            constraint.deleteSetColumns().isEmpty()
                                    ? null
                                    : constraint.deleteSetColumns(),
                    "conbin", constraint.check());
        }
    }

    private void namespaces() {
        for (var schema : catalog.objects(Schema.class)) {
            sink.row(
                    "oid", schema.oid(),
                    "nspname", schema.name(),
                    "nspowner", schema.owner(),
                    "nspacl", schema.acl());
        }
    }

    private void functions() {
        for (var function : catalog.objects(Function.class)) {
            sink.row(
                    "oid", function.oid(),
                    "proname", function.name(),
                    "pronamespace", function.schema(),
                    "proowner", function.owner(),
                    "prolang", function.language(),
                    "procost", function.cost(),
                    "prorows", function.rows(),
                    "provariadic", function.variadicElement(),
                    "prokind", function.kind(),
                    "prosecdef", function.securityDefiner(),
                    "proleakproof", function.leakproof(),
                    "proisstrict", function.strict(),
                    "proretset", function.returnsSet(),
                    "provolatile", function.volatility(),
                    "proparallel", function.parallel(),
                    "pronargs", function.argumentTypes().size(),
                    "pronargdefaults", function.defaults().size(),
                    "prorettype", function.resultType(),
                    "proargtypes", zeroBased(function.argumentTypes()),
                    "proallargtypes",
                            function.allArgumentTypes().isEmpty()
                                    ? null
                                    : function.allArgumentTypes(),
                    "proargmodes",
                            function.argumentModes().isEmpty() ? null : function.argumentModes(),
                    "proargnames",
                            function.argumentNames().isEmpty() ? null : function.argumentNames(),
                    "prosrc", function.source(),
                    "proacl", function.acl());
        }
    }

    private void sequences() {
        for (var relation : userRelations()) {
            var sequence = relation.sequence();
            if (sequence != null) {
                sink.row(
                        "seqrelid", relation.oid(),
                        "seqtypid", sequence.type(),
                        "seqstart", sequence.start(),
                        "seqincrement", sequence.increment(),
                        "seqmax", sequence.maximum(),
                        "seqmin", sequence.minimum(),
                        "seqcache", sequence.cache(),
                        "seqcycle", sequence.cycle());
            }
        }
    }

    private void rules() {
        for (var relation : userRelations()) {
            if (relation.kind() == 'v' || relation.kind() == 'm') {
                sink.row(
                        "oid", ruleOid(relation),
                        "rulename", "_RETURN",
                        "ev_class", relation.oid(),
                        "ev_type", "1",
                        "ev_enabled", "O",
                        "is_instead", true,
                        "ev_qual", "<>",
                        "ev_action", "<>");
            }
        }
    }

    private static long ruleOid(Relation view) {
        return 3_000_000_000L + view.oid();
    }

    private void roles() {
        for (var role : catalog.objects(Role.class)) {
            sink.row(
                    "oid", role.oid(),
                    "rolname", role.name(),
                    "rolsuper", role.superuser(),
                    "rolinherit", role.inherit(),
                    "rolcreaterole", role.createRole(),
                    "rolcreatedb", role.createDatabase(),
                    "rolcanlogin", role.login(),
                    "rolreplication", role.replication(),
                    "rolbypassrls", role.bypassRowSecurity(),
                    "rolconnlimit", role.connectionLimit(),
                    "rolpassword", role.password(),
                    "rolvaliduntil", role.validUntilMicros());
        }
    }

    private void members() {
        for (var role : catalog.objects(Role.class)) {
            for (var membership : role.memberOf()) {
                sink.row(
                        "roleid", membership.role(),
                        "member", role.oid(),
                        "grantor", membership.grantor(),
                        "admin_option", membership.adminOption());
            }
        }
    }

    private void databases() {
        for (var database : catalog.objects(Database.class)) {
            sink.row(
                    "oid",
                    database.oid(),
                    "datname",
                    database.name(),
                    "datdba",
                    database.owner(),
                    "encoding",
                    ENCODING_UTF8,
                    "datlocprovider",
                    "c",
                    "datistemplate",
                    database.template(),
                    "datallowconn",
                    database.allowConnections(),
                    "datconnlimit",
                    database.connectionLimit(),
                    "datfrozenxid",
                    2L,
                    "datminmxid",
                    1L,
                    "dattablespace",
                    TABLESPACE_DEFAULT,
                    "datcollate",
                    "C.UTF-8",
                    "datctype",
                    "C.UTF-8",
                    "datacl",
                    database.acl());
        }
    }

    private void extensions() {
        for (var extension : catalog.objects(Extension.class)) {
            sink.row(
                    "oid", extension.oid(),
                    "extname", extension.name(),
                    "extowner", extension.owner(),
                    "extnamespace", extension.schema(),
                    "extrelocatable", extension.relocatable(),
                    "extversion", extension.release());
        }
    }

    private void policies() {
        for (var policy : catalog.objects(Policy.class)) {
            sink.row(
                    "oid", policy.oid(),
                    "polname", policy.name(),
                    "polrelid", policy.relation(),
                    "polcmd", policy.command(),
                    "polpermissive", policy.permissive(),
                    "polroles", policy.roles(),
                    "polqual", policy.using(),
                    "polwithcheck", policy.withCheck());
        }
    }

    private void comments() {
        for (var comment : catalog.objects(Comment.class)) {
            sink.row(
                    "objoid", comment.subject(),
                    "classoid", comment.subjectClass(),
                    "objsubid", comment.subId(),
                    "description", comment.text());
        }
    }

    private int classOf(int oid) {
        var object = catalog.object(oid);
        if (object != null) {
            return object.classId();
        }
        return catalog.typeOrNull(oid) != null
                ? CatalogObject.CLASS_TYPE
                : CatalogObject.CLASS_RELATION;
    }

    private void dependencies() {
        for (var object : catalog.objects()) {
            if (object instanceof Comment) {
                continue;
            }
            for (var need : object.dependencies()) {
                sink.row(
                        "classid", object.classId(),
                        "objid", object.oid(),
                        "objsubid", need.subId(),
                        "refclassid", classOf(need.referenced()),
                        "refobjid", need.referenced(),
                        "refobjsubid", need.referencedSubId(),
                        "deptype", need.kind());
            }
            if (object instanceof Relation relation) {
                relationDependencies(relation);
            }
        }
    }

    private static final int CLASS_DEFAULT = 2604;
    private static final int CLASS_RULE = 2618;

    private void relationDependencies(Relation relation) {
        for (var column : relation.columns()) {
            if (column.defaultSql() != null) {
                sink.row(
                        "classid",
                        CLASS_DEFAULT,
                        "objid",
                        defaultOid(relation, column.number()),
                        "objsubid",
                        0,
                        "refclassid",
                        CatalogObject.CLASS_RELATION,
                        "refobjid",
                        relation.oid(),
                        "refobjsubid",
                        column.number(),
                        "deptype",
                        'a');
            }
        }
        var view = relation.view();
        if (view != null) {
            for (var reference : view.references()) {
                sink.row(
                        "classid", CLASS_RULE,
                        "objid", ruleOid(relation),
                        "objsubid", 0,
                        "refclassid", classOf(reference.oid()),
                        "refobjid", reference.oid(),
                        "refobjsubid", reference.column(),
                        "deptype", 'n');
            }
        }
        var constraint = relation.index() == null ? null : catalog.constraintOfIndex(relation);
        if (constraint != null) {
            sink.row(
                    "classid",
                    CatalogObject.CLASS_RELATION,
                    "objid",
                    relation.oid(),
                    "objsubid",
                    0,
                    "refclassid",
                    CatalogObject.CLASS_CONSTRAINT,
                    "refobjid",
                    constraint.oid(),
                    "refobjsubid",
                    0,
                    "deptype",
                    'i');
        }
    }

    private void settings() {
        for (var role : catalog.objects(Role.class)) {
            if (!role.settings().isEmpty()) {
                sink.row("setdatabase", 0, "setrole", role.oid(), "setconfig", role.settings());
            }
        }
        for (var database : catalog.objects(Database.class)) {
            if (!database.settings().isEmpty()) {
                sink.row(
                        "setdatabase",
                        database.oid(),
                        "setrole",
                        0,
                        "setconfig",
                        database.settings());
            }
        }
    }
}
