package dev.quiverdb.server.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Foreign keys against the rows that are there already, by queries as ri_triggers.c has them. */
final class ForeignKeyValidation {
    private final SessionState state;
    private final StatementRunner statements;

    ForeignKeyValidation(SessionState state, StatementRunner statements) {
        this.state = state;
        this.statements = statements;
    }

    /** A key's columns as SQL: of the referring rows {@code fk} and the referenced {@code pk}. */
    private final class Columns {
        final List<String> names = new ArrayList<>();
        final List<String> texts = new ArrayList<>();
        final List<String> matches = new ArrayList<>();
        final List<String> present = new ArrayList<>();
        final List<String> missing = new ArrayList<>();

        Columns(Constraint key, Relation table, Relation target) {
            for (int i = 0; i < key.columns().size(); i++) {
                var name = table.column(key.columns().get(i)).name();
                var from = "fk." + Quoting.identifier(name);
                var to =
                        "pk."
                                + Quoting.identifier(
                                        target.column(key.referencedColumns().get(i)).name());
                names.add(name);
                texts.add(from + "::text");
                matches.add(to + " " + operator(key.equalities().get(i)) + " " + from);
                present.add(from + " IS NOT NULL");
                missing.add(from + " IS NULL");
            }
        }

        List<String> names() {
            return names.stream().map(Quoting::identifier).toList();
        }
    }

    /** A query's rows, whoever may read the tables: also those that a policy hides count. */
    private List<@Nullable Object[]> rows(String sql) {
        int definer = state.roles().definer();
        try {
            state.roles().definer(Role.BOOTSTRAP);
            return statements.rows(sql);
        } finally {
            state.roles().definer(definer);
        }
    }

    private String operator(int oid) {
        var operator = state.catalog().operator(oid);
        if (operator == null) {
            throw new IllegalStateException("no operator " + oid);
        }
        return "OPERATOR("
                + Quoting.identifier(state.catalog().schemaName(operator.schema()))
                + "."
                + operator.name()
                + ")";
    }

    private Relation relation(int oid) {
        var relation = state.catalog().relation(oid);
        if (relation == null) {
            throw new IllegalStateException("a foreign key of nothing");
        }
        return relation;
    }

    /** A relation with nothing that inherits from it, but for its partitions. */
    private String from(Relation relation) {
        return (relation.isPartitioned() ? "" : "ONLY ")
                + Quoting.qualified(state.catalog().schemaName(relation.schema()), relation.name());
    }

    private static String detail(List<String> names, @Nullable Object[] values) {
        return "Key ("
                + String.join(", ", names)
                + ")=("
                + String.join(", ", Arrays.stream(values).map(String::valueOf).toList())
                + ")";
    }

    /** Throws 23503 if a row refers to nothing. */
    void validate(Relation table, Constraint key) {
        var target = relation(key.referencedRelation());
        var columns = new Columns(key, table, target);
        var orphans =
                rows(
                        "SELECT %s FROM %s fk WHERE %s AND NOT EXISTS (SELECT 1 FROM %s pk WHERE %s) LIMIT 1"
                                .formatted(
                                        String.join(", ", columns.texts),
                                        from(table),
                                        String.join(" AND ", columns.present),
                                        from(target),
                                        String.join(" AND ", columns.matches)));
        if (!orphans.isEmpty()) {
            throw violation(table, key)
                    .withDetail(
                            detail(columns.names, orphans.getFirst())
                                    + " is not present in table \"%s\".".formatted(target.name()));
        }
        boolean mixed =
                key.match() == 'f'
                        && columns.names.size() > 1
                        && !rows("SELECT 1 FROM %s fk WHERE (%s) AND (%s) LIMIT 1"
                                        .formatted(
                                                from(table),
                                                String.join(" OR ", columns.missing),
                                                String.join(" OR ", columns.present)))
                                .isEmpty();
        if (mixed) {
            throw violation(table, key)
                    .withDetail("MATCH FULL does not allow mixing of null and nonnull key values.");
        }
    }

    private SqlException violation(Relation table, Constraint key) {
        return new SqlException(
                        SqlState.FOREIGN_KEY_VIOLATION,
                        "insert or update on table \"%s\" violates foreign key constraint \"%s\""
                                .formatted(table.name(), key.name()))
                .withTable(state.catalog().schemaName(table.schema()), table.name())
                .withConstraint(key.name());
    }

    /** Throws 23503 if a row refers to one of a partition that leaves. */
    void checkUnreferenced(Relation partition, Constraint key, boolean refersToItself) {
        var table = relation(key.relation());
        var columns = new Columns(key, table, partition);
        // Its own rows are already not among the table's.
        var referrers =
                refersToItself
                        ? "(SELECT %s FROM %s UNION ALL SELECT %s FROM %s)"
                                .formatted(
                                        String.join(", ", columns.names()),
                                        from(table),
                                        String.join(", ", columns.names()),
                                        from(partition))
                        : from(table);
        var referred =
                rows(
                        "SELECT %s FROM %s fk WHERE EXISTS (SELECT 1 FROM %s pk WHERE %s) LIMIT 1"
                                .formatted(
                                        String.join(", ", columns.texts),
                                        referrers,
                                        from(partition),
                                        String.join(" AND ", columns.matches)));
        if (!referred.isEmpty()) {
            throw new SqlException(
                            SqlState.FOREIGN_KEY_VIOLATION,
                            "removing partition \"%s\" violates foreign key constraint \"%s\""
                                    .formatted(partition.name(), key.name()))
                    .withDetail(
                            detail(columns.names, referred.getFirst())
                                    + " is still referenced from table \"%s\"."
                                            .formatted(table.name()))
                    .withTable(state.catalog().schemaName(table.schema()), table.name())
                    .withConstraint(key.name());
        }
    }
}
