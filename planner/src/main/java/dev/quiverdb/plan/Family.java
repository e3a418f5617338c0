package dev.quiverdb.plan;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Expression;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table with all that inherit from it, or are its partitions. A row id that a scan of the whole
 * family yields names the member too: {@code member << ROW_ID_BITS | row id}.
 *
 * @param members the table itself first
 * @param partitioning how a partitioned table parts its rows; null for others
 */
public record Family(List<Member> members, @Nullable Partitioning partitioning) {
    /** Bits of a row id that are the member's own. */
    public static final int ROW_ID_BITS = 44;

    private static final long ROW_ID_MASK = (1L << ROW_ID_BITS) - 1;

    public Family {
        members = List.copyOf(members);
    }

    /** The member that a row id is of. */
    public static int member(long rowId) {
        return (int) (rowId >>> ROW_ID_BITS);
    }

    /** The row id within its member. */
    public static long local(long rowId) {
        return rowId & ROW_ID_MASK;
    }

    /** What is added to a member's row ids. */
    public static long base(int member) {
        return (long) member << ROW_ID_BITS;
    }

    /**
     * A table of the family.
     *
     * @param positions for each visible column of the family's table its position in the member's
     *     table row
     * @param constraint over the member's table row: what a partition's rows must meet; null where
     *     it is none
     */
    public record Member(
            Relation relation, List<Integer> positions, @Nullable Expression constraint) {
        public Member {
            positions = List.copyOf(positions);
        }
    }

    /**
     * PARTITION BY of one level.
     *
     * @param strategy {@code l}, {@code r} or {@code h}
     * @param keys over the visible columns of the level's table
     * @param keyTexts as errors show them
     */
    public record Partitioning(
            String table,
            char strategy,
            List<Expression> keys,
            List<Type> types,
            List<String> keyTexts,
            List<Partition> partitions) {
        public Partitioning {
            keys = List.copyOf(keys);
            types = List.copyOf(types);
            keyTexts = List.copyOf(keyTexts);
            partitions = List.copyOf(partitions);
        }
    }

    /**
     * A partition of one level.
     *
     * @param member its number in the family
     * @param positions for each visible column of the level's table its position among the
     *     partition's visible columns
     * @param below how it parts its rows itself; null for a leaf
     */
    public record Partition(
            int member,
            dev.quiverdb.sql.catalog.Relation.PartitionBound bound,
            List<Integer> positions,
            @Nullable Partitioning below) {
        public Partition {
            positions = List.copyOf(positions);
        }
    }
}
