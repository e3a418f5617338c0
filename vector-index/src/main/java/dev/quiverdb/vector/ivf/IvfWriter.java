package dev.quiverdb.vector.ivf;

import java.lang.foreign.Arena;

/** Inserts and deletes. One thread; takes the index's write lock for each change. */
public final class IvfWriter {
    private final IvfIndex index;
    private final Arena arena = Arena.ofAuto();
    private final Projector projector;
    private final Assigner assigner;
    private final EntryEncoder encoder;
    private final Rebalancer rebalancer;
    private final int[] chosen = new int[2];

    IvfWriter(IvfIndex index) {
        this.index = index;
        this.projector =
                new Projector(index.rotation, index.model.learned, index.options.metric(), arena);
        this.assigner =
                new Assigner(index.centroids, index.options.copies(), index.dimensions, arena);
        this.encoder = new EntryEncoder(index);
        this.rebalancer = new Rebalancer(index, this);
    }

    /**
     * Adds the vector of a slot; it is found from now on. Without effect for a vector that is
     * there.
     */
    public void insert(int vecId) {
        long stamp = index.lock.writeLock();
        try {
            index.ensurePlaces(vecId);
            if (index.contains(vecId)) {
                return;
            }
            projector.project(index.slots, vecId);
            assigner.assign(projector, chosen);
            for (int copy = 0; copy < index.options.copies(); copy++) {
                if (chosen[copy] >= 0) {
                    append(projector, chosen[copy], copy, vecId);
                }
            }
            index.count++;
            for (int copy = 0; copy < index.options.copies(); copy++) {
                if (chosen[copy] >= 0 && index.isTooLong(index.lists[chosen[copy]])) {
                    rebalancer.split(chosen[copy]);
                }
            }
        } finally {
            index.lock.unlockWrite(stamp);
        }
    }

    /** Removes a vector; its slot may be reused afterwards. Returns whether it was there. */
    public boolean delete(int vecId) {
        long stamp = index.lock.writeLock();
        try {
            if (!index.contains(vecId)) {
                return false;
            }
            int list = -1;
            for (int copy = 0; copy < index.options.copies(); copy++) {
                if (index.places[copy][vecId] >= 0) {
                    list = index.listOfBlock[index.places[copy][vecId] >>> 5];
                    remove(copy, vecId);
                }
            }
            index.count--;
            if (index.isTooShort(index.lists[list]) && index.centroids.liveCount() > 1) {
                rebalancer.merge(list);
            }
            return true;
        } finally {
            index.lock.unlockWrite(stamp);
        }
    }

    /** Puts an entry at the end of a list. The caller holds the write lock. */
    void append(Projector projected, int listNumber, int copy, int vecId) {
        PostingList list = index.lists[listNumber];
        if ((list.count & 31) == 0) {
            list.addBlock(index.newBlock(listNumber));
        }
        int block = list.blocks[list.count >>> 5];
        encoder.write(projected, listNumber, block, list.count & 31, vecId);
        index.places[copy][vecId] = block * 32 + (list.count & 31);
        list.count++;
        if (copy == 0) {
            index.placements.placed(vecId, listNumber);
        }
    }

    /**
     * Takes an entry out of its list; the list's last entry moves to its place. The caller holds
     * the write lock.
     */
    void remove(int copy, int vecId) {
        int place = index.places[copy][vecId];
        int block = place >>> 5;
        PostingList list = index.lists[index.listOfBlock[block]];
        int last = list.count - 1;
        int lastBlock = list.blocks[last >>> 5];
        int lastPlace = lastBlock * 32 + (last & 31);
        if (lastPlace != place) {
            int moved =
                    index.layout.id(
                            index.pool.slab(lastBlock), index.pool.offset(lastBlock), last & 31);
            index.layout.copy(
                    index.pool.slab(lastBlock),
                    index.pool.offset(lastBlock),
                    last & 31,
                    index.pool.slab(block),
                    index.pool.offset(block),
                    place & 31);
            for (int[] copies : index.places) {
                if (copies[moved] == lastPlace) {
                    copies[moved] = place;
                }
            }
        }
        index.layout.setId(index.pool.slab(lastBlock), index.pool.offset(lastBlock), last & 31, -1);
        index.places[copy][vecId] = -1;
        list.count = last;
        if ((last & 31) == 0) {
            index.pool.free(lastBlock);
        }
    }

    /** Projects a vector for {@link Rebalancer}. */
    Projector project(int vecId) {
        projector.project(index.slots, vecId);
        return projector;
    }

    /** Chooses a list for the copy of a vector, other than that of its other copy. */
    int choose(Projector projected, int copy, int vecId) {
        assigner.assign(projected, chosen);
        if (index.options.copies() == 1) {
            return chosen[0];
        }
        int otherPlace = index.places[1 - copy][vecId];
        if (otherPlace < 0) {
            return chosen[0];
        }
        int taken = index.listOfBlock[otherPlace >>> 5];
        return chosen[0] != taken ? chosen[0] : assigner.second(projected, taken);
    }
}
