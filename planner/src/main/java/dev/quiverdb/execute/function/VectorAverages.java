package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.HalfVector;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.type.Vector;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The functions behind pgvector's averages, as they can be called by name. Their state is an array
 * of doubles: how many vectors there were, then the sum of each dimension.
 */
final class VectorAverages {
    private VectorAverages() {}

    static void register(Registry r) {
        r.two(
                "vector_accum",
                (CallContext c, PgArray state, Vector vector) ->
                        accumulated("vector_accum", state, vector.unsafeArray()));
        r.two(
                "halfvec_accum",
                (CallContext c, PgArray state, HalfVector vector) ->
                        accumulated("halfvec_accum", state, vector.toFloats()));
        r.two(
                "vector_combine",
                (CallContext c, PgArray a, PgArray b) -> combined("vector_combine", a, b));
        r.one(
                "vector_avg",
                (CallContext c, PgArray state) -> {
                    float[] mean = mean("vector", state);
                    return mean == null ? null : Vector.of(mean);
                });
        r.one(
                "halfvec_avg",
                (CallContext c, PgArray state) -> {
                    float[] mean = mean("halfvec", state);
                    return mean == null ? null : VectorFunctions.half(mean);
                });
    }

    private static double[] values(PgArray state, String caller) {
        if (state.dimensions() != 1 || state.size() < 1 || state.hasNulls()) {
            throw new SqlException(SqlState.INTERNAL_ERROR, caller + ": expected state array");
        }
        double[] values = new double[state.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = state.get(i) instanceof Number number ? number.doubleValue() : 0;
        }
        return values;
    }

    private static PgArray state(double[] values) {
        var elements = new @Nullable Object[values.length];
        for (int i = 0; i < values.length; i++) {
            elements[i] = values[i];
        }
        return PgArray.wrap(Types.get(Oids.FLOAT8), elements);
    }

    private static PgArray accumulated(String caller, PgArray state, float[] vector) {
        double[] sums = values(state, caller);
        if (sums.length == 1) {
            sums = Arrays.copyOf(sums, vector.length + 1);
        }
        requireEqual(sums.length - 1, vector.length);
        sums[0]++;
        for (int i = 0; i < vector.length; i++) {
            sums[i + 1] = finite(sums[i + 1] + vector[i]);
        }
        return state(sums);
    }

    private static PgArray combined(String caller, PgArray first, PgArray second) {
        double[] a = values(first, caller);
        double[] b = values(second, caller);
        double[] sums = (a.length > 1 ? a : b).clone();
        if (sums.length > 1) {
            requireDimensions("vector", sums.length - 1);
        }
        if (a.length > 1 && b.length > 1) {
            requireEqual(a.length - 1, b.length - 1);
            for (int i = 1; i < sums.length; i++) {
                sums[i] = finite(a[i] + b[i]);
            }
        }
        sums[0] = a[0] + b[0];
        return state(sums);
    }

    private static float @Nullable [] mean(String type, PgArray state) {
        double[] sums = values(state, type + "_avg");
        if (sums[0] == 0) {
            return null;
        }
        requireDimensions(type, sums.length - 1);
        float[] mean = new float[sums.length - 1];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sums[i + 1] / sums[0]);
        }
        return mean;
    }

    private static void requireDimensions(String type, int dimensions) {
        if (dimensions < 1) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, type + " must have at least 1 dimension");
        }
        VectorFunctions.limited(dimensions, type, Vector.DIMENSIONS_MAX);
    }

    private static void requireEqual(int expected, int have) {
        if (expected != have) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION,
                    "expected %d dimensions, not %d".formatted(expected, have));
        }
    }

    private static double finite(double sum) {
        if (Double.isInfinite(sum)) {
            throw FloatFunctions.overflow();
        }
        return sum;
    }
}
