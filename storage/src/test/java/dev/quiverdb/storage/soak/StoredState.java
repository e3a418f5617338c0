package dev.quiverdb.storage.soak;

import static dev.quiverdb.storage.soak.KilledLoad.number;

import dev.quiverdb.storage.KeyRange;
import dev.quiverdb.storage.Transaction;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a storage has of {@link SoakTables}, and whether it agrees with itself. */
final class StoredState {
    private static final int WRONG_MAX = 20;

    private final Transaction transaction;

    StoredState(Transaction transaction) {
        this.transaction = transaction;
    }

    private record Items(long rows, long version) {}

    /**
     * Reads everything.
     *
     * @param wrong receives what disagrees
     * @return the states of the things of each worker, as its ledger names them
     */
    Map<Long, Map<String, String>> read(List<String> prepared, List<String> wrong) {
        Map<Long, Map<String, String>> found = new HashMap<>();
        var items = items(wrong);
        try (var scan = transaction.scan(SoakTables.BATCHES, new int[] {1, 2, 3, 4})) {
            for (var rows = scan.next(); rows != null; rows = scan.next()) {
                for (int i = 0; i < rows.size(); i++) {
                    long batch = number(rows, i, 0);
                    var said = new Items(number(rows, i, 2), number(rows, i, 3));
                    var there = items.remove(batch);
                    if (!said.equals(there)) {
                        wrong.add(
                                "batch %d has %s and its items are %s"
                                        .formatted(batch, said, there));
                    }
                    thing(
                            found,
                            number(rows, i, 1),
                            SoakTables.batch(batch),
                            SoakTables.state(said.rows, said.version));
                }
            }
        }
        items.keySet().forEach(batch -> wrong.add("items of batch " + batch + " without a batch"));
        long sum = 0;
        long accounts = 0;
        try (var scan = transaction.scan(SoakTables.ACCOUNTS, new int[] {2})) {
            for (var rows = scan.next(); rows != null; rows = scan.next()) {
                for (int i = 0; i < rows.size(); i++) {
                    sum += number(rows, i, 0);
                    accounts++;
                }
            }
        }
        if (accounts != SoakTables.ACCOUNT_COUNT || sum != accounts * SoakTables.BALANCE) {
            wrong.add(accounts + " accounts have " + sum);
        }
        try (var scan = transaction.scan(SoakTables.COUNTERS, new int[] {1, 2})) {
            for (var rows = scan.next(); rows != null; rows = scan.next()) {
                for (int i = 0; i < rows.size(); i++) {
                    long worker = number(rows, i, 0);
                    // The ledger knows it from the first transfer on.
                    if (number(rows, i, 1) != 0) {
                        thing(
                                found,
                                worker,
                                "counter " + worker,
                                String.valueOf(number(rows, i, 1)));
                    }
                }
            }
        }
        for (var gid : prepared) {
            long worker = Long.parseLong(gid.substring(0, gid.indexOf('-')));
            thing(found, worker, "prepared " + gid, "there");
        }
        for (var tablet : transaction.tablets()) {
            for (var index : tablet.indexes()) {
                compareIndex(tablet.tabletId(), index.indexId(), index.keys().size(), wrong);
            }
        }
        return found;
    }

    private static void thing(
            Map<Long, Map<String, String>> found, long worker, String thing, String state) {
        found.computeIfAbsent(worker, _ -> new HashMap<>()).put(thing, state);
    }

    /** The items by batch; each must be as {@link SoakTables#item} makes it. */
    private Map<Long, Items> items(List<String> wrong) {
        Map<Long, Items> items = new HashMap<>();
        try (var scan = transaction.scan(SoakTables.ITEMS, SoakTables.ITEM_COLUMNS)) {
            for (var rows = scan.next(); rows != null; rows = scan.next()) {
                for (int i = 0; i < rows.size(); i++) {
                    long batch = number(rows, i, 0);
                    long row = number(rows, i, 1);
                    long version = number(rows, i, 2);
                    var expected = SoakTables.item(batch, row, version);
                    @Nullable Object[] there = new Object[expected.length];
                    for (int c = 0; c < there.length; c++) {
                        there[c] = rows.get(i, c);
                    }
                    if (!Arrays.equals(there, expected) && wrong.size() < WRONG_MAX) {
                        wrong.add("an item is " + Arrays.toString(there));
                    }
                    var before = items.get(batch);
                    if (before != null && before.version != version && wrong.size() < WRONG_MAX) {
                        wrong.add("batch " + batch + " has items of more than one version");
                    }
                    items.put(batch, new Items(before == null ? 1 : before.rows + 1, version));
                }
            }
        }
        return items;
    }

    /** The index has every row once, in order, and is well inside. */
    private void compareIndex(int tabletId, int indexId, int columns, List<String> wrong) {
        var index = "index " + indexId + " of tablet " + tabletId;
        for (var what : transaction.accessCheck(tabletId, indexId)) {
            wrong.add(index + ": " + what);
        }
        var spec = transaction.tablet(tabletId);
        int[] keys =
                spec.indexes().stream()
                        .filter(one -> one.indexId() == indexId)
                        .findFirst()
                        .orElseThrow()
                        .keys()
                        .stream()
                        .mapToInt(key -> key.columnId())
                        .toArray();
        long byIndex = 0;
        @Nullable Object[] key = new Object[columns];
        @Nullable Object[] before = new Object[columns];
        long[] rowIds = new long[512];
        try (var scan = transaction.indexScan(tabletId, indexId, KeyRange.ALL, false)) {
            for (int n = scan.next(rowIds); n > 0; n = scan.next(rowIds)) {
                for (int i = 0; i < n; i++) {
                    if (!transaction.fetch(tabletId, rowIds[i], keys, key)) {
                        wrong.add(index + " has row " + rowIds[i] + ", which is not there");
                    } else if (byIndex > 0 && compare(before, key) > 0) {
                        wrong.add(index + " is out of order at row " + rowIds[i]);
                    }
                    if (wrong.size() > WRONG_MAX) {
                        return;
                    }
                    System.arraycopy(key, 0, before, 0, columns);
                    byIndex++;
                }
            }
        }
        long byScan = 0;
        try (var scan = transaction.scan(tabletId, new int[0])) {
            for (var rows = scan.next(); rows != null; rows = scan.next()) {
                byScan += rows.size();
            }
        }
        if (byIndex != byScan) {
            wrong.add(index + " has " + byIndex + " rows and the table " + byScan);
        }
    }

    @SuppressWarnings("unchecked")
    private static int compare(@Nullable Object[] one, @Nullable Object[] other) {
        int order = 0;
        for (int i = 0; i < one.length && order == 0; i++) {
            order =
                    ((Comparable<Object>) Objects.requireNonNull(one[i]))
                            .compareTo(Objects.requireNonNull(other[i]));
        }
        return order;
    }
}
