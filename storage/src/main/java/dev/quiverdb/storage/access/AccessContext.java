package dev.quiverdb.storage.access;

import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.block.BlockStore;
import dev.quiverdb.storage.spill.SpillPlace;
import org.jspecify.annotations.Nullable;

/** What an index lives on. */
public interface AccessContext {
    /** Where it keeps its blocks; they are frozen and recovered together with the rows. */
    BlockStore blocks();

    /** Where goes what only open snapshots need, when it is too much for memory. */
    default SpillPlace spill() {
        return SpillPlace.ofSystem();
    }

    TabletSpec tablet();

    IndexSpec index();

    /**
     * The vectors of a column kept in fixed-stride slots; null for all other columns, whose values
     * an index that needs them keeps itself.
     */
    @Nullable SlotReader slots(int columnId);
}
