package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.Transaction;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Both ways of committing, for tests. */
final class Commits {
    private Commits() {}

    /** Commits, and waits for the end either way. */
    static void commit(Transaction transaction, boolean async) {
        if (!async) {
            transaction.commit();
            return;
        }
        var ended = new CompletableFuture<Optional<Throwable>>();
        transaction.commitAsync(failure -> ended.complete(Optional.ofNullable(failure)));
        switch (ended.join().orElse(null)) {
            case null -> {}
            case RuntimeException failure -> throw failure;
            case Error failure -> throw failure;
            case Throwable failure -> throw new IllegalStateException(failure);
        }
    }
}
