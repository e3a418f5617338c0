package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.base.testing.SimulatedDisk;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The whole engine on a disk that loses, tears, fills and fails, with maps as the judge. Every run
 * is one thread with several transactions open at once, so a seed replays exactly.
 */
final class StorageSimulationTest {
    private static final int STEPS = 60;

    @Randomised(runs = 2000)
    void whateverTheDiskDoesWhatWasCommittedIsThere(SplittableRandom random) {
        live(random);
    }

    /** One life. */
    static void live(SplittableRandom random) {
        new SimulatedWorld(random, SimulatedFaults.drawn(random)).run(STEPS);
    }

    /** The outcomes of a crash at every single write of short lives. */
    @Randomised(runs = 40)
    void everyWriteMayBeTheLast(SplittableRandom random) {
        var world = new SimulatedWorld(random, SimulatedFaults.of());
        world.judgeEveryWrite();
        world.run(14);
    }

    /** A judge that never condemns is none: what is not saved must be missed. */
    private static int condemned(String lyingFiles) {
        Consumer<SimulatedDisk> lying =
                disk -> disk.lieAboutForcesOf(name -> name.contains(lyingFiles));
        int condemned = 0;
        for (int seed = 0; seed < 20; seed++) {
            var random = new SplittableRandom(seed);
            try {
                new SimulatedWorld(
                                random,
                                SimulatedFaults.of(SimulatedFaults.Kind.POWER_CUTS).on(lying))
                        .run(STEPS);
            } catch (RuntimeException | AssertionError judgement) {
                condemned++;
            }
        }
        return condemned;
    }

    @Test
    void aLogThatIsNotForcedIsFoundOut() {
        assertThat(condemned("log/")).isGreaterThan(10);
    }

    @Test
    void blocksThatAreNotForcedAreFoundOut() {
        assertThat(condemned("blocks/blocks")).isPositive();
    }

    @Test
    void aRootThatIsNotForcedIsFoundOut() {
        assertThat(condemned("blocks/manifest")).isPositive();
    }

    /** What is damaged is named, or the rows are the right ones: each flip is judged. */
    @Test
    void aFlippedBitInEachKindOfFileIsNamed() {
        var named = new TreeSet<String>();
        for (int seed = 0; seed < 12; seed++) {
            var random = new SplittableRandom(seed);
            var world = new SimulatedWorld(random, SimulatedFaults.of());
            world.run(40);
            named.addAll(world.filesNamedAfterFlips(40));
        }
        var kinds =
                named.stream()
                        .map(name -> name.replaceAll("[0-9a-f]{16}", "N"))
                        .distinct()
                        .toList();
        // The manifest has two roots: with one damaged the other serves the same rows.
        assertThat(kinds).contains("log/N.log", "blocks/blocks");
    }
}
