package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import java.util.SplittableRandom;

/**
 * The whole engine on a disk that loses, tears and fails, with maps as the judge. Every run is one
 * thread with several transactions open at once, so a seed replays exactly.
 */
final class StorageSimulationTest {
    @Randomised(runs = 700)
    void whatIsCommittedIsThereAfterEveryCrash(SplittableRandom random) {
        new SimulatedWorld(random).run(60);
    }

    @Randomised(runs = 300)
    void powerCutsInTheMiddleOfAnythingLoseNothingThatWasAnswered(SplittableRandom random) {
        var world = new SimulatedWorld(random);
        world.cutPowerAtRandom();
        world.run(60);
        assertThat(world.commits()).isGreaterThanOrEqualTo(0);
    }
}
