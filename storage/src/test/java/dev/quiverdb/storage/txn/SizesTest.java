package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.type.Vector;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Clock;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The sizes of tables and indexes are those of the blocks they brought. */
final class SizesTest {
    private static final int TABLET = 1;
    private static final int BY_ID = 1;
    private static final int BY_TEXT = 2;

    /** The lists of stripes, and what a table keeps besides. */
    private static final long BESIDES = 128 << 10;

    @Test
    void rowsLargeValuesVectorsAndIndexesAreCounted() {
        try (var storage =
                (Engine)
                        Storage.open(
                                StorageOptions.in(
                                                new SimulatedDisk(),
                                                Clock.system(),
                                                Chance.seeded(1))
                                        .withCacheBytes(1L << 30))) {
            long before = storage.blockStatistics().cacheBytes();
            var maker = storage.begin(IsolationLevel.READ_COMMITTED);
            maker.beginStatement();
            maker.createTablet(
                    TabletSpec.of(
                            TABLET,
                            List.of(
                                    ColumnSpec.of(1, "id", Types.INT8),
                                    ColumnSpec.of(2, "text", Types.TEXT),
                                    ColumnSpec.of(3, "body", Types.TEXT),
                                    ColumnSpec.of(4, "vector", Types.VECTOR, 100)),
                            List.of(
                                    IndexSpec.btree(BY_ID, true, 1),
                                    IndexSpec.btree(BY_TEXT, false, 2))));
            maker.commit();
            long small = 0;
            for (int size : new int[] {0, 100, 3_000, 60_000, 200_000}) {
                int rows = size < 10_000 ? 1500 : 300;
                insert(storage, size, rows);
                long table = storage.tableBytes(TABLET);
                long indexes =
                        storage.indexBytes(TABLET, BY_ID) + storage.indexBytes(TABLET, BY_TEXT);
                long taken = storage.blockStatistics().cacheBytes() - before;
                assertThat(table + indexes).isBetween(taken - BESIDES, taken);
                assertThat(table - small).isGreaterThan(rows * (size + 400L));
                small = table;
            }
            assertThat(storage.indexBytes(TABLET, BY_ID)).isGreaterThan(5000 * 16);
            assertThat(storage.indexBytes(TABLET, 99)).isZero();
            assertThat(storage.tableBytes(99)).isZero();
        }
    }

    private static void insert(Storage storage, int size, int rows) {
        var writer = storage.begin(IsolationLevel.READ_COMMITTED);
        for (int i = 0; i < rows; i++) {
            writer.beginStatement();
            long id = size * 10_000L + i;
            float[] vector = new float[100];
            vector[i % 100] = i;
            writer.insert(
                    TABLET,
                    new @Nullable Object[] {
                        id,
                        i % 3 == 0 ? null : "text " + id,
                        size == 0 ? null : "x".repeat(size),
                        Vector.of(vector)
                    });
        }
        writer.commit();
    }
}
