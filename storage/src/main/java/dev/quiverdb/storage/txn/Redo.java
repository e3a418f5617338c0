package dev.quiverdb.storage.txn;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.log.CommitLog;
import dev.quiverdb.storage.table.Layout;
import dev.quiverdb.storage.table.RowBuffer;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * The payload of a commit entry: definitions in their order, then rows by tablet. Big-endian.
 *
 * <pre>
 * record*   byte tag, then
 *   1 create tablet   spec (see {@link SpecCodec})
 *   2 drop tablet     int tablet
 *   3 alter tablet    spec
 *   4 create index    int tablet, index spec
 *   5 drop index      int tablet, int index
 *   6 rows            int tablet, int layout version (schema version), int count, row*
 *       row           byte 1 insert, 2 update, 3 delete; varlong row id; see {@link RowBuffer}
 *   7 sequence        long id, long last value, byte called        (in a mutation entry)
 *   8 sequence gone   long id
 *   9 part            int ordinal, int command, int tablet, int layout version, int stripe, int first slot,
 *                     int rows, see {@link dev.quiverdb.storage.table.StripePart}    (in a bulk entry)
 *  10 hidden tablet   int ordinal, spec                                              (in a bulk entry)
 *  11 show            long transaction, int first, int end: what it loaded with ordinals in
 *                     [first, end) becomes visible
 *  12 take back       long transaction, int first: what it loaded from that ordinal on goes
 * </pre>
 *
 * <p>Parts of one transaction's bulk loads have ascending ordinals. Show stands before everything
 * else in a commit.
 */
final class Redo {
    static final byte CREATE_TABLET = 1;
    static final byte DROP_TABLET = 2;
    static final byte ALTER_TABLET = 3;
    static final byte CREATE_INDEX = 4;
    static final byte DROP_INDEX = 5;
    static final byte ROWS = 6;
    static final byte SEQUENCE = 7;
    static final byte SEQUENCE_GONE = 8;
    static final byte PART = 9;
    static final byte HIDDEN_TABLET = 10;
    static final byte SHOW = 11;
    static final byte TAKE_BACK = 12;

    static final byte INSERT = 1;
    static final byte UPDATE = 2;
    static final byte DELETE = 3;

    private Redo() {}

    static void definition(Definition definition, ByteWriter out) {
        switch (definition) {
            case Definition.CreateTablet(var spec) -> {
                out.putByte(CREATE_TABLET);
                SpecCodec.write(spec, out);
            }
            case Definition.DropTablet(int tabletId) -> {
                out.putByte(DROP_TABLET);
                out.putInt(tabletId);
            }
            case Definition.AlterTablet(var spec) -> {
                out.putByte(ALTER_TABLET);
                SpecCodec.write(spec, out);
            }
            case Definition.CreateIndex(int tabletId, var spec, var _) -> {
                out.putByte(CREATE_INDEX);
                out.putInt(tabletId);
                SpecCodec.write(spec, out);
            }
            case Definition.DropIndex(int tabletId, int indexId) -> {
                out.putByte(DROP_INDEX);
                out.putInt(tabletId);
                out.putInt(indexId);
            }
        }
    }

    /**
     * Redo on its way to the log, in pieces of about a chunk, each of which is whole records. Used
     * by one thread.
     */
    static final class Pieces {
        private final Consumer<ByteBuffer> target;
        private ByteWriter out = new ByteWriter(256);
        private long bytes;

        /**
         * Nothing yet.
         *
         * @param target gets each piece, which is not changed any more
         */
        Pieces(Consumer<ByteBuffer> target) {
            this.target = target;
        }

        ByteWriter out() {
            return out;
        }

        private boolean isFull() {
            return out.size() >= CommitLog.CHUNK_BYTES;
        }

        private void cut() {
            if (out.size() > 0) {
                bytes += out.size();
                target.accept(ByteBuffer.wrap(out.array(), 0, out.size()).slice());
                out = new ByteWriter(256);
            }
        }

        /** The last piece; nothing may be written any more. Returns the bytes of all pieces. */
        long finish() {
            cut();
            return bytes;
        }
    }

    /** Writes the net effect on a tablet's rows. */
    static void rows(WriteSet.TabletWrites writes, Layout layout, Pieces pieces) {
        var rows = new Rows(writes.tabletId, layout, pieces);
        writes.forEach(rows::add);
        rows.end();
    }

    /** The rows of one tablet on their way into pieces. */
    private static final class Rows {
        private final int tabletId;
        private final Layout layout;
        private final Pieces pieces;
        private int start;
        private int countAt;
        private int count;

        Rows(int tabletId, Layout layout, Pieces pieces) {
            this.tabletId = tabletId;
            this.layout = layout;
            this.pieces = pieces;
            begin();
        }

        private void begin() {
            start = pieces.out().size();
            countAt = beginRows(tabletId, layout, pieces.out());
            count = 0;
        }

        void add(WriteSet.Version version) {
            if (row(version, layout, pieces.out())) {
                count++;
            }
            if (pieces.isFull()) {
                end();
                pieces.cut();
                begin();
            }
        }

        void end() {
            var out = pieces.out();
            out.setInt(countAt, count);
            if (count == 0) {
                out.truncate(start);
            }
        }
    }

    private static int beginRows(int tabletId, Layout layout, ByteWriter out) {
        out.putByte(ROWS);
        out.putInt(tabletId);
        out.putInt(layout.version());
        int countAt = out.size();
        out.putInt(0);
        return countAt;
    }

    private static boolean row(WriteSet.Version version, Layout layout, ByteWriter out) {
        boolean born = version.bornHere();
        if (!version.isLive()) {
            if (born) {
                return false;
            }
            out.putByte(DELETE);
            out.putVarLong(version.rowId);
            return true;
        }
        out.putByte(born ? INSERT : UPDATE);
        out.putVarLong(version.rowId);
        var values = version.values;
        boolean[] changed = born ? null : version.changed;
        if (version.layout != layout) {
            values = new Object[layout.columnCount()];
            boolean[] mask = changed == null ? null : new boolean[values.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = version.value(layout, i);
                if (mask != null && changed != null) {
                    int there =
                            version.layout.positionOrMinusOne(
                                    layout.spec().columns().get(i).columnId());
                    mask[i] = there >= 0 && changed[there];
                }
            }
            changed = mask;
        }
        RowBuffer.writeRedo(layout, values, changed, out);
        return true;
    }

    static void sequence(long id, long lastValue, boolean called, ByteWriter out) {
        out.putByte(SEQUENCE);
        out.putLong(id);
        out.putLong(lastValue);
        out.putByte(called ? 1 : 0);
    }

    /** The head of a part; the rows follow. */
    static void part(
            int ordinal,
            int command,
            int tabletId,
            int layoutVersion,
            int stripe,
            int first,
            int rows,
            ByteWriter out) {
        out.putByte(PART);
        out.putInt(ordinal);
        out.putInt(command);
        out.putInt(tabletId);
        out.putInt(layoutVersion);
        out.putInt(stripe);
        out.putInt(first);
        out.putInt(rows);
    }

    static void hiddenTablet(int ordinal, TabletSpec spec, ByteWriter out) {
        out.putByte(HIDDEN_TABLET);
        out.putInt(ordinal);
        SpecCodec.write(spec, out);
    }

    static void show(long transactionId, int first, int end, ByteWriter out) {
        out.putByte(SHOW);
        out.putLong(transactionId);
        out.putInt(first);
        out.putInt(end);
    }

    static ByteBuffer takeBack(long transactionId, int first) {
        return ByteBuffer.allocate(13).put(TAKE_BACK).putLong(transactionId).putInt(first).flip();
    }

    static long readVarLong(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }
}
