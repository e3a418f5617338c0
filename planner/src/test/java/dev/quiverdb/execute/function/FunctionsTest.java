package dev.quiverdb.execute.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.ExecutionContext;
import dev.quiverdb.execute.SessionFunctions;
import dev.quiverdb.execute.expression.Calls;
import dev.quiverdb.execute.expression.FunctionRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Builtin functions over text cases, whose answers a PostgreSQL server gave. A line holds, parted
 * by tabs: prosrc, name, argument type OIDs, result type OID, strict, returns set, the arguments
 * ({@code \N} for NULL), {@code =}, and the answer: {@code V} value, {@code N} null, {@code S}
 * rows, {@code E} state and message.
 */
final class FunctionsTest {
    private static final TypeContext TYPES =
            new TypeContext() {
                @Override
                public ZoneId zone() {
                    return ZoneId.of("America/Los_Angeles");
                }
            };

    /** Knows only when the transaction began: on a winter's day. */
    private static final SessionFunctions SESSION =
            (SessionFunctions)
                    Proxy.newProxyInstance(
                            FunctionsTest.class.getClassLoader(),
                            new Class<?>[] {SessionFunctions.class},
                            (proxy, method, arguments) -> {
                                if (method.getName().equals("transactionTimestamp")) {
                                    return 700_000_000_000_000L;
                                }
                                throw new UnsupportedOperationException(method.getName());
                            });

    private static final ExecutionContext CONTEXT =
            (ExecutionContext)
                    Proxy.newProxyInstance(
                            FunctionsTest.class.getClassLoader(),
                            new Class<?>[] {ExecutionContext.class},
                            (proxy, method, arguments) ->
                                    switch (method.getName()) {
                                        case "types" -> TYPES;
                                        case "session" -> SESSION;
                                        default ->
                                                throw new UnsupportedOperationException(
                                                        method.getName());
                                    });

    private static List<String> lines() {
        try (var in =
                Objects.requireNonNull(FunctionsTest.class.getResourceAsStream("functions.tsv"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static String unescaped(String text) {
        return text.replace("\\\\", "\u0001")
                .replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\u0001", "\\");
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
    }

    @Test
    void functionsAnswerAsPostgresDoes() {
        var wrong = new ArrayList<String>();
        var lines = lines();
        for (var line : lines) {
            var fields = line.split("\t", -1);
            int count = fields.length - 8;
            var expected = fields[fields.length - 1];
            var actual = escaped(answer(fields, count));
            if (!expected.equals(actual)) {
                wrong.add(line + "\n   but was " + actual);
            }
        }

        assertThat(lines).hasSizeGreaterThan(1000);
        assertThat(wrong).isEmpty();
    }

    private static String answer(String[] fields, int count) {
        List<Type> types =
                fields[2].isEmpty()
                        ? List.of()
                        : Arrays.stream(fields[2].split(",", -1))
                                .map(oid -> Types.get(Integer.parseInt(oid)))
                                .toList();
        var result = Types.get(Integer.parseInt(fields[3]));
        var function =
                new FunctionRef(
                        0,
                        fields[1],
                        fields[0],
                        types,
                        result,
                        fields[4].equals("t"),
                        'i',
                        fields[5].equals("t"),
                        null);
        var implementation = Functions.find(function);
        if (implementation == null) {
            return "missing";
        }
        var context = new CallContext(CONTEXT, function, -1, false);
        try {
            @Nullable Object[] arguments = new @Nullable Object[count];
            for (int i = 0; i < count; i++) {
                var text = fields[6 + i];
                arguments[i] =
                        text.equals("\\N") ? null : types.get(i).parse(unescaped(text), -1, TYPES);
            }
            return implementation instanceof Implementation.Rows rows
                    ? rows(rows, context, arguments, result)
                    : value(
                            Calls.bind(implementation, context, function.strict()).apply(arguments),
                            result);
        } catch (SqlException refused) {
            return "E " + refused.state().code() + " " + refused.message();
        }
    }

    private static String value(@Nullable Object value, Type type) {
        return value == null
                ? "N"
                : "V " + (value instanceof RecordValue ? Types.RECORD : type).format(value, TYPES);
    }

    private static String rows(
            Implementation.Rows rows,
            CallContext context,
            @Nullable Object[] arguments,
            Type type) {
        var texts = new ArrayList<String>();
        if (!context.function().strict() || Arrays.stream(arguments).allMatch(Objects::nonNull)) {
            var iterator = rows.call(context, arguments);
            while (iterator.hasNext() && texts.size() < 50) {
                var value = iterator.next();
                texts.add(
                        value == null
                                ? "\\N"
                                : (value instanceof RecordValue ? Types.RECORD : type)
                                        .format(value, TYPES));
            }
        }
        return "S " + String.join("|", texts);
    }

    @Test
    void everyOperatorOfVectorsIsThere() {
        for (var name :
                List.of(
                        "l2_distance",
                        "vector_negative_inner_product",
                        "cosine_distance",
                        "l1_distance",
                        "halfvec_l2_distance",
                        "sparsevec_cosine_distance",
                        "hamming_distance",
                        "jaccard_distance",
                        "vector_add",
                        "vector_concat",
                        "binary_quantize",
                        "subvector",
                        "l2_normalize")) {
            assertThat(Functions.keys()).contains(name);
        }
    }
}
