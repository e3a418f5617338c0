package dev.quiverdb.pgwire.message;

import dev.quiverdb.base.error.SqlException;
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

    /** A message of a known type whose body makes no sense. */
    record Malformed(char type, SqlException error) implements FrontendMessage {}

    /** The byte that stands for this message on the wire; 0 for those without one. */
    default char type() {
        return switch (this) {
            case Query _ -> 'Q';
            case Parse _ -> 'P';
            case Bind _ -> 'B';
            case Execute _ -> 'E';
            case DescribeStatement _ -> 'D';
            case DescribePortal _ -> 'D';
            case CloseStatement _ -> 'C';
            case ClosePortal _ -> 'C';
            case Sync _ -> 'S';
            case Flush _ -> 'H';
            case FunctionCall _ -> 'F';
            case CopyData _ -> 'd';
            case CopyDone _ -> 'c';
            case CopyFail _ -> 'f';
            case Password _ -> 'p';
            case Terminate _ -> 'X';
            case Malformed(var type, _) -> type;
            case Startup _ -> 0;
            case SslRequest _ -> 0;
            case GssEncRequest _ -> 0;
            case CancelRequest _ -> 0;
        };
    }
}
