package dev.quiverdb.storage.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.testing.SimulatedDisk;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.type.Vector;
import dev.quiverdb.base.world.Chance;
import dev.quiverdb.base.world.Clock;
import dev.quiverdb.base.world.DamagedException;
import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.DiskFullException;
import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.KeyRange;
import dev.quiverdb.storage.LockOutcome;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.UniqueViolation;
import dev.quiverdb.storage.access.IndexKeys;
import dev.quiverdb.storage.access.OrderedIndex;
import dev.quiverdb.storage.key.KeyRing;
import dev.quiverdb.storage.key.KeyRings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One seeded life of a storage, with a model beside it. What goes wrong with the disk is decided by
 * {@link SimulatedFaults}; whatever it is, what was committed is there, what was not is not, and a
 * transaction that could not be committed has changed nothing.
 */
final class SimulatedWorld {
    private static final int TABLET = 7;
    private static final int BY_NUMBER = 2;
    private static final int BY_NAME = 3;
    private static final int EXTRA = 9;

    /** Mostly far less than transactions write. */
    private static final long[] WRITE_SET_BYTES = {1, 1 << 10, 1 << 13, 16 << 20};

    private static final class FixedClock implements Clock {
        private long micros = 1_000_000;

        @Override
        public long epochMicros() {
            return micros++;
        }

        @Override
        public long nanoTime() {
            return micros++ * 1000;
        }
    }

    private final SplittableRandom random;
    private final Clock clock = new FixedClock();
    private final @Nullable KeyRing keys;
    private SimulatedDisk disk = new SimulatedDisk();
    private Storage storage;
    private final SimulatedFaults faults;

    /** The transaction whose operation is running. */
    private @Nullable SimulatedClient running;

    /** The committed rows by id. */
    private NavigableMap<Long, SimulatedRow> committed = new TreeMap<>();

    /** What would be committed if the transaction being committed made it. */
    private @Nullable NavigableMap<Long, SimulatedRow> inFlight;

    private final Map<String, Map<Long, @Nullable SimulatedRow>> prepared = new HashMap<>();
    private @Nullable String inFlightGid;

    /** Whether the gid in flight is being made, or else ended. */
    private boolean isPreparing;

    private final List<SimulatedClient> clients = new ArrayList<>();
    private boolean created;
    private boolean hasExtra;
    private boolean namesIndexed;

    /** Keys have a greatest length, so a world either indexes names or has long ones. */
    private final boolean longNamesForbidden;

    /** Few, so that most batches are bulk loads. */
    private final int rowsBeforeBulk;

    private long nextId = 1;
    private int commits;

    SimulatedWorld(SplittableRandom random, SimulatedFaults faults) {
        this.random = random;
        this.faults = faults;
        var chance = Chance.seeded(random.nextLong());
        var key = new byte[32];
        chance.nextBytes(key);
        keys = random.nextInt(4) == 0 ? KeyRings.of(key, chance) : null;
        longNamesForbidden = random.nextBoolean();
        rowsBeforeBulk = random.nextInt(3) * 200;
        faults.prepare(disk);
        storage = open(disk);
    }

    /** From now on looks at what a crash would leave at each single write. */
    void judgeEveryWrite() {
        var images = random.split();
        judgeWritesOf(disk, images);
    }

    private void judgeWritesOf(SimulatedDisk watched, SplittableRandom images) {
        watched.onEvent(_ -> watched.crashImages(images, 1).forEach(this::judgeImage));
    }

    int commits() {
        return commits;
    }

    private Storage open(Disk on) {
        return Storage.open(
                StorageOptions.in(on, clock, Chance.seeded(random.nextLong()))
                        .withCacheBytes(4 << 20)
                        .withHistoryBytes(random.nextBoolean() ? 1 : 1 << 20)
                        .withWriteSetBytes(WRITE_SET_BYTES[random.nextInt(WRITE_SET_BYTES.length)])
                        .withRowsBeforeBulk(rowsBeforeBulk)
                        .withKeyRing(keys));
    }

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            faults.beforeStep(disk, random);
            try {
                step();
            } catch (DiskFullException full) {
                takeBack();
            } catch (RuntimeException failure) {
                if (!disk.powerIsCut() && !disk.forceHasFailed()) {
                    throw failure;
                }
            }
            if (disk.forceHasFailed()) {
                assertStopped();
            }
            if (disk.powerIsCut() || disk.forceHasFailed()) {
                crash();
            }
        }
        faults.end(disk);
        for (var client : clients) {
            client.transaction.rollback();
        }
        clients.clear();
        storage.close();
        storage = open(disk);
        judgeAll();
        storage.close();
    }

    /** The disk was full in the middle of a step: nothing has happened. */
    private void takeBack() {
        inFlight = null;
        var client = running;
        if (client != null) {
            client.transaction.rollback();
            clients.remove(client);
        }
        if (inFlightGid != null && isPreparing) {
            prepared.remove(inFlightGid);
        }
        inFlightGid = null;
        var gids = new HashSet<String>();
        storage.preparedTransactions().forEach(one -> gids.add(one.gid()));
        assertThat(gids).isEqualTo(prepared.keySet());
    }

    /** After a failed force nothing can be committed any more. */
    private void assertStopped() {
        assertThatThrownBy(
                        () -> {
                            var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
                            transaction.setLockTimeout(1);
                            try {
                                transaction.beginStatement();
                                transaction.insert(TABLET, newRow(nextId).values().toArray());
                                transaction.commit();
                            } finally {
                                transaction.rollback();
                            }
                        })
                .as("a commit after a failed force")
                .isInstanceOf(RuntimeException.class);
    }

    private void step() {
        running = null;
        if (!created) {
            create();
            return;
        }
        int what = random.nextInt(100);
        if (clients.isEmpty() || (what < 6 && clients.size() < 4)) {
            begin();
        } else if (what < 8) {
            ((Engine) storage).checkpoint();
        } else if (what < 11) {
            crash();
        } else if (what < 13) {
            define();
        } else if (what < 16 && !prepared.isEmpty()) {
            endPrepared();
        } else {
            operate(clients.get(random.nextInt(clients.size())));
        }
    }

    private void create() {
        var spec =
                TabletSpec.of(
                        TABLET,
                        List.of(
                                ColumnSpec.of(1, "id", Types.INT8),
                                ColumnSpec.of(2, "number", Types.INT4),
                                ColumnSpec.of(3, "name", Types.TEXT),
                                ColumnSpec.of(4, "vector", Types.VECTOR, 8),
                                ColumnSpec.of(5, "flag", Types.BOOL)),
                        List.of(IndexSpec.btree(1, true, 1), IndexSpec.btree(BY_NUMBER, false, 2)));
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        transaction.beginStatement();
        transaction.createTablet(spec);
        try {
            transaction.commit();
        } finally {
            transaction.rollback();
        }
        created = true;
    }

    private void begin() {
        var level =
                switch (random.nextInt(5)) {
                    case 0, 1 -> IsolationLevel.READ_COMMITTED;
                    case 2 -> IsolationLevel.SERIALIZABLE;
                    default -> IsolationLevel.REPEATABLE_READ;
                };
        var client = new SimulatedClient(storage.begin(level));
        // Nobody is there to end a wait.
        client.transaction.setLockTimeout(1);
        client.transaction.beginStatement();
        client.base = committed;
        clients.add(client);
    }

    private void operate(SimulatedClient client) {
        running = client;
        try {
            operateOnce(client);
        } catch (SqlException failure) {
            if (client.transaction.isolation() != IsolationLevel.SERIALIZABLE
                    || failure.state() != SqlState.T_R_SERIALIZATION_FAILURE) {
                throw failure;
            }
            inFlight = null;
            if (inFlightGid != null) {
                prepared.remove(inFlightGid);
                inFlightGid = null;
            }
            rollback(client);
        }
    }

    private void operateOnce(SimulatedClient client) {
        client.transaction.beginStatement();
        if (client.transaction.isolation() == IsolationLevel.READ_COMMITTED) {
            client.base = committed;
        }
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> insert(client);
            case 4, 5, 6 -> update(client);
            case 7 -> delete(client);
            case 8 -> judge(client);
            case 9 -> judgeIndex(client);
            case 10 -> savepoint(client);
            case 11 -> rollbackTo(client);
            case 12 -> insertMany(client);
            case 13 -> end(client);
            case 14 -> duplicate(client);
            default -> commit(client);
        }
    }

    private SimulatedRow newRow(long id) {
        var values = new ArrayList<@Nullable Object>();
        values.add(id);
        values.add(random.nextInt(5) == 0 ? null : (Object) random.nextInt(10));
        values.add(text());
        values.add(vector());
        values.add(random.nextBoolean());
        if (hasExtra) {
            values.add(random.nextInt(3) == 0 ? null : (Object) random.nextLong());
        }
        return new SimulatedRow(-1, values);
    }

    private @Nullable Object text() {
        return switch (random.nextInt(8)) {
            case 0 -> null;
            case 1 -> "";
            case 2 -> "x".repeat(random.nextInt(2500));
            case 3 ->
                    random.nextInt(6) == 0 && !longNamesForbidden
                            ? "long".repeat(random.nextInt(40_000))
                            : "short";
            default -> "name" + random.nextInt(20);
        };
    }

    private @Nullable Object vector() {
        if (random.nextInt(4) == 0) {
            return null;
        }
        float[] elements = new float[8];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = random.nextInt(100);
        }
        return Vector.of(elements);
    }

    private void insert(SimulatedClient client) {
        long id = nextId++;
        var row = newRow(id);
        long rowId = client.transaction.insert(TABLET, row.values().toArray());
        client.own.put(id, new SimulatedRow(rowId, row.values()));
    }

    private void insertMany(SimulatedClient client) {
        if (random.nextInt(4) != 0) {
            insert(client);
            return;
        }
        var columns = columns(client);
        // Beyond a mebibyte of redo a transaction is logged in chunks and applied in slices.
        boolean large = faults.largeTransactions() && random.nextInt(4) == 0;
        int most = random.nextInt(8) == 0 ? 1000 : random.nextInt(3) == 0 ? 300 : 40;
        int count = large ? 700 : 1 + random.nextInt(most);
        var padding = large ? "y".repeat(1700) : "";
        for (int i = 0; i < count; i++) {
            var row = newRow(nextId + i);
            append(large && longNamesForbidden ? row.with(2, padding + i) : row, columns);
        }
        client.transaction.insertBatch(TABLET, new Batch(count, columns));
        client.transaction.nextCommand();
        for (int i = 0; i < count; i++) {
            long id = nextId++;
            var found = new long[2];
            try (var scan = client.transaction.indexScan(TABLET, 1, KeyRange.equalTo(id), false)) {
                assertThat(scan.next(found)).isEqualTo(1);
            }
            var values = new ArrayList<@Nullable Object>();
            for (var column : columns) {
                values.add(column.get(i));
            }
            client.own.put(id, new SimulatedRow(found[0], values));
        }
    }

    private static Column[] columns(SimulatedClient client) {
        return client.transaction.tablet(TABLET).columns().stream()
                .map(column -> Column.of(column.type()))
                .toArray(Column[]::new);
    }

    private static void append(SimulatedRow row, Column[] columns) {
        for (int c = 0; c < columns.length; c++) {
            columns[c].appendObject(row.values().get(c));
        }
    }

    /** New rows in bulk, among them one that is there. */
    private void insertManyAnd(SimulatedClient client, SimulatedRow duplicate) {
        var columns = columns(client);
        int count = 65 + random.nextInt(100);
        int at = random.nextInt(count);
        for (int i = 0; i < count; i++) {
            append(i == at ? duplicate : newRow(nextId + i), columns);
        }
        client.transaction.insertBatch(TABLET, new Batch(count, columns));
    }

    /** A row that no other open transaction has written, so that nobody waits. */
    private @Nullable SimulatedRow pick(SimulatedClient client) {
        var seen = client.seen();
        if (seen.isEmpty()) {
            return null;
        }
        var taken = new HashSet<Long>();
        for (var other : clients) {
            if (other != client) {
                taken.addAll(other.own.keySet());
                other.savedOwn.forEach(saved -> taken.addAll(saved.keySet()));
            }
        }
        prepared.values().forEach(rows -> taken.addAll(rows.keySet()));
        var ids = new ArrayList<>(seen.keySet());
        for (int i = 0; i < 5; i++) {
            long id = ids.get(random.nextInt(ids.size()));
            if (!taken.contains(id)) {
                return seen.get(id);
            }
        }
        return null;
    }

    /** Whether somebody committed a change to the row that the client does not see. */
    @SuppressWarnings("ReferenceEquality")
    private boolean isStale(SimulatedClient client, long id) {
        return !client.own.containsKey(id)
                // An equal row that was written anew is another one.
                && client.base.get(id) != committed.get(id);
    }

    private void update(SimulatedClient client) {
        var row = pick(client);
        if (row == null) {
            return;
        }
        long id = (Long) Objects.requireNonNull(row.values().get(0));
        int position = 1 + random.nextInt(row.values().size() - 1);
        var value = newRow(id).values().get(position);
        int columnId = client.transaction.tablet(TABLET).columns().get(position).columnId();
        if (isStale(client, id)) {
            assertThatThrownBy(() ->
                            client.transaction.update(
                                    TABLET,
                                    row.rowId(),
                                    new int[] {columnId},
                                    new Object[] {value}))
                    .isInstanceOfSatisfying(
                            SqlException.class,
                            e ->
                                    assertThat(e.state())
                                            .isEqualTo(SqlState.T_R_SERIALIZATION_FAILURE));
            rollback(client);
            return;
        }
        assertThat(
                        client.transaction.update(
                                TABLET,
                                row.rowId(),
                                new int[] {columnId},
                                new @Nullable Object[] {value}))
                .isEqualTo(LockOutcome.DONE);
        client.own.put(id, row.with(position, value));
    }

    private void delete(SimulatedClient client) {
        var row = pick(client);
        if (row == null) {
            return;
        }
        long id = (Long) Objects.requireNonNull(row.values().get(0));
        if (isStale(client, id)) {
            return;
        }
        assertThat(client.transaction.delete(TABLET, row.rowId())).isEqualTo(LockOutcome.DONE);
        client.own.put(id, null);
    }

    private void duplicate(SimulatedClient client) {
        var row = pick(client);
        if (row == null || isStale(client, (Long) Objects.requireNonNull(row.values().get(0)))) {
            return;
        }
        var savepoint = client.transaction.savepoint();
        boolean inBulk = random.nextInt(3) == 0;
        UniqueViolation found = null;
        try {
            if (inBulk) {
                insertManyAnd(client, row);
            } else {
                client.transaction.insert(TABLET, row.values().toArray());
            }
        } catch (UniqueViolation violation) {
            found = violation;
        }
        assertThat(found).isNotNull();
        assertThat(Objects.requireNonNull(found).rowId()).isEqualTo(row.rowId());
        client.transaction.rollbackTo(savepoint);
        client.transaction.release(savepoint);
    }

    private void savepoint(SimulatedClient client) {
        client.savepoints.add(client.transaction.savepoint());
        client.savedOwn.add(new HashMap<>(client.own));
    }

    private void rollbackTo(SimulatedClient client) {
        if (client.savepoints.isEmpty()) {
            return;
        }
        int to = random.nextInt(client.savepoints.size());
        if (random.nextInt(4) == 0) {
            client.transaction.release(client.savepoints.get(to));
            client.savepoints.subList(to, client.savepoints.size()).clear();
            client.savedOwn.subList(to, client.savedOwn.size()).clear();
            return;
        }
        client.transaction.rollbackTo(client.savepoints.get(to));
        client.own = new HashMap<>(client.savedOwn.get(to));
        client.savepoints.subList(to + 1, client.savepoints.size()).clear();
        client.savedOwn.subList(to + 1, client.savedOwn.size()).clear();
    }

    private void end(SimulatedClient client) {
        if (random.nextInt(3) == 0) {
            prepare(client);
        } else {
            rollback(client);
        }
    }

    private void rollback(SimulatedClient client) {
        client.transaction.rollback();
        clients.remove(client);
    }

    private NavigableMap<Long, SimulatedRow> after(Map<Long, @Nullable SimulatedRow> own) {
        var next = new TreeMap<>(committed);
        own.forEach((id, row) -> {
            if (row == null) {
                next.remove(id);
            } else {
                next.put(id, row);
            }
        });
        return next;
    }

    private void commit(SimulatedClient client) {
        clients.remove(client);
        var next = after(client.own);
        inFlight = next;
        client.transaction.commit();
        inFlight = null;
        committed = next;
        commits++;
    }

    private void prepare(SimulatedClient client) {
        clients.remove(client);
        var gid = "gid" + client.transaction.id();
        inFlightGid = gid;
        isPreparing = true;
        prepared.put(gid, client.own);
        client.transaction.prepare(gid, "somebody");
        inFlightGid = null;
    }

    private void endPrepared() {
        var gid = prepared.keySet().stream().sorted().findFirst().orElseThrow();
        var own = Objects.requireNonNull(prepared.get(gid));
        inFlightGid = gid;
        isPreparing = false;
        if (random.nextBoolean()) {
            var next = after(own);
            inFlight = next;
            storage.commitPrepared(gid);
            inFlight = null;
            committed = next;
        } else {
            storage.rollbackPrepared(gid);
        }
        inFlightGid = null;
        prepared.remove(gid);
    }

    private void define() {
        if (!clients.isEmpty() || !prepared.isEmpty()) {
            return;
        }
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        try {
            define(transaction);
        } finally {
            transaction.rollback();
        }
    }

    private void define(Transaction transaction) {
        transaction.beginStatement();
        if (longNamesForbidden && !namesIndexed && random.nextBoolean()) {
            transaction.createIndex(
                    TABLET, IndexSpec.btree(BY_NAME, false, 3, 1), BuildProgress.SILENT);
            if (random.nextInt(3) == 0) {
                transaction.rollback();
            } else {
                transaction.commit();
                namesIndexed = true;
            }
        } else if (namesIndexed && random.nextBoolean()) {
            transaction.dropIndex(TABLET, BY_NAME);
            transaction.commit();
            namesIndexed = false;
        } else if (!hasExtra) {
            var missing = random.nextBoolean() ? null : (Object) 42L;
            transaction.alterTablet(
                    transaction
                            .tablet(TABLET)
                            .withColumn(
                                    new ColumnSpec(
                                            EXTRA, "extra", Types.INT8, -1, false, missing)));
            transaction.commit();
            hasExtra = true;
            var wider = new TreeMap<Long, SimulatedRow>();
            committed.forEach((id, row) -> {
                var values = new ArrayList<@Nullable Object>(row.values());
                values.add(missing);
                wider.put(id, new SimulatedRow(row.rowId(), values));
            });
            committed = wider;
        } else {
            transaction.alterTablet(transaction.tablet(TABLET).withoutColumn(EXTRA));
            transaction.commit();
            hasExtra = false;
            var narrower = new TreeMap<Long, SimulatedRow>();
            committed.forEach((id, row) ->
                    narrower.put(id, new SimulatedRow(row.rowId(), row.values().subList(0, 5))));
            committed = narrower;
        }
    }

    /** Opens what the crash left; that may be cut off in its turn. */
    private void openAgain() {
        while (true) {
            disk = faults.afterCrash(disk, random);
            try {
                storage = open(disk);
                return;
            } catch (DiskFullException full) {
                faults.makeRoom(disk);
                disk.killProcess();
            } catch (RuntimeException failure) {
                if (!disk.powerIsCut() && !disk.forceHasFailed()) {
                    throw failure;
                }
            }
        }
    }

    /** What a crash at this write would leave is what was committed, with or without the last. */
    private void judgeImage(SimulatedDisk image) {
        try (var left = open(image)) {
            var gids = new HashSet<String>();
            left.preparedTransactions().forEach(one -> gids.add(one.gid()));
            var known = new HashSet<>(prepared.keySet());
            if (inFlightGid != null) {
                gids.remove(inFlightGid);
                known.remove(inFlightGid);
            }
            assertThat(gids).isEqualTo(known);
            if (left.tablet(TABLET) == null) {
                assertThat(committed).isEmpty();
                return;
            }
            var reader = left.begin(IsolationLevel.REPEATABLE_READ);
            reader.beginStatement();
            var rows = SimulatedRow.narrow(read(reader), 5);
            reader.rollback();
            var next = inFlight;
            if (next == null || !rows.equals(SimulatedRow.narrow(next, 5))) {
                assertThat(rows).isEqualTo(SimulatedRow.narrow(committed, 5));
            }
            for (var index :
                    Objects.requireNonNull(((Engine) left).tabletOrNull(TABLET)).indexes()) {
                assertThat(index.index().check()).isEmpty();
            }
        }
    }

    private void crash() {
        ((Engine) storage).crash();
        clients.clear();
        openAgain();
        var actual = storage.tablet(TABLET);
        if (!created || actual == null) {
            assertThat(committed).isEmpty();
            created = actual != null;
            return;
        }
        followDefinition(actual);
        var gids = new HashSet<String>();
        storage.preparedTransactions().forEach(one -> gids.add(one.gid()));
        if (inFlightGid != null && !gids.contains(inFlightGid)) {
            prepared.remove(inFlightGid);
        }
        inFlightGid = null;
        assertThat(gids).isEqualTo(prepared.keySet());
        var next = inFlight;
        inFlight = null;
        if (next != null && holds(next)) {
            committed = next;
        }
        judgeAll();
        for (int i = 0; faults.flipsBits() && i < 4; i++) {
            judgeFlipped();
        }
    }

    /** The files that were named when bits were inverted, one at a time, in what is on disk now. */
    Set<String> filesNamedAfterFlips(int flips) {
        var named = new HashSet<String>();
        for (int i = 0; i < flips; i++) {
            var file = judgeFlipped();
            if (file != null) {
                named.add(file);
            }
        }
        return named;
    }

    /**
     * With one bit inverted, the file is named or the rows are the right ones. Returns the file if
     * it was named.
     */
    private @Nullable String judgeFlipped() {
        var image = disk.kill();
        var file = SimulatedFaults.flipBit(image, random);
        try {
            judgeImage(image);
            return null;
        } catch (RuntimeException failure) {
            var damage = damageOf(failure);
            if (damage == null) {
                throw failure;
            }
            assertThat(damage.file()).isEqualTo(image.describe(file));
            return file;
        }
    }

    private static @Nullable DamagedException damageOf(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DamagedException damage) {
                return damage;
            }
        }
        return null;
    }

    /** A definition that was being committed may have made it. */
    private void followDefinition(TabletSpec actual) {
        namesIndexed = actual.indexes().size() == 3;
        boolean extra = actual.columns().size() == 6;
        if (extra != hasExtra) {
            hasExtra = extra;
            var missing = extra ? actual.column(EXTRA).missingValue() : null;
            var changed = new TreeMap<Long, SimulatedRow>();
            committed.forEach((id, row) -> {
                var values = new ArrayList<@Nullable Object>(row.values().subList(0, 5));
                if (extra) {
                    values.add(missing);
                }
                changed.put(id, new SimulatedRow(row.rowId(), values));
            });
            committed = changed;
        }
    }

    private boolean holds(NavigableMap<Long, SimulatedRow> expected) {
        var transaction = storage.begin(IsolationLevel.REPEATABLE_READ);
        transaction.beginStatement();
        try {
            return read(transaction).equals(expected);
        } finally {
            transaction.rollback();
        }
    }

    private void judgeAll() {
        var client = new SimulatedClient(storage.begin(IsolationLevel.REPEATABLE_READ));
        client.transaction.beginStatement();
        client.base = committed;
        judge(client);
        for (int i = 0; i < 3; i++) {
            judgeIndex(client);
        }
        var tablet = Objects.requireNonNull(((Engine) storage).tabletOrNull(TABLET));
        for (var index : tablet.indexes()) {
            assertThat(index.index().check()).isEmpty();
        }
        assertThat(tablet.liveRows()).isEqualTo(committed.size());
        if (prepared.isEmpty()) {
            var byId = (OrderedIndex) Objects.requireNonNull(tablet.index(1)).index();
            int entries = 0;
            try (var all = byId.entries(new IndexKeys.Bounds(null, null), false, Long.MAX_VALUE)) {
                while (all.next()) {
                    entries++;
                }
            }
            assertThat(entries).as("entries").isEqualTo(committed.size());
        }
        client.transaction.rollback();
    }

    private static NavigableMap<Long, SimulatedRow> read(Transaction transaction) {
        var rows = new TreeMap<Long, SimulatedRow>();
        int[] columns = transaction.tablet(TABLET).columnIds();
        try (var scan = transaction.scan(TABLET, columns)) {
            for (var batch = scan.next(); batch != null; batch = scan.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    var values = new ArrayList<@Nullable Object>();
                    for (int c = 0; c < columns.length; c++) {
                        values.add(batch.get(i, c));
                    }
                    long id = (Long) Objects.requireNonNull(values.get(0));
                    var old = rows.put(id, new SimulatedRow(scan.rowIds()[i], values));
                    assertThat(old).as("row %d comes twice", id).isNull();
                }
            }
        }
        return rows;
    }

    private void judge(SimulatedClient client) {
        var expected = client.seen();
        var actual = read(client.transaction);
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((id, row) -> assertThat(actual.get(id)).as("row %d", id).isEqualTo(row));
        for (var row : expected.values()) {
            if (random.nextInt(4) == 0) {
                int[] columns = client.transaction.tablet(TABLET).columnIds();
                @Nullable Object[] out = new Object[columns.length];
                assertThat(client.transaction.fetch(TABLET, row.rowId(), columns, out)).isTrue();
                assertThat(Arrays.asList(out)).isEqualTo(row.values());
            }
        }
    }

    private void judgeIndex(SimulatedClient client) {
        int indexId = namesIndexed && random.nextBoolean() ? BY_NAME : 1 + random.nextInt(2);
        int position = indexId == BY_NAME ? 2 : indexId - 1;
        var type = client.transaction.tablet(TABLET).columns().get(position).type();
        var lower = bound(position);
        var upper = bound(position);
        var range =
                lower == null && upper == null && random.nextBoolean()
                        ? KeyRange.ALL
                        : KeyRange.between(lower, upper);
        boolean reverse = random.nextBoolean();
        var expected = new HashSet<Long>();
        for (var row : client.seen().values()) {
            var value = row.values().get(position);
            boolean in =
                    value == null
                            ? range.nulls()
                            : (lower == null || above(type.compare(value, lower.value()), lower))
                                    && (upper == null
                                            || above(type.compare(upper.value(), value), upper));
            if (in) {
                expected.add(row.rowId());
            }
        }
        Set<Long> actual = new HashSet<>();
        var seen = client.seen();
        Map<Long, SimulatedRow> byRowId = new HashMap<>();
        seen.values().forEach(row -> byRowId.put(row.rowId(), row));
        @Nullable Object last = null;
        try (var scan = client.transaction.indexScan(TABLET, indexId, range, reverse)) {
            var ids = new long[1 + random.nextInt(20)];
            for (int n = scan.next(ids); n > 0; n = scan.next(ids)) {
                for (int i = 0; i < n; i++) {
                    assertThat(actual.add(ids[i])).as("row id %d once", ids[i]).isTrue();
                    var row = byRowId.get(ids[i]);
                    assertThat(row).as("row id %d is seen", ids[i]).isNotNull();
                    var value = Objects.requireNonNull(row).values().get(position);
                    if (last != null && value != null) {
                        int order = type.compare(last, value);
                        assertThat(reverse ? -order : order).isLessThanOrEqualTo(0);
                    }
                    last = value;
                }
            }
        }
        assertThat(actual).isEqualTo(expected);
    }

    private static boolean above(int order, KeyRange.Bound bound) {
        return order > 0 || (order == 0 && bound.inclusive());
    }

    private KeyRange.@Nullable Bound bound(int position) {
        if (random.nextInt(3) == 0) {
            return null;
        }
        var row = newRow(1 + random.nextInt((int) nextId));
        var value = row.values().get(position);
        return value == null ? null : new KeyRange.Bound(value, random.nextBoolean());
    }
}
