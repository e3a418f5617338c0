package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Jsonb;
import dev.quiverdb.base.type.JsonbBuilder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Paths of keys and indexes through jsonb: {@code #>}, jsonb_set, jsonb_insert, {@code #-} and
 * subscripts.
 */
public final class JsonPaths {
    private enum Mode {
        REPLACE,
        CREATE,
        INSERT_BEFORE,
        INSERT_AFTER,
        DELETE,
        /** Subscripted assignment: creates containers and fills gaps with null. */
        ASSIGN
    }

    public static @Nullable Jsonb extract(Jsonb json, List<String> path) {
        Jsonb current = json;
        for (var key : path) {
            current = step(current, key);
            if (current == null) {
                return null;
            }
        }
        return current;
    }

    private static @Nullable Jsonb step(Jsonb json, String key) {
        return switch (json) {
            case Jsonb.Obj object -> object.get(key);
            case Jsonb.Arr array -> {
                var index = index(key);
                yield index == null ? null : element(array, index);
            }
            default -> null;
        };
    }

    static @Nullable Jsonb element(Jsonb.Arr array, int index) {
        int at = index < 0 ? array.elements().size() + index : index;
        return at >= 0 && at < array.elements().size() ? array.elements().get(at) : null;
    }

    private static @Nullable Integer index(String key) {
        try {
            return Integer.valueOf(key.trim());
        } catch (NumberFormatException noNumber) {
            return null;
        }
    }

    static Jsonb set(Jsonb json, List<@Nullable String> path, Jsonb value, boolean create) {
        if (json.isScalar()) {
            throw new SqlException(SqlState.INVALID_PARAMETER_VALUE, "cannot set path in scalar");
        }
        boolean empty = size(json) == 0;
        return path.isEmpty() || (empty && !create)
                ? json
                : change(json, path, 0, value, create ? Mode.CREATE : Mode.REPLACE);
    }

    static Jsonb insert(Jsonb json, List<@Nullable String> path, Jsonb value, boolean after) {
        if (json.isScalar()) {
            throw new SqlException(SqlState.INVALID_PARAMETER_VALUE, "cannot set path in scalar");
        }
        return path.isEmpty()
                ? json
                : change(json, path, 0, value, after ? Mode.INSERT_AFTER : Mode.INSERT_BEFORE);
    }

    static Jsonb delete(Jsonb json, List<@Nullable String> path) {
        if (json.isScalar()) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE, "cannot delete path in scalar");
        }
        return path.isEmpty() || size(json) == 0
                ? json
                : change(json, path, 0, Jsonb.Nil.INSTANCE, Mode.DELETE);
    }

    /** {@code SET j['a']['b'] = value}; a missing container is made. */
    public static Jsonb assign(@Nullable Jsonb json, List<String> path, @Nullable Jsonb value) {
        var start = json == null ? container(path.getFirst()) : json;
        var list = new ArrayList<@Nullable String>(path);
        return change(start, list, 0, value == null ? Jsonb.Nil.INSTANCE : value, Mode.ASSIGN);
    }

    private static Jsonb container(String firstKey) {
        return index(firstKey) == null ? new JsonbBuilder().build() : new Jsonb.Arr(List.of());
    }

    private static int size(Jsonb json) {
        return switch (json) {
            case Jsonb.Obj object -> object.members().size();
            case Jsonb.Arr array -> array.elements().size();
            default -> 1;
        };
    }

    private static Jsonb change(
            Jsonb json, List<@Nullable String> path, int level, Jsonb value, Mode mode) {
        var key = path.get(level);
        if (key == null) {
            throw new SqlException(
                    SqlState.NULL_VALUE_NOT_ALLOWED,
                    "path element at position " + (level + 1) + " is null");
        }
        return switch (json) {
            case Jsonb.Obj object -> inObject(object, key, path, level, value, mode);
            case Jsonb.Arr array -> inArray(array, key, path, level, value, mode);
            default -> {
                if (mode == Mode.ASSIGN) {
                    throw new SqlException(
                                    SqlState.INVALID_PARAMETER_VALUE, "cannot replace existing key")
                            .withDetail(
                                    "The path assumes key is a composite object, but it is a scalar value.");
                }
                yield json;
            }
        };
    }

    private static Jsonb inObject(
            Jsonb.Obj object,
            String key,
            List<@Nullable String> path,
            int level,
            Jsonb value,
            Mode mode) {
        var builder = new JsonbBuilder();
        object.members().forEach(member -> builder.put(member.key(), member.value()));
        var current = object.get(key);
        boolean last = level == path.size() - 1;
        if (!last) {
            if (current != null) {
                builder.put(key, change(current, path, level + 1, value, mode));
            } else if (mode == Mode.ASSIGN) {
                builder.put(key, nested(path, level + 1, value));
            }
            return builder.build();
        }
        switch (mode) {
            case DELETE -> builder.remove(key);
            case REPLACE -> {
                if (current != null) {
                    builder.put(key, value);
                }
            }
            case CREATE, ASSIGN -> builder.put(key, value);
            case INSERT_BEFORE, INSERT_AFTER -> {
                if (current != null) {
                    throw new SqlException(
                                    SqlState.INVALID_PARAMETER_VALUE, "cannot replace existing key")
                            .withHint("Try using the function jsonb_set to replace key value.");
                }
                builder.put(key, value);
            }
        }
        return builder.build();
    }

    /** The value within new containers for the rest of a path. */
    private static Jsonb nested(List<@Nullable String> path, int level, Jsonb value) {
        if (level == path.size()) {
            return value;
        }
        return change(
                container(java.util.Objects.requireNonNull(path.get(level))),
                path,
                level,
                value,
                Mode.ASSIGN);
    }

    private static Jsonb inArray(
            Jsonb.Arr array,
            String key,
            List<@Nullable String> path,
            int level,
            Jsonb value,
            Mode mode) {
        var index = index(key);
        if (index == null) {
            throw new SqlException(
                    SqlState.INVALID_TEXT_REPRESENTATION,
                    "path element at position "
                            + (level + 1)
                            + " is not an integer: \""
                            + key
                            + "\"");
        }
        var elements = new ArrayList<>(array.elements());
        int size = elements.size();
        int at = index;
        if (at < 0) {
            at = size + at;
            if (at < 0) {
                if (mode == Mode.ASSIGN) {
                    throw new SqlException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "path element at position "
                                    + (level + 1)
                                    + " is out of range: "
                                    + index);
                }
                at =
                        mode == Mode.CREATE
                                        || mode == Mode.INSERT_BEFORE
                                        || mode == Mode.INSERT_AFTER
                                ? -1
                                : Integer.MIN_VALUE;
            }
        }
        boolean inside = at >= 0 && at < size;
        if (level < path.size() - 1) {
            if (inside) {
                elements.set(at, change(elements.get(at), path, level + 1, value, mode));
            } else if (mode == Mode.ASSIGN) {
                fill(elements, at);
                elements.add(nested(path, level + 1, value));
            }
            return new Jsonb.Arr(elements);
        }
        switch (mode) {
            case DELETE -> {
                if (inside) {
                    elements.remove(at);
                }
            }
            case REPLACE -> {
                if (inside) {
                    elements.set(at, value);
                }
            }
            case CREATE -> {
                if (inside) {
                    elements.set(at, value);
                } else {
                    elements.add(at < 0 ? 0 : size, value);
                }
            }
            case ASSIGN -> {
                if (inside) {
                    elements.set(at, value);
                } else {
                    fill(elements, at);
                    elements.add(value);
                }
            }
            case INSERT_BEFORE -> elements.add(Math.clamp(at, 0, size), value);
            case INSERT_AFTER -> elements.add(inside ? at + 1 : at < 0 ? 0 : size, value);
        }
        return new Jsonb.Arr(elements);
    }

    private static void fill(List<Jsonb> elements, int size) {
        while (elements.size() < size) {
            elements.add(Jsonb.Nil.INSTANCE);
        }
    }

    private JsonPaths() {}
}
