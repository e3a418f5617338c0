package dev.quiverdb.sql.rewrite;

import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.bind.Expressions;
import dev.quiverdb.sql.bind.Numbering;
import dev.quiverdb.sql.bind.PolicyConditions;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Policy;
import dev.quiverdb.sql.catalog.Relation;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * Row-level security, after rowsecurity.c: permissive policies joined by OR, restrictive ones by
 * AND, as a security barrier over the scan; WITH CHECK on the modify node.
 */
final class RowSecurity {
    private final BindContext context;
    private final Catalog catalog;
    private final Numbering numbering;
    private final Securing securing;

    /** Secures what a policy's condition itself reads. */
    interface Securing {
        RexNode secured(Relation relation, PolicyConditions.Condition condition, int role);
    }

    RowSecurity(BindContext context, Numbering numbering, Securing securing) {
        this.context = context;
        this.catalog = context.catalog();
        this.numbering = numbering;
        this.securing = securing;
    }

    private RexNode combine(
            Relation relation, int role, List<String> permissive, List<String> restrictive) {
        var condition =
                PolicyConditions.combine(
                        context.withRole(role), numbering, relation, permissive, restrictive);
        return securing.secured(relation, condition, role);
    }

    private boolean applies(Relation relation, int role) {
        if (!relation.rowSecurity()) {
            return false;
        }
        var who = catalog.role(role);
        if (who == null || who.superuser() || who.bypassRowSecurity()) {
            return false;
        }
        return relation.forceRowSecurity() || !catalog.hasPrivilegesOf(role, relation.owner());
    }

    /**
     * The scan, behind its policies' USING.
     *
     * @param change what changes the scan's rows, whose policies they must meet too; null for
     *     nothing
     */
    RelNode filtered(PgRel.Scan scan, PgRel.@Nullable Modify change) {
        var relation = scan.relation();
        if (!applies(relation, scan.role())) {
            return scan;
        }
        if (change != null && !reads(change)) {
            boolean deletes = change.command() == PgRel.Modify.Command.DELETE;
            return new PgRel.Barrier(scan, using(relation, scan.role(), deletes ? 'd' : 'w'));
        }
        var condition = using(relation, scan.role(), 'r');
        if (change != null && change.command() != PgRel.Modify.Command.MERGE) {
            boolean deletes = change.command() == PgRel.Modify.Command.DELETE;
            var changed = using(relation, scan.role(), deletes ? 'd' : 'w');
            condition = PolicyConditions.both(context, condition, changed);
        }
        return new PgRel.Barrier(scan, condition);
    }

    private List<Policy> policies(Relation relation, int role, char command, boolean permissive) {
        var found = new ArrayList<Policy>();
        for (var policy : catalog.policies(relation.oid())) {
            boolean forCommand = policy.command() == '*' || policy.command() == command;
            boolean forRole =
                    policy.roles().contains(0)
                            || policy.roles().stream()
                                    .anyMatch(member -> catalog.hasPrivilegesOf(role, member));
            if (policy.permissive() == permissive && forCommand && forRole) {
                found.add(policy);
            }
        }
        return found;
    }

    private RexNode using(Relation relation, int role, char command) {
        return combine(
                relation,
                role,
                texts(policies(relation, role, command, true), false),
                texts(policies(relation, role, command, false), false));
    }

    private static List<String> texts(List<Policy> policies, boolean check) {
        var texts = new ArrayList<String>();
        for (var policy : policies) {
            var text = text(policy, check);
            texts.add(text == null ? "true" : text);
        }
        return texts;
    }

    private static @Nullable String text(Policy policy, boolean check) {
        var with = policy.withCheck();
        return check && with != null ? with : policy.using();
    }

    /** Whether a change reads its target's rows beyond finding them, so that SELECT is needed. */
    static boolean reads(PgRel.Modify change) {
        return switch (change.command()) {
            case MERGE -> true;
            case INSERT -> {
                var conflict = change.onConflict();
                yield returnsColumns(change)
                        || conflict != null
                                && (!conflict.arbiters().isEmpty() || !conflict.nothing());
            }
            case UPDATE, DELETE ->
                    returnsColumns(change)
                            || !isPlain(change.input())
                            || change.assignments().stream()
                                    .anyMatch(item -> Expressions.hasColumn(item.value()));
        };
    }

    /** The target alone, perhaps behind its policies. */
    private static boolean isPlain(RelNode input) {
        return input instanceof PgRel.Scan
                || input instanceof PgRel.Barrier barrier && isPlain(barrier.input());
    }

    private static boolean returnsColumns(PgRel.Modify change) {
        var returning = change.returning();
        return returning != null
                && returning.expressions().stream().anyMatch(Expressions::hasColumn);
    }

    /** Conditions on new rows: the permissive ones as one, each restrictive one by its name. */
    private void add(
            List<PgRel.WithCheck> checks,
            PgRel.CheckKind kind,
            Relation relation,
            char command,
            boolean withCheck) {
        int role = context.role();
        var permissive = texts(policies(relation, role, command, true), withCheck);
        checks.add(new PgRel.WithCheck(kind, "", combine(relation, role, permissive, List.of())));
        if (permissive.isEmpty()) {
            return;
        }
        for (var policy : policies(relation, role, command, false)) {
            var text = text(policy, withCheck);
            if (text != null) {
                var condition = combine(relation, role, List.of(text), List.of());
                checks.add(new PgRel.WithCheck(kind, policy.name(), condition));
            }
        }
    }

    /** The change with conditions on its new rows, after get_row_security_policies. */
    PgRel.Modify checked(PgRel.Modify modify) {
        var relation = modify.target();
        if (!applies(relation, context.role()) || modify.command() == PgRel.Modify.Command.DELETE) {
            return modify;
        }
        var checks = new ArrayList<>(modify.checks());
        boolean reads = reads(modify);
        switch (modify.command()) {
            case INSERT -> {
                add(checks, PgRel.CheckKind.POLICY, relation, 'a', true);
                if (reads) {
                    add(checks, PgRel.CheckKind.POLICY, relation, 'r', false);
                }
            }
            case UPDATE -> updated(checks, relation, reads);
            case DELETE, MERGE -> {
                // Nothing is common to all rows.
            }
        }
        return modify.withChecks(
                checks,
                conflict(modify, reads),
                modify.actions().stream().map(action -> action(relation, action)).toList());
    }

    private void updated(List<PgRel.WithCheck> checks, Relation relation, boolean reads) {
        add(checks, PgRel.CheckKind.POLICY, relation, 'w', true);
        if (reads) {
            add(checks, PgRel.CheckKind.POLICY, relation, 'r', false);
        }
    }

    private PgRel.@Nullable OnConflict conflict(PgRel.Modify modify, boolean reads) {
        var conflict = modify.onConflict();
        if (conflict == null || conflict.nothing()) {
            return conflict;
        }
        var relation = modify.target();
        var checks = new ArrayList<>(conflict.checks());
        add(checks, PgRel.CheckKind.POLICY_USING, relation, 'w', false);
        if (reads) {
            add(checks, PgRel.CheckKind.POLICY_USING, relation, 'r', false);
        }
        updated(checks, relation, reads);
        return conflict.withChecks(checks);
    }

    private PgRel.MergeAction action(Relation relation, PgRel.MergeAction action) {
        var checks = new ArrayList<>(action.checks());
        switch (action.command()) {
            case 'i' -> add(checks, PgRel.CheckKind.POLICY, relation, 'a', true);
            case 'u' -> {
                add(checks, PgRel.CheckKind.MERGE_USING, relation, 'w', false);
                updated(checks, relation, true);
            }
            case 'd' -> add(checks, PgRel.CheckKind.MERGE_USING, relation, 'd', false);
            default -> {
                // DO NOTHING.
            }
        }
        return action.withChecks(checks);
    }
}
