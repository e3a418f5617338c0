package dev.quiverdb.bench.ann;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.filter.VecIdBitmap;
import dev.quiverdb.vector.flat.NearestHeap;
import dev.quiverdb.vector.ivf.IvfIndex;
import dev.quiverdb.vector.ivf.IvfOptions;
import dev.quiverdb.vector.ivf.IvfSearch;
import dev.quiverdb.vector.ivf.IvfWriter;
import dev.quiverdb.vector.simd.ArenaVectorSlots;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.QueryVector;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.util.BitSet;

/** Inverted lists of this house; the effort is the number of lists probed. */
final class QuiverIvfEngine implements AnnEngine {
    private final String name;
    private final IvfOptions options;
    private final int[] probes;
    private final int rerank;
    private final Arena arena = Arena.ofShared();
    private @Nullable ArenaVectorSlots slots;
    private @Nullable IvfIndex index;
    private @Nullable IvfSearch search;
    private @Nullable IvfWriter writer;
    private @Nullable QueryVector query;
    private int count;

    QuiverIvfEngine(String name, IvfOptions options, int rerank, int[] probes) {
        this.name = name;
        this.options = options;
        this.rerank = rerank;
        this.probes = probes;
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
        var built = IvfIndex.build(options, own, data.ids(), threads);
        index = built;
        search = built.newSearch();
        writer = built.newWriter();
        query = new QueryVector(ElementKind.FLOAT32, data.dimensions(), arena);
    }

    private static <T> T built(@Nullable T thing) {
        if (thing == null) {
            throw new IllegalStateException("build comes first");
        }
        return thing;
    }

    @Override
    public double indexBytesPerVector() {
        return (double) built(index).sizeBytes() / count;
    }

    @Override
    public int[] efforts() {
        return probes;
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
        // Few lists find few neighbours: more reranking than they can use would be wasted.
        int ranked = Math.max(2 * k, Math.min(rerank, rerank / 2 + effort / 4));
        NearestHeap found =
                built(search).search(built(query).set(vector), k, effort, ranked, admission);
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
        built(writer).delete(id);
    }

    @Override
    public void insert(int id) {
        built(writer).insert(id);
    }

    @Override
    public void close() {
        if (slots != null) {
            slots.close();
        }
        arena.close();
    }
}
