package dev.quiverdb.storage.txn;

import dev.quiverdb.base.testing.SimulatedDisk;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** What a simulated world has to expect of its disk. */
final class SimulatedFaults {
    enum Kind {
        /** Power goes at any write, also while the storage is opened again. */
        POWER_CUTS,
        /** No room for a while. */
        FULL_DISK,
        /** A force fails once, and what it should have saved may be lost for good. */
        FAILED_FORCES,
        /** Only the process dies: what was not forced can still be read by the next one. */
        KILLED_PROCESSES,
        /** Transactions that are logged in chunks. */
        LARGE_TRANSACTIONS,
        /** What a crash left is also looked at with one bit inverted. */
        FLIPPED_BITS
    }

    private final Set<Kind> kinds;
    private final Consumer<SimulatedDisk> preparation;

    private SimulatedFaults(Set<Kind> kinds, Consumer<SimulatedDisk> preparation) {
        this.kinds = kinds;
        this.preparation = preparation;
    }

    static SimulatedFaults of(Kind... kinds) {
        var set = EnumSet.noneOf(Kind.class);
        set.addAll(java.util.List.of(kinds));
        return new SimulatedFaults(set, _ -> {});
    }

    /** Any of them, each with a chance of its own. */
    static SimulatedFaults drawn(SplittableRandom random) {
        var set = EnumSet.noneOf(Kind.class);
        for (var kind : Kind.values()) {
            if (random.nextInt(kind == Kind.LARGE_TRANSACTIONS ? 12 : 3) == 0) {
                set.add(kind);
            }
        }
        return new SimulatedFaults(set, _ -> {});
    }

    /** These, on disks of which each is made ready in this way. */
    SimulatedFaults on(Consumer<SimulatedDisk> ready) {
        return new SimulatedFaults(kinds, ready);
    }

    boolean largeTransactions() {
        return kinds.contains(Kind.LARGE_TRANSACTIONS);
    }

    /** Inverts a bit of a file that is not empty. Returns the file's name. */
    static String flipBit(SimulatedDisk disk, SplittableRandom random) {
        var files = disk.files().stream().filter(name -> disk.contentOf(name).length > 0).toList();
        var file = files.get(random.nextInt(files.size()));
        int size = disk.contentOf(file).length;
        // Much of a file is empty: aim at its beginning too.
        int bound = random.nextBoolean() ? size : Math.min(size, 20_000);
        disk.flipBit(file, random.nextInt(bound), random.nextInt(8));
        return file;
    }

    boolean flipsBits() {
        return kinds.contains(Kind.FLIPPED_BITS);
    }

    void prepare(SimulatedDisk disk) {
        preparation.accept(disk);
    }

    void beforeStep(SimulatedDisk disk, SplittableRandom random) {
        if (kinds.contains(Kind.POWER_CUTS) && random.nextInt(12) == 0) {
            disk.cutPowerAt(disk.events() + 1 + random.nextInt(30));
        }
        if (kinds.contains(Kind.FAILED_FORCES) && random.nextInt(16) == 0) {
            disk.failForceAt(disk.forces() + 1 + random.nextInt(8), random.nextLong());
        }
        if (kinds.contains(Kind.FULL_DISK)) {
            switch (random.nextInt(16)) {
                case 0 -> disk.limitCapacity(disk.usedBytes() + random.nextInt(150_000));
                case 1, 2 -> makeRoom(disk);
                default -> {}
            }
        }
    }

    void makeRoom(SimulatedDisk disk) {
        disk.limitCapacity(Long.MAX_VALUE);
    }

    /** The disk that the next process finds. */
    SimulatedDisk afterCrash(SimulatedDisk disk, SplittableRandom random) {
        boolean onlyProcess =
                !disk.powerIsCut()
                        && kinds.contains(Kind.KILLED_PROCESSES)
                        && random.nextInt(3) > 0;
        var left = onlyProcess ? disk.killProcess() : disk.crash(random);
        preparation.accept(left);
        if (kinds.contains(Kind.POWER_CUTS) && random.nextInt(4) == 0) {
            left.cutPowerAt(left.events() + 1 + random.nextInt(12));
        }
        return left;
    }

    /** Nothing goes wrong any more. */
    void end(SimulatedDisk disk) {
        makeRoom(disk);
        disk.cutPowerAt(Long.MAX_VALUE);
        disk.failForceAt(Long.MAX_VALUE, 0);
    }
}
