package dev.quiverdb.storage.txn;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds isolation anomalies in a history of transactions that append unique values to lists and
 * read lists, as Elle does (Kingsbury, Alvaro: "Elle: Inferring Isolation Anomalies from
 * Experimental Observations", 2020; the phenomena are Adya's). A list that was read tells in which
 * order its writers came, so all dependencies can be told from what was read.
 */
final class ListAppendChecker {
    enum Anomaly {
        /** A cycle of writes alone. */
        G0,
        /** A read of what was rolled back. */
        G1A,
        /** A read of what was not a transaction's last word. */
        G1B,
        /** A cycle of writes and of reads of what was written. */
        G1C,
        /** A cycle with exactly one overlooked write. */
        G_SINGLE,
        /** A cycle with overlooked writes. */
        G2_ITEM,
        /** Two read the same version and both wrote over it. */
        LOST_UPDATE,
        /** Reads that no order of the writes explains. */
        INCOMPATIBLE_ORDER
    }

    /** One step; {@code read} is null for an append. */
    record Step(int key, int value, @Nullable List<Integer> read) {
        static Step append(int key, int value) {
            return new Step(key, value, null);
        }

        static Step read(int key, Integer... values) {
            return new Step(key, 0, List.of(values));
        }
    }

    /** A transaction with what it did, in order. */
    record Done(int id, boolean committed, List<Step> steps) {
        Done {
            steps = List.copyOf(steps);
        }
    }

    private record Written(Done by, boolean last) {}

    private final Map<Integer, Map<Integer, Written>> writers = new HashMap<>();
    private final Map<Integer, List<Integer>> orders = new HashMap<>();
    private final Map<Integer, Set<Integer>> writes = new HashMap<>();
    private final Map<Integer, Set<Integer>> reads = new HashMap<>();
    private final Map<Integer, Set<Integer>> overlooks = new HashMap<>();
    private final Set<Anomaly> found = EnumSet.noneOf(Anomaly.class);

    private ListAppendChecker() {}

    static Set<Anomaly> check(List<Done> history) {
        var checker = new ListAppendChecker();
        history.forEach(checker::collectWrites);
        history.stream().filter(Done::committed).forEach(checker::collectReads);
        checker.dependOnOrder();
        history.stream().filter(Done::committed).forEach(checker::dependOnReads);
        checker.lookForLostUpdates(history);
        checker.lookForCycles();
        return checker.found;
    }

    private void collectWrites(Done one) {
        Map<Integer, Integer> last = new HashMap<>();
        for (var step : one.steps()) {
            if (step.read() == null) {
                last.put(step.key(), step.value());
            }
        }
        for (var step : one.steps()) {
            if (step.read() == null) {
                boolean isLast = last.getOrDefault(step.key(), -1) == step.value();
                writers.computeIfAbsent(step.key(), _ -> new HashMap<>())
                        .put(step.value(), new Written(one, isLast));
            }
        }
    }

    /** What a read saw of others: own appends stand at its end. */
    private List<Integer> external(Done reader, Step step) {
        var seen = new ArrayList<>(step.read() == null ? List.of() : step.read());
        while (!seen.isEmpty()) {
            var writer = writer(step.key(), seen.getLast());
            if (writer == null || writer.by().id() != reader.id()) {
                break;
            }
            seen.removeLast();
        }
        return seen;
    }

    private @Nullable Written writer(int key, int value) {
        return writers.getOrDefault(key, Map.of()).get(value);
    }

    private void collectReads(Done reader) {
        for (var step : reader.steps()) {
            if (step.read() == null) {
                continue;
            }
            var seen = external(reader, step);
            for (int i = 0; i < seen.size(); i++) {
                var writer = writer(step.key(), seen.get(i));
                if (writer == null) {
                    found.add(Anomaly.INCOMPATIBLE_ORDER);
                } else if (!writer.by().committed()) {
                    found.add(Anomaly.G1A);
                } else if (i == seen.size() - 1 && !writer.last()) {
                    found.add(Anomaly.G1B);
                }
            }
            var longest = orders.getOrDefault(step.key(), List.of());
            int common = Math.min(longest.size(), seen.size());
            if (!longest.subList(0, common).equals(seen.subList(0, common))) {
                found.add(Anomaly.INCOMPATIBLE_ORDER);
            }
            if (seen.size() > longest.size()) {
                orders.put(step.key(), seen);
            }
        }
    }

    private static void edge(Map<Integer, Set<Integer>> graph, int from, int to) {
        if (from != to) {
            graph.computeIfAbsent(from, _ -> new HashSet<>()).add(to);
        }
    }

    private void dependOnOrder() {
        orders.forEach((key, order) -> {
            for (int i = 1; i < order.size(); i++) {
                var before = writer(key, order.get(i - 1));
                var after = writer(key, order.get(i));
                if (before != null && after != null) {
                    edge(writes, before.by().id(), after.by().id());
                }
            }
        });
    }

    private void dependOnReads(Done reader) {
        for (var step : reader.steps()) {
            if (step.read() == null) {
                continue;
            }
            var seen = external(reader, step);
            if (!seen.isEmpty()) {
                var writer = writer(step.key(), seen.getLast());
                if (writer != null) {
                    edge(reads, writer.by().id(), reader.id());
                }
            }
            var order = orders.getOrDefault(step.key(), List.of());
            if (seen.size() < order.size()) {
                var next = writer(step.key(), order.get(seen.size()));
                if (next != null) {
                    edge(overlooks, reader.id(), next.by().id());
                }
            }
        }
    }

    private void lookForLostUpdates(List<Done> history) {
        Map<List<Object>, Integer> updaters = new HashMap<>();
        for (var one : history) {
            if (!one.committed()) {
                continue;
            }
            for (var step : one.steps()) {
                boolean appends =
                        one.steps().stream()
                                .anyMatch(
                                        other -> other.read() == null && other.key() == step.key());
                if (step.read() != null && appends) {
                    var version = List.<Object>of(step.key(), external(one, step));
                    var other = updaters.putIfAbsent(version, one.id());
                    if (other != null && other != one.id()) {
                        found.add(Anomaly.LOST_UPDATE);
                    }
                }
            }
        }
    }

    private void lookForCycles() {
        if (anyCycle(writes)) {
            found.add(Anomaly.G0);
        }
        var both = union(writes, reads);
        if (anyCycle(both)) {
            found.add(Anomaly.G1C);
        }
        overlooks.forEach((from, tos) -> {
            for (int to : tos) {
                if (reaches(both, to, from)) {
                    found.add(Anomaly.G_SINGLE);
                }
            }
        });
        if (anyCycle(union(both, overlooks))) {
            found.add(Anomaly.G2_ITEM);
        }
    }

    private static Map<Integer, Set<Integer>> union(
            Map<Integer, Set<Integer>> left, Map<Integer, Set<Integer>> right) {
        Map<Integer, Set<Integer>> all = new HashMap<>();
        left.forEach((from, tos) -> tos.forEach(to -> edge(all, from, to)));
        right.forEach((from, tos) -> tos.forEach(to -> edge(all, from, to)));
        return all;
    }

    private static boolean anyCycle(Map<Integer, Set<Integer>> graph) {
        for (int start : graph.keySet()) {
            for (int next : graph.getOrDefault(start, Set.of())) {
                if (reaches(graph, next, start)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean reaches(Map<Integer, Set<Integer>> graph, int from, int to) {
        var seen = new HashSet<Integer>();
        var next = new ArrayList<Integer>();
        next.add(from);
        while (!next.isEmpty()) {
            int node = next.removeLast();
            if (node == to) {
                return true;
            }
            if (seen.add(node)) {
                next.addAll(graph.getOrDefault(node, Set.of()));
            }
        }
        return false;
    }
}
