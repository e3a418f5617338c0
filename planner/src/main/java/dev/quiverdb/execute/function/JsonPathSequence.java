package dev.quiverdb.execute.function;

import dev.quiverdb.base.type.Jsonb;
import java.util.ArrayList;
import java.util.List;

/** Items that a path yielded: {@link Jsonb}, or {@link ParseDates.Moment} of datetime(). */
final class JsonPathSequence {
    private final List<Object> items = new ArrayList<>();

    void add(Object item) {
        items.add(item);
    }

    List<Object> items() {
        return items;
    }

    int size() {
        return items.size();
    }

    boolean isEmpty() {
        return items.isEmpty();
    }
}
