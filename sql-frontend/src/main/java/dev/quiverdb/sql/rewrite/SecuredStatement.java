package dev.quiverdb.sql.rewrite;

import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.bind.BoundStatement;

/** A statement that a role may run, with the filters that it must see its rows through. */
public final class SecuredStatement {
    private final BoundStatement.Rows rows;
    private final BindContext context;

    SecuredStatement(BoundStatement.Rows rows, BindContext context) {
        this.rows = rows;
        this.context = context;
    }

    public BoundStatement.Rows rows() {
        return rows;
    }

    /** What the statement was bound against. */
    public BindContext context() {
        return context;
    }
}
