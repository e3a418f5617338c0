package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Numeric;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.CatalogFunctions;
import dev.quiverdb.execute.SessionFunctions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What clients and psql ask of the server itself: names, settings, definitions, privileges, sizes,
 * locks.
 */
final class SystemFunctions {
    static void register(Registry r) {
        registerSession(r);
        registerSettings(r);
        registerDefinitions(r);
        registerVisibility(r);
        registerNames(r);
        registerPrivileges(r);
        registerSizes(r);
        registerLocks(r);
        registerConstants(r);
        registerValues(r);
    }

    private static SessionFunctions session(CallContext c) {
        return c.execution().session();
    }

    private static CatalogFunctions catalog(CallContext c) {
        return c.execution().catalog();
    }

    private static void registerSession(Registry r) {
        r.zero("pgsql_version", c -> session(c).version());
        r.zero("current_database", c -> session(c).database());
        r.zero("current_user", c -> session(c).currentUser());
        r.zero("session_user", c -> session(c).sessionUser());
        r.zero(
                "current_schema",
                c -> {
                    var path = session(c).searchPath(false);
                    return path.isEmpty() ? null : path.getFirst();
                });
        r.one(
                "current_schemas",
                (CallContext c, Boolean implicit) ->
                        PgArray.of(Types.NAME, session(c).searchPath(implicit)));
        r.zero("pg_backend_pid", c -> session(c).backendPid());
        r.one("pg_cancel_backend", (CallContext c, Integer pid) -> session(c).signal(pid, false));
        r.any("pg_terminate_backend", (c, a) -> session(c).signal(Strings.integer(a, 0), true));
        r.one(
                "pg_sleep",
                (CallContext c, Double seconds) -> {
                    session(c).sleep(seconds);
                    return "";
                });
        r.one(
                "pg_sleep_for(interval)",
                (CallContext c, dev.quiverdb.base.type.Interval i) -> {
                    session(c).sleep(i.totalMicros().doubleValue() / 1e6);
                    return "";
                });
        r.two(
                "pg_isolation_test_session_is_blocked",
                (CallContext c, Integer pid, PgArray pids) ->
                        session(c).isolationTestSessionIsBlocked(pid, integers(pids)));
        r.one(
                "pg_blocking_pids",
                (CallContext c, Integer pid) ->
                        PgArray.of(Types.INT4, session(c).blockingPids(pid)));
        r.one(
                "pg_safe_snapshot_blocking_pids",
                (CallContext c, Integer pid) ->
                        PgArray.of(Types.INT4, session(c).safeSnapshotBlockingPids(pid)));
        r.zero("pg_current_xact_id", c -> c.execution().transaction().id());
        r.zero("pg_current_xact_id_if_assigned", c -> c.execution().transaction().id());
    }

    private static List<Integer> integers(PgArray array) {
        var values = new ArrayList<Integer>();
        for (var element : array.unsafeElements()) {
            values.add((Integer) Objects.requireNonNull(element));
        }
        return values;
    }

    private static void registerSettings(Registry r) {
        r.one(
                "show_config_by_name",
                (CallContext c, String name) -> session(c).setting(name, false));
        r.two(
                "show_config_by_name_missing_ok",
                (CallContext c, String name, Boolean ok) -> session(c).setting(name, ok));
        r.any(
                "set_config_by_name",
                (c, a) -> {
                    if (a[0] == null) {
                        throw new SqlException(
                                SqlState.NULL_VALUE_NOT_ALLOWED, "SET requires parameter name");
                    }
                    return session(c)
                            .set(Strings.text(a, 0), (String) a[1], Boolean.TRUE.equals(a[2]));
                });
    }

    private static int oid(@Nullable Object[] a, int index) {
        return ((Long) Strings.arg(a, index)).intValue();
    }

    private static boolean flag(@Nullable Object[] a, int index) {
        return a.length > index && Boolean.TRUE.equals(a[index]);
    }

    private static void registerDefinitions(Registry r) {
        for (var suffix : List.of("", "_ext")) {
            r.any(
                    "pg_get_viewdef" + suffix,
                    (c, a) -> catalog(c).viewDefinition(oid(a, 0), flag(a, 1)));
            r.any(
                    "pg_get_constraintdef" + suffix,
                    (c, a) -> catalog(c).constraintDefinition(oid(a, 0), flag(a, 1)));
            r.any(
                    "pg_get_ruledef" + suffix,
                    (c, a) -> catalog(c).ruleDefinition(oid(a, 0), flag(a, 1)));
            r.any(
                    "pg_get_triggerdef" + suffix,
                    (c, a) -> catalog(c).triggerDefinition(oid(a, 0), flag(a, 1)));
            r.any(
                    "pg_get_expr" + suffix,
                    (c, a) -> catalog(c).expression(Strings.text(a, 0), oid(a, 1), flag(a, 2)));
            r.any(
                    "pg_get_viewdef_name" + suffix,
                    (c, a) -> {
                        var relation = catalog(c).relationOid(Strings.text(a, 0));
                        return relation == null
                                ? null
                                : catalog(c).viewDefinition(relation, flag(a, 1));
                    });
        }
        r.any("pg_get_viewdef_wrap", (c, a) -> catalog(c).viewDefinition(oid(a, 0), true));
        r.any("pg_get_indexdef", (c, a) -> catalog(c).indexDefinition(oid(a, 0), 0, false));
        r.any(
                "pg_get_indexdef_ext",
                (c, a) -> catalog(c).indexDefinition(oid(a, 0), Strings.integer(a, 1), flag(a, 2)));
        r.any("pg_get_functiondef", (c, a) -> catalog(c).functionDefinition(oid(a, 0)));
        r.any("pg_get_function_arguments", (c, a) -> catalog(c).functionArguments(oid(a, 0), true));
        r.any(
                "pg_get_function_identity_arguments",
                (c, a) -> catalog(c).functionArguments(oid(a, 0), false));
        r.any("pg_get_function_result", (c, a) -> catalog(c).functionResult(oid(a, 0)));
        r.one(
                "pg_get_userbyid",
                (CallContext c, Long role) -> {
                    var name = catalog(c).roleName(role.intValue());
                    return name == null ? "unknown (OID=" + role + ")" : name;
                });
        r.any("format_type", (c, a) -> formatType(c, a));
        r.any(
                "obj_description(oid,name)",
                (c, a) -> catalog(c).description(oid(a, 0), Strings.text(a, 1), 0));
        r.any("obj_description(oid)", (c, a) -> catalog(c).description(oid(a, 0), null, 0));
        r.any(
                "col_description(oid,int4)",
                (c, a) -> catalog(c).description(oid(a, 0), "pg_class", Strings.integer(a, 1)));
        r.any(
                "shobj_description(oid,name)",
                (c, a) -> catalog(c).description(oid(a, 0), Strings.text(a, 1), 0));
    }

    private static @Nullable Object formatType(CallContext c, @Nullable Object[] a) {
        if (a[0] == null) {
            return null;
        }
        int oid = oid(a, 0);
        if (oid == 0) {
            return "-";
        }
        var type = catalog(c).type(oid);
        if (type == null) {
            return "???";
        }
        return catalog(c).typeName(type, (Integer) a[1]);
    }

    private static void registerVisibility(Registry r) {
        r.one(
                "pg_table_is_visible",
                (CallContext c, Long oid) -> catalog(c).tableIsVisible(oid.intValue()));
        r.one(
                "pg_type_is_visible",
                (CallContext c, Long oid) -> catalog(c).typeIsVisible(oid.intValue()));
        r.one(
                "pg_function_is_visible",
                (CallContext c, Long oid) -> catalog(c).functionIsVisible(oid.intValue()));
        r.one(
                "pg_operator_is_visible",
                (CallContext c, Long oid) -> catalog(c).operatorIsVisible(oid.intValue()));
        r.one(
                "pg_collation_is_visible",
                (CallContext c, Long oid) -> catalog(c).collationIsVisible(oid.intValue()));
        r.one(
                "pg_opclass_is_visible",
                (CallContext c, Long oid) -> catalog(c).operatorClassIsVisible(oid.intValue()));
        for (var kind :
                List.of(
                        "opfamily",
                        "conversion",
                        "ts_config",
                        "ts_dict",
                        "ts_parser",
                        "ts_template",
                        "statistics_obj")) {
            r.one("pg_" + kind + "_is_visible", (CallContext c, Long oid) -> true);
        }
    }

    private static void registerNames(Registry r) {
        for (var name :
                List.of(
                        "class",
                        "type",
                        "proc",
                        "procedure",
                        "oper",
                        "operator",
                        "namespace",
                        "role",
                        "collation")) {
            r.one(
                    "to_reg" + name,
                    (CallContext c, String text) -> {
                        try {
                            return c.resultType().parse(text, -1, c.types());
                        } catch (SqlException missing) {
                            return null;
                        }
                    });
        }
        r.one(
                "text_regclass",
                (CallContext c, String text) -> c.resultType().parse(text, -1, c.types()));
        r.any("pg_typeof", (c, a) -> Integer.toUnsignedLong(c.argumentType(0).oid()));
        r.any(
                "pg_collation_for",
                (c, a) -> c.argumentType(0).collation() == 0 ? null : "\"default\"");
    }

    /** The families differ only in how they name role and object. */
    private static void registerPrivileges(Registry r) {
        for (var kind :
                List.of(
                        "table",
                        "schema",
                        "database",
                        "function",
                        "sequence",
                        "type",
                        "language",
                        "tablespace",
                        "server",
                        "foreign_data_wrapper",
                        "any_column",
                        "parameter")) {
            for (var form : List.of("name_name", "name", "name_id", "id", "id_name", "id_id")) {
                r.any(
                        "has_" + kind + "_privilege_" + form,
                        (c, a) -> {
                            int at = form.contains("_") ? 1 : 0;
                            return catalog(c)
                                    .hasPrivilege(
                                            role(c, at == 0 ? null : a[0]),
                                            kind.replace('_', ' '),
                                            Strings.arg(a, at),
                                            null,
                                            Strings.text(a, at + 1));
                        });
            }
        }
        for (var user : List.of("name_", "id_", "")) {
            for (var table : List.of("name", "id")) {
                for (var column : List.of("name", "attnum")) {
                    var form = user + table + "_" + column;
                    r.any(
                            "has_column_privilege_" + form,
                            (c, a) -> {
                                int at = user.isEmpty() ? 0 : 1;
                                return catalog(c)
                                        .hasPrivilege(
                                                role(c, at == 0 ? null : a[0]),
                                                "column",
                                                Strings.arg(a, at),
                                                a[at + 1],
                                                Strings.text(a, at + 2));
                            });
                }
            }
        }
        for (var form : List.of("name_name", "name", "name_id", "id", "id_name", "id_id")) {
            r.any(
                    "pg_has_role_" + form,
                    (c, a) -> {
                        int at = form.contains("_") ? 1 : 0;
                        return catalog(c)
                                .hasPrivilege(
                                        role(c, at == 0 ? null : a[0]),
                                        "role",
                                        Strings.arg(a, at),
                                        null,
                                        Strings.text(a, at + 1));
                    });
        }
        r.any("row_security_active", (c, a) -> false);
        r.any("row_security_active_name", (c, a) -> false);
    }

    private static int role(CallContext c, @Nullable Object role) {
        if (role instanceof Long oid) {
            return oid.intValue();
        }
        var name = role == null ? session(c).currentUser() : (String) role;
        int oid = catalog(c).roleOid(name);
        if (oid == 0) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT, "role \"" + name + "\" does not exist");
        }
        return oid;
    }

    private static void registerSizes(Registry r) {
        r.any("pg_relation_size", (c, a) -> catalog(c).relationSize(oid(a, 0), true, false));
        r.any(
                "pg_relation_size(regclass)",
                (c, a) -> catalog(c).relationSize(oid(a, 0), true, false));
        r.any("pg_table_size", (c, a) -> catalog(c).relationSize(oid(a, 0), true, false));
        r.any("pg_indexes_size", (c, a) -> catalog(c).relationSize(oid(a, 0), false, true));
        r.any("pg_total_relation_size", (c, a) -> catalog(c).relationSize(oid(a, 0), true, true));
        r.any("pg_database_size_oid", (c, a) -> catalog(c).databaseSize(Strings.arg(a, 0)));
        r.any("pg_database_size_name", (c, a) -> catalog(c).databaseSize(Strings.arg(a, 0)));
        r.any("pg_tablespace_size_oid", (c, a) -> catalog(c).tablespaceSize(Strings.arg(a, 0)));
        r.any("pg_tablespace_size_name", (c, a) -> catalog(c).tablespaceSize(Strings.arg(a, 0)));
        r.one("pg_size_pretty", (CallContext c, Long size) -> pretty(Numeric.of((long) size)));
        r.one("pg_size_pretty_numeric", (CallContext c, Numeric size) -> pretty(size));
        r.any(
                "pg_column_size",
                (c, a) ->
                        a[0] == null
                                ? null
                                : c.argumentType(0).kind() == dev.quiverdb.base.type.Kind.OBJECT
                                        ? (Object)
                                                c.argumentType(0).encode(Strings.arg(a, 0)).length
                                        : (Object)
                                                Math.max(
                                                        1,
                                                        (int) c.argumentType(0).layout().length()));
    }

    private static String pretty(Numeric size) {
        var units = List.of("bytes", "kB", "MB", "GB", "TB", "PB");
        var value = size.toBigDecimal();
        var limit = java.math.BigDecimal.valueOf(10 * 1024);
        if (value.abs().compareTo(limit) < 0) {
            return Numeric.of(value) + " bytes";
        }
        // As PostgreSQL: shift by 9, then by 10 bits, and round half by the last bit.
        var whole = value.toBigInteger().shiftRight(9);
        int unit = 1;
        while (whole.abs().compareTo(java.math.BigInteger.valueOf(20 * 1024 - 1)) >= 0
                && unit < units.size() - 1) {
            whole = whole.shiftRight(10);
            unit++;
        }
        var rounded =
                whole.add(java.math.BigInteger.valueOf(whole.signum()))
                        .divide(java.math.BigInteger.TWO);
        return rounded + " " + units.get(unit);
    }

    private static void registerLocks(Registry r) {
        for (var scope : List.of("", "xact_")) {
            for (var shared : List.of("", "_shared")) {
                for (var form : List.of("int8", "int4")) {
                    boolean transaction = !scope.isEmpty();
                    r.any(
                            "pg_advisory_" + scope + "lock" + shared + "_" + form,
                            (c, a) -> {
                                advisory(c, "lock", a, !shared.isEmpty(), transaction);
                                return "";
                            });
                    r.any(
                            "pg_try_advisory_" + scope + "lock" + shared + "_" + form,
                            (c, a) -> advisory(c, "try", a, !shared.isEmpty(), transaction));
                }
            }
        }
        for (var shared : List.of("", "_shared")) {
            for (var form : List.of("int8", "int4")) {
                r.any(
                        "pg_advisory_unlock" + shared + "_" + form,
                        (c, a) -> advisory(c, "unlock", a, !shared.isEmpty(), false));
            }
        }
        r.zero(
                "pg_advisory_unlock_all",
                c -> {
                    session(c).advisory("unlock_all", false, 0, 0, false, false);
                    return "";
                });
    }

    private static boolean advisory(
            CallContext c,
            String operation,
            @Nullable Object[] a,
            boolean shared,
            boolean transaction) {
        return a.length == 2
                ? session(c)
                        .advisory(
                                operation,
                                true,
                                Strings.integer(a, 0),
                                Strings.integer(a, 1),
                                shared,
                                transaction)
                : session(c)
                        .advisory(
                                operation, false, 0, (Long) Strings.arg(a, 0), shared, transaction);
    }

    private static void registerConstants(Registry r) {
        r.zero("pg_is_in_recovery", c -> false);
        r.zero("pg_client_encoding", c -> "UTF8");
        r.zero("getdatabaseencoding", c -> "UTF8");
        r.zero("pg_my_temp_schema", c -> 0L);
        r.one("pg_is_other_temp_schema", (CallContext c, Long oid) -> false);
        r.zero("pg_trigger_depth", c -> 0);
        r.zero("pg_jit_available", c -> false);
        r.any("pg_relation_is_publishable", (c, a) -> false);
        r.any("pg_tablespace_location", (c, a) -> "");
        r.any("current_of", (c, a) -> c.execution().session().call("current_of", a));
        r.any("pg_get_partkeydef", (c, a) -> catalog(c).partitionKey(oid(a, 0)));
        r.any(
                "satisfies_hash_partition",
                (c, a) -> {
                    var types = new Type[a.length - 3];
                    @Nullable Object[] values = new @Nullable Object[a.length - 3];
                    for (int i = 0; i < values.length; i++) {
                        types[i] = c.argumentType(i + 3);
                        values[i] = a[i + 3];
                    }
                    long hash = PartitionHash.of(types, values);
                    int modulus = ((Number) a[1]).intValue();
                    return Long.remainderUnsigned(hash, modulus) == ((Number) a[2]).longValue();
                });
        r.any("pg_get_partition_constraintdef", SystemFunctions::delegate);
        r.any("pg_get_statisticsobjdef_columns", (c, a) -> null);
        r.any("pg_get_function_sqlbody", (c, a) -> null);
        r.any("pg_get_function_arg_default", (c, a) -> null);
        r.any("pg_relation_filenode", (c, a) -> a[0]);
        r.any("pg_collation_actual_version", (c, a) -> null);
        r.any("pg_database_collation_actual_version", (c, a) -> null);
        r.any("pg_index_column_has_property", (c, a) -> delegate(c, a));
        for (var name :
                List.of(
                        "pg_index_has_property",
                        "pg_indexam_has_property",
                        "pg_describe_object",
                        "pg_relation_is_updatable",
                        "pg_column_is_updatable",
                        "pg_partition_root",
                        "pg_identify_object",
                        "pg_get_statisticsobjdef",
                        "pg_stat_get_numscans",
                        "pg_stat_get_tuples_returned",
                        "oidvectortypes",
                        "aclcontains",
                        "acldefault_sql",
                        "pg_postmaster_start_time",
                        "pg_conf_load_time",
                        "pg_relation_filepath",
                        "pg_xact_status",
                        "pg_current_snapshot",
                        "pg_current_wal_lsn",
                        "pg_export_snapshot",
                        "pg_reload_conf",
                        "pg_stat_get_snapshot_timestamp",
                        "pg_stat_clear_snapshot",
                        "pg_stat_reset",
                        "pg_indexam_progress_phasename",
                        "pg_settings_get_flags",
                        "pg_extension_config_dump",
                        "xid_age",
                        "mxid_age",
                        "currtid_byrelname",
                        "lo_import")) {
            r.any(name, SystemFunctions::delegate);
        }
        for (var name :
                List.of(
                        "show_all_settings",
                        "pg_get_keywords",
                        "pg_options_to_table",
                        "pg_timezone_names",
                        "pg_timezone_abbrevs",
                        "pg_lock_status",
                        "pg_partition_ancestors",
                        "pg_partition_tree",
                        "pg_prepared_statement",
                        "pg_prepared_xact",
                        "pg_cursor",
                        "aclexplode",
                        "pg_stat_get_activity",
                        "pg_stat_get_progress_info",
                        "pg_available_extensions",
                        "pg_available_extension_versions",
                        "pg_show_all_file_settings",
                        "pg_hba_file_rules",
                        "pg_get_publication_tables",
                        "pg_stat_get_wal_senders",
                        "pg_tablespace_databases",
                        "pg_config",
                        "pg_stat_get_backend_idset",
                        "pg_get_catalog_foreign_keys",
                        "pg_extension_update_paths")) {
            r.rows(name, SystemFunctions::delegateRows);
        }
        for (var name : List.of("pg_notify", "pg_notification_queue_usage")) {
            r.any(name, SystemFunctions::ofSession);
        }
        r.rows("pg_listening_channels", (c, a) -> ((List<?>) ofSession(c, a)).iterator());
    }

    /** Asks catalog and session, which know more. */
    @SuppressWarnings("ReferenceEquality") // The answer for unknown functions is one object.
    private static @Nullable Object delegate(CallContext c, @Nullable Object[] a) {
        var source = c.function().source();
        var answer = catalog(c).call(source, a);
        if (answer == SessionFunctions.UNKNOWN_FUNCTION) {
            answer = session(c).call(source, a);
        }
        if (answer == SessionFunctions.UNKNOWN_FUNCTION) {
            throw SqlException.notSupported(
                    "function " + c.function().name() + " is not supported yet");
        }
        return answer;
    }

    private static Object ofSession(CallContext c, @Nullable Object[] a) {
        return Objects.requireNonNull(session(c).call(c.function().source(), a));
    }

    private static java.util.Iterator<? extends @Nullable Object> delegateRows(
            CallContext c, @Nullable Object[] a) {
        var source = c.function().source();
        var rows =
                source.equals("show_all_settings")
                        ? session(c).allSettings()
                        : catalog(c).rows(source, a);
        if (rows == null) {
            throw SqlException.notSupported(
                    "function " + c.function().name() + " is not supported yet");
        }
        var types =
                c.resultType().actual().fields().stream()
                        .map(dev.quiverdb.base.type.Type.Field::type)
                        .toList();
        return rows.stream()
                .<@Nullable Object>map(row ->
                        row.length == 1 && types.isEmpty()
                                ? row[0]
                                : RecordValue.of(
                                        types.size() == row.length ? types : texts(row.length),
                                        row))
                .iterator();
    }

    private static List<dev.quiverdb.base.type.Type> texts(int count) {
        return java.util.Collections.nCopies(count, Types.TEXT);
    }

    private static void registerValues(Registry r) {
        r.any("pg_num_nulls", (c, a) -> count(c, a, true));
        r.any("pg_num_nonnulls", (c, a) -> count(c, a, false));
    }

    /** How many arguments are NULL, or are not; NULL where the array of them is. */
    private static @Nullable Integer count(
            CallContext c, @Nullable Object[] arguments, boolean nulls) {
        return TextFunctions.isVariadicNull(c, arguments)
                ? null
                : (Integer)
                        (int)
                                TextFunctions.values(c, arguments, 0).stream()
                                        .filter(value -> (value.value() == null) == nulls)
                                        .count();
    }

    private SystemFunctions() {}
}
