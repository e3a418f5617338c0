package dev.quiverdb.server.session;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.pgwire.message.BoundValues;
import dev.quiverdb.pgwire.message.ResultField;
import dev.quiverdb.pgwire.session.Responder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement with its parameter values, and how far its rows were drawn. Started by the first
 * Execute. Belongs to one session.
 */
final class Portal implements AutoCloseable {
    private final String name;
    private final PreparedStatement prepared;
    private final List<@Nullable Object> parameters;
    private final @Nullable BoundValues formats;

    private @Nullable StatementResult result;
    private @Nullable Batch batch;
    private int batchAt;
    private long rowsDrawn;
    private boolean finished;

    /** Whether a statement without rows was answered: it cannot be run again. */
    private boolean ran;

    /**
     * @param formats says in which formats rows are sent; null for text
     */
    Portal(
            String name,
            PreparedStatement prepared,
            List<@Nullable Object> parameters,
            @Nullable BoundValues formats) {
        this.name = name;
        this.prepared = prepared;
        this.parameters = parameters;
        this.formats = formats;
    }

    String name() {
        return name;
    }

    PreparedStatement prepared() {
        return prepared;
    }

    List<@Nullable Object> parameters() {
        return parameters;
    }

    boolean started() {
        return result != null;
    }

    boolean finished() {
        return finished;
    }

    void start(StatementResult newResult) {
        result = newResult;
    }

    /** The columns with the formats that the client asked for. */
    List<ResultField> withFormats(List<ResultField> fields) {
        var wanted = formats;
        if (wanted == null) {
            return fields;
        }
        if (wanted.resultFormatCount() == 0) {
            return inText(fields);
        }
        var result = new java.util.ArrayList<ResultField>(fields.size());
        for (int i = 0; i < fields.size(); i++) {
            result.add(fields.get(i).withFormat(wanted.resultFormat(i)));
        }
        return result;
    }

    /** A binary cursor's rows are text too where Bind named no format. */
    private static List<ResultField> inText(List<ResultField> fields) {
        for (var field : fields) {
            if (field.format() != 0) {
                return fields.stream().map(each -> each.withFormat(0)).toList();
            }
        }
        return fields;
    }

    /**
     * Sends rows, at most {@code rowsMax} (0: all), and says how it ended: the tag, or that there
     * may be more.
     */
    void run(long rowsMax, Responder responder) {
        switch (result) {
            case null -> throw new IllegalStateException("portal not started");
            case StatementResult.Done(var tag) -> {
                if (ran) {
                    throw new SqlException(
                            SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                            "portal \"" + name + "\" cannot be run");
                }
                ran = true;
                finished = true;
                responder.commandComplete(tag);
            }
            case StatementResult.Rows rows -> {
                if (drain(rows, rowsMax, responder)) {
                    responder.portalSuspended();
                } else {
                    finished = true;
                    responder.commandComplete(rows.tag().of(rowsDrawn));
                    rows.cursor().close();
                }
            }
        }
    }

    /** Sends rows; true if it stopped because of the bound. */
    private boolean drain(StatementResult.Rows rows, long rowsMax, Responder responder) {
        var fields = withFormats(rows.fields());
        long left = rowsMax == 0 ? Long.MAX_VALUE : rowsMax;
        if (rowsMax != 0) {
            rowsDrawn = 0;
        }
        while (left > 0) {
            var current = batch;
            if (current == null || batchAt >= current.size()) {
                current = finished ? null : rows.cursor().next();
                batch = current;
                batchAt = 0;
                if (current == null) {
                    return false;
                }
            }
            int count = (int) Math.min(left, current.size() - batchAt);
            responder.rows(fields, current, batchAt, batchAt + count);
            batchAt += count;
            rowsDrawn += count;
            left -= count;
        }
        return true;
    }

    @Override
    public void close() {
        if (result instanceof StatementResult.Rows rows) {
            rows.cursor().close();
        }
        batch = null;
        finished = true;
    }
}
