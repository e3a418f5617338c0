package dev.quiverdb.base.setting;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What is known of a setting beside its value.
 *
 * @param unit of stored numbers, as {@code kB}, {@code 8kB} or {@code ms}; empty for none
 * @param least inclusive bounds of numbers, in that unit
 * @param options values of an enum, as offered in a hint
 */
public record Setting(
        String name,
        Kind kind,
        String unit,
        Context context,
        double least,
        double most,
        List<String> options,
        String bootValue) {
    public enum Kind {
        BOOL,
        INTEGER,
        REAL,
        STRING,
        ENUM;

        static Kind of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT));
        }
    }

    /** Who may change it, and when. */
    public enum Context {
        INTERNAL,
        POSTMASTER,
        SIGHUP,
        SUPERUSER_BACKEND,
        BACKEND,
        SUPERUSER,
        USER;

        static Context of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
        }

        /** As pg_settings shows it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private static final Set<String> REPORTED =
            Set.of(
                    "application_name",
                    "client_encoding",
                    "DateStyle",
                    "default_transaction_read_only",
                    "in_hot_standby",
                    "integer_datetimes",
                    "IntervalStyle",
                    "is_superuser",
                    "server_encoding",
                    "server_version",
                    "session_authorization",
                    "standard_conforming_strings",
                    "TimeZone");

    private static final Set<String> KEPT_BY_RESET_ALL =
            Set.of(
                    "role",
                    "session_authorization",
                    "is_superuser",
                    "seed",
                    "transaction_isolation",
                    "transaction_read_only",
                    "transaction_deferrable");

    private static final Set<String> QUOTED_LISTS =
            Set.of(
                    "search_path",
                    "temp_tablespaces",
                    "session_preload_libraries",
                    "local_preload_libraries");

    public Setting {
        options = List.copyOf(options);
    }

    /** A setting that nobody declared, such as {@code app.user_id}: any text. */
    static Setting custom(String name) {
        return new Setting(name, Kind.STRING, "", Context.USER, 0, 0, List.of(), "");
    }

    /** Whether clients are told of changes by ParameterStatus. */
    public boolean reported() {
        return REPORTED.contains(name);
    }

    public boolean keptByResetAll() {
        return KEPT_BY_RESET_ALL.contains(name);
    }

    /** Whether {@code SET x TO a, b} quotes its elements as identifiers. */
    public boolean quotedList() {
        return QUOTED_LISTS.contains(name);
    }
}
