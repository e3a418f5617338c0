package dev.quiverdb.vector.graph;

/**
 * A distance and a vecId in one long, such that longs compare as distances do: the float's bits
 * made sortable in the upper half, the id in the lower. NaN compares above infinity.
 *
 * <p>Of equal distances the greater id is the lesser long. Among many equal vectors a search thus
 * sees the newest, whose rows still have room.
 */
final class Scored {
    /** Above every other; its distance is NaN. */
    static final long NONE = Long.MAX_VALUE;

    private Scored() {}

    static long of(float distance, int vecId) {
        int bits = Float.floatToIntBits(distance);
        bits ^= (bits >> 31) & 0x7fffffff;
        return ((long) bits << 32) | (~vecId & 0xffffffffL);
    }

    static int vecId(long scored) {
        return ~(int) scored;
    }

    static float distance(long scored) {
        int bits = (int) (scored >> 32);
        bits ^= (bits >> 31) & 0x7fffffff;
        return Float.intBitsToFloat(bits);
    }
}
