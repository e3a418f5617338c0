package dev.quiverdb.server.database;

import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.Transaction;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One open database: its storage and the newest committed state of its catalog. Thread-safe. */
public final class DatabaseInstance {
    private final int oid;
    private final String name;
    private final Storage storage;
    private final AtomicInteger sessions = new AtomicInteger();
    private volatile Catalog catalog;

    DatabaseInstance(int oid, String name, Storage storage, Catalog catalog) {
        this.oid = oid;
        this.name = name;
        this.storage = storage;
        this.catalog = catalog;
    }

    public int oid() {
        return oid;
    }

    public String name() {
        return name;
    }

    public Storage storage() {
        return storage;
    }

    /** The newest committed catalog, shared objects included. */
    public Catalog catalog() {
        return catalog;
    }

    /** Writes a change of this database's own objects into the transaction that makes it. */
    public void write(Transaction transaction, CatalogChange change) {
        CatalogTablet.write(transaction, change);
    }

    /** Shows committed changes to everybody. */
    public synchronized void publish(List<CatalogChange> changes) {
        var next = catalog;
        for (var change : changes) {
            next = change.applyTo(next);
        }
        catalog = next;
    }

    /** How many sessions are connected. */
    public AtomicInteger sessions() {
        return sessions;
    }
}
