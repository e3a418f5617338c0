package dev.quiverdb.storage.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.Transaction;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./quiver soak storage --kills 100} does this for longer. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class KilledProcessTest {
    @Test
    void whatAKilledProcessAcknowledgedIsThereAndNothingThatItTookBack(@TempDir Path directory)
            throws Exception {
        var soak = new KillSoak(directory, 7, 1500, _ -> {});
        assertThat(soak.run(4)).isEmpty();
        assertThat(soak.acknowledged()).isGreaterThan(10);
    }

    @Test
    void theJudgeSeesWhatIsWrong(@TempDir Path directory) throws Exception {
        var soak = new KillSoak(directory, 8, 1000, _ -> {});
        var victim = soak.victims().getFirst();
        for (int kill = 0; kill < 20 && anyBatch(victim) == null; kill++) {
            assertThat(soak.run(1)).isEmpty();
        }
        long batch = Long.parseLong(String.valueOf(anyBatch(victim)));
        assertThat(
                        judgeAfter(
                                victim,
                                t ->
                                        t.delete(
                                                SoakTables.BATCHES,
                                                SoakTables.rowOf(t, SoakTables.BATCHES, batch))))
                .contains("items of batch " + batch + " without a batch")
                .anyMatch(what -> what.contains("batch " + batch + " is not there"));
        assertThat(
                        judgeAfter(
                                victim,
                                t ->
                                        t.delete(
                                                SoakTables.ITEMS,
                                                SoakTables.rowOf(t, SoakTables.ITEMS, batch))))
                .anyMatch(what -> what.startsWith("batch " + batch + " has Items"));
        assertThat(
                        judgeAfter(
                                victim,
                                t ->
                                        t.update(
                                                SoakTables.ITEMS,
                                                SoakTables.rowOf(t, SoakTables.ITEMS, batch),
                                                new int[] {5},
                                                new Object[] {"other"})))
                .anyMatch(what -> what.startsWith("an item is [" + batch));
        assertThat(
                        judgeAfter(
                                victim,
                                t -> t.insert(SoakTables.BATCHES, new Object[] {-5L, 0L, 0L, 1L})))
                .anyMatch(what -> what.startsWith("thread 0: batch -5 is \"0 rows"));
        assertThat(
                        judgeAfter(
                                victim,
                                t ->
                                        t.update(
                                                SoakTables.ACCOUNTS,
                                                SoakTables.rowOf(t, SoakTables.ACCOUNTS, 0L),
                                                new int[] {2},
                                                new Object[] {-1_000_000L})))
                .anyMatch(what -> what.startsWith("40 accounts have "));
    }

    private static @Nullable String anyBatch(KillSoak.Victim victim) {
        return victim.ledgers.stream()
                .flatMap(ledger -> ledger.things("batch ").keySet().stream())
                .map(thing -> thing.substring("batch ".length()))
                .findFirst()
                .orElse(null);
    }

    /** What the judge says of a storage that something is done to behind the ledgers. */
    private static List<String> judgeAfter(KillSoak.Victim victim, Consumer<Transaction> change) {
        try (var storage = Storage.open(SoakTables.options(victim.directory, false))) {
            assertThat(victim.judge(storage)).isEmpty();
            var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
            transaction.beginStatement();
            change.accept(transaction);
            transaction.nextCommand();
            var wrong = victim.judge(transaction, storage.preparedTransactions());
            transaction.rollback();
            return wrong;
        }
    }
}
