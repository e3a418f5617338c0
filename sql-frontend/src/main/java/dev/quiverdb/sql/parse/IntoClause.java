package dev.quiverdb.sql.parse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Target of SELECT INTO, CREATE TABLE AS and CREATE MATERIALIZED VIEW. */
public final class IntoClause extends PgNode implements Clause {

    /** What COMMIT does to a temporary table. */
    public enum OnCommit {
        NOOP,
        PRESERVE_ROWS,
        DELETE_ROWS,
        DROP
    }

    private final RangeVar relation;
    private final List<String> columns;
    private final @Nullable String accessMethod;
    private final List<Clause.Option> options;
    private final OnCommit onCommit;
    private final @Nullable String tablespace;
    private final Ddl.WithData withData;

    public IntoClause(
            Span span,
            RangeVar relation,
            List<String> columns,
            @Nullable String accessMethod,
            List<Clause.Option> options,
            OnCommit onCommit,
            @Nullable String tablespace,
            Ddl.WithData withData) {
        super(span);
        this.relation = relation;
        this.columns = List.copyOf(columns);
        this.accessMethod = accessMethod;
        this.options = List.copyOf(options);
        this.onCommit = onCommit;
        this.tablespace = tablespace;
        this.withData = withData;
    }

    public RangeVar relation() {
        return relation;
    }

    public List<String> columns() {
        return columns;
    }

    public @Nullable String accessMethod() {
        return accessMethod;
    }

    public List<Clause.Option> options() {
        return options;
    }

    public OnCommit onCommit() {
        return onCommit;
    }

    public @Nullable String tablespace() {
        return tablespace;
    }

    public Ddl.WithData withData() {
        return withData;
    }

    @Override
    protected @Nullable Object[] components() {
        return new @Nullable Object[] {
            relation, columns, accessMethod, options, onCommit, tablespace, withData
        };
    }
}
