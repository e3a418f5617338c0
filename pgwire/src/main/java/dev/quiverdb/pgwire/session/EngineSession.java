package dev.quiverdb.pgwire.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.pgwire.message.BoundValues;
import dev.quiverdb.pgwire.message.FrontendMessage;
import dev.quiverdb.pgwire.message.Oids;
import dev.quiverdb.pgwire.message.ResultField;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One session: its transaction, settings, prepared statements and portals. Called by one thread at
 * a time, though not always the same; only {@link #cancel} may come from elsewhere. A method that
 * throws {@link SqlException} has already put the session's transaction into its failed state.
 */
public interface EngineSession extends AutoCloseable {
    /** The settings that every client is told at the start, by name. */
    Map<String, String> reportedSettings();

    /** Those of them that have other values than the client was told last, by name. */
    Map<String, String> changedSettings();

    /** How values are printed for this session now. */
    TypeContext typeContext();

    /** Runs a text of any number of statements as the simple protocol does. */
    void simpleQuery(String sql, Responder responder);

    /** Makes a prepared statement; parameter OID 0 asks to infer the type. */
    void parse(String statement, String sql, Oids parameterTypes);

    /** Makes a portal. */
    void bind(String portal, String statement, BoundValues values);

    /** What a statement takes and returns. */
    StatementDescription describeStatement(String statement);

    /** The columns of a portal with their formats; null if it returns no rows. */
    @Nullable List<ResultField> describePortal(String portal);

    /**
     * Runs a portal, or goes on with it, for at most {@code rowsMax} rows (0: all).
     *
     * @return whether that has been done, as {@link #sync} says it
     */
    boolean execute(String portal, int rowsMax, Responder responder);

    void closeStatement(String statement);

    void closePortal(String portal);

    /**
     * The end of a run of extended messages: commits an implicit transaction.
     *
     * @return whether that has been done; a thread that may not wait gets false where it is left to
     *     the disk: {@link Engine.ClientEvents#durable} is called then, after that {@link #resume}
     *     and nothing before it
     */
    boolean sync();

    /** Ends what was left to the disk, or throws what became of it. Does not wait. */
    void resume();

    /** An error was told to the client between two messages: fails the transaction. */
    void fail();

    /**
     * Called some time after {@link Engine.ClientEvents#attention}, between two messages: tells the
     * client what it was not asked for.
     */
    void attend();

    /** I, T or E, as ReadyForQuery tells it. */
    char transactionStatus();

    /**
     * Whether this message can be answered now without waiting for a lock or a slow client, and for
     * the disk no longer than a thread costs, so that the thread which read it may answer it.
     */
    boolean answersAtOnce(FrontendMessage message);

    /**
     * Says whether the thread that calls from now on may wait. One that may not gets {@link
     * MustWaitException} where it would have to. Initially it may.
     */
    void setWaits(boolean waits);

    /** Ends what the session is doing, with {@code 57014}. From any thread. */
    void cancel();

    /** Rolls back what is open and gives everything back. */
    @Override
    void close();

    /** Parameter types and result columns; the columns are null if no rows come back. */
    record StatementDescription(List<Type> parameters, @Nullable List<ResultField> fields) {
        public StatementDescription {
            parameters = List.copyOf(parameters);
            fields = fields == null ? null : List.copyOf(fields);
        }
    }
}
