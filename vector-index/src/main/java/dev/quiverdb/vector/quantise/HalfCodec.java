package dev.quiverdb.vector.quantise;

import dev.quiverdb.vector.simd.DistanceFunction;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.NativeMemory;
import dev.quiverdb.vector.simd.QueryVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Halves in place of floats: half the memory, ranks to about three digits, any metric over floats.
 */
public record HalfCodec(Metric metric, int dimensions) implements VectorCodec {
    static final byte KIND = 3;
    private static final MemorySegment ALL = NativeMemory.ALL;
    private static final ValueLayout.OfShort HALF =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public int strideBytes() {
        return ElementKind.FLOAT16.strideBytes(dimensions);
    }

    @Override
    public CodeEncoder newEncoder(Arena arena) {
        return new CodeEncoder(dimensions) {
            @Override
            public void encode(float[] vector, MemorySegment target, long offset) {
                for (int i = 0; i < vector.length; i++) {
                    target.set(HALF, offset + 2L * i, Float.floatToFloat16(vector[i]));
                }
            }
        };
    }

    @Override
    public CodeQuery newQuery(Arena arena) {
        return new HalfQuery(DistanceFunction.of(metric, ElementKind.FLOAT16, dimensions));
    }

    private static final class HalfQuery extends CodeQuery {
        private final DistanceFunction function;
        private final float[] four = new float[8];
        private @Nullable QueryVector query;

        HalfQuery(DistanceFunction function) {
            this.function = function;
        }

        @Override
        public void set(QueryVector next) {
            query = next;
        }

        @Override
        public float estimate(MemorySegment codes, long offset) {
            return function.rank(current(), codes, offset);
        }

        @Override
        void estimateFour(long[] codes, int at, float[] ranks) {
            function.rank4(
                    current(),
                    ALL,
                    codes[at],
                    ALL,
                    codes[at + 1],
                    ALL,
                    codes[at + 2],
                    ALL,
                    codes[at + 3],
                    four);
            System.arraycopy(four, 0, ranks, at, 4);
        }

        private QueryVector current() {
            if (query == null) {
                throw new IllegalStateException("no query was set");
            }
            return query;
        }
    }

    @Override
    public byte[] toBytes() {
        return ByteBuffer.allocate(6)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(KIND)
                .put(metric.code())
                .putInt(dimensions)
                .array();
    }

    static HalfCodec read(ByteBuffer in) {
        return new HalfCodec(Metric.ofCode(in.get()), in.getInt());
    }
}
