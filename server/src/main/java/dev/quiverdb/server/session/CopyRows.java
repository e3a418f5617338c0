package dev.quiverdb.server.session;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.execute.BatchSource;
import dev.quiverdb.server.copy.CopyBinaryReader;
import dev.quiverdb.server.copy.CopyLineReader;
import dev.quiverdb.server.copy.CopyNumbers;
import dev.quiverdb.server.copy.CopyOptions;
import dev.quiverdb.sql.catalog.Column;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The rows of COPY data as values of the table's columns, read as they are asked for. */
final class CopyRows implements BatchSource {
    private static final int QUOTED_CHARS_MAX = 100;

    /** The first batch is small, so that few rows cost little. */
    private static final int FIRST_ROWS = 16;

    /** No more rows go into a batch that has so many bytes of data. */
    private static final int BATCH_BYTES_MAX = 16 << 20;

    private final String table;
    private final List<Column> columns;
    private final List<Type> types;
    private final CopyOptions options;
    private final TypeContext context;
    private final @Nullable CopyLineReader lines;
    private final @Nullable CopyBinaryReader binary;

    private dev.quiverdb.base.batch.Column[] target = {};
    private boolean started;
    private boolean ended;
    private long rowNumber;

    /** The column whose value is being read; -1 between rows. */
    private int current = -1;

    CopyRows(
            String table,
            List<Column> columns,
            List<Type> types,
            CopyOptions options,
            Supplier<byte @Nullable []> source,
            TypeContext context) {
        this.table = table;
        this.columns = columns;
        this.types = types;
        this.options = options;
        this.context = context;
        boolean isBinary = options.format() == CopyOptions.Format.BINARY;
        lines = isBinary ? null : new CopyLineReader(options, source);
        binary = isBinary ? new CopyBinaryReader(source) : null;
    }

    @Override
    public @Nullable Batch next() {
        if (ended) {
            return null;
        }
        int capacity = started ? Batch.ROWS_MAX : FIRST_ROWS;
        if (target.length == 0 || target[0].capacity() < capacity) {
            target = new dev.quiverdb.base.batch.Column[types.size()];
            for (int i = 0; i < target.length; i++) {
                target[i] = dev.quiverdb.base.batch.Column.of(types.get(i), capacity);
            }
        } else {
            for (var column : target) {
                column.clear();
            }
        }
        int rows = 0;
        long bytes = 0;
        while (rows < capacity && bytes < BATCH_BYTES_MAX) {
            int read = readRow();
            if (read < 0) {
                ended = true;
                break;
            }
            rows++;
            bytes += read;
        }
        return rows == 0 ? null : new Batch(rows, target);
    }

    /** Puts one row behind the others. Returns how many bytes of data it was; -1 at the end. */
    private int readRow() {
        var fromLines = lines;
        if (fromLines != null) {
            return fromText(fromLines);
        }
        var fromBinary = binary;
        return fromBinary == null ? -1 : fromBinary(fromBinary);
    }

    private int fromText(CopyLineReader reader) {
        if (!started) {
            started = true;
            if (options.header()) {
                checkHeader(reader);
            }
        }
        current = -1;
        if (!reader.next()) {
            return -1;
        }
        rowNumber = reader.lineNumber();
        if (columns.isEmpty()) {
            if (!reader.line().isEmpty()) {
                throw extraData();
            }
            return reader.lineBytes();
        }
        int count = target.length;
        if (reader.fieldCount() > count) {
            throw extraData();
        }
        if (reader.fieldCount() < count) {
            throw new SqlException(
                    SqlState.BAD_COPY_FILE_FORMAT,
                    "missing data for column \"" + columns.get(reader.fieldCount()).name() + "\"");
        }
        for (int i = 0; i < count; i++) {
            current = i;
            if (!reader.isVerbatim(i)
                    || !CopyNumbers.append(
                            reader.bytes(),
                            reader.from(i),
                            reader.to(i),
                            types.get(i),
                            target[i])) {
                target[i].appendObject(parse(reader, i));
            }
        }
        current = -1;
        return reader.lineBytes();
    }

    private @Nullable Object parse(CopyLineReader reader, int index) {
        var text = text(reader, index);
        if (text == null) {
            return null;
        }
        var type = types.get(index);
        if (type.oid() == Oids.TEXT) {
            return text;
        }
        int typmod = columns.get(index).typmod();
        return type.applyTypmod(type.parse(text, typmod, context), typmod, false);
    }

    private @Nullable String text(CopyLineReader reader, int index) {
        var text = reader.field(index);
        var name = columns.get(index).name();
        if (text == null && options.forceNotNull().contains(name)) {
            return options.nullText();
        }
        return text != null
                        && reader.quoted(index)
                        && options.forceNull().contains(name)
                        && text.equals(options.nullText())
                ? null
                : text;
    }

    private static SqlException extraData() {
        return new SqlException(
                SqlState.BAD_COPY_FILE_FORMAT, "extra data after last expected column");
    }

    private void checkHeader(CopyLineReader reader) {
        boolean any = reader.next();
        rowNumber = 1;
        if (!any || !options.matchHeader()) {
            return;
        }
        if (reader.fieldCount() != columns.size()) {
            throw new SqlException(
                    SqlState.BAD_COPY_FILE_FORMAT,
                    "wrong number of fields in header line: got %d, expected %d"
                            .formatted(reader.fieldCount(), columns.size()));
        }
        for (int i = 0; i < columns.size(); i++) {
            var name = reader.field(i);
            var expected = columns.get(i).name();
            if (!expected.equals(name)) {
                throw new SqlException(
                        SqlState.BAD_COPY_FILE_FORMAT,
                        "column name mismatch in header line field %d: got %s, expected \"%s\""
                                .formatted(
                                        i + 1,
                                        name == null
                                                ? "null value (\"" + options.nullText() + "\")"
                                                : "\"" + name + "\"",
                                        expected));
            }
        }
    }

    private int fromBinary(CopyBinaryReader reader) {
        started = true;
        current = -1;
        rowNumber++;
        if (!reader.next(types.size())) {
            return -1;
        }
        for (int i = 0; i < target.length; i++) {
            if (reader.length(i) < 0) {
                target[i].appendNull();
                continue;
            }
            current = i;
            if (CopyNumbers.append(reader, i, types.get(i), target[i])) {
                continue;
            }
            var field = reader.field(i);
            target[i].appendObject(types.get(i).receive(field, columns.get(i).typmod(), context));
            if (field.hasRemaining()) {
                throw new SqlException(
                        SqlState.INVALID_BINARY_REPRESENTATION, "incorrect binary data format");
            }
        }
        current = -1;
        return reader.tupleBytes();
    }

    /** Adds where in the data it happened. */
    SqlException located(SqlException e) {
        if (e.where() != null || rowNumber == 0) {
            return e;
        }
        var where = new StringBuilder("COPY ").append(table).append(", line ").append(rowNumber);
        if (current >= 0) {
            where.append(", column ").append(columns.get(current).name());
            var value = lines == null ? null : text(lines, current);
            if (value != null) {
                where.append(": \"").append(shorten(value)).append('"');
            }
        } else if (lines != null) {
            where.append(": \"").append(shorten(lines.line())).append('"');
        }
        return e.withWhere(where.toString());
    }

    private static String shorten(String text) {
        return text.length() <= QUOTED_CHARS_MAX
                ? text
                : text.substring(0, QUOTED_CHARS_MAX) + "...";
    }
}
