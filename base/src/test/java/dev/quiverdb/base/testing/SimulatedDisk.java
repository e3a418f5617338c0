package dev.quiverdb.base.testing;

import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.DiskException;
import dev.quiverdb.base.world.DiskFile;
import dev.quiverdb.base.world.DiskForceException;
import dev.quiverdb.base.world.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A disk in memory that keeps no more than what {@link Disk} promises. Everything not forced may be
 * lost at a crash: each 512-byte sector comes back as it was at the last force or after any of the
 * writes since, each independent of the others; each change of a directory since it was forced is
 * there or not; each change of a file's size likewise.
 *
 * <p>Every call that changes something is one <i>event</i>. Power can be cut at a chosen event
 * ({@link #cutPowerAt}), after which every call fails, and the crash's outcome is drawn with {@link
 * #crash}. Or a listener takes {@link #crashImages} at each event while the run goes on.
 *
 * <p>Safe for all threads, but only one thread makes a run repeatable.
 */
public final class SimulatedDisk implements Disk {
    public static final int SECTOR_BYTES = 512;

    private final Map<String, Directory> directories = new TreeMap<>();
    private final Set<String> locks = new HashSet<>();
    private long capacityBytes = Long.MAX_VALUE;
    private long usedBytes;
    private long events;
    private long powerCutAt = Long.MAX_VALUE;
    private long forces;
    private long failForceAt = Long.MAX_VALUE;
    private boolean forceFailed;
    private Predicate<String> lies = _ -> false;
    private LongConsumer listener = _ -> {};
    private SplittableRandom faults = new SplittableRandom(0);

    public SimulatedDisk() {
        directories.put("", new Directory());
    }

    // ---- what a test decides ----

    /** Bytes that all files together may have. */
    public synchronized void limitCapacity(long bytes) {
        capacityBytes = bytes;
    }

    /** At this event (counted from 1) and ever after, every call fails. */
    public synchronized void cutPowerAt(long event) {
        powerCutAt = event;
    }

    /**
     * The force with this number (counted from 1) fails, once; a random part of what it should have
     * saved is lost at a crash, silently.
     */
    public synchronized void failForceAt(long number, long seed) {
        failForceAt = number;
        faults = new SplittableRandom(seed);
    }

    /** Whether the force that was to fail has failed. */
    public synchronized boolean forceHasFailed() {
        return forceFailed;
    }

    /**
     * Forces of these files say that all is well and save nothing, as a cheap disk's cache does.
     */
    public synchronized void lieAboutForcesOf(Predicate<String> names) {
        lies = names;
    }

    /** Bytes that all files together have. */
    public synchronized long usedBytes() {
        return usedBytes;
    }

    /**
     * Called before each event with its number. It may draw crash images but must not touch the
     * disk.
     */
    public synchronized void onEvent(LongConsumer eventListener) {
        listener = eventListener;
    }

    public synchronized long events() {
        return events;
    }

    public synchronized long forces() {
        return forces;
    }

    public synchronized boolean powerIsCut() {
        return events >= powerCutAt;
    }

    /** Inverts one bit of what is stored. */
    public synchronized void flipBit(String name, long offset, int bit) {
        var inode = inode(name);
        inode.content[(int) offset] ^= (byte) (1 << bit);
    }

    public synchronized byte[] contentOf(String name) {
        var inode = inode(name);
        return Arrays.copyOf(inode.content, inode.size);
    }

    /** All files, by full name. */
    public synchronized List<String> files() {
        List<String> names = new ArrayList<>();
        directories.forEach((directory, entries) ->
                entries.current
                        .keySet()
                        .forEach(n -> names.add(directory.isEmpty() ? n : directory + "/" + n)));
        return names;
    }

    /** What one crash leaves. */
    public synchronized SimulatedDisk crash(SplittableRandom random) {
        return image(() -> random.nextInt(), false, false);
    }

    /** What is left when every unforced change is lost. */
    public synchronized SimulatedDisk crashLosingAll() {
        return image(() -> 0, true, false);
    }

    /** What is left when only the process dies: everything that was written. */
    public synchronized SimulatedDisk kill() {
        return image(() -> 0, false, true);
    }

    /**
     * Only the process dies: everything that was written can still be read, and what was not forced
     * may still be lost when the machine crashes later. This very disk, for the next process.
     */
    public synchronized SimulatedDisk killProcess() {
        powerCutAt = Long.MAX_VALUE;
        failForceAt = Long.MAX_VALUE;
        forceFailed = false;
        locks.clear();
        return this;
    }

    /** Outcomes of a crash now: all lost, all kept, and {@code drawn} in between. */
    public synchronized Stream<SimulatedDisk> crashImages(SplittableRandom random, int drawn) {
        return Stream.concat(
                Stream.of(crashLosingAll(), kill()),
                IntStream.range(0, drawn).mapToObj(_ -> crash(random)));
    }

    @FunctionalInterface
    private interface Draw {
        int next();
    }

    private SimulatedDisk image(Draw draw, boolean losesAll, boolean keepsAll) {
        var image = new SimulatedDisk();
        Map<Inode, Inode> copies = new HashMap<>();
        directories.forEach((name, directory) -> {
            var entries = new TreeMap<>(directory.durable);
            for (var change : directory.pending) {
                if (keepsAll || (!losesAll && (draw.next() & 1) == 0)) {
                    change.apply(entries);
                }
            }
            var copy = new Directory();
            entries.forEach((n, inode) -> {
                var made = copies.computeIfAbsent(inode, i -> i.image(draw, losesAll, keepsAll));
                copy.current.put(n, made);
                copy.durable.put(n, made);
            });
            image.directories.put(name, copy);
        });
        copies.values().forEach(inode -> image.usedBytes += inode.size);
        return image;
    }

    // ---- the disk ----

    /** A change of one directory that is not forced yet. */
    private record Change(String unlink, String link, Inode inode) {
        void apply(Map<String, Inode> entries) {
            if (!unlink.isEmpty()) {
                entries.remove(unlink);
            }
            if (!link.isEmpty()) {
                entries.put(link, inode);
            }
        }
    }

    private static final class Directory {
        final TreeMap<String, Inode> current = new TreeMap<>();
        final TreeMap<String, Inode> durable = new TreeMap<>();
        final List<Change> pending = new ArrayList<>();

        void change(Change change) {
            change.apply(current);
            pending.add(change);
        }

        void force() {
            durable.clear();
            durable.putAll(current);
            pending.clear();
        }
    }

    private static final class Inode {
        byte[] content = new byte[0];
        int size;
        int durableSize;
        int links;

        /**
         * For each sector changed since the last force: its durable bytes, then each state since
         * but the newest.
         */
        final TreeMap<Integer, List<byte[]>> unforced = new TreeMap<>();

        /**
         * Durable bytes of sectors whose force failed and that were not written since. Reads see
         * what was written, and no later force saves it: the system thinks them clean.
         */
        final TreeMap<Integer, byte[]> lost = new TreeMap<>();

        void reserve(int bytes) {
            if (bytes > content.length) {
                content = Arrays.copyOf(content, Math.max(bytes, content.length * 2));
            }
        }

        void keepSectors(int from, int to) {
            for (int s = from / SECTOR_BYTES; s * SECTOR_BYTES < to; s++) {
                int start = s * SECTOR_BYTES;
                reserve(start + SECTOR_BYTES);
                var states = unforced.computeIfAbsent(s, _ -> new ArrayList<>());
                var durable = lost.remove(s);
                if (durable != null) {
                    states.add(durable);
                }
                states.add(Arrays.copyOfRange(content, start, start + SECTOR_BYTES));
            }
        }

        void write(int at, ByteBuffer source) {
            int n = source.remaining();
            reserve(at + n);
            keepSectors(at, at + n);
            source.get(content, at, n);
            size = Math.max(size, at + n);
        }

        void truncate(int newSize) {
            reserve(newSize);
            if (newSize < size) {
                keepSectors(newSize, size);
                Arrays.fill(content, newSize, size, (byte) 0);
            }
            size = newSize;
        }

        void force() {
            unforced.clear();
            durableSize = size;
        }

        /** A force that failed: the system calls the pages clean, whatever became of them. */
        void loseForce(SplittableRandom random) {
            unforced.forEach((sector, states) -> {
                if (random.nextBoolean()) {
                    lost.put(sector, states.getFirst());
                }
            });
            unforced.clear();
            if (random.nextBoolean()) {
                durableSize = size;
            }
        }

        private void place(int sector, byte[] bytes) {
            reserve((sector + 1) * SECTOR_BYTES);
            System.arraycopy(bytes, 0, content, sector * SECTOR_BYTES, SECTOR_BYTES);
        }

        Inode image(Draw draw, boolean losesAll, boolean keepsAll) {
            var copy = new Inode();
            boolean newSize = keepsAll || (!losesAll && (draw.next() & 1) == 0);
            copy.size = newSize ? size : durableSize;
            copy.content = Arrays.copyOf(content, Math.max(content.length, copy.size));
            if (!keepsAll) {
                lost.forEach((sector, durable) -> copy.place(sector, durable));
                unforced.forEach((sector, states) -> {
                    int chosen = losesAll ? 0 : Math.floorMod(draw.next(), states.size() + 1);
                    if (chosen < states.size()) {
                        copy.place(sector, states.get(chosen));
                    }
                });
            }
            Arrays.fill(copy.content, copy.size, copy.content.length, (byte) 0);
            copy.durableSize = copy.size;
            copy.links = 1;
            return copy;
        }
    }

    private void event() {
        if (events < powerCutAt) {
            events++;
            if (events < powerCutAt) {
                listener.accept(events);
            }
        }
        requirePower();
    }

    private void requirePower() {
        if (events >= powerCutAt) {
            throw new PowerCutException();
        }
    }

    /** The machine is off. */
    public static final class PowerCutException extends DiskException {
        PowerCutException() {
            super("(simulated)", "power is cut", null);
        }
    }

    private static String parent(String name) {
        int slash = name.lastIndexOf('/');
        return slash < 0 ? "" : name.substring(0, slash);
    }

    private static String leaf(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private Directory directory(String name) {
        var directory = directories.get(name);
        if (directory == null) {
            throw new DiskException(describe(name), "no such directory", null);
        }
        return directory;
    }

    private Inode inode(String name) {
        var inode = directory(parent(name)).current.get(leaf(name));
        if (inode == null) {
            throw new DiskException(
                    describe(name), "could not open file", new IOException("missing"));
        }
        return inode;
    }

    @Override
    public synchronized DiskFile open(String name, Open how) {
        requirePower();
        var directory = directory(parent(name));
        boolean there = directory.current.containsKey(leaf(name));
        if (there ? how == Open.CREATE_NEW : how == Open.READ || how == Open.WRITE) {
            throw new DiskException(
                    describe(name),
                    "could not open file",
                    new IOException(there ? "exists" : "missing"));
        }
        if (!there) {
            event();
            var made = new Inode();
            made.links = 1;
            directory.change(new Change("", leaf(name), made));
        }
        return new SimulatedFile(name, inode(name));
    }

    @Override
    public synchronized boolean exists(String name) {
        requirePower();
        return directories.containsKey(name)
                || (directories.containsKey(parent(name))
                        && directory(parent(name)).current.containsKey(leaf(name)));
    }

    @Override
    public synchronized void createDirectory(String name) {
        requirePower();
        for (var at = name; !at.isEmpty(); at = parent(at)) {
            directories.computeIfAbsent(at, _ -> new Directory());
        }
    }

    @Override
    public synchronized void delete(String name) {
        event();
        if (directories.containsKey(name)) {
            if (!directory(name).current.isEmpty()) {
                throw new DiskException(describe(name), "directory is not empty", null);
            }
            directories.remove(name);
            return;
        }
        var inode = inode(name);
        directory(parent(name)).change(new Change(leaf(name), "", inode));
        drop(inode);
    }

    private void drop(Inode inode) {
        inode.links--;
        if (inode.links == 0) {
            usedBytes -= inode.size;
        }
    }

    @Override
    public synchronized void rename(String from, String to) {
        event();
        var inode = inode(from);
        if (!parent(from).equals(parent(to))) {
            throw new IllegalArgumentException(
                    "renames stay in their directory: " + from + ", " + to);
        }
        var directory = directory(parent(from));
        var replaced = directory.current.get(leaf(to));
        if (replaced != null) {
            drop(replaced);
        }
        directory.change(new Change(leaf(from), leaf(to), inode));
    }

    @Override
    public synchronized List<String> list(String directory) {
        requirePower();
        var names = new TreeSet<>(directory(directory).current.keySet());
        directories.keySet().stream()
                .filter(d -> !d.isEmpty() && parent(d).equals(directory))
                .forEach(d -> names.add(leaf(d)));
        return List.copyOf(names);
    }

    @Override
    public synchronized void forceDirectory(String directory) {
        event();
        countForce(directory);
        directory(directory).force();
    }

    private void countForce(String name) {
        forces++;
        if (forces == failForceAt) {
            forceFailed = true;
            throw new DiskForceException(describe(name), new IOException("Input/output error"));
        }
    }

    @Override
    public synchronized Lock lock(String name) {
        requirePower();
        if (!locks.add(name)) {
            throw new DiskException(describe(name), "somebody else holds the lock file", null);
        }
        return () -> {
            synchronized (SimulatedDisk.this) {
                locks.remove(name);
            }
        };
    }

    @Override
    public synchronized long freeBytes() {
        return capacityBytes - usedBytes;
    }

    @Override
    public String describe(String name) {
        return "simulated:/" + name;
    }

    private final class SimulatedFile implements DiskFile {
        private final String name;
        private final Inode inode;
        private boolean closed;

        SimulatedFile(String name, Inode inode) {
            this.name = name;
            this.inode = inode;
        }

        private void requireOpen() {
            requirePower();
            if (closed) {
                throw new DiskException(describe(name), "closed", null);
            }
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long sizeBytes() {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                return inode.size;
            }
        }

        @Override
        public void read(long position, ByteBuffer target) {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                if (position + target.remaining() > inode.size) {
                    throw new DiskException(
                            describe(name), "could not read", new IOException("end of file"));
                }
                target.put(inode.content, (int) position, target.remaining());
            }
        }

        @Override
        public void write(long position, ByteBuffer source) {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                event();
                long grown = Math.max(0, position + source.remaining() - inode.size);
                if (usedBytes + grown > capacityBytes) {
                    throw new DiskFullException(
                            describe(name), new IOException("No space left on device"));
                }
                usedBytes += grown;
                inode.write((int) position, source);
            }
        }

        @Override
        public void force() {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                event();
                try {
                    countForce(name);
                } catch (DiskForceException e) {
                    inode.loseForce(faults);
                    throw e;
                }
                if (!lies.test(name)) {
                    inode.force();
                }
            }
        }

        @Override
        public void truncate(long sizeBytes) {
            synchronized (SimulatedDisk.this) {
                requireOpen();
                event();
                usedBytes += sizeBytes - inode.size;
                inode.truncate((int) sizeBytes);
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
