package dev.quiverdb.base.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.testing.Randomised;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypeTest {
    @Randomised(runs = 200)
    void everyFormBringsTheValueBack(SplittableRandom random) {
        var values = new RandomValues(random);
        for (int i = 0; i < 30; i++) {
            var type = values.type();
            var value = values.of(type);
            if (type.kind() == Kind.OBJECT) {
                var stored = type.decode(type.encode(value));
                assertThat(type.compare(stored, value)).as("%s stored", value).isZero();
                assertThat(type.hash(stored)).isEqualTo(type.hash(value));
            }
            boolean outOfRange =
                    type.equals(Types.TIMESTAMP)
                            || type.equals(Types.TIMESTAMPTZ)
                            || type.equals(Types.DATE);
            if (outOfRange) {
                continue;
            }
            var out = new ByteWriter();
            type.send(value, out, TypeContext.DEFAULT);
            var received = type.receive(ByteBuffer.wrap(out.toBytes()), -1, TypeContext.DEFAULT);
            assertThat(type.compare(received, value)).as("%s sent", value).isZero();
            String text = type.format(value, TypeContext.DEFAULT);
            var parsed = type.parse(text, -1, TypeContext.DEFAULT);
            assertThat(type.format(parsed, TypeContext.DEFAULT)).isEqualTo(text);
        }
    }

    @Randomised(runs = 100)
    void vectorsFromTheWireHoldFiniteNumbersOnly(SplittableRandom random) {
        int dimensions = 1 + random.nextInt(70);
        float[] elements = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            elements[i] = Float.intBitsToFloat(random.nextInt());
            if (!Float.isFinite(elements[i])) {
                elements[i] = -Float.MAX_VALUE;
            }
        }
        assertThat(Types.VECTOR.receive(sent(elements), -1, TypeContext.DEFAULT))
                .isEqualTo(Vector.of(elements));
        var cut = sent(elements);
        cut.limit(cut.limit() - 1);
        assertThatThrownBy(() -> Types.VECTOR.receive(cut, -1, TypeContext.DEFAULT))
                .isInstanceOf(SqlException.class)
                .hasMessage("insufficient data left in message");
        boolean nan = random.nextBoolean();
        elements[random.nextInt(dimensions)] =
                nan
                        ? Float.intBitsToFloat(0xff80_0001 + random.nextInt(0x7f_ffff))
                        : random.nextBoolean() ? Float.POSITIVE_INFINITY : Float.NEGATIVE_INFINITY;
        assertThatThrownBy(() -> Types.VECTOR.receive(sent(elements), -1, TypeContext.DEFAULT))
                .isInstanceOf(SqlException.class)
                .hasMessage(
                        nan ? "NaN not allowed in vector" : "infinite value not allowed in vector");
    }

    /** A vector as a client sends it. */
    private static ByteBuffer sent(float[] elements) {
        var out = new ByteWriter();
        out.putShort(elements.length);
        out.putShort(0);
        for (float element : elements) {
            out.putFloat(element);
        }
        return ByteBuffer.wrap(out.toBytes());
    }

    @Randomised(runs = 100)
    void equalValuesHashAlike(SplittableRandom random) {
        var values = new RandomValues(random);
        var type = values.type();
        for (int i = 0; i < 100; i++) {
            var left = values.of(type);
            var right = values.of(type);
            if (type.compare(left, right) == 0) {
                assertThat(type.hash(left))
                        .as("%s and %s", left, right)
                        .isEqualTo(type.hash(right));
            }
            assertThat(Integer.signum(type.compare(left, right)))
                    .isEqualTo(-Integer.signum(type.compare(right, left)));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "varchar|10|character varying(10)",
                "varchar|-|character varying",
                "bpchar|3|character(3)",
                "bpchar|-|bpchar",
                "numeric|10,2|numeric(10,2)",
                "numeric|5,-2|numeric(5,-2)",
                "timestamptz|3|timestamp(3) with time zone",
                "timestamp|-|timestamp without time zone",
                "time|0|time(0) without time zone",
                "vector|3|vector(3)",
                "bit|8|bit(8)",
                "varbit|8|bit varying(8)",
                "int4|-|integer",
                "_int4|-|integer[]",
                "_varchar|7|character varying(7)[]",
                "interval|7168|interval hour to second",
                "interval|7176|interval day to second",
                "interval|6|interval year to month",
                "interval|32767,3|interval(3)",
                "char|-|\"char\"",
            })
    void formatTypeNamesTypeAndTypmod(String name, String typmod, String expected) {
        var type = Types.byName(name);
        assertThat(type).isNotNull();
        if (type != null) {
            int value = typmod == null ? -1 : type.typmodIn(List.of(typmod.split(",", -1)));
            assertThat(type.formatType(value)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "varchar|0|22023|length for type varchar must be at least 1",
                "numeric|1001|22023|NUMERIC precision 1001 must be between 1 and 1000",
                "numeric|1,2,3|22023|invalid NUMERIC type modifier",
                "vector|16001|22023|dimensions for type vector cannot exceed 16000",
                "vector|0|22023|dimensions for type vector must be at least 1",
                "timestamp|-1|22023|TIMESTAMP(-1) precision must not be negative",
                "int4|1|42601|type modifier is not allowed for type \"int4\"",
            })
    void wrongTypmodsAreRefused(String name, String typmod, String state, String message) {
        var type = Types.byName(name);
        assertThat(type).isNotNull();
        if (type != null) {
            assertThatThrownBy(() -> type.typmodIn(List.of(typmod.split(",", -1))))
                    .isInstanceOfSatisfying(
                            SqlException.class,
                            error -> {
                                assertThat(error.state().code()).isEqualTo(state);
                                assertThat(error.message()).isEqualTo(message);
                            });
        }
    }

    @Test
    void assignmentRefusesWhatACastCuts() {
        int typmod = Types.VARCHAR.typmodIn(List.of("3"));
        assertThat(Types.VARCHAR.applyTypmod("abcdef", typmod, true)).isEqualTo("abc");
        assertThat(Types.VARCHAR.applyTypmod("abc  ", typmod, false)).isEqualTo("abc");
        assertThatThrownBy(() -> Types.VARCHAR.applyTypmod("abcdef", typmod, false))
                .hasMessage("value too long for type character varying(3)");
        assertThatThrownBy(() -> Types.VECTOR.applyTypmod(Vector.of(1, 2), 3, true))
                .hasMessage("expected 3 dimensions, not 2");
    }

    @Test
    void everyBuiltInTypeIsFoundByItsNames() {
        for (var type : Types.all()) {
            assertThat(Types.byOid(type.oid())).isSameAs(type);
            assertThat(Types.byName(type.name())).isSameAs(type);
            if (type.arrayOid() != 0) {
                assertThat(Types.get(type.arrayOid()).element()).isSameAs(type);
            }
        }
        assertThat(Types.bySqlName("character varying")).isSameAs(Types.VARCHAR);
        assertThat(Types.bySqlName("integer[]")).isSameAs(Types.INT4_ARRAY);
        assertThat(Types.bySqlName("no such type")).isNull();
    }

    private static Type mood(EnumLabel... labels) {
        return Type.enumeration(20000, "public", "mood", 20001, List.of(labels));
    }

    @Test
    void anEnumOrdersByItsLabels() {
        var mood =
                mood(
                        new EnumLabel(20002, 1, "sad"),
                        new EnumLabel(20003, 2, "ok"),
                        new EnumLabel(20004, 3, "happy"));
        var sad = mood.parse("sad", -1, TypeContext.DEFAULT);
        var ok = mood.parse("ok", -1, TypeContext.DEFAULT);
        assertThat(mood.compare(sad, ok)).isNegative();
        assertThat(mood.decode(mood.encode(ok))).isEqualTo(ok);
        assertThatThrownBy(() -> mood.parse("angry", -1, TypeContext.DEFAULT))
                .hasMessage("invalid input value for enum mood: \"angry\"");
    }

    @Test
    void anEnumsValuesOutliveChangesOfItsLabels() {
        var before = mood(new EnumLabel(20002, 1, "sad"), new EnumLabel(20004, 3, "happy"));
        var after =
                mood(
                        new EnumLabel(20005, -2, "awful"),
                        new EnumLabel(20002, 1, "blue"),
                        new EnumLabel(20003, 1.5f, "ok"),
                        new EnumLabel(20004, 3, "happy"));
        var sad = before.parse("sad", -1, TypeContext.DEFAULT);
        assertThat(after.format(after.decode(before.encode(sad)), TypeContext.DEFAULT))
                .isEqualTo("blue");
        var labels = after.enumLabels();
        for (int i = 1; i < labels.size(); i++) {
            assertThat(
                            java.util.Arrays.compareUnsigned(
                                    key(before, labels.get(i - 1)), key(after, labels.get(i))))
                    .isNegative();
        }
    }

    private static byte[] key(Type type, EnumLabel label) {
        var writer = new KeyWriter();
        writer.append(type, label.value());
        return writer.toBytes();
    }

    @Test
    void aDomainIsItsBaseTypeUnderAnotherName() {
        var price =
                Type.domain(
                        20002,
                        "public",
                        "price",
                        0,
                        Types.NUMERIC,
                        Types.NUMERIC.typmodIn(List.of("10", "2")));
        assertThat(price.parse("1.5", price.baseTypmod(), TypeContext.DEFAULT)).hasToString("1.50");
        assertThat(price.kind()).isEqualTo(Kind.OBJECT);
        assertThat(price.actual()).isSameAs(Types.NUMERIC);
        assertThatThrownBy(() -> price.typmodIn(List.of("3"))).isInstanceOf(SqlException.class);
    }

    @Test
    void aCompositeReadsAndWritesItsFields() {
        var pair =
                Type.composite(
                        20003,
                        "public",
                        "pair",
                        0,
                        List.of(
                                new Type.Field("a", Types.INT4, -1),
                                new Type.Field("b", Types.TEXT, -1)));
        var value = pair.parse("(1,\"x,\"\"y\")", -1, TypeContext.DEFAULT);
        assertThat(pair.format(value, TypeContext.DEFAULT)).isEqualTo("(1,\"x,\"\"y\")");
        assertThat(pair.format(pair.decode(pair.encode(value)), TypeContext.DEFAULT))
                .isEqualTo("(1,\"x,\"\"y\")");
        assertThat(pair.format(pair.parse("(,)", -1, TypeContext.DEFAULT), TypeContext.DEFAULT))
                .isEqualTo("(,)");
        assertThatThrownBy(() -> pair.parse("(1)", -1, TypeContext.DEFAULT))
                .hasMessage("malformed record literal: \"(1)\"");
    }

    @Randomised(runs = 20)
    void elementsOfVectorsAreTheNearestFloats(SplittableRandom random) {
        for (int i = 0; i < 2000; i++) {
            String text =
                    switch (random.nextInt(3)) {
                        case 0 -> Float.toString(Float.intBitsToFloat(random.nextInt()));
                        case 1 -> random.nextInt() + "." + random.nextInt(Integer.MAX_VALUE);
                        // Half way between two floats, or as good as.
                        default ->
                                (16_777_217L + 2L * random.nextInt(1000))
                                        + (random.nextBoolean() ? "" : ".000001");
                    };
            float expected = Float.parseFloat(text);
            if (Float.isFinite(expected)) {
                var vector = (Vector) Types.VECTOR.parse("[" + text + "]", 1, TypeContext.DEFAULT);
                assertThat(vector.get(0)).as(text).isEqualTo(expected);
            }
        }
    }

    @Test
    void typesThatCannotWorkYetSaySo() {
        assertThatThrownBy(() -> Types.get(Oids.TSVECTOR).parse("a", -1, TypeContext.DEFAULT))
                .isInstanceOfSatisfying(
                        SqlException.class,
                        error -> assertThat(error.state().code()).isEqualTo("0A000"));
    }
}
