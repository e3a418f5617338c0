package dev.quiverdb.vector.access;

import dev.quiverdb.base.error.Severity;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.access.AccessContext;
import dev.quiverdb.storage.access.AccessIndex;
import dev.quiverdb.storage.access.AccessMethod;
import dev.quiverdb.storage.access.RowSource;
import dev.quiverdb.vector.ivf.IvfOptions;
import dev.quiverdb.vector.ivf.IvfOptions.Coding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * {@code USING ivfflat} with pgvector's option {@code lists}, and {@code USING ivfpq} with {@code
 * lists} (0 chooses), {@code pq_m} (sub-spaces; 0 chooses), {@code pq_bits} (4 or 8), {@code
 * rotation} ({@code random}, or {@code opq} for a learned one) and {@code rerank} (estimates
 * compared exactly). Owns the threads that find lists in the background. Thread-safe.
 */
public final class IvfAccessMethod implements AccessMethod, AutoCloseable {
    private static final int LISTS_MAX = 32_768;
    private static final int LISTS = 100;
    private static final int RERANK = 100;
    private static final long SEED = 0x51756976L;

    private final String name;
    private final Coding coding;
    private final int threads;
    private final ExecutorService background;

    private IvfAccessMethod(String name, Coding coding, int threads) {
        this(
                name,
                coding,
                threads,
                Executors.newFixedThreadPool(
                        threads, Thread.ofPlatform().daemon().name(name + "-lists-", 0).factory()));
    }

    /** With the background of somebody who steps it himself. */
    IvfAccessMethod(String name, Coding coding, int threads, ExecutorService background) {
        this.name = name;
        this.coding = coding;
        this.threads = threads;
        this.background = background;
    }

    /** Lists of ids: vectors are read where they are. */
    public static IvfAccessMethod flat(int threads) {
        return new IvfAccessMethod("ivfflat", Coding.FLAT, threads);
    }

    /** Lists of product codes. */
    public static IvfAccessMethod product(int threads) {
        return new IvfAccessMethod("ivfpq", Coding.PRODUCT, threads);
    }

    @Override
    public String name() {
        return name;
    }

    /** What an index was asked to be. */
    private record Parsed(IndexedColumn column, IvfOptions options, int rerank) {}

    private Parsed parse(AccessContext context) {
        var column = IndexedColumn.of(context, name);
        var metric = column.operatorClass().metric();
        var asked = context.index().options();
        if (coding == Coding.FLAT) {
            var given = new IndexOptions(asked, Set.of("lists"));
            int lists = given.integer("lists", LISTS, 1, LISTS_MAX);
            return new Parsed(column, new IvfOptions(metric, lists, coding, 0, 1, SEED), 0);
        }
        if (column.operatorClass().typeOid() == dev.quiverdb.base.type.Oids.BIT) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT,
                    "operator class \"%s\" does not exist for access method \"%s\""
                            .formatted(column.operatorClass().sqlName(), name));
        }
        var given =
                new IndexOptions(asked, Set.of("lists", "pq_m", "pq_bits", "rotation", "rerank"));
        int lists = given.integer("lists", 0, 0, LISTS_MAX);
        int padded = (column.dimensions() + 63) & ~63;
        int parts = given.integer("pq_m", 0, 0, padded);
        int bits = given.integer("pq_bits", 4, 4, 8);
        if (bits != 4 && bits != 8) {
            throw IndexOptions.invalid("pq_bits must be 4 or 8");
        }
        if (parts % 2 != 0) {
            throw IndexOptions.invalid("pq_m must be even");
        }
        boolean learned = given.word("rotation", List.of("random", "opq")).equals("opq");
        int rerank = given.integer("rerank", RERANK, 0, 1_000_000);
        return new Parsed(
                column,
                new IvfOptions(metric, lists, coding, parts, bits, learned, 1, SEED),
                rerank);
    }

    @Override
    public void validate(AccessContext context) {
        parse(context);
    }

    private IvfAccessIndex make(AccessContext context, Parsed parsed) {
        var blocks = new StorageGraphBlocks(context.blocks());
        return new IvfAccessIndex(
                parsed.column,
                parsed.options,
                parsed.rerank,
                blocks,
                parsed.column.holding(context, blocks),
                background,
                threads);
    }

    @Override
    public AccessIndex create(AccessContext context) {
        return make(context, parse(context));
    }

    @Override
    public AccessIndex open(AccessContext context, ByteBuffer saved) {
        var index = make(context, parse(context));
        var in = saved.slice().order(ByteOrder.BIG_ENDIAN);
        if (in.get() != IvfAccessIndex.FORMAT) {
            throw new IllegalStateException("index was saved in an unknown format");
        }
        index.restore(in);
        return index;
    }

    @Override
    public AccessIndex build(AccessContext context, RowSource rows, BuildProgress progress) {
        var parsed = parse(context);
        var index = make(context, parsed);
        int lists = parsed.options.lists();
        int rowCount;
        if (parsed.column.holdsOwn(context)) {
            rowCount = loadRows(context, index, rows, progress);
        } else {
            var members = IndexMembers.read(context, parsed.column, rows, progress);
            index.load(members);
            rowCount = members.count();
        }
        boolean comesLater = isComputed(context, parsed.column) && rows.rows() >= lists;
        if (!comesLater) {
            announce(context, rowCount, progress);
        }
        index.finishLoad(progress);
        return index;
    }

    /** Values of an index expression are written with the commit that brings the index. */
    private static boolean isComputed(AccessContext context, IndexedColumn column) {
        return context.tablet().column(column.columnId()).hidden();
    }

    private static int loadRows(
            AccessContext context, IvfAccessIndex index, RowSource rows, BuildProgress progress) {
        var membership = context.index().membershipColumn();
        for (int stripe = 0; stripe < rows.stripes(); stripe++) {
            rows.visit(
                    stripe,
                    (rowId, row) -> {
                        if (IndexMembers.belongs(membership, row)) {
                            index.loadRow(row, rowId);
                        }
                    });
            progress.report("building index: initializing", stripe + 1, rows.stripes());
        }
        return index.liveCount();
    }

    /** Says what pgvector says about an index with fewer rows than lists. */
    @Override
    public void announce(AccessContext context, long rows, BuildProgress progress) {
        if (rows < parse(context).options.lists()) {
            progress.notice(
                    new SqlException(
                                    SqlState.SUCCESSFUL_COMPLETION,
                                    name + " index created with little data")
                            .withSeverity(Severity.NOTICE)
                            .withDetail("This will cause low recall.")
                            .withHint("Drop the index until the table has more data."));
        }
    }

    /** Ends the background threads; indexes stay searchable and more vectors wait. */
    @Override
    public void close() {
        background.shutdown();
    }
}
