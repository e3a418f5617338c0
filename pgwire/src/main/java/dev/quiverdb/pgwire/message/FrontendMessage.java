package dev.quiverdb.pgwire.message;

import java.util.Map;

/** What a client may say, after PostgreSQL's protocol 3.0 and 3.2. */
public sealed interface FrontendMessage {
    /** The bytes this message held on the wire, for the bound on what waits unread. */
    default int sizeBytes() {
        return 32;
    }

    /** The first message of a session. {@code minor} is 0 for 3.0 and 2 for 3.2. */
    record Startup(int minor, Map<String, String> parameters) implements FrontendMessage {
        public Startup {
            parameters = Map.copyOf(parameters);
        }
    }

    /** Asks for TLS. */
    record SslRequest() implements FrontendMessage {}

    /** Asks for GSSAPI encryption. */
    record GssEncRequest() implements FrontendMessage {}

    /** Asks, on a connection of its own, to end what another session is doing. */
    record CancelRequest(int processId, Blob secret) implements FrontendMessage {}

    /** A password, or a SASL response. */
    record Password(Blob body) implements FrontendMessage {}

    /** A simple query: one text, any number of statements. */
    record Query(String sql) implements FrontendMessage {
        @Override
        public int sizeBytes() {
            return 32 + sql.length();
        }
    }

    /** Makes a prepared statement. The empty name is the unnamed statement. */
    record Parse(String statement, String sql, Oids parameterTypes) implements FrontendMessage {
        @Override
        public int sizeBytes() {
            return 64 + sql.length();
        }
    }

    /** Makes a portal from a prepared statement and parameter values. */
    record Bind(String portal, String statement, BoundValues values) implements FrontendMessage {
        @Override
        public int sizeBytes() {
            return 64 + values.sizeBytes();
        }
    }

    /** Asks what a statement takes and returns. */
    record DescribeStatement(String statement) implements FrontendMessage {}

    /** Asks what a portal returns. */
    record DescribePortal(String portal) implements FrontendMessage {}

    /** Runs a portal. {@code rowsMax} 0 means all rows. */
    record Execute(String portal, int rowsMax) implements FrontendMessage {}

    /** Forgets a statement. */
    record CloseStatement(String statement) implements FrontendMessage {}

    /** Forgets a portal. */
    record ClosePortal(String portal) implements FrontendMessage {}

    /** Ends a run of extended-query messages. */
    record Sync() implements FrontendMessage {}

    /** Asks for what is ready now. */
    record Flush() implements FrontendMessage {}

    /** The old fast-path function call. */
    record FunctionCall() implements FrontendMessage {}

    /** A piece of COPY data; pieces need not end where rows end. */
    record CopyData(Blob data) implements FrontendMessage {
        @Override
        public int sizeBytes() {
            return 32 + data.length();
        }
    }

    /** COPY data has ended. */
    record CopyDone() implements FrontendMessage {}

    /** The client gave up a COPY. */
    record CopyFail(String reason) implements FrontendMessage {}

    /** A friendly end. */
    record Terminate() implements FrontendMessage {}
}
