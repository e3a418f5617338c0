package dev.quiverdb.pgwire.codec;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.pgwire.message.Blob;
import dev.quiverdb.pgwire.message.ResultField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes what the server says into a buffer of its own, message after message: {@code byte type,
 * int32 length, body}. Not thread-safe: a connection is written by one thread at a time.
 */
public final class BackendWriter {
    private final ByteWriter out = new ByteWriter(4096);
    private final ValueEncoder encoder = new ValueEncoder();

    /** The bytes written since the last {@link #clear}. The array belongs to this writer. */
    public byte[] array() {
        return out.array();
    }

    public int sizeBytes() {
        return out.size();
    }

    public void clear() {
        out.reset();
    }

    /** Forgets the messages behind the given size, such as a row that failed half-way. */
    public void truncate(int sizeBytes) {
        out.truncate(sizeBytes);
    }

    private int begin(char type) {
        out.putByte(type);
        return out.reserve(4);
    }

    private void end(int at) {
        out.setInt(at, out.size() - at);
    }

    private void text(String text) {
        out.putUtf8(text);
        out.putByte(0);
    }

    private void bare(char type) {
        out.putByte(type);
        out.putInt(4);
    }

    public void authenticationOk() {
        int at = begin('R');
        out.putInt(0);
        end(at);
    }

    public void negotiateProtocolVersion(int minor, List<String> unknownOptions) {
        int at = begin('v');
        out.putInt(3 << 16 | minor);
        out.putInt(unknownOptions.size());
        unknownOptions.forEach(this::text);
        end(at);
    }

    public void backendKeyData(int processId, Blob secret) {
        int at = begin('K');
        out.putInt(processId);
        out.putBytes(secret.array());
        end(at);
    }

    public void parameterStatus(String name, String value) {
        int at = begin('S');
        text(name);
        text(value);
        end(at);
    }

    /**
     * The server waits for the next command.
     *
     * @param status I (idle), T (in a transaction) or E (in a failed transaction)
     */
    public void readyForQuery(char status) {
        out.putByte('Z');
        out.putInt(5);
        out.putByte(status);
    }

    public void parseComplete() {
        bare('1');
    }

    public void bindComplete() {
        bare('2');
    }

    public void closeComplete() {
        bare('3');
    }

    public void noData() {
        bare('n');
    }

    public void emptyQueryResponse() {
        bare('I');
    }

    public void portalSuspended() {
        bare('s');
    }

    public void parameterDescription(int[] oids) {
        int at = begin('t');
        out.putShort(oids.length);
        for (int oid : oids) {
            out.putInt(oid);
        }
        end(at);
    }

    public void rowDescription(List<ResultField> fields) {
        int at = begin('T');
        out.putShort(fields.size());
        for (var field : fields) {
            text(field.name());
            out.putInt(field.tableOid());
            out.putShort(field.columnNumber());
            out.putInt(field.type().oid());
            out.putShort(field.type().layout().length());
            out.putInt(field.typmod());
            out.putShort(field.format());
        }
        end(at);
    }

    /**
     * One row of a batch.
     *
     * @param row the position in the columns, selection already applied
     */
    public void dataRow(Batch batch, int row, ResultField[] fields, TypeContext context) {
        int at = begin('D');
        out.putShort(fields.length);
        for (int i = 0; i < fields.length; i++) {
            encoder.encode(batch.column(i), row, fields[i], out, context);
        }
        end(at);
    }

    public void commandComplete(String tag) {
        int at = begin('C');
        text(tag);
        end(at);
    }

    /**
     * CopyInResponse or CopyOutResponse: {@code format} 0 is text, 1 is binary, for all columns.
     */
    public void copyResponse(boolean in, int format, int columnCount) {
        int at = begin(in ? 'G' : 'H');
        out.putByte(format);
        out.putShort(columnCount);
        for (int i = 0; i < columnCount; i++) {
            out.putShort(format);
        }
        end(at);
    }

    public void copyData(byte[] bytes, int from, int length) {
        out.putByte('d');
        out.putInt(length + 4);
        out.putBytes(bytes, from, length);
    }

    public void copyDone() {
        bare('c');
    }

    public void notification(int processId, String channel, String payload) {
        int at = begin('A');
        out.putInt(processId);
        text(channel);
        text(payload);
        end(at);
    }

    /** ErrorResponse or, for severities below ERROR, NoticeResponse. */
    public void error(SqlException e) {
        boolean notice = e.severity().compareTo(dev.quiverdb.base.error.Severity.ERROR) < 0;
        int at = begin(notice ? 'N' : 'E');
        field('S', e.severity().name());
        field('V', e.severity().name());
        field('C', e.state().code());
        field('M', e.message());
        field('D', e.detail());
        field('H', e.hint());
        field('P', e.position() == 0 ? null : Integer.toString(e.position()));
        field('p', e.internalPosition() == 0 ? null : Integer.toString(e.internalPosition()));
        field('q', e.internalQuery());
        field('W', e.where());
        field('s', e.schema());
        field('t', e.table());
        field('c', e.column());
        field('d', e.dataType());
        field('n', e.constraint());
        field('R', e.routine());
        out.putByte(0);
        end(at);
    }

    private void field(char code, @Nullable String value) {
        if (value != null) {
            out.putByte(code);
            text(value);
        }
    }
}
