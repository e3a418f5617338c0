package dev.quiverdb.base.type;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredMembersTest {
    private static Jsonb stored(Jsonb document) {
        return (Jsonb) Types.JSONB.decode(Types.JSONB.encode(document));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aStoredObjectIsTheObjectHoweverItIsLookedInto(long seed) {
        var chance = new SplittableRandom(seed);
        for (int i = 0; i < 200; i++) {
            var document = Jsonb.parse(object(chance, 3));
            assertThat(stored(document)).isEqualTo(document).hasSameHashCodeAs(document);
            var looked = (Jsonb.Obj) stored(document);
            for (int look = 0; look < 8; look++) {
                for (var key : new String[] {"a", "bb", "key", "é", "ü€", "", "longer than all"}) {
                    assertThat(looked.get(key)).isEqualTo(((Jsonb.Obj) document).get(key));
                }
            }
            assertThat(looked).hasToString(document.toString());
            assertThat(Types.JSONB.compare(looked, document)).isZero();
            assertThat(Types.JSONB.encode(looked)).isEqualTo(Types.JSONB.encode(document));
        }
    }

    @Test
    void valuesInsideArraysAndObjectsAreFound() {
        var document =
                stored(Jsonb.parse("[{\"a\": {\"b\": [1, {\"c\": \"x\"}]}, \"z\": null}, 7]"));
        var first = (Jsonb.Obj) ((Jsonb.Arr) document).elements().getFirst();
        assertThat(first.get("z")).isEqualTo(Jsonb.Nil.INSTANCE);
        assertThat(((Jsonb.Obj) java.util.Objects.requireNonNull(first.get("a"))).get("b"))
                .hasToString("[1, {\"c\": \"x\"}]");
    }

    private static String object(SplittableRandom chance, int depth) {
        var text = new StringBuilder("{");
        for (int i = chance.nextInt(6); i > 0; i--) {
            var keys = new String[] {"a", "bb", "key", "é", "ü€", "", "other"};
            text.append('"').append(keys[chance.nextInt(keys.length)]).append("\": ");
            text.append(value(chance, depth)).append(i > 1 ? ", " : "");
        }
        return text.append('}').toString();
    }

    private static String value(SplittableRandom chance, int depth) {
        return switch (chance.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> "null";
            case 1 -> "true";
            case 2 -> "false";
            case 3 -> Double.toString(chance.nextInt(1000) / 8.0);
            case 4 -> "\"täxt" + chance.nextInt(10) + "\"";
            case 5 -> "[" + value(chance, depth - 1) + ", " + value(chance, depth - 1) + "]";
            default -> object(chance, depth - 1);
        };
    }
}
