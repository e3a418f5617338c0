package dev.quiverdb.storage.block;

import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.DiskException;
import dev.quiverdb.base.world.DiskFullException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The block store in a directory. {@code README.md} beside this file has the invariants.
 *
 * <p>Locks, outer before inner: eviction, writing out, a leaf's, and then the monitors of memory,
 * space and retired things, which take none.
 */
public final class LocalBlockStore implements BlockStore {
    static final String DATA_FILE = "blocks";

    private final BlockStoreOptions options;
    private final String describedDirectory;
    private final ManifestFile manifestFile;
    private final BlockFile file;
    private final FrameMemory memory;
    private final PageSpace space;
    private final TableTree tree;
    private final PageRelease pageRelease;

    private final Epochs epochs;

    private volatile TableLeaf[] leaves;

    /** The image that writers change now; the one before it is on its way to disk or there. */
    private volatile long image;

    /** The frozen image that is not durable yet, or 0. */
    private volatile long freezing;

    /** From freeze to the end of the checkpoint's clearing up. */
    private volatile boolean checkpointing;

    /** Writers may not enter. */
    private volatile boolean gate;

    private volatile ConcurrentLinkedQueue<Frame> dirtyFrames = new ConcurrentLinkedQueue<>();
    private volatile ConcurrentSkipListSet<Integer> dirtyLeaves = new ConcurrentSkipListSet<>();

    /**
     * Held while the image changes, and by who enters a place into a table of one image or the
     * other.
     */
    private final Object imageSwitch = new Object();

    /** Leaves changed in the image that is being made durable. */
    private volatile ConcurrentSkipListSet<Integer> frozenLeaves = new ConcurrentSkipListSet<>();

    /** A checkpoint forces when it has written so much. */
    private static final int UNFORCED_BYTES_MAX = 2 << 20;

    private final ReentrantLock evictionLock = new ReentrantLock();

    /** One frame at a time is written, so that its state has one owner. */
    private final ReentrantLock writeOutLock = new ReentrantLock();

    /** Frames in the order the clock hand meets them. */
    private final ConcurrentLinkedQueue<Frame> clock = new ConcurrentLinkedQueue<>();

    /** The disk was full at the last attempt. Guarded by the eviction lock. */
    private boolean spillingIsVain;

    private final AtomicLong clockLength = new AtomicLong();
    private final AtomicLong dirtyBytes = new AtomicLong();
    private final AtomicLong liveBlocks = new AtomicLong();
    private final AtomicLong evictions = new AtomicLong();

    /** Guards {@link #freeIds}, {@link #nextBlockId} and growth of {@link #leaves}. */
    private final Object ids = new Object();

    private final ArrayDeque<Long> freeIds = new ArrayDeque<>();
    private long nextBlockId;

    private final boolean brokenRoot;
    private volatile Root root;
    private volatile Manifest manifest;
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;

    private LocalBlockStore(BlockStoreOptions options, StoreRecovery recovered) {
        this.options = options;
        this.brokenRoot = recovered.brokenRoot;
        this.describedDirectory = options.disk().describe(options.directory());
        this.manifestFile = recovered.manifestFile;
        this.file = recovered.file;
        this.memory = new FrameMemory(options.cacheBytes());
        this.space = recovered.space;
        this.epochs = new Epochs(memory, space);
        this.tree = recovered.tree;
        this.leaves = recovered.leaves.toArray(TableLeaf[]::new);
        this.root = recovered.root;
        this.manifest = new Manifest(root.sequence(), root.logIndex(), recovered.payload);
        this.nextBlockId = root.nextBlockId();
        this.image = root.sequence() + 1;
        this.pageRelease = new PageRelease(root.sequence(), epochs::retirePages);
        recovered.onlyOlder.forEach(location -> pageRelease.add(location, root.sequence()));
        long live = 0;
        for (long id = nextBlockId - 1; id > 0; id--) {
            if (leaves[leafOf(id)].current.sizeBytes[slotOf(id)] == 0) {
                freeIds.push(id);
            } else {
                live++;
            }
        }
        liveBlocks.set(live);
    }

    /**
     * Opens or makes a store; it stands at its newest durable checkpoint.
     *
     * @throws BlockDamagedException when both roots, or the newest one's table, are damaged
     */
    public static LocalBlockStore open(BlockStoreOptions options) {
        return new LocalBlockStore(options, StoreRecovery.run(options));
    }

    /**
     * Whether one root was not whole when the store was opened. If it was the newer one, it was
     * either never published or is damaged; in the first case the log goes back to the older one.
     */
    public boolean hasBrokenRoot() {
        return brokenRoot;
    }

    /** What to say when the log does not go back to the root that is whole. */
    public BlockDamagedException brokenRoot(RuntimeException missing) {
        var damage =
                new BlockDamagedException(
                        Long.MIN_VALUE,
                        options.disk().describe(ManifestFile.name(options.directory())),
                        (long) root.otherSlot() * Root.SLOT_BYTES,
                        "this root is not whole, and the log does not reach back to the other one");
        damage.addSuppressed(missing);
        return damage;
    }

    static int leafOf(long blockId) {
        return (int) (blockId / TableLeaf.BLOCKS);
    }

    static int slotOf(long blockId) {
        return (int) (blockId % TableLeaf.BLOCKS);
    }

    // ---- visits ----

    @Override
    public int enterReader() {
        return epochs.enterReader();
    }

    @Override
    public void exitReader(int ticket) {
        epochs.exitReader(ticket);
    }

    @Override
    public int enterWriter() {
        epochs.awaitRelease();
        while (true) {
            requireWorking();
            if (!gate) {
                int ticket = epochs.enterWriter();
                if (!gate) {
                    return ticket;
                }
                epochs.exitWriter(ticket);
            }
            LockSupport.parkNanos(20_000);
        }
    }

    @Override
    public void exitWriter(int ticket) {
        epochs.exitWriter(ticket);
    }

    void requireWorking() {
        if (closed || failure != null) {
            throw new BlockStoreClosedException(describedDirectory, failure);
        }
    }

    /** Ends the store for writers: what is on disk is not known. */
    void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    // ---- reading ----

    private TableLeaf leaf(long blockId) {
        var known = leaves;
        int number = leafOf(blockId);
        if (blockId <= 0 || number >= known.length) {
            throw noSuchBlock(blockId);
        }
        return known[number];
    }

    private static IllegalArgumentException noSuchBlock(long blockId) {
        return new IllegalArgumentException("there is no block " + blockId);
    }

    @Override
    public MemorySegment read(long blockId) {
        var frame = leaf(blockId).frame(slotOf(blockId));
        if (frame != null) {
            if (!frame.referenced) {
                frame.referenced = true;
            }
            return frame.memory;
        }
        return load(blockId).memory;
    }

    @Override
    public @Nullable MemorySegment readIfCached(long blockId) {
        var frame = leaf(blockId).frame(slotOf(blockId));
        if (frame == null) {
            return null;
        }
        frame.referenced = true;
        return frame.memory;
    }

    /** The frame of a block that was not found in memory a moment ago. */
    private Frame load(long blockId) {
        var leaf = leaf(blockId);
        int slot = slotOf(blockId);
        Loading mine = new Loading();
        Loading others;
        Location location;
        int generation;
        leaf.lock.lock();
        try {
            var frame = leaf.frame(slot);
            if (frame != null) {
                return frame;
            }
            if (leaf.current.sizeBytes[slot] == 0) {
                throw noSuchBlock(blockId);
            }
            others = leaf.loading[slot];
            if (others == null) {
                leaf.loading[slot] = mine;
            }
            location = leaf.current.location[slot];
            generation = leaf.current.generation[slot];
        } finally {
            leaf.lock.unlock();
        }
        return others != null ? others.await() : fetch(leaf, slot, mine, location, generation);
    }

    private Frame fetch(TableLeaf leaf, int slot, Loading mine, Location location, int generation) {
        long blockId = leaf.blockId(slot);
        Frame frame = null;
        try {
            requireWorkingForReads();
            frame = newFrame(blockId, location.blockBytes(), generation);
            file.read(blockId, location, frame.memory);
        } catch (RuntimeException e) {
            if (frame != null) {
                memory.free(frame.piece);
            }
            leaf.lock.lock();
            try {
                if (isMine(leaf, slot, mine)) {
                    leaf.loading[slot] = null;
                }
            } finally {
                leaf.lock.unlock();
            }
            mine.fail(e);
            throw e;
        }
        leaf.lock.lock();
        try {
            if (isMine(leaf, slot, mine)) {
                leaf.loading[slot] = null;
                leaf.setFrame(slot, frame);
                addToClock(frame);
            } else {
                // Freed meanwhile: only those who hold it now may go on looking at it.
                frame.state = Frame.RETIRED;
                epochs.retireFrame(frame);
            }
        } finally {
            leaf.lock.unlock();
        }
        mine.finish(frame);
        return frame;
    }

    @SuppressWarnings("ReferenceEquality") // A load is itself, not equal to another.
    private static boolean isMine(TableLeaf leaf, int slot, Loading mine) {
        return leaf.loading[slot] == mine;
    }

    private void requireWorkingForReads() {
        if (closed) {
            throw new BlockStoreClosedException(describedDirectory, null);
        }
    }

    @Override
    public int sizeOf(long blockId) {
        var leaf = leaf(blockId);
        leaf.lock.lock();
        try {
            int size = leaf.current.sizeBytes[slotOf(blockId)];
            if (size == 0) {
                throw noSuchBlock(blockId);
            }
            return size;
        } finally {
            leaf.lock.unlock();
        }
    }

    // ---- writing ----

    @Override
    public long allocate(int sizeBytes) {
        FrameMemory.orderOf(sizeBytes);
        requireWorking();
        epochs.release();
        long blockId;
        synchronized (ids) {
            var reused = freeIds.poll();
            blockId = reused != null ? reused : nextBlockId++;
            int number = leafOf(blockId);
            if (number >= leaves.length) {
                var grown = Arrays.copyOf(leaves, number + 1);
                grown[number] = new TableLeaf(number);
                leaves = grown;
            }
        }
        var leaf = leaf(blockId);
        int slot = slotOf(blockId);
        var frame = newFrame(blockId, sizeBytes, generationOf(leaf, slot));
        frame.memory.fill((byte) 0);
        leaf.lock.lock();
        try {
            divergeIfFreezing(leaf);
            leaf.current.sizeBytes[slot] = sizeBytes;
            leaf.current.location[slot] = Location.NONE;
            dirtyLeaves.add(leaf.number);
            frame.writtenAt = epochs.now();
            becomeDirty(frame);
            leaf.setFrame(slot, frame);
            addToClock(frame);
        } finally {
            leaf.lock.unlock();
        }
        liveBlocks.incrementAndGet();
        return blockId;
    }

    private static int generationOf(TableLeaf leaf, int slot) {
        leaf.lock.lock();
        try {
            return leaf.current.generation[slot];
        } finally {
            leaf.lock.unlock();
        }
    }

    private void divergeIfFreezing(TableLeaf leaf) {
        if (freezing != 0) {
            leaf.diverge();
        }
    }

    /** Leaf lock held, in a writer's visit. */
    private void becomeDirty(Frame frame) {
        frame.image = image;
        frame.state = Frame.DIRTY;
        dirtyFrames.add(frame);
        dirtyBytes.addAndGet(frame.sizeBytes());
    }

    @Override
    public MemorySegment write(long blockId) {
        var leaf = leaf(blockId);
        var frame = leaf.frame(slotOf(blockId));
        if (frame != null && frame.state == Frame.DIRTY && frame.image == image) {
            // Announced first, then looked again: whoever wants to write the frame out does it the
            // other way round.
            frame.writtenAt = epochs.now();
            if (frame.state == Frame.DIRTY) {
                frame.referenced = true;
                return frame.memory;
            }
        }
        return writeSlowly(leaf, slotOf(blockId), blockId);
    }

    private MemorySegment writeSlowly(TableLeaf leaf, int slot, long blockId) {
        requireWorking();
        while (true) {
            var found = leaf.frame(slot);
            if (found == null) {
                found = load(blockId);
            }
            // Memory comes before the lock: making room takes locks of other leaves.
            boolean likelyCopy = mustCopy(found);
            var spare = likelyCopy ? newFrame(blockId, found.sizeBytes(), found.generation) : null;
            leaf.lock.lock();
            try {
                var frame = leaf.frame(slot);
                if (frame == null || (mustCopy(frame) && spare == null)) {
                    continue;
                }
                frame.referenced = true;
                if (!mustCopy(frame)) {
                    frame.writtenAt = epochs.now();
                    if (frame.state == Frame.CLEAN) {
                        becomeDirty(frame);
                    }
                    return frame.memory;
                }
                if (spare == null || spare.sizeBytes() != frame.sizeBytes()) {
                    continue;
                }
                var copy = new Frame(blockId, spare.piece, frame.generation);
                spare = null;
                MemorySegment.copy(frame.memory, 0, copy.memory, 0, frame.sizeBytes());
                copy.writtenAt = epochs.now();
                becomeDirty(copy);
                frame.obsolete = frame.image == copy.image;
                leaf.setFrame(slot, copy);
                addToClock(copy);
                return copy.memory;
            } finally {
                leaf.lock.unlock();
                if (spare != null) {
                    memory.free(spare.piece);
                }
            }
        }
    }

    /** The content is needed as it is: by a checkpoint, or by a write going on. */
    private boolean mustCopy(Frame frame) {
        int state = frame.state;
        return state == Frame.WRITING || (state == Frame.DIRTY && frame.image != image);
    }

    @Override
    public void free(long blockId) {
        requireWorking();
        var leaf = leaf(blockId);
        int slot = slotOf(blockId);
        leaf.lock.lock();
        try {
            if (leaf.current.sizeBytes[slot] == 0) {
                throw noSuchBlock(blockId);
            }
            divergeIfFreezing(leaf);
            var frame = leaf.frame(slot);
            leaf.setFrame(slot, null);
            leaf.loading[slot] = null;
            replaced(leaf.current.location[slot], image);
            leaf.current.location[slot] = Location.NONE;
            leaf.current.sizeBytes[slot] = 0;
            leaf.current.generation[slot]++;
            dirtyLeaves.add(leaf.number);
            if (frame != null) {
                leaveMap(frame);
            }
        } finally {
            leaf.lock.unlock();
        }
        liveBlocks.decrementAndGet();
        epochs.retire(() -> {
            synchronized (ids) {
                freeIds.push(blockId);
            }
        });
    }

    /** A frame that is found no more goes, unless somebody has yet to write it. Leaf lock held. */
    private void leaveMap(Frame frame) {
        boolean writerFollows =
                frame.state == Frame.WRITING
                        || (frame.state == Frame.DIRTY && frame.image != image);
        if (!writerFollows) {
            if (frame.state == Frame.DIRTY) {
                dirtyBytes.addAndGet(-frame.sizeBytes());
            }
            frame.state = Frame.RETIRED;
            epochs.retireFrame(frame);
        }
    }

    /** A place that {@code imageWithout} refers to no more. */
    void replaced(Location location, long imageWithout) {
        if (location.isSomewhere()) {
            if (location.born == imageWithout) {
                // No published root ever knew it.
                epochs.retirePages(location);
            } else {
                pageRelease.add(location, imageWithout);
            }
        }
    }

    // ---- frames ----

    private Frame newFrame(long blockId, int sizeBytes, int generation) {
        if (isShort(sizeBytes)) {
            makeRoom(sizeBytes);
        }
        return new Frame(blockId, memory.allocate(sizeBytes), generation);
    }

    private boolean isShort(int sizeBytes) {
        return epochs.isShort(sizeBytes);
    }

    private void addToClock(Frame frame) {
        clock.add(frame);
        clockLength.incrementAndGet();
    }

    /**
     * Evicts until there is room, or until a whole turn found nothing more: open visits may exceed
     * the bound.
     */
    private void makeRoom(int sizeBytes) {
        evictionLock.lock();
        try {
            // Twice around: the first turn takes away the marks of use.
            spillingIsVain = false;
            epochs.release();
            for (long left = 2 * clockLength.get(); left > 0 && isShort(sizeBytes); left--) {
                var frame = clock.poll();
                if (frame == null) {
                    return;
                }
                clockLength.decrementAndGet();
                if (frame.state == Frame.RETIRED) {
                    continue;
                }
                if (frame.referenced) {
                    frame.referenced = false;
                    addToClock(frame);
                } else if (!evict(frame)) {
                    addToClock(frame);
                }
            }
            epochs.release();
        } finally {
            evictionLock.unlock();
        }
    }

    private boolean evict(Frame frame) {
        if (frame.state == Frame.DIRTY
                && frame.image == image
                && (spillingIsVain || !spill(frame))) {
            return false;
        }
        var leaf = leaf(frame.blockId);
        int slot = slotOf(frame.blockId);
        leaf.lock.lock();
        try {
            if (frame.state == Frame.CLEAN && isMapped(leaf, slot, frame)) {
                leaf.setFrame(slot, null);
                frame.state = Frame.RETIRED;
                epochs.retireFrame(frame);
                evictions.incrementAndGet();
            }
            return frame.state == Frame.RETIRED;
        } finally {
            leaf.lock.unlock();
        }
    }

    @SuppressWarnings("ReferenceEquality") // A frame is itself, not equal to another.
    private static boolean isMapped(TableLeaf leaf, int slot, Frame frame) {
        return leaf.frame(slot) == frame;
    }

    /** Writes a dirty frame early to have its memory. @return whether it is written */
    private boolean spill(Frame frame) {
        writeOutLock.lock();
        try {
            return writeOut(frame);
        } catch (DiskFullException e) {
            // The frame stays; memory goes past its bound until there is room on disk.
            spillingIsVain = true;
            return false;
        } catch (DiskException e) {
            fail(e);
            return false;
        } finally {
            writeOutLock.unlock();
        }
    }

    /**
     * Writes one dirty frame to free space. False where a writer is still inside it, or where there
     * is nothing to do. Holder of {@link #writeOutLock}.
     */
    private boolean writeOut(Frame frame) {
        var leaf = leaf(frame.blockId);
        leaf.lock.lock();
        try {
            if (frame.state != Frame.DIRTY) {
                return false;
            }
            frame.state = Frame.WRITING;
            epochs.advance();
            if (frame.image == image && frame.writtenAt >= epochs.oldestWriter()) {
                frame.state = Frame.DIRTY;
                return false;
            }
        } finally {
            leaf.lock.unlock();
        }
        Location written;
        try {
            written = file.write(space, frame.blockId, frame.memory, frame.image);
        } catch (DiskException e) {
            leaf.lock.lock();
            try {
                writeFailed(leaf, frame);
            } finally {
                leaf.lock.unlock();
            }
            throw e;
        }
        leaf.lock.lock();
        try {
            synchronized (imageSwitch) {
                install(leaf, frame, written);
            }
        } finally {
            leaf.lock.unlock();
        }
        return true;
    }

    private void writeFailed(TableLeaf leaf, Frame frame) {
        int slot = slotOf(frame.blockId);
        boolean needed = frame.image == freezing || isMapped(leaf, slot, frame);
        if (needed && !frame.obsolete) {
            frame.state = Frame.DIRTY;
        } else {
            dirtyBytes.addAndGet(-frame.sizeBytes());
            frame.state = Frame.RETIRED;
            epochs.retireFrame(frame);
        }
    }

    /**
     * Enters the new place of a written frame wherever its image is the one meant. Leaf lock held.
     */
    private void install(TableLeaf leaf, Frame frame, Location written) {
        int slot = slotOf(frame.blockId);
        dirtyBytes.addAndGet(-frame.sizeBytes());
        boolean ofFrozen = frame.image == freezing;
        var frozen = leaf.frozen;
        if (!ofFrozen) {
            divergeIfFreezing(leaf);
        }
        var target = ofFrozen && frozen != null ? frozen : leaf.current;
        if (frame.obsolete || target.generation[slot] != frame.generation) {
            epochs.retirePages(written);
        } else {
            var old = target.location[slot];
            target.location[slot] = written;
            (ofFrozen ? frozenLeaves : dirtyLeaves).add(leaf.number);
            if (isSame(target, leaf.current)) {
                replaced(old, frame.image);
            } else if (leaf.current.generation[slot] == frame.generation
                    && leaf.current.location[slot].page == old.page) {
                leaf.current.location[slot] = written;
                dirtyLeaves.add(leaf.number);
                replaced(old, frame.image);
            } else {
                // The newest state went on to another place or to none, and gave the old one back
                // then.
                pageRelease.add(written, image);
            }
        }
        if (isMapped(leaf, slot, frame)) {
            frame.state = Frame.CLEAN;
        } else {
            frame.state = Frame.RETIRED;
            epochs.retireFrame(frame);
        }
    }

    @SuppressWarnings("ReferenceEquality") // One object or two, not equal content.
    private static boolean isSame(TableLeaf.Entries a, TableLeaf.Entries b) {
        return a == b;
    }

    // ---- checkpoint ----

    @Override
    public Checkpoint freeze(long logIndex, ByteBuffer payload) {
        requireWorking();
        if (checkpointing) {
            throw new IllegalStateException(
                    "the checkpoint at " + manifest.logIndex() + " goes on");
        }
        if (logIndex < manifest.logIndex()) {
            throw new IllegalArgumentException(
                    "checkpoint at " + logIndex + " behind " + manifest.logIndex());
        }
        var bytes = new byte[payload.remaining()];
        payload.duplicate().get(bytes);
        CheckpointRun run;
        gate = true;
        try {
            for (int spins = 0; epochs.oldestWriter() != Long.MAX_VALUE; spins++) {
                if (spins < 100) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.parkNanos(20_000);
                }
            }
            synchronized (ids) {
                run =
                        new CheckpointRun(
                                this,
                                file,
                                space,
                                image,
                                logIndex,
                                bytes,
                                dirtyFrames,
                                nextBlockId,
                                leaves.length);
            }
            checkpointing = true;
            synchronized (imageSwitch) {
                frozenLeaves = dirtyLeaves;
                dirtyLeaves = new ConcurrentSkipListSet<>();
                dirtyFrames = new ConcurrentLinkedQueue<>();
                freezing = run.number();
                image = run.number() + 1;
            }
        } finally {
            gate = false;
        }
        return run;
    }

    /**
     * Forces as it goes: what is written and not forced stands before the log's next force, and so
     * before whoever commits.
     */
    void writeFrozen(Queue<Frame> frames, long number) {
        int unforced = 0;
        for (var frame = frames.peek(); frame != null; frame = frames.peek()) {
            writeOutLock.lock();
            try {
                if (frame.image == number && writeOut(frame)) {
                    unforced += frame.sizeBytes();
                }
            } finally {
                writeOutLock.unlock();
            }
            frames.poll();
            if (unforced >= UNFORCED_BYTES_MAX && options.force()) {
                file.force();
                unforced = 0;
            }
        }
    }

    /** Writes the leaves of the table that the frozen image changed, and all above them. */
    void writeTable(long number, int leafCount) {
        if (leafCount > 0) {
            tree.write(
                    file,
                    space,
                    number,
                    new TreeSet<>(frozenLeaves),
                    leafCount,
                    this::encodeFrozen,
                    old -> replaced(old, number));
        }
    }

    private void encodeFrozen(int leafNumber, ByteBuffer node) {
        var leaf = leaves[leafNumber];
        leaf.lock.lock();
        try {
            var frozen = leaf.frozen;
            var entries = frozen != null ? frozen : leaf.current;
            for (var location : entries.location) {
                location.encode(node);
            }
        } finally {
            leaf.lock.unlock();
        }
    }

    /** Forces all, then makes the frozen image the newest durable one. */
    void publish(
            long number, long logIndex, long nextId, byte[] payload, List<Location> payloadPlaces) {
        if (options.force()) {
            file.force();
        }
        var published =
                new Root(
                        number,
                        logIndex,
                        root.storeId(),
                        nextId,
                        tree.levels(),
                        tree.top(),
                        payload.length,
                        payloadPlaces,
                        root.wrappedKey());
        manifestFile.publish(published);
        root.payload().forEach(location -> replaced(location, number));
        freezing = 0;
        // Leaves that have diverged go on from their newest state.
        for (var leaf : leaves) {
            leaf.lock.lock();
            try {
                leaf.frozen = null;
            } finally {
                leaf.lock.unlock();
            }
        }
        root = published;
        manifest = new Manifest(number, logIndex, payload);
        pageRelease.published(number);
        epochs.release();
        checkpointing = false;
    }

    // ---- the rest ----

    @Override
    public Manifest manifest() {
        return manifest;
    }

    @Override
    public BackupPin pin() {
        requireWorking();
        var pinned = pageRelease.pin(() -> root);
        return new Backup(
                file,
                pinned,
                options,
                () -> {
                    pageRelease.unpin(pinned.sequence());
                    epochs.release();
                });
    }

    @Override
    public List<BlockDamagedException> verify() {
        try (var pin = pin()) {
            return ((Backup) pin).verify();
        }
    }

    @Override
    public BlockStoreStatistics statistics() {
        return new BlockStoreStatistics(
                liveBlocks.get(),
                memory.usedBytes(),
                memory.peakBytes(),
                dirtyBytes.get(),
                file.sizeBytes(),
                space.usedPages() * PAGE_BYTES,
                file.reads.get(),
                file.writes.get(),
                evictions.get());
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        memory.close();
        file.close();
        manifestFile.close();
    }

    Disk disk() {
        return options.disk();
    }
}
