package dev.quiverdb.tests.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one client knows that the server must have: for each thing it writes, the last state that
 * was acknowledged, and the one it was writing when the server died. Used by the client's thread,
 * and by the judge when that has ended.
 */
final class Ledger {
    /** Rows of a batch by its number; 0 for a batch that was deleted. */
    final Map<Long, Integer> batches = new TreeMap<>();

    /** Versions of documents by id. */
    final Map<Long, Long> documents = new TreeMap<>();

    /** Batches in transactions that were prepared, by gid: what they have if they commit. */
    final Map<String, Long> prepared = new TreeMap<>();

    /** How much this client has counted. */
    long counter;

    /** What the client was doing, null between transactions. */
    @org.jspecify.annotations.Nullable Doubt doubt;

    int acknowledged;

    /** A transaction whose end was not heard of. */
    sealed interface Doubt {
        record Batch(long number, int rows) implements Doubt {}

        record Document(long id, long version) implements Doubt {}

        record Count(long value) implements Doubt {}

        record Transfer() implements Doubt {}

        /** PREPARE TRANSACTION was sent. */
        record Prepare(String gid, long number, int rows) implements Doubt {}

        /** COMMIT PREPARED or ROLLBACK PREPARED was sent. */
        record EndPrepared(String gid, long number, int rows, boolean commit) implements Doubt {}
    }

    void acknowledge() {
        doubt = null;
        acknowledged++;
    }

    /** What the server has of this client. */
    record Found(
            Map<Long, Integer> batches,
            Map<Long, Long> documents,
            List<String> prepared,
            long counter) {}

    /** Compares, and takes what was found where both outcomes are right. */
    List<String> judge(Found found) {
        List<String> wrong = new ArrayList<>();
        switch (doubt) {
            case null -> {}
            case Doubt.Batch(long number, int rows) -> {
                if (found.batches().getOrDefault(number, 0) == rows) {
                    batches.put(number, rows);
                }
            }
            case Doubt.Document(long id, long version) -> {
                if (found.documents().getOrDefault(id, -1L) == version) {
                    documents.put(id, version);
                }
            }
            case Doubt.Count(long value) -> {
                if (found.counter() == value) {
                    counter = value;
                }
            }
            case Doubt.Transfer() -> {}
            case Doubt.Prepare(var gid, long number, int _) -> {
                if (found.prepared().contains(gid)) {
                    prepared.put(gid, number);
                }
            }
            case Doubt.EndPrepared(var gid, long number, int rows, boolean commit) -> {
                if (!found.prepared().contains(gid)) {
                    prepared.remove(gid);
                    if (commit) {
                        batches.put(number, rows);
                    }
                }
            }
        }
        doubt = null;
        compare("batch", batches, found.batches(), 0, wrong);
        compare("document", documents, found.documents(), -1L, wrong);
        if (!List.copyOf(prepared.keySet()).equals(found.prepared())) {
            wrong.add("prepared are " + found.prepared() + ", not " + prepared.keySet());
        }
        if (counter != found.counter()) {
            wrong.add("the counter stands at " + found.counter() + ", not at " + counter);
        }
        return wrong;
    }

    private static <V> void compare(
            String what, Map<Long, V> known, Map<Long, V> found, V nothing, List<String> wrong) {
        known.forEach((number, value) -> {
            V there = found.getOrDefault(number, nothing);
            if (!value.equals(there)) {
                wrong.add("%s %d is %s, not %s".formatted(what, number, there, value));
            }
        });
        found.forEach((number, value) -> {
            if (!known.containsKey(number)) {
                wrong.add(
                        "%s %d is there with %s and was never committed"
                                .formatted(what, number, value));
            }
        });
    }
}
