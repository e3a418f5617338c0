package dev.quiverdb.sql.bind;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.parse.Command;
import dev.quiverdb.sql.parse.IntoClause;
import java.util.List;
import java.util.Map;
import org.apache.calcite.rel.RelNode;
import org.jspecify.annotations.Nullable;

/** A statement whose names and types are resolved. */
public sealed interface BoundStatement {
    /**
     * A result column. Where it is a table's column, {@code relation} and {@code column} say which.
     */
    record Output(String name, Type type, int typmod, int relation, int column) {}

    /** Kinds of statements that yield or change rows, for the command tag. */
    enum Kind {
        SELECT,
        INSERT,
        UPDATE,
        DELETE,
        MERGE
    }

    /**
     * A query or a change of rows.
     *
     * @param rel its rows; for a change a {@link dev.quiverdb.sql.algebra.PgRel.Modify}, perhaps
     *     below WITH
     * @param outputs columns of the result; none for a change without RETURNING
     * @param parameters types of {@code $1...}
     * @param uses versions of the catalog objects that were looked at, by OID
     * @param accesses what is done with which relations, for the check of privileges
     * @param numbering the numbers that its parts have, for what the rewriter adds
     * @param into SELECT INTO, CREATE TABLE AS; null for others
     * @param readOnly whether it changes and locks nothing by itself (functions it calls may)
     */
    record Rows(
            Kind kind,
            RelNode rel,
            List<Output> outputs,
            List<Type> parameters,
            Map<Integer, Long> uses,
            List<RelationAccess> accesses,
            Numbering numbering,
            @Nullable IntoClause into,
            boolean readOnly)
            implements BoundStatement {
        public Rows {
            outputs = List.copyOf(outputs);
            parameters = List.copyOf(parameters);
            uses = Map.copyOf(uses);
            accesses = List.copyOf(accesses);
        }

        public List<PgType> types() {
            return outputs.stream()
                    .map(output -> PgType.of(output.type(), output.typmod()))
                    .toList();
        }
    }

    /**
     * Everything else: the caller does it, with {@link dev.quiverdb.sql.bind.ddl.DdlBinder} where
     * it is DDL.
     */
    record Utility(Command command) implements BoundStatement {}
}
