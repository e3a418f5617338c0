package dev.quiverdb.execute.expression;

import dev.quiverdb.base.type.Type;
import org.jspecify.annotations.Nullable;

/** Values as the key of a hash table, equal as SQL's types say; NULL equals NULL. */
public final class HashKey {
    private final Type[] types;
    private final @Nullable Object[] values;
    private final int hash;

    /** Takes the arrays over. */
    public HashKey(Type[] types, @Nullable Object[] values) {
        this.types = types;
        this.values = values;
        int combined = 1;
        for (int i = 0; i < values.length; i++) {
            var value = values[i];
            combined = 31 * combined + (value == null ? 0 : types[i].hash(value));
        }
        hash = combined ^ combined >>> 15;
    }

    public @Nullable Object[] values() {
        return values;
    }

    public boolean hasNull() {
        return Calls.hasNull(values);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof HashKey that)
                || hash != that.hash
                || values.length != that.values.length) {
            return false;
        }
        for (int i = 0; i < values.length; i++) {
            var left = values[i];
            var right = that.values[i];
            if (left == null || right == null) {
                if (left != null || right != null) {
                    return false;
                }
            } else if (!types[i].valuesEqual(left, right)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
