package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.BitString;
import dev.quiverdb.base.type.HalfVector;
import dev.quiverdb.base.type.Numeric;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.SparseVector;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.base.type.Vector;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** vector, halfvec, sparsevec and bit distances: everything pgvector defines, with its words. */
final class VectorFunctions {
    static void register(Registry r) {
        registerVector(r);
        registerHalf(r);
        registerSparse(r);
        registerBits(r);
        registerCasts(r);
        VectorAverages.register(r);
    }

    private static SqlException different(String type, int a, int b) {
        return new SqlException(
                SqlState.DATA_EXCEPTION, "different " + type + " dimensions " + a + " and " + b);
    }

    private static float[][] pair(Vector a, Vector b) {
        if (a.dimensions() != b.dimensions()) {
            throw different("vector", a.dimensions(), b.dimensions());
        }
        return new float[][] {a.unsafeArray(), b.unsafeArray()};
    }

    private static float[][] pair(HalfVector a, HalfVector b) {
        if (a.dimensions() != b.dimensions()) {
            throw different("halfvec", a.dimensions(), b.dimensions());
        }
        return new float[][] {a.toFloats(), b.toFloats()};
    }

    private interface Distance {
        double of(float[] a, float[] b);
    }

    private static void distances(Registry r, String key, Distance distance) {
        r.two(
                key,
                (CallContext c, Vector a, Vector b) -> {
                    var p = pair(a, b);
                    return distance.of(p[0], p[1]);
                });
    }

    private static void halfDistances(Registry r, String key, Distance distance) {
        r.two(
                key,
                (CallContext c, HalfVector a, HalfVector b) -> {
                    var p = pair(a, b);
                    return distance.of(p[0], p[1]);
                });
    }

    static double l2Squared(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            float difference = a[i] - b[i];
            sum += difference * difference;
        }
        return sum;
    }

    static double inner(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    static double cosine(float[] a, float[] b) {
        float product = 0;
        float left = 0;
        float right = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
            left += a[i] * a[i];
            right += b[i] * b[i];
        }
        return 1 - Math.clamp(product / Math.sqrt((double) left * right), -1.0, 1.0);
    }

    private static double l1(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs(a[i] - b[i]);
        }
        return sum;
    }

    private static double spherical(float[] a, float[] b) {
        return Math.acos(Math.max(-1, Math.min(1, inner(a, b)))) / Math.PI;
    }

    private static double norm(float[] a) {
        double sum = 0;
        for (float value : a) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private static void registerVector(Registry r) {
        distances(r, "l2_distance", (a, b) -> Math.sqrt(l2Squared(a, b)));
        distances(r, "vector_l2_squared_distance", VectorFunctions::l2Squared);
        distances(r, "inner_product", VectorFunctions::inner);
        distances(r, "vector_negative_inner_product", (a, b) -> -inner(a, b));
        distances(r, "cosine_distance", VectorFunctions::cosine);
        distances(r, "l1_distance", VectorFunctions::l1);
        distances(r, "vector_spherical_distance", VectorFunctions::spherical);
        r.one("vector_dims", (CallContext c, Vector a) -> a.dimensions());
        r.one("vector_norm", (CallContext c, Vector a) -> norm(a.unsafeArray()));
        r.one("l2_normalize", (CallContext c, Vector a) -> Vector.wrap(normalized(a.toArray())));
        r.one("binary_quantize", (CallContext c, Vector a) -> signs(a.unsafeArray()));
        r.three(
                "subvector",
                (CallContext c, Vector a, Integer from, Integer count) ->
                        Vector.wrap(
                                part(
                                        a.unsafeArray(),
                                        from,
                                        count,
                                        "vector",
                                        Vector.DIMENSIONS_MAX)));
        r.two(
                "vector_add",
                (CallContext c, Vector a, Vector b) -> Vector.wrap(arithmetic(pair(a, b), '+')));
        r.two(
                "vector_sub",
                (CallContext c, Vector a, Vector b) -> Vector.wrap(arithmetic(pair(a, b), '-')));
        r.two(
                "vector_mul",
                (CallContext c, Vector a, Vector b) -> Vector.wrap(arithmetic(pair(a, b), '*')));
        r.two(
                "vector_concat",
                (CallContext c, Vector a, Vector b) ->
                        Vector.wrap(
                                limited(
                                        concat(a.unsafeArray(), b.unsafeArray()),
                                        "vector",
                                        Vector.DIMENSIONS_MAX)));
    }

    private static float[] normalized(float[] a) {
        double norm = norm(a);
        if (norm > 0) {
            for (int i = 0; i < a.length; i++) {
                a[i] = checked((float) (a[i] / norm));
            }
        }
        return a;
    }

    private static float checked(float value) {
        if (Float.isInfinite(value)) {
            throw FloatFunctions.overflow();
        }
        return value;
    }

    private static float[] arithmetic(float[][] pair, char operation) {
        float[] out = new float[pair[0].length];
        for (int i = 0; i < out.length; i++) {
            float a = pair[0][i];
            float b = pair[1][i];
            out[i] = checked(operation == '+' ? a + b : operation == '-' ? a - b : a * b);
            if (operation == '*' && out[i] == 0 && a != 0 && b != 0) {
                throw FloatFunctions.underflow();
            }
        }
        return out;
    }

    private static float[] concat(float[] a, float[] b) {
        float[] out = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }

    private static float[] limited(float[] values, String type, int most) {
        limited(values.length, type, most);
        return values;
    }

    static void limited(int dimensions, String type, int most) {
        if (dimensions > most) {
            throw new SqlException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    type + " cannot have more than " + most + " dimensions");
        }
    }

    /** Dimensions from {@code from}, counted from 1; what lies outside is cut off. */
    private static float[] part(float[] a, int from, int count, String type, int most) {
        if (count < 1) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, type + " must have at least 1 dimension");
        }
        long end = (long) from + count;
        int stop = (int) Math.min(end, a.length + 1L);
        int start = Math.max(from, 1);
        if (start >= stop) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, type + " must have at least 1 dimension");
        }
        return limited(Arrays.copyOfRange(a, start - 1, stop - 1), type, most);
    }

    private static BitString signs(float[] a) {
        byte[] bytes = new byte[(a.length + 7) / 8];
        for (int i = 0; i < a.length; i++) {
            if (a[i] > 0) {
                bytes[i >> 3] |= (byte) (0x80 >> (i & 7));
            }
        }
        return BitString.wrap(a.length, bytes);
    }

    private static void registerHalf(Registry r) {
        halfDistances(r, "halfvec_l2_distance", (a, b) -> Math.sqrt(l2Squared(a, b)));
        halfDistances(r, "halfvec_l2_squared_distance", VectorFunctions::l2Squared);
        halfDistances(r, "halfvec_inner_product", VectorFunctions::inner);
        halfDistances(r, "halfvec_negative_inner_product", (a, b) -> -inner(a, b));
        halfDistances(r, "halfvec_cosine_distance", VectorFunctions::cosine);
        halfDistances(r, "halfvec_l1_distance", VectorFunctions::l1);
        halfDistances(r, "halfvec_spherical_distance", VectorFunctions::spherical);
        r.one("halfvec_vector_dims", (CallContext c, HalfVector a) -> a.dimensions());
        r.one("halfvec_l2_norm", (CallContext c, HalfVector a) -> norm(a.toFloats()));
        r.one(
                "halfvec_l2_normalize",
                (CallContext c, HalfVector a) -> half(normalized(a.toFloats())));
        r.one("halfvec_binary_quantize", (CallContext c, HalfVector a) -> signs(a.toFloats()));
        r.three(
                "halfvec_subvector",
                (CallContext c, HalfVector a, Integer from, Integer count) ->
                        half(
                                part(
                                        a.toFloats(),
                                        from,
                                        count,
                                        "halfvec",
                                        HalfVector.DIMENSIONS_MAX)));
        r.two(
                "halfvec_add",
                (CallContext c, HalfVector a, HalfVector b) -> half(arithmetic(pair(a, b), '+')));
        r.two(
                "halfvec_sub",
                (CallContext c, HalfVector a, HalfVector b) -> half(arithmetic(pair(a, b), '-')));
        r.two(
                "halfvec_mul",
                (CallContext c, HalfVector a, HalfVector b) -> half(product(pair(a, b))));
        r.two(
                "halfvec_concat",
                (CallContext c, HalfVector a, HalfVector b) ->
                        half(
                                limited(
                                        concat(a.toFloats(), b.toFloats()),
                                        "halfvec",
                                        HalfVector.DIMENSIONS_MAX)));
    }

    /** Products that underflow half precision are refused. */
    private static float[] product(float[][] pair) {
        float[] out = arithmetic(pair, '*');
        for (int i = 0; i < out.length; i++) {
            if (Float.floatToFloat16(out[i]) << 1 == 0 && pair[0][i] != 0 && pair[1][i] != 0) {
                throw FloatFunctions.underflow();
            }
        }
        return out;
    }

    /** Rounds to half precision; what does not fit is an overflow. */
    static HalfVector half(float[] values) {
        short[] out = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            out[i] = Float.floatToFloat16(values[i]);
            if (Float.isInfinite(Float.float16ToFloat(out[i]))) {
                throw FloatFunctions.overflow();
            }
        }
        return HalfVector.wrap(out);
    }

    private interface SparseDistance {
        double of(SparseVector a, SparseVector b);
    }

    private static void sparse(Registry r, String key, SparseDistance distance) {
        r.two(
                key,
                (CallContext c, SparseVector a, SparseVector b) -> {
                    if (a.dimensions() != b.dimensions()) {
                        throw different("sparsevec", a.dimensions(), b.dimensions());
                    }
                    return distance.of(a, b);
                });
    }

    private static void registerSparse(Registry r) {
        sparse(r, "sparsevec_l2_distance", (a, b) -> Math.sqrt(merged(a, b, 2)));
        sparse(r, "sparsevec_l2_squared_distance", (a, b) -> merged(a, b, 2));
        sparse(r, "sparsevec_l1_distance", (a, b) -> merged(a, b, 1));
        sparse(r, "sparsevec_inner_product", VectorFunctions::sparseInner);
        sparse(r, "sparsevec_negative_inner_product", (a, b) -> -sparseInner(a, b));
        sparse(
                r,
                "sparsevec_cosine_distance",
                (a, b) ->
                        1
                                - Math.clamp(
                                        sparseInner(a, b)
                                                / Math.sqrt(sparseInner(a, a) * sparseInner(b, b)),
                                        -1.0,
                                        1.0));
        r.one("sparsevec_l2_norm", (CallContext c, SparseVector a) -> norm(a.unsafeValues()));
        r.one(
                "sparsevec_l2_normalize",
                (CallContext c, SparseVector a) ->
                        withoutZeros(a.dimensions(), a.unsafeIndices(), normalized(a.values())));
    }

    /** What became zero by rounding is no entry any more. */
    private static SparseVector withoutZeros(int dimensions, int[] indices, float[] values) {
        int kept = 0;
        int[] places = indices.clone();
        for (int i = 0; i < values.length; i++) {
            if (values[i] != 0) {
                places[kept] = places[i];
                values[kept++] = values[i];
            }
        }
        return SparseVector.wrap(
                dimensions, Arrays.copyOf(places, kept), Arrays.copyOf(values, kept));
    }

    /** Sum of |a - b| to a power over all places where one is not zero. */
    private static double merged(SparseVector a, SparseVector b, int power) {
        int[] left = a.unsafeIndices();
        int[] right = b.unsafeIndices();
        float sum = 0;
        int i = 0;
        int j = 0;
        while (i < left.length || j < right.length) {
            float difference;
            if (j >= right.length || (i < left.length && left[i] < right[j])) {
                difference = a.unsafeValues()[i++];
            } else if (i >= left.length || right[j] < left[i]) {
                difference = b.unsafeValues()[j++];
            } else {
                difference = a.unsafeValues()[i++] - b.unsafeValues()[j++];
            }
            sum += power == 2 ? difference * difference : Math.abs(difference);
        }
        return sum;
    }

    private static double sparseInner(SparseVector a, SparseVector b) {
        int[] left = a.unsafeIndices();
        int[] right = b.unsafeIndices();
        float sum = 0;
        int i = 0;
        int j = 0;
        while (i < left.length && j < right.length) {
            if (left[i] == right[j]) {
                sum += a.unsafeValues()[i++] * b.unsafeValues()[j++];
            } else if (left[i] < right[j]) {
                i++;
            } else {
                j++;
            }
        }
        return sum;
    }

    private static void registerBits(Registry r) {
        r.two(
                "hamming_distance",
                (CallContext c, BitString a, BitString b) ->
                        (double) BitFunctions.count(different(a, b)));
        r.two("jaccard_distance", (CallContext c, BitString a, BitString b) -> jaccard(a, b));
    }

    private static void sameLength(BitString a, BitString b) {
        if (a.length() != b.length()) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION,
                    "different bit lengths " + a.length() + " and " + b.length());
        }
    }

    private static BitString different(BitString a, BitString b) {
        sameLength(a, b);
        return BitFunctions.combine(a, b, '#');
    }

    private static double jaccard(BitString a, BitString b) {
        sameLength(a, b);
        long both = BitFunctions.count(BitFunctions.combine(a, b, '&'));
        long left = BitFunctions.count(a);
        long right = BitFunctions.count(b);
        return both == 0 ? 1 : 1 - both / (double) (left + right - both);
    }

    private static void registerCasts(Registry r) {
        r.three(
                "vector",
                (CallContext c, Vector a, Integer typmod, Boolean explicit) ->
                        Types.VECTOR.applyTypmod(a, typmod, explicit));
        r.three(
                "halfvec",
                (CallContext c, HalfVector a, Integer typmod, Boolean explicit) ->
                        Types.HALFVEC.applyTypmod(a, typmod, explicit));
        r.three(
                "sparsevec",
                (CallContext c, SparseVector a, Integer typmod, Boolean explicit) ->
                        Types.SPARSEVEC.applyTypmod(a, typmod, explicit));
        r.three(
                "array_to_vector",
                (CallContext c, PgArray a, Integer typmod, Boolean explicit) ->
                        Types.VECTOR.applyTypmod(
                                Vector.wrap(floats(a, "vector")), typmod, explicit));
        r.three(
                "array_to_halfvec",
                (CallContext c, PgArray a, Integer typmod, Boolean explicit) ->
                        Types.HALFVEC.applyTypmod(halfOf(floats(a, "halfvec")), typmod, explicit));
        r.three(
                "array_to_sparsevec",
                (CallContext c, PgArray a, Integer typmod, Boolean explicit) ->
                        Types.SPARSEVEC.applyTypmod(
                                sparseOf(floats(a, "sparsevec")), typmod, explicit));
        r.three(
                "vector_to_float4",
                (CallContext c, Vector a, Integer typmod, Boolean explicit) ->
                        array(a.unsafeArray()));
        r.three(
                "halfvec_to_float4",
                (CallContext c, HalfVector a, Integer typmod, Boolean explicit) ->
                        array(a.toFloats()));
        r.three(
                "halfvec_to_vector",
                (CallContext c, HalfVector a, Integer typmod, Boolean explicit) ->
                        Types.VECTOR.applyTypmod(Vector.wrap(a.toFloats()), typmod, explicit));
        r.three(
                "vector_to_halfvec",
                (CallContext c, Vector a, Integer typmod, Boolean explicit) ->
                        Types.HALFVEC.applyTypmod(halfOf(a.unsafeArray()), typmod, explicit));
        r.three(
                "vector_to_sparsevec",
                (CallContext c, Vector a, Integer typmod, Boolean explicit) ->
                        Types.SPARSEVEC.applyTypmod(sparseOf(a.unsafeArray()), typmod, explicit));
        r.three(
                "halfvec_to_sparsevec",
                (CallContext c, HalfVector a, Integer typmod, Boolean explicit) ->
                        Types.SPARSEVEC.applyTypmod(sparseOf(a.toFloats()), typmod, explicit));
        r.three(
                "sparsevec_to_vector",
                (CallContext c, SparseVector a, Integer typmod, Boolean explicit) ->
                        Types.VECTOR.applyTypmod(
                                Vector.wrap(dense(a, "vector", Vector.DIMENSIONS_MAX)),
                                typmod,
                                explicit));
        r.three(
                "sparsevec_to_halfvec",
                (CallContext c, SparseVector a, Integer typmod, Boolean explicit) ->
                        Types.HALFVEC.applyTypmod(
                                halfOf(dense(a, "halfvec", HalfVector.DIMENSIONS_MAX)),
                                typmod,
                                explicit));
    }

    private static float[] floats(PgArray array, String type) {
        if (array.dimensions() > 1) {
            throw new SqlException(SqlState.DATA_EXCEPTION, "array must be 1-D");
        }
        if (array.hasNulls()) {
            throw new SqlException(SqlState.NULL_VALUE_NOT_ALLOWED, "array must not contain nulls");
        }
        if (array.size() < 1 && !type.equals("sparsevec")) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, type + " must have at least 1 dimension");
        }
        if (array.size() < 1) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, "sparsevec must have at least 1 dimension");
        }
        float[] out = new float[array.size()];
        for (int i = 0; i < out.length; i++) {
            var value = Objects.requireNonNull(array.get(i));
            out[i] =
                    value instanceof Numeric numeric
                            ? (float) numeric.toDouble()
                            : ((Number) value).floatValue();
            if (!type.equals("halfvec")) {
                finite(out[i], type);
            }
        }
        return out;
    }

    private static void finite(float value, String type) {
        if (Float.isNaN(value)) {
            throw new SqlException(SqlState.DATA_EXCEPTION, "NaN not allowed in " + type);
        }
        if (Float.isInfinite(value)) {
            throw new SqlException(
                    SqlState.DATA_EXCEPTION, "infinite value not allowed in " + type);
        }
    }

    /** A conversion, whose numbers are named where they do not fit. */
    private static HalfVector halfOf(float[] values) {
        short[] out = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            finite(values[i], "halfvec");
            out[i] = Float.floatToFloat16(values[i]);
            if (Float.isInfinite(Float.float16ToFloat(out[i]))) {
                throw new SqlException(
                        SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                        "\""
                                + Types.FLOAT4.format(
                                        values[i], dev.quiverdb.base.type.TypeContext.DEFAULT)
                                + "\" is out of range for type halfvec");
            }
        }
        return HalfVector.wrap(out);
    }

    private static SparseVector sparseOf(float[] values) {
        int count = 0;
        for (float value : values) {
            count += value != 0 ? 1 : 0;
        }
        int[] indices = new int[count];
        float[] nonZero = new float[count];
        int next = 0;
        for (int i = 0; i < values.length; i++) {
            if (values[i] != 0) {
                indices[next] = i;
                nonZero[next++] = values[i];
            }
        }
        return SparseVector.wrap(values.length, indices, nonZero);
    }

    private static float[] dense(SparseVector a, String type, int most) {
        if (a.dimensions() > most) {
            throw new SqlException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    type + " cannot have more than " + most + " dimensions");
        }
        float[] out = new float[a.dimensions()];
        for (int i = 0; i < a.nonZeroCount(); i++) {
            out[a.unsafeIndices()[i]] = a.unsafeValues()[i];
        }
        return out;
    }

    private static PgArray array(float[] values) {
        @Nullable Object[] out = new @Nullable Object[values.length];
        for (int i = 0; i < values.length; i++) {
            out[i] = values[i];
        }
        Type element = Types.get(Oids.FLOAT4);
        return PgArray.wrap(element, out);
    }

    /** sum and avg of vector and halfvec; sums in double precision for avg. */
    static final class Sum implements Accumulator {
        private final boolean average;
        private double @Nullable [] sums;
        private boolean half;
        private long count;

        Sum(boolean average) {
            this.average = average;
        }

        @Override
        public void add(@Nullable Object[] arguments) {
            float[] values;
            switch (arguments[0]) {
                case Vector vector -> values = vector.unsafeArray();
                case HalfVector vector -> {
                    values = vector.toFloats();
                    half = true;
                }
                case null, default -> {
                    return;
                }
            }
            var current = sums;
            if (current == null) {
                current = new double[values.length];
                sums = current;
            } else if (current.length != values.length) {
                throw average
                        ? new SqlException(
                                SqlState.DATA_EXCEPTION,
                                "expected " + current.length + " dimensions, not " + values.length)
                        : different(half ? "halfvec" : "vector", current.length, values.length);
            }
            count++;
            for (int i = 0; i < values.length; i++) {
                // vector_add works in single precision, so sum does too.
                current[i] =
                        average ? current[i] + values[i] : checked((float) current[i] + values[i]);
                if (Double.isInfinite(current[i])) {
                    throw FloatFunctions.overflow();
                }
            }
        }

        @Override
        public @Nullable Object result() {
            var current = sums;
            if (current == null) {
                return null;
            }
            float[] out = new float[current.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = checked((float) (average ? current[i] / count : current[i]));
            }
            return half ? half(out) : Vector.wrap(out);
        }
    }

    private VectorFunctions() {}
}
