package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.sql.bind.TableExpressions;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Policy;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Relation;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Stored expressions after a label of an enum has another name: PostgreSQL keeps values in them,
 * here they are text, in which the label is written. Rows hold no label and need no change.
 */
final class LabelRenames {
    private final Change change;
    private final TableExpressions old;
    private final Catalog before;
    private final int type;
    private final String label;
    private final String newLabel;
    private final String literal;

    /**
     * @param before the catalog in which the texts can still be read
     * @param type OID of the enum
     * @param label its old name
     */
    LabelRenames(Change change, Catalog before, int type, String label, String newLabel) {
        this.change = change;
        this.before = before;
        this.type = type;
        this.label = label;
        this.newLabel = newLabel;
        old = new TableExpressions(change.context().with(before));
        literal = Quoting.literal(label);
    }

    /**
     * Writes the texts anew.
     *
     * @throws SqlException 0A000 where the check of a domain names the label
     */
    void apply() {
        for (var relation : before.objects(Relation.class)) {
            if (relation.index() == null) {
                table(relation);
                bound(relation);
            } else {
                index(relation);
            }
        }
        for (var constraint : before.objects(Constraint.class)) {
            var check = constraint.check();
            var table = before.relation(constraint.relation());
            if (check == null || !check.contains(literal)) {
                continue;
            }
            if (table == null) {
                throw SqlException.notSupported(
                        "renaming a label in the check of a domain is not supported");
            }
            change.put(
                    constraint.toBuilder()
                            .check(old.renamed(check, table, table, change.catalog()))
                            .build());
        }
        for (var policy : before.objects(Policy.class)) {
            policy(policy);
        }
    }

    /** Bounds of partitions by the enum. */
    private void bound(Relation partition) {
        var bound = partition.bound();
        var parent =
                partition.parents().isEmpty()
                        ? null
                        : before.relation(partition.parents().getFirst());
        var key = parent == null ? null : parent.partitionKey();
        var now = change.catalog().object(partition.oid());
        if (bound == null || parent == null || key == null || !(now instanceof Relation latest)) {
            return;
        }
        var columns = key.columns();
        var values = new ArrayList<Relation.PartitionDatum>();
        for (int i = 0; i < bound.values().size(); i++) {
            int column = columns.get(bound.strategy() == 'l' ? 0 : i).column();
            values.add(datum(bound.values().get(i), parent, column));
        }
        var upper = new ArrayList<Relation.PartitionDatum>();
        for (int i = 0; i < bound.upper().size(); i++) {
            upper.add(datum(bound.upper().get(i), parent, columns.get(i).column()));
        }
        if (!values.equals(bound.values()) || !upper.equals(bound.upper())) {
            change.put(
                    latest.toBuilder()
                            .bound(
                                    new Relation.PartitionBound(
                                            bound.strategy(),
                                            values,
                                            upper,
                                            bound.modulus(),
                                            bound.remainder()))
                            .build());
        }
    }

    private Relation.PartitionDatum datum(
            Relation.PartitionDatum datum, Relation parent, int column) {
        boolean renamed =
                column > 0 && parent.column(column).type() == type && label.equals(datum.text());
        return renamed ? new Relation.PartitionDatum(datum.kind(), newLabel) : datum;
    }

    private @Nullable String text(@Nullable String stored, Relation table) {
        return stored == null || !stored.contains(literal)
                ? stored
                : old.renamed(stored, table, table, change.catalog());
    }

    private void table(Relation table) {
        boolean any =
                table.liveColumns().stream()
                        .map(column -> column.defaultSql())
                        .anyMatch(sql -> sql != null && sql.contains(literal));
        if (!any) {
            return;
        }
        var columns =
                table.columns().stream()
                        .map(column -> {
                            var sql = column.defaultSql();
                            return column.dropped() || sql == null
                                    ? column
                                    : column.withDefault(text(sql, table));
                        })
                        .toList();
        change.put(table.toBuilder().columns(columns).build());
    }

    private void index(Relation index) {
        var part = index.index();
        var table = part == null ? null : before.relation(part.relation());
        if (part == null || table == null) {
            return;
        }
        var keys = new ArrayList<Relation.Key>();
        for (var key : part.keys()) {
            keys.add(
                    new Relation.Key(
                            key.column(),
                            text(key.expression(), table),
                            key.hidden(),
                            key.operatorClass(),
                            key.collation(),
                            key.descending(),
                            key.nullsFirst()));
        }
        var predicate = text(part.predicate(), table);
        if (keys.equals(part.keys()) && java.util.Objects.equals(predicate, part.predicate())) {
            return;
        }
        change.put(
                index.toBuilder()
                        .index(
                                new Relation.Index(
                                        part.relation(),
                                        part.method(),
                                        keys,
                                        part.keyCount(),
                                        part.unique(),
                                        part.primary(),
                                        part.nullsNotDistinct(),
                                        predicate,
                                        part.predicateColumn(),
                                        part.valid(),
                                        part.clustered()))
                        .build());
    }

    private void policy(Policy policy) {
        var table = before.relation(policy.relation());
        if (table == null) {
            return;
        }
        var using = text(policy.using(), table);
        var check = text(policy.withCheck(), table);
        if (!java.util.Objects.equals(using, policy.using())
                || !java.util.Objects.equals(check, policy.withCheck())) {
            change.put(
                    new Policy(
                            policy.oid(),
                            policy.version() + 1,
                            policy.name(),
                            policy.relation(),
                            policy.command(),
                            policy.permissive(),
                            policy.roles(),
                            using,
                            check));
        }
    }
}
