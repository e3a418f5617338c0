package dev.quiverdb.server.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.server.copy.CopyBinaryReader;
import dev.quiverdb.server.copy.CopyLineReader;
import dev.quiverdb.server.copy.CopyOptions;
import dev.quiverdb.sql.catalog.Column;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The rows of COPY data as values of the table's columns, read as they are asked for. */
final class CopyRows implements Iterator<@Nullable Object[]> {
    private static final int QUOTED_CHARS_MAX = 100;

    private final String table;
    private final List<Column> columns;
    private final List<Type> types;
    private final CopyOptions options;
    private final TypeContext context;
    private final @Nullable CopyLineReader lines;
    private final @Nullable CopyBinaryReader binary;

    private @Nullable Object @Nullable [] ahead;
    private boolean started;
    private boolean ended;
    private long rowNumber;
    private @Nullable String badColumn;
    private @Nullable String badValue;

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
    public boolean hasNext() {
        if (ahead == null && !ended) {
            ahead = read();
            ended = ahead == null;
        }
        return ahead != null;
    }

    @Override
    public @Nullable Object[] next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        var row = ahead;
        ahead = null;
        if (row == null) {
            throw new NoSuchElementException();
        }
        return row;
    }

    private @Nullable Object @Nullable [] read() {
        var fromLines = lines;
        if (fromLines != null) {
            return fromText(fromLines);
        }
        var fromBinary = binary;
        return fromBinary == null ? null : fromBinary(fromBinary);
    }

    private @Nullable Object @Nullable [] fromText(CopyLineReader reader) {
        if (!started) {
            started = true;
            if (options.header()) {
                checkHeader(reader);
            }
        }
        badColumn = null;
        badValue = null;
        var fields = reader.next();
        if (fields == null) {
            return null;
        }
        rowNumber = reader.lineNumber();
        if (columns.isEmpty()) {
            if (!reader.line().isEmpty()) {
                throw extraData();
            }
            return new @Nullable Object[0];
        }
        if (fields.size() > types.size()) {
            throw extraData();
        }
        if (fields.size() < types.size()) {
            throw new SqlException(
                    SqlState.BAD_COPY_FILE_FORMAT,
                    "missing data for column \"" + columns.get(fields.size()).name() + "\"");
        }
        @Nullable Object[] row = new @Nullable Object[types.size()];
        for (int i = 0; i < row.length; i++) {
            var text = fields.get(i);
            var name = columns.get(i).name();
            if (text == null && options.forceNotNull().contains(name)) {
                text = options.nullText();
            } else if (text != null
                    && reader.quoted(i)
                    && options.forceNull().contains(name)
                    && text.equals(options.nullText())) {
                text = null;
            }
            if (text == null) {
                continue;
            }
            badColumn = name;
            badValue = text;
            var type = types.get(i);
            row[i] =
                    type.oid() == Oids.TEXT
                            ? text
                            : type.applyTypmod(
                                    type.parse(text, columns.get(i).typmod(), context),
                                    columns.get(i).typmod(),
                                    false);
        }
        badColumn = null;
        return row;
    }

    private static SqlException extraData() {
        return new SqlException(
                SqlState.BAD_COPY_FILE_FORMAT, "extra data after last expected column");
    }

    private void checkHeader(CopyLineReader reader) {
        var names = reader.next();
        rowNumber = 1;
        if (names == null || !options.matchHeader()) {
            return;
        }
        if (names.size() != columns.size()) {
            throw new SqlException(
                    SqlState.BAD_COPY_FILE_FORMAT,
                    "wrong number of fields in header line: field count is %d, expected %d"
                            .formatted(names.size(), columns.size()));
        }
        for (int i = 0; i < columns.size(); i++) {
            var name = names.get(i);
            if (name == null || !name.equals(columns.get(i).name())) {
                throw new SqlException(
                        SqlState.BAD_COPY_FILE_FORMAT,
                        "column name mismatch in header line field %d: got \"%s\", expected \"%s\""
                                .formatted(i + 1, name, columns.get(i).name()));
            }
        }
    }

    private @Nullable Object @Nullable [] fromBinary(CopyBinaryReader reader) {
        badColumn = null;
        badValue = null;
        rowNumber++;
        var fields = reader.next(types.size());
        if (fields == null) {
            return null;
        }
        @Nullable Object[] row = new @Nullable Object[types.size()];
        for (int i = 0; i < row.length; i++) {
            var field = fields[i];
            if (field == null) {
                continue;
            }
            badColumn = columns.get(i).name();
            row[i] = types.get(i).receive(field, columns.get(i).typmod(), context);
            if (field.hasRemaining()) {
                throw new SqlException(
                        SqlState.INVALID_BINARY_REPRESENTATION, "incorrect binary data format");
            }
        }
        badColumn = null;
        return row;
    }

    /** Adds where in the data it happened. */
    SqlException located(SqlException e) {
        if (e.where() != null || rowNumber == 0) {
            return e;
        }
        var where = new StringBuilder("COPY ").append(table).append(", line ").append(rowNumber);
        if (badColumn != null) {
            where.append(", column ").append(badColumn);
            if (badValue != null) {
                where.append(": \"").append(shorten(badValue)).append('"');
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
