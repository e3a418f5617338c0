package dev.quiverdb.base.type;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value of jsonb as a tree. Object keys are unique and stand in PostgreSQL's storage order: the
 * shorter (in UTF-8 bytes) first, then by bytes. Immutable. {@code equals} is jsonb's equality.
 */
public sealed interface Jsonb {
    /** JSON's null, which is not SQL's. */
    record Nil() implements Jsonb {
        public static final Nil INSTANCE = new Nil();

        @Override
        public String toString() {
            return JsonbText.format(this);
        }
    }

    record Str(String value) implements Jsonb {
        @Override
        public String toString() {
            return JsonbText.format(this);
        }
    }

    /** Always finite. */
    record Num(Numeric value) implements Jsonb {
        @Override
        public String toString() {
            return JsonbText.format(this);
        }
    }

    record Bool(boolean value) implements Jsonb {
        public static final Bool TRUE = new Bool(true);
        public static final Bool FALSE = new Bool(false);

        @Override
        public String toString() {
            return JsonbText.format(this);
        }
    }

    record Arr(List<Jsonb> elements) implements Jsonb {
        public Arr {
            elements = List.copyOf(elements);
        }

        @Override
        public String toString() {
            return JsonbText.format(this);
        }
    }

    /** Keys must be in storage order and unique: make one with {@link JsonbBuilder}. */
    record Obj(List<Member> members) implements Jsonb {
        public Obj {
            members = members instanceof StoredMembers ? members : List.copyOf(members);
        }

        /** The value of a key, or null; O(log n), or O(bytes) where it was not looked into yet. */
        public @Nullable Jsonb get(String key) {
            if (members instanceof StoredMembers stored && !stored.isRead()) {
                return stored.find(key);
            }
            int low = 0;
            int high = members.size() - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
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

    /** Text as jsonb_in reads it. */
    static Jsonb parse(String text) {
        return JsonbText.parse(text);
    }

    /** Whether this is neither an object nor an array. */
    default boolean isScalar() {
        return !(this instanceof Arr) && !(this instanceof Obj);
    }
}
