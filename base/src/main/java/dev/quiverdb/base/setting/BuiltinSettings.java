package dev.quiverdb.base.setting;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings that every session has: those of PostgreSQL 15 and pgvector that clients know, and
 * ours.
 */
public final class BuiltinSettings {
    /** name|type|unit|context|least|most|options|boot value, as pg_settings shows them. */
    private static final String TABLE =
            """
            allow_system_table_mods|bool||superuser||||off
            application_name|string||user||||
            archive_mode|enum||postmaster|||always,on,off|off
            array_nulls|bool||user||||on
            autovacuum|bool||sighup||||on
            autovacuum_analyze_scale_factor|real||sighup|0|100||0.1
            autovacuum_analyze_threshold|integer||sighup|0|2147483647||50
            autovacuum_max_workers|integer||postmaster|1|262143||3
            autovacuum_naptime|integer|s|sighup|1|2147483||60
            autovacuum_vacuum_cost_delay|real|ms|sighup|-1|100||2
            autovacuum_vacuum_cost_limit|integer||sighup|-1|10000||-1
            autovacuum_vacuum_insert_scale_factor|real||sighup|0|100||0.2
            autovacuum_vacuum_insert_threshold|integer||sighup|-1|2147483647||1000
            autovacuum_vacuum_scale_factor|real||sighup|0|100||0.2
            autovacuum_vacuum_threshold|integer||sighup|0|2147483647||50
            autovacuum_work_mem|integer|kB|sighup|-1|2147483647||-1
            backslash_quote|enum||user|||safe_encoding,on,off|safe_encoding
            backtrace_functions|string||superuser||||
            block_size|integer||internal|8192|8192||8192
            bytea_output|enum||user|||escape,hex|hex
            check_function_bodies|bool||user||||on
            checkpoint_completion_target|real||sighup|0|1||0.9
            checkpoint_timeout|integer|s|sighup|30|86400||300
            checkpoint_warning|integer|s|sighup|0|2147483647||30
            client_connection_check_interval|integer|ms|user|0|2147483647||0
            client_encoding|string||user||||UTF8
            client_min_messages|enum||user|||debug5,debug4,debug3,debug2,debug1,log,notice,warning,error|notice
            cluster_name|string||postmaster||||
            commit_delay|integer||superuser|0|100000||0
            composite_type_mismatch|enum||superuser|||error,warn,disabled|error
            compute_query_id|enum||superuser|||auto,regress,on,off|auto
            config_file|string||postmaster||||
            constraint_exclusion|enum||user|||partition,on,off|partition
            cpu_index_tuple_cost|real||user|0|1.79769e+308||0.005
            cpu_operator_cost|real||user|0|1.79769e+308||0.0025
            cpu_tuple_cost|real||user|0|1.79769e+308||0.01
            cursor_tuple_fraction|real||user|0|1||0.1
            data_checksums|bool||internal||||off
            data_directory|string||postmaster||||
            data_directory_mode|integer||internal|0|511||448
            DateStyle|string||user||||ISO, MDY
            deadlock_timeout|integer|ms|superuser|1|2147483647||1000
            debug_pretty_print|bool||user||||on
            debug_print_parse|bool||user||||off
            debug_print_plan|bool||user||||off
            debug_print_rewritten|bool||user||||off
            default_statistics_target|integer||user|1|10000||100
            default_table_access_method|string||user||||heap
            default_tablespace|string||user||||
            default_text_search_config|string||user||||pg_catalog.english
            default_toast_compression|enum||user|||pglz,lz4|pglz
            default_transaction_deferrable|bool||user||||off
            default_transaction_isolation|enum||user|||serializable,repeatable read,read committed,read uncommitted|read committed
            default_transaction_read_only|bool||user||||off
            dynamic_library_path|string||superuser||||$libdir
            effective_cache_size|integer|8kB|user|1|2147483647||524288
            effective_io_concurrency|integer||user|0|1000||1
            enable_async_append|bool||user||||on
            enable_bitmapscan|bool||user||||on
            enable_gathermerge|bool||user||||on
            enable_hashagg|bool||user||||on
            enable_hashjoin|bool||user||||on
            enable_incremental_sort|bool||user||||on
            enable_indexonlyscan|bool||user||||on
            enable_indexscan|bool||user||||on
            enable_material|bool||user||||on
            enable_memoize|bool||user||||on
            enable_mergejoin|bool||user||||on
            enable_nestloop|bool||user||||on
            enable_parallel_append|bool||user||||on
            enable_parallel_hash|bool||user||||on
            enable_partition_pruning|bool||user||||on
            enable_partitionwise_aggregate|bool||user||||off
            enable_partitionwise_join|bool||user||||off
            enable_seqscan|bool||user||||on
            enable_sort|bool||user||||on
            enable_tidscan|bool||user||||on
            escape_string_warning|bool||user||||on
            extension_destdir|string||superuser||||
            extra_float_digits|integer||user|-15|3||1
            force_parallel_mode|enum||user|||off,on,regress|off
            from_collapse_limit|integer||user|1|2147483647||8
            fsync|bool||sighup||||on
            full_page_writes|bool||sighup||||on
            geqo|bool||user||||on
            hash_mem_multiplier|real||user|1|1000||2
            hba_file|string||postmaster||||
            hnsw.ef_search|integer||user|1|10000||40
            hnsw.iterative_scan|enum||user|||off,relaxed_order,strict_order|off
            hnsw.max_scan_tuples|integer||user|1|2147483647||20000
            hnsw.scan_mem_multiplier|real||user|1|1000||1
            hnsw.target_recall|real||user|0|1||0
            hot_standby|bool||postmaster||||on
            ident_file|string||postmaster||||
            idle_in_transaction_session_timeout|integer|ms|user|0|2147483647||0
            idle_session_timeout|integer|ms|user|0|2147483647||0
            in_hot_standby|bool||internal||||off
            integer_datetimes|bool||internal||||on
            IntervalStyle|enum||user|||postgres,postgres_verbose,sql_standard,iso_8601|postgres
            is_superuser|bool||internal||||on
            ivfflat.iterative_scan|enum||user|||off,relaxed_order|off
            ivfflat.max_probes|integer||user|1|32768||32768
            ivfflat.probes|integer||user|1|32768||1
            ivfflat.target_recall|real||user|0|1||0
            ivfpq.iterative_scan|enum||user|||off,relaxed_order|off
            ivfpq.max_probes|integer||user|1|32768||32768
            ivfpq.probes|integer||user|1|32768||1
            ivfpq.rerank|integer||user|0|1000000||0
            ivfpq.target_recall|real||user|0|1||0
            jit|bool||user||||on
            jit_above_cost|real||user|-1|1.79769e+308||100000
            jit_inline_above_cost|real||user|-1|1.79769e+308||500000
            jit_optimize_above_cost|real||user|-1|1.79769e+308||500000
            join_collapse_limit|integer||user|1|2147483647||8
            lc_collate|string||internal||||C
            lc_ctype|string||internal||||C
            lc_messages|string||superuser||||C
            lc_monetary|string||user||||C
            lc_numeric|string||user||||C
            lc_time|string||user||||C
            listen_addresses|string||postmaster||||localhost
            lo_compat_privileges|bool||superuser||||off
            local_preload_libraries|string||user||||
            lock_timeout|integer|ms|user|0|2147483647||0
            log_connections|bool||superuser-backend||||off
            log_destination|string||sighup||||stderr
            log_directory|string||sighup||||log
            log_disconnections|bool||superuser-backend||||off
            log_duration|bool||superuser||||off
            log_error_verbosity|enum||superuser|||terse,default,verbose|default
            log_file_mode|integer||sighup|0|511||384
            log_filename|string||sighup||||postgresql-%Y-%m-%d_%H%M%S.log
            log_line_prefix|string||sighup||||%m [%p]
            log_min_duration_sample|integer|ms|superuser|-1|2147483647||-1
            log_min_duration_statement|integer|ms|superuser|-1|2147483647||-1
            log_min_error_statement|enum||superuser|||debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic|error
            log_min_messages|enum||superuser|||debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic|warning
            log_parameter_max_length|integer|B|superuser|-1|1073741823||-1
            log_parameter_max_length_on_error|integer|B|user|-1|1073741823||0
            log_rotation_age|integer|min|sighup|0|35791394||1440
            log_rotation_size|integer|kB|sighup|0|2097151||10240
            log_statement|enum||superuser|||none,ddl,mod,all|none
            log_statement_sample_rate|real||superuser|0|1||1
            log_temp_files|integer|kB|superuser|-1|2147483647||-1
            log_timezone|string||sighup||||Etc/UTC
            log_transaction_sample_rate|real||superuser|0|1||0
            log_truncate_on_rotation|bool||sighup||||off
            logging_collector|bool||postmaster||||off
            maintenance_io_concurrency|integer||user|0|1000||10
            maintenance_work_mem|integer|kB|user|1024|2147483647||65536
            max_connections|integer||postmaster|1|262143||100
            max_function_args|integer||internal|100|100||100
            max_identifier_length|integer||internal|63|63||63
            max_index_keys|integer||internal|32|32||32
            max_locks_per_transaction|integer||postmaster|10|2147483647||64
            max_logical_replication_workers|integer||postmaster|0|262143||4
            max_parallel_maintenance_workers|integer||user|0|1024||2
            max_parallel_workers|integer||user|0|1024||8
            max_parallel_workers_per_gather|integer||user|0|1024||2
            max_prepared_transactions|integer||postmaster|0|262143||0
            max_replication_slots|integer||postmaster|0|262143||10
            max_stack_depth|integer|kB|superuser|100|2147483647||100
            max_wal_senders|integer||postmaster|0|262143||10
            max_wal_size|integer|MB|sighup|2|2147483647||1024
            max_worker_processes|integer||postmaster|0|262143||8
            min_parallel_index_scan_size|integer|8kB|user|0|715827882||64
            min_parallel_table_scan_size|integer|8kB|user|0|715827882||1024
            min_wal_size|integer|MB|sighup|2|2147483647||80
            output_plugin_libraries|string||superuser||||pgoutput, test_decoding
            parallel_setup_cost|real||user|0|1.79769e+308||1000
            parallel_tuple_cost|real||user|0|1.79769e+308||0.1
            password_encryption|enum||user|||md5,scram-sha-256|scram-sha-256
            plan_cache_mode|enum||user|||auto,force_generic_plan,force_custom_plan|auto
            port|integer||postmaster|1|65535||5432
            quote_all_identifiers|bool||user||||off
            random_page_cost|real||user|0|1.79769e+308||4
            recursive_worktable_factor|real||user|0.001|1e+06||10
            restrict_nonsystem_relation_kind|string||user||||
            role|string||user||||none
            row_security|bool||user||||on
            search_path|string||user||||"$user", public
            seed|real||user|-1|1||0
            seq_page_cost|real||user|0|1.79769e+308||1
            server_encoding|string||internal||||UTF8
            server_version|string||internal||||15.13
            server_version_num|integer||internal|150013|150013||150013
            session_authorization|string||user||||
            session_preload_libraries|string||superuser||||
            session_replication_role|enum||superuser|||origin,replica,local|origin
            shared_buffers|integer|8kB|postmaster|16|1073741823||16384
            shared_memory_size|integer|MB|internal|0|2147483647||0
            shared_memory_size_in_huge_pages|integer||internal|-1|2147483647||-1
            ssl|bool||sighup||||off
            ssl_ciphers|string||sighup||||HIGH:MEDIUM:+3DES:!aNULL
            standard_conforming_strings|bool||user||||on
            statement_timeout|integer|ms|user|0|2147483647||0
            superuser_reserved_connections|integer||postmaster|0|262143||3
            synchronize_seqscans|bool||user||||on
            synchronous_commit|enum||user|||local,remote_write,remote_apply,on,off|on
            tcp_keepalives_count|integer||user|0|2147483647||0
            tcp_keepalives_idle|integer|s|user|0|2147483647||0
            tcp_keepalives_interval|integer|s|user|0|2147483647||0
            tcp_user_timeout|integer|ms|user|0|2147483647||0
            temp_buffers|integer|8kB|user|100|1073741823||1024
            temp_file_limit|integer|kB|superuser|-1|2147483647||-1
            temp_tablespaces|string||user||||
            TimeZone|string||user||||Etc/UTC
            timezone_abbreviations|string||user||||Default
            track_activities|bool||superuser||||on
            track_activity_query_size|integer|B|postmaster|100|1048576||1024
            track_commit_timestamp|bool||postmaster||||off
            track_counts|bool||superuser||||on
            track_functions|enum||superuser|||none,pl,all|none
            track_io_timing|bool||superuser||||off
            transaction_deferrable|bool||user||||off
            transaction_isolation|enum||user|||serializable,repeatable read,read committed,read uncommitted|read committed
            transaction_read_only|bool||user||||off
            transform_null_equals|bool||user||||off
            vacuum_cost_delay|real|ms|user|0|100||0
            vacuum_cost_limit|integer||user|1|10000||200
            vacuum_cost_page_dirty|integer||user|0|10000||20
            vacuum_cost_page_hit|integer||user|0|10000||1
            vacuum_cost_page_miss|integer||user|0|10000||2
            vacuum_freeze_min_age|integer||user|0|1000000000||50000000
            vacuum_freeze_table_age|integer||user|0|2000000000||150000000
            wal_block_size|integer||internal|8192|8192||8192
            wal_buffers|integer|8kB|postmaster|-1|262143||-1
            wal_keep_size|integer|MB|sighup|0|2147483647||0
            wal_level|enum||postmaster|||minimal,replica,logical|replica
            wal_log_hints|bool||postmaster||||off
            wal_segment_size|integer|B|internal|1048576|1073741824||16777216
            wal_sender_timeout|integer|ms|user|0|2147483647||60000
            work_mem|integer|kB|user|64|2147483647||4096
            xmlbinary|enum||user|||base64,hex|base64
            xmloption|enum||user|||content,document|content
            """;

    private static final Map<String, Setting> BY_NAME = new TreeMap<>();

    static {
        for (var line : TABLE.lines().toList()) {
            String[] part = line.split("\\|", -1);
            List<String> options = part[6].isEmpty() ? List.of() : List.of(part[6].split(",", -1));
            var setting =
                    new Setting(
                            part[0],
                            Setting.Kind.of(part[1]),
                            part[2],
                            Setting.Context.of(part[3]),
                            part[4].isEmpty() ? 0 : Double.parseDouble(part[4]),
                            part[5].isEmpty() ? 0 : Double.parseDouble(part[5]),
                            options,
                            part[7]);
            BY_NAME.put(part[0].toLowerCase(Locale.ROOT), setting);
        }
    }

    private BuiltinSettings() {}

    /** The setting with this name, in any case; null if there is none. */
    public static @Nullable Setting find(String name) {
        return BY_NAME.get(name.toLowerCase(Locale.ROOT));
    }

    /** All of them, by name. */
    public static Collection<Setting> all() {
        return Collections.unmodifiableCollection(new ArrayList<>(BY_NAME.values()));
    }
}
