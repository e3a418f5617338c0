package dev.quiverdb.base.type;

import java.nio.ByteBuffer;

/** Reads what {@link ByteWriter#putVarInt} and {@link ByteWriter#putVarLong} wrote. */
public final class VarInts {
    private VarInts() {}

    public static int getInt(ByteBuffer in) {
        return (int) getLong(in);
    }

    public static long getLong(ByteBuffer in) {
        long value = 0;
        int shift = 0;
        byte b;
        do {
            b = in.get();
            value |= (b & 0x7fL) << shift;
            shift += 7;
        } while (b < 0 && shift < 70);
        return value;
    }
}
