package dev.quiverdb.server.catalog;

import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Relation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** pg_partition_tree, pg_partition_ancestors and pg_partition_root, of tables and indexes. */
final class PartitionCalls {
    private final Catalog catalog;

    PartitionCalls(Catalog catalog) {
        this.catalog = catalog;
    }

    /** A relation that is partitioned or a partition; null for any other. */
    private @Nullable Relation partitioned(int oid) {
        var relation = catalog.relation(oid);
        return relation != null && (isPartitioned(relation) || isPartition(relation))
                ? relation
                : null;
    }

    private boolean isPartitioned(Relation relation) {
        var index = relation.index();
        var table = index == null ? relation : catalog.relation(index.relation());
        return table != null && table.isPartitioned();
    }

    private static boolean isPartition(Relation relation) {
        return relation.index() == null ? relation.isPartition() : !relation.parents().isEmpty();
    }

    private List<Relation> partitions(Relation relation) {
        if (!isPartitioned(relation)) {
            return List.of();
        }
        return relation.index() == null
                ? catalog.children(relation.oid())
                : catalog.indexChildren(relation.oid());
    }

    /** The relation, its parent, and so on up to the root; none for one without partitions. */
    private List<Relation> upwards(int oid) {
        List<Relation> found = new ArrayList<>();
        for (var at = partitioned(oid); at != null; ) {
            found.add(at);
            at = isPartition(at) ? catalog.relation(at.parents().getFirst()) : null;
        }
        return found;
    }

    /** Rows of {@code (relid, parentrelid, isleaf, level)}, level by level. */
    List<@Nullable Object[]> tree(int oid) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        var root = partitioned(oid);
        List<Relation> level = root == null ? List.of() : List.of(root);
        for (int depth = 0; !level.isEmpty(); depth++) {
            List<Relation> below = new ArrayList<>();
            for (var relation : level) {
                rows.add(
                        new @Nullable Object[] {
                            number(relation.oid()),
                            isPartition(relation) ? number(relation.parents().getFirst()) : null,
                            !isPartitioned(relation),
                            depth
                        });
                below.addAll(partitions(relation));
            }
            level = below;
        }
        return rows;
    }

    List<@Nullable Object[]> ancestors(int oid) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (var relation : upwards(oid)) {
            rows.add(new @Nullable Object[] {number(relation.oid())});
        }
        return rows;
    }

    @Nullable Object root(int oid) {
        var upwards = upwards(oid);
        return upwards.isEmpty() ? null : number(upwards.getLast().oid());
    }

    private static Object number(int oid) {
        return Integer.toUnsignedLong(oid);
    }
}
