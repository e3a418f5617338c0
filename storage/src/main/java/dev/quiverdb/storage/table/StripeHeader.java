package dev.quiverdb.storage.table;

/**
 * The head of segment 0 of a stripe. All numbers little-endian.
 *
 * <pre>
 *    0  long  magic
 *    8  long  newest change (commit timestamp)
 *   16  int   live rows
 *   20  int   bytes of the heap that no row refers to
 *   24  int   segments
 *   28  int   heap blocks
 *   32  int   bytes used in the last heap block
 *   36  int   0
 *   40  long  block with the directory, 0 if it stands here
 *   48        zeros
 *   64  bits  live rows, 1,024 of them
 *  192  long  stamps, 1,024 of them: commit timestamp of the newest change of the slot
 * 8384  long  the directory, up to 88: block of each segment (0: not there), block of each heap block
 * 9088        columns
 * </pre>
 */
final class StripeHeader {
    static final long MAGIC = 0x3165_7069_7274_5351L;
    static final int NEWEST = 8;
    static final int LIVE_COUNT = 16;
    static final int GARBAGE = 20;
    static final int SEGMENTS = 24;
    static final int HEAPS = 28;
    static final int HEAP_USED = 32;
    static final int EXTERNAL = 40;
    static final int LIVE = 64;
    static final int STAMPS = 192;
    static final int DIRECTORY = STAMPS + 8 * Layout.SLOTS;
    static final int DIRECTORY_ENTRIES = 88;
    static final int BYTES = DIRECTORY + 8 * DIRECTORY_ENTRIES;

    private StripeHeader() {}
}
