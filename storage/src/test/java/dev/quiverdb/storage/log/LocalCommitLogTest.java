package dev.quiverdb.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.DiskFullException;
import dev.quiverdb.base.world.FileDisk;
import dev.quiverdb.storage.key.KeyException;
import dev.quiverdb.storage.key.KeyRings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LocalCommitLogTest {
    private static LogRecord commit(long transaction, String text) {
        return LogRecord.of(
                EntryKind.COMMIT,
                transaction,
                transaction,
                ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static LogRecord part(long transaction, String text) {
        return LogRecord.of(
                EntryKind.BULK,
                transaction,
                0,
                ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static LogOptions on(Disk disk) {
        return LogOptions.of(disk, Chance.seeded(1), "log").withSegmentBytes(64 << 10);
    }

    @Test
    void committersOfManyThreadsShareForcesAndFindTheirEntries(@TempDir Path directory)
            throws InterruptedException {
        var disk = new FileDisk(directory);
        var texts = new ConcurrentHashMap<Long, String>();
        try (var log = LocalCommitLog.open(on(disk), 1)) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 16; t++) {
                int thread = t;
                threads.add(
                        Thread.ofVirtual()
                                .start(() -> {
                                    for (int i = 0; i < 100; i++) {
                                        var text = thread + "/" + i + "x".repeat(i * 5);
                                        long index = log.append(commit(thread, text));
                                        texts.put(index, text);
                                        log.awaitDurable(index);
                                        assertThat(log.durableIndex())
                                                .isGreaterThanOrEqualTo(index);
                                    }
                                }));
            }
            for (var thread : threads) {
                thread.join();
            }
        }
        assertThat(texts).hasSize(1600);
        try (var log = LocalCommitLog.open(on(disk), 1)) {
            assertThat(log.lastIndex()).isEqualTo(1600);
            texts.forEach((index, text) ->
                    assertThat(
                                    StandardCharsets.UTF_8
                                            .decode(log.readAt(index).payload())
                                            .toString())
                            .isEqualTo(text));
        }
    }

    @Test
    void loadersAndCommittersBesideThemFindTheirEntries(@TempDir Path directory)
            throws InterruptedException {
        var options = on(new FileDisk(directory)).withMarkDelayMillis(1);
        var texts = new ConcurrentHashMap<Long, String>();
        try (var log = LocalCommitLog.open(options, 1)) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                int thread = t;
                threads.add(
                        Thread.ofVirtual()
                                .start(() -> {
                                    for (int i = 0; i < 100; i++) {
                                        // Half of the threads write through, one after the other.
                                        boolean large = thread % 2 == 0;
                                        var text = thread + "/" + i + "x".repeat(large ? 9000 : 9);
                                        var record =
                                                large ? part(thread, text) : commit(thread, text);
                                        long index = log.append(record);
                                        texts.put(index, text);
                                        if (!large || i % 10 == 9) {
                                            log.awaitDurable(index);
                                            assertThat(log.durableIndex())
                                                    .isGreaterThanOrEqualTo(index);
                                        }
                                    }
                                }));
            }
            for (var thread : threads) {
                thread.join();
            }
        }
        try (var log = LocalCommitLog.open(options, 1)) {
            assertThat(log.lastIndex()).isEqualTo(800);
            texts.forEach((index, text) ->
                    assertThat(
                                    StandardCharsets.UTF_8
                                            .decode(log.readAt(index).payload())
                                            .toString())
                            .isEqualTo(text));
        }
    }

    @Test
    void largeEntriesAreForcedWhileMoreCome() {
        var disk = new SimulatedDisk();
        try (var log = LocalCommitLog.open(on(disk), 1)) {
            for (int i = 0; i < 20; i++) {
                log.append(part(i, "x".repeat(9000)));
            }
            assertThat(log.durableIndex()).isGreaterThanOrEqualTo(18);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void largeEntryThatFindsNoRoomLeavesTheLogAsItWas(boolean encrypted) {
        var disk = new SimulatedDisk();
        var keys = encrypted ? KeyRings.of(new byte[32], Chance.seeded(2)) : null;
        var options = on(disk).withSegmentBytes(4 << 20).withKeyRing(keys);
        try (var log = LocalCommitLog.open(options, 1)) {
            log.awaitDurable(log.append(commit(1, "before")));
            disk.limitCapacity(disk.usedBytes() + 1000);
            assertThatThrownBy(() -> log.append(part(2, "x".repeat(3 << 20))))
                    .isInstanceOf(DiskFullException.class);
            assertThat(log.lastIndex()).isEqualTo(1);
            log.awaitDurable(log.append(commit(3, "after")));
            disk.limitCapacity(1 << 30);
        }
        try (var log = LocalCommitLog.open(options, 1)) {
            assertThat(log.lastIndex()).isEqualTo(2);
            assertThat(log.readAt(2).transactionId()).isEqualTo(3);
        }
    }

    @Test
    void chunksOfAnOpenTransactionAreNotCut() {
        var disk = new SimulatedDisk();
        try (var log = LocalCommitLog.open(on(disk), 1)) {
            long chunk =
                    log.append(LogRecord.of(EntryKind.CHUNK, 77, 0, ByteBuffer.allocate(30_000)));
            for (int i = 0; i < 200; i++) {
                log.append(commit(i, "y".repeat(3000)));
            }
            log.awaitDurable(log.lastIndex());
            log.cut(log.lastIndex());
            assertThat(log.readAt(chunk).kind()).isEqualTo(EntryKind.CHUNK);
            log.release(77);
            log.cut(log.lastIndex());
            assertThat(log.firstIndex()).isGreaterThan(chunk);
            assertThatThrownBy(() -> log.readAt(chunk))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("outside of");
        }
    }

    @Test
    void oldSegmentsBecomeNewOnes() {
        var disk = new SimulatedDisk();
        try (var log = LocalCommitLog.open(on(disk), 1)) {
            for (int i = 0; i < 2000; i++) {
                long index = log.append(commit(i, "z".repeat(1000)));
                if (i % 20 == 0) {
                    log.awaitDurable(index);
                    log.cut(index);
                }
            }
        }
        assertThat(disk.files()).hasSizeLessThanOrEqualTo(4);
    }

    private static long spares(SimulatedDisk disk) {
        return disk.files().stream().filter(name -> name.contains("spare-")).count();
    }

    @Test
    void sparesAreKeptAsFarAsCommitsNeedThem() {
        var disk = new SimulatedDisk();
        try (var log = LocalCommitLog.open(on(disk), 1)) {
            for (int i = 0; i < 250; i++) {
                log.awaitDurable(log.append(commit(i, "z".repeat(1000))));
            }
            log.cut(log.lastIndex());
            assertThat(spares(disk)).isBetween(3L, 4L);
            log.awaitDurable(log.append(commit(1, "little")));
            log.cut(log.lastIndex());
            assertThat(spares(disk)).isZero();
        }
    }

    @Test
    void cutBehindALoadLeavesItsSegment() {
        var disk = new SimulatedDisk();
        var options = on(disk).withSegmentBytes(8 << 20);
        try (var log = LocalCommitLog.open(options, 1)) {
            for (int i = 0; i < 6; i++) {
                log.append(part(i, "x".repeat(1 << 20)));
            }
            log.awaitDurable(6);
            log.cut(6);
            assertThat(disk.usedBytes()).isGreaterThan(6 << 20);
            log.cut(7);
            assertThat(disk.usedBytes()).isLessThan(2 << 20);
            assertThat(log.firstIndex()).isEqualTo(7);
            log.awaitDurable(log.append(commit(7, "after")));
        }
        try (var log = LocalCommitLog.open(options, 7)) {
            assertThat(log.lastIndex()).isEqualTo(7);
        }
    }

    @Test
    void missingEntriesAreRefused() {
        var disk = new SimulatedDisk();
        try (var log = LocalCommitLog.open(on(disk), 1)) {
            log.append(commit(1, "a"));
        }
        assertThatThrownBy(() -> LocalCommitLog.open(on(disk), 10))
                .isInstanceOf(LogDamagedException.class)
                .hasMessageContaining("the log ends at entry 1, but entries up to 9 were durable");
        disk.delete("log/0000000000000001.log");
        assertThatThrownBy(() -> LocalCommitLog.open(on(disk), 2))
                .isInstanceOf(LogDamagedException.class);
    }

    @Test
    void restoredStateBeginsItsLogWhereItEnds() {
        var disk = new SimulatedDisk();
        try (var log = LocalCommitLog.create(on(disk), 501)) {
            assertThat(log.append(commit(1, "a"))).isEqualTo(501);
        }
        try (var log = LocalCommitLog.open(on(disk), 501)) {
            assertThat(log.firstIndex()).isEqualTo(501);
            assertThat(log.lastIndex()).isEqualTo(501);
        }
    }

    @Test
    void encryptedLogShowsNoTextAndNeedsItsKey() {
        var disk = new SimulatedDisk();
        var key = new byte[32];
        var ring = KeyRings.of(key, Chance.seeded(4));
        try (var log = LocalCommitLog.open(on(disk).withKeyRing(ring), 1)) {
            log.append(commit(1, "attack at dawn"));
        }
        var bytes = disk.contentOf("log/0000000000000001.log");
        assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).doesNotContain("attack");
        key[0] = 1;
        var other = KeyRings.of(key, Chance.seeded(4));
        assertThatThrownBy(() -> LocalCommitLog.open(on(disk).withKeyRing(other), 1))
                .isInstanceOf(KeyException.class);
        assertThatThrownBy(() -> LocalCommitLog.open(on(disk), 1)).isInstanceOf(KeyException.class);
        try (var log = LocalCommitLog.open(on(disk).withKeyRing(ring), 1)) {
            assertThat(StandardCharsets.UTF_8.decode(log.readAt(1).payload()).toString())
                    .isEqualTo("attack at dawn");
        }
    }

    @Test
    void interruptedCommitterDoesNotHurtTheLog(@TempDir Path directory)
            throws InterruptedException {
        var disk = new FileDisk(directory);
        try (var log = LocalCommitLog.open(on(disk), 1)) {
            var thread =
                    new Thread(() -> {
                        Thread.currentThread().interrupt();
                        for (int i = 0; i < 20; i++) {
                            log.awaitDurable(log.append(commit(i, "i")));
                        }
                        assertThat(Thread.currentThread().isInterrupted()).isTrue();
                    });
            thread.start();
            thread.join();
            assertThat(log.failure()).isNull();
            assertThat(log.durableIndex()).isEqualTo(20);
        }
    }

    @Test
    void largestEntryFitsAndLargerIsRefused() {
        var disk = new SimulatedDisk();
        try (var log = LocalCommitLog.open(on(disk), 1)) {
            log.append(
                    LogRecord.of(
                            EntryKind.COMMIT,
                            1,
                            1,
                            ByteBuffer.allocate(CommitLog.PAYLOAD_BYTES_MAX)));
            assertThatThrownBy(() ->
                            log.append(
                                    LogRecord.of(
                                            EntryKind.COMMIT,
                                            1,
                                            1,
                                            ByteBuffer.allocate(CommitLog.PAYLOAD_BYTES_MAX + 1))))
                    .isInstanceOf(IllegalArgumentException.class);
            log.append(commit(2, "b"));
        }
        try (var log = LocalCommitLog.open(on(disk), 1)) {
            assertThat(log.readAt(1).payload().remaining()).isEqualTo(CommitLog.PAYLOAD_BYTES_MAX);
            assertThat(log.readAt(2).transactionId()).isEqualTo(2);
        }
    }

    /** The newest entry with one bit flipped, in a copy of the files of a log that is open. */
    private static LocalCommitLog openDamagedCopy(Path from, Path to, String text)
            throws IOException {
        Files.createDirectories(to.resolve("log"));
        try (var files = Files.list(from.resolve("log"))) {
            for (var file : files.toList()) {
                var bytes = Files.readAllBytes(file);
                int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
                if (at >= 0) {
                    bytes[at] ^= 1;
                }
                Files.write(to.resolve("log").resolve(file.getFileName()), bytes);
            }
        }
        return LocalCommitLog.open(on(new FileDisk(to)), 1);
    }

    @Test
    void markThatIsWrittenLaterTellsDamageFromATornTail(@TempDir Path directory)
            throws IOException, InterruptedException {
        var live = directory.resolve("live");
        try (var log =
                LocalCommitLog.open(on(new FileDisk(live)).withMarkDelayMillis(3_600_000), 1)) {
            log.awaitDurable(log.append(commit(1, "first")));
            // No mark yet: nothing tells that this was more than a torn write.
            try (var copy = openDamagedCopy(live, directory.resolve("early"), "first")) {
                assertThat(copy.lastIndex()).isZero();
            }
        }
        try (var log = LocalCommitLog.open(on(new FileDisk(live)).withMarkDelayMillis(1), 1)) {
            for (int i = 0; i < 50; i++) {
                log.awaitDurable(log.append(commit(2, "more " + i)));
            }
            log.awaitDurable(log.append(commit(3, "newest")));
            Throwable refused = null;
            for (int i = 0; refused == null && i < 10_000; i++) {
                try {
                    openDamagedCopy(live, directory.resolve("late" + i), "newest").close();
                    Thread.sleep(1);
                } catch (LogDamagedException e) {
                    refused = e;
                }
            }
            assertThat(refused).isInstanceOf(LogDamagedException.class);
            // The log goes on behind the mark.
            log.awaitDurable(log.append(commit(4, "after")));
        }
        try (var log = LocalCommitLog.open(on(new FileDisk(live)), 1)) {
            assertThat(log.lastIndex()).isEqualTo(53);
        }
    }
}
