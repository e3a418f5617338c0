package dev.quiverdb.storage.spill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.storage.spill.SortedRuns.Entry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sorted runs beside a map. */
final class SortedRunsTest {
    private static final Comparator<Entry> ORDER =
            Comparator.<Entry, byte[]>comparing(Entry::key, Arrays::compareUnsigned)
                    .thenComparingLong(Entry::rowId);

    private static Entry entry(SplittableRandom random, int version) {
        // Few different ones, so that later runs hide what earlier ones have.
        byte[] key = new byte[random.nextInt(3)];
        random.nextBytes(key);
        for (int i = 0; i < key.length; i++) {
            key[i] &= (byte) 0x83;
        }
        byte[] payload = new byte[4 + (random.nextInt(40) == 0 ? random.nextInt(20_000) : 0)];
        ByteBuffer.wrap(payload).putInt(version);
        return new Entry(key, random.nextInt(200) - 100, payload);
    }

    @Randomised(runs = 40)
    void theNewestEntryOfAPlaceIsFoundAndComesInOrder(SplittableRandom random) {
        try (var file =
                SpillFile.create(
                        SpillDirectory.inTheClear(Path.of(System.getProperty("java.io.tmpdir"))))) {
            var runs = new SortedRuns(() -> file);
            var model = new TreeMap<Entry, Entry>(ORDER);
            int adds = random.nextInt(90);
            for (int version = 0; version < adds; version++) {
                var run = new TreeMap<Entry, Entry>(ORDER);
                int count = 1 + random.nextInt(random.nextInt(5) == 0 ? 600 : 30);
                for (int i = 0; i < count; i++) {
                    var one = entry(random, version);
                    run.put(one, one);
                }
                runs.add(run.values().iterator(), count);
                run.forEach((place, one) -> {
                    model.remove(place);
                    model.put(one, one);
                });
            }
            for (int i = 0; i < 200; i++) {
                var place = entry(random, 0);
                assertSame(runs.find(place.key(), place.rowId()), model.get(place));
            }
            for (int i = 0; i < 20; i++) {
                judgeRange(runs, model, random);
            }
        }
    }

    private static void judgeRange(
            SortedRuns runs, NavigableMap<Entry, Entry> model, SplittableRandom random) {
        var from = random.nextInt(3) == 0 ? null : entry(random, 0);
        var to = random.nextInt(3) == 0 ? null : entry(random, 0);
        var expected = model;
        if (from != null) {
            expected = expected.tailMap(from, true);
        }
        if (to != null) {
            boolean crossed = from != null && ORDER.compare(from, to) >= 0;
            expected = crossed ? new TreeMap<>(ORDER) : expected.headMap(to, false);
        }
        boolean reverse = random.nextBoolean();
        var ordered = (reverse ? expected.descendingMap() : expected).values();
        var actual = list(runs.range(from, to, reverse));
        assertThat(actual).hasSize(ordered.size());
        int at = 0;
        for (var one : ordered) {
            assertSame(actual.get(at++), one);
        }
    }

    private static List<Entry> list(Iterator<Entry> entries) {
        var all = new ArrayList<Entry>();
        entries.forEachRemaining(all::add);
        return all;
    }

    private static void assertSame(Entry actual, Entry expected) {
        if (expected == null) {
            assertThat(actual).isNull();
        } else {
            assertThat(actual).isNotNull();
            assertThat(actual.key()).isEqualTo(expected.key());
            assertThat(actual.rowId()).isEqualTo(expected.rowId());
            assertThat(actual.payload()).isEqualTo(expected.payload());
        }
    }

    @Test
    void anInterruptedReaderDoesNotCloseTheFile(@TempDir Path directory) {
        try (var file = SpillDirectory.inTheClear(directory).newFile()) {
            file.append(new byte[] {1, 2, 3}, 0, 3);
            Thread.currentThread().interrupt();
            byte[] back = new byte[3];
            file.read(0, back, 0, 3);
            assertThat(Thread.interrupted()).isTrue();
            file.read(0, back, 0, 3);
            assertThat(back).containsExactly(1, 2, 3);
        }
    }

    @Test
    void theFileHasNoName(@TempDir Path directory) {
        try (var file = SpillDirectory.inTheClear(directory).newFile()) {
            file.append(new byte[10], 0, 10);
            assertThat(directory).isEmptyDirectory();
        }
    }
}
