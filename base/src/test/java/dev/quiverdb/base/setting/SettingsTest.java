package dev.quiverdb.base.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.setting.Settings.Scope;
import dev.quiverdb.base.type.DateOrder;
import dev.quiverdb.base.type.DateStyle;
import dev.quiverdb.base.type.NameResolver;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    private final Settings settings = new Settings();

    private void set(String name, String value) {
        settings.set(name, value, Scope.SESSION, true);
    }

    private SqlException refused(String name, String value) {
        var error = catchThrowableOfType(SqlException.class, () -> set(name, value));
        assertThat(error).as("SET %s = '%s'", name, value).isNotNull();
        return error;
    }

    @Test
    void everyBootValueIsOneThatMayBeSet() {
        for (var setting : BuiltinSettings.all()) {
            if (setting.bootValue().isEmpty()) {
                continue;
            }
            assertThat(
                            SettingChecks.canonical(
                                    setting,
                                    setting.name(),
                                    setting.bootValue(),
                                    setting.bootValue()))
                    .as(setting.name())
                    .isEqualTo(setting.bootValue());
            assertThat(settings.show(setting.name())).isNotNull();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "work_mem|1.5MB|1536kB",
                "work_mem|4MB |4MB",
                "work_mem|65536|64MB",
                "statement_timeout|1min|1min",
                "statement_timeout|1500|1500ms",
                "statement_timeout|1.5s|1500ms",
                "statement_timeout|0|0",
                "vacuum_cost_delay|2.5us|2.5us",
                "vacuum_cost_delay|1500us|1500us",
                "jit_above_cost|1e10|1e+10",
                "random_page_cost|1.1|1.1",
                "enable_seqscan|of|off",
                "enable_seqscan|yes|on",
                "timezone|america/new_york|America/New_York",
                "timezone|-7|<-07>+07",
                "timezone|5.5|<+05:30>-05:30",
                "timezone|gmt-3|GMT-3",
                "client_encoding|utf-8|UTF8",
                "datestyle|german|German, DMY",
                "datestyle|SQL|SQL, MDY",
                "datestyle|European|ISO, DMY",
                "intervalstyle|ISO_8601|iso_8601",
                "application_name|caf\u00e9|caf??",
                "extra_float_digits|-15|-15",
                "default_transaction_isolation|SERIALIZABLE|serializable",
                "synchronous_commit|true|on",
                "hnsw.iterative_scan|relaxed_order|relaxed_order",
                "app.user_id|42|42",
            })
    void showPrintsWhatWasSet(String name, String value, String shown) {
        set(name, value);
        assertThat(settings.show(name)).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "foo|x|42704|unrecognized configuration parameter \"foo\"|-|-",
                "enable_seqscan|o|22023|parameter \"enable_seqscan\" requires a Boolean value|-|-",
                "work_mem|1|22023|1 kB is outside the valid range for parameter \"work_mem\" (64 .."
                        + " 2147483647)|-|-",
                "work_mem|abc|22023|invalid value for parameter \"work_mem\": \"abc\"|-|-",
                "work_mem|100000TB|22023|invalid value for parameter \"work_mem\":"
                        + " \"100000TB\"|-|Value exceeds integer range.",
                "work_mem|10XB|22023|invalid value for parameter \"work_mem\": \"10XB\"|-|Valid"
                        + " units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\".",
                "extra_float_digits|5|22023|5 is outside the valid range for parameter"
                        + " \"extra_float_digits\" (-15 .. 3)|-|-",
                "random_page_cost|-1|22023|-1 is outside the valid range for parameter"
                        + " \"random_page_cost\" (0 .. 1.79769e+308)|-|-",
                "bytea_output|foo|22023|invalid value for parameter \"bytea_output\":"
                        + " \"foo\"|-|Available values: escape, hex.",
                "datestyle|foo|22023|invalid value for parameter \"DateStyle\":"
                        + " \"foo\"|Unrecognized key word: \"foo\".|-",
                "datestyle|ISO,SQL|22023|invalid value for parameter \"DateStyle\":"
                        + " \"ISO,SQL\"|Conflicting \"datestyle\" specifications.|-",
                "timezone|foo|22023|invalid value for parameter \"TimeZone\": \"foo\"|-|-",
                "server_version|1|55P02|parameter \"server_version\" cannot be changed|-|-",
                "shared_buffers|1GB|55P02|parameter \"shared_buffers\" cannot be changed without"
                        + " restarting the server|-|-",
                "ssl|on|55P02|parameter \"ssl\" cannot be changed now|-|-",
                "a b.c|x|42602|invalid configuration parameter name \"a b.c\"|Custom parameter"
                        + " names must be two or more simple identifiers separated by dots.|-",
                "hnsw.foo|1|42602|invalid configuration parameter name \"hnsw.foo\"|\"hnsw\" is a"
                        + " reserved prefix.|-",
            })
    void wrongValuesAreRefusedInPostgresqlsWords(
            String name, String value, String state, String message, String detail, String hint) {
        var error = refused(name, value);
        assertThat(error.state().code()).isEqualTo(state);
        assertThat(error.message()).isEqualTo(message);
        assertThat(error.detail()).isEqualTo(detail);
        assertThat(error.hint()).isEqualTo(hint);
    }

    @Test
    void onlyASuperuserChangesWhatIsForSuperusers() {
        var error =
                catchThrowableOfType(
                        SqlException.class,
                        () ->
                                settings.set(
                                        "session_replication_role",
                                        "replica",
                                        Scope.SESSION,
                                        false));
        assertThat(error.state().code()).isEqualTo("42501");
        assertThat(error.message())
                .isEqualTo("permission denied to set parameter \"session_replication_role\"");
    }

    @Test
    void rollbackUndoesSetAndCommitKeepsIt() {
        settings.begin();
        set("work_mem", "8MB");
        settings.rollback();
        assertThat(settings.show("work_mem")).isEqualTo("4MB");

        settings.begin();
        set("work_mem", "8MB");
        settings.commit();
        assertThat(settings.show("work_mem")).isEqualTo("8MB");
    }

    @Test
    void setLocalEndsWithTheTransactionAndUncoversAnEarlierSet() {
        settings.begin();
        set("work_mem", "8MB");
        settings.set("work_mem", "16MB", Scope.LOCAL, true);
        assertThat(settings.show("work_mem")).isEqualTo("16MB");
        settings.commit();
        assertThat(settings.show("work_mem")).isEqualTo("8MB");
    }

    @Test
    void setLocalOutsideATransactionDoesNothing() {
        settings.set("work_mem", "16MB", Scope.LOCAL, true);
        assertThat(settings.show("work_mem")).isEqualTo("4MB");
    }

    @Test
    void savepointsNest() {
        settings.begin();
        set("work_mem", "8MB");
        settings.savepoint();
        set("work_mem", "16MB");
        settings.savepoint();
        set("work_mem", "32MB");
        settings.rollbackTo();
        assertThat(settings.show("work_mem")).isEqualTo("16MB");
        settings.release();
        assertThat(settings.show("work_mem")).isEqualTo("16MB");
        settings.savepoint();
        settings.set("work_mem", "64MB", Scope.LOCAL, true);
        settings.release();
        assertThat(settings.show("work_mem")).isEqualTo("64MB");
        settings.commit();
        assertThat(settings.show("work_mem")).isEqualTo("16MB");
    }

    @Test
    void aCustomSettingThatIsRolledBackIsEmpty() {
        settings.begin();
        set("app.user_id", "7");
        settings.rollback();
        assertThat(settings.show("app.user_id")).isEmpty();
    }

    @Test
    void resetGoesBackToTheSessionsDefault() {
        settings.setDefault("work_mem", "2MB");
        set("work_mem", "8MB");
        settings.reset("work_mem", Scope.SESSION, true);
        assertThat(settings.show("work_mem")).isEqualTo("2MB");
        set("work_mem", "8MB");
        set("TimeZone", "UTC");
        settings.resetAll();
        assertThat(settings.show("work_mem")).isEqualTo("2MB");
        assertThat(settings.show("timezone")).isEqualTo("Etc/UTC");
    }

    @Test
    void searchPathQuotesWhatNeedsIt() {
        settings.set("search_path", List.of("a", "B c", "d\"e"), Scope.SESSION, true);
        assertThat(settings.show("search_path")).isEqualTo("a, \"B c\", \"d\"\"e\"");
        assertThat(settings.searchPath()).containsExactly("a", "B c", "d\"e");
        settings.reset("search_path", Scope.SESSION, true);
        assertThat(settings.searchPath()).containsExactly("$user", "public");
    }

    @Test
    void reportedSettingsAreToldOnce() {
        set("application_name", "psql");
        set("work_mem", "8MB");
        assertThat(settings.takeChangedReports()).containsExactly("application_name");
        assertThat(settings.takeChangedReports()).isEmpty();
    }

    @Test
    void theTypeContextFollowsTheSettings() {
        var context = settings.typeContext(() -> 5, NameResolver.NONE);
        assertThat(context.dateStyle()).isEqualTo(DateStyle.ISO);
        set("datestyle", "sql, dmy");
        set("bytea_output", "escape");
        assertThat(context.dateStyle()).isEqualTo(DateStyle.SQL);
        assertThat(context.dateOrder()).isEqualTo(DateOrder.DMY);
        assertThat(context.byteaHex()).isFalse();
        assertThat(context.nowMicros()).isEqualTo(5);
    }
}
