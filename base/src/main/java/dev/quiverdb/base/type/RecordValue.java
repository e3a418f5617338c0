package dev.quiverdb.base.type;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row as a value: of an anonymous {@code ROW(...)} or of a composite type. Fields may be null.
 * Immutable. {@code equals} compares types and values as Java does; SQL compares with {@link
 * Type#compare}.
 */
public final class RecordValue {
    private final List<Type> types;
    private final List<String> names;
    private final @Nullable Object[] values;

    private RecordValue(List<Type> types, List<String> names, @Nullable Object[] values) {
        if (types.size() != values.length) {
            throw new IllegalArgumentException(
                    types.size() + " types, " + values.length + " values");
        }
        this.types = types;
        this.names = names;
        this.values = values;
    }

    /** Copies what it is given. */
    public static RecordValue of(List<Type> types, @Nullable Object... values) {
        return new RecordValue(List.copyOf(types), List.of(), values.clone());
    }

    /** The same with names for its fields; they are no part of its value. */
    public RecordValue named(List<String> fieldNames) {
        return new RecordValue(types, List.copyOf(fieldNames), values);
    }

    /** The name of a field, counted from 0; {@code f1} and so on where it has none. */
    public String name(int index) {
        return index < names.size() ? names.get(index) : "f" + (index + 1);
    }

    /** The names of all fields; empty where they have none. */
    public List<String> names() {
        return names;
    }

    public int size() {
        return values.length;
    }

    /** The value of a field, counted from 0. */
    public @Nullable Object get(int index) {
        return values[index];
    }

    public Type type(int index) {
        return types.get(index);
    }

    public List<Type> types() {
        return types;
    }

    public List<@Nullable Object> values() {
        return Collections.unmodifiableList(new ArrayList<@Nullable Object>(Arrays.asList(values)));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RecordValue that
                && types.equals(that.types)
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "ROW" + Arrays.toString(values);
    }
}
