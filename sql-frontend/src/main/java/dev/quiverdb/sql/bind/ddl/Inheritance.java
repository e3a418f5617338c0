package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.RangeVar;
import dev.quiverdb.sql.parse.TableElement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What tables take from those that they inherit from, after MergeAttributes. */
final class Inheritance {
    private final Change change;

    Inheritance(Change change) {
        this.change = change;
    }

    /** The tables that a new table inherits from. */
    List<Relation> parents(List<RangeVar> names, boolean partition, boolean temporary) {
        var parents = new ArrayList<Relation>();
        for (var name : names) {
            var parent = change.relation(name);
            if (parent.kind() != 'r') {
                throw new SqlException(
                        SqlState.WRONG_OBJECT_TYPE,
                        "inherited relation \""
                                + parent.name()
                                + "\" is not a table or foreign table");
            }
            change.requireOwner(parent);
            if (partition && !parent.isPartitioned()) {
                throw new SqlException(
                        SqlState.WRONG_OBJECT_TYPE, "\"" + parent.name() + "\" is not partitioned");
            }
            if (!partition && parent.isPartitioned()) {
                throw new SqlException(
                        SqlState.WRONG_OBJECT_TYPE,
                        "cannot inherit from partitioned table \"" + parent.name() + "\"");
            }
            if (!partition && parent.isPartition()) {
                throw new SqlException(
                        SqlState.WRONG_OBJECT_TYPE,
                        "cannot inherit from partition \"" + parent.name() + "\"");
            }
            if (parent.isTemporary() != temporary && (parent.isTemporary() || partition)) {
                throw new SqlException(
                        SqlState.WRONG_OBJECT_TYPE,
                        partition
                                ? parent.isTemporary()
                                        ? "cannot create a permanent relation as partition of"
                                                + " temporary relation \""
                                                + parent.name()
                                                + "\""
                                        : "cannot create a temporary relation as partition of"
                                                + " permanent relation \""
                                                + parent.name()
                                                + "\""
                                : "cannot inherit from temporary relation \""
                                        + parent.name()
                                        + "\"");
            }
            if (parents.stream().anyMatch(known -> known.oid() == parent.oid())) {
                throw new SqlException(
                        SqlState.DUPLICATE_TABLE,
                        "relation \""
                                + parent.name()
                                + "\" would be inherited from more than once");
            }
            change.lock(parent.oid());
            parents.add(parent);
        }
        return parents;
    }

    /** The parents' columns, merged where two have the same. */
    List<TableCreator.Draft> columns(List<Relation> parents) {
        var drafts = new ArrayList<TableCreator.Draft>();
        for (var parent : parents) {
            for (var column : parent.liveColumns()) {
                var draft = find(drafts, column.name());
                if (draft == null) {
                    drafts.add(draft(column));
                    continue;
                }
                change.notice(
                        "merging multiple inherited definitions of column \""
                                + column.name()
                                + "\"");
                checkType(
                        "inherited column \"" + column.name() + "\" has a type conflict",
                        draft.type,
                        type(column));
                draft.notNull |= column.notNull();
                if (draft.defaultSql == null && !column.isGenerated()) {
                    draft.defaultSql = column.defaultSql();
                } else if (column.defaultSql() != null
                        && !column.defaultSql().equals(draft.defaultSql)) {
                    draft.conflicting = true;
                }
            }
        }
        return drafts;
    }

    static TableCreator.@Nullable Draft find(List<TableCreator.Draft> drafts, String name) {
        for (var draft : drafts) {
            if (draft.name.equals(name)) {
                return draft;
            }
        }
        return null;
    }

    private PgType type(Column column) {
        return PgType.of(change.catalog().type(column.type()), column.typmod());
    }

    private TableCreator.Draft draft(Column column) {
        var draft = new TableCreator.Draft(column.name(), type(column), column.collation(), null);
        draft.notNull = column.notNull();
        draft.defaultSql = column.defaultSql();
        if (column.isGenerated()) {
            draft.generatedKind = column.generated();
        }
        return draft;
    }

    static void checkType(String message, PgType one, PgType other) {
        if (one.type().oid() != other.type().oid() || one.typmod() != other.typmod()) {
            throw new SqlException(SqlState.DATATYPE_MISMATCH, message)
                    .withDetail(
                            one.type().formatType(one.typmod())
                                    + " versus "
                                    + other.type().formatType(other.typmod()));
        }
    }

    /** Puts the parents' CHECKs on a new table, but for those that it has itself. */
    void checks(List<Relation> parents, Relation table) {
        var maker = new Constraints(change);
        for (var parent : parents) {
            for (var constraint : change.catalog().constraints(parent.oid())) {
                var check = constraint.check();
                if (constraint.kind() != 'c' || check == null || constraint.noInherit()) {
                    continue;
                }
                boolean known = false;
                for (var own : change.catalog().constraints(table.oid())) {
                    if (own.name().equals(constraint.name())) {
                        if (!check.equals(own.check())) {
                            throw new SqlException(
                                    SqlState.DUPLICATE_OBJECT,
                                    "check constraint name \""
                                            + constraint.name()
                                            + "\" appears multiple times but with different"
                                            + " expressions");
                        }
                        known = true;
                    }
                }
                if (!known) {
                    maker.putCheck(
                            table,
                            constraint.name(),
                            check,
                            constraint.columns().stream()
                                    .map(number -> TableCreator.number(parent, table, number))
                                    .toList(),
                            false,
                            true);
                }
            }
        }
    }

    /** Gives a partition its parent's indexes. */
    void partitionIndexes(Relation parent, Relation partition) {
        for (var index : change.catalog().indexes(parent.oid())) {
            if (change.catalog().indexes(partition.oid()).stream()
                    .anyMatch(own -> own.parents().contains(index.oid()))) {
                continue;
            }
            var found = matching(index, parent, partition);
            if (found == null) {
                new IndexCreator(change).copy(index, parent, current(partition), index.oid());
            } else {
                change.put(found.toBuilder().parents(List.of(index.oid())).build());
            }
        }
        if (partition.isPartitioned()) {
            for (var below : change.catalog().children(partition.oid())) {
                change.lock(below.oid());
                partitionIndexes(current(partition), current(below));
            }
        }
    }

    private Relation current(Relation table) {
        var now = change.catalog().relation(table.oid());
        return now == null ? table : now;
    }

    /** A free index of the partition that is the same as one of its parent. */
    private @Nullable Relation matching(Relation index, Relation parent, Relation partition) {
        var wanted = index.index();
        if (wanted == null) {
            return null;
        }
        for (var own : change.catalog().indexes(partition.oid())) {
            var part = own.index();
            if (part == null
                    || !own.parents().isEmpty()
                    || !part.method().equals(wanted.method())
                    || part.unique() != wanted.unique()
                    || part.keys().size() != wanted.keys().size()
                    || part.keyCount() != wanted.keyCount()
                    || !java.util.Objects.equals(part.predicate(), wanted.predicate())
                    || (change.catalog().constraintOfIndex(index) != null)
                            && change.catalog().constraintOfIndex(own) == null) {
                continue;
            }
            boolean same = true;
            for (int i = 0; i < part.keys().size(); i++) {
                var a = part.keys().get(i);
                var b = wanted.keys().get(i);
                int number =
                        b.column() == 0 ? 0 : TableCreator.number(parent, partition, b.column());
                same &=
                        a.column() == number
                                && java.util.Objects.equals(a.expression(), b.expression())
                                && a.operatorClass() == b.operatorClass()
                                && a.descending() == b.descending();
            }
            if (same) {
                return own;
            }
        }
        return null;
    }

    /** A table that is to become a child must have its parent's columns and checks. */
    void checkChild(Relation parent, Relation child) {
        for (var column : parent.liveColumns()) {
            var own = child.column(column.name());
            if (own == null) {
                throw new SqlException(
                        SqlState.DATATYPE_MISMATCH,
                        "child table is missing column \"" + column.name() + "\"");
            }
            if (own.type() != column.type() || own.typmod() != column.typmod()) {
                throw new SqlException(
                        SqlState.DATATYPE_MISMATCH,
                        "child table \""
                                + child.name()
                                + "\" has different type for column \""
                                + column.name()
                                + "\"");
            }
            if (column.notNull() && !own.notNull()) {
                throw new SqlException(
                        SqlState.DATATYPE_MISMATCH,
                        "column \"" + column.name() + "\" in child table must be marked NOT NULL");
            }
        }
        for (var constraint : change.catalog().constraints(parent.oid())) {
            if (constraint.kind() != 'c' || constraint.noInherit()) {
                continue;
            }
            var own =
                    change.catalog().constraints(child.oid()).stream()
                            .filter(c -> c.kind() == 'c' && c.name().equals(constraint.name()))
                            .findFirst();
            if (own.isEmpty()) {
                throw new SqlException(
                        SqlState.DATATYPE_MISMATCH,
                        "child table is missing constraint \"" + constraint.name() + "\"");
            }
            if (!java.util.Objects.equals(own.get().check(), constraint.check())) {
                throw new SqlException(
                        SqlState.DATATYPE_MISMATCH,
                        "child table \""
                                + child.name()
                                + "\" has different definition for check constraint \""
                                + constraint.name()
                                + "\"");
            }
        }
    }

    /** A parent's version grows, so that plans over it are made anew. */
    void touch(int parent) {
        var relation = change.catalog().relation(parent);
        if (relation != null) {
            change.lock(parent);
            change.put(relation.toBuilder().build());
            for (int above : relation.parents()) {
                touch(above);
            }
        }
    }

    /** A column that a partition's definition only adds constraints to. */
    static @Nullable String named(TableElement.Column column) {
        return column.type() == null ? column.name() : null;
    }
}
