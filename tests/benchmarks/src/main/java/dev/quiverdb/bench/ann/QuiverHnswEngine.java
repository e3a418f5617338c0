package dev.quiverdb.bench.ann;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.filter.VecIdBitmap;
import dev.quiverdb.vector.graph.ArenaGraphBlocks;
import dev.quiverdb.vector.graph.CodeSpace;
import dev.quiverdb.vector.graph.HnswIndex;
import dev.quiverdb.vector.graph.HnswOptions;
import dev.quiverdb.vector.graph.Neighbours;
import dev.quiverdb.vector.graph.SearchParameters;
import dev.quiverdb.vector.graph.SlotSpace;
import dev.quiverdb.vector.quantise.RabitqCodec;
import dev.quiverdb.vector.simd.ArenaVectorSlots;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.BitSet;

/** The graph of this house, by vectors or by codes; the effort is ef_search. */
final class QuiverHnswEngine implements AnnEngine {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** Vectors at the end of a build that are stored first and linked then. */
    private static final int TIMED = 4000;

    private static final int[] EFFORTS = {10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384};

    private final String name;
    private final int bits;
    private final double rerankShare;
    private final Arena arena = Arena.ofShared();
    private final Neighbours found = new Neighbours();
    private final ArenaGraphBlocks blocks = new ArenaGraphBlocks();
    private @Nullable HnswIndex index;
    private @Nullable ArenaVectorSlots slots;
    private @Nullable MemorySegment query;
    private int codeBytes;
    private double storeMicros = Double.NaN;
    private double linkedPerSecond = Double.NaN;
    private int count;

    /**
     * A graph.
     *
     * @param bits bits a dimension of the codes to navigate by; 0 navigates by vectors
     * @param rerankShare how many of ef results are ranked by their vectors; 0 leaves it to the
     *     index
     */
    QuiverHnswEngine(String name, int bits, double rerankShare) {
        this.name = name;
        this.bits = bits;
        this.rerankShare = rerankShare;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void build(AnnData data, int threads) {
        count = data.base().length;
        var own = new ArenaVectorSlots(ElementKind.FLOAT32, data.dimensions());
        for (float[] vector : data.base()) {
            own.add(vector);
        }
        slots = own;
        query = arena.allocate(ElementKind.FLOAT32.strideBytes(data.dimensions()), 64);
        CodeSpace codes = null;
        if (bits > 0) {
            var codec = new RabitqCodec(Metric.L2, mean(data), bits, 42);
            codeBytes = codec.strideBytes();
            codes = new CodeSpace(codec, own);
        }
        var made =
                HnswIndex.create(
                        HnswOptions.defaults(), blocks, new SlotSpace(Metric.L2, own), codes);
        index = made;
        int last = Math.min(TIMED, count / 2);
        Parallel.run(
                threads,
                count - last,
                id -> {
                    made.insert(id);
                    made.linkNext();
                });
        timeTheLast(made, own, data, last);
    }

    /** Stores and links the last vectors apart from each other, as a database does. */
    private void timeTheLast(HnswIndex made, ArenaVectorSlots own, AnnData data, int last) {
        made.linkAll();
        long start = THREADS.getCurrentThreadCpuTime();
        for (int id = count - last; id < count; id++) {
            own.set(id, data.base()[id]);
            made.insert(id, id);
        }
        long stored = THREADS.getCurrentThreadCpuTime();
        made.linkAll();
        long linked = THREADS.getCurrentThreadCpuTime();
        storeMicros = (stored - start) / 1e3 / last;
        linkedPerSecond = last * 1e9 / (linked - stored);
    }

    @Override
    public double storeMicros() {
        return storeMicros;
    }

    @Override
    public double linkedPerSecond() {
        return linkedPerSecond;
    }

    private static float[] mean(AnnData data) {
        double[] sums = new double[data.dimensions()];
        for (float[] vector : data.base()) {
            for (int d = 0; d < sums.length; d++) {
                sums[d] += vector[d];
            }
        }
        float[] mean = new float[sums.length];
        for (int d = 0; d < mean.length; d++) {
            mean[d] = (float) (sums[d] / data.base().length);
        }
        return mean;
    }

    private static <T> T built(@Nullable T thing) {
        if (thing == null) {
            throw new IllegalStateException("build comes first");
        }
        return thing;
    }

    @Override
    public double indexBytesPerVector() {
        return (double) blocks.allocatedBlocks() * blocks.blockBytes() / count + codeBytes;
    }

    @Override
    public int[] efforts() {
        return EFFORTS;
    }

    @Override
    public @Nullable Object prepareFilter(BitSet admitted) {
        return VecIdBitmap.ofWords(admitted.toLongArray());
    }

    @Override
    public int searchFiltered(
            float[] vector,
            int k,
            int effort,
            BitSet admitted,
            @Nullable Object prepared,
            int[] into) {
        return find(
                vector,
                k,
                effort,
                prepared instanceof Admission admission ? admission : Admission.ALL,
                into);
    }

    @Override
    public int search(float[] vector, int k, int effort, @Nullable BitSet admitted, int[] into) {
        return find(
                vector,
                k,
                effort,
                admitted == null ? Admission.ALL : VecIdBitmap.ofWords(admitted.toLongArray()),
                into);
    }

    private int find(float[] vector, int k, int effort, Admission admission, int[] into) {
        MemorySegment target = built(query);
        MemorySegment.copy(vector, 0, target, ValueLayout.JAVA_FLOAT, 0, vector.length);
        var parameters = SearchParameters.defaults().withEfSearch(effort);
        if (rerankShare > 0) {
            parameters = parameters.withRerank((int) Math.max(2 * k, effort * rerankShare));
        }
        built(index).search(target, k, parameters, admission, found);
        for (int i = 0; i < found.count(); i++) {
            into[i] = found.vecId(i);
        }
        return found.count();
    }

    @Override
    public boolean changes() {
        return true;
    }

    @Override
    public void delete(int id) {
        built(index).delete(id);
    }

    @Override
    public void insert(int id) {
        built(index).insert(id);
        built(index).linkNext();
    }

    @Override
    public void settle() {
        built(index).maintain();
        while (built(index).takeReleased() != null) {
            // The slots are written again with the same vectors.
        }
    }

    @Override
    public void close() {
        index = null;
        if (slots != null) {
            slots.close();
        }
        arena.close();
    }
}
