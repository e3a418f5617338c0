package dev.quiverdb.storage.table;

/**
 * Stamps of rows that a bulk load put into the tablet before its transaction has committed. They
 * lie above every commit timestamp, so no snapshot sees them but the loader's own ({@link
 * Snapshot#withOwn}); at commit they give way to its timestamp.
 *
 * <pre>
 * bit 63     0
 * bit 62     1
 * bits 24-61 the transaction
 * bits 0-23  the command
 * </pre>
 */
public final class HiddenStamp {
    /** Below it are commit timestamps. */
    static final long FIRST = 1L << 62;

    private static final int COMMAND_BITS = 24;

    /** Commands from here on cannot load in bulk. */
    public static final int COMMANDS_MAX = 1 << COMMAND_BITS;

    private HiddenStamp() {}

    /** The stamp of rows loaded by a command of a transaction. */
    public static long of(long transactionId, int command) {
        assert transactionId > 0 && transactionId < 1L << (62 - COMMAND_BITS) : transactionId;
        assert command >= 0 && command < COMMANDS_MAX : command;
        return FIRST | transactionId << COMMAND_BITS | command;
    }

    public static boolean is(long stamp) {
        return stamp >= FIRST;
    }

    /** The loader. */
    public static long transaction(long stamp) {
        return (stamp & ~FIRST) >>> COMMAND_BITS;
    }

    public static int command(long stamp) {
        return (int) stamp & (COMMANDS_MAX - 1);
    }
}
