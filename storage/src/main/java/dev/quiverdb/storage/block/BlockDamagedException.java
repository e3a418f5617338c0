package dev.quiverdb.storage.block;

import dev.quiverdb.base.world.DamagedException;

/** Stored bytes of a block are not what was written. */
public final class BlockDamagedException extends DamagedException {
    private final long blockId;
    private final long offset;

    public BlockDamagedException(long blockId, String file, long offset, String what) {
        super(
                file,
                "block "
                        + blockId
                        + " is damaged in file \""
                        + file
                        + "\" at offset "
                        + offset
                        + ": "
                        + what);
        this.blockId = blockId;
        this.offset = offset;
    }

    /** The block's number; negative for a block of the table or of the manifest. */
    public long blockId() {
        return blockId;
    }

    public long offset() {
        return offset;
    }
}
