package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.type.Types;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A row found by its key and read in one go: answers only where nothing can be doubted. */
final class FetchByKeyTest {
    private static final int TABLET = 1;
    private static final int KEY = 1;
    private static final int TEXT = 2;
    private static final int[] COLUMNS = {2};

    @TempDir private Path directory;
    private Storage storage;

    @BeforeEach
    void open() {
        storage = Storage.open(StorageOptions.in(directory).withFsync(false));
        var creation = begin(IsolationLevel.READ_COMMITTED);
        creation.createTablet(
                TabletSpec.of(
                        TABLET,
                        List.of(
                                ColumnSpec.of(1, "id", Types.INT8),
                                ColumnSpec.of(2, "text", Types.TEXT)),
                        List.of(IndexSpec.btree(KEY, true, 1), IndexSpec.btree(TEXT, false, 2))));
        creation.commit();
        var load = begin(IsolationLevel.READ_COMMITTED);
        for (long id = 0; id < 500; id++) {
            load.insert(TABLET, new Object[] {id, "text " + id / 2});
        }
        load.commit();
    }

    @AfterEach
    void close() {
        storage.close();
    }

    private Transaction begin(IsolationLevel isolation) {
        var transaction = storage.begin(isolation);
        transaction.beginStatement();
        return transaction;
    }

    private static String read(Transaction transaction, int index, Object key) {
        var row = new @Nullable Object[1];
        long found = transaction.fetchByKey(TABLET, index, List.of(key), COLUMNS, row);
        return found == Transaction.NO_ROW
                ? "none"
                : found == Transaction.ASK_INDEX ? "ask" : String.valueOf(row[0]);
    }

    private void commit(Consumer<Transaction> work) {
        var writer = begin(IsolationLevel.READ_COMMITTED);
        work.accept(writer);
        writer.commit();
    }

    private static long rowId(Transaction transaction, long id) {
        return transaction.fetchByKey(TABLET, KEY, List.of(id), COLUMNS, new @Nullable Object[1]);
    }

    @Test
    void readsTheRowThatHasTheKey() {
        var reader = begin(IsolationLevel.REPEATABLE_READ);
        for (long id = 0; id < 500; id++) {
            assertThat(read(reader, KEY, id)).isEqualTo("text " + id / 2);
        }
        assertThat(read(reader, KEY, 500L)).isEqualTo("none");
        assertThat(read(reader, KEY, -1L)).isEqualTo("none");
        reader.rollback();
    }

    @Test
    void doesNotChooseAmongSeveral() {
        var reader = begin(IsolationLevel.REPEATABLE_READ);
        assertThat(read(reader, TEXT, "text 3")).isEqualTo("ask");
        assertThat(read(reader, TEXT, "text")).isEqualTo("none");
        reader.rollback();
    }

    @Test
    void neverGivesWhatTheSnapshotDoesNotSee() {
        var old = begin(IsolationLevel.REPEATABLE_READ);
        assertThat(read(old, KEY, 7L)).isEqualTo("text 3");
        long seven = rowId(old, 7);
        long eight = rowId(old, 8);
        long nine = rowId(old, 9);
        commit(writer -> {
            writer.update(TABLET, seven, COLUMNS, new Object[] {"changed"});
            writer.update(TABLET, eight, new int[] {1}, new Object[] {1008L});
            writer.delete(TABLET, nine);
            writer.insert(TABLET, new Object[] {900L, "new"});
        });

        assertThat(read(old, KEY, 7L)).isEqualTo("ask");
        assertThat(read(old, KEY, 8L)).isEqualTo("ask");
        assertThat(read(old, KEY, 9L)).isEqualTo("ask");
        assertThat(read(old, KEY, 900L)).isEqualTo("ask");
        assertThat(read(old, KEY, 1008L)).isEqualTo("ask");
        assertThat(read(old, KEY, 10L)).isEqualTo("text 5");
        old.rollback();

        var young = begin(IsolationLevel.REPEATABLE_READ);
        assertThat(read(young, KEY, 7L)).isEqualTo("changed");
        assertThat(read(young, KEY, 8L)).isEqualTo("none");
        assertThat(read(young, KEY, 1008L)).isEqualTo("text 4");
        assertThat(read(young, KEY, 9L)).isEqualTo("none");
        assertThat(read(young, KEY, 900L)).isEqualTo("new");
        young.rollback();
    }

    @Test
    void leavesOwnWritesAndSerializableToTheScan() {
        var writer = begin(IsolationLevel.READ_COMMITTED);
        writer.insert(TABLET, new Object[] {700L, "own"});
        assertThat(read(writer, KEY, 700L)).isEqualTo("ask");
        assertThat(read(writer, KEY, 1L)).isEqualTo("ask");
        writer.rollback();

        var serializable = begin(IsolationLevel.SERIALIZABLE);
        assertThat(read(serializable, KEY, 1L)).isEqualTo("ask");
        serializable.rollback();
    }

    @Test
    void leavesAnIndexThatCameAfterTheSnapshotToTheScan() {
        var old = begin(IsolationLevel.REPEATABLE_READ);
        assertThat(read(old, KEY, 7L)).isEqualTo("text 3");
        long seven = rowId(old, 7);
        commit(writer -> writer.delete(TABLET, seven));
        commit(writer -> writer.createIndex(TABLET, IndexSpec.btree(3, true, 1), (_, _, _) -> {}));
        old.beginStatement();
        assertThat(read(old, 3, 7L)).isEqualTo("ask");
        old.rollback();
    }
}
