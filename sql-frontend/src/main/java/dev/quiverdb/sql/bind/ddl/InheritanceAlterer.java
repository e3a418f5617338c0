package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.TableDdl;
import dev.quiverdb.sql.parse.TableElement;
import java.util.ArrayList;
import java.util.List;

/** ALTER TABLE's actions on who inherits from whom, and on partitions. */
final class InheritanceAlterer {
    private final Change change;

    InheritanceAlterer(Change change) {
        this.change = change;
    }

    /** ATTACH PARTITION. */
    void attach(Relation parent, TableDdl.AlterAction action) {
        var partition = partition(action);
        var bound = partition.bound();
        var child = change.relation(partition.relation());
        change.requireOwner(child);
        change.lock(child.oid());
        if (!parent.isPartitioned()) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE,
                    "table \"" + parent.name() + "\" is not partitioned");
        }
        if (child.kind() != 'r') {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE, "\"" + child.name() + "\" is not a table");
        }
        if (child.isPartition()) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE, "\"" + child.name() + "\" is already a partition");
        }
        if (!child.parents().isEmpty()) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE, "cannot attach inheritance child as partition");
        }
        if (!child.isPartitioned() && !change.catalog().children(child.oid()).isEmpty()) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE, "cannot attach inheritance parent as partition");
        }
        if (change.catalog().family(child).stream().anyMatch(r -> r.oid() == parent.oid())) {
            throw new SqlException(SqlState.DUPLICATE_TABLE, "circular inheritance not allowed")
                    .withDetail(
                            "\""
                                    + child.name()
                                    + "\" is already a child of \""
                                    + parent.name()
                                    + "\".");
        }
        for (var column : child.liveColumns()) {
            if (parent.column(column.name()) == null) {
                throw new SqlException(
                                SqlState.DATATYPE_MISMATCH,
                                "table \""
                                        + child.name()
                                        + "\" contains column \""
                                        + column.name()
                                        + "\" not found in parent \""
                                        + parent.name()
                                        + "\"")
                        .withDetail(
                                "The new partition may contain only the columns present in"
                                        + " parent.");
            }
        }
        var inheritance = new Inheritance(change);
        inheritance.checkChild(parent, child);
        if (bound == null) {
            throw SqlException.internal("ATTACH PARTITION without bound");
        }
        var made = new Partitions(change).bound(bound, parent, child.name());
        var attached = child.toBuilder().parents(List.of(parent.oid())).bound(made).build();
        change.put(attached);
        inheritance.partitionIndexes(parent, attached);
        new ForeignKeys(change).attach(parent, attached, false);
        inheritance.touch(parent.oid());
        for (var member : change.catalog().family(attached)) {
            change.lock(member.oid());
            if (!member.isPartitioned()) {
                change.add(new DdlAction.ValidatePartition(member, false));
            }
        }
        var rest = new Partitions(change).defaultPartition(parent);
        if (rest != null && rest.oid() != child.oid()) {
            change.lock(rest.oid());
            change.add(new DdlAction.ValidatePartition(rest, true));
        }
    }

    /** DETACH PARTITION. */
    void detach(Relation parent, TableDdl.AlterAction action) {
        var partition = partition(action);
        var child = change.relation(partition.relation());
        change.lock(child.oid());
        if (!child.isPartition() || !child.parents().contains(parent.oid())) {
            throw new SqlException(
                    SqlState.UNDEFINED_TABLE,
                    "relation \""
                            + child.name()
                            + "\" is not a partition of relation \""
                            + parent.name()
                            + "\"");
        }
        change.put(child.toBuilder().parents(List.of()).bound(null).build());
        new ForeignKeys(change).detach(parent, child);
        for (var index : change.catalog().indexes(child.oid())) {
            if (!index.parents().isEmpty()) {
                change.put(index.toBuilder().parents(List.of()).build());
            }
        }
        new Inheritance(change).touch(parent.oid());
    }

    /** INHERIT. */
    void addInherit(Relation child, TableDdl.AlterAction action) {
        if (!(action.definition() instanceof dev.quiverdb.sql.parse.RangeVar name)) {
            throw SqlException.internal("INHERIT of nothing");
        }
        if (child.isPartition()) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE, "cannot change inheritance of a partition");
        }
        if (child.isPartitioned()) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE, "cannot change inheritance of partitioned table");
        }
        var inheritance = new Inheritance(change);
        var parent = inheritance.parents(List.of(name), false, child.isTemporary()).getFirst();
        if (child.parents().contains(parent.oid())) {
            throw new SqlException(
                    SqlState.DUPLICATE_TABLE,
                    "relation \"" + parent.name() + "\" would be inherited from more than once");
        }
        if (change.catalog().family(child).stream().anyMatch(r -> r.oid() == parent.oid())) {
            throw new SqlException(SqlState.DUPLICATE_TABLE, "circular inheritance not allowed")
                    .withDetail(
                            "\""
                                    + parent.name()
                                    + "\" is already a child of \""
                                    + child.name()
                                    + "\".");
        }
        inheritance.checkChild(parent, child);
        var parents = new ArrayList<>(child.parents());
        parents.add(parent.oid());
        change.put(child.toBuilder().parents(parents).build());
        inheritance.touch(parent.oid());
    }

    /** NO INHERIT. */
    void dropInherit(Relation child, TableDdl.AlterAction action) {
        if (!(action.definition() instanceof dev.quiverdb.sql.parse.RangeVar name)) {
            throw SqlException.internal("NO INHERIT of nothing");
        }
        if (child.isPartition()) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE, "cannot change inheritance of a partition");
        }
        var parent = change.relation(name);
        if (!child.parents().contains(parent.oid())) {
            throw new SqlException(
                    SqlState.UNDEFINED_TABLE,
                    "relation \""
                            + parent.name()
                            + "\" is not a parent of relation \""
                            + child.name()
                            + "\"");
        }
        var parents = new ArrayList<>(child.parents());
        parents.remove(Integer.valueOf(parent.oid()));
        change.put(child.toBuilder().parents(parents).build());
        new Inheritance(change).touch(parent.oid());
    }

    private static TableElement.Partition partition(TableDdl.AlterAction action) {
        if (action.definition() instanceof TableElement.Partition partition) {
            return partition;
        }
        throw SqlException.internal("no partition to attach or detach");
    }
}
