package dev.quiverdb.execute;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.setting.BuiltinSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A session of user postgres without settings or locks. */
final class TestSession implements SessionFunctions {
    private final SequenceMemory memory = new SequenceMemory();
    private final RandomSource random = new RandomSource(1);

    @Override
    public String database() {
        return "postgres";
    }

    @Override
    public String currentUser() {
        return "postgres";
    }

    @Override
    public String sessionUser() {
        return "postgres";
    }

    @Override
    public List<String> searchPath(boolean implicit) {
        return implicit ? List.of("pg_catalog", "public") : List.of("public");
    }

    @Override
    public int backendPid() {
        return 1;
    }

    @Override
    public String version() {
        return "test";
    }

    @Override
    public long transactionTimestamp() {
        return 700_000_000_000_000L;
    }

    @Override
    public long statementTimestamp() {
        return 700_000_000_000_001L;
    }

    @Override
    public long clockTimestamp() {
        return 700_000_000_000_002L;
    }

    @Override
    public @Nullable String setting(String name, boolean missingOk) {
        var setting = BuiltinSettings.find(name);
        return setting == null ? null : setting.bootValue();
    }

    @Override
    public double number(String setting) {
        var value = setting(setting, false);
        return value == null ? 0 : Double.parseDouble(value);
    }

    @Override
    public boolean isSet(String name) {
        return false;
    }

    @Override
    public String set(String name, @Nullable String value, boolean local) {
        return value == null ? "" : value;
    }

    @Override
    public List<@Nullable Object[]> allSettings() {
        return List.of();
    }

    @Override
    public void notice(SqlException notice) {}

    @Override
    public SequenceMemory sequenceMemory() {
        return memory;
    }

    @Override
    public RandomSource random() {
        return random;
    }

    @Override
    public boolean isolationTestSessionIsBlocked(int pid, List<Integer> interestingPids) {
        return false;
    }

    @Override
    public List<Integer> safeSnapshotBlockingPids(int pid) {
        return List.of();
    }

    @Override
    public List<Integer> blockingPids(int pid) {
        return List.of();
    }

    @Override
    public boolean signal(int pid, boolean terminate) {
        return false;
    }

    @Override
    public void sleep(double seconds) {}

    @Override
    public boolean advisory(
            String operation,
            boolean two,
            long classId,
            long objectId,
            boolean shared,
            boolean transaction) {
        return true;
    }
}
