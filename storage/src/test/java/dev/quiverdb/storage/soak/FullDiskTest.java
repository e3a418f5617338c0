package dev.quiverdb.storage.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.DiskFullException;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.key.KeyRings;
import dev.quiverdb.storage.txn.Engine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The disk of a real file system is full; what does not fit is refused, and all else goes on. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class FullDiskTest {
    private static final int TABLET = 1;
    private static final int DISK_MEBIBYTES = 128;
    private static final int WRITERS = 3;
    private static final String TEXT = "some text ".repeat(1200);
    private static final long BULK = 1L << 40;
    private static final long LARGE = 1L << 41;

    @TempDir Path directory;

    private final AtomicLong next = new AtomicLong();

    /** Ids of the rows whose commit was answered. */
    private final Set<Long> acknowledged = new ConcurrentSkipListSet<>();

    private static StorageOptions options(SmallDisk disk) {
        // Nothing but room is to be tried: a file system in memory forces nothing.
        return StorageOptions.in(disk.root.resolve("data"))
                .withCacheBytes(4 << 20)
                .withHistoryBytes(1 << 20)
                .withWriteSetBytes(256 << 10)
                .withCheckpointLogBytes(4 << 20)
                .withRowsBeforeBulk(100);
    }

    private static Transaction begin(Storage storage) {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        transaction.beginStatement();
        return transaction;
    }

    private static void create(Storage storage) {
        var transaction = begin(storage);
        transaction.createTablet(
                TabletSpec.of(
                        TABLET,
                        List.of(
                                ColumnSpec.of(1, "id", Types.INT8),
                                ColumnSpec.of(2, "text", Types.TEXT)),
                        List.of(IndexSpec.btree(1, true, 1))));
        transaction.commit();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFullDiskRefusesWritesAndServesReadsAndGoesOnWhenThereIsRoom(boolean encrypted)
            throws Exception {
        try (var disk = SmallDisk.mount(directory.resolve("disk"), DISK_MEBIBYTES)) {
            var options = options(disk);
            if (encrypted) {
                options = options.withKeyRing(KeyRings.of(new byte[32], Chance.secure()));
            }
            var storage = Storage.open(options);
            create(storage);
            for (int round = 0; round < 3; round++) {
                disk.leave(8 << 20);
                int before = acknowledged.size();
                fillWithWriters(storage);
                assertThat(acknowledged).hasSizeGreaterThan(before + 100);
                judge(storage);
                bulkIsRefused(storage);
                largeIsRefused(storage);
                judge(storage);
                if (round == 1) {
                    // The power fails while the disk is full.
                    ((Engine) storage).crash();
                    storage = reopenFull(options, disk);
                } else {
                    disk.makeRoom();
                }
                assertThat(insertOne(storage)).isNull();
                judge(storage);
                storage.checkpoint();
                thinOut(storage);
                judge(storage);
                if (round == 2) {
                    ((Engine) storage).crash();
                } else {
                    storage.close();
                }
                storage = Storage.open(options);
                judge(storage);
            }
            storage.close();
        }
    }

    /** It opens as it is, or says what it needs and opens when it has it. */
    private Storage reopenFull(StorageOptions options, SmallDisk disk) throws Exception {
        Storage storage;
        try {
            storage = Storage.open(options);
            judge(storage);
            disk.makeRoom();
        } catch (DiskFullException full) {
            namesTheFile(full, disk);
            disk.makeRoom();
            storage = Storage.open(options);
        }
        judge(storage);
        return storage;
    }

    private static void namesTheFile(DiskFullException full, SmallDisk disk) {
        assertThat(full.file()).startsWith(disk.root.toString());
        assertThat(full).hasMessageContaining("No space left on device");
    }

    /** Small transactions on some threads, until each has been refused. */
    private void fillWithWriters(Storage storage) throws Exception {
        try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            var running = new ArrayList<Future<DiskFullException>>();
            for (int i = 0; i < WRITERS; i++) {
                running.add(
                        threads.submit(() -> {
                            while (true) {
                                var refused = insertOne(storage);
                                if (refused != null) {
                                    return refused;
                                }
                            }
                        }));
            }
            for (var one : running) {
                assertThat(one.get()).hasMessageContaining("No space left on device");
            }
        }
    }

    /** Why a row was not inserted; null if it is. */
    private @Nullable DiskFullException insertOne(Storage storage) {
        long id = next.incrementAndGet();
        var transaction = begin(storage);
        try {
            transaction.insert(TABLET, new Object[] {id, TEXT + id});
            transaction.commit();
            acknowledged.add(id);
            return null;
        } catch (DiskFullException full) {
            transaction.rollback();
            return full;
        }
    }

    private static void bulkIsRefused(Storage storage) {
        var transaction = begin(storage);
        assertThatThrownBy(
                        () -> {
                            for (long from = BULK; from < BULK + 20_000; from += 500) {
                                var ids = Column.of(Types.INT8);
                                var texts = Column.of(Types.TEXT);
                                for (long id = from; id < from + 500; id++) {
                                    ids.appendObject(id);
                                    texts.appendObject(TEXT + id);
                                }
                                transaction.insertBatch(
                                        TABLET, new Batch(500, new Column[] {ids, texts}));
                            }
                        })
                .isInstanceOf(DiskFullException.class);
        transaction.rollback();
    }

    /** Its write set is refused room, in the directory of temporary files. */
    private static void largeIsRefused(Storage storage) {
        var transaction = begin(storage);
        assertThatThrownBy(
                        () -> {
                            for (long id = LARGE; id < LARGE + 20_000; id++) {
                                transaction.insert(TABLET, new Object[] {id, TEXT + id});
                            }
                        })
                .isInstanceOf(DiskFullException.class);
        transaction.rollback();
    }

    /** Deletes most rows and waits until their space is free, for the next round. */
    private void thinOut(Storage storage) {
        var transaction = begin(storage);
        int seen = 0;
        try (var scan = transaction.scan(TABLET, new int[] {1})) {
            for (var rows = scan.next(); rows != null; rows = scan.next()) {
                for (int i = 0; i < rows.size(); i++) {
                    if (seen++ % 10 != 0) {
                        transaction.delete(TABLET, scan.rowIds()[i]);
                        acknowledged.remove((Long) Objects.requireNonNull(rows.get(i, 0)));
                    }
                }
            }
        }
        transaction.commit();
        storage.checkpoint();
        storage.checkpoint();
    }

    /** Every acknowledged row is there, whole, and no other. */
    private void judge(Storage storage) {
        var found = new TreeSet<Long>();
        var transaction = begin(storage);
        try (var scan = transaction.scan(TABLET, new int[] {1, 2})) {
            for (var rows = scan.next(); rows != null; rows = scan.next()) {
                for (int i = 0; i < rows.size(); i++) {
                    long id = (Long) Objects.requireNonNull(rows.get(i, 0));
                    assertThat(rows.get(i, 1)).isEqualTo(TEXT + id);
                    found.add(id);
                }
            }
        }
        assertThat(found).isEqualTo(acknowledged);
        assertThat(transaction.accessCheck(TABLET, 1)).isEmpty();
        transaction.commit();
    }

    @Test
    void aTransactionThatCannotSpillGoesOnOrBackToItsSavepoint() throws Exception {
        try (var disk = SmallDisk.mount(directory.resolve("disk"), DISK_MEBIBYTES);
                var storage = Storage.open(options(disk))) {
            create(storage);
            disk.leave(12 << 20);
            var transaction = begin(storage);
            for (long id = 1; id <= 50; id++) {
                transaction.insert(TABLET, new Object[] {id, TEXT + id});
            }
            var savepoint = transaction.savepoint();
            assertThatThrownBy(
                            () -> {
                                for (long id = LARGE; id < LARGE + 20_000; id++) {
                                    transaction.insert(TABLET, new Object[] {id, TEXT + id});
                                }
                            })
                    .isInstanceOfSatisfying(
                            DiskFullException.class, full -> namesTheFile(full, disk));
            transaction.rollbackTo(savepoint);
            disk.makeRoom();
            for (long id = 51; id <= 1000; id++) {
                transaction.insert(TABLET, new Object[] {id, TEXT + id});
            }
            transaction.commit();
            for (long id = 1; id <= 1000; id++) {
                acknowledged.add(id);
            }
            judge(storage);
        }
    }
}
