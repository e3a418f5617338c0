package dev.quiverdb.base.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.quiverdb.base.error.SqlException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Texts and what PostgreSQL 15 with pgvector made of them: the text it prints and the bytes it
 * sends, or SQLSTATE, message and detail. {@code cases.tsv} holds type, typmod, input, OK or ERR,
 * and those.
 */
class TypeCasesTest {
    record Case(String group, List<String> columns) {
        @Override
        public String toString() {
            return columns.get(0) + "(" + columns.get(1) + ") " + columns.get(2);
        }
    }

    private static final TypeContext ZONED =
            new TypeContext() {
                @Override
                public ZoneId zone() {
                    return ZoneId.of("America/Los_Angeles");
                }
            };

    static Stream<Case> cases() throws IOException {
        var cases = new ArrayList<Case>();
        String group = "";
        for (var line : resource("cases.tsv")) {
            if (line.startsWith("# ")) {
                group = line.substring(2);
            } else {
                cases.add(new Case(group, List.of(line.split("\t", -1))));
            }
        }
        return cases.stream();
    }

    static List<String> resource(String name) throws IOException {
        try (var in = TypeCasesTest.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static String unescape(String text) {
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                c = text.charAt(++i);
                c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
            }
            out.append(c);
        }
        return out.toString();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aTextBecomesWhatPostgresqlMakesOfIt(Case one) {
        var context = one.group.equals("zoned") ? ZONED : TypeContext.DEFAULT;
        Type type = required(Types.bySqlName(one.columns.get(0)));
        String typmodText = one.columns.get(1);
        int typmod = typmodText.isEmpty() ? -1 : type.typmodIn(List.of(typmodText.split(",", -1)));
        String text = unescape(one.columns.get(2));
        if (one.columns.get(3).equals("ERR")) {
            var error =
                    catchThrowableOfType(
                            SqlException.class,
                            () -> type.applyTypmod(type.parse(text, -1, context), typmod, true));
            assertThat(error).as("an error").isNotNull();
            assertThat(error.state().code()).isEqualTo(one.columns.get(4));
            assertThat(error.message()).isEqualTo(unescape(one.columns.get(5)));
            assertThat(error.detail() == null ? "" : error.detail())
                    .isEqualTo(unescape(one.columns.get(6)));
            return;
        }
        var value = type.applyTypmod(type.parse(text, -1, context), typmod, true);
        assertThat(type.format(value, context)).isEqualTo(unescape(one.columns.get(4)));
        var out = new ByteWriter();
        type.send(value, out, context);
        assertThat(HexFormat.of().formatHex(out.toBytes())).isEqualTo(one.columns.get(5));
        var received = type.receive(ByteBuffer.wrap(out.toBytes()), typmod, context);
        assertThat(type.format(received, context)).isEqualTo(unescape(one.columns.get(4)));
        if (type.kind() == Kind.OBJECT) {
            assertThat(type.format(type.decode(type.encode(value)), context))
                    .isEqualTo(unescape(one.columns.get(4)));
        }
    }

    private static <T> T required(@Nullable T value) {
        assertThat(value).isNotNull();
        return java.util.Objects.requireNonNull(value);
    }
}
