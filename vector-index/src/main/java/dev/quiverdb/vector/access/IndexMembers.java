package dev.quiverdb.vector.access;

import dev.quiverdb.storage.BuildProgress;
import dev.quiverdb.storage.access.AccessContext;
import dev.quiverdb.storage.access.RowSource;
import dev.quiverdb.storage.access.RowView;
import dev.quiverdb.vector.quantise.CodeEncoder;
import dev.quiverdb.vector.simd.Metric;
import java.util.Arrays;
import java.util.OptionalInt;

/** The rows that an index build begins with: a vecId and a row id each. */
final class IndexMembers {
    private static final int SAMPLE_MAX = 10_000;

    private final AccessContext context;
    private final StorageSlots slots;
    private int[] vecIds = new int[1024];
    private long[] rowIds = new long[1024];
    private int count;

    private IndexMembers(AccessContext context, StorageSlots slots) {
        this.context = context;
        this.slots = slots;
    }

    static IndexMembers read(
            AccessContext context, IndexedColumn column, RowSource rows, BuildProgress progress) {
        var members = new IndexMembers(context, StorageSlots.of(context, column));
        var membership = context.index().membershipColumn();
        for (int stripe = 0; stripe < rows.stripes(); stripe++) {
            rows.visit(
                    stripe,
                    (rowId, row) -> {
                        if (belongs(membership, row)) {
                            members.add(row.vecId(column.columnId()), rowId);
                        }
                    });
            progress.report("building index: initializing", stripe + 1, rows.stripes());
        }
        return members;
    }

    /** Whether a partial index has the row. */
    static boolean belongs(OptionalInt membership, RowView row) {
        return membership.isEmpty() || Boolean.TRUE.equals(row.value(membership.getAsInt()));
    }

    /** The vecIds, in the order of the rows. */
    int[] vecIds() {
        return Arrays.copyOf(vecIds, count);
    }

    private void add(int vecId, long rowId) {
        if (vecId < 0) {
            return;
        }
        if (count == vecIds.length) {
            vecIds = Arrays.copyOf(vecIds, count * 2);
            rowIds = Arrays.copyOf(rowIds, count * 2);
        }
        vecIds[count] = vecId;
        rowIds[count++] = rowId;
    }

    int count() {
        return count;
    }

    int vecId(int index) {
        return vecIds[index];
    }

    long rowId(int index) {
        return rowIds[index];
    }

    /** Returns the mean of a sample, of unit vectors where only angles count. */
    float[] mean(IndexedColumn column) {
        double[] sum = new double[column.dimensions()];
        float[] vector = new float[column.dimensions()];
        int step = Math.max(1, count / SAMPLE_MAX);
        int taken = 0;
        for (int i = 0; i < count; i += step) {
            int ticket = context.blocks().enterReader();
            try {
                CodeEncoder.read(slots, vecIds[i], vector);
            } finally {
                context.blocks().exitReader(ticket);
            }
            double scale = column.operatorClass().metric() == Metric.COSINE ? 1 / norm(vector) : 1;
            if (Double.isFinite(scale)) {
                taken++;
                for (int d = 0; d < vector.length; d++) {
                    sum[d] += vector[d] * scale;
                }
            }
        }
        for (int d = 0; d < vector.length; d++) {
            vector[d] = taken == 0 ? 0 : (float) (sum[d] / taken);
        }
        return vector;
    }

    private static double norm(float[] vector) {
        double squared = 0;
        for (float x : vector) {
            squared += (double) x * x;
        }
        return Math.sqrt(squared);
    }
}
