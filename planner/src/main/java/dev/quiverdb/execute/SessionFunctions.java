package dev.quiverdb.execute;

import dev.quiverdb.base.error.SqlException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What functions ask of the session: who, where, when, settings, sequences' last values, locks. */
public interface SessionFunctions {
    /** Answer of {@link #call} for a function that is not known. */
    Object UNKNOWN_FUNCTION = new Object();

    String database();

    String currentUser();

    String sessionUser();

    /**
     * Schemas of the search path that exist; pg_catalog and the temporary one where {@code
     * implicit}.
     */
    List<String> searchPath(boolean implicit);

    int backendPid();

    /** {@code version()}. */
    String version();

    /** Microseconds since 2000-01-01 UTC when the transaction began. */
    long transactionTimestamp();

    long statementTimestamp();

    long clockTimestamp();

    /** SHOW name; null if {@code missingOk} and there is none, else 42704. */
    @Nullable String setting(String name, boolean missingOk);

    /** The value of a number in its setting's own unit. */
    double number(String setting);

    /** Whether a setting has a value that somebody gave it. */
    boolean isSet(String name);

    /** SET [LOCAL] name = value; answers the new value as SHOW would. */
    String set(String name, @Nullable String value, boolean local);

    /** Rows of pg_show_all_settings. */
    List<@Nullable Object[]> allSettings();

    void notice(SqlException notice);

    /** Last values drawn in this session. */
    SequenceMemory sequenceMemory();

    /** The session's generator behind random(); seeded by setseed. */
    RandomSource random();

    boolean isolationTestSessionIsBlocked(int pid, List<Integer> interestingPids);

    List<Integer> blockingPids(int pid);

    List<Integer> safeSnapshotBlockingPids(int pid);

    /** pg_cancel_backend, pg_terminate_backend; false if there is no such session. */
    boolean signal(int pid, boolean terminate);

    /** Sleeps, wakes with 57014 on cancel. */
    void sleep(double seconds);

    /**
     * Advisory locks.
     *
     * @param classId 0 for the one-key form, where {@code objectId} is the key; for the two-key
     *     form the first key with {@code two} set
     * @param operation {@code lock}, {@code try}, {@code unlock}, {@code unlock_all}
     * @return whether the lock was got or released
     */
    boolean advisory(
            String operation,
            boolean two,
            long classId,
            long objectId,
            boolean shared,
            boolean transaction);

    /** Other session-dependent functions by prosrc; {@link #UNKNOWN_FUNCTION} if not known. */
    default @Nullable Object call(String function, @Nullable Object[] arguments) {
        return UNKNOWN_FUNCTION;
    }
}
