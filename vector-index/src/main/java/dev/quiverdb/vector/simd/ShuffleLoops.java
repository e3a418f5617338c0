package dev.quiverdb.vector.simd;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Fast scan: the 16-entry tables of two 4-bit codes are looked up by byte shuffles. As table
 * entries are at most 127, the entries of a column's two nibbles add up within a byte; bytes are
 * then summed as pairs in 16-bit lanes: {@code all} sums the pair as it stands (even + 256 * odd),
 * {@code odd} the odd bytes alone, and at the end the even sums are {@code all - 256 * odd} modulo
 * 2^16.
 */
final class ShuffleLoops {
    private static final VectorSpecies<Byte> BYTE_128 = ByteVector.SPECIES_128;
    private static final VectorSpecies<Byte> BYTE_256 = ByteVector.SPECIES_256;
    private static final VectorSpecies<Short> SHORT_128 = ShortVector.SPECIES_128;
    private static final VectorSpecies<Short> SHORT_256 = ShortVector.SPECIES_256;

    private static final VectorSpecies<Byte> BYTE_512 = ByteVector.SPECIES_512;
    private static final VectorSpecies<Short> SHORT_512 = ShortVector.SPECIES_512;
    private static final ByteVector SECOND_COLUMN = lanesFrom32((byte) 0, (byte) 32);
    private static final ByteVector SECOND_COLUMN_HIGH = lanesFrom32((byte) 16, (byte) 48);

    /** 32 bytes each: 15; 16; 255 on even places. Read from memory, they stay in registers. */
    private static final MemorySegment MASKS = masks();

    private ShuffleLoops() {}

    private static MemorySegment masks() {
        MemorySegment masks = Arena.global().allocate(96, 64);
        for (int i = 0; i < 32; i++) {
            masks.set(ValueLayout.JAVA_BYTE, i, (byte) 15);
            masks.set(ValueLayout.JAVA_BYTE, 32 + i, (byte) 16);
            masks.set(ValueLayout.JAVA_BYTE, 64 + i, (byte) (i % 2 == 0 ? 255 : 0));
        }
        return masks;
    }

    private static ByteVector lanesFrom32(byte below, byte from) {
        byte[] lanes = new byte[64];
        for (int i = 0; i < 64; i++) {
            lanes[i] = i < 32 ? below : from;
        }
        return ByteVector.fromArray(BYTE_512, lanes, 0);
    }

    private static ByteVector nibbles(ByteVector codes, ByteVector low, ByteVector high) {
        ByteVector shifted =
                codes.reinterpretAsShorts().lanewise(VectorOperators.LSHR, 4).reinterpretAsBytes();
        // With 16 lanes an index is taken modulo 16 anyway: no mask is needed.
        return codes.selectFrom(low).add(shifted.selectFrom(high));
    }

    static void scan128(
            MemorySegment table,
            long to,
            MemorySegment block,
            long bo,
            int columns,
            short[] out,
            int at) {
        ShortVector all0 = ShortVector.zero(SHORT_128);
        ShortVector odd0 = all0;
        ShortVector all1 = all0;
        ShortVector odd1 = all0;
        for (int c = 0; c < columns; c++) {
            long column = 32L * c;
            ByteVector low =
                    ByteVector.fromMemorySegment(BYTE_128, table, to + column, LITTLE_ENDIAN);
            ByteVector high =
                    ByteVector.fromMemorySegment(BYTE_128, table, to + column + 16, LITTLE_ENDIAN);
            ShortVector r0 =
                    nibbles(
                                    ByteVector.fromMemorySegment(
                                            BYTE_128, block, bo + column, LITTLE_ENDIAN),
                                    low,
                                    high)
                            .reinterpretAsShorts();
            ShortVector r1 =
                    nibbles(
                                    ByteVector.fromMemorySegment(
                                            BYTE_128, block, bo + column + 16, LITTLE_ENDIAN),
                                    low,
                                    high)
                            .reinterpretAsShorts();
            all0 = all0.add(r0);
            odd0 = odd0.add(r0.lanewise(VectorOperators.LSHR, 8));
            all1 = all1.add(r1);
            odd1 = odd1.add(r1.lanewise(VectorOperators.LSHR, 8));
        }
        store(all0, odd0, out, at);
        store(all1, odd1, out, at + 8);
    }

    private static void store(ShortVector all, ShortVector odd, short[] out, int at) {
        all.sub(odd.lanewise(VectorOperators.LSHL, 8)).intoArray(out, at);
        odd.intoArray(out, at + 16);
    }

    /**
     * With 32 lanes one permutation reaches both tables of a column: the high nibble looks 16
     * entries further.
     */
    static void scan256(
            MemorySegment table,
            long to,
            MemorySegment block,
            long bo,
            int columns,
            short[] out,
            int at) {
        ShortVector all = ShortVector.zero(SHORT_256);
        ShortVector odd = all;
        ByteVector nibble = ByteVector.fromMemorySegment(BYTE_256, MASKS, 0, LITTLE_ENDIAN);
        ByteVector second = ByteVector.fromMemorySegment(BYTE_256, MASKS, 32, LITTLE_ENDIAN);
        ShortVector lowByte =
                ByteVector.fromMemorySegment(BYTE_256, MASKS, 64, LITTLE_ENDIAN)
                        .reinterpretAsShorts();
        for (int c = 0; c < columns; c++) {
            long column = 32L * c;
            ByteVector entries =
                    ByteVector.fromMemorySegment(BYTE_256, table, to + column, LITTLE_ENDIAN);
            ByteVector codes =
                    ByteVector.fromMemorySegment(BYTE_256, block, bo + column, LITTLE_ENDIAN);
            ByteVector low = codes.and(nibble);
            ByteVector high =
                    codes.reinterpretAsInts()
                            .lanewise(VectorOperators.LSHR, 4)
                            .reinterpretAsBytes()
                            .and(nibble)
                            .or(second);
            ShortVector r =
                    low.selectFrom(entries).add(high.selectFrom(entries)).reinterpretAsShorts();
            all = all.add(r);
            odd =
                    odd.add(
                            r.reinterpretAsInts()
                                    .lanewise(VectorOperators.LSHR, 8)
                                    .reinterpretAsShorts()
                                    .and(lowByte));
        }
        all.sub(odd.lanewise(VectorOperators.LSHL, 8)).intoArray(out, at);
        odd.intoArray(out, at + 16);
    }

    /**
     * With 64 lanes two columns go at once: the 64 bytes of their tables are one permutation's
     * source.
     */
    static void scan512(
            MemorySegment table,
            long to,
            MemorySegment block,
            long bo,
            int columns,
            short[] out,
            int at) {
        ShortVector all = ShortVector.zero(SHORT_512);
        ShortVector odd = all;
        int c = 0;
        for (; c + 2 <= columns; c += 2) {
            long column = 32L * c;
            ByteVector entries =
                    ByteVector.fromMemorySegment(BYTE_512, table, to + column, LITTLE_ENDIAN);
            ByteVector codes =
                    ByteVector.fromMemorySegment(BYTE_512, block, bo + column, LITTLE_ENDIAN);
            ByteVector low = codes.and((byte) 15).or(SECOND_COLUMN);
            ByteVector high =
                    codes.reinterpretAsShorts()
                            .lanewise(VectorOperators.LSHR, 4)
                            .reinterpretAsBytes()
                            .and((byte) 15)
                            .or(SECOND_COLUMN_HIGH);
            ShortVector r =
                    low.selectFrom(entries).add(high.selectFrom(entries)).reinterpretAsShorts();
            all = all.add(r);
            odd = odd.add(r.lanewise(VectorOperators.LSHR, 8));
        }
        ShortVector even = all.sub(odd.lanewise(VectorOperators.LSHL, 8));
        half(even, 0).add(half(even, 1)).intoArray(out, at);
        half(odd, 0).add(half(odd, 1)).intoArray(out, at + 16);
        if (c < columns) {
            short[] last = new short[32];
            scan256(table, to + 32L * c, block, bo + 32L * c, 1, last, 0);
            for (int v = 0; v < 32; v++) {
                out[at + v] += last[v];
            }
        }
    }

    private static ShortVector half(ShortVector vector, int part) {
        return (ShortVector) vector.reinterpretShape(SHORT_256, part);
    }
}
