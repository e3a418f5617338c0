package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.type.Types;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that commits on three threads is killed, again and again; whatever it said it had
 * committed must be there, whole. {@code -Dkills=100} kills more often.
 */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
final class KilledProcessTest {
    private static final int TABLET = 1;
    private static final int ROWS_PER_COMMIT = 5;

    @Test
    void whatAKilledProcessAnsweredIsThere(@TempDir Path directory) throws Exception {
        var answered = new HashSet<Long>();
        var random = new SplittableRandom(7);
        for (int kill = 0; kill < Integer.getInteger("kills", 3); kill++) {
            killOnce(directory, answered, 20 + random.nextInt(300));
            judge(directory, answered);
        }
        assertThat(answered).isNotEmpty();
    }

    private static void killOnce(Path directory, Set<Long> answered, int commits)
            throws IOException, InterruptedException {
        var child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-ea",
                                "-Xmx256m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Child.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            int heard = 0;
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                // The last line may be cut off.
                if (line.endsWith(".")) {
                    answered.add(Long.parseLong(line.substring(0, line.length() - 1)));
                    if (++heard == commits) {
                        child.toHandle().destroyForcibly();
                    }
                }
            }
        }
        child.waitFor();
        assertThat(child.exitValue()).as("killed, not failed").isEqualTo(137);
    }

    private static void judge(Path directory, Set<Long> answered) {
        try (var storage = Storage.open(StorageOptions.in(directory))) {
            var reader = storage.begin(IsolationLevel.REPEATABLE_READ);
            reader.beginStatement();
            var rows = new HashSet<List<Long>>();
            try (var scan = reader.scan(TABLET, new int[] {1, 2})) {
                for (var batch = scan.next(); batch != null; batch = scan.next()) {
                    for (int i = 0; i < batch.size(); i++) {
                        rows.add(
                                List.of(
                                        (Long) Objects.requireNonNull(batch.get(i, 0)),
                                        (Long) Objects.requireNonNull(batch.get(i, 1))));
                    }
                }
            }
            assertThat(rows.size() % ROWS_PER_COMMIT).as("rows of whole commits").isZero();
            for (long commit : answered) {
                for (long row = 0; row < ROWS_PER_COMMIT; row++) {
                    assertThat(rows).contains(List.of(commit, row));
                }
            }
            reader.commit();
        }
    }

    /** The process that is killed. It prints the number of each commit after it was answered. */
    static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            var options = StorageOptions.in(Path.of(arguments[0])).withCheckpointLogBytes(64 << 10);
            var storage = Storage.open(options);
            if (storage.tablet(TABLET) == null) {
                create(storage);
            }
            var next = new AtomicLong(System.nanoTime());
            for (int i = 0; i < 3; i++) {
                Thread.ofPlatform().start(() -> commitForEver(storage, next));
            }
        }

        private static void create(Storage storage) {
            var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
            transaction.beginStatement();
            transaction.createTablet(
                    TabletSpec.of(
                            TABLET,
                            List.of(
                                    ColumnSpec.of(1, "commit", Types.INT8),
                                    ColumnSpec.of(2, "row", Types.INT8)),
                            List.of(IndexSpec.btree(1, true, 1, 2))));
            transaction.commit();
        }

        private static void commitForEver(Storage storage, AtomicLong next) {
            while (true) {
                long number = next.incrementAndGet();
                var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
                transaction.beginStatement();
                for (long row = 0; row < ROWS_PER_COMMIT; row++) {
                    transaction.insert(TABLET, new Object[] {number, row});
                }
                transaction.commit();
                answer(number);
            }
        }

        private static synchronized void answer(long number) {
            System.out.println(number + ".");
            System.out.flush();
        }
    }
}
