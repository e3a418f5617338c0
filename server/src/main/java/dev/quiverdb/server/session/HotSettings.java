package dev.quiverdb.server.session;

import dev.quiverdb.base.setting.Settings;
import dev.quiverdb.sql.parse.StringRules;
import dev.quiverdb.storage.IsolationLevel;
import java.util.List;

/**
 * What every statement asks of its session's settings, parsed once after each change. Used by the
 * session's thread.
 */
final class HotSettings {
    /** The modes of a transaction, each with a {@code default_} setting beside it. */
    static final List<String> MODES =
            List.of("transaction_isolation", "transaction_read_only", "transaction_deferrable");

    private final Settings settings;
    private long seen = -1;
    private int statementTimeoutMillis;
    private int lockTimeoutMillis;
    private long workMemoryBytes;
    private String applicationName = "";
    private String planCacheMode = "auto";
    private boolean modesAreDefault;
    private IsolationLevel isolation = IsolationLevel.READ_COMMITTED;
    private boolean readOnly;
    private boolean deferrable;
    private StringRules stringRules = StringRules.STANDARD;

    HotSettings(Settings settings) {
        this.settings = settings;
    }

    private void refresh() {
        if (seen == settings.version()) {
            return;
        }
        seen = settings.version();
        statementTimeoutMillis = settings.getInt("statement_timeout");
        lockTimeoutMillis = settings.getInt("lock_timeout");
        workMemoryBytes = settings.getInt("work_mem") * 1024L;
        applicationName = settings.get("application_name");
        planCacheMode = settings.get("plan_cache_mode");
        modesAreDefault =
                MODES.stream()
                        .allMatch(
                                mode -> settings.get(mode).equals(settings.get("default_" + mode)));
        isolation =
                switch (settings.get("transaction_isolation")) {
                    case "serializable" -> IsolationLevel.SERIALIZABLE;
                    case "repeatable read" -> IsolationLevel.REPEATABLE_READ;
                    default -> IsolationLevel.READ_COMMITTED;
                };
        readOnly = settings.getBoolean("transaction_read_only");
        deferrable = settings.getBoolean("transaction_deferrable");
        // The client's encoding is always the server's, in which no character hides a backslash.
        stringRules =
                new StringRules(
                        !settings.getBoolean("standard_conforming_strings"),
                        !settings.get("backslash_quote").equals("off"),
                        settings.getBoolean("escape_string_warning"));
    }

    int statementTimeoutMillis() {
        refresh();
        return statementTimeoutMillis;
    }

    int lockTimeoutMillis() {
        refresh();
        return lockTimeoutMillis;
    }

    long workMemoryBytes() {
        refresh();
        return workMemoryBytes;
    }

    String applicationName() {
        refresh();
        return applicationName;
    }

    String planCacheMode() {
        refresh();
        return planCacheMode;
    }

    /** Whether a new transaction has nothing to take over from the {@code default_} settings. */
    boolean modesAreDefault() {
        refresh();
        return modesAreDefault;
    }

    IsolationLevel isolation() {
        refresh();
        return isolation;
    }

    boolean readOnly() {
        refresh();
        return readOnly;
    }

    boolean deferrable() {
        refresh();
        return deferrable;
    }

    /** How string constants of the client are read. */
    StringRules stringRules() {
        refresh();
        return stringRules;
    }
}
