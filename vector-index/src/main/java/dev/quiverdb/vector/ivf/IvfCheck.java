package dev.quiverdb.vector.ivf;

/** Walks an index and compares what its parts say of each other. */
final class IvfCheck {
    private final IvfIndex index;

    IvfCheck(IvfIndex index) {
        this.index = index;
    }

    long run() {
        boolean[] used = new boolean[index.pool.count()];
        long entries = 0;
        int blocks = 0;
        for (int l = 0; l < index.centroids.end(); l++) {
            PostingList list = index.lists[l];
            if (!index.centroids.isLive(l)) {
                require(list.count == 0, "list " + l + " was merged away but has entries");
                continue;
            }
            for (int b = 0; b < list.blockCount(); b++) {
                int block = list.blocks[b];
                require(
                        block >= 0 && block < used.length && !used[block],
                        "block " + block + " of list " + l + " is used twice");
                require(
                        index.listOfBlock[block] == l,
                        "block " + block + " does not know its list " + l);
                used[block] = true;
                blocks++;
            }
            for (int i = 0; i < list.count; i++) {
                entries++;
                checkEntry(list, l, i);
            }
        }
        require(
                blocks + index.pool.freeCount() == used.length,
                "a block is neither free nor in a list");
        long placed = 0;
        int vectors = 0;
        for (int copy = 0; copy < index.places.length; copy++) {
            for (int place : index.places[copy]) {
                placed += place >= 0 ? 1 : 0;
                vectors += place >= 0 && copy == 0 ? 1 : 0;
            }
        }
        require(placed == entries, placed + " places for " + entries + " entries");
        require(vectors == index.count, vectors + " vectors where the count says " + index.count);
        return entries;
    }

    private void checkEntry(PostingList list, int number, int i) {
        int block = list.blocks[i >>> 5];
        int vecId = index.layout.id(index.pool.slab(block), index.pool.offset(block), i & 31);
        int place = block * 32 + (i & 31);
        boolean known = false;
        int inThisList = 0;
        for (int[] copy : index.places) {
            if (vecId >= 0 && vecId < copy.length) {
                known |= copy[vecId] == place;
                inThisList +=
                        copy[vecId] >= 0 && index.listOfBlock[copy[vecId] >>> 5] == number ? 1 : 0;
            }
        }
        require(
                known,
                "entry "
                        + i
                        + " of list "
                        + number
                        + " holds vector "
                        + vecId
                        + ", which is placed elsewhere");
        require(inThisList == 1, "vector " + vecId + " is in list " + number + " more than once");
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
