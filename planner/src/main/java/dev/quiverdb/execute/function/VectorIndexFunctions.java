package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.execute.SearchEffort;
import dev.quiverdb.plan.Relation;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.storage.ObjectLockMode;
import dev.quiverdb.storage.WaitPolicy;
import dev.quiverdb.vector.access.VectorRecallRequest;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a vector index tells of itself: {@code vector_index_check} walks it whole, {@code
 * vector_index_recall} measures how much of the exact answers its searches find with the session's
 * settings.
 */
final class VectorIndexFunctions {
    private static final int SAMPLE_MAX = 10_000;
    private static final int K_MAX = 1000;

    private record Place(Relation table, Relation.Index index) {}

    static void register(Registry r) {
        r.rows("vector_index_check", VectorIndexFunctions::check);
        r.three(
                "vector_index_recall",
                (CallContext c, Long index, Integer sample, Integer k) ->
                        recall(c, index.intValue(), sample, k));
    }

    /** Complaints, one a row; the owner's to ask. Nobody writes to the table meanwhile. */
    private static Iterator<String> check(CallContext c, @Nullable Object[] arguments) {
        if (!(arguments[0] instanceof Long oid)) {
            return Collections.emptyIterator();
        }
        var place = locked(c, oid.intValue(), true, ObjectLockMode.SHARE);
        return complaints(c, place).iterator();
    }

    private static List<String> complaints(CallContext c, Place place) {
        return c.execution()
                .transaction()
                .accessCheck(place.table.tabletId(), place.index.indexId());
    }

    /** The mean over a sample, null for an index of less than two vectors. */
    private static @Nullable Double recall(CallContext c, int oid, int sample, int k) {
        requireWithin("sample", sample, SAMPLE_MAX);
        requireWithin("k", k, K_MAX);
        var place = locked(c, oid, false, ObjectLockMode.ACCESS_SHARE);
        var session = c.execution().session();
        var effort = new SearchEffort(session, place.index.method()).of(place.index);
        var request = new VectorRecallRequest(sample, k, effort, System.nanoTime());
        double sum = 0;
        long measured = 0;
        try (var cursor =
                c.execution()
                        .transaction()
                        .accessScan(place.table.tabletId(), place.index.indexId(), request)) {
            long[] rowIds = new long[256];
            double[] shares = new double[rowIds.length];
            for (int count; (count = cursor.next(rowIds, shares)) > 0; measured += count) {
                for (int i = 0; i < count; i++) {
                    sum += shares[i];
                }
            }
        }
        return measured == 0 ? null : (Double) (sum / measured);
    }

    private static void requireWithin(String name, int value, int most) {
        if (value < 1 || value > most) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "%s must be between 1 and %d".formatted(name, most));
        }
    }

    /** Finds the index, locks its table and finds it again, for it may have gone meanwhile. */
    private static Place locked(CallContext c, int oid, boolean asOwner, ObjectLockMode mode) {
        int table = c.execution().catalog().tableOfVectorIndex(oid, asOwner);
        c.execution()
                .transaction()
                .lockObject(CatalogObject.CLASS_RELATION, table, mode, WaitPolicy.WAIT);
        var relation = c.execution().relation(table);
        for (var index : relation.indexes()) {
            if (index.oid() == oid) {
                return new Place(relation, index);
            }
        }
        throw new SqlException(
                SqlState.UNDEFINED_TABLE,
                "could not open relation with OID " + Integer.toUnsignedString(oid));
    }

    private VectorIndexFunctions() {}
}
