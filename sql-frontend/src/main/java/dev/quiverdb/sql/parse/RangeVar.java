package dev.quiverdb.sql.parse;

import org.jspecify.annotations.Nullable;

/**
 * A relation as written in a FROM list or as a statement's target. {@code inherit} is false after
 * ONLY.
 */
public final class RangeVar extends PgNode implements Clause {

    /** Storage class asked for by CREATE; PERMANENT everywhere else. */
    public enum Persistence {
        PERMANENT,
        UNLOGGED,
        TEMPORARY
    }

    private final @Nullable String catalog;
    private final @Nullable String schema;
    private final String name;
    private final boolean inherit;
    private final Persistence persistence;
    private final @Nullable Alias alias;

    public RangeVar(
            Span span,
            @Nullable String catalog,
            @Nullable String schema,
            String name,
            boolean inherit,
            Persistence persistence,
            @Nullable Alias alias) {
        super(span);
        this.catalog = catalog;
        this.schema = schema;
        this.name = name;
        this.inherit = inherit;
        this.persistence = persistence;
        this.alias = alias;
    }

    public @Nullable String catalog() {
        return catalog;
    }

    public @Nullable String schema() {
        return schema;
    }

    public String name() {
        return name;
    }

    public boolean inherit() {
        return inherit;
    }

    public Persistence persistence() {
        return persistence;
    }

    public @Nullable Alias alias() {
        return alias;
    }

    @Override
    protected @Nullable Object[] components() {
        return new @Nullable Object[] {catalog, schema, name, inherit, persistence, alias};
    }
}
