package dev.quiverdb.base.type;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A value of inet or cidr: an IPv4 or IPv6 address and how many bits of it are the network.
 * Immutable.
 */
public final class Inet implements Comparable<Inet> {
    private final byte[] address;
    private final int bits;

    private Inet(byte[] address, int bits) {
        this.address = address;
        this.bits = bits;
    }

    /** Takes over 4 or 16 bytes. */
    public static Inet wrap(byte[] address, int bits) {
        if ((address.length != 4 && address.length != 16)
                || bits < 0
                || bits > address.length * 8) {
            throw new IllegalArgumentException(address.length + " bytes, " + bits + " bits");
        }
        return new Inet(address, bits);
    }

    public boolean isIpv4() {
        return address.length == 4;
    }

    /** Bits of the network. */
    public int bits() {
        return bits;
    }

    /** 32 or 128. */
    public int bitsMax() {
        return address.length * 8;
    }

    public byte[] toBytes() {
        return address.clone();
    }

    /** The address with all bits behind the network cleared. */
    byte[] network() {
        byte[] network = address.clone();
        for (int i = 0; i < network.length; i++) {
            int keep = Math.clamp(bits - i * 8L, 0, 8);
            network[i] &= (byte) (0xff00 >> keep);
        }
        return network;
    }

    /** Whether no bit behind the network is set, as cidr asks. */
    public boolean isNetwork() {
        return Arrays.equals(address, network());
    }

    /** By family, common network bits, length of the network, address, as network_cmp. */
    @Override
    public int compareTo(Inet other) {
        int order = Integer.compare(address.length, other.address.length);
        order = order != 0 ? order : Arrays.compareUnsigned(network(), other.network());
        order = order != 0 ? order : Integer.compare(bits, other.bits);
        return order != 0 ? order : Arrays.compareUnsigned(address, other.address);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Inet that
                && bits == that.bits
                && Arrays.equals(address, that.address);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(address) + bits;
    }

    /** As inet_out: the length of the network only if it is not the whole address. */
    @Override
    public String toString() {
        return bits == bitsMax() ? host() : host() + "/" + bits;
    }

    /** The address alone, IPv6 with its longest run of zeros as {@code ::}. */
    public String host() {
        var out = new StringBuilder();
        if (isIpv4()) {
            dotted(out, 0);
            return out.toString();
        }
        int[] words = new int[8];
        for (int i = 0; i < 8; i++) {
            words[i] = (address[2 * i] & 0xff) << 8 | (address[2 * i + 1] & 0xff);
        }
        int bestFrom = -1;
        int bestLength = 1;
        for (int i = 0; i < 8; i++) {
            int to = i;
            while (to < 8 && words[to] == 0) {
                to++;
            }
            if (to - i > bestLength) {
                bestFrom = i;
                bestLength = to - i;
            }
            i = Math.max(i, to - 1);
        }
        for (int i = 0; i < 8; i++) {
            if (bestFrom >= 0 && i >= bestFrom && i < bestFrom + bestLength) {
                out.append(i == bestFrom ? ":" : "");
                continue;
            }
            out.append(i > 0 ? ":" : "");
            boolean mapped =
                    bestLength == 6
                            || (bestLength == 7 && words[7] != 1)
                            || (bestLength == 5 && words[5] == 0xffff);
            if (i == 6 && bestFrom == 0 && mapped) {
                dotted(out, 12);
                return out.toString();
            }
            out.append(Integer.toHexString(words[i]));
        }
        return out.append(bestFrom >= 0 && bestFrom + bestLength == 8 ? ":" : "").toString();
    }

    private void dotted(StringBuilder out, int from) {
        for (int i = from; i < from + 4; i++) {
            out.append(i > from ? "." : "").append(address[i] & 0xff);
        }
    }
}
