package dev.quiverdb.server.database;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.world.DamagedException;
import dev.quiverdb.sql.bind.ddl.DdlBinder;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Database;
import dev.quiverdb.sql.catalog.SettingDefaults;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.spill.SpillDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All databases of one data directory: {@code global/} holds roles and the list of databases,
 * {@code base/OID/} one database each, opened at the first connection. Thread-safe.
 */
public final class Cluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    private final Path directory;
    private final Function<Path, Storage> opener;
    private final Storage global;
    private final Map<Integer, DatabaseInstance> open = new HashMap<>();
    private final AtomicInteger lastOid = new AtomicInteger(Catalog.FIRST_USER_OID - 1);
    private Catalog shared;

    private Cluster(Path directory, Function<Path, Storage> opener) throws IOException {
        this.directory = directory;
        this.opener = opener;
        var globalDirectory = Files.createDirectories(directory.resolve("global"));
        global = opener.apply(globalDirectory);
        if (global.tablet(CatalogTablet.ID) == null) {
            CatalogTablet.create(
                    global,
                    Catalog.initialObjects().stream().filter(CatalogObject::shared).toList());
        }
        Files.createDirectories(directory.resolve("spill"));
        shared = Catalog.of(CatalogTablet.read(global));
        raiseOid(shared);
        // Objects of other databases may have higher OIDs: no two objects may share one.
        for (var database : shared.objects(Database.class)) {
            if (Files.exists(place(database.oid()))) {
                openIfWhole(database);
            }
        }
    }

    /**
     * Opens a data directory, or makes a fresh one with role and database {@code postgres}.
     *
     * @param opener opens the storage in a directory
     */
    public static Cluster open(Path directory, Function<Path, Storage> opener) throws IOException {
        return new Cluster(directory, opener);
    }

    /** A damaged database keeps nobody from the others; who connects to it hears of the damage. */
    private void openIfWhole(Database database) {
        try {
            open(database);
        } catch (DamagedException damage) {
            LOG.error("database {} cannot be opened", database.name(), damage);
        }
    }

    private void raiseOid(Catalog catalog) {
        lastOid.accumulateAndGet(catalog.highestOid(), Math::max);
    }

    /** An OID that no object has had since this server started. */
    public int nextOid() {
        return lastOid.incrementAndGet();
    }

    /**
     * The database of that name, for a session that is about to begin.
     *
     * @param checkRole throws if the role may not connect, which PostgreSQL says first
     * @throws SqlException 3D000 if there is none
     */
    public synchronized DatabaseInstance connect(String name, Runnable checkRole) {
        checkRole.run();
        var database = shared.database(name);
        if (database == null) {
            throw new SqlException(
                    SqlState.INVALID_CATALOG_NAME, "database \"" + name + "\" does not exist");
        }
        if (!database.allowConnections()) {
            throw new SqlException(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "database \"" + name + "\" is not currently accepting connections");
        }
        var instance = open(database);
        instance.sessions().incrementAndGet();
        return instance;
    }

    private DatabaseInstance open(Database database) {
        return open.computeIfAbsent(
                database.oid(),
                oid -> {
                    var storage = opener.apply(place(oid));
                    if (storage.tablet(CatalogTablet.ID) == null) {
                        CatalogTablet.create(
                                storage,
                                Catalog.initialObjects().stream()
                                        .filter(o -> !o.shared())
                                        .toList());
                    }
                    List<CatalogObject> objects = new ArrayList<>(shared.objects());
                    objects.addAll(CatalogTablet.read(storage));
                    var catalog = Catalog.of(objects, oid);
                    raiseOid(catalog);
                    return new DatabaseInstance(oid, database.name(), storage, catalog);
                });
    }

    private Path place(int oid) {
        return directory.resolve("base").resolve(Integer.toUnsignedString(oid));
    }

    /**
     * Makes changes of shared objects durable and shows them to all databases. Called when the
     * transaction that made them has committed its own part.
     */
    public synchronized void commitShared(List<CatalogChange> changes) {
        if (changes.isEmpty()) {
            return;
        }
        var transaction = global.begin(IsolationLevel.READ_COMMITTED);
        try {
            transaction.beginStatement();
            for (var change : changes) {
                CatalogTablet.write(transaction, change);
            }
            transaction.commit();
        } finally {
            transaction.rollback();
        }
        for (var change : changes) {
            shared = change.applyTo(shared);
        }
        open.values().forEach(instance -> instance.publish(changes));
    }

    /**
     * CREATE DATABASE: durable when it returns.
     *
     * @throws SqlException 42P04 if the name is taken
     */
    public void createDatabase(Database database) throws IOException {
        synchronized (this) {
            if (shared.database(database.name()) != null) {
                throw new SqlException(
                        SqlState.DUPLICATE_DATABASE,
                        "database \"" + database.name() + "\" already exists");
            }
            Files.createDirectories(place(database.oid()));
            commitShared(List.of(new CatalogChange.Put(database)));
        }
    }

    /** How many sessions use a database. */
    public synchronized int sessions(Database database) {
        var instance = open.get(database.oid());
        return instance == null ? 0 : instance.sessions().get();
    }

    /**
     * DROP DATABASE.
     *
     * @throws SqlException 55006 if somebody is connected
     */
    public synchronized void dropDatabase(Database database) {
        var instance = open.get(database.oid());
        int sessions = instance == null ? 0 : instance.sessions().get();
        if (sessions > 0) {
            throw new SqlException(
                            SqlState.OBJECT_IN_USE,
                            "database \"" + database.name() + "\" is being accessed by other users")
                    .withDetail(
                            sessions == 1
                                    ? "There is 1 other session using the database."
                                    : "There are "
                                            + sessions
                                            + " other sessions using the database.");
        }
        List<CatalogChange> changes = new ArrayList<>(List.of(new CatalogChange.Remove(database)));
        shared.objects(SettingDefaults.class).stream()
                .filter(defaults -> defaults.database() == database.oid())
                .forEach(defaults -> changes.add(new CatalogChange.Remove(defaults)));
        commitShared(changes);
        if (instance != null) {
            open.remove(database.oid());
            instance.storage().close();
        }
        try {
            delete(place(database.oid()));
        } catch (IOException e) {
            LOG.warn("files of dropped database {} remain", database.name(), e);
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * Where statements keep rows of a database that memory has no room for; encrypted if that is.
     */
    public SpillDirectory spillDirectory(DatabaseInstance database) {
        var own = database.storage().spillDirectory();
        return new SpillDirectory(directory.resolve("spill"), own.keys());
    }

    /** Size of a database's files; of roles and databases for OID 0. */
    public long bytesOnDisk(int database) {
        var place = database == 0 ? directory.resolve("global") : place(database);
        long[] bytes = {0};
        try {
            Files.walkFileTree(
                    place,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes is) {
                            bytes[0] += is.size();
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFileFailed(Path file, IOException gone) {
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes[0];
    }

    /** Roles and databases as committed. */
    public synchronized Catalog shared() {
        return shared;
    }

    /** How many objects of other databases depend on a role, by the names of those databases. */
    public synchronized SortedMap<String, Integer> dependingOn(int role, int thisDatabase) {
        var counts = new TreeMap<String, Integer>();
        for (var instance : open.values()) {
            int count =
                    instance.oid() == thisDatabase
                            ? 0
                            : DdlBinder.dependingOn(instance.catalog(), role);
            if (count > 0) {
                counts.put(instance.name(), count);
            }
        }
        return counts;
    }

    /** All databases that are open. */
    public synchronized List<DatabaseInstance> instances() {
        return List.copyOf(open.values());
    }

    /** Closes every storage cleanly. No session may be open any more. */
    @Override
    public synchronized void close() {
        open.values().forEach(instance -> instance.storage().close());
        open.clear();
        global.close();
    }
}
