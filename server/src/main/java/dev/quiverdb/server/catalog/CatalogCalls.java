package dev.quiverdb.server.catalog;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.NameResolver;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.CatalogFunctions;
import dev.quiverdb.execute.SessionFunctions;
import dev.quiverdb.sql.catalog.AccessControl;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogNames;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.PartitionConstraints;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Schema;
import dev.quiverdb.sql.catalog.SearchPath;
import dev.quiverdb.storage.SequenceSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The functions that look into the catalog, answered for one statement of a session. */
public final class CatalogCalls implements CatalogFunctions {
    private static final Set<String> VECTOR_METHODS = Set.of("hnsw", "ivfflat", "ivfpq");

    private final SessionView view;
    private final Catalog catalog;
    private final SearchPath path;
    private final CatalogNames names;
    private @Nullable Texts texts;
    private @Nullable Texts prettyTexts;

    public CatalogCalls(SessionView view) {
        this.view = view;
        catalog = view.catalog();
        path = view.searchPath();
        names = new CatalogNames(catalog, path);
    }

    private Texts texts() {
        var made = texts;
        if (made == null) {
            made = new Texts(view, false);
            texts = made;
        }
        return made;
    }

    private Texts texts(boolean pretty) {
        var made = pretty ? prettyTexts : texts();
        if (made == null) {
            made = new Texts(view, true);
            prettyTexts = made;
        }
        return made;
    }

    @Override
    public String typeName(Type type, @Nullable Integer typmod) {
        return names.typeName(type, typmod);
    }

    @Override
    public @Nullable Type type(int oid) {
        return catalog.typeOrNull(oid);
    }

    @Override
    public NameResolver names() {
        return names;
    }

    // Sequences.

    private Relation sequenceRelation(int oid) {
        var relation = catalog.relation(oid);
        if (relation == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_TABLE,
                    "could not open relation with OID " + Integer.toUnsignedString(oid));
        }
        if (relation.sequence() == null) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE, "\"" + relation.name() + "\" is not a sequence");
        }
        return relation;
    }

    @Override
    public SequenceSpec sequence(int oid) {
        return SequenceRows.spec(Objects.requireNonNull(sequenceRelation(oid).sequence()));
    }

    @Override
    public void requireSequence(int oid, String letters) {
        var relation = catalog.relation(oid);
        if (relation == null) {
            return;
        }
        var privileges = new Privileges(catalog, view.currentUser());
        var part = relation.sequence();
        // Who may insert into a table draws from its identity column's sequence.
        var table =
                part != null && part.ownership() == 'i' && letters.indexOf('U') >= 0
                        ? catalog.relation(part.ownedRelation())
                        : null;
        boolean may =
                privileges.any(relation, letters)
                        || table != null && privileges.anyColumn(table, "a");
        if (!may) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "permission denied for sequence " + relation.name());
        }
    }

    @Override
    public @Nullable String serialSequence(String table, String column) {
        var relation = names.findRelation(table);
        if (relation == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_TABLE,
                    "relation \""
                            + String.join(".", CatalogNames.parts(table))
                            + "\" does not exist");
        }
        var found = relation.column(column);
        if (found == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_COLUMN,
                    "column \""
                            + column
                            + "\" of relation \""
                            + relation.name()
                            + "\" does not exist");
        }
        for (char ownership : new char[] {'i', 'a'}) {
            var sequence = catalog.ownedSequence(relation.oid(), found.number(), ownership);
            if (sequence != null) {
                return Quoting.qualified(catalog.schemaName(sequence.schema()), sequence.name());
            }
        }
        return null;
    }

    // Names.

    @Override
    public @Nullable String relationName(int oid) {
        var relation = catalog.relation(oid);
        return relation == null
                ? null
                : Quoting.qualified(catalog.schemaName(relation.schema()), relation.name());
    }

    @Override
    public @Nullable Integer relationOid(String name) {
        var relation = names.findRelation(name);
        return relation == null ? null : (Integer) relation.oid();
    }

    @Override
    public @Nullable String roleName(int oid) {
        var role = catalog.role(oid);
        return role == null ? null : role.name();
    }

    @Override
    public int roleOid(String name) {
        var role = catalog.role(name);
        return role == null ? 0 : role.oid();
    }

    // Visibility: the bare name finds this one and no other.

    @Override
    public boolean tableIsVisible(int oid) {
        var relation = catalog.relation(oid);
        if (relation == null) {
            return SystemIndexes.find(catalog, oid) != null && path.sees(Schema.PG_CATALOG);
        }
        var seen = path.relation(catalog, relation.name());
        return seen != null && seen.oid() == oid;
    }

    @Override
    public boolean typeIsVisible(int oid) {
        var type = catalog.typeOrNull(oid);
        if (type == null) {
            return false;
        }
        for (int schema : path.schemas()) {
            var found = catalog.type(schema, type.name());
            if (found != null) {
                return found.oid() == oid;
            }
        }
        return false;
    }

    @Override
    public boolean functionIsVisible(int oid) {
        var function = catalog.function(oid);
        if (function == null || !path.sees(function.schema())) {
            return false;
        }
        int rank = path.rank(function.schema());
        return catalog.functions(function.name()).stream()
                .noneMatch(other ->
                        path.rank(other.schema()) < rank
                                && other.argumentTypes().equals(function.argumentTypes()));
    }

    @Override
    public boolean operatorIsVisible(int oid) {
        var operator = catalog.operator(oid);
        if (operator == null || !path.sees(operator.schema())) {
            return false;
        }
        int rank = path.rank(operator.schema());
        return catalog.operators(operator.name()).stream()
                .noneMatch(other ->
                        path.rank(other.schema()) < rank
                                && other.left() == operator.left()
                                && other.right() == operator.right());
    }

    @Override
    public boolean collationIsVisible(int oid) {
        var collation = catalog.collation(oid);
        return collation != null && path.sees(collation.schema());
    }

    @Override
    public boolean operatorClassIsVisible(int oid) {
        var operatorClass = catalog.operatorClass(oid);
        return operatorClass != null && path.sees(operatorClass.schema());
    }

    // Definitions.

    @Override
    public @Nullable String viewDefinition(int oid, boolean pretty) {
        var relation = catalog.relation(oid);
        return relation == null ? null : texts(pretty).view(relation);
    }

    @Override
    public @Nullable String indexDefinition(int oid, int column, boolean pretty) {
        return texts(pretty).index(oid, column);
    }

    @Override
    public @Nullable String constraintDefinition(int oid, boolean pretty) {
        return catalog.object(oid) instanceof Constraint constraint
                ? texts(pretty).constraint(constraint)
                : null;
    }

    @Override
    public @Nullable String functionDefinition(int oid) {
        var function = catalog.function(oid);
        if (function != null && function.isAggregate()) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE,
                    "\"" + function.name() + "\" is an aggregate function");
        }
        return function == null ? null : texts().definition(function);
    }

    @Override
    public @Nullable String functionArguments(int oid, boolean withDefaults) {
        var function = catalog.function(oid);
        return function == null ? null : texts().arguments(function, !withDefaults);
    }

    @Override
    public @Nullable String functionResult(int oid) {
        var function = catalog.function(oid);
        return function == null ? null : texts().result(function);
    }

    @Override
    public @Nullable String ruleDefinition(int oid, boolean pretty) {
        var relation = catalog.relation(SystemOids.viewOfRule(oid));
        return relation == null ? null : texts(pretty).rule(relation);
    }

    @Override
    public @Nullable String triggerDefinition(int oid, boolean pretty) {
        return null;
    }

    @Override
    public @Nullable String partitionKey(int table) {
        return texts().partitionKey(table);
    }

    @Override
    public @Nullable String expression(String stored, int relationOid, boolean pretty) {
        if (stored.startsWith("FOR VALUES ") || stored.equals("DEFAULT")) {
            return stored; // A partition's bound, which pg_class holds as it is shown.
        }
        if (relationOid != 0 && catalog.relation(relationOid) == null) {
            return null;
        }
        return texts(pretty).expression(stored, relationOid);
    }

    @Override
    public @Nullable String description(int oid, @Nullable String table, int subId) {
        int classId = 0;
        if (table != null) {
            var relation = catalog.relation(Schema.PG_CATALOG, table);
            if (relation == null) {
                return null;
            }
            classId = relation.oid();
            if (ObjectRows.isShared(classId)) {
                return sharedDescription(classId, oid);
            }
        }
        return Descriptions.find(catalog, classId, oid, subId);
    }

    private @Nullable String sharedDescription(int classId, int oid) {
        for (var row : table("pg_shdescription")) {
            if (Objects.equals(row[0], Integer.toUnsignedLong(oid))
                    && Objects.equals(row[1], Integer.toUnsignedLong(classId))) {
                return (String) row[2];
            }
        }
        return null;
    }

    // Privileges and sizes.

    @Override
    public @Nullable Boolean hasPrivilege(
            int roleOid, String kind, Object object, @Nullable Object column, String privileges) {
        return new PrivilegeCalls(catalog, path, roleOid).has(kind, object, column, privileges);
    }

    @Override
    public @Nullable Long relationSize(int oid, boolean table, boolean indexes) {
        return new SizeCalls(view, catalog).relation(oid, table, indexes);
    }

    @Override
    public @Nullable Long databaseSize(Object database) {
        return new SizeCalls(view, catalog).database(database);
    }

    @Override
    public @Nullable Long tablespaceSize(Object tablespace) {
        return new SizeCalls(view, catalog).tablespace(tablespace);
    }

    // Vector indexes.

    @Override
    public int tableOfVectorIndex(int oid, boolean asOwner) {
        var relation = catalog.relation(oid);
        if (relation == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_TABLE,
                    "could not open relation with OID " + Integer.toUnsignedString(oid));
        }
        var index = relation.index();
        var table = index == null ? null : catalog.relation(index.relation());
        if (index == null
                || table == null
                || relation.kind() != 'i'
                || !VECTOR_METHODS.contains(index.method())) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE,
                    "\"" + relation.name() + "\" is not a vector index");
        }
        if (asOwner && !catalog.hasPrivilegesOf(view.currentUser(), table.owner())) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE, "must be owner of index " + relation.name());
        }
        if (!AccessControl.allows(catalog, table, view.currentUser(), 'r')) {
            throw new SqlException(
                    SqlState.INSUFFICIENT_PRIVILEGE, "permission denied for table " + table.name());
        }
        return table.oid();
    }

    // Further functions.

    private List<@Nullable Object[]> table(String name) {
        var relation = catalog.relation(Schema.PG_CATALOG, name);
        var rows = new ArrayList<@Nullable Object[]>();
        if (relation != null) {
            SystemRows.rows(relation.oid(), view).forEachRemaining(rows::add);
        }
        return rows;
    }

    @Override
    public @Nullable List<@Nullable Object[]> rows(String function, @Nullable Object[] arguments) {
        return switch (function) {
            case "pg_get_keywords" -> Keywords.rows();
            case "pg_timezone_names" -> table("pg_timezone_names");
            case "pg_timezone_abbrevs" -> table("pg_timezone_abbrevs");
            case "pg_lock_status" -> table("pg_locks");
            case "pg_prepared_statement" -> table("pg_prepared_statements");
            case "pg_cursor" -> table("pg_cursors");
            case "pg_prepared_xact" -> preparedTransactions();
            case "pg_available_extensions" -> only(new ViewRows(view).extensions(), 0, 1, 3);
            case "pg_available_extension_versions" ->
                    only(new ViewRows(view).extensionVersions(), 0, 1, 3, 4, 5, 6, 7, 8);
            case "pg_options_to_table" -> options(arguments[0]);
            case "pg_partition_tree" -> new PartitionCalls(catalog).tree(oid(arguments[0]));
            case "pg_partition_ancestors" ->
                    new PartitionCalls(catalog).ancestors(oid(arguments[0]));
            case "aclexplode" -> aclExplode(arguments[0]);
            case "pg_stat_get_backend_idset" -> {
                var ids = new ArrayList<@Nullable Object[]>();
                for (int i = 1; i <= view.activities().size(); i++) {
                    ids.add(new @Nullable Object[] {i});
                }
                yield ids;
            }
            case "pg_tablespace_databases" ->
                    List.<@Nullable Object[]>of(
                            new @Nullable Object[] {Integer.toUnsignedLong(view.databaseOid())});
            case "pg_show_all_file_settings",
                    "pg_hba_file_rules",
                    "pg_get_publication_tables",
                    "pg_stat_get_wal_senders",
                    "pg_config",
                    "pg_get_catalog_foreign_keys",
                    "pg_extension_update_paths",
                    "pg_stat_get_progress_info" ->
                    List.of();
            default -> null;
        };
    }

    private static List<@Nullable Object[]> only(List<@Nullable Object[]> rows, int... columns) {
        var cut = new ArrayList<@Nullable Object[]>();
        for (var row : rows) {
            var values = new @Nullable Object[columns.length];
            for (int i = 0; i < columns.length; i++) {
                values[i] = row[columns[i]];
            }
            cut.add(values);
        }
        return cut;
    }

    private List<@Nullable Object[]> preparedTransactions() {
        var rows = new ArrayList<@Nullable Object[]>();
        for (var each : view.storage().preparedTransactions()) {
            var owner = catalog.role(each.owner());
            rows.add(
                    new @Nullable Object[] {
                        each.transactionId() & 0xffff_ffffL,
                        each.gid(),
                        each.preparedMicros(),
                        owner == null ? 0L : Integer.toUnsignedLong(owner.oid()),
                        Integer.toUnsignedLong(view.databaseOid())
                    });
        }
        return rows;
    }

    private static List<@Nullable Object[]> options(@Nullable Object array) {
        var rows = new ArrayList<@Nullable Object[]>();
        if (array instanceof PgArray options) {
            for (int i = 0; i < options.size(); i++) {
                var option = String.valueOf(options.get(i));
                int equals = option.indexOf('=');
                rows.add(
                        new @Nullable Object[] {
                            equals < 0 ? option : option.substring(0, equals),
                            equals < 0 ? null : option.substring(equals + 1)
                        });
            }
        }
        return rows;
    }

    private List<@Nullable Object[]> aclExplode(@Nullable Object array) {
        var rows = new ArrayList<@Nullable Object[]>();
        if (array instanceof PgArray acl) {
            var entries = new ArrayList<AccessControl.Entry>();
            for (int i = 0; i < acl.size(); i++) {
                entries.add(Acl.parse(catalog, String.valueOf(acl.get(i))));
            }
            for (var grant : Acl.grants(entries)) {
                rows.add(
                        new @Nullable Object[] {
                            Integer.toUnsignedLong(grant.grantor()),
                            Integer.toUnsignedLong(grant.grantee()),
                            grant.privilege(),
                            grant.grantable()
                        });
            }
        }
        return rows;
    }

    private static int oid(@Nullable Object argument) {
        return ((Number) Objects.requireNonNull(argument)).intValue();
    }

    private static PgArray array(@Nullable Object argument) {
        return (PgArray) Objects.requireNonNull(argument);
    }

    private static String text(@Nullable Object argument) {
        return String.valueOf(argument);
    }

    /** Null arguments are kept away from strict functions by the caller. */
    @Override
    public @Nullable Object call(String function, @Nullable Object[] a) {
        for (var argument : a) {
            if (argument == null) {
                return known(function) ? null : SessionFunctions.UNKNOWN_FUNCTION;
            }
        }
        return switch (function) {
            case "pg_index_column_has_property" ->
                    new IndexProperties(catalog).ofColumn(oid(a[0]), oid(a[1]), text(a[2]));
            case "pg_index_has_property" ->
                    new IndexProperties(catalog).ofIndex(oid(a[0]), text(a[1]));
            case "pg_indexam_has_property" ->
                    new IndexProperties(catalog).ofMethod(oid(a[0]), text(a[1]));
            case "pg_describe_object" ->
                    new ObjectNames(catalog, path).describe(oid(a[0]), oid(a[1]), oid(a[2]));
            case "pg_identify_object" -> identify(oid(a[0]), oid(a[1]), oid(a[2]));
            case "oidvectortypes" -> typeList(array(a[0]));
            case "acldefault_sql" -> aclDefault(text(a[0]), oid(a[1]));
            case "aclcontains" -> aclContains(array(a[0]), text(a[1]));
            case "pg_relation_filepath" -> filePath(oid(a[0]));
            case "pg_relation_is_updatable" ->
                    new ViewUpdates(view.bindContext()).events(oid(a[0]));
            case "pg_column_is_updatable" ->
                    new ViewUpdates(view.bindContext()).column(oid(a[0]), oid(a[1]));
            case "pg_get_partition_constraintdef" -> partitionConstraint(oid(a[0]));
            case "pg_partition_root" -> new PartitionCalls(catalog).root(oid(a[0]));
            case "pg_get_function_arg_default" -> {
                var found = catalog.function(oid(a[0]));
                yield found == null ? null : texts().argumentDefault(found, oid(a[1]));
            }
            case "pg_get_function_sqlbody" -> {
                var found = catalog.function(oid(a[0]));
                yield found == null ? null : found.sqlBody();
            }
            case "pg_sequence_parameters" -> sequenceParameters(oid(a[0]));
            case "pg_sequence_last_value" -> {
                var relation = sequenceRelation(oid(a[0]));
                var state =
                        SequenceRows.state(
                                view.storage(),
                                relation,
                                Objects.requireNonNull(relation.sequence()));
                yield state.called() ? state.lastValue() : null;
            }
            case "pg_is_other_temp_schema" -> {
                var schema = catalog.schema(oid(a[0]));
                yield schema != null
                        && schema.name().startsWith("pg_temp_")
                        && schema.oid() != path.temporary();
            }
            case "pg_my_temp_schema" -> Integer.toUnsignedLong(path.temporary());
            case "pg_get_statisticsobjdef",
                    "pg_settings_get_flags",
                    "pg_stat_get_snapshot_timestamp",
                    "pg_indexam_progress_phasename" ->
                    null;
            case "pg_stat_clear_snapshot", "pg_stat_reset", "pg_extension_config_dump" -> "";
            case "pg_reload_conf" -> true;
            case "xid_age", "mxid_age" -> 0;
            default ->
                    function.startsWith("pg_stat_get_")
                            ? statistic(function, a)
                            : SessionFunctions.UNKNOWN_FUNCTION;
        };
    }

    private @Nullable String partitionConstraint(int oid) {
        var partition = catalog.relation(oid);
        var condition = partition == null ? null : new PartitionConstraints(catalog).sql(partition);
        return condition == null ? null : texts(false).expression(condition, oid);
    }

    private boolean known(String function) {
        return function.startsWith("pg_")
                || function.startsWith("acl")
                || function.equals("oidvectortypes");
    }

    /** Counters are 0, moments are null. */
    private @Nullable Object statistic(String function, @Nullable Object[] a) {
        if (function.endsWith("_time") || function.endsWith("_timestamp")) {
            return null;
        }
        if (function.equals("pg_stat_get_live_tuples")) {
            var relation = catalog.relation(oid(a[0]));
            return relation == null || relation.tablet() == 0
                    ? 0L
                    : view.storage().statistics(relation.tablet()).liveRows();
        }
        if (function.equals("pg_stat_get_db_numbackends")) {
            return (int)
                    view.activities().stream().filter(each -> each.database() == oid(a[0])).count();
        }
        return 0L;
    }

    private @Nullable Object identify(int classId, int oid, int subId) {
        var parts = new ObjectNames(catalog, path).identify(classId, oid, subId);
        var values = parts == null ? new @Nullable Object[4] : parts;
        return RecordValue.of(Collections.nCopies(4, Types.TEXT), (@Nullable Object[]) values);
    }

    private String typeList(PgArray oids) {
        var parts = new ArrayList<String>();
        for (int i = 0; i < oids.size(); i++) {
            parts.add(texts().type(oid(oids.get(i))));
        }
        return String.join(", ", parts);
    }

    private PgArray aclDefault(String kind, int owner) {
        var items = Acl.standard(catalog, kind.isEmpty() ? ' ' : kind.charAt(0), owner);
        return PgArray.of(Types.get(dev.quiverdb.base.type.Oids.ACLITEM), items);
    }

    private static boolean aclContains(PgArray acl, String item) {
        for (int i = 0; i < acl.size(); i++) {
            if (item.equals(acl.get(i))) {
                return true;
            }
        }
        return false;
    }

    private @Nullable String filePath(int oid) {
        var relation = catalog.relation(oid);
        boolean stored = relation != null && "rmiS".indexOf(relation.kind()) >= 0;
        return stored
                ? "base/"
                        + Integer.toUnsignedString(view.databaseOid())
                        + "/"
                        + Integer.toUnsignedString(oid)
                : null;
    }

    private Object sequenceParameters(int oid) {
        var sequence = Objects.requireNonNull(sequenceRelation(oid).sequence());
        var long8 = Types.INT8;
        return RecordValue.of(
                List.of(long8, long8, long8, long8, Types.BOOL, long8, Types.OID),
                sequence.start(),
                sequence.minimum(),
                sequence.maximum(),
                sequence.increment(),
                sequence.cycle(),
                sequence.cache(),
                Integer.toUnsignedLong(sequence.type()));
    }
}
