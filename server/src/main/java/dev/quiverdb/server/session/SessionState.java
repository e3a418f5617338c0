package dev.quiverdb.server.session;

import dev.quiverdb.base.error.Severity;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.setting.Settings;
import dev.quiverdb.base.type.NameResolver;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.base.world.Clock;
import dev.quiverdb.execute.CatalogFunctions;
import dev.quiverdb.execute.RandomSource;
import dev.quiverdb.execute.SequenceMemory;
import dev.quiverdb.execute.procedure.Routines;
import dev.quiverdb.pgwire.session.Engine;
import dev.quiverdb.plan.PlanContext;
import dev.quiverdb.plan.Planner;
import dev.quiverdb.server.catalog.CatalogCalls;
import dev.quiverdb.server.database.Cluster;
import dev.quiverdb.server.database.DatabaseInstance;
import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.bind.TableExpressions;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogNames;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import dev.quiverdb.sql.catalog.SearchPath;
import dev.quiverdb.sql.parse.RangeVar;
import dev.quiverdb.storage.AdvisoryLocks;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What all parts of a session share: who it is, where it is connected, its settings, its
 * transaction and whether somebody wants it to stop. Used by the session's thread, but for {@link
 * #cancel} and the reading accessors of {@link Activity}.
 */
final class SessionState {
    /** From 1970-01-01 to 2000-01-01. */
    private static final long UNIX_TO_POSTGRES_MICROS = 946_684_800_000_000L;

    private static final List<String> LEVELS =
            List.of("debug", "log", "notice", "warning", "error", "fatal", "panic");

    /** Settings that change plans. */
    static final Set<String> PLANNER_SETTINGS =
            Set.of(
                    "enable_seqscan",
                    "enable_indexscan",
                    "enable_hashjoin",
                    "enable_mergejoin",
                    "enable_nestloop",
                    "enable_sort",
                    "enable_hashagg");

    /** Settings that change what a literal means. */
    private static final List<String> LITERAL_SETTINGS =
            List.of(
                    "DateStyle",
                    "TimeZone",
                    "IntervalStyle",
                    "extra_float_digits",
                    "bytea_output",
                    "standard_conforming_strings");

    private final int processId;
    private final Cluster cluster;
    private final DatabaseInstance database;
    private final SessionRegistry registry;
    private final Engine.ClientEvents client;
    private final Settings settings;
    private final HotSettings hot;
    private final PlanCache plans;
    private final StatementTimer timer;
    private final TransactionControl transaction;
    private final SequenceMemory sequenceMemory = new SequenceMemory();
    private final RandomSource random;
    private final AdvisoryLocks advisoryLocks;
    private final Notifications.Mailbox mailbox;
    private final Clock clock;
    private final Activity activity;
    private final List<Runnable> transactionEnds = new ArrayList<>();
    private final List<Runnable> beforeCommits = new ArrayList<>();

    private final TypeContext typeContext;
    private final SessionPicture view;
    private @Nullable Routines routines;
    private String environment = "";
    private String textEnvironment = "";
    private int environmentUser;
    private int environmentSchema;
    private long environmentVersion = -1;
    private final SessionRoles roles;
    private int temporarySchema;
    private long statementMicros;
    private volatile @Nullable SqlException cancelled;
    private boolean running;
    private boolean timed;

    SessionState(
            int processId,
            Cluster cluster,
            DatabaseInstance database,
            Role user,
            SessionRegistry registry,
            PlanCache plans,
            Engine.ClientEvents client,
            Settings settings,
            Clock clock) {
        this.processId = processId;
        this.cluster = cluster;
        this.database = database;
        this.registry = registry;
        this.client = client;
        this.settings = settings;
        this.plans = plans;
        hot = new HotSettings(settings);
        timer =
                new StatementTimer(
                        registry.timer(),
                        () ->
                                cancel(
                                        new SqlException(
                                                SqlState.QUERY_CANCELED,
                                                "canceling statement due to statement timeout")));
        this.clock = clock;
        roles = new SessionRoles(settings, this::catalog, user.oid());
        random = new RandomSource(System.nanoTime() ^ processId);
        advisoryLocks = database.storage().advisoryLocks();
        mailbox = registry.notifications().mailbox(database.oid(), processId, client);
        transaction =
                new TransactionControl(
                        cluster,
                        database,
                        settings,
                        hot,
                        processId,
                        mailbox,
                        client::notice,
                        new TransactionControl.Listener() {
                            @Override
                            public void beforeCommit(Transaction open) {
                                List.copyOf(beforeCommits).forEach(Runnable::run);
                            }

                            @Override
                            public void ended(boolean committed) {
                                List.copyOf(transactionEnds).forEach(Runnable::run);
                            }
                        });
        activity = new Activity(processId, database, user, micros(clock));
        view = new SessionPicture(this);
        typeContext =
                settings.typeContext(
                        transaction::startMicros, new Names(), oid -> catalog().typeOrNull(oid));
        registry.add(processId, this);
    }

    /** Names of reg* values as the session sees them at the moment of asking. */
    private final class Names implements NameResolver {
        private CatalogNames now() {
            return new CatalogNames(catalog(), searchPath());
        }

        @Override
        public long resolve(Type type, String text) {
            return now().resolve(type, text);
        }

        @Override
        public String name(Type type, long oid) {
            return now().name(type, oid);
        }
    }

    /** Runs something whenever a transaction has ended. */
    void onTransactionEnd(Runnable action) {
        transactionEnds.add(action);
    }

    /** Runs something before each commit, while its transaction can still write. */
    void beforeCommit(Runnable action) {
        beforeCommits.add(action);
    }

    int processId() {
        return processId;
    }

    Cluster cluster() {
        return cluster;
    }

    DatabaseInstance database() {
        return database;
    }

    SessionRegistry registry() {
        return registry;
    }

    Settings settings() {
        return settings;
    }

    /** Whether a text says by itself what it is: its strings are read as in every other session. */
    boolean sharesTexts() {
        return !hot.stringRules().backslashes();
    }

    HotSettings hot() {
        return hot;
    }

    PlanCache plans() {
        return plans;
    }

    TransactionControl transaction() {
        return transaction;
    }

    SequenceMemory sequenceMemory() {
        return sequenceMemory;
    }

    RandomSource random() {
        return random;
    }

    AdvisoryLocks advisoryLocks() {
        return advisoryLocks;
    }

    Notifications.Mailbox mailbox() {
        return mailbox;
    }

    /** Runs functions with bodies of statements; set when the session's runner is made. */
    Routines routines() {
        var found = routines;
        if (found == null) {
            throw new IllegalStateException("the session runs no statements yet");
        }
        return found;
    }

    void routines(Routines made) {
        routines = made;
    }

    Activity activity() {
        return activity;
    }

    Catalog catalog() {
        return transaction.catalog();
    }

    int sessionUser() {
        return roles.sessionUser();
    }

    SessionRoles roles() {
        return roles;
    }

    boolean isSuperuser() {
        return catalog().isSuperuser(currentUser());
    }

    boolean isSessionSuperuser() {
        return catalog().isSuperuser(roles.authenticated());
    }

    int currentUser() {
        return roles.currentUser();
    }

    String roleName(int oid) {
        var role = catalog().role(oid);
        return role == null ? "unknown (OID=" + oid + ")" : role.name();
    }

    int temporarySchema() {
        return temporarySchema;
    }

    void temporarySchema(int oid) {
        temporarySchema = oid;
    }

    SearchPath searchPath() {
        return SearchPath.of(catalog(), settings.searchPath(), currentUser(), temporarySchema);
    }

    /** How values are read and printed, with names as this session sees them. */
    TypeContext typeContext() {
        return typeContext;
    }

    BindContext bindContext() {
        return new BindContext(
                catalog(),
                searchPath(),
                typeContext(),
                currentUser(),
                database.name(),
                cluster::nextOid,
                client::notice,
                settings::show,
                role -> cluster.dependingOn(role, database.oid()),
                this::checkCancelled);
    }

    SessionPicture view() {
        return view;
    }

    CatalogFunctions catalogCalls() {
        return new CatalogCalls(view);
    }

    BuildProgress progress(Relation table, Relation index) {
        var lines = registry.progress(processId, database.oid(), table.oid(), index.oid());
        return new BuildProgress() {
            @Override
            public void report(String phase, long done, long total) {
                lines.report(phase, done, total);
            }

            @Override
            public void notice(SqlException notice) {
                SessionState.this.notice(notice);
            }
        };
    }

    PlanContext planContext(BindContext bind) {
        var storage = database.storage();
        return new PlanContext(bind, tablet -> storage.statistics(tablet).liveRows());
    }

    /** The relation that a name means to this session. */
    Relation resolve(RangeVar name) {
        return new TableExpressions(bindContext()).relation(name);
    }

    /** A table as statements that change it see it. */
    dev.quiverdb.plan.Relation relation(int oid) {
        var relation = catalog().relation(oid);
        if (relation == null) {
            throw new IllegalStateException("no relation " + oid);
        }
        return Planner.relation(relation, planContext(bindContext()));
    }

    /** Throws 25006 in a read-only transaction. */
    void checkNotReadOnly(String command) {
        if (settings.getBoolean("transaction_read_only")) {
            throw new SqlException(
                    SqlState.READ_ONLY_SQL_TRANSACTION,
                    "cannot execute " + command + " in a read-only transaction");
        }
    }

    /** What a plan depends on beside the catalog's objects. The same string while it lasts. */
    String planEnvironment() {
        refreshEnvironments();
        return environment;
    }

    /** What the meaning of a text depends on beside the catalog: also how literals are read. */
    String textEnvironment() {
        refreshEnvironments();
        return textEnvironment;
    }

    private void refreshEnvironments() {
        long version = settings.version();
        int currentUser = currentUser();
        if (version == environmentVersion
                && currentUser == environmentUser
                && temporarySchema == environmentSchema) {
            return;
        }
        environmentVersion = version;
        environmentUser = currentUser;
        environmentSchema = temporarySchema;
        var text = new StringBuilder(settings.get("search_path"));
        for (var name : PLANNER_SETTINGS) {
            text.append('\0').append(settings.get(name));
        }
        text.append('\0').append(currentUser).append('\0').append(temporarySchema);
        environment = text.toString();
        for (var name : LITERAL_SETTINGS) {
            text.append('\0').append(settings.get(name));
        }
        textEnvironment = text.toString();
    }

    void notice(SqlException notice) {
        if (ranks(notice.severity()) >= rank(settings.get("client_min_messages"))) {
            client.notice(notice);
        }
    }

    private static int ranks(Severity severity) {
        return severity == Severity.INFO ? Integer.MAX_VALUE : rank(severity.name());
    }

    private static int rank(String level) {
        var lower = level.toLowerCase(java.util.Locale.ROOT);
        return LEVELS.indexOf(lower.startsWith("debug") ? "debug" : lower);
    }

    Engine.ClientEvents client() {
        return client;
    }

    // Time.

    long nowMicros() {
        return micros(clock);
    }

    private static long micros(Clock clock) {
        return clock.epochMicros() - UNIX_TO_POSTGRES_MICROS;
    }

    long statementMicros() {
        return statementMicros;
    }

    // Statements and their end before time.

    /** A message begins that runs SQL. */
    void statementBegins(String text) {
        cancelled = null;
        running = true;
        statementMicros = nowMicros();
        activity.begins(text, statementMicros);
        int timeoutMillis = hot.statementTimeoutMillis();
        if (timeoutMillis > 0) {
            timed = true;
            timer.begins(timeoutMillis);
        }
    }

    void statementEnds() {
        running = false;
        registry.buildEnds(processId);
        if (timed) {
            timed = false;
            timer.ends();
        }
        activity.application(hot.applicationName());
        activity.ends(transaction.status(), nowMicros());
    }

    /** Asks the running statement to end with this error. From any thread. */
    void cancel(SqlException reason) {
        cancelled = reason;
        transaction.cancel();
    }

    /** Throws if somebody asked the statement to end. */
    void checkCancelled() {
        var reason = cancelled;
        if (reason != null && running) {
            cancelled = null;
            throw reason;
        }
    }

    /**
     * What to tell the client of a failure: a cancelled wait says why, a position is counted in
     * characters.
     */
    RuntimeException located(RuntimeException e, String text) {
        if (!(e instanceof SqlException sql)) {
            return e;
        }
        var reason = cancelled;
        if (sql.state() == SqlState.QUERY_CANCELED && reason != null) {
            cancelled = null;
            return reason;
        }
        int position = sql.position();
        if (position > 1 && position <= text.length() + 1) {
            sql.withPosition(text.codePointCount(0, position - 1) + 1);
        }
        return sql;
    }

    /** Sends what LISTEN has caught, outside transactions only. */
    void deliverNotifications() {
        if (transaction.isIdle()) {
            mailbox.drain();
        }
    }

    void close() {
        try {
            transaction.rollbackAll();
        } finally {
            registry.remove(processId);
            mailbox.close();
            advisoryLocks.close();
            database.sessions().decrementAndGet();
        }
    }
}
