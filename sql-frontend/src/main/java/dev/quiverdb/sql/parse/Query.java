package dev.quiverdb.sql.parse;

import java.util.List;
import org.apache.calcite.sql.SqlKind;
import org.jspecify.annotations.Nullable;

/**
 * A whole query expression: a body and the clauses that apply to its result. LIMIT ALL is a NULL
 * literal in {@code limitCount}, as in PostgreSQL. SELECT ... INTO keeps its target in the
 * left-most {@link QueryBody.Select}. Parentheses leave no trace: {@code (SELECT 1)} is the Query
 * within.
 */
public final class Query extends PgNode implements Command {
    private final Clause.@Nullable With with;
    private final QueryBody body;
    private final List<Clause.SortBy> orderBy;
    private final @Nullable Expr limitCount;
    private final @Nullable Expr limitOffset;
    private final boolean withTies;
    private final List<Clause.Locking> locking;

    public Query(
            Span span,
            Clause.@Nullable With with,
            QueryBody body,
            List<Clause.SortBy> orderBy,
            @Nullable Expr limitCount,
            @Nullable Expr limitOffset,
            boolean withTies,
            List<Clause.Locking> locking) {
        super(span);
        this.with = with;
        this.body = body;
        this.orderBy = List.copyOf(orderBy);
        this.limitCount = limitCount;
        this.limitOffset = limitOffset;
        this.withTies = withTies;
        this.locking = List.copyOf(locking);
    }

    public Clause.@Nullable With with() {
        return with;
    }

    public QueryBody body() {
        return body;
    }

    public List<Clause.SortBy> orderBy() {
        return orderBy;
    }

    public @Nullable Expr limitCount() {
        return limitCount;
    }

    public @Nullable Expr limitOffset() {
        return limitOffset;
    }

    public boolean withTies() {
        return withTies;
    }

    public List<Clause.Locking> locking() {
        return locking;
    }

    @Override
    protected @Nullable Object[] components() {
        return new @Nullable Object[] {
            with, body, orderBy, limitCount, limitOffset, withTies, locking
        };
    }

    @Override
    public SqlKind getKind() {
        return SqlKind.SELECT;
    }
}
