package dev.quiverdb.vector.access;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.SparseVector;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.access.AccessContext;
import dev.quiverdb.storage.access.AccessIndex;
import dev.quiverdb.storage.access.AccessMethod;
import dev.quiverdb.storage.access.RowGuard;
import dev.quiverdb.storage.access.RowSource;
import dev.quiverdb.vector.graph.HnswOptions;
import dev.quiverdb.vector.quantise.RabitqCodec;
import dev.quiverdb.vector.quantise.VectorCodec;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * {@code USING hnsw} with pgvector's options {@code m} and {@code ef_construction}, and {@code
 * quantization}: {@code auto} (codes where they pay), {@code rabitq} or {@code none}. Owns the
 * threads that link in the background. Thread-safe.
 */
public final class HnswAccessMethod implements AccessMethod, AutoCloseable {
    private static final int TAIL_MAX = 4096;
    private static final int NON_ZERO_MAX = 1000;
    private static final int M = 16;
    private static final int EF_CONSTRUCTION = 64;

    /** Below this one bit a dimension says too little. */
    private static final int CODE_DIMENSIONS_MIN = 128;

    /** One more than navigates at all: a walk by two bits sees nearly as well as by vectors. */
    private static final int CODE_BITS = 2;

    static final byte FORMAT = 2;

    private final ExecutorService linkers;
    private final int threads;

    /** Makes the method with a number of background threads. */
    public HnswAccessMethod(int threads) {
        this(
                threads,
                Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().daemon().name("hnsw-linker-", 0).factory()));
    }

    /** With the background of somebody who steps it himself. */
    HnswAccessMethod(int threads, ExecutorService linkers) {
        this.threads = threads;
        this.linkers = linkers;
    }

    @Override
    public String name() {
        return "hnsw";
    }

    /** What an index was asked to be. */
    private record Parsed(IndexedColumn column, HnswOptions options, boolean codes) {}

    private Parsed parse(AccessContext context) {
        var column = IndexedColumn.of(context, name());
        var given =
                new IndexOptions(
                        context.index().options(), Set.of("m", "ef_construction", "quantization"));
        int m = given.integer("m", M, HnswOptions.M_MIN, HnswOptions.M_MAX);
        int efConstruction =
                given.integer(
                        "ef_construction",
                        EF_CONSTRUCTION,
                        HnswOptions.EF_CONSTRUCTION_MIN,
                        HnswOptions.EF_CONSTRUCTION_MAX);
        String quantization = given.word("quantization", List.of("auto", "rabitq", "none"));
        if (efConstruction < 2 * m) {
            throw IndexOptions.invalid("ef_construction must be greater than or equal to 2 * m");
        }
        boolean codable =
                !column.operatorClass().isSparse()
                        && column.operatorClass().kind() != ElementKind.BIT
                        && column.operatorClass().metric() != Metric.L1;
        if (quantization.equals("rabitq") && !codable) {
            throw IndexOptions.invalid(
                    "operator class \"%s\" does not support quantization \"rabitq\""
                            .formatted(column.operatorClass().sqlName()));
        }
        boolean codes =
                switch (quantization) {
                    case "rabitq" -> true;
                    case "none" -> false;
                    default -> codable && column.dimensions() >= CODE_DIMENSIONS_MIN;
                };
        return new Parsed(column, new HnswOptions(m, efConstruction, TAIL_MAX), codes);
    }

    @Override
    public void validate(AccessContext context) {
        parse(context);
    }

    @Override
    public AccessIndex create(AccessContext context) {
        var parsed = parse(context);
        var codec = parsed.codes ? codec(parsed, new float[parsed.column.dimensions()]) : null;
        return HnswAccessIndex.create(context, parsed.column, parsed.options, codec, linkers, true);
    }

    @Override
    public AccessIndex open(AccessContext context, ByteBuffer saved) {
        var parsed = parse(context);
        var in = saved.slice().order(ByteOrder.BIG_ENDIAN);
        if (in.get() != FORMAT) {
            throw new IllegalStateException("index was saved in an unknown format");
        }
        int root = in.getInt();
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        VectorCodec codec = bytes.length == 0 ? null : VectorCodec.ofBytes(bytes);
        return HnswAccessIndex.open(
                context, parsed.column, parsed.options, codec, linkers, root, in);
    }

    @Override
    public AccessIndex build(AccessContext context, RowSource rows, BuildProgress progress) {
        var parsed = parse(context);
        if (parsed.column.holdsOwn(context)) {
            var index =
                    HnswAccessIndex.create(
                            context, parsed.column, parsed.options, null, linkers, false);
            index.loadRows(context, rows, Math.max(threads, 1), progress);
            return index;
        }
        var members = IndexMembers.read(context, parsed.column, rows, progress);
        @Nullable VectorCodec codec =
                parsed.codes ? codec(parsed, members.mean(parsed.column)) : null;
        var index =
                HnswAccessIndex.create(
                        context, parsed.column, parsed.options, codec, linkers, false);
        index.load(members, Math.max(threads, 1), progress);
        return index;
    }

    private static VectorCodec codec(Parsed parsed, float[] centre) {
        return new RabitqCodec(
                parsed.column.operatorClass().metric(), centre, CODE_BITS, 0x51756976L);
    }

    @Override
    public @Nullable RowGuard guard(AccessContext context) {
        var column = parse(context).column;
        if (!column.operatorClass().isSparse()) {
            return null;
        }
        return row -> {
            if (row.value(column.columnId()) instanceof SparseVector vector) {
                requireFew(vector);
            }
        };
    }

    static void requireFew(SparseVector vector) {
        if (vector.nonZeroCount() > NON_ZERO_MAX) {
            throw new SqlException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "sparsevec cannot have more than %d non-zero elements for hnsw index"
                            .formatted(NON_ZERO_MAX));
        }
    }

    /** Ends the background threads; indexes stay searchable and their tails grow. */
    @Override
    public void close() {
        linkers.shutdown();
    }
}
