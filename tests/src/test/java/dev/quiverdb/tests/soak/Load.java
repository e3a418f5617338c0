package dev.quiverdb.tests.soak;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One client: random transactions until the server is gone, each written down in its ledger. */
final class Load implements Runnable {
    static final int ACCOUNTS = 40;
    static final int DOCUMENTS_EACH = 60;
    static final int DIMENSIONS = 16;

    private final int worker;
    private final Ledger ledger;
    private final SplittableRandom random;
    private final Connection connection;

    /** What ended the load, other than the death of the server. */
    @Nullable SQLException failure;

    Load(int worker, Ledger ledger, SplittableRandom random, Connection connection) {
        this.worker = worker;
        this.ledger = ledger;
        this.random = random;
        this.connection = connection;
    }

    @Override
    public void run() {
        try (connection) {
            while (true) {
                try {
                    step();
                } catch (SQLException e) {
                    var state = String.valueOf(e.getSQLState());
                    if (!state.startsWith("40")) {
                        throw e;
                    }
                    // A deadlock or a conflict: nothing has happened.
                    ledger.doubt = null;
                    connection.rollback();
                }
            }
        } catch (SQLException e) {
            var state = String.valueOf(e.getSQLState());
            if (!state.startsWith("08") && !state.startsWith("57P")) {
                failure = e;
            }
        }
    }

    private void step() throws SQLException {
        switch (random.nextInt(10)) {
            case 0, 1 -> insertBatch();
            case 2 -> deleteBatch();
            case 3, 4, 5 -> upsertDocument();
            case 6 -> count();
            case 7, 8 -> transfer();
            default -> prepared();
        }
    }

    private void execute(String sql, Object... parameters) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.execute();
        }
    }

    private long nextBatch() {
        return System.nanoTime();
    }

    private void insertRows(long number, int rows) throws SQLException {
        for (int row = 0; row < rows; row++) {
            execute(
                    "INSERT INTO batches VALUES (?, ?, ?, ?)",
                    number,
                    row,
                    worker,
                    "x".repeat(random.nextInt(200)));
        }
    }

    private void insertBatch() throws SQLException {
        long number = nextBatch();
        int rows = 1 + random.nextInt(6);
        ledger.doubt = new Ledger.Doubt.Batch(number, rows);
        insertRows(number, rows);
        connection.commit();
        ledger.batches.put(number, rows);
        ledger.acknowledge();
    }

    private void deleteBatch() throws SQLException {
        var alive = new ArrayList<Long>();
        ledger.batches.forEach((number, rows) -> {
            if (rows > 0) {
                alive.add(number);
            }
        });
        if (alive.isEmpty()) {
            return;
        }
        long number = alive.get(random.nextInt(alive.size()));
        ledger.doubt = new Ledger.Doubt.Batch(number, 0);
        execute("DELETE FROM batches WHERE number = ?", number);
        connection.commit();
        ledger.batches.put(number, 0);
        ledger.acknowledge();
    }

    private void upsertDocument() throws SQLException {
        long id = (long) random.nextInt(DOCUMENTS_EACH) * 100 + worker;
        long version = ledger.documents.getOrDefault(id, 0L) + 1;
        var vector = new StringBuilder("[");
        for (int i = 0; i < DIMENSIONS; i++) {
            vector.append(i == 0 ? "" : ",").append(random.nextInt(1000) / 100.0);
        }
        ledger.doubt = new Ledger.Doubt.Document(id, version);
        execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?::vector) ON CONFLICT (id)"
                        + " DO UPDATE SET version = excluded.version, embedding = excluded.embedding",
                id,
                worker,
                version,
                vector.append("]").toString());
        connection.commit();
        ledger.documents.put(id, version);
        ledger.acknowledge();
    }

    private void count() throws SQLException {
        ledger.doubt = new Ledger.Doubt.Count(ledger.counter + 1);
        execute("UPDATE counters SET value = value + 1 WHERE worker = ?", worker);
        connection.commit();
        ledger.counter++;
        ledger.acknowledge();
    }

    private void transfer() throws SQLException {
        int from = random.nextInt(ACCOUNTS);
        int to = random.nextInt(ACCOUNTS);
        int amount = 1 + random.nextInt(50);
        ledger.doubt = new Ledger.Doubt.Transfer();
        execute("UPDATE accounts SET balance = balance - ? WHERE id = ?", amount, from);
        execute("UPDATE accounts SET balance = balance + ? WHERE id = ?", amount, to);
        connection.commit();
        ledger.acknowledge();
    }

    private void prepared() throws SQLException {
        if (!ledger.prepared.isEmpty() && random.nextBoolean()) {
            endPrepared();
            return;
        }
        long number = nextBatch();
        var gid = "w" + worker + "-" + number;
        ledger.doubt = new Ledger.Doubt.Prepare(gid, number, 2);
        insertRows(number, 2);
        execute("PREPARE TRANSACTION '" + gid + "'");
        connection.commit();
        ledger.prepared.put(gid, number);
        ledger.acknowledge();
    }

    private void endPrepared() throws SQLException {
        var one = ledger.prepared.entrySet().iterator().next();
        boolean commit = random.nextInt(3) > 0;
        ledger.doubt = new Ledger.Doubt.EndPrepared(one.getKey(), one.getValue(), 2, commit);
        connection.setAutoCommit(true);
        execute((commit ? "COMMIT" : "ROLLBACK") + " PREPARED '" + one.getKey() + "'");
        connection.setAutoCommit(false);
        if (commit) {
            ledger.batches.put(one.getValue(), 2);
        }
        ledger.prepared.remove(one.getKey());
        ledger.acknowledge();
    }
}
