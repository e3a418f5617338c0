package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.TableDdl;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** ALTER TABLE's actions on constraints that are there. */
final class ConstraintAlterer {
    private final Change change;

    ConstraintAlterer(Change change) {
        this.change = change;
    }

    /** The table's constraint of a name; null for none. */
    @Nullable Constraint find(Relation table, @Nullable String name) {
        for (var constraint : change.catalog().constraints(table.oid())) {
            if (constraint.name().equals(name)) {
                return constraint;
            }
        }
        return null;
    }

    private Constraint required(Relation table, TableDdl.AlterAction action) {
        var constraint = find(table, action.name());
        if (constraint == null) {
            throw new SqlException(SqlState.UNDEFINED_OBJECT, missing(table, action));
        }
        return constraint;
    }

    private static String missing(Relation table, TableDdl.AlterAction action) {
        return "constraint \""
                + action.name()
                + "\" of relation \""
                + table.name()
                + "\" does not exist";
    }

    /** VALIDATE CONSTRAINT. */
    void validate(Relation table, TableDdl.AlterAction action) {
        var constraint = required(table, action);
        if (constraint.kind() != 'f' && constraint.kind() != 'c') {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE,
                    "constraint \""
                            + action.name()
                            + "\" of relation \""
                            + table.name()
                            + "\" is not a foreign key or check constraint");
        }
        validate(table, constraint);
    }

    private void validate(Relation table, Constraint constraint) {
        if (constraint.validated()) {
            return;
        }
        var valid = constraint.toBuilder().validated(true).build();
        if (constraint.kind() == 'c' && !constraint.noInherit()) {
            for (var child : change.catalog().children(table.oid())) {
                var inherited = find(child, constraint.name());
                if (inherited != null) {
                    change.lock(child.oid());
                    validate(child, inherited);
                }
            }
        }
        change.put(valid);
        change.add(new DdlAction.ValidateConstraint(table, valid));
    }

    /** ALTER CONSTRAINT: when a foreign key is checked. */
    void alter(Relation table, TableDdl.AlterAction action) {
        var constraint = required(table, action);
        if (constraint.kind() != 'f') {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE,
                    "constraint \""
                            + action.name()
                            + "\" of relation \""
                            + table.name()
                            + "\" is not a foreign key constraint");
        }
        if (change.catalog().object(constraint.parent()) instanceof Constraint parent) {
            var top = parent;
            while (change.catalog().object(top.parent()) instanceof Constraint above) {
                top = above;
            }
            var error =
                    new SqlException(
                            SqlState.INTERNAL_ERROR,
                            "cannot alter constraint \""
                                    + action.name()
                                    + "\" on relation \""
                                    + table.name()
                                    + "\"");
            var of = change.catalog().relation(top.relation());
            throw (of == null
                            ? error
                            : error.withDetail(
                                    "Constraint \""
                                            + action.name()
                                            + "\" is derived from constraint \""
                                            + top.name()
                                            + "\" of relation \""
                                            + of.name()
                                            + "\"."))
                    .withHint("You may alter the constraint it derives from, instead.");
        }
        boolean deferrable = asks(action, "deferrable");
        boolean deferred = asks(action, "initdeferred");
        defer(constraint, deferrable, deferred);
    }

    private void defer(Constraint constraint, boolean deferrable, boolean deferred) {
        change.lock(constraint.relation());
        change.lock(constraint.referencedRelation());
        change.put(constraint.toBuilder().deferral(deferrable, deferred).build());
        for (var dependent : change.catalog().dependents(constraint.oid())) {
            if (dependent instanceof Constraint part && part.parent() == constraint.oid()) {
                defer(part, deferrable, deferred);
            }
        }
    }

    private static boolean asks(TableDdl.AlterAction action, String option) {
        return action.definition() instanceof Clause.ListOf list
                && list.items().stream()
                        .anyMatch(item ->
                                item instanceof Clause.Option one && one.name().equals(option));
    }

    /** DROP CONSTRAINT. */
    void drop(Relation table, TableDdl.AlterAction action) {
        var constraint = find(table, action.name());
        if (constraint == null) {
            var text = missing(table, action);
            if (action.missingOk()) {
                change.notice(text + ", skipping");
                return;
            }
            throw new SqlException(SqlState.UNDEFINED_OBJECT, text);
        }
        if (isInherited(table, constraint)) {
            throw new SqlException(
                    SqlState.INVALID_TABLE_DEFINITION,
                    "cannot drop inherited constraint \""
                            + action.name()
                            + "\" of relation \""
                            + table.name()
                            + "\"");
        }
        change.lock(
                constraint.referencedRelation() == 0
                        ? table.oid()
                        : constraint.referencedRelation());
        new Drops(change).remove(List.of(constraint), action.behavior() == Clause.Behavior.CASCADE);
    }

    private boolean isInherited(Relation table, Constraint constraint) {
        return switch (constraint.kind()) {
            case 'f' -> constraint.parent() != 0;
            case 'c' ->
                    table.parents().stream()
                            .map(change.catalog()::relation)
                            .anyMatch(parent ->
                                    parent != null && find(parent, constraint.name()) != null);
            default -> {
                var index = change.catalog().relation(constraint.index());
                yield index != null && !index.parents().isEmpty();
            }
        };
    }
}
