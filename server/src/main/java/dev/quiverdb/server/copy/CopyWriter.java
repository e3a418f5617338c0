package dev.quiverdb.server.copy;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import java.util.List;

/**
 * Writes rows in one of COPY's formats, each into a buffer that the caller sends. Not thread-safe.
 */
public final class CopyWriter {
    private static final byte[] HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };

    private final CopyOptions options;
    private final List<String> names;
    private final List<Type> types;
    private final TypeContext context;
    private final ByteWriter out = new ByteWriter(1024);

    public CopyWriter(
            CopyOptions options, List<String> names, List<Type> types, TypeContext context) {
        this.options = options;
        this.names = List.copyOf(names);
        this.types = List.copyOf(types);
        this.context = context;
    }

    /** The bytes before the first row, perhaps none. The buffer is valid until the next call. */
    public ByteWriter header() {
        out.reset();
        switch (options.format()) {
            case BINARY -> out.putBytes(HEADER);
            case TEXT -> {
                if (options.header()) {
                    for (int i = 0; i < names.size(); i++) {
                        separate(i);
                        text(names.get(i));
                    }
                    out.putByte('\n');
                }
            }
            case CSV -> {
                if (options.header()) {
                    for (int i = 0; i < names.size(); i++) {
                        separate(i);
                        csv(names.get(i), false);
                    }
                    out.putByte('\n');
                }
            }
        }
        return out;
    }

    /** One row. The buffer is valid until the next call. */
    public ByteWriter row(Batch batch, int row) {
        out.reset();
        if (options.format() == CopyOptions.Format.BINARY) {
            binary(batch, row);
            return out;
        }
        boolean csv = options.format() == CopyOptions.Format.CSV;
        for (int i = 0; i < types.size(); i++) {
            separate(i);
            var value = batch.column(i).get(row);
            if (value == null) {
                out.putUtf8(options.nullText());
                continue;
            }
            var text = types.get(i).format(value, context);
            if (csv) {
                csv(text, options.forceQuoteAll() || options.forceQuote().contains(names.get(i)));
            } else {
                text(text);
            }
        }
        out.putByte('\n');
        return out;
    }

    /** The bytes after the last row, perhaps none. */
    public ByteWriter trailer() {
        out.reset();
        if (options.format() == CopyOptions.Format.BINARY) {
            out.putShort(-1);
        }
        return out;
    }

    private void separate(int index) {
        if (index > 0) {
            out.putByte(options.delimiter());
        }
    }

    private void binary(Batch batch, int row) {
        out.putShort(types.size());
        for (int i = 0; i < types.size(); i++) {
            var column = batch.column(i);
            int at = out.reserve(4);
            var value = column.get(row);
            if (value == null) {
                out.setInt(at, -1);
            } else {
                types.get(i).send(value, out, context);
                out.setInt(at, out.size() - at - 4);
            }
        }
    }

    private void text(String value) {
        StringBuilder escaped = null;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            String escape =
                    switch (c) {
                        case '\b' -> "\\b";
                        case '\f' -> "\\f";
                        case '\n' -> "\\n";
                        case '\r' -> "\\r";
                        case '\t' -> "\\t";
                        case '\u000b' -> "\\v";
                        case '\\' -> "\\\\";
                        default -> c == options.delimiter() ? "\\" + c : null;
                    };
            if (escape != null && escaped == null) {
                escaped = new StringBuilder(value.length() + 8).append(value, 0, i);
            }
            if (escaped != null) {
                escaped.append(escape == null ? String.valueOf(c) : escape);
            }
        }
        out.putUtf8(escaped == null ? value : escaped.toString());
    }

    private void csv(String value, boolean force) {
        boolean quote = force || value.equals(options.nullText());
        // A lone end-of-data marker must not be taken for one.
        quote |= types.size() == 1 && value.equals("\\.");
        for (int i = 0; i < value.length() && !quote; i++) {
            char c = value.charAt(i);
            quote = c == options.delimiter() || c == options.quote() || c == '\n' || c == '\r';
        }
        if (!quote) {
            out.putUtf8(value);
            return;
        }
        var quoted = new StringBuilder(value.length() + 2).append(options.quote());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == options.quote() || c == options.escape()) {
                quoted.append(options.escape());
            }
            quoted.append(c);
        }
        out.putUtf8(quoted.append(options.quote()).toString());
    }
}
