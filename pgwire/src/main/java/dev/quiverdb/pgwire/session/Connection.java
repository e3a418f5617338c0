package dev.quiverdb.pgwire.session;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.error.Severity;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.world.DamagedException;
import dev.quiverdb.base.world.DiskException;
import dev.quiverdb.base.world.DiskFullException;
import dev.quiverdb.pgwire.auth.Authenticator;
import dev.quiverdb.pgwire.message.Blob;
import dev.quiverdb.pgwire.message.FrontendMessage;
import dev.quiverdb.pgwire.message.ResultField;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection from the first byte to the last. The event loop puts what it reads into
 * an {@link Inbox}; a worker answers in order. The worker is the event loop itself as long as the
 * session says that it can answer at once, and a virtual thread, which may block, as soon as it
 * cannot.
 */
final class Connection extends ChannelInboundHandlerAdapter
        implements Responder, Engine.ClientEvents {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** Stands among what the client said. */
    private static final Object ATTENTION = new Object();

    private final Engine engine;
    private final Authenticator authenticator;
    private final CancelKeys cancelKeys;
    private final Executor workers;
    private final Inbox inbox = new Inbox(reads -> context().channel().config().setAutoRead(reads));

    private @Nullable ChannelHandlerContext context;
    private @Nullable Outlet outlet;
    private volatile @Nullable EngineSession session;
    private int processId;
    private boolean skipUntilSync;

    /** The message whose answer waits for the disk. Of the event loop. */
    private @Nullable FrontendMessage held;

    private boolean closing;
    private volatile @Nullable SqlException terminated;

    Connection(
            Engine engine, Authenticator authenticator, CancelKeys cancelKeys, Executor workers) {
        this.engine = engine;
        this.authenticator = authenticator;
        this.cancelKeys = cancelKeys;
        this.workers = workers;
    }

    // What the event loop calls.

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        outlet = new Outlet(added.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext ignored, Object message) {
        if (inbox.isIdle()
                && message instanceof FrontendMessage next
                && answersAtOnce(next)
                && answeredNow(next)) {
            return;
        }
        inbox.put(message, sizeBytes(message));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ignored) {
        wake();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ignored) {
        outlet().signal();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ignored) {
        inbox.end();
        outlet().signal();
        var open = session;
        if (open != null) {
            open.cancel();
        }
        wake();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ignored, Throwable cause) {
        LOG.debug("connection lost", cause);
        context().close();
    }

    /**
     * Whether this thread, the event loop's, may answer a message itself. Not while the socket is
     * full, for only a worker can wait for a client that does not read; nor while a worker's answer
     * is still on its way to this thread, for that one comes first.
     */
    private boolean answersAtOnce(FrontendMessage next) {
        var open = session;
        return open != null
                && !skipUntilSync
                && !closing
                && terminated == null
                && outlet().isClear()
                && open.answersAtOnce(next);
    }

    /** Answers a message; false if that turned out to be a worker's task. */
    private boolean answeredNow(FrontendMessage message) {
        var open = session;
        if (open == null) {
            return false;
        }
        open.setWaits(false);
        try {
            answer(message);
        } catch (MustWaitException e) {
            return false;
        } finally {
            open.setWaits(true);
        }
        outlet().flushIfLarge();
        return true;
    }

    /**
     * Gives waiting messages to a worker; where none waits, sends what this thread has answered.
     */
    private void wake() {
        if (inbox.claim()) {
            workers.execute(this::work);
        } else if (inbox.isIdle()) {
            outlet().flush();
        }
    }

    // What a worker does.

    private void work() {
        try {
            for (var message = inbox.pollOrRelease();
                    message != null;
                    message = inbox.pollOrRelease()) {
                step(message);
                if (inbox.peek() == null) {
                    outlet().flush();
                }
            }
            if (inbox.hasEnded() && inbox.claim()) {
                closeSession();
            }
        } catch (RuntimeException | Error e) {
            if (!(e instanceof SqlException)) {
                LOG.error("connection failed", e);
            }
            closeSession();
            context().close();
        }
    }

    private void step(@Nullable Object message) {
        if (message == null) {
            return;
        }
        try {
            var reason = terminated;
            if (reason != null && !closing) {
                fatal(reason);
            } else if (message instanceof SqlException broken) {
                fatal(broken);
            } else if (!closing && message instanceof FrontendMessage frontend) {
                answer(frontend);
            } else if (!closing && message == ATTENTION) {
                attend();
            }
        } finally {
            inbox.release(sizeBytes(message));
        }
    }

    /** What a message counts for among those that wait. */
    private static int sizeBytes(Object message) {
        return message instanceof FrontendMessage frontend ? frontend.sizeBytes() : 32;
    }

    private void attend() {
        var open = session;
        if (open != null) {
            open.attend();
        }
    }

    private void answer(FrontendMessage message) {
        var open = session;
        if (open == null) {
            greet(message);
            return;
        }
        if (skipUntilSync
                && !(message instanceof FrontendMessage.Sync)
                && !(message instanceof FrontendMessage.Terminate)) {
            return;
        }
        try {
            converse(open, message);
        } catch (MustWaitException e) {
            throw e;
        } catch (Throwable e) {
            failed(open, message, e);
        }
    }

    private void failed(EngineSession open, FrontendMessage message, Throwable cause) {
        var error = translate(cause);
        outlet().writer().error(error);
        failSession(open);
        var reason = terminated;
        if (reason != null) {
            fatal(reason);
        } else if (error.severity().compareTo(Severity.FATAL) >= 0) {
            closeAfterFlush();
        } else if ("QFS".indexOf(message.type()) >= 0) {
            ready(open);
        } else {
            skipUntilSync = true;
        }
    }

    /** Answers nothing until {@link #resume}. */
    private void hold(FrontendMessage message) {
        held = message;
        inbox.hold();
    }

    /** What a message has left to the disk has ended. On the event loop. */
    private void resume() {
        var open = session;
        var message = held;
        held = null;
        inbox.letGo();
        if (open == null || message == null) {
            wake();
            return;
        }
        try {
            open.resume();
            if (message instanceof FrontendMessage.Sync) {
                ready(open);
            }
        } catch (Throwable e) {
            failed(open, message, e);
        }
        outlet().flush();
        goOn();
    }

    /** Answers what has come meanwhile, as far as this thread may. */
    private void goOn() {
        while (held == null
                && inbox.peek() instanceof FrontendMessage next
                && answersAtOnce(next)
                && answeredNow(next)) {
            inbox.dropFirst();
            inbox.release(sizeBytes(next));
        }
        if (held == null) {
            wake();
        }
    }

    private static void failSession(EngineSession open) {
        try {
            open.fail();
        } catch (RuntimeException e) {
            LOG.error("rollback failed", e);
        }
    }

    private void converse(EngineSession open, FrontendMessage message) {
        var writer = outlet().writer();
        switch (message) {
            case FrontendMessage.Query(var sql) -> {
                open.simpleQuery(sql, this);
                ready(open);
            }
            case FrontendMessage.Parse(var statement, var sql, var types) -> {
                open.parse(statement, sql, types);
                writer.parseComplete();
            }
            case FrontendMessage.Bind(var portal, var statement, var values) -> {
                open.bind(portal, statement, values);
                writer.bindComplete();
            }
            case FrontendMessage.DescribeStatement(var statement) -> {
                var description = open.describeStatement(statement);
                writer.parameterDescription(
                        description.parameters().stream().mapToInt(t -> t.oid()).toArray());
                describe(description.fields());
            }
            case FrontendMessage.DescribePortal(var portal) ->
                    describe(open.describePortal(portal));
            case FrontendMessage.Execute(var portal, var rowsMax) -> {
                if (!open.execute(portal, Math.max(0, rowsMax), this)) {
                    hold(message);
                }
            }
            case FrontendMessage.CloseStatement(var statement) -> {
                open.closeStatement(statement);
                writer.closeComplete();
            }
            case FrontendMessage.ClosePortal(var portal) -> {
                open.closePortal(portal);
                writer.closeComplete();
            }
            case FrontendMessage.Sync() -> {
                skipUntilSync = false;
                if (open.sync()) {
                    ready(open);
                } else {
                    hold(message);
                }
            }
            case FrontendMessage.Flush() -> outlet().flush();
            case FrontendMessage.Terminate() -> closeAfterFlush();
            case FrontendMessage.FunctionCall() ->
                    throw SqlException.notSupported("fast-path function calls are not supported");
            // Left over from a COPY that failed: PostgreSQL ignores them too.
            case FrontendMessage.CopyData _ -> {}
            case FrontendMessage.CopyDone() -> {}
            case FrontendMessage.CopyFail _ -> {}
            case FrontendMessage.Malformed(_, var error) -> throw error;
            case FrontendMessage.Startup _ -> throw unexpected();
            case FrontendMessage.SslRequest() -> throw unexpected();
            case FrontendMessage.GssEncRequest() -> throw unexpected();
            case FrontendMessage.CancelRequest _ -> throw unexpected();
            case FrontendMessage.Password _ ->
                    throw new SqlException(
                                    SqlState.PROTOCOL_VIOLATION,
                                    "invalid frontend message type " + (int) message.type())
                            .withSeverity(Severity.FATAL);
        }
    }

    private void describe(@Nullable List<ResultField> fields) {
        if (fields == null) {
            outlet().writer().noData();
        } else {
            outlet().writer().rowDescription(fields);
        }
    }

    private void ready(EngineSession open) {
        open.changedSettings().forEach(outlet().writer()::parameterStatus);
        outlet().writer().readyForQuery(open.transactionStatus());
    }

    // Start-up.

    private void greet(FrontendMessage message) {
        switch (message) {
            case FrontendMessage.SslRequest() -> answerByte('N');
            case FrontendMessage.GssEncRequest() -> answerByte('N');
            case FrontendMessage.CancelRequest(var id, var secret) -> {
                cancelKeys.cancel(id, secret);
                closeAfterFlush();
            }
            case FrontendMessage.Startup startup -> {
                try {
                    start(startup);
                } catch (RuntimeException e) {
                    // Opening the database may find damage, or a full disk.
                    fatal(translate(e));
                }
            }
            default -> fatal(unexpected());
        }
    }

    private void answerByte(char answer) {
        var out = context().alloc().buffer(1);
        out.writeByte(answer);
        context().writeAndFlush(out);
    }

    private void start(FrontendMessage.Startup startup) {
        var parameters = startup.parameters();
        var writer = outlet().writer();
        List<String> unknown = new ArrayList<>();
        parameters.keySet().stream().filter(n -> n.startsWith("_pq_.")).forEach(unknown::add);
        int minor = startup.minor() >= 2 ? 2 : 0;
        if (startup.minor() != minor || !unknown.isEmpty()) {
            writer.negotiateProtocolVersion(minor, unknown);
        }
        if (parameters.getOrDefault("user", "").isEmpty()) {
            throw new SqlException(
                    SqlState.INVALID_AUTHORIZATION_SPECIFICATION,
                    "no PostgreSQL user name specified in startup packet");
        }
        authenticator.admit(context().channel().remoteAddress(), parameters);
        processId = cancelKeys.nextProcessId();
        var open = engine.open(processId, parameters, this);
        session = open;
        Blob secret = cancelKeys.newSecret(minor);
        cancelKeys.register(processId, secret, open::cancel);
        writer.authenticationOk();
        open.reportedSettings().forEach(writer::parameterStatus);
        writer.backendKeyData(processId, secret);
        ready(open);
    }

    // Ends.

    private void fatal(SqlException reason) {
        outlet().writer().error(reason.withSeverity(Severity.FATAL));
        closeAfterFlush();
    }

    private void closeAfterFlush() {
        closing = true;
        outlet().flush();
        context()
                .writeAndFlush(context().alloc().buffer(0))
                .addListener(ChannelFutureListener.CLOSE);
    }

    private void closeSession() {
        var open = session;
        session = null;
        closing = true;
        if (open != null) {
            cancelKeys.remove(processId);
            try {
                open.close();
            } catch (RuntimeException e) {
                LOG.error("session did not close cleanly", e);
            }
        }
    }

    private static SqlException translate(Throwable e) {
        return switch (e) {
            case SqlException sql -> sql;
            case StackOverflowError _ ->
                    new SqlException(SqlState.STATEMENT_TOO_COMPLEX, "stack depth limit exceeded")
                            .withHint("The statement is nested too deeply.");
            case OutOfMemoryError _ -> new SqlException(SqlState.OUT_OF_MEMORY, "out of memory");
            default -> {
                var machine = machineFailure(e);
                if (machine != null) {
                    yield machine;
                }
                LOG.error("statement failed", e);
                yield new SqlException(SqlState.INTERNAL_ERROR, String.valueOf(e));
            }
        };
    }

    /** What the machine did, if that is the cause of a failure; null if the fault is ours. */
    private static @Nullable SqlException machineFailure(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case DiskFullException full -> {
                    LOG.warn("disk full", failure);
                    return new SqlException(
                                    SqlState.DISK_FULL, Objects.requireNonNull(full.getMessage()))
                            .withHint("Check free disk space.");
                }
                case DamagedException damage -> {
                    LOG.error("damaged data", failure);
                    return new SqlException(
                            SqlState.DATA_CORRUPTED, Objects.requireNonNull(damage.getMessage()));
                }
                case DiskException broken -> {
                    LOG.error("disk failed", failure);
                    return new SqlException(
                            SqlState.IO_ERROR, Objects.requireNonNull(broken.getMessage()));
                }
                default -> {}
            }
        }
        return null;
    }

    private static SqlException unexpected() {
        return new SqlException(SqlState.PROTOCOL_VIOLATION, "unexpected message");
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context, "handler not added");
    }

    private Outlet outlet() {
        return Objects.requireNonNull(outlet, "handler not added");
    }

    // Responder: what a running statement calls.

    @Override
    public void rowDescription(List<ResultField> fields) {
        outlet().writer().rowDescription(fields);
    }

    @Override
    public void rows(List<ResultField> fields, Batch batch, int from, int to) {
        var open = session;
        if (open == null) {
            throw new SqlException(SqlState.CONNECTION_FAILURE, "connection to client lost");
        }
        var columns = fields.toArray(new ResultField[0]);
        var types = open.typeContext();
        var writer = outlet().writer();
        for (int i = from; i < to; i++) {
            int before = writer.sizeBytes();
            try {
                writer.dataRow(batch, batch.row(i), columns, types);
            } catch (RuntimeException e) {
                writer.truncate(before);
                throw e;
            }
            outlet().flushIfLarge();
        }
    }

    @Override
    public void commandComplete(String tag) {
        outlet().writer().commandComplete(tag);
        outlet().flushIfLarge();
    }

    @Override
    public void emptyQuery() {
        outlet().writer().emptyQueryResponse();
    }

    @Override
    public void portalSuspended() {
        outlet().writer().portalSuspended();
    }

    @Override
    public void notice(SqlException notice) {
        outlet().writer().error(notice);
        outlet().flushIfLarge();
    }

    @Override
    public CopySource copyIn(boolean binary, int columnCount) {
        outlet().writer().copyResponse(true, binary ? 1 : 0, columnCount);
        outlet().flush();
        return this::nextCopyData;
    }

    private byte @Nullable [] nextCopyData() {
        while (true) {
            Object message;
            try {
                message = inbox.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                message = null;
            }
            if (message == null) {
                throw new SqlException(
                        SqlState.CONNECTION_FAILURE,
                        "unexpected EOF on client connection with an open transaction");
            }
            inbox.release(sizeBytes(message));
            if (message == ATTENTION) {
                // The session looks by itself before it is ready again.
                continue;
            }
            switch (message) {
                case FrontendMessage.CopyData(var data) -> {
                    return data.array();
                }
                case FrontendMessage.CopyDone() -> {
                    return null;
                }
                case FrontendMessage.CopyFail(var reason) ->
                        throw new SqlException(
                                SqlState.QUERY_CANCELED, "COPY from stdin failed: " + reason);
                // Clients of the extended protocol may send these while they copy.
                case FrontendMessage.Flush() -> {}
                case FrontendMessage.Sync() -> {}
                default -> {
                    // Whether the client takes itself to be in COPY or not cannot be known now.
                    terminated =
                            new SqlException(
                                    SqlState.PROTOCOL_VIOLATION,
                                    "terminating connection because protocol synchronization was"
                                            + " lost");
                    char type = message instanceof FrontendMessage m ? m.type() : 0;
                    throw new SqlException(
                            SqlState.PROTOCOL_VIOLATION,
                            "unexpected message type 0x%02X during COPY from stdin"
                                    .formatted((int) type));
                }
            }
        }
    }

    @Override
    public CopySink copyOut(boolean binary, int columnCount) {
        outlet().writer().copyResponse(false, binary ? 1 : 0, columnCount);
        return new CopySink() {
            @Override
            public void write(byte[] bytes, int from, int length) {
                outlet().writer().copyData(bytes, from, length);
                outlet().flushIfLarge();
            }

            @Override
            public void close() {
                outlet().writer().copyDone();
            }
        };
    }

    // ClientEvents.

    @Override
    public void notification(int fromProcess, String channel, String payload) {
        outlet().writer().notification(fromProcess, channel, payload);
    }

    @Override
    public void durable() {
        onLoop(this::resume);
    }

    @Override
    public void attention() {
        onLoop(() -> {
            inbox.put(ATTENTION, sizeBytes(ATTENTION));
            wake();
        });
    }

    @Override
    public void terminate(SqlException reason) {
        terminated = reason;
        var open = session;
        if (open != null) {
            open.cancel();
        }
        onLoop(() -> {
            inbox.put(reason, sizeBytes(reason));
            wake();
        });
    }

    private void onLoop(Runnable task) {
        try {
            context().executor().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the server stops, and with it the connection", e);
        }
    }
}
