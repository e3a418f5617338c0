package dev.quiverdb.sql.parse;

import org.jspecify.annotations.Nullable;

/** A role as written; {@code name} is set for NAME alone. */
public final class RoleSpec extends PgNode implements Clause {

    /** How the role was named. */
    public enum Kind {
        NAME,
        CURRENT_ROLE,
        CURRENT_USER,
        SESSION_USER,
        PUBLIC
    }

    private final Kind kind;
    private final @Nullable String name;

    public RoleSpec(Span span, Kind kind, @Nullable String name) {
        super(span);
        this.kind = kind;
        this.name = name;
    }

    public Kind kind() {
        return kind;
    }

    public @Nullable String name() {
        return name;
    }

    @Override
    protected @Nullable Object[] components() {
        return new @Nullable Object[] {kind, name};
    }
}
