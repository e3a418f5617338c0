package dev.quiverdb.tests.soak;

import dev.quiverdb.base.testing.Ledger;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One client: random transactions until the server is gone, each written down in its ledger. */
final class Load implements Runnable {
    static final int ACCOUNTS = 40;
    static final int DOCUMENTS_EACH = 60;
    static final int DIMENSIONS = 16;
    private static final int ROWS_PREPARED = 2;

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
                    ledger.abandon();
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

    /** Ends the transaction, which changes these things. */
    private void end(String command, Map<String, String> change) throws SQLException {
        ledger.intend(change);
        if (command.equals("COMMIT")) {
            connection.commit();
        } else {
            execute(command);
        }
        ledger.acknowledge();
    }

    /** What the ledger calls a batch; its state is the count of its rows. */
    static String batch(long number) {
        return "batch " + number;
    }

    /** What the ledger calls a document; its state is its version. */
    static String document(long id) {
        return "document " + id;
    }

    /** What the ledger calls the worker's counter, once it counted; its state is the value. */
    static final String COUNTER = "counter";

    /** What the ledger calls a transaction that is prepared; its state is the batch. */
    static String prepared(String gid) {
        return "prepared " + gid;
    }

    private void insertBatch() throws SQLException {
        long number = nextBatch();
        int rows = 1 + random.nextInt(6);
        insertRows(number, rows);
        end("COMMIT", Map.of(batch(number), String.valueOf(rows)));
    }

    private void deleteBatch() throws SQLException {
        var alive = List.copyOf(ledger.things("batch ").keySet());
        if (alive.isEmpty()) {
            return;
        }
        var batch = alive.get(random.nextInt(alive.size()));
        execute(
                "DELETE FROM batches WHERE number = ?",
                Long.parseLong(batch.substring("batch ".length())));
        end("COMMIT", Map.of(batch, Ledger.NOTHING));
    }

    private long number(String thing) {
        var state = ledger.state(thing);
        return state.equals(Ledger.NOTHING) ? 0 : Long.parseLong(state);
    }

    private void upsertDocument() throws SQLException {
        long id = (long) random.nextInt(DOCUMENTS_EACH) * 100 + worker;
        long version = number(document(id)) + 1;
        var vector = new StringBuilder("[");
        for (int i = 0; i < DIMENSIONS; i++) {
            vector.append(i == 0 ? "" : ",").append(random.nextInt(1000) / 100.0);
        }
        execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?::vector) ON CONFLICT (id)"
                        + " DO UPDATE SET version = excluded.version, embedding = excluded.embedding",
                id,
                worker,
                version,
                vector.append("]").toString());
        end("COMMIT", Map.of(document(id), String.valueOf(version)));
    }

    private void count() throws SQLException {
        execute("UPDATE counters SET value = value + 1 WHERE worker = ?", worker);
        end("COMMIT", Map.of(COUNTER, String.valueOf(number(COUNTER) + 1)));
    }

    private void transfer() throws SQLException {
        int from = random.nextInt(ACCOUNTS);
        int to = random.nextInt(ACCOUNTS);
        int amount = 1 + random.nextInt(50);
        execute("UPDATE accounts SET balance = balance - ? WHERE id = ?", amount, from);
        execute("UPDATE accounts SET balance = balance + ? WHERE id = ?", amount, to);
        end("COMMIT", Map.of());
    }

    private void prepared() throws SQLException {
        if (!ledger.things("prepared ").isEmpty() && random.nextBoolean()) {
            endPrepared();
            return;
        }
        long number = nextBatch();
        var gid = "w" + worker + "-" + number;
        insertRows(number, ROWS_PREPARED);
        end("PREPARE TRANSACTION '" + gid + "'", Map.of(prepared(gid), String.valueOf(number)));
        connection.commit();
    }

    private void endPrepared() throws SQLException {
        var one = ledger.things("prepared ").firstEntry();
        var gid = one.getKey().substring("prepared ".length());
        boolean commit = random.nextInt(3) > 0;
        Map<String, String> change = new HashMap<>(Map.of(one.getKey(), Ledger.NOTHING));
        if (commit) {
            change.put("batch " + one.getValue(), String.valueOf(ROWS_PREPARED));
        }
        connection.setAutoCommit(true);
        end((commit ? "COMMIT" : "ROLLBACK") + " PREPARED '" + gid + "'", change);
        connection.setAutoCommit(false);
    }
}
