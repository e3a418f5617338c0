package dev.quiverdb.server.session;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.pgwire.message.ResultField;
import dev.quiverdb.pgwire.session.Responder;
import java.util.List;

/** Commits an implicit transaction before the client hears that its statement is complete. */
record CommitFirst(Responder responder, TransactionControl transaction) implements Responder {
    @Override
    public void rowDescription(List<ResultField> fields) {
        responder.rowDescription(fields);
    }

    @Override
    public void rows(List<ResultField> fields, Batch batch, int from, int to) {
        responder.rows(fields, batch, from, to);
    }

    @Override
    public void commandComplete(String tag) {
        transaction.endImplicit();
        responder.commandComplete(tag);
    }

    @Override
    public void emptyQuery() {
        responder.emptyQuery();
    }

    @Override
    public void portalSuspended() {
        responder.portalSuspended();
    }

    @Override
    public void notice(SqlException notice) {
        responder.notice(notice);
    }

    @Override
    public CopySource copyIn(boolean binary, int columnCount) {
        return responder.copyIn(binary, columnCount);
    }

    @Override
    public CopySink copyOut(boolean binary, int columnCount) {
        return responder.copyOut(binary, columnCount);
    }
}
