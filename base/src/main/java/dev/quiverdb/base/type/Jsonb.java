package dev.quiverdb.base.type;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value of jsonb as a tree. Object keys are unique and stand in PostgreSQL's storage order: the
 * shorter (in UTF-8 bytes) first, then by bytes. Immutable.
 */
public sealed interface Jsonb {
    /** JSON's null, which is not SQL's. */
    record Null() implements Jsonb {
        @Override
        public String toString() {
            return JsonbText.format(this);
        }
    }

    record Text(String value) implements Jsonb {
        @Override
        public String toString() {
            return JsonbText.format(this);
        }
    }

    /** Always finite. */
    record Number(Numeric value) implements Jsonb {
        @Override
        public String toString() {
            return JsonbText.format(this);
        }
    }

    record Bool(boolean value) implements Jsonb {
        @Override
        public String toString() {
            return JsonbText.format(this);
        }
    }

    record Array(List<Jsonb> elements) implements Jsonb {
        public Array {
            elements = List.copyOf(elements);
        }

        @Override
        public String toString() {
            return JsonbText.format(this);
        }
    }

    /** Keys must be in storage order and unique: make one with {@link JsonbBuilder}. */
    record Object(List<Member> members) implements Jsonb {
        public Object {
            members = List.copyOf(members);
        }

        /** The value of a key, or null; O(log n). */
        public @Nullable Jsonb get(String key) {
            int low = 0;
            int high = members.size() - 1;
            while (low <= high) {
                int middle = low + high >>> 1;
                int order = JsonbOrder.compareKeys(members.get(middle).key, key);
                if (order == 0) {
                    return members.get(middle).value;
                }
                if (order < 0) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return null;
        }

        @Override
        public String toString() {
            return JsonbText.format(this);
        }
    }

    record Member(String key, Jsonb value) {}

    Jsonb NULL = new Null();
    Jsonb TRUE = new Bool(true);
    Jsonb FALSE = new Bool(false);

    /** Text as jsonb_in reads it. */
    static Jsonb parse(String text) {
        return JsonbText.parse(text);
    }

    /** Whether this is neither an object nor an array. */
    default boolean isScalar() {
        return !(this instanceof Array) && !(this instanceof Object);
    }
}
