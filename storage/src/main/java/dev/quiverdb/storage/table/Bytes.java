package dev.quiverdb.storage.table;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Little-endian numbers in blocks. */
final class Bytes {
    static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private Bytes() {}

    static boolean bit(MemorySegment block, int base, int index) {
        return (block.get(BYTE, base + (index >> 3)) & 1 << (index & 7)) != 0;
    }

    static void setBit(MemorySegment block, int base, int index, boolean on) {
        int at = base + (index >> 3);
        int mask = 1 << (index & 7);
        int old = block.get(BYTE, at);
        block.set(BYTE, at, (byte) (on ? old | mask : old & ~mask));
    }
}
