package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.graph.GraphBlocks;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A run of bytes over a chain of blocks: each block begins with the number of the next one (0:
 * none), four bytes.
 */
final class BlockStream {
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int HEADER = 4;

    private final GraphBlocks blocks;
    private final byte[] buffer;
    private final boolean writing;
    private int block;
    private int at;

    private BlockStream(GraphBlocks blocks, int block, boolean writing) {
        this.blocks = blocks;
        this.block = block;
        this.writing = writing;
        this.buffer = new byte[blocks.blockBytes()];
        this.at = HEADER;
    }

    /** A stream that begins in a new block. */
    static BlockStream write(GraphBlocks blocks) {
        return new BlockStream(blocks, allocate(blocks), true);
    }

    /** The stream that begins in a block. */
    static BlockStream read(GraphBlocks blocks, int first) {
        var stream = new BlockStream(blocks, first, false);
        stream.fetch(first);
        return stream;
    }

    private static int allocate(GraphBlocks blocks) {
        long ticket = blocks.enterWriter();
        try {
            return blocks.allocate();
        } finally {
            blocks.exitWriter(ticket);
        }
    }

    int block() {
        return block;
    }

    private void fetch(int number) {
        long ticket = blocks.enter();
        try {
            MemorySegment.copy(
                    blocks.read(number), ValueLayout.JAVA_BYTE, 0, buffer, 0, buffer.length);
        } finally {
            blocks.exit(ticket);
        }
        block = number;
        at = HEADER;
    }

    private void store(int next) {
        long ticket = blocks.enterWriter();
        try {
            MemorySegment target = blocks.write(block);
            MemorySegment.copy(buffer, 0, target, ValueLayout.JAVA_BYTE, 0, buffer.length);
            target.set(INT, 0, next);
        } finally {
            blocks.exitWriter(ticket);
        }
        java.util.Arrays.fill(buffer, (byte) 0);
        block = next;
        at = HEADER;
    }

    void putByte(byte value) {
        if (at == buffer.length) {
            store(allocate(blocks));
        }
        buffer[at++] = value;
    }

    byte getByte() {
        if (at == buffer.length) {
            int next = MemorySegment.ofArray(buffer).get(INT, 0);
            if (next == 0) {
                throw new IllegalStateException(
                        "the stored index ends too early, in block " + block);
            }
            fetch(next);
        }
        return buffer[at++];
    }

    void putInt(int value) {
        for (int shift = 0; shift < 32; shift += 8) {
            putByte((byte) (value >>> shift));
        }
    }

    int getInt() {
        int value = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            value |= (getByte() & 0xFF) << shift;
        }
        return value;
    }

    void putLong(long value) {
        putInt((int) value);
        putInt((int) (value >>> 32));
    }

    long getLong() {
        long low = getInt() & 0xFFFFFFFFL;
        return low | ((long) getInt() << 32);
    }

    void putBytes(byte[] bytes) {
        putInt(bytes.length);
        for (byte b : bytes) {
            putByte(b);
        }
    }

    byte[] getBytes() {
        byte[] bytes = new byte[getInt()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = getByte();
        }
        return bytes;
    }

    void putFloats(float[] values) {
        for (float value : values) {
            putInt(Float.floatToRawIntBits(value));
        }
    }

    void getFloats(float[] into) {
        for (int i = 0; i < into.length; i++) {
            into[i] = Float.intBitsToFloat(getInt());
        }
    }

    /** Writes what is left; the stream is done. */
    void finish() {
        if (!writing) {
            throw new IllegalStateException("a stream that is read has nothing to finish");
        }
        store(0);
    }
}
