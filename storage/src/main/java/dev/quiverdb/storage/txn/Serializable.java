package dev.quiverdb.storage.txn;

/** What serializable isolation knows of one transaction. */
final class Serializable {
    final long transactionId;

    Serializable(long transactionId) {
        this.transactionId = transactionId;
    }
}
