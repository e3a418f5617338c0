package dev.quiverdb.storage.soak;

import dev.quiverdb.base.testing.Ledger;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.PreparedTransaction;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.txn.Engine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Kills a process with the storage engine under load ({@link KilledLoad}) at random moments, opens
 * what it left, compares it with what it acknowledged, and goes on in the same directory. Every
 * second round is one of an encrypted storage. {@code ./quiver soak storage --kills N}.
 *
 * <p>SIGKILL takes the process and leaves the system's cache, so this proves the engine's order of
 * things on a real machine, not its order of fsyncs; that is the simulator's business.
 */
public final class KillSoak {
    private static final long STANDSTILL_SECONDS = 120;

    /** One storage that is killed: where it is and what it acknowledged. */
    static final class Victim {
        final Path directory;
        final boolean encrypted;
        final List<Ledger> ledgers = new ArrayList<>();

        Victim(Path directory, boolean encrypted) {
            this.directory = directory;
            this.encrypted = encrypted;
            for (int i = 0; i < SoakTables.WORKERS; i++) {
                ledgers.add(new Ledger());
            }
        }

        /** Whether any process lived long enough to make the tables. */
        boolean ready;

        int acknowledged() {
            return ledgers.stream().mapToInt(Ledger::acknowledged).sum();
        }

        List<String> judge(Storage storage) {
            if (storage.tablet(SoakTables.ITEMS) == null) {
                return ready ? List.of("the tables are gone") : List.of();
            }
            var transaction = storage.begin(IsolationLevel.REPEATABLE_READ);
            transaction.beginStatement();
            var wrong = judge(transaction, storage.preparedTransactions());
            transaction.commit();
            return wrong;
        }

        /** What is wrong with what a transaction sees. */
        List<String> judge(Transaction transaction, List<PreparedTransaction> prepared) {
            List<String> wrong = new ArrayList<>();
            var gids = prepared.stream().map(PreparedTransaction::gid).toList();
            var found = new StoredState(transaction).read(gids, wrong);
            for (int worker = 0; worker < ledgers.size(); worker++) {
                var there = found.getOrDefault((long) worker, Map.of());
                for (var what : ledgers.get(worker).judge(there)) {
                    wrong.add("thread " + worker + ": " + what);
                }
            }
            return wrong;
        }
    }

    private final List<Victim> victims;
    private final SplittableRandom random;
    private final int liveMillisMax;
    private final Consumer<String> report;
    private int failed;

    /**
     * A soak under a directory.
     *
     * @param liveMillisMax a process under load is killed after at most so many milliseconds
     */
    public KillSoak(Path directory, long seed, int liveMillisMax, Consumer<String> report) {
        this.victims =
                List.of(
                        new Victim(directory.resolve("clear"), false),
                        new Victim(directory.resolve("sealed"), true));
        this.random = new SplittableRandom(seed);
        this.liveMillisMax = liveMillisMax;
        this.report = report;
    }

    /** Kills that often; returns all that was wrong afterwards. */
    public List<String> run(int kills) throws IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        for (int kill = 0; kill < kills; kill++) {
            var victim = victims.get(kill % victims.size());
            int before = victim.acknowledged();
            var found = new ArrayList<String>();
            var moment = liveUntilKilled(victim, kill, found);
            long began = System.nanoTime();
            judge(victim, found);
            long millis = (System.nanoTime() - began) / 1_000_000;
            failed += found.isEmpty() ? 0 : 1;
            wrong.addAll(found);
            report.accept(
                    "kill %d of %d, %s, %s: %d commits acknowledged, judged in %d ms, %s"
                            .formatted(
                                    kill + 1,
                                    kills,
                                    victim.encrypted ? "encrypted" : "in the clear",
                                    moment,
                                    victim.acknowledged() - before,
                                    millis,
                                    found.isEmpty() ? "all is there" : "WRONG: " + found));
        }
        return wrong;
    }

    /** Rounds after which something was wrong. */
    public int failed() {
        return failed;
    }

    /** Commits that were answered in all. */
    public int acknowledged() {
        return victims.stream().mapToInt(Victim::acknowledged).sum();
    }

    List<Victim> victims() {
        return victims;
    }

    private void judge(Victim victim, List<String> wrong) {
        Storage storage;
        try {
            storage = Storage.open(SoakTables.options(victim.directory, victim.encrypted));
        } catch (RuntimeException failure) {
            wrong.add("does not open: " + failure);
            return;
        }
        try {
            wrong.addAll(victim.judge(storage));
        } catch (RuntimeException failure) {
            wrong.add("cannot be read: " + failure);
        } finally {
            // The next process recovers what the last one left, or what this one closed.
            if (random.nextBoolean()) {
                storage.close();
            } else {
                ((Engine) storage).crash();
            }
        }
    }

    /** Returns when it was killed, for the report. */
    private String liveUntilKilled(Victim victim, int round, List<String> wrong)
            throws IOException, InterruptedException {
        boolean whileOpening = victim.ready && random.nextInt(10) == 0;
        int delay = whileOpening ? 200 + random.nextInt(1500) : 1 + random.nextInt(liveMillisMax);
        var child =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-ea",
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "--add-modules=jdk.incubator.vector",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                KilledLoad.class.getName(),
                                victim.directory.toString(),
                                String.valueOf(victim.encrypted),
                                String.valueOf(random.nextLong()),
                                String.valueOf(round + 1))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        var killer =
                Thread.ofPlatform().unstarted(() -> killAfter(child, delay, TimeUnit.MILLISECONDS));
        // One that never gets ready is killed too, so that the soak ends.
        var watchman =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> killAfter(child, STANDSTILL_SECONDS, TimeUnit.SECONDS));
        if (whileOpening) {
            killer.start();
        }
        boolean ready = false;
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.endsWith(";")) {
                    // The last line may be cut off.
                    continue;
                }
                var said = line.substring(0, line.length() - 1);
                if (!said.equals("ready")) {
                    hear(victim, said);
                } else {
                    ready = true;
                    victim.ready = true;
                    if (!whileOpening) {
                        killer.start();
                    }
                }
            }
        }
        int status = child.waitFor();
        watchman.interrupt();
        if (status != 137) {
            wrong.add("the process ended with " + status + " before it was killed");
        } else if (!ready && !whileOpening) {
            wrong.add("the process did not get ready");
        }
        return whileOpening ? (ready ? "soon after opening" : "while opening") : "under load";
    }

    private static void killAfter(Process child, long delay, TimeUnit unit) {
        try {
            if (!child.waitFor(delay, unit)) {
                child.toHandle().destroyForcibly();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static void hear(Victim victim, String said) {
        var ledger = victim.ledgers.get(said.charAt(0) - '0');
        var words = said.substring(2);
        switch (words) {
            case "done" -> ledger.acknowledge();
            case "failed" -> ledger.abandon();
            default -> {
                var parts = words.split("\\|", -1);
                Map<String, String> change = new HashMap<>();
                for (int i = 1; i < parts.length; i++) {
                    int equals = parts[i].indexOf('=');
                    change.put(parts[i].substring(0, equals), parts[i].substring(equals + 1));
                }
                ledger.intend(change);
            }
        }
    }
}
