package dev.quiverdb.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.server.copy.CopyOptions;
import dev.quiverdb.sql.catalog.Column;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** COPY data as rows, beside what the types' own functions make of every field. */
final class CopyRowsTest {
    private static final List<Type> TYPES =
            List.of(
                    Types.INT4,
                    Types.INT8,
                    Types.FLOAT8,
                    Types.TEXT,
                    Types.FLOAT4,
                    Types.NUMERIC,
                    Types.BOOL);

    private static CopyRows rows(CopyOptions options, byte[] data, SplittableRandom random) {
        var columns = new ArrayList<Column>();
        for (int i = 0; i < TYPES.size(); i++) {
            columns.add(Column.of(i + 1, "c" + i, TYPES.get(i).oid(), -1, 0, false));
        }
        var pieces = new ArrayList<byte[]>();
        for (int from = 0; from < data.length; ) {
            int to = Math.min(data.length, from + random.nextInt(random.nextInt(2, 300)));
            pieces.add(Arrays.copyOfRange(data, from, to));
            from = to;
        }
        var source = pieces.iterator();
        return new CopyRows(
                "t",
                columns,
                TYPES,
                options,
                () -> source.hasNext() ? source.next() : null,
                TypeContext.DEFAULT);
    }

    private static List<List<@Nullable Object>> all(CopyRows rows) {
        var found = new ArrayList<List<@Nullable Object>>();
        for (var batch = rows.next(); batch != null; batch = rows.next()) {
            for (int i = 0; i < batch.size(); i++) {
                @Nullable Object[] row = new @Nullable Object[batch.columnCount()];
                for (int c = 0; c < row.length; c++) {
                    row[c] = batch.get(i, c);
                }
                found.add(Arrays.asList(row));
            }
        }
        return found;
    }

    /** A way to write a value of the type that its input function takes. */
    private static String field(SplittableRandom random, Type type) {
        return switch (type.name()) {
            case "int4" ->
                    switch (random.nextInt(6)) {
                        case 0 -> "+" + random.nextInt(100);
                        case 1 -> " " + random.nextInt(100) + " ";
                        case 2 -> "-0";
                        case 3 -> "000" + random.nextInt(10);
                        default -> Integer.toString(random.nextInt());
                    };
            case "int8" ->
                    switch (random.nextInt(4)) {
                        case 0 -> Long.toString(Long.MIN_VALUE + random.nextInt(3));
                        case 1 -> Long.toString(Long.MAX_VALUE - random.nextInt(3));
                        default -> Long.toString(random.nextLong() >> random.nextInt(64));
                    };
            case "float8", "float4", "numeric" ->
                    switch (random.nextInt(8)) {
                        case 0 -> "." + random.nextInt(1000);
                        case 1 -> random.nextInt(1000) + ".";
                        case 2 -> "-0.0";
                        case 3 -> random.nextInt(100) + "e" + random.nextInt(-5, 6);
                        case 4 -> "NaN";
                        case 5 -> Double.toString(random.nextDouble());
                        default -> random.nextInt() + "." + random.nextInt(100_000_000);
                    };
            case "bool" -> random.nextBoolean() ? "t" : "false";
            default ->
                    switch (random.nextInt(6)) {
                        case 0 -> "";
                        case 1 -> "häuser \uD83D\uDC1D";
                        case 2 -> "tab\there, line\nthere, back\\slash";
                        case 3 -> "\r\n";
                        case 4 -> "x".repeat(random.nextInt(5000));
                        default -> "text " + random.nextInt();
                    };
        };
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }

    @Randomised(runs = 30)
    void textIsReadAsTheTypesReadIt(SplittableRandom random) {
        var nulls = random.nextInt(3) == 0 ? "7" : "\\N";
        var builder = new CopyOptions.Builder();
        builder.nullText(nulls);
        var lineEnd = random.nextBoolean() ? "\n" : "\r\n";
        var data = new StringBuilder();
        var expected = new ArrayList<List<@Nullable Object>>();
        int count = random.nextInt(1500);
        for (int i = 0; i < count; i++) {
            var row = new ArrayList<@Nullable Object>();
            for (int c = 0; c < TYPES.size(); c++) {
                data.append(c == 0 ? "" : "\t");
                var text = field(random, TYPES.get(c));
                if (random.nextInt(6) == 0 || text.equals(nulls)) {
                    data.append(nulls);
                    row.add(null);
                } else {
                    data.append(escaped(text));
                    row.add(TYPES.get(c).parse(text, -1, TypeContext.DEFAULT));
                }
            }
            expected.add(row);
            data.append(lineEnd);
        }
        if (random.nextBoolean()) {
            data.append("\\.").append(lineEnd).append("what follows counts no more");
        }
        var bytes = data.toString().getBytes(StandardCharsets.UTF_8);
        assertThat(all(rows(builder.build(true), bytes, random))).isEqualTo(expected);
    }

    @Randomised(runs = 10)
    void binaryDataIsReadAsTheTypesReceiveIt(SplittableRandom random) {
        var builder = new CopyOptions.Builder();
        builder.format("binary");
        var data = new ByteWriter(1 << 16);
        data.putBytes("PGCOPY\n\u00ff\r\n\0".getBytes(StandardCharsets.ISO_8859_1));
        data.putInt(0);
        data.putInt(3);
        data.putBytes(new byte[3]);
        var expected = new ArrayList<List<@Nullable Object>>();
        int count = random.nextInt(1500);
        for (int i = 0; i < count; i++) {
            var row = new ArrayList<@Nullable Object>();
            data.putShort(TYPES.size());
            for (var type : TYPES) {
                if (random.nextInt(6) == 0) {
                    data.putInt(-1);
                    row.add(null);
                    continue;
                }
                var value = type.parse(field(random, type), -1, TypeContext.DEFAULT);
                var sent = new ByteWriter(64);
                type.send(value, sent, TypeContext.DEFAULT);
                data.putInt(sent.size());
                data.putBytes(Arrays.copyOf(sent.array(), sent.size()));
                row.add(value);
            }
            expected.add(row);
        }
        data.putShort(-1);
        var bytes = Arrays.copyOf(data.array(), data.size());
        assertThat(all(rows(builder.build(true), bytes, random))).isEqualTo(expected);
    }

    @Test
    void whatIsNoNumberIsRefusedWithItsPlace() {
        var good = "1\t2\t3\tx\t4\t5\tt\n";
        for (var bad : List.of("", "-", "1-", "12x", "99999999999", "0x10")) {
            var data = (good + bad + "\t2\t3\tx\t4\t5\tt\n").getBytes(StandardCharsets.UTF_8);
            var rows = rows(CopyOptions.text(), data, new SplittableRandom(1));
            assertThatThrownBy(() -> all(rows))
                    .isInstanceOfSatisfying(
                            SqlException.class,
                            e ->
                                    assertThat(rows.located(e).where())
                                            .isEqualTo(
                                                    "COPY t, line 2, column c0: \"" + bad + "\""));
        }
    }
}
