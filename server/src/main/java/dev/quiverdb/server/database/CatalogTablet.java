package dev.quiverdb.server.database;

import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.base.batch.ObjectColumn;
import dev.quiverdb.base.type.ByteString;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.ObjectCodec;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.LockStrength;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Where a catalog lies: rows {@code (class int8, object int8, payload bytea)} of the tablet {@link
 * #ID}, which every storage has. Changes are written in the transaction of the statement that makes
 * them, so definition and data commit together.
 */
final class CatalogTablet {
    static final int ID = 1;

    private static final int CLASS = 1;
    private static final int OBJECT = 2;
    private static final int PAYLOAD = 3;
    private static final int KEY = 1;

    private CatalogTablet() {}

    /** Makes the tablet in a fresh storage and puts the first objects there. */
    static void create(Storage storage, Collection<? extends CatalogObject> objects) {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        transaction.beginStatement();
        transaction.createTablet(
                TabletSpec.of(
                        ID,
                        List.of(
                                ColumnSpec.of(CLASS, "class", Types.INT8),
                                ColumnSpec.of(OBJECT, "object", Types.INT8),
                                ColumnSpec.of(PAYLOAD, "payload", Types.BYTEA)),
                        List.of(IndexSpec.btree(KEY, true, CLASS, OBJECT))));
        for (var object : objects) {
            write(transaction, new CatalogChange.Put(object));
        }
        transaction.commit();
    }

    /** All objects, as committed. */
    static List<CatalogObject> read(Storage storage) {
        var transaction = storage.begin(IsolationLevel.READ_COMMITTED, true, false);
        List<CatalogObject> objects = new ArrayList<>();
        try {
            transaction.beginStatement();
            try (var rows = transaction.scan(ID, new int[] {CLASS, PAYLOAD})) {
                for (var batch = rows.next(); batch != null; batch = rows.next()) {
                    for (int i = 0; i < batch.size(); i++) {
                        int row = batch.row(i);
                        var payload = (ByteString) ((ObjectColumn) batch.column(1)).value(row);
                        objects.add(
                                ObjectCodec.decode(
                                        (int) ((LongColumn) batch.column(0)).value(row),
                                        payload.toBytes()));
                    }
                }
            }
        } finally {
            transaction.rollback();
        }
        return objects;
    }

    /** Writes one change. The caller has locked the object. */
    static void write(Transaction transaction, CatalogChange change) {
        var object = change.object();
        long classId = object.classId();
        long oid = Integer.toUnsignedLong(object.oid());
        long row =
                transaction.findByKeyLatest(
                        ID, KEY, new Object[] {classId, oid}, LockStrength.UPDATE);
        switch (change) {
            case CatalogChange.Put(var put) -> {
                var payload = ByteString.wrap(ObjectCodec.encode(put));
                if (row < 0) {
                    transaction.insert(ID, new Object[] {classId, oid, payload});
                } else {
                    transaction.update(ID, row, new int[] {PAYLOAD}, new Object[] {payload});
                }
            }
            case CatalogChange.Remove _ -> {
                if (row >= 0) {
                    transaction.delete(ID, row);
                }
            }
        }
        transaction.nextCommand();
    }
}
