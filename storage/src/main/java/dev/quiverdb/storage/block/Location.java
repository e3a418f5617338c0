package dev.quiverdb.storage.block;

import java.nio.ByteBuffer;

/**
 * Where a block is stored and what must be found there; 48 bytes in its parent (drawn in {@code
 * README.md}). Owns its array.
 */
final class Location {
    static final int BYTES = 48;

    /** Nonce and tag. */
    static final int SEAL_BYTES = 28;

    /** Nowhere: page 0 holds no block. */
    static final Location NONE = new Location(0, 0, 0, 0, new byte[SEAL_BYTES], 0);

    final long page;
    final int pages;

    /** Of the block in memory; those that are not stored are zeros at its end. */
    final int blockPages;

    final int checksum;
    final byte[] seal;

    /** The image that it was written for; not stored. */
    final long born;

    Location(long page, int pages, int blockPages, int checksum, byte[] seal, long born) {
        this.page = page;
        this.pages = pages;
        this.blockPages = blockPages;
        this.checksum = checksum;
        this.seal = seal;
        this.born = born;
    }

    int blockBytes() {
        return blockPages * BlockStore.PAGE_BYTES;
    }

    int storedBytes() {
        return pages * BlockStore.PAGE_BYTES;
    }

    boolean isSomewhere() {
        return page != 0;
    }

    void encode(ByteBuffer target) {
        target.putLong(page).putInt(pages).putInt(checksum).put(seal).putInt(blockPages);
    }

    static Location decode(ByteBuffer source) {
        long page = source.getLong();
        int pages = source.getInt();
        int checksum = source.getInt();
        var seal = new byte[SEAL_BYTES];
        source.get(seal);
        int blockPages = source.getInt();
        if (blockPages == 0) {
            // Format version 1 stored all.
            blockPages = pages;
        }
        return page == 0 ? NONE : new Location(page, pages, blockPages, checksum, seal, 0);
    }
}
