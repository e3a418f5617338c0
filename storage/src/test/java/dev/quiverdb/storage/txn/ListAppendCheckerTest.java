package dev.quiverdb.storage.txn;

import static dev.quiverdb.storage.txn.ListAppendChecker.Anomaly.G0;
import static dev.quiverdb.storage.txn.ListAppendChecker.Anomaly.G1A;
import static dev.quiverdb.storage.txn.ListAppendChecker.Anomaly.G1B;
import static dev.quiverdb.storage.txn.ListAppendChecker.Anomaly.G1C;
import static dev.quiverdb.storage.txn.ListAppendChecker.Anomaly.G2_ITEM;
import static dev.quiverdb.storage.txn.ListAppendChecker.Anomaly.G_SINGLE;
import static dev.quiverdb.storage.txn.ListAppendChecker.Anomaly.INCOMPATIBLE_ORDER;
import static dev.quiverdb.storage.txn.ListAppendChecker.Anomaly.LOST_UPDATE;
import static dev.quiverdb.storage.txn.ListAppendChecker.Step.append;
import static dev.quiverdb.storage.txn.ListAppendChecker.Step.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.storage.txn.ListAppendChecker.Anomaly;
import dev.quiverdb.storage.txn.ListAppendChecker.Done;
import dev.quiverdb.storage.txn.ListAppendChecker.Step;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The checker finds every anomaly that is planted, and none where none is. */
final class ListAppendCheckerTest {
    private static Done committed(int id, Step... steps) {
        return new Done(id, true, List.of(steps));
    }

    private static Set<Anomaly> check(Done... history) {
        return ListAppendChecker.check(List.of(history));
    }

    @Test
    void aSerialHistoryIsClean() {
        assertThat(
                        check(
                                committed(1, append(1, 1), append(2, 1)),
                                committed(2, read(1, 1), append(1, 2), read(1, 1, 2)),
                                committed(3, read(1, 1, 2), read(2, 1))))
                .isEmpty();
    }

    @Test
    void writesInACircle() {
        assertThat(
                        check(
                                committed(1, append(1, 1), append(2, 1)),
                                committed(2, append(1, 2), append(2, 2)),
                                committed(3, read(1, 1, 2), read(2, 2, 1))))
                .contains(G0);
    }

    @Test
    void aReadOfWhatWasRolledBack() {
        assertThat(check(new Done(1, false, List.of(append(1, 1))), committed(2, read(1, 1))))
                .contains(G1A);
    }

    @Test
    void aReadOfAnIntermediateState() {
        assertThat(check(committed(1, append(1, 1), append(1, 2)), committed(2, read(1, 1))))
                .contains(G1B);
    }

    @Test
    void eachReadsWhatTheOtherWrote() {
        assertThat(
                        check(
                                committed(1, append(1, 1), read(2, 1)),
                                committed(2, append(2, 1), read(1, 1))))
                .contains(G1C);
    }

    @Test
    void aReadOfHalfOfWhatAnotherWrote() {
        assertThat(
                        check(
                                committed(1, append(1, 1), append(2, 1)),
                                committed(2, read(1, 1), read(2)),
                                committed(3, read(2, 1))))
                .contains(G_SINGLE);
    }

    @Test
    void writeSkew() {
        assertThat(
                        check(
                                committed(1, read(1), append(2, 1)),
                                committed(2, read(2), append(1, 1)),
                                committed(3, read(1, 1), read(2, 1))))
                .contains(G2_ITEM)
                .doesNotContain(G_SINGLE, G1C);
    }

    @Test
    void aLostUpdate() {
        assertThat(
                        check(
                                committed(1, read(1), append(1, 1)),
                                committed(2, read(1), append(1, 2)),
                                committed(3, read(1, 1, 2))))
                .contains(LOST_UPDATE, G_SINGLE);
    }

    @Test
    void readsThatDisagree() {
        assertThat(
                        check(
                                committed(1, append(1, 1)),
                                committed(2, append(1, 2)),
                                committed(3, read(1, 1, 2)),
                                committed(4, read(1, 2))))
                .contains(INCOMPATIBLE_ORDER);
    }
}
