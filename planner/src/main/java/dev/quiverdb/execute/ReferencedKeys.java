package dev.quiverdb.execute;

import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.plan.Family;
import dev.quiverdb.plan.Relation;
import dev.quiverdb.plan.Relation.ForeignKey;
import dev.quiverdb.storage.LockStrength;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the rows that foreign keys refer to, in the newest state, and locks them; of a
 * partitioned table in the partition that the key belongs to. For one statement.
 */
final class ReferencedKeys {
    private final Compiler compiler;
    private final Map<Integer, PartitionedTarget> partitioned = new HashMap<>();

    ReferencedKeys(Compiler compiler) {
        this.compiler = compiler;
    }

    /** Whether there is a row with the key, none of whose values is null. */
    boolean exists(ExecutionContext now, ForeignKey key, @Nullable Object[] values) {
        var wanted = KeyCasts.apply(now, key.casts(), values);
        if (wanted == null) {
            return false;
        }
        int tablet = key.targetTabletId();
        int index = key.targetIndexId();
        if (key.targetPartitioned()) {
            var target =
                    partitioned.computeIfAbsent(
                            key.oid(),
                            _ ->
                                    new PartitionedTarget(
                                            now.relation(key.target().oid()), key, compiler));
            var leaf = target.partition(wanted);
            if (leaf == null) {
                return false;
            }
            tablet = leaf.tabletId();
            index = target.index(leaf);
        }
        var ordered = key.keyOrder().stream().map(i -> wanted[i]).toArray();
        return now.transaction().findByKeyLatest(tablet, index, ordered, LockStrength.KEY_SHARE)
                >= 0;
    }

    /** The partitions of a table that a key refers to. */
    private static final class PartitionedTarget {
        private final Family family;
        private final RowRouter router;
        private final int width;
        private final ForeignKey key;

        /** The index referred to, and those of partitions that belong to it. */
        private final Set<Integer> indexes = new HashSet<>();

        PartitionedTarget(Relation target, ForeignKey key, Compiler compiler) {
            var all = target.family();
            var partitioning = all == null ? null : all.partitioning();
            if (all == null || partitioning == null) {
                throw new IllegalStateException(target.name() + " is not partitioned");
            }
            family = all;
            router = new RowRouter(partitioning, compiler);
            width = target.columns().size();
            this.key = key;
            indexes.add(key.targetIndexId());
            // Tables come before their partitions.
            for (var member : all.members()) {
                for (var index : member.relation().indexes()) {
                    if (indexes.contains(index.parent())) {
                        indexes.add(index.oid());
                    }
                }
            }
        }

        /** Where a row with the key would be; null where no partition takes it. */
        @Nullable Relation partition(Object[] values) {
            @Nullable Object[] row = new @Nullable Object[width];
            for (int i = 0; i < values.length; i++) {
                row[key.targetPositions().get(i)] = values[i];
            }
            int member = router.routeIfAny(row);
            return member < 0 ? null : family.members().get(member).relation();
        }

        int index(Relation partition) {
            for (var index : partition.indexes()) {
                if (indexes.contains(index.oid())) {
                    return index.indexId();
                }
            }
            throw new IllegalStateException(
                    partition.name() + " lacks the index that " + key.name() + " refers to");
        }
    }
}
