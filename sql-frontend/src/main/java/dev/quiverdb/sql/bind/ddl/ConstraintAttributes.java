package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.parse.TableElement.Constraint;
import java.util.ArrayList;
import java.util.List;

/**
 * DEFERRABLE, INITIALLY DEFERRED and their opposites behind a column's constraint: the grammar
 * gives each as a constraint of its own, and they mean the one before them.
 */
final class ConstraintAttributes {
    private final List<Constraint> folded = new ArrayList<>();
    private boolean deferralSaid;
    private boolean beginningSaid;

    private ConstraintAttributes() {}

    /** A column's constraints without attributes, which are part of those that they mean. */
    static List<Constraint> fold(List<Constraint> written) {
        var attributes = new ConstraintAttributes();
        for (var one : written) {
            switch (one.kind()) {
                case ATTR_DEFERRABLE -> attributes.deferral(one, true, "DEFERRABLE");
                case ATTR_NOT_DEFERRABLE -> attributes.deferral(one, false, "NOT DEFERRABLE");
                case ATTR_DEFERRED -> attributes.beginning(one, true, "INITIALLY DEFERRED");
                case ATTR_IMMEDIATE -> attributes.beginning(one, false, "INITIALLY IMMEDIATE");
                default -> {
                    attributes.folded.add(one);
                    attributes.deferralSaid = false;
                    attributes.beginningSaid = false;
                }
            }
        }
        return attributes.folded;
    }

    private void deferral(Constraint attribute, boolean deferrable, String clause) {
        var meant = meant(attribute, clause);
        if (deferralSaid) {
            throw error(attribute, "multiple DEFERRABLE/NOT DEFERRABLE clauses not allowed");
        }
        deferralSaid = true;
        if (!deferrable && beginningSaid && meant.initiallyDeferred()) {
            throw mustBeDeferrable(attribute);
        }
        folded.set(folded.size() - 1, meant.deferred(deferrable, meant.initiallyDeferred()));
    }

    private void beginning(Constraint attribute, boolean deferred, String clause) {
        var meant = meant(attribute, clause);
        if (beginningSaid) {
            throw error(attribute, "multiple INITIALLY IMMEDIATE/DEFERRED clauses not allowed");
        }
        beginningSaid = true;
        if (deferred && deferralSaid && !meant.deferrable()) {
            throw mustBeDeferrable(attribute);
        }
        folded.set(folded.size() - 1, meant.deferred(meant.deferrable() || deferred, deferred));
    }

    private Constraint meant(Constraint attribute, String clause) {
        var last = folded.isEmpty() ? null : folded.getLast();
        if (last != null) {
            switch (last.kind()) {
                case PRIMARY_KEY, UNIQUE, EXCLUSION, FOREIGN_KEY -> {
                    return last;
                }
                default -> {}
            }
        }
        throw error(attribute, "misplaced " + clause + " clause");
    }

    private static SqlException mustBeDeferrable(Constraint at) {
        return error(at, "constraint declared INITIALLY DEFERRED must be DEFERRABLE");
    }

    private static SqlException error(Constraint at, String message) {
        return new SqlException(SqlState.SYNTAX_ERROR, message).withPosition(at.offset() + 1);
    }
}
