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
        for (long column = 0, end = 32L * columns; column != end; column += 32) {
            ByteVector low =
                    ByteVector.fromMemorySegment(BYTE_128, table, to + column, LITTLE_ENDIAN);
            ByteVector high =
                    ByteVector.fromMemorySegment(BYTE_128, table, to + column + 16, LITTLE_ENDIAN);
            ByteVector codes0 =
                    ByteVector.fromMemorySegment(BYTE_128, block, bo + column, LITTLE_ENDIAN);
            ByteVector codes1 =
                    ByteVector.fromMemorySegment(BYTE_128, block, bo + column + 16, LITTLE_ENDIAN);
            // With 16 lanes an index is taken modulo 16 anyway: no mask is needed.
            ByteVector shifted0 =
                    codes0.reinterpretAsShorts()
                            .lanewise(VectorOperators.LSHR, 4)
                            .reinterpretAsBytes();
            ByteVector shifted1 =
                    codes1.reinterpretAsShorts()
                            .lanewise(VectorOperators.LSHR, 4)
                            .reinterpretAsBytes();
            ShortVector r0 =
                    codes0.selectFrom(low).add(shifted0.selectFrom(high)).reinterpretAsShorts();
            ShortVector r1 =
                    codes1.selectFrom(low).add(shifted1.selectFrom(high)).reinterpretAsShorts();
            all0 = all0.add(r0);
            odd0 = odd0.add(r0.lanewise(VectorOperators.LSHR, 8));
            all1 = all1.add(r1);
            odd1 = odd1.add(r1.lanewise(VectorOperators.LSHR, 8));
        }
        all0.sub(odd0.lanewise(VectorOperators.LSHL, 8)).intoArray(out, at);
        odd0.intoArray(out, at + 16);
        all1.sub(odd1.lanewise(VectorOperators.LSHL, 8)).intoArray(out, at + 8);
        odd1.intoArray(out, at + 24);
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
        for (long column = 0, end = 32L * columns; column != end; column += 32) {
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
        long end = 64L * (columns / 2);
        for (long column = 0; column != end; column += 64) {
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
        even.reinterpretShape(SHORT_256, 0)
                .reinterpretAsShorts()
                .add(even.reinterpretShape(SHORT_256, 1).reinterpretAsShorts())
                .intoArray(out, at);
        odd.reinterpretShape(SHORT_256, 0)
                .reinterpretAsShorts()
                .add(odd.reinterpretShape(SHORT_256, 1).reinterpretAsShorts())
                .intoArray(out, at + 16);
        if (columns % 2 == 1) {
            short[] last = new short[32];
            scan256(table, to + end, block, bo + end, 1, last, 0);
            for (int v = 0; v < 32; v++) {
                out[at + v] += last[v];
            }
        }
    }
}
