package dev.quiverdb.server.copy;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text and CSV formats: pieces of any size in, one record of fields at a time out. A
 * field is null where the NULL text stands unquoted. Not thread-safe.
 */
public final class CopyLineReader {
    private static final byte PLAIN = 0;
    private static final byte DELIMITER = 1;
    private static final byte ESCAPE = 2;
    private static final byte LINE_FEED = 3;
    private static final byte RETURN = 4;

    private final CopyOptions options;
    private final Supplier<byte @Nullable []> source;

    /** What each byte means in the text format. */
    private final byte[] kinds = new byte[256];

    private final byte[] nullBytes;

    // Fields of a record of the text format, as places in the line.
    private int[] ends = new int[16];
    private boolean[] escaped = new boolean[16];
    private int fieldCount;
    private boolean clean;

    // Fields of a record of the CSV format.
    private final ArrayList<@Nullable String> fields = new ArrayList<>();
    private final ArrayList<Boolean> quoted = new ArrayList<>();
    private String csvLine = "";

    private byte[] buffer = new byte[64 << 10];
    private int start;
    private int end;
    private int lineStart;
    private int lineLength;
    private int skipAfter;
    private boolean sourceEnded;
    private boolean ended;
    private long lineNumber;
    private @Nullable String lineEnd;

    /**
     * @param source answers the next piece, null at the end
     */
    public CopyLineReader(CopyOptions options, Supplier<byte @Nullable []> source) {
        this.options = options;
        this.source = source;
        nullBytes = options.nullText().getBytes(StandardCharsets.UTF_8);
        kinds[options.delimiter()] = DELIMITER;
        kinds['\\'] = ESCAPE;
        kinds['\n'] = LINE_FEED;
        kinds['\r'] = RETURN;
    }

    private boolean isText() {
        return options.format() == CopyOptions.Format.TEXT;
    }

    /** The line that was read last, from 1: the first one of a record that spans several. */
    public long lineNumber() {
        return lineNumber;
    }

    /** The text of the record that was read last. */
    public String line() {
        return isText() ? decode(lineStart, lineLength) : csvLine;
    }

    /** Bytes of the record that was read last. */
    public int lineBytes() {
        return lineLength;
    }

    /** Fields of the record that was read last. */
    public int fieldCount() {
        return isText() ? fieldCount : fields.size();
    }

    /** The text of a field of the last record; null where the NULL text stands unquoted. */
    public @Nullable String field(int index) {
        if (!isText()) {
            return fields.get(index);
        }
        if (isNullText(index)) {
            return null;
        }
        int from = from(index);
        int length = to(index) - from;
        var raw =
                new String(
                        buffer,
                        from,
                        length,
                        clean ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
        return escaped[index] ? unescape(raw) : raw;
    }

    private boolean isNullText(int index) {
        int from = from(index);
        int to = to(index);
        return to - from == nullBytes.length
                && Arrays.equals(buffer, from, to, nullBytes, 0, nullBytes.length);
    }

    /** Whether a field of the last record is not NULL and stands in {@link #bytes} as meant. */
    public boolean isVerbatim(int index) {
        return isText() && !escaped[index] && !isNullText(index);
    }

    /** What {@link #from} and {@link #to} count in; good until the next record is read. */
    public byte[] bytes() {
        return buffer;
    }

    public int from(int index) {
        return lineStart + (index == 0 ? 0 : ends[index - 1] + 1);
    }

    public int to(int index) {
        return lineStart + ends[index];
    }

    /**
     * Whether field {@code index} of the last record was quoted; its NULL text is then a string.
     */
    public boolean quoted(int index) {
        return index < quoted.size() && quoted.get(index);
    }

    /** Reads the next record; false at the end. */
    public boolean next() {
        boolean text = isText();
        int length = ended ? -1 : text ? nextText() : nextLine();
        if (length < 0) {
            return false;
        }
        lineNumber++;
        lineStart = start;
        lineLength = length;
        start += length + skipAfter;
        if (length == 2 && buffer[lineStart] == '\\' && buffer[lineStart + 1] == '.') {
            ended = true;
            return false;
        }
        if (!text) {
            csvLine = decode(lineStart, length);
            splitCsv();
        } else if (!clean) {
            // Whether it is UTF-8 is asked of the whole line.
            decode(lineStart, length);
        }
        return true;
    }

    private String decode(int from, int length) {
        boolean ascii = true;
        for (int i = from; i < from + length && ascii; i++) {
            ascii = buffer[i] > 0;
        }
        return ascii
                ? new String(buffer, from, length, StandardCharsets.ISO_8859_1)
                : dev.quiverdb.pgwire.codec.FrontendDecoder.utf8(
                        Arrays.copyOfRange(buffer, from, from + length));
    }

    /**
     * As {@link #nextLine}, for the text format: finds the fields on the way, and whether there is
     * nothing but ASCII.
     */
    private int nextText() {
        int at = start;
        int seen = 0;
        boolean escapes = false;
        fieldCount = 0;
        while (true) {
            byte kind = PLAIN;
            while (at < end) {
                byte b = buffer[at];
                // Negative for bytes above 127, and for 0.
                seen |= b | (b - 1);
                kind = kinds[b & 0xff];
                if (kind != PLAIN) {
                    break;
                }
                at++;
            }
            int scanned = at - start;
            if (kind == PLAIN) {
                if (fill()) {
                    at = start + scanned;
                    continue;
                }
                if (scanned == 0) {
                    return -1;
                }
                skipAfter = 0;
            } else if (kind == DELIMITER) {
                endField(scanned, escapes);
                escapes = false;
                at++;
                continue;
            } else if (kind == ESCAPE) {
                // What follows belongs to the data, a line end too.
                escapes = true;
                if (at + 1 == end && !fill()) {
                    at = start + scanned + 1;
                    continue;
                }
                at = start + scanned;
                seen |= buffer[at + 1] | (buffer[at + 1] - 1);
                at += 2;
                continue;
            } else {
                at = endLine(at);
            }
            int length = at - start;
            endField(length, escapes);
            clean = seen >= 0;
            return length;
        }
    }

    private void endField(int at, boolean escapes) {
        if (fieldCount == ends.length) {
            ends = Arrays.copyOf(ends, fieldCount * 2);
            escaped = Arrays.copyOf(escaped, fieldCount * 2);
        }
        ends[fieldCount] = at;
        escaped[fieldCount++] = escapes;
    }

    /** Sets {@link #skipAfter} for a line end; answers where it is, for the buffer may move. */
    private int endLine(int lineEndAt) {
        int at = lineEndAt;
        if (buffer[at] == '\n') {
            check("\n");
            skipAfter = 1;
            return at;
        }
        if (at + 1 == end) {
            int scanned = at - start;
            fill();
            at = start + scanned;
        }
        if (at + 1 < end && buffer[at + 1] == '\n') {
            check("\r\n");
            skipAfter = 2;
        } else {
            check("\r");
            skipAfter = 1;
        }
        return at;
    }

    /**
     * The length of the CSV line at {@link #start}, -1 at the end; {@link #skipAfter} its
     * terminator's.
     */
    private int nextLine() {
        boolean inQuote = false;
        boolean lastWasEscape = false;
        int at = start;
        while (true) {
            if (at == end) {
                int scanned = at - start;
                if (!fill()) {
                    if (inQuote) {
                        lineNumber++;
                        throw bad("unterminated CSV quoted field");
                    }
                    skipAfter = 0;
                    return scanned == 0 ? -1 : scanned;
                }
                at = start + scanned;
                continue;
            }
            byte b = buffer[at];
            if (inQuote && b == options.escape() && options.escape() != options.quote()) {
                lastWasEscape = !lastWasEscape;
                at++;
                continue;
            }
            if (b == options.quote() && !lastWasEscape) {
                inQuote = !inQuote;
            }
            lastWasEscape = false;
            if (!inQuote && (b == '\n' || b == '\r')) {
                return endLine(at) - start;
            }
            at++;
        }
    }

    private void check(String found) {
        if (lineEnd == null) {
            lineEnd = found;
        } else if (!lineEnd.equals(found)) {
            lineNumber++;
            boolean csv = options.format() == CopyOptions.Format.CSV;
            var what = found.equals("\n") ? "newline" : "carriage return";
            throw bad((csv ? "unquoted " : "literal ") + what + " found in data")
                    .withHint(
                            csv
                                    ? "Use quoted CSV field to represent " + what + "."
                                    : "Use \""
                                            + (found.equals("\n") ? "\\n" : "\\r")
                                            + "\" to represent "
                                            + what
                                            + ".");
        }
    }

    /** Reads one piece more behind what is there; false at the end. */
    private boolean fill() {
        if (sourceEnded) {
            return false;
        }
        byte[] piece = source.get();
        while (piece != null && piece.length == 0) {
            piece = source.get();
        }
        if (piece == null) {
            sourceEnded = true;
            return false;
        }
        int held = end - start;
        if (buffer.length - end < piece.length) {
            if (held + piece.length > buffer.length) {
                byte[] larger =
                        new byte[Math.max(buffer.length * 2, Math.addExact(held, piece.length))];
                System.arraycopy(buffer, start, larger, 0, held);
                buffer = larger;
            } else {
                System.arraycopy(buffer, start, buffer, 0, held);
            }
            start = 0;
            end = held;
        }
        System.arraycopy(piece, 0, buffer, end, piece.length);
        end += piece.length;
        return true;
    }

    private static String unescape(String raw) {
        var out = new java.io.ByteArrayOutputStream(raw.length());
        boolean bytes = false;
        var text = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '\\' || i + 1 == raw.length()) {
                text.append(c);
                continue;
            }
            c = raw.charAt(++i);
            switch (c) {
                case 'b' -> text.append('\b');
                case 'f' -> text.append('\f');
                case 'n' -> text.append('\n');
                case 'r' -> text.append('\r');
                case 't' -> text.append('\t');
                case 'v' -> text.append('\u000b');
                case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                    int value = c - '0';
                    for (int n = 0; n < 2 && i + 1 < raw.length(); n++) {
                        int digit = Character.digit(raw.charAt(i + 1), 8);
                        if (digit < 0) {
                            break;
                        }
                        value = value * 8 + digit;
                        i++;
                    }
                    bytes |= appendByte(text, value & 0xff);
                }
                case 'x' -> {
                    int value = -1;
                    for (int n = 0; n < 2 && i + 1 < raw.length(); n++) {
                        int digit = Character.digit(raw.charAt(i + 1), 16);
                        if (digit < 0) {
                            break;
                        }
                        value = Math.max(0, value) * 16 + digit;
                        i++;
                    }
                    if (value < 0) {
                        text.append('x');
                    } else {
                        bytes |= appendByte(text, value);
                    }
                }
                default -> text.append(c);
            }
        }
        if (!bytes) {
            return text.toString();
        }
        // Escaped bytes above 127 are parts of UTF-8 characters: put them together.
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0xee00 && c <= 0xeeff) {
                out.write(c - 0xee00);
            } else {
                out.writeBytes(
                        Character.isHighSurrogate(c) && i + 1 < text.length()
                                ? text.substring(i, ++i + 1).getBytes(StandardCharsets.UTF_8)
                                : String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        return dev.quiverdb.pgwire.codec.FrontendDecoder.utf8(out.toByteArray());
    }

    /** Bytes above 127 wait in the private-use area until all of their character is there. */
    private static boolean appendByte(StringBuilder text, int value) {
        text.append((char) (value < 0x80 ? value : 0xee00 + value));
        return value >= 0x80;
    }

    private void splitCsv() {
        fields.clear();
        quoted.clear();
        int at = 0;
        var line = csvLine;
        int length = line.length();
        var field = new StringBuilder();
        while (true) {
            field.setLength(0);
            boolean sawQuote = false;
            boolean inQuote = false;
            while (at < length) {
                char c = line.charAt(at);
                if (!inQuote) {
                    if (c == options.delimiter()) {
                        break;
                    }
                    if (c == options.quote()) {
                        sawQuote = true;
                        inQuote = true;
                    } else {
                        field.append(c);
                    }
                } else if (c == options.escape()
                        && at + 1 < length
                        && (line.charAt(at + 1) == options.escape()
                                || line.charAt(at + 1) == options.quote())) {
                    field.append(line.charAt(++at));
                } else if (c == options.quote()) {
                    inQuote = false;
                } else {
                    field.append(c);
                }
                at++;
            }
            if (inQuote) {
                throw bad("unterminated CSV quoted field");
            }
            var value = field.toString();
            boolean isNull = !sawQuote && value.equals(options.nullText());
            fields.add(isNull ? null : value);
            quoted.add(sawQuote);
            if (at >= length) {
                return;
            }
            at++;
        }
    }

    private static SqlException bad(String message) {
        return new SqlException(SqlState.BAD_COPY_FILE_FORMAT, message);
    }
}
