package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.Savepoint;
import dev.quiverdb.storage.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A transaction with what it should see. */
final class SimulatedClient {
    final Transaction transaction;

    /** What its snapshot has. */
    NavigableMap<Long, SimulatedRow> base = new TreeMap<>();

    /** Rows written, null for deleted. */
    Map<Long, @Nullable SimulatedRow> own = new HashMap<>();

    final List<Savepoint> savepoints = new ArrayList<>();
    final List<Map<Long, @Nullable SimulatedRow>> savedOwn = new ArrayList<>();

    SimulatedClient(Transaction transaction) {
        this.transaction = transaction;
    }

    NavigableMap<Long, SimulatedRow> seen() {
        var seen = new TreeMap<>(base);
        own.forEach((id, row) -> {
            if (row == null) {
                seen.remove(id);
            } else {
                seen.put(id, row);
            }
        });
        return seen;
    }
}
