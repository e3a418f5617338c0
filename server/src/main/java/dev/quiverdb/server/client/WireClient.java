package dev.quiverdb.server.client;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client for the simple query protocol, with text results and COPY FROM STDIN: as much as the
 * launcher needs where neither psql nor a driver is at hand. Not thread-safe.
 */
public final class WireClient implements AutoCloseable {
    /** What one statement answered. */
    public record Result(List<String> columns, List<List<@Nullable String>> rows, String tag) {
        public Result {
            columns = List.copyOf(columns);
            rows = List.copyOf(rows);
        }
    }

    /** The server's error: its fields in one exception. */
    public static final class ServerException extends IOException {
        private static final long serialVersionUID = 1L;
        private final String state;

        ServerException(String message, String state) {
            super(message);
            this.state = state;
        }

        /** The SQLSTATE. */
        public String state() {
            return state;
        }
    }

    /** Writes COPY data. */
    public interface CopyData {
        void writeTo(DataOutputStream out) throws IOException;
    }

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    private WireClient(Socket socket) throws IOException {
        this.socket = socket;
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
    }

    /** Connects to a server on this machine. */
    public static WireClient connect(int port, String user, String database) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
        socket.setTcpNoDelay(true);
        var client = new WireClient(socket);
        client.start(user, database);
        return client;
    }

    private void start(String user, String database) throws IOException {
        var body = new java.io.ByteArrayOutputStream();
        for (var text :
                new String[] {
                    "user",
                    user,
                    "database",
                    database,
                    "application_name",
                    "quiver",
                    "client_encoding",
                    "UTF8"
                }) {
            body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            body.write(0);
        }
        body.write(0);
        out.writeInt(body.size() + 8);
        out.writeInt(3 << 16);
        body.writeTo(out);
        out.flush();
        readUntilReady(null);
    }

    /**
     * Runs a text of statements; an error ends it and is thrown after the server is ready again.
     */
    public List<Result> query(String sql) throws IOException {
        send('Q', sql);
        return readUntilReady(null);
    }

    /** Runs COPY ... FROM STDIN. */
    public List<Result> copyIn(String sql, CopyData data) throws IOException {
        send('Q', sql);
        return readUntilReady(data);
    }

    private void send(char type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeByte(type);
        out.writeInt(bytes.length + 5);
        out.write(bytes);
        out.writeByte(0);
        out.flush();
    }

    private List<Result> readUntilReady(@Nullable CopyData data) throws IOException {
        List<Result> results = new ArrayList<>();
        List<String> columns = List.of();
        List<List<@Nullable String>> rows = new ArrayList<>();
        ServerException failure = null;
        while (true) {
            int type;
            try {
                type = in.readUnsignedByte();
            } catch (EOFException e) {
                throw failure == null
                        ? new IOException("the server closed the connection", e)
                        : failure;
            }
            byte[] body = in.readNBytes(in.readInt() - 4);
            var message = new DataInputStream(new java.io.ByteArrayInputStream(body));
            switch (type) {
                case 'T' -> {
                    columns = columns(message);
                    rows = new ArrayList<>();
                }
                case 'D' -> rows.add(row(message));
                case 'C' -> {
                    results.add(new Result(columns, rows, text(message)));
                    columns = List.of();
                    rows = new ArrayList<>();
                }
                case 'E' -> failure = error(message);
                case 'G' -> sendCopy(data);
                case 'Z' -> {
                    if (failure != null) {
                        throw failure;
                    }
                    return results;
                }
                default -> {
                    // Parameters, notices and keys do not matter here.
                }
            }
        }
    }

    private void sendCopy(@Nullable CopyData data) throws IOException {
        if (data == null) {
            send('f', "no data to copy");
            return;
        }
        var chunk = new java.io.ByteArrayOutputStream(1 << 16);
        var copy =
                new DataOutputStream(chunk) {
                    @Override
                    public synchronized void write(byte[] bytes, int from, int length)
                            throws IOException {
                        super.write(bytes, from, length);
                        if (chunk.size() >= 1 << 16) {
                            sendChunk(chunk);
                        }
                    }
                };
        data.writeTo(copy);
        copy.flush();
        sendChunk(chunk);
        out.writeByte('c');
        out.writeInt(4);
        out.flush();
    }

    private void sendChunk(java.io.ByteArrayOutputStream chunk) throws IOException {
        out.writeByte('d');
        out.writeInt(chunk.size() + 4);
        chunk.writeTo(out);
        chunk.reset();
    }

    private static List<String> columns(DataInputStream message) throws IOException {
        int count = message.readUnsignedShort();
        List<String> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            names.add(text(message));
            message.skipNBytes(18);
        }
        return names;
    }

    private static List<@Nullable String> row(DataInputStream message) throws IOException {
        int count = message.readUnsignedShort();
        List<@Nullable String> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int length = message.readInt();
            values.add(
                    length < 0
                            ? null
                            : new String(message.readNBytes(length), StandardCharsets.UTF_8));
        }
        return values;
    }

    private static ServerException error(DataInputStream message) throws IOException {
        var state = "";
        var text = "";
        var more = new StringBuilder();
        for (int code = message.readUnsignedByte(); code != 0; code = message.readUnsignedByte()) {
            var value = text(message);
            switch (code) {
                case 'C' -> state = value;
                case 'M' -> text = value;
                case 'D' -> more.append("\nDETAIL:  ").append(value);
                case 'H' -> more.append("\nHINT:  ").append(value);
                default -> {
                    // The rest is for tools.
                }
            }
        }
        return new ServerException("ERROR:  " + text + more, state);
    }

    private static String text(DataInputStream message) throws IOException {
        var bytes = new java.io.ByteArrayOutputStream();
        for (int b = message.readUnsignedByte(); b != 0; b = message.readUnsignedByte()) {
            bytes.write(b);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        try {
            out.writeByte('X');
            out.writeInt(4);
            out.flush();
        } finally {
            socket.close();
        }
    }
}
