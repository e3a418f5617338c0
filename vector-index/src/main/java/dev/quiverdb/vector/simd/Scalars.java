package dev.quiverdb.vector.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Single elements out of native memory, little-endian, at any alignment. */
final class Scalars {
    static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Scalars() {}

    static float f32(MemorySegment s, long offset, int i) {
        return s.get(FLOAT, offset + 4L * i);
    }

    static float f16(MemorySegment s, long offset, int i) {
        return Float.float16ToFloat(s.get(SHORT, offset + 2L * i));
    }

    static long word(MemorySegment s, long offset) {
        return s.get(LONG, offset);
    }
}
