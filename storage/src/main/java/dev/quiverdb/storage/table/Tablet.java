package dev.quiverdb.storage.table;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.access.AccessContext;
import dev.quiverdb.storage.access.AccessIndex;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.storage.access.SlotReader;
import dev.quiverdb.storage.block.BlockStore;
import dev.quiverdb.storage.spill.SpillPlace;
import dev.quiverdb.storage.table.Layout.Form;
import dev.quiverdb.storage.table.Layout.Placed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one tablet in their newest version, the history behind them, and the indexes over
 * them.
 *
 * <p>The applying thread alone calls the {@code apply} methods, in a writer's visit. Readers come
 * from any thread through {@link RowReader} and {@link StripeScan}. Row ids are handed out by
 * {@link #allocator()} from any thread, long before they are applied.
 */
public final class Tablet {
    private static final int DIRECTORY_BYTES = 4096;
    private static final int DIRECTORY_ENTRIES = DIRECTORY_BYTES / 16;

    /** An index with the spec it was made of. */
    public record Indexed(IndexSpec spec, AccessIndex index, long created) {}

    private final int tabletId;
    private final BlockStore store;
    private final History history;
    private volatile Layout layout;
    private final Map<Integer, Layout> layouts = new ConcurrentHashMap<>();
    private volatile @Nullable Stripe[] stripes = new Stripe[8];
    private volatile int stripeCount;

    /** Blocks of (long first block, int live rows, int 0) per stripe. */
    private long[] directory = new long[0];

    private final Map<Integer, VectorStore> vectors = new ConcurrentHashMap<>();
    private final List<Indexed> indexes = new CopyOnWriteArrayList<>();
    private final SlotAllocator allocator = new SlotAllocator(this);
    private final long created;

    /** Stripes of which older snapshots may need versions. */
    private final List<Stripe> withHistory = new ArrayList<>();

    private final AtomicLong liveRows = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();

    // What apply reuses from row to row.
    private final RowBuffer before;
    private final RowBuffer after;
    private final View oldView = new View();
    private final View newView = new View();
    private final BulkRows bulk;

    /** Makes an empty tablet, in a writer's visit, or one that {@link #restore} then fills. */
    public Tablet(BlockStore store, History history, Layout layout, long created) {
        this.tabletId = layout.spec().tabletId();
        this.store = store;
        this.history = history;
        this.layout = layout;
        this.created = created;
        layouts.put(layout.version(), layout);
        before = new RowBuffer(layout);
        after = new RowBuffer(layout);
        makeVectorStores(layout);
        bulk = new BulkRows(this);
    }

    private void makeVectorStores(Layout of) {
        for (int i = 0; i < of.columnCount(); i++) {
            var column = of.column(i);
            if (column.form() == Form.VECTOR) {
                vectors.computeIfAbsent(
                        column.spec().columnId(), _ -> new VectorStore(store, column.slotBytes()));
            }
        }
    }

    public int tabletId() {
        return tabletId;
    }

    public Layout layout() {
        return layout;
    }

    Layout layout(int version) {
        var found = layouts.get(version);
        if (found == null) {
            throw new IllegalStateException("tablet " + tabletId + " has no layout " + version);
        }
        return found;
    }

    /** Commit timestamp of the transaction that made the tablet. */
    public long created() {
        return created;
    }

    public SlotAllocator allocator() {
        return allocator;
    }

    public List<Indexed> indexes() {
        return indexes;
    }

    /** The index of that id, or null. */
    public @Nullable Indexed index(int indexId) {
        for (var index : indexes) {
            if (index.spec().indexId() == indexId) {
                return index;
            }
        }
        return null;
    }

    public long liveRows() {
        return liveRows.get();
    }

    public long changes() {
        return changes.get();
    }

    public int stripeCount() {
        return stripeCount;
    }

    /** Where the rows lie. */
    public BlockStore store() {
        return store;
    }

    History history() {
        return history;
    }

    /** The vectors of a column, or null if it does not lie in slots. */
    public @Nullable SlotReader slots(int columnId) {
        return vectors.get(columnId);
    }

    /** Approximate size of its blocks, heaps and indexes left out, without looking at them. */
    public long bytes() {
        long perStripe = 0;
        var of = layout;
        for (int i = 0; i < of.segmentCount(); i++) {
            perStripe += of.segmentBytes(i);
        }
        return perStripe * stripeCount + vectorBytes();
    }

    long vectorBytes() {
        return vectors.values().stream().mapToLong(VectorStore::bytes).sum();
    }

    // ---- stripes --------------------------------------------------------------------------------

    /** A stripe, opened if need be, in a visit; null past the end. */
    @Nullable Stripe stripeOrNull(int index) {
        if (index >= stripeCount) {
            return null;
        }
        var stripe = stripes[index];
        return stripe != null ? stripe : openStripe(index);
    }

    private synchronized Stripe openStripe(int index) {
        var stripe = stripes[index];
        if (stripe == null) {
            long entry = directory[index / DIRECTORY_ENTRIES];
            long block = store.read(entry).get(Bytes.LONG, 16L * (index % DIRECTORY_ENTRIES));
            stripe = Stripe.open(store, block);
            stripes[index] = stripe;
        }
        return stripe;
    }

    /** The stripe to write to; made, with all before it, if it is not there. */
    Stripe stripeToWrite(int index) {
        while (index >= stripeCount) {
            addStripe();
        }
        var stripe = stripes[index];
        return stripe != null ? stripe : openStripe(index);
    }

    private synchronized void addStripe() {
        int index = stripeCount;
        var stripe = Stripe.create(store, layout);
        if (index == stripes.length) {
            stripes = Arrays.copyOf(stripes, index * 2);
        }
        if (index / DIRECTORY_ENTRIES == directory.length) {
            directory = Arrays.copyOf(directory, directory.length + 1);
            directory[directory.length - 1] = store.allocate(DIRECTORY_BYTES);
        }
        var entry = store.write(directory[index / DIRECTORY_ENTRIES]);
        entry.set(Bytes.LONG, 16L * (index % DIRECTORY_ENTRIES), stripe.headBlock());
        stripes[index] = stripe;
        stripeCount = index + 1;
    }

    // ---- values ---------------------------------------------------------------------------------

    /** A value of a buffer whose vectors are slot numbers. */
    @Nullable Object value(RowBuffer row, int position) {
        if (row.state(position) != RowBuffer.PRESENT) {
            return null;
        }
        var column = row.layout().column(position);
        if (column.form() != Form.VECTOR) {
            return row.get(position);
        }
        int ticket = store.enterReader();
        try {
            return vector(column, (int) row.bits(position));
        } finally {
            store.exitReader(ticket);
        }
    }

    /** A vector as an object, in a visit. */
    Object vector(Placed column, int vecId) {
        int prefix = Stripe.vectorPrefix(column);
        byte[] bytes = vectorStore(column).read(vecId, prefix);
        if (prefix > 0) {
            bytes[0] = (byte) (column.spec().typmod() & 7);
        }
        return column.type().decode(ByteBuffer.wrap(bytes));
    }

    VectorStore vectorStore(Placed column) {
        var found = vectors.get(column.spec().columnId());
        if (found == null) {
            throw new IllegalStateException("column " + column + " has no vectors");
        }
        return found;
    }

    /** A version of a row as indexes look at it. */
    final class View implements RowView {
        RowBuffer row = before;

        @Override
        public @Nullable Object value(int columnId) {
            return Tablet.this.value(row, row.layout().position(columnId));
        }

        @Override
        public int vecId(int columnId) {
            int position = row.layout().position(columnId);
            return row.state(position) == RowBuffer.PRESENT ? (int) row.bits(position) : -1;
        }
    }

    // ---- apply ----------------------------------------------------------------------------------

    /** Puts a row into a free slot. */
    public void applyInsert(long rowId, RowBuffer row, long commit) {
        var of = row.layout();
        placeVectors(row);
        var stripe = stripeToWrite((int) (rowId >>> 10));
        int slot = (int) rowId & 1023;
        assert !Stripe.isLive(stripe.head(), slot) : "row " + rowId + " is there already";
        long held = stripe.lock.writeLock();
        try {
            for (int i = 0; i < of.columnCount(); i++) {
                stripe.write(of, of.column(i), slot, row);
            }
            // Nobody who could see what was in the slot before is there any more.
            stripe.setHistory(slot, 0);
            stripe.mark(slot, true, commit);
        } finally {
            stripe.lock.unlockWrite(held);
        }
        liveRows.incrementAndGet();
        changes.incrementAndGet();
        newView.row = row;
        for (var index : indexes) {
            if (belongs(index.spec(), newView)) {
                index.index().insert(newView, rowId, commit);
            }
        }
    }

    private void placeVectors(RowBuffer row) {
        var of = row.layout();
        for (int i = 0; i < of.columnCount(); i++) {
            var column = of.column(i);
            if (column.form() == Form.VECTOR && row.state(i) == RowBuffer.PRESENT) {
                int prefix = Stripe.vectorPrefix(column);
                assert row.length(i) == prefix + column.slotBytes() : "vector of a wrong size";
                row.setBits(i, vectorStore(column).write(row.source(i), row.offset(i) + prefix));
            }
        }
    }

    /**
     * Changes columns of a row.
     *
     * @param forSnapshots whether open snapshots may need the version before
     */
    public void applyUpdate(long rowId, RowBuffer row, long commit, boolean forSnapshots) {
        var of = row.layout();
        var stripe = stripeToWrite((int) (rowId >>> 10));
        int slot = (int) rowId & 1023;
        var head = stripe.head();
        assert Stripe.isLive(head, slot) : "update of row " + rowId + " that is not there";
        before.reset(of);
        boolean indexed = false;
        for (int i = 0; i < of.columnCount(); i++) {
            if (row.has(i)) {
                var column = of.column(i);
                boolean isIndexed = isIndexed(column.spec().columnId());
                indexed |= isIndexed;
                // Replay needs the old value for nothing else.
                if (forSnapshots || isIndexed || column.form() == Form.VECTOR) {
                    stripe.copy(column, slot, before);
                }
            }
        }
        keepUnchangedVectors(of, row);
        placeVectors(row);
        long image = 0;
        if (forSnapshots) {
            image = writeImage(stripe, slot, Stripe.stamp(head, slot), before, commit);
        }
        long held = stripe.lock.writeLock();
        try {
            for (int i = 0; i < of.columnCount(); i++) {
                if (row.has(i)) {
                    stripe.write(of, of.column(i), slot, row);
                }
            }
            setHistory(stripe, slot, image);
            stripe.mark(slot, true, commit);
            stripe.compactHeap(of);
        } finally {
            stripe.lock.unlockWrite(held);
        }
        changes.incrementAndGet();
        releaseVectors(of, before, row, commit);
        if (indexed) {
            updateIndexes(stripe, slot, rowId, row, commit, forSnapshots);
        }
    }

    /** An update with the very vector that is there keeps its slot, so that no index is touched. */
    private void keepUnchangedVectors(Layout of, RowBuffer row) {
        for (int i = 0; i < of.columnCount(); i++) {
            var column = of.column(i);
            if (column.form() != Form.VECTOR
                    || row.state(i) != RowBuffer.PRESENT
                    || before.state(i) != RowBuffer.PRESENT) {
                continue;
            }
            int prefix = Stripe.vectorPrefix(column);
            byte[] old = vectorStore(column).read((int) before.bits(i), prefix);
            int from = row.offset(i) + prefix;
            if (Arrays.equals(
                    old, prefix, old.length, row.source(i), from, from + column.slotBytes())) {
                row.setAbsent(i);
                before.setAbsent(i);
            }
        }
    }

    private void updateIndexes(
            Stripe stripe, int slot, long rowId, RowBuffer row, long commit, boolean forSnapshots) {
        var of = row.layout();
        after.reset(of);
        for (var index : indexes) {
            if (!touches(index.spec(), of, row)) {
                continue;
            }
            for (var key : index.spec().keys()) {
                loadBoth(stripe, slot, of, of.position(key.columnId()), row);
            }
            if (index.spec().membershipColumn().isPresent()) {
                int id = index.spec().membershipColumn().getAsInt();
                loadBoth(stripe, slot, of, of.position(id), row);
            }
            oldView.row = before;
            newView.row = after;
            if (belongs(index.spec(), oldView)) {
                index.index().delete(oldView, rowId, commit, forSnapshots);
            }
            if (belongs(index.spec(), newView)) {
                index.index().insert(newView, rowId, commit);
            }
        }
    }

    /** Makes a column's old and new value known to the views. */
    private void loadBoth(Stripe stripe, int slot, Layout of, int position, RowBuffer row) {
        if (!after.has(position)) {
            stripe.copy(of.column(position), slot, after);
        }
        if (!before.has(position)) {
            assert !row.has(position) : "A changed column has its image already.";
            stripe.copy(of.column(position), slot, before);
        }
    }

    private boolean isIndexed(int columnId) {
        for (var index : indexes) {
            if (covers(index.spec(), columnId)) {
                return true;
            }
        }
        return false;
    }

    static boolean covers(IndexSpec spec, int columnId) {
        for (var key : spec.keys()) {
            if (key.columnId() == columnId) {
                return true;
            }
        }
        return spec.membershipColumn().isPresent()
                && spec.membershipColumn().getAsInt() == columnId;
    }

    private static boolean touches(IndexSpec spec, Layout of, RowBuffer row) {
        for (int i = 0; i < of.columnCount(); i++) {
            if (row.has(i) && covers(spec, of.column(i).spec().columnId())) {
                return true;
            }
        }
        return false;
    }

    /** Whether a partial index has the row. */
    static boolean belongs(IndexSpec spec, RowView row) {
        return spec.membershipColumn().isEmpty()
                || Boolean.TRUE.equals(row.value(spec.membershipColumn().getAsInt()));
    }

    /** Takes a row away. */
    public void applyDelete(long rowId, long commit, boolean forSnapshots) {
        var of = layout;
        var stripe = stripeToWrite((int) (rowId >>> 10));
        int slot = (int) rowId & 1023;
        var head = stripe.head();
        assert Stripe.isLive(head, slot) : "delete of row " + rowId + " that is not there";
        before.reset(of);
        for (int i = 0; i < of.columnCount(); i++) {
            stripe.copy(of.column(i), slot, before);
        }
        long image = 0;
        if (forSnapshots) {
            image = writeImage(stripe, slot, Stripe.stamp(head, slot), before, commit);
        }
        long held = stripe.lock.writeLock();
        try {
            stripe.clear(of, slot);
            setHistory(stripe, slot, image);
            stripe.mark(slot, false, commit);
            stripe.compactHeap(of);
        } finally {
            stripe.lock.unlockWrite(held);
        }
        liveRows.decrementAndGet();
        changes.incrementAndGet();
        releaseVectors(of, before, null, commit);
        oldView.row = before;
        for (var index : indexes) {
            if (belongs(index.spec(), oldView)) {
                index.index().delete(oldView, rowId, commit, forSnapshots);
            }
        }
        allocator.freed(rowId, commit);
    }

    private void setHistory(Stripe stripe, int slot, long image) {
        boolean had = stripe.hasHistory();
        stripe.setHistory(slot, image);
        if (!had && stripe.hasHistory()) {
            withHistory.add(stripe);
        }
    }

    private long writeImage(Stripe stripe, int slot, long stamp, RowBuffer image, long commit) {
        var out = image.scratch();
        out.reset();
        out.putLong(stamp);
        out.putLong(stripe.historyOf(slot));
        out.putByte(1);
        out.putInt(image.layout().version());
        image.writeImage(out);
        return history.append(out.array(), 0, out.size(), commit);
    }

    private void releaseVectors(Layout of, RowBuffer old, @Nullable RowBuffer row, long commit) {
        for (int i = 0; i < of.columnCount(); i++) {
            var column = of.column(i);
            if (column.form() == Form.VECTOR
                    && old.state(i) == RowBuffer.PRESENT
                    && (row == null || row.has(i))) {
                vectorStore(column).release((int) old.bits(i), commit);
            }
        }
    }

    /** What bulk loads do to this tablet. */
    public BulkRows bulk() {
        return bulk;
    }

    /** Rows came that nobody saw before, or were never there. */
    void countLoaded(int rows) {
        liveRows.addAndGet(rows);
        changes.addAndGet(rows);
    }

    // ---- definition -----------------------------------------------------------------------------

    /** Changes the columns; the indexes stay. In a writer's visit. */
    public void applyAlter(TabletSpec spec) {
        var old = layout;
        var next = old.alter(spec);
        layouts.put(next.version(), next);
        makeVectorStores(next);
        layout = next;
        for (int i = 0; i < next.columnCount(); i++) {
            var column = next.column(i);
            if (column.form() == Form.VECTOR
                    && column.spec().missingValue() != null
                    && old.positionOrMinusOne(column.spec().columnId()) < 0) {
                fillVectors(next, i);
            }
        }
    }

    /** Every row gets its own copy of a missing vector: a slot belongs to one row. */
    private void fillVectors(Layout of, int position) {
        for (int index = 0; index < stripeCount; index++) {
            var stripe = stripeToWrite(index);
            for (int slot = 0; slot < Layout.SLOTS; slot++) {
                if (!Stripe.isLive(stripe.head(), slot)) {
                    continue;
                }
                after.reset(of);
                after.set(position, of.missingValue(position));
                placeVectors(after);
                long held = stripe.lock.writeLock();
                try {
                    stripe.write(of, of.column(position), slot, after);
                } finally {
                    stripe.lock.unlockWrite(held);
                }
            }
        }
    }

    /** Adds an index that holds all rows already. */
    public void addIndex(IndexSpec spec, AccessIndex index, long commit) {
        indexes.add(new Indexed(spec, index, commit));
        setSpec(layout.spec().withIndex(spec));
    }

    /** Adds an index that the spec has already. */
    public void restoreIndex(IndexSpec spec, AccessIndex index, long commit) {
        indexes.add(new Indexed(spec, index, commit));
    }

    /** Puts all rows into an index that is empty, as at replay. In a writer's visit. */
    public void fillIndex(IndexSpec spec, AccessIndex index, long commit) {
        var of = layout;
        oldView.row = before;
        for (int number = 0; number < stripeCount; number++) {
            var stripe = stripeToWrite(number);
            for (int slot = 0; slot < Layout.SLOTS; slot++) {
                if (!Stripe.isLive(stripe.head(), slot)) {
                    continue;
                }
                before.reset(of);
                for (int i = 0; i < of.columnCount(); i++) {
                    if (covers(spec, of.column(i).spec().columnId())) {
                        stripe.copy(of.column(i), slot, before);
                    }
                }
                if (belongs(spec, oldView)) {
                    index.insert(oldView, (long) number << 10 | slot, commit);
                }
            }
        }
    }

    /** Takes an index away and gives its blocks back. In a writer's visit. */
    public void dropIndex(int indexId) {
        var found = index(indexId);
        if (found != null) {
            indexes.remove(found);
            setSpec(layout.spec().withoutIndex(indexId));
            found.index().close();
            found.index().drop();
        }
    }

    /** Takes over a spec that differs in its indexes only, of which the tablet has none yet. */
    public void become(TabletSpec spec) {
        setSpec(spec);
    }

    /** Only the list of indexes differs, so the layout keeps its version. */
    private void setSpec(TabletSpec spec) {
        var next = layout.withSpec(spec);
        layouts.put(next.version(), next);
        layout = next;
    }

    /** Gives every block back. In a writer's visit. */
    public void drop() {
        for (int i = 0; i < stripeCount; i++) {
            stripeToWrite(i).drop(layout);
        }
        for (long block : directory) {
            store.free(block);
        }
        // Indexes go first: in the background they may be reading the vectors.
        for (var index : indexes) {
            index.index().close();
            index.index().drop();
        }
        indexes.clear();
        for (var vector : vectors.values()) {
            vector.drop();
        }
        directory = new long[0];
        stripeCount = 0;
    }

    /** What an index of this tablet lives on. */
    public AccessContext context(IndexSpec index) {
        return context(null, index);
    }

    /**
     * What an index lives on.
     *
     * @param spec what the tablet will be; null for what it is
     */
    public AccessContext context(@Nullable TabletSpec spec, IndexSpec index) {
        return new AccessContext() {
            @Override
            public SpillPlace spill() {
                return history.spill();
            }

            @Override
            public BlockStore blocks() {
                return store;
            }

            @Override
            public TabletSpec tablet() {
                return spec == null ? layout.spec() : spec;
            }

            @Override
            public IndexSpec index() {
                return index;
            }

            @Override
            public @Nullable SlotReader slots(int columnId) {
                var found = Tablet.this.slots(columnId);
                int slotBytes = Layout.slotBytes(tablet().column(columnId));
                return found != null || slotBytes == 0
                        ? found
                        : new PendingSlots(
                                new VectorStore(store, slotBytes), () -> vectors.get(columnId));
            }
        };
    }

    /**
     * Lets go of what only older snapshots needed. Called between log entries, in a writer's visit.
     */
    public void prune(long horizon) {
        for (var index : indexes) {
            index.index().prune(horizon);
        }
        for (var entry : vectors.entrySet()) {
            int[] vecIds = entry.getValue().takeReleased(horizon);
            if (vecIds.length > 0) {
                for (var index : indexes) {
                    index.index().unlink(entry.getKey(), vecIds);
                }
                entry.getValue().reuse(vecIds);
            }
        }
        withHistory.removeIf(stripe -> stripe.forgetHistory(horizon));
        allocator.prune(horizon);
    }

    /** Stripes that keep addresses of before-images; asked for while nothing is applied. */
    public int stripesWithHistory() {
        return withHistory.size();
    }

    // ---- checkpoint -----------------------------------------------------------------------------

    /** Writes what {@link #restore} needs, between two log entries, in a writer's visit. */
    public void save(ByteWriter out) {
        for (int i = 0; i < stripeCount; i++) {
            var stripe = stripes[i];
            if (stripe == null) {
                continue;
            }
            long at = 16L * (i % DIRECTORY_ENTRIES) + 8;
            long block = directory[i / DIRECTORY_ENTRIES];
            if (store.read(block).get(Bytes.INT, at) != stripe.liveCount()) {
                store.write(block).set(Bytes.INT, at, stripe.liveCount());
            }
        }
        out.putInt(stripeCount);
        out.putInt(directory.length);
        for (long block : directory) {
            out.putLong(block);
        }
        out.putLong(liveRows.get());
        out.putInt(vectors.size());
        for (var entry : vectors.entrySet()) {
            out.putInt(entry.getKey());
            entry.getValue().save(out);
        }
    }

    /** Fills a tablet that was just made from what {@link #save} wrote. */
    public void restore(ByteBuffer in) {
        int count = in.getInt();
        directory = new long[in.getInt()];
        for (int i = 0; i < directory.length; i++) {
            directory[i] = in.getLong();
        }
        stripes = new Stripe[Math.max(8, count)];
        stripeCount = count;
        liveRows.set(in.getLong());
        int stores = in.getInt();
        for (int i = 0; i < stores; i++) {
            int columnId = in.getInt();
            var vector = vectors.get(columnId);
            if (vector == null) {
                // A column that is dropped; its slots are kept until the tablet goes.
                vector = new VectorStore(store, 64);
                vectors.put(columnId, vector);
            }
            vector.restore(in);
        }
    }

    /** Rows that a stripe had at the last checkpoint, or now if it is open. In a visit. */
    int liveCount(int index) {
        var stripe = stripes[index];
        if (stripe != null) {
            return stripe.liveCount();
        }
        return store.read(directory[index / DIRECTORY_ENTRIES])
                .get(Bytes.INT, 16L * (index % DIRECTORY_ENTRIES) + 8);
    }
}
