package dev.quiverdb.vector.simd;

/** How one element of a dense vector is stored. */
public enum ElementKind {
    /** IEEE 754 single precision, little-endian. */
    FLOAT32(32),
    /** IEEE 754 half precision, little-endian. */
    FLOAT16(16),
    /** Signed bytes. */
    INT8(8),
    /** Bits, eight to a byte; unused bits of the last byte are zero. */
    BIT(1);

    private final int bits;

    ElementKind(int bits) {
        this.bits = bits;
    }

    /** Bytes that {@code dimensions} elements occupy, without padding. */
    public int sizeBytes(int dimensions) {
        return Math.toIntExact(((long) dimensions * bits + 7) >>> 3);
    }

    /** {@link #sizeBytes} rounded up to whole cache lines: the stride of a slot. */
    public int strideBytes(int dimensions) {
        return (sizeBytes(dimensions) + 63) & ~63;
    }
}
