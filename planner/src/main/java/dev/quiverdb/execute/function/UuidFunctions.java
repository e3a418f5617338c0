package dev.quiverdb.execute.function;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** UUIDs after RFC 4122: those of the core and of the extension uuid-ossp. */
final class UuidFunctions {
    /** 100 ns between 1582-10-15, where UUIDs begin, and 2000-01-01, where timestamps do. */
    private static final long EPOCH_TICKS = 0x01B21DD213814000L + 946_684_800L * 10_000_000L;

    private static final long MULTICAST = 1L << 40;
    private static final Map<String, String> NAMED =
            Map.of(
                    "uuid_nil", "00000000-0000-0000-0000-000000000000",
                    "uuid_ns_dns", "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
                    "uuid_ns_url", "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
                    "uuid_ns_oid", "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
                    "uuid_ns_x500", "6ba7b814-9dad-11d1-80b4-00c04fd430c8");

    /** What stands for the network card, and parts this process from others; §4.5. */
    private static final long NODE = randomNode();

    private static final int CLOCK_SEQUENCE = new SecureRandom().nextInt(1 << 14);

    /** The last time given out; no two are the same. */
    private static final AtomicLong LAST_TICKS = new AtomicLong();

    static void register(Registry r) {
        r.zero("gen_random_uuid", c -> UUID.randomUUID());
        NAMED.forEach((name, text) -> {
            var value = UUID.fromString(text);
            r.zero(name, c -> value);
        });
        r.zero("uuid_generate_v4", c -> UUID.randomUUID());
        r.zero("uuid_generate_v1", c -> timed(c, NODE));
        r.zero("uuid_generate_v1mc", c -> timed(c, randomNode()));
        r.two(
                "uuid_generate_v3",
                (CallContext c, UUID space, String name) -> named(space, name, "MD5", 3));
        r.two(
                "uuid_generate_v5",
                (CallContext c, UUID space, String name) -> named(space, name, "SHA-1", 5));
    }

    private static long randomNode() {
        return new SecureRandom().nextLong() & 0xffff_ffff_ffffL | MULTICAST;
    }

    private static UUID timed(CallContext c, long node) {
        long now = c.execution().session().clockTimestamp() * 10 + EPOCH_TICKS;
        long ticks = LAST_TICKS.updateAndGet(last -> Math.max(now, last + 1));
        long high = ticks << 32 | (ticks >>> 32 & 0xffff) << 16 | 0x1000 | ticks >>> 48 & 0xfff;
        long low = 1L << 63 | (long) CLOCK_SEQUENCE << 48 | node;
        return new UUID(high, low);
    }

    private static UUID named(UUID space, String name, String algorithm, int version) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        var input = ByteBuffer.allocate(2 * Long.BYTES + text.length);
        input.putLong(space.getMostSignificantBits()).putLong(space.getLeastSignificantBits());
        input.put(text);
        try {
            var hash = ByteBuffer.wrap(MessageDigest.getInstance(algorithm).digest(input.array()));
            long high = hash.getLong() & ~0xf000L | (long) version << 12;
            long low = hash.getLong() & 0x3fff_ffff_ffff_ffffL | 1L << 63;
            return new UUID(high, low);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }

    private UuidFunctions() {}
}
