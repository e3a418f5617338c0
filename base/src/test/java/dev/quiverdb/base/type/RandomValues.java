package dev.quiverdb.base.type;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Values of any type that has an order, few enough apart that equal ones and near ones are
 * frequent.
 */
public final class RandomValues {
    /** The types that {@link #of} knows. */
    public static final List<Type> TYPES =
            List.of(
                    Types.BOOL,
                    Types.INT2,
                    Types.INT4,
                    Types.INT8,
                    Types.OID,
                    Types.FLOAT4,
                    Types.FLOAT8,
                    Types.NUMERIC,
                    Types.TEXT,
                    Types.BPCHAR,
                    Types.BYTEA,
                    Types.UUID,
                    Types.DATE,
                    Types.TIME,
                    Types.TIMETZ,
                    Types.TIMESTAMP,
                    Types.TIMESTAMPTZ,
                    Types.INTERVAL,
                    Types.JSONB,
                    Types.BIT,
                    Types.VARBIT,
                    Types.VECTOR,
                    Types.HALFVEC,
                    Types.SPARSEVEC,
                    Types.INT4_ARRAY,
                    Types.TEXT_ARRAY,
                    Types.NUMERIC_ARRAY,
                    Types.PG_LSN,
                    Types.INET,
                    Types.CIDR,
                    Types.get(Oids.INT4RANGE),
                    Types.get(Oids.NUMRANGE));

    private final SplittableRandom random;

    public RandomValues(SplittableRandom random) {
        this.random = random;
    }

    public Type type() {
        return TYPES.get(random.nextInt(TYPES.size()));
    }

    public @Nullable Object orNull(Type type) {
        return random.nextInt(6) == 0 ? null : of(type);
    }

    private long number() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(-3, 4);
            case 1 -> random.nextInt(-1000, 1000);
            case 2 -> random.nextInt();
            default -> random.nextLong();
        };
    }

    private float real() {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextInt(-2, 3);
            case 1 -> -0f;
            case 2 -> random.nextInt(-50, 50) / 8f;
            default -> (float) (random.nextDouble() * Math.pow(10, random.nextInt(-4, 4)));
        };
    }

    private double anyDouble() {
        return switch (random.nextInt(6)) {
            case 0 -> Double.NaN;
            case 1 -> Double.POSITIVE_INFINITY;
            case 2 -> Double.NEGATIVE_INFINITY;
            case 3 -> Double.longBitsToDouble(random.nextLong());
            default -> real();
        };
    }

    private String text() {
        String letters = "aab \u0001zé日\uffee😀";
        int[] points = letters.codePoints().toArray();
        var out = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            out.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return out.toString();
    }

    private Numeric numeric() {
        return switch (random.nextInt(12)) {
            case 0 -> Numeric.NAN;
            case 1 -> Numeric.POSITIVE_INFINITY;
            case 2 -> Numeric.NEGATIVE_INFINITY;
            case 3 ->
                    Numeric.of(
                            new BigDecimal(
                                            new BigInteger(
                                                    120, new java.util.Random(random.nextLong())),
                                            random.nextInt(60))
                                    .negate());
            default ->
                    Numeric.of(BigDecimal.valueOf(random.nextInt(-300, 300), random.nextInt(0, 4)));
        };
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(4)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextBoolean() ? random.nextInt(3) : random.nextInt(253, 256));
        }
        return bytes;
    }

    private Jsonb json(int depth) {
        return switch (random.nextInt(depth > 2 ? 4 : 6)) {
            case 0 -> Jsonb.Nil.INSTANCE;
            case 1 -> new Jsonb.Str(text());
            case 2 -> new Jsonb.Num(Numeric.of(BigDecimal.valueOf(random.nextInt(-20, 20), 1)));
            case 3 -> random.nextBoolean() ? Jsonb.Bool.TRUE : Jsonb.Bool.FALSE;
            case 4 -> {
                var elements = new ArrayList<Jsonb>();
                for (int i = random.nextInt(3); i > 0; i--) {
                    elements.add(json(depth + 1));
                }
                yield new Jsonb.Arr(elements);
            }
            default -> {
                var builder = new JsonbBuilder();
                for (int i = random.nextInt(3); i > 0; i--) {
                    builder.put(text(), json(depth + 1));
                }
                yield builder.build();
            }
        };
    }

    private PgArray array(Type element) {
        int outer = random.nextInt(4);
        int inner = random.nextInt(1, 3);
        boolean flat = random.nextBoolean();
        int[] lengths = flat ? new int[] {outer} : new int[] {outer, inner};
        int[] bounds = flat ? new int[] {random.nextInt(3)} : new int[] {1, random.nextInt(-1, 2)};
        @Nullable Object[] elements = new Object[flat ? outer : outer * inner];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = orNull(element);
        }
        return PgArray.wrap(element, lengths, bounds, elements);
    }

    private Inet inet(boolean network) {
        byte[] address = new byte[random.nextInt(4) == 0 ? 16 : 4];
        for (int i = 0; i < address.length; i++) {
            address[i] = (byte) (random.nextBoolean() ? 0 : random.nextInt());
        }
        var inet = Inet.wrap(address, random.nextInt(address.length * 8 + 1));
        return network ? Inet.wrap(inet.network(), inet.bits()) : inet;
    }

    private Range range(Type type) {
        if (random.nextInt(8) == 0) {
            return Range.EMPTY;
        }
        var subtype = type.equals(Types.get(Oids.NUMRANGE)) ? Types.NUMERIC : Types.INT4;
        int low = random.nextInt(-3, 3);
        int high = low + random.nextInt(4);
        boolean numeric = subtype.equals(Types.NUMERIC);
        Object lower = numeric ? (Object) Numeric.of(low) : (Object) low;
        Object upper = numeric ? (Object) Numeric.of(high) : (Object) high;
        return type.makeRange(
                random.nextInt(5) == 0 ? null : lower,
                random.nextInt(5) == 0 ? null : upper,
                random.nextBoolean(),
                random.nextBoolean());
    }

    private Object vector(Type type) {
        int dimensions = random.nextInt(1, 5);
        float[] elements = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            elements[i] = random.nextInt(3) == 0 ? real() : random.nextInt(-1, 2);
        }
        if (type.equals(Types.VECTOR)) {
            return Vector.wrap(elements);
        }
        if (type.equals(Types.HALFVEC)) {
            return HalfVector.ofFloats(elements);
        }
        var indices = new ArrayList<Integer>();
        for (int i = 0; i < dimensions; i++) {
            if (elements[i] != 0) {
                indices.add(i);
            }
        }
        int[] at = new int[indices.size()];
        float[] values = new float[at.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = indices.get(i);
            values[i] = elements[at[i]];
        }
        return SparseVector.wrap(dimensions, at, values);
    }

    public Object of(Type type) {
        return switch (type.oid()) {
            case Oids.BOOL -> random.nextBoolean();
            case Oids.INT2 -> (short) number();
            case Oids.INT4, Oids.DATE -> (int) number();
            case Oids.INT8, Oids.TIMESTAMP, Oids.TIMESTAMPTZ, Oids.PG_LSN -> number();
            case Oids.OID -> number() & 0xffff_ffffL;
            case Oids.TIME -> random.nextLong(DateMath.MICROS_PER_DAY);
            case Oids.TIMETZ ->
                    new TimeTz(
                            random.nextInt(3) * DateMath.MICROS_PER_HOUR,
                            random.nextInt(-2, 3) * 3600);
            case Oids.FLOAT4 -> (float) anyDouble();
            case Oids.FLOAT8 -> anyDouble();
            case Oids.NUMERIC -> numeric();
            case Oids.TEXT, Oids.BPCHAR -> text();
            case Oids.BYTEA -> ByteString.wrap(bytes());
            case Oids.UUID -> new UUID(number(), number());
            case Oids.INTERVAL ->
                    random.nextBoolean()
                            ? new Interval(
                                    random.nextInt(-1, 2),
                                    random.nextInt(-31, 32),
                                    random.nextInt(-2, 3) * (DateMath.MICROS_PER_DAY / 2))
                            : new Interval((int) number(), (int) number(), number());
            case Oids.JSONB -> json(0);
            case Oids.BIT, Oids.VARBIT -> {
                byte[] bytes = bytes();
                int unused = bytes.length == 0 ? 0 : random.nextInt(8);
                yield BitString.wrap(bytes.length * 8 - unused, bytes);
            }
            case Oids.VECTOR, Oids.HALFVEC, Oids.SPARSEVEC -> vector(type);
            case Oids.INET -> inet(false);
            case Oids.CIDR -> inet(true);
            case Oids.INT4RANGE, Oids.NUMRANGE -> range(type);
            case Oids.INT4_ARRAY -> array(Types.INT4);
            case Oids.TEXT_ARRAY -> array(Types.TEXT);
            case Oids.NUMERIC_ARRAY -> array(Types.NUMERIC);
            default -> throw new IllegalArgumentException(type.toString());
        };
    }
}
