package dev.quiverdb.pgwire.codec;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.pgwire.message.Blob;
import dev.quiverdb.pgwire.message.BoundValues;
import dev.quiverdb.pgwire.message.FrontendMessage;
import dev.quiverdb.pgwire.message.Oids;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the byte stream into {@link FrontendMessage}s. Before the start-up message a packet is
 * {@code int32 length, int32 code, body}; after it {@code byte type, int32 length, body}, the
 * length counting itself. Where the stream cannot be cut any further (a length or a type that
 * cannot be) it reaches the next handler as an {@link SqlException} of {@code 08P01} and nothing
 * more is read from the connection. A message that was cut but whose body makes no sense becomes a
 * {@link FrontendMessage.Malformed}: the statement fails, the connection lives on.
 */
public final class FrontendDecoder extends ByteToMessageDecoder {
    private static final int STARTUP_BYTES_MAX = 10_000;
    private static final int MESSAGE_BYTES_MAX = 0x3fff_ffff;

    /** What may come after the start-up message; each has a case in {@link #message}. */
    private static final String MESSAGE_TYPES = "QPBEDCSHdcfpFX";

    private static final String STARTUP_LAYOUT =
            "invalid startup packet layout: expected terminator as last byte";
    private static final int SSL_REQUEST = 80_877_103;
    private static final int GSS_ENC_REQUEST = 80_877_104;
    private static final int CANCEL_REQUEST = 80_877_102;

    private boolean started;
    private boolean broken;

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (broken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        try {
            Object message = started ? next(in) : nextStartup(in);
            if (message != null) {
                out.add(message);
            }
        } catch (SqlException | IndexOutOfBoundsException e) {
            broken = true;
            in.skipBytes(in.readableBytes());
            out.add(e instanceof SqlException sql ? sql : violation("invalid message format"));
        }
    }

    private @Nullable FrontendMessage nextStartup(ByteBuf in) {
        if (in.readableBytes() < 4) {
            return null;
        }
        int length = in.getInt(in.readerIndex());
        if (length < 8 || length > STARTUP_BYTES_MAX) {
            throw violation("invalid length of startup packet");
        }
        if (in.readableBytes() < length) {
            return null;
        }
        var body = in.readSlice(length).skipBytes(4);
        int code = body.readInt();
        switch (code) {
            case SSL_REQUEST:
                return new FrontendMessage.SslRequest();
            case GSS_ENC_REQUEST:
                return new FrontendMessage.GssEncRequest();
            case CANCEL_REQUEST:
                return new FrontendMessage.CancelRequest(body.readInt(), rest(body));
            default:
                break;
        }
        int major = code >>> 16;
        int minor = code & 0xffff;
        if (major != 3) {
            throw new SqlException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "unsupported frontend protocol %d.%d: server supports 3.0 to 3.2"
                            .formatted(major, minor));
        }
        if (!body.isReadable() || body.getByte(body.writerIndex() - 1) != 0) {
            throw violation(STARTUP_LAYOUT);
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        while (true) {
            var name = text(body);
            if (name.isEmpty()) {
                break;
            }
            if (!body.isReadable()) {
                throw violation(STARTUP_LAYOUT);
            }
            parameters.put(name, text(body));
            if (!body.isReadable()) {
                throw violation(STARTUP_LAYOUT);
            }
        }
        if (body.isReadable()) {
            throw violation(STARTUP_LAYOUT);
        }
        started = true;
        return new FrontendMessage.Startup(minor, parameters);
    }

    private @Nullable FrontendMessage next(ByteBuf in) {
        if (in.readableBytes() < 5) {
            return null;
        }
        int length = in.getInt(in.readerIndex() + 1);
        if (length < 4 || length > MESSAGE_BYTES_MAX) {
            throw violation("invalid message length");
        }
        if (in.readableBytes() < length + 1) {
            return null;
        }
        char type = (char) in.readUnsignedByte();
        var body = in.readSlice(length).skipBytes(4);
        if (MESSAGE_TYPES.indexOf(type) < 0) {
            throw violation("invalid frontend message type " + (int) type);
        }
        try {
            var message = message(type, body);
            if (body.isReadable()) {
                throw violation("invalid message format");
            }
            return message;
        } catch (SqlException e) {
            return new FrontendMessage.Malformed(type, e);
        } catch (IndexOutOfBoundsException e) {
            return new FrontendMessage.Malformed(
                    type, violation("insufficient data left in message"));
        }
    }

    private static FrontendMessage message(char type, ByteBuf body) {
        return switch (type) {
            case 'Q' -> new FrontendMessage.Query(text(body));
            case 'P' -> parse(body);
            case 'B' -> bind(body);
            case 'E' -> new FrontendMessage.Execute(text(body), body.readInt());
            case 'D' -> describe(body);
            case 'C' -> close(body);
            case 'S' -> new FrontendMessage.Sync();
            case 'H' -> new FrontendMessage.Flush();
            case 'd' -> new FrontendMessage.CopyData(rest(body));
            case 'c' -> new FrontendMessage.CopyDone();
            case 'f' -> new FrontendMessage.CopyFail(text(body));
            case 'p' -> new FrontendMessage.Password(rest(body));
            case 'F' -> {
                body.skipBytes(body.readableBytes());
                yield new FrontendMessage.FunctionCall();
            }
            case 'X' -> new FrontendMessage.Terminate();
            default -> throw new IllegalArgumentException("message type " + type);
        };
    }

    private static FrontendMessage parse(ByteBuf body) {
        var statement = text(body);
        var sql = text(body);
        var oids = new int[body.readUnsignedShort()];
        for (int i = 0; i < oids.length; i++) {
            oids[i] = body.readInt();
        }
        return new FrontendMessage.Parse(statement, sql, new Oids(oids));
    }

    private static FrontendMessage bind(ByteBuf body) {
        var portal = text(body);
        var statement = text(body);
        short[] parameterFormats = formats(body);
        byte[] @Nullable [] parameters = new byte[body.readUnsignedShort()][];
        if (parameterFormats.length > 1 && parameterFormats.length != parameters.length) {
            throw violation(
                    "bind message has %d parameter formats but %d parameters"
                            .formatted(parameterFormats.length, parameters.length));
        }
        for (int i = 0; i < parameters.length; i++) {
            int length = body.readInt();
            if (length >= 0) {
                if (length > body.readableBytes()) {
                    throw violation("insufficient data left in message");
                }
                byte[] value = new byte[length];
                body.readBytes(value);
                parameters[i] = value;
            } else if (length != -1) {
                throw violation("insufficient data left in message");
            }
        }
        return new FrontendMessage.Bind(
                portal, statement, new BoundValues(parameterFormats, parameters, formats(body)));
    }

    private static short[] formats(ByteBuf body) {
        var formats = new short[body.readUnsignedShort()];
        for (int i = 0; i < formats.length; i++) {
            formats[i] = body.readShort();
            if (formats[i] != 0 && formats[i] != 1) {
                throw new SqlException(
                        SqlState.INVALID_PARAMETER_VALUE, "unsupported format code: " + formats[i]);
            }
        }
        return formats;
    }

    private static FrontendMessage describe(ByteBuf body) {
        byte kind = body.readByte();
        var name = text(body);
        return switch (kind) {
            case 'S' -> new FrontendMessage.DescribeStatement(name);
            case 'P' -> new FrontendMessage.DescribePortal(name);
            default -> throw violation("invalid DESCRIBE message subtype " + kind);
        };
    }

    private static FrontendMessage close(ByteBuf body) {
        byte kind = body.readByte();
        var name = text(body);
        return switch (kind) {
            case 'S' -> new FrontendMessage.CloseStatement(name);
            case 'P' -> new FrontendMessage.ClosePortal(name);
            default -> throw violation("invalid CLOSE message subtype " + kind);
        };
    }

    private static Blob rest(ByteBuf body) {
        byte[] bytes = new byte[body.readableBytes()];
        body.readBytes(bytes);
        return new Blob(bytes);
    }

    /** A zero-terminated string. PostgreSQL refuses bytes that are not UTF-8, and so do we. */
    private static String text(ByteBuf body) {
        int length = body.bytesBefore((byte) 0);
        if (length < 0) {
            throw violation("invalid string in message");
        }
        byte[] bytes = new byte[length];
        body.readBytes(bytes).skipBytes(1);
        return utf8(bytes);
    }

    /** Strict UTF-8 without the zero byte; {@code 22021} names the first bytes that are none. */
    public static String utf8(byte[] bytes) {
        var text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\0') >= 0) {
            throw new SqlException(
                    SqlState.CHARACTER_NOT_IN_REPERTOIRE,
                    "invalid byte sequence for encoding \"UTF8\": 0x00");
        }
        if (text.indexOf('\ufffd') < 0) {
            return text;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new SqlException(
                    SqlState.CHARACTER_NOT_IN_REPERTOIRE,
                    "invalid byte sequence for encoding \"UTF8\": " + firstBad(bytes));
        }
    }

    private static String firstBad(byte[] bytes) {
        var decoder = StandardCharsets.UTF_8.newDecoder();
        var in = ByteBuffer.wrap(bytes);
        var result = decoder.decode(in, java.nio.CharBuffer.allocate(bytes.length + 1), true);
        int length = result.isError() ? Math.max(1, result.length()) : 1;
        var hex = new StringBuilder();
        for (int i = in.position(); i < Math.min(bytes.length, in.position() + length); i++) {
            hex.append(hex.isEmpty() ? "" : " ").append("0x%02x".formatted(bytes[i]));
        }
        return hex.toString();
    }

    private static SqlException violation(String message) {
        return new SqlException(SqlState.PROTOCOL_VIOLATION, message);
    }
}
