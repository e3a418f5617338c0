package dev.quiverdb.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.DiskException;
import dev.quiverdb.base.world.DiskFullException;
import dev.quiverdb.storage.key.KeyRing;
import dev.quiverdb.storage.key.KeyRings;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The real log on a disk that loses and tears what was not forced; a map of entries is the judge.
 */
final class CommitLogSimulationTest {
    private static final String DIRECTORY = "log";

    /** What was appended, and what of it must survive. */
    private static final class Model {
        final TreeMap<Long, byte[]> placed = new TreeMap<>();
        long acknowledged;
        long neededFrom = 1;
        final @Nullable KeyRing keys;

        Model(SplittableRandom random) {
            var chance = Chance.seeded(random.nextLong());
            var key = new byte[32];
            chance.nextBytes(key);
            keys = random.nextBoolean() ? KeyRings.of(key, chance) : null;
        }

        LocalCommitLog open(Disk disk, long salt) {
            return LocalCommitLog.open(
                    LogOptions.of(disk, Chance.seeded(salt), DIRECTORY)
                            .withSegmentBytes(64 << 10)
                            .withKeyRing(keys),
                    neededFrom);
        }

        /** Everything acknowledged is there, nothing is there that was not appended, in order. */
        void judge(CommitLog log) {
            assertThat(log.lastIndex()).isGreaterThanOrEqualTo(acknowledged);
            assertThat(log.firstIndex()).isLessThanOrEqualTo(neededFrom);
            long expected = log.firstIndex();
            try (var cursor = log.read(expected)) {
                for (var entry = cursor.next(); entry != null; entry = cursor.next()) {
                    assertThat(entry.index()).isEqualTo(expected);
                    var bytes = new byte[entry.payload().remaining()];
                    entry.payload().get(bytes);
                    assertThat(bytes).as("entry %d", expected).isEqualTo(placed.get(expected));
                    assertThat(entry.transactionId()).isEqualTo(expected * 3);
                    assertThat(entry.chunks()).isEqualTo(chunksOf(expected));
                    expected++;
                }
            }
            assertThat(expected - 1).isEqualTo(log.lastIndex());
        }

        /** After a crash what is left is the truth. */
        void follow(CommitLog log) {
            placed.tailMap(log.lastIndex(), false).clear();
            acknowledged = log.lastIndex();
        }

        static List<Long> chunksOf(long index) {
            return index % 5 == 0 ? List.of(index - 4, index - 2) : List.of();
        }
    }

    private static void step(CommitLog log, Model model, SplittableRandom random) {
        switch (random.nextInt(12)) {
            case 0 -> {
                if (model.acknowledged > 0) {
                    long needed = random.nextLong(model.neededFrom, model.acknowledged + 2);
                    model.neededFrom = needed;
                    log.cut(needed);
                }
            }
            case 1, 2, 3 -> {
                log.awaitDurable(log.lastIndex());
                model.acknowledged = Math.max(model.acknowledged, log.lastIndex());
            }
            default -> {
                long index = log.lastIndex() + 1;
                int large = random.nextInt(10) == 0 ? 40_000 : 900;
                var payload = new byte[random.nextInt(large)];
                random.nextBytes(payload);
                model.placed.put(index, payload);
                var record =
                        new LogRecord(
                                payload.length > 900 ? EntryKind.BULK : EntryKind.COMMIT,
                                index * 3,
                                index * 7,
                                Model.chunksOf(index),
                                ByteBuffer.wrap(payload));
                assertThat(log.append(record)).isEqualTo(index);
            }
        }
    }

    @Randomised(runs = 300)
    void acknowledgedEntriesSurviveCrashAfterCrash(SplittableRandom random) {
        var model = new Model(random);
        var disk = new SimulatedDisk();
        for (int round = 0; round < 5; round++) {
            disk.cutPowerAt(disk.events() + 1 + random.nextInt(random.nextInt(3) == 0 ? 12 : 60));
            CommitLog log = null;
            try {
                log = model.open(disk, random.nextLong());
                model.judge(log);
                model.follow(log);
                for (int i = 0; i < 100; i++) {
                    step(log, model, random);
                }
                if (random.nextBoolean()) {
                    log.close();
                    model.acknowledged = log.lastIndex();
                }
            } catch (DiskException | LogClosedException e) {
                assertThat(disk.powerIsCut()).isTrue();
            }
            disk = random.nextInt(3) == 0 ? disk.killProcess() : disk.crash(random);
        }
        try (var log = model.open(disk, 1)) {
            model.judge(log);
        }
    }

    /**
     * Entries of one sector each, so that one lost leaves the next whole and where a new one ends.
     */
    @Randomised(runs = 100)
    void entriesBehindATornOneNeverComeBack(SplittableRandom random) {
        var disk = new SimulatedDisk();
        var model = new Model(new SplittableRandom(0));
        long epoch = 0;
        for (int round = 0; round < 4; round++) {
            var log = model.open(disk, random.nextLong());
            for (int i = 0; i < 5; i++) {
                log.append(sector(random.nextLong()));
            }
            disk.cutPowerAt(disk.events() + 2);
            long index = log.lastIndex();
            assertThatThrownBy(() -> log.awaitDurable(index))
                    .isInstanceOf(LogClosedException.class);
            disk = disk.crash(random);
            long value = random.nextLong();
            long kept;
            try (var again = model.open(disk, random.nextLong())) {
                kept = again.append(sector(value));
            }
            disk = disk.crash(random);
            try (var again = model.open(disk, random.nextLong())) {
                assertThat(again.lastIndex()).isEqualTo(kept);
                var entry = again.readAt(kept);
                assertThat(entry.payload().getLong()).isEqualTo(value);
                assertThat(entry.leaderEpoch()).isGreaterThan(epoch);
                epoch = entry.leaderEpoch();
            }
        }
    }

    private static LogRecord sector(long value) {
        int bytes = SimulatedDisk.SECTOR_BYTES - LogFormat.ENTRY_HEADER_BYTES;
        return LogRecord.of(
                EntryKind.COMMIT, 1, 1, ByteBuffer.allocate(bytes).putLong(value).rewind());
    }

    @Randomised(runs = 20)
    void everyWriteMayBeTheLast(SplittableRandom random) {
        var model = new Model(random);
        var disk = new SimulatedDisk();
        var images = random.split();
        disk.onEvent(_ ->
                disk.crashImages(images, 2)
                        .forEach(image -> {
                            try (var log = model.open(image, 7)) {
                                model.judge(log);
                            }
                        }));
        try (var log = model.open(disk, 3)) {
            for (int i = 0; i < 60; i++) {
                step(log, model, random);
            }
        }
    }

    @Randomised(runs = 300)
    void flippedBitIsNamedOrHarmless(SplittableRandom random) {
        var model = new Model(random);
        var disk = new SimulatedDisk();
        try (var log = model.open(disk, 3)) {
            for (int i = 0; i < 40 + random.nextInt(60); i++) {
                step(log, model, random);
            }
        }
        model.acknowledged = model.placed.isEmpty() ? 0 : model.placed.lastKey();
        var files = disk.files().stream().filter(f -> f.endsWith(".log")).toList();
        var file = files.get(random.nextInt(files.size()));
        // Most of a segment is empty: aim at what is written.
        int size = disk.contentOf(file).length;
        int written = random.nextBoolean() ? size : Math.min(size, 4096 + random.nextInt(30_000));
        disk.flipBit(file, random.nextInt(written), random.nextInt(8));
        try (var log = model.open(disk, 5)) {
            model.judge(log);
        } catch (LogDamagedException e) {
            assertThat(e.file()).isEqualTo(disk.describe(file));
        }
    }

    @Randomised(runs = 60)
    void failedForceEndsTheLogAndLosesNothingAcknowledged(SplittableRandom random) {
        var model = new Model(random);
        var disk = new SimulatedDisk();
        disk.failForceAt(4 + random.nextInt(20), random.nextLong());
        CommitLog log = model.open(disk, 3);
        Exception failure = null;
        try {
            for (int i = 0; i < 500; i++) {
                step(log, model, random);
            }
        } catch (DiskException | LogClosedException e) {
            failure = e;
        }
        assertThat(failure).isNotNull();
        assertThat(log.failure()).isNotNull();
        assertThatThrownBy(() ->
                        log.append(LogRecord.of(EntryKind.COMMIT, 1, 1, ByteBuffer.allocate(1))))
                .isInstanceOf(LogClosedException.class);
        log.close();
        try (var again = model.open(disk.crash(random), 9)) {
            model.judge(again);
        }
    }

    @Randomised(runs = 60)
    void fullDiskIsSaidAndGoesOnWhenThereIsRoom(SplittableRandom random) {
        var model = new Model(random);
        var disk = new SimulatedDisk();
        disk.limitCapacity(random.nextInt(70_000, 400_000));
        int full = 0;
        try (var log = model.open(disk, 3)) {
            for (int i = 0; i < 600; i++) {
                try {
                    step(log, model, random);
                } catch (DiskFullException e) {
                    model.placed.tailMap(log.lastIndex(), false).clear();
                    full++;
                    disk.limitCapacity(disk.freeBytes() < 0 ? 1 << 30 : 1 << 29);
                }
            }
            log.awaitDurable(log.lastIndex());
            model.acknowledged = log.lastIndex();
        }
        assertThat(full).isLessThanOrEqualTo(2);
        try (var again = model.open(disk.crash(random), 9)) {
            model.judge(again);
        }
    }
}
