package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.access.AccessIndex;
import org.jspecify.annotations.Nullable;

/** One step of transactional definition. */
sealed interface Definition {
    int tabletId();

    /** A new tablet with its indexes. */
    record CreateTablet(TabletSpec spec) implements Definition {
        @Override
        public int tabletId() {
            return spec.tabletId();
        }
    }

    /** The end of a tablet. */
    record DropTablet(int tabletId) implements Definition {}

    /** Other columns. */
    record AlterTablet(TabletSpec spec) implements Definition {
        @Override
        public int tabletId() {
            return spec.tabletId();
        }
    }

    /**
     * A new index.
     *
     * @param built holds the committed rows already; null where apply has to fill it
     */
    record CreateIndex(int tabletId, IndexSpec spec, @Nullable AccessIndex built)
            implements Definition {}

    /** The end of an index. */
    record DropIndex(int tabletId, int indexId) implements Definition {}
}
