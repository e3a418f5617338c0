/**
 * Transactions: snapshots, private write sets, locks, deadlocks, serializable isolation, and the
 * commit pipeline that carries a write set through the log into the tables. Start reading at {@code
 * README.md}, then {@link dev.quiverdb.storage.txn.Engine}. Knows {@code storage.log}, {@code
 * storage.block}, {@code storage.table}, {@code storage.btree}.
 *
 * <p>Serializable isolation follows Cahill, R&ouml;hm, Fekete, "Serializable Isolation for Snapshot
 * Databases" (2008) and Ports, Grittner, "Serializable Snapshot Isolation in PostgreSQL" (2012).
 */
@NullMarked
package dev.quiverdb.storage.txn;

import org.jspecify.annotations.NullMarked;
