package dev.quiverdb.pgwire.session;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.pgwire.message.ResultField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a running statement puts its answer. Calls block while the client reads more slowly than
 * the statement writes, so an answer of any size needs bounded memory. Used by the thread that runs
 * the statement.
 */
public interface Responder {
    /** The columns of the rows to come. The extended protocol sends them only when asked. */
    void rowDescription(List<ResultField> fields);

    /** Sends the rows {@code from} (inclusive) to {@code to} of a batch. */
    void rows(List<ResultField> fields, Batch batch, int from, int to);

    /** A statement has ended. */
    void commandComplete(String tag);

    /** The text held no statement. */
    void emptyQuery();

    /** The portal has more rows than were asked for. */
    void portalSuspended();

    /** A message below ERROR, in order with the rest. */
    void notice(SqlException notice);

    /** Asks the client for COPY data and hands it out piece by piece. */
    CopySource copyIn(boolean binary, int columnCount);

    /** Tells the client that COPY data comes. */
    CopySink copyOut(boolean binary, int columnCount);

    /** COPY data from the client. */
    interface CopySource {
        /**
         * The next piece, null at the end.
         *
         * @throws SqlException 57014 if the client gave up, 08006 if it went away
         */
        byte @Nullable [] next();
    }

    /** COPY data to the client. */
    interface CopySink extends AutoCloseable {
        /** One row, or the header or trailer of the binary form. */
        void write(byte[] bytes, int from, int length);

        /** All data was written. */
        @Override
        void close();
    }
}
