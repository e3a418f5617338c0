package dev.quiverdb.storage.block;

/** Stored bytes of a block are not what was written. */
public final class BlockDamagedException extends RuntimeException {
    private final long blockId;
    private final String file;
    private final long offset;

    public BlockDamagedException(long blockId, String file, long offset, String what) {
        super(
                "block "
                        + blockId
                        + " is damaged in file \""
                        + file
                        + "\" at offset "
                        + offset
                        + ": "
                        + what);
        this.blockId = blockId;
        this.file = file;
        this.offset = offset;
    }

    /** The block's number; negative for a block of the table or of the manifest. */
    public long blockId() {
        return blockId;
    }

    public String file() {
        return file;
    }

    public long offset() {
        return offset;
    }
}
