package dev.quiverdb.sql.parse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code AS name (columns)}. */
public final class Alias extends PgNode implements Clause {
    private final String name;
    private final List<String> columns;

    public Alias(Span span, String name, List<String> columns) {
        super(span);
        this.name = name;
        this.columns = List.copyOf(columns);
    }

    public String name() {
        return name;
    }

    public List<String> columns() {
        return columns;
    }

    @Override
    protected @Nullable Object[] components() {
        return new @Nullable Object[] {name, columns};
    }
}
