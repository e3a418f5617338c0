package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** inet and cidr. */
final class InetRoutines extends TypeRoutines {
    static final InetRoutines INET = new InetRoutines(false);
    static final InetRoutines CIDR = new InetRoutines(true);

    /** What travels as the family: PostgreSQL's own numbers. */
    private static final int FAMILY_IPV4 = 2;

    private static final int FAMILY_IPV6 = 3;

    private final boolean network;

    private InetRoutines(boolean network) {
        this.network = network;
    }

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        boolean ipv6 = host.indexOf(':') >= 0;
        int bits = slash < 0 ? -1 : bits(type, text, slash + 1, ipv6 ? 128 : 32);
        var value = ipv6 ? parseIpv6(type, text, host, bits) : parseIpv4(type, text, host, bits);
        if (network && !value.isNetwork()) {
            throw new SqlException(
                            SqlState.INVALID_TEXT_REPRESENTATION,
                            "invalid cidr value: \"" + text + "\"")
                    .withDetail("Value has bits set to right of mask.");
        }
        return value;
    }

    private static int bits(Type type, String text, int from, int most) {
        int bits = 0;
        for (int i = from; i < text.length(); i++) {
            boolean digit = Text.isDigit(text.charAt(i));
            bits = digit ? bits * 10 + text.charAt(i) - '0' : most + 1;
            if (bits > most || (most == 128 && i > from && text.charAt(from) == '0')) {
                throw SqlException.invalidText(type.name(), text);
            }
        }
        if (from == text.length()) {
            throw SqlException.invalidText(type.name(), text);
        }
        return bits;
    }

    private Inet parseIpv4(Type type, String text, String host, int givenBits) {
        byte[] address = new byte[4];
        int count = 0;
        for (var part : host.split("\\.", -1)) {
            boolean digits =
                    !part.isEmpty()
                            && part.length() <= 3
                            && part.chars().allMatch(c -> Text.isDigit((char) c));
            int octet = digits ? Integer.parseInt(part) : 256;
            if (octet > 255 || count == 4) {
                throw SqlException.invalidText(type.name(), text);
            }
            address[count++] = (byte) octet;
        }
        int bits = givenBits;
        if (bits < 0) {
            if (count < 4 && !network) {
                throw SqlException.invalidText(type.name(), text);
            }
            bits = count == 4 ? 32 : Math.max(classBits(address[0] & 0xff), count * 8);
            bits = bits == 8 && (address[0] & 0xff) == 224 ? 4 : bits;
        } else if (!network && bits / 8 > count) {
            throw SqlException.invalidText(type.name(), text);
        }
        return Inet.wrap(address, bits);
    }

    /** How long a network was in the days of classes A to E. */
    private static int classBits(int first) {
        if (first >= 240) {
            return 32;
        }
        if (first >= 224) {
            return 8;
        }
        return first >= 192 ? 24 : first >= 128 ? 16 : 8;
    }

    private static Inet parseIpv6(Type type, String text, String host, int givenBits) {
        byte[] address = new byte[16];
        int count = 0;
        int gap = -1;
        int at = 0;
        if (host.startsWith("::")) {
            gap = 0;
            at = 2;
        }
        while (at < host.length()) {
            int end = host.indexOf(':', at);
            end = end < 0 ? host.length() : end;
            String word = host.substring(at, end);
            boolean dotted = word.indexOf('.') >= 0;
            if (dotted && end == host.length() && count <= 12) {
                var tail = INET.parseIpv4(type, text, word, -1);
                System.arraycopy(tail.toBytes(), 0, address, count, 4);
                count += 4;
            } else {
                boolean hex =
                        !word.isEmpty()
                                && word.length() <= 4
                                && word.chars()
                                        .allMatch(c -> c < 128 && Character.digit(c, 16) >= 0);
                if (!hex || count == 16) {
                    throw SqlException.invalidText(type.name(), text);
                }
                int value = Integer.parseInt(word, 16);
                address[count++] = (byte) (value >> 8);
                address[count++] = (byte) value;
            }
            at = end + 1;
            boolean colonAtEnd = end == host.length() - 1;
            if (end < host.length() && host.startsWith("::", end)) {
                if (gap >= 0) {
                    throw SqlException.invalidText(type.name(), text);
                }
                gap = count;
                at = end + 2;
            } else if (colonAtEnd) {
                throw SqlException.invalidText(type.name(), text);
            }
        }
        if (gap >= 0 && count < 16) {
            System.arraycopy(address, gap, address, 16 - (count - gap), count - gap);
            Arrays.fill(address, gap, 16 - (count - gap), (byte) 0);
        } else if (count != 16 || gap >= 0) {
            throw SqlException.invalidText(type.name(), text);
        }
        return Inet.wrap(address, givenBits < 0 ? 128 : givenBits);
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        var inet = (Inet) value;
        return network ? inet.host() + "/" + inet.bits() : inet.toString();
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        int family = in.get();
        if (family != FAMILY_IPV4 && family != FAMILY_IPV6) {
            throw invalid("invalid address family in external \"" + type.name() + "\" value");
        }
        int size = family == FAMILY_IPV4 ? 4 : 16;
        int bits = in.get() & 0xff;
        if (bits > size * 8) {
            throw invalid("invalid bits in external \"" + type.name() + "\" value");
        }
        in.get();
        if (in.get() != size) {
            throw invalid("invalid length in external \"" + type.name() + "\" value");
        }
        byte[] address = new byte[size];
        in.get(address);
        var value = Inet.wrap(address, bits);
        if (network && !value.isNetwork()) {
            throw invalid("invalid external \"cidr\" value")
                    .withDetail("Value has bits set to right of mask.");
        }
        return value;
    }

    private static SqlException invalid(String message) {
        return new SqlException(SqlState.INVALID_BINARY_REPRESENTATION, message);
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        var inet = (Inet) value;
        byte[] address = inet.toBytes();
        out.putByte(inet.isIpv4() ? FAMILY_IPV4 : FAMILY_IPV6);
        out.putByte(inet.bits());
        out.putByte(network ? 1 : 0);
        out.putByte(address.length);
        out.putBytes(address);
    }

    @Override
    int compare(Type type, Object left, Object right) {
        return ((Inet) left).compareTo((Inet) right);
    }

    /** Bits, then the 4 or 16 bytes of the address. */
    @Override
    void encode(Type type, Object value, ByteWriter out) {
        out.putByte(((Inet) value).bits());
        out.putBytes(((Inet) value).toBytes());
    }

    @Override
    Object decode(Type type, ByteBuffer in) {
        int bits = in.get() & 0xff;
        byte[] address = new byte[in.remaining()];
        in.get(address);
        return Inet.wrap(address, bits);
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        var inet = (Inet) value;
        byte[] address = inet.toBytes();
        out.putByte(address.length);
        out.putBytes(inet.network());
        out.putByte(inet.bits());
        out.putBytes(address);
    }
}
