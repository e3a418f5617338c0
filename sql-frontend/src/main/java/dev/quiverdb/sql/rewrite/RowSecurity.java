package dev.quiverdb.sql.rewrite;

import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.bind.BindContext;
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

    RowSecurity(BindContext context) {
        this.context = context;
        this.catalog = context.catalog();
    }

    private boolean applies(Relation relation, int role) {
        if (!relation.rowSecurity()) {
            return false;
        }
        var who = catalog.role(role);
        if (who == null || who.superuser() || who.bypassRowSecurity()) {
            return false;
        }
        return relation.forceRowSecurity() || !catalog.isMember(role, relation.owner());
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
        var condition = using(relation, scan.role(), 'r');
        if (change != null) {
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
                                    .anyMatch(member -> catalog.isMember(role, member));
            if (policy.permissive() == permissive && forCommand && forRole) {
                found.add(policy);
            }
        }
        return found;
    }

    private RexNode using(Relation relation, int role, char command) {
        return PolicyConditions.combine(
                context,
                relation,
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

    private RexNode check(Relation relation, int role, char command) {
        return PolicyConditions.combine(
                context,
                relation,
                texts(policies(relation, role, command, true), true),
                texts(policies(relation, role, command, false), true));
    }

    /** The change with WITH CHECK for its new rows. */
    PgRel.Modify checked(PgRel.Modify modify) {
        var relation = modify.target();
        int role = context.role();
        if (!applies(relation, role) || modify.command() == PgRel.Modify.Command.DELETE) {
            return modify;
        }
        char command = modify.command() == PgRel.Modify.Command.INSERT ? 'a' : 'w';
        var checks = new ArrayList<>(modify.checks());
        checks.add(new PgRel.WithCheck(PgRel.CheckKind.POLICY, "", check(relation, role, command)));
        return modify.withChecks(checks);
    }
}
