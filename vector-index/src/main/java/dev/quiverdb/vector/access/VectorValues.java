package dev.quiverdb.vector.access;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.BitString;
import dev.quiverdb.base.type.HalfVector;
import dev.quiverdb.base.type.Vector;
import dev.quiverdb.vector.simd.ElementKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** SQL values in the encoding of slots. */
final class VectorValues {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private VectorValues() {}

    /** Returns a value as bytes; throws PostgreSQL's error where its dimensions differ. */
    static MemorySegment encode(Object value, ElementKind kind, int dimensions) {
        var bytes = Arena.ofAuto().allocate(kind.strideBytes(dimensions), 64);
        switch (value) {
            case Vector vector -> {
                require(vector.dimensions(), dimensions, "vector");
                MemorySegment.copy(vector.unsafeArray(), 0, bytes, FLOAT, 0, dimensions);
            }
            case HalfVector vector -> {
                require(vector.dimensions(), dimensions, "halfvec");
                MemorySegment.copy(vector.unsafeArray(), 0, bytes, SHORT, 0, dimensions);
            }
            case BitString bits -> {
                require(bits.length(), dimensions, "bit");
                MemorySegment.copy(
                        bits.unsafeArray(),
                        0,
                        bytes,
                        ValueLayout.JAVA_BYTE,
                        0,
                        kind.sizeBytes(dimensions));
            }
            default ->
                    throw new IllegalArgumentException(
                            value.getClass() + " is not kept in vector slots");
        }
        return bytes;
    }

    static void require(int have, int want, String type) {
        if (have != want) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION,
                    type.equals("bit")
                            ? "different bit lengths %d and %d".formatted(want, have)
                            : "different %s dimensions %d and %d".formatted(type, want, have));
        }
    }
}
