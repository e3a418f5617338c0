package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.SequenceSpec;
import dev.quiverdb.storage.Sequences;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sequence gives after its storage was stopped. */
final class SequencesTest {
    private static final long SEQUENCE = 5;
    private static final SequenceSpec SPEC = new SequenceSpec(1, 1, 1, 1_000_000, false);

    private static long draw(Storage storage, int times) {
        long last = -1;
        for (int i = 0; i < times; i++) {
            var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
            transaction.beginStatement();
            last = storage.sequences().next(transaction, SEQUENCE, SPEC).orElseThrow();
            transaction.commit();
        }
        return last;
    }

    @Test
    void anOrderlyStopSkipsNoValue(@TempDir Path directory) {
        var options = StorageOptions.in(directory);
        try (var storage = Storage.open(options)) {
            assertThat(draw(storage, 5)).isEqualTo(5);
        }
        try (var storage = Storage.open(options)) {
            assertThat(storage.sequences().state(SEQUENCE, SPEC))
                    .isEqualTo(new Sequences.State(5, true));
            assertThat(draw(storage, 40)).isEqualTo(45);
        }
        try (var storage = Storage.open(options)) {
            assertThat(draw(storage, 1)).isEqualTo(46);
        }
    }

    @Test
    void aCrashRepeatsNoValue(@TempDir Path directory) {
        var options = StorageOptions.in(directory);
        long before = 0;
        for (int i = 0; i < 4; i++) {
            var storage = Storage.open(options);
            long first = draw(storage, 1);
            assertThat(first).isGreaterThan(before).isLessThanOrEqualTo(before + 33);
            before = draw(storage, 10);
            ((Engine) storage).crash();
        }
    }
}
