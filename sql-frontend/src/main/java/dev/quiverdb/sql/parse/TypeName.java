package dev.quiverdb.sql.parse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A type as written. {@code names} is the possibly qualified name; SQL spellings arrive already
 * translated, so {@code int} is {@code pg_catalog.int4} and {@code char(3)} is {@code
 * pg_catalog.bpchar} with typmod 3. INTERVAL field restrictions arrive as an integer typmod with
 * PostgreSQL's range mask. {@code arrayBounds} has one entry a dimension, -1 where no bound was
 * written.
 */
public final class TypeName extends PgNode implements Clause {
    private final List<String> names;
    private final boolean setof;
    private final boolean percentType;
    private final List<Expr> typmods;
    private final List<Integer> arrayBounds;

    public TypeName(
            Span span,
            List<String> names,
            boolean setof,
            boolean percentType,
            List<Expr> typmods,
            List<Integer> arrayBounds) {
        super(span);
        this.names = List.copyOf(names);
        this.setof = setof;
        this.percentType = percentType;
        this.typmods = List.copyOf(typmods);
        this.arrayBounds = List.copyOf(arrayBounds);
    }

    public List<String> names() {
        return names;
    }

    public boolean setof() {
        return setof;
    }

    public boolean percentType() {
        return percentType;
    }

    public List<Expr> typmods() {
        return typmods;
    }

    public List<Integer> arrayBounds() {
        return arrayBounds;
    }

    @Override
    protected @Nullable Object[] components() {
        return new @Nullable Object[] {names, setof, percentType, typmods, arrayBounds};
    }
}
