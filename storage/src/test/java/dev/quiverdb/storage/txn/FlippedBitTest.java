package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.testing.RecordingDisk;
import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.type.Vector;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Clock;
import dev.quiverdb.base.world.DamagedException;
import dev.quiverdb.base.world.Disk;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.KeyRange;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.block.BlockDamagedException;
import dev.quiverdb.storage.key.KeyException;
import dev.quiverdb.storage.key.KeyRings;
import dev.quiverdb.storage.log.LogDamagedException;
import dev.quiverdb.storage.spill.OpenFiles;
import dev.quiverdb.storage.spill.SpillDamagedException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One bit is flipped in each kind of file and block: the damage is named by file and place, what is
 * damaged is never served, and what is not is read on.
 */
final class FlippedBitTest {
    private static final String BLOCKS = "blocks/blocks";
    private static final String MANIFEST = "blocks/manifest";
    private static final int DAMAGED = 1;
    private static final int WHOLE = 2;
    private static final int ROWS = 3000;
    private static final int FLIPS = 6;
    private static final String LONG_TEXT = "a text that does not lie in the stripe ".repeat(200);

    /** What reads blocks of one kind, and no other that was not read before. */
    private enum Kind {
        STRIPE(t -> scan(t, DAMAGED, 1)),
        HEAP(t -> scan(t, DAMAGED, 2), STRIPE),
        OUT_OF_LINE(t -> scan(t, DAMAGED, 3), STRIPE, HEAP),
        VECTORS(t -> scan(t, DAMAGED, 4), STRIPE),
        INDEX(t -> assertThat(t.accessCheck(DAMAGED, 2)).isEmpty());

        final Reading reading;
        final List<Kind> before;

        Kind(Reading reading, Kind... before) {
            this.reading = reading;
            this.before = List.of(before);
        }
    }

    private interface Reading {
        void read(Transaction transaction);
    }

    static Stream<Arguments> kinds() {
        return Stream.of(Kind.values())
                .flatMap(kind -> Stream.of(false, true).map(sealed -> Arguments.of(kind, sealed)));
    }

    private static StorageOptions options(Disk disk, boolean encrypted) {
        return StorageOptions.in(disk, Clock.system(), Chance.secure())
                .withKeyRing(Unforced.keys(encrypted));
    }

    private static Transaction begin(Storage storage) {
        var transaction = storage.begin(IsolationLevel.REPEATABLE_READ);
        transaction.beginStatement();
        return transaction;
    }

    private static TabletSpec spec(int tabletId) {
        return TabletSpec.of(
                tabletId,
                List.of(
                        ColumnSpec.of(1, "id", Types.INT8),
                        ColumnSpec.of(2, "text", Types.TEXT),
                        ColumnSpec.of(3, "long", Types.TEXT),
                        ColumnSpec.of(4, "vector", Types.VECTOR, 8)),
                List.of(IndexSpec.btree(1, true, 1), IndexSpec.btree(2, false, 2)));
    }

    private static Object[] row(long id) {
        return new Object[] {
            id,
            "row " + id + " " + "x".repeat((int) (id % 150)),
            id % 50 == 0 ? LONG_TEXT + id : "short",
            Vector.of(id, 2, 3, 4, 5, 6, 7, 8)
        };
    }

    private static void insert(Storage storage, int tabletId, long from, long to) {
        var transaction = begin(storage);
        for (long id = from; id < to; id++) {
            transaction.insert(tabletId, row(id));
        }
        transaction.commit();
    }

    /** Two tablets of the same rows, in blocks. */
    private static SimulatedDisk database(boolean encrypted) {
        var disk = new SimulatedDisk();
        try (var storage = Storage.open(options(disk, encrypted))) {
            var transaction = begin(storage);
            transaction.createTablet(spec(DAMAGED));
            transaction.createTablet(spec(WHOLE));
            transaction.commit();
            insert(storage, DAMAGED, 0, ROWS);
            insert(storage, WHOLE, 0, ROWS);
        }
        return disk;
    }

    /** Reads one column of all rows, which must be right. */
    private static void scan(Transaction transaction, int tabletId, int columnId) {
        int count = 0;
        try (var scan = transaction.scan(tabletId, new int[] {columnId})) {
            for (var rows = scan.next(); rows != null; rows = scan.next()) {
                for (int i = 0; i < rows.size(); i++) {
                    assertThat(rows.get(i, 0)).isEqualTo(row(scan.rowIds()[i])[columnId - 1]);
                    count++;
                }
            }
        }
        assertThat(count).isEqualTo(ROWS);
    }

    private static void readWhole(Storage storage, int tabletId) {
        var transaction = begin(storage);
        for (int column = 1; column <= 4; column++) {
            scan(transaction, tabletId, column);
        }
        for (int index = 1; index <= 2; index++) {
            assertThat(transaction.accessCheck(tabletId, index)).isEmpty();
        }
        long[] found = new long[1];
        for (long id = 0; id < ROWS; id += 97) {
            try (var scan = transaction.indexScan(tabletId, 1, KeyRange.equalTo(id), false)) {
                assertThat(scan.next(found)).isEqualTo(1);
                assertThat(found[0]).isEqualTo(id);
            }
        }
        transaction.commit();
    }

    /** The blocks that a way of reading loads first, after the opening and other ways. */
    private static List<RecordingDisk.Read> blocksOf(
            Kind kind, SimulatedDisk whole, boolean encrypted) {
        var disk = new RecordingDisk(whole.kill());
        var storage = (Engine) Storage.open(options(disk, encrypted));
        try {
            var transaction = begin(storage);
            for (var before : kind.before) {
                before.reading.read(transaction);
            }
            disk.takeReads();
            kind.reading.read(transaction);
            var blocks =
                    disk.takeReads().stream().filter(read -> read.file().equals(BLOCKS)).toList();
            transaction.commit();
            return blocks;
        } finally {
            storage.crash();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void ofADamagedBlockNothingIsServed(Kind kind, boolean encrypted) {
        var whole = database(encrypted);
        var blocks = blocksOf(kind, whole, encrypted);
        assertThat(blocks).isNotEmpty();
        var random = new SplittableRandom(kind.ordinal());
        for (int flip = 0; flip < FLIPS; flip++) {
            var block = blocks.get(random.nextInt(blocks.size()));
            long at = block.offset() + random.nextInt(block.length());
            int bit = random.nextInt(8);
            var disk = whole.kill();
            disk.flipBit(BLOCKS, at, bit);
            var storage = (Engine) Storage.open(options(disk, encrypted));
            try {
                for (int attempt = 0; attempt < 2; attempt++) {
                    var transaction = begin(storage);
                    kind.before.forEach(before -> before.reading.read(transaction));
                    assertThatThrownBy(() -> kind.reading.read(transaction))
                            .isInstanceOfSatisfying(
                                    BlockDamagedException.class,
                                    damage -> {
                                        assertThat(damage.file()).isEqualTo(disk.describe(BLOCKS));
                                        assertThat(damage.offset()).isEqualTo(block.offset());
                                        assertThat(damage)
                                                .hasMessageContaining(disk.describe(BLOCKS))
                                                .hasMessageContaining("offset " + block.offset());
                                    });
                    transaction.rollback();
                }
                // Others are read and written on.
                readWhole(storage, WHOLE);
                var transaction = begin(storage);
                transaction.insert(WHOLE, row(ROWS));
                transaction.delete(WHOLE, ROWS);
                transaction.commit();
                // It was the disk's fault alone.
                disk.flipBit(BLOCKS, at, bit);
                readWhole(storage, DAMAGED);
            } finally {
                storage.crash();
            }
        }
    }

    /**
     * Opens, and reads all that there is.
     *
     * @return whether it was refused, with the file's name and a place in it
     */
    private static boolean isRefused(SimulatedDisk disk, String file, boolean encrypted) {
        Storage storage;
        try {
            storage = Storage.open(options(disk, encrypted));
        } catch (DamagedException damage) {
            assertThat(damage.file()).isEqualTo(disk.describe(file));
            assertThat(damage).hasMessageContaining("offset");
            return true;
        }
        readWhole(storage, DAMAGED);
        readWhole(storage, WHOLE);
        ((Engine) storage).crash();
        return false;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDamagedTableOfBlocksOrPayloadIsRefusedOrDoneWithout(boolean encrypted) {
        var whole = database(encrypted);
        var recording = new RecordingDisk(whole.kill());
        ((Engine) Storage.open(options(recording, encrypted))).crash();
        Set<RecordingDisk.Read> opening = new HashSet<>();
        for (var read : recording.takeReads()) {
            if (read.file().equals(BLOCKS)) {
                opening.add(read);
            }
        }
        // Nodes of the table, the payload, and where a tablet's stripes are.
        assertThat(opening).hasSizeGreaterThanOrEqualTo(3);
        var random = new SplittableRandom(5);
        int refused = 0;
        for (var read : opening) {
            var disk = whole.kill();
            disk.flipBit(BLOCKS, read.offset() + random.nextInt(read.length()), random.nextInt(8));
            refused += isRefused(disk, BLOCKS, encrypted) ? 1 : 0;
        }
        assertThat(refused).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDamagedRootIsRefusedOrTheOtherServes(boolean encrypted) {
        var whole = database(encrypted);
        // Closing makes another root, with nothing new behind the one before.
        Storage.open(options(whole, encrypted)).close();
        int size = whole.contentOf(MANIFEST).length;
        assertThat(size).isEqualTo(8192);
        for (int at = 0; at < size; at += 37) {
            var disk = whole.kill();
            disk.flipBit(MANIFEST, at, at % 8);
            // The log still has all that came after the older root.
            assertThat(isRefused(disk, MANIFEST, encrypted)).isFalse();
        }
        var both = whole.kill();
        both.flipBit(MANIFEST, 20, 3);
        both.flipBit(MANIFEST, 4096 + 20, 3);
        assertThat(isRefused(both, MANIFEST, encrypted)).isTrue();
    }

    /** What the older root alone knows is not served as if it were all. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDamagedNewestRootIsRefusedOnceTheLogIsCut(boolean encrypted) {
        var whole = database(encrypted);
        var manifest = ByteBuffer.wrap(whole.contentOf(MANIFEST)).order(ByteOrder.LITTLE_ENDIAN);
        int newest = manifest.getLong(16) > manifest.getLong(4096 + 16) ? 0 : 4096;
        for (int at = 0; at < 4096; at += 37) {
            var disk = whole.kill();
            disk.flipBit(MANIFEST, newest + at, at % 8);
            assertThat(isRefused(disk, MANIFEST, encrypted)).as("newest, %d", at).isTrue();
            var other = whole.kill();
            other.flipBit(MANIFEST, 4096 - newest + at, at % 8);
            assertThat(isRefused(other, MANIFEST, encrypted)).as("older, %d", at).isFalse();
        }
        // A slot of zeros might never have been written.
        var lost = whole.kill();
        try (var file = lost.open(MANIFEST, Disk.Open.WRITE)) {
            file.write(newest, ByteBuffer.allocate(4096));
            file.force();
        }
        assertThatThrownBy(() -> Storage.open(options(lost, encrypted)))
                .isInstanceOf(DamagedException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDamagedLogIsRefused(boolean encrypted) {
        var disk = new SimulatedDisk();
        var storage = (Engine) Storage.open(options(disk, encrypted));
        var transaction = begin(storage);
        transaction.createTablet(spec(DAMAGED));
        transaction.createTablet(spec(WHOLE));
        transaction.commit();
        for (int from = 0; from < ROWS; from += 100) {
            insert(storage, DAMAGED, from, from + 100);
            insert(storage, WHOLE, from, from + 100);
        }
        var name =
                disk.files().stream()
                        .filter(file -> file.endsWith(".log"))
                        .findFirst()
                        .orElseThrow();
        long end = lastEntry(disk.contentOf(name));
        // These say that what stands before them was durable.
        insert(storage, WHOLE, ROWS, ROWS + 1);
        transaction = begin(storage);
        transaction.delete(WHOLE, ROWS);
        transaction.commit();
        var whole = disk.kill();
        storage.crash();
        var random = new SplittableRandom(6);
        int refused = 0;
        List<Long> places = new ArrayList<>();
        for (int flip = 0; flip < 40; flip++) {
            places.add(random.nextLong(flip < 8 ? 512 : end));
        }
        for (long at : places) {
            var copy = whole.kill();
            copy.flipBit(name, at, random.nextInt(8));
            try {
                var opened = (Engine) Storage.open(options(copy, encrypted));
                readWhole(opened, DAMAGED);
                readWhole(opened, WHOLE);
                opened.crash();
            } catch (LogDamagedException damage) {
                assertThat(damage.file()).isEqualTo(copy.describe(name));
                assertThat(damage).hasMessageContaining("offset");
                // It names the entry in which the bit stands, or the one before the next whole one.
                assertThat(damage.offset()).isBetween(0L, end);
                refused++;
            }
        }
        // Only what is never read may be flipped unnoticed: the rest of the header's pages.
        assertThat(refused).isGreaterThan(30);
    }

    /** Where the last entry of a segment begins. */
    private static long lastEntry(byte[] segment) {
        for (int at = segment.length - 4; at >= 0; at--) {
            if (segment[at] == 'E'
                    && segment[at + 1] == 'L'
                    && segment[at + 2] == 'V'
                    && segment[at + 3] == 'Q'
                    && at % 8 == 0) {
                return at;
            }
            if (segment[at] == 'Q'
                    && segment[at + 1] == 'V'
                    && segment[at + 2] == 'L'
                    && segment[at + 3] == 'E'
                    && at % 8 == 0) {
                return at;
            }
        }
        throw new AssertionError("no entry");
    }

    @Test
    void aDamagedKeyFileIsNamed(@TempDir Path directory) throws IOException {
        var file = directory.resolve("key");
        Files.writeString(file, "00112233".repeat(8));
        var disk = new SimulatedDisk();
        var options = StorageOptions.in(disk, Clock.system(), Chance.secure());
        Storage.open(options.withKeyRing(KeyRings.fromFile(file, Chance.secure()))).close();
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at += 7) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] flipped = whole.clone();
                flipped[at] ^= (byte) (1 << bit);
                Files.write(file, flipped);
                assertThatThrownBy(() ->
                                Storage.open(
                                                options.withKeyRing(
                                                        KeyRings.fromFile(file, Chance.secure())))
                                        .close())
                        .isInstanceOf(KeyException.class)
                        .hasMessageContaining(file.toString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDamagedBeforeImageIsNotServed(boolean encrypted, @TempDir Path directory)
            throws IOException {
        var options = Unforced.in(directory, encrypted).withHistoryBytes(256 << 10);
        try (var storage = Storage.open(options)) {
            var transaction = begin(storage);
            transaction.createTablet(spec(DAMAGED));
            transaction.commit();
            insert(storage, DAMAGED, 0, ROWS);
            var reader = begin(storage);
            scan(reader, DAMAGED, 2);
            transaction = begin(storage);
            for (long rowId = 0; rowId < ROWS; rowId++) {
                transaction.update(DAMAGED, rowId, new int[] {2}, new Object[] {"other"});
            }
            transaction.commit();
            scan(reader, DAMAGED, 2);
            // Of the history and of the indexes, in whatever order.
            flipPage(directory, 9);
            assertThatThrownBy(() -> scan(reader, DAMAGED, 2))
                    .isInstanceOf(SpillDamagedException.class)
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("page 9");
            // Who does not need it reads on.
            var other = begin(storage);
            try (var scan = other.scan(DAMAGED, new int[] {2})) {
                for (var rows = scan.next(); rows != null; rows = scan.next()) {
                    assertThat(rows.get(0, 0)).isEqualTo("other");
                }
            }
            other.commit();
            flipPage(directory, 9);
            scan(reader, DAMAGED, 2);
            reader.commit();
        }
    }

    private static void flipPage(Path directory, long page) throws IOException {
        for (var file : OpenFiles.unnamedUnder(directory)) {
            try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
                long at = page * 4096 + 1000;
                if (at < raw.length()) {
                    raw.seek(at);
                    int was = raw.read();
                    raw.seek(at);
                    raw.write(was ^ 1);
                }
            }
        }
    }
}
