package dev.quiverdb.tests;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client that says exactly the bytes it is told to, also those that no driver would send, and
 * writes down in one word each what comes back: {@code 1} and other single letters for messages
 * without content, {@code D(a,b)} for a row, {@code C(tag)}, {@code E(severity state message)},
 * {@code S(name=value)} for a setting that changed later, {@code Z(status)}, {@code CLOSED} at the
 * end.
 */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    /** Whether the settings that every client is told at the start have come. */
    private boolean greeted;

    RawClient(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(60_000);
        in = new DataInputStream(socket.getInputStream());
    }

    /** Connects, and has read all up to the first ReadyForQuery. */
    static RawClient ready(int port) throws IOException {
        var client = new RawClient(port);
        client.startup("user", "postgres", "database", "postgres").send();
        client.readUntil("Z");
        client.greeted = true;
        return client;
    }

    RawClient startup(String... parameters) throws IOException {
        var body = new ByteArrayOutputStream();
        for (var word : parameters) {
            body.write(word.getBytes(StandardCharsets.UTF_8));
            body.write(0);
        }
        body.write(0);
        out.writeInt(8 + body.size());
        out.writeInt(3 << 16);
        body.writeTo(out);
        return this;
    }

    /** Bytes as they are. */
    RawClient raw(byte... some) throws IOException {
        out.write(some);
        return this;
    }

    /** A message; strings end in a zero byte, shorts and ints are big-endian, bytes stay. */
    RawClient message(char type, Object... parts) throws IOException {
        var body = new ByteArrayOutputStream();
        var writer = new DataOutputStream(body);
        for (var part : parts) {
            switch (part) {
                case String text -> {
                    writer.write(text.getBytes(StandardCharsets.UTF_8));
                    writer.write(0);
                }
                case Short number -> writer.writeShort(number);
                case Integer number -> writer.writeInt(number);
                case Byte one -> writer.writeByte(one);
                case byte[] some -> writer.write(some);
                default -> throw new IllegalArgumentException(part.toString());
            }
        }
        out.writeByte(type);
        out.writeInt(4 + body.size());
        body.writeTo(out);
        return this;
    }

    RawClient query(String sql) throws IOException {
        return message('Q', sql);
    }

    RawClient parse(String sql) throws IOException {
        return parse("", sql);
    }

    RawClient parse(String name, String sql) throws IOException {
        return message('P', name, sql, (short) 0);
    }

    /** Binds a statement to the unnamed portal, values in text, and executes it. */
    RawClient run(String name, String... values) throws IOException {
        var parts = new ArrayList<Object>(List.of("", name, (short) 0, (short) values.length));
        for (var value : values) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            parts.add(bytes.length);
            parts.add(bytes);
        }
        parts.add((short) 0);
        return message('B', parts.toArray()).execute();
    }

    /** Binds the unnamed statement to the unnamed portal, values in text. */
    RawClient bind(byte[]... values) throws IOException {
        var parts = new ArrayList<Object>(List.of("", "", (short) 0, (short) values.length));
        for (var value : values) {
            parts.add(value.length);
            parts.add(value);
        }
        parts.add((short) 0);
        return message('B', parts.toArray());
    }

    RawClient execute() throws IOException {
        return message('E', "", 0);
    }

    RawClient sync() throws IOException {
        return message('S');
    }

    void send() throws IOException {
        socket.getOutputStream().write(bytes.toByteArray());
        bytes.reset();
    }

    /** Sends what was written and reads up to the {@code count}th ReadyForQuery, or the end. */
    List<String> answers(int count) throws IOException {
        send();
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.addAll(readUntil("Z"));
        }
        return all;
    }

    /** Reads up to the next ReadyForQuery. */
    String next() throws IOException {
        return String.join(" ", readUntil("Z"));
    }

    private List<String> readUntil(String type) throws IOException {
        List<String> words = new ArrayList<>();
        while (true) {
            var word = read();
            if (word == null) {
                words.add("CLOSED");
                return words;
            }
            if ((greeted || !word.startsWith("S("))
                    && !word.startsWith("K")
                    && !word.startsWith("T")) {
                words.add(word);
            }
            if (word.startsWith(type)) {
                return words;
            }
        }
    }

    private @Nullable String read() throws IOException {
        byte type;
        try {
            type = in.readByte();
        } catch (EOFException | java.net.SocketException e) {
            return null;
        }
        byte[] body = new byte[in.readInt() - 4];
        in.readFully(body);
        var letter = String.valueOf((char) type);
        return switch ((char) type) {
            case 'D' -> letter + row(body);
            case 'C' -> "C(" + new String(body, 0, body.length - 1, StandardCharsets.UTF_8) + ")";
            case 'Z' -> "Z(" + (char) body[0] + ")";
            case 'E', 'N' -> letter + "(" + fields(body) + ")";
            case 'S' -> "S(" + setting(body) + ")";
            default -> letter;
        };
    }

    private static String row(byte[] body) throws IOException {
        var reader = new DataInputStream(new java.io.ByteArrayInputStream(body));
        List<String> values = new ArrayList<>();
        int count = reader.readUnsignedShort();
        for (int i = 0; i < count; i++) {
            int length = reader.readInt();
            values.add(
                    length < 0
                            ? "null"
                            : new String(reader.readNBytes(length), StandardCharsets.UTF_8));
        }
        return "(" + String.join(",", values) + ")";
    }

    private static String setting(byte[] body) {
        var parts = new String(body, StandardCharsets.UTF_8).split("\0", 3);
        return parts[0] + "=" + parts[1];
    }

    private static String fields(byte[] body) {
        var words = new ArrayList<String>();
        for (var field : new String(body, StandardCharsets.UTF_8).split("\0")) {
            if (!field.isEmpty() && "SCM".indexOf(field.charAt(0)) >= 0) {
                words.add(field.substring(1));
            }
        }
        return String.join(" ", words);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
