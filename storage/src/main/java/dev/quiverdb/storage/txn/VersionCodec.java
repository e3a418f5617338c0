package dev.quiverdb.storage.txn;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.spill.SortedRuns.Entry;
import dev.quiverdb.storage.table.Layout;
import dev.quiverdb.storage.table.RowBuffer;
import dev.quiverdb.storage.txn.WriteSet.Kind;
import dev.quiverdb.storage.txn.WriteSet.Version;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The chain of versions of one row as bytes, for the temporary file of its transaction:
 *
 * <pre>
 * varint n, version*      the oldest first; nothing at all for a row that was taken back
 *   varint command, byte kind (0 insert, 1 update, 2 delete) | 4 if only some columns changed, varint number of the layout
 *   bits   one per column: changed, if only some did
 *   row    of an insert or update, see {@link RowBuffer}
 * </pre>
 *
 * <p>One thread writes; any thread reads while it does not.
 */
final class VersionCodec {
    private static final byte[] NOTHING = {};
    private static final int SOME_COLUMNS = 4;
    private static final int VERSION_BYTES = 152;
    private static final int VALUE_BYTES = 24;
    private static final int TEXT_BYTES = 56;

    /** Until so many writes nobody looks how large a value is. */
    private static final int WRITES_UNMEASURED = 256;

    /** Those that versions were written with, by number. */
    private final List<Layout> layouts = new ArrayList<>(1);

    private final ByteWriter out = new ByteWriter(256);

    /** About how many bytes a version takes in memory. O(columns). */
    long sizeOf(Version version, int writes) {
        long bytes = VERSION_BYTES;
        for (int i = 0; i < version.values.length; i++) {
            bytes += VALUE_BYTES;
            switch (version.values[i]) {
                case null -> {}
                case Number _, Boolean _ -> {}
                case String text -> bytes += TEXT_BYTES + text.length();
                case Object value when writes > WRITES_UNMEASURED -> {
                    var column = version.layout.spec().columns().get(i);
                    bytes += TEXT_BYTES + column.type().encode(value).length;
                }
                default -> {}
            }
        }
        return bytes;
    }

    private int numberOf(Layout layout) {
        for (int i = layouts.size() - 1; i >= 0; i--) {
            if (layouts.get(i) == layout) {
                return i;
            }
        }
        layouts.add(layout);
        return layouts.size() - 1;
    }

    Entry write(long rowId, Version newest) {
        if (newest.isGone()) {
            return new Entry(NOTHING, rowId, NOTHING);
        }
        out.reset();
        var chain = new ArrayList<Version>(1);
        for (var version = newest; version != null; version = version.previous) {
            chain.add(version);
        }
        out.putVarInt(chain.size());
        for (var version : chain.reversed()) {
            write(version);
        }
        return new Entry(NOTHING, rowId, out.toBytes());
    }

    private void write(Version version) {
        var changed = version.changed;
        out.putVarInt(version.command);
        out.putByte(codeOf(version.kind) | (changed == null ? 0 : SOME_COLUMNS));
        out.putVarInt(numberOf(version.layout));
        for (int i = 0; changed != null && i < changed.length; i += 8) {
            int bits = 0;
            for (int bit = 0; bit < 8 && i + bit < changed.length; bit++) {
                bits |= changed[i + bit] ? 1 << bit : 0;
            }
            out.putByte(bits);
        }
        if (version.isLive()) {
            RowBuffer.writeRedo(version.layout, version.values, null, out);
        }
    }

    private static int codeOf(Kind kind) {
        return switch (kind) {
            case INSERT -> 0;
            case UPDATE -> 1;
            case DELETE -> 2;
            case GONE -> throw new IllegalArgumentException("a row that is gone has no versions");
        };
    }

    private static Kind kindOf(int code) {
        return switch (code) {
            case 0 -> Kind.INSERT;
            case 1 -> Kind.UPDATE;
            case 2 -> Kind.DELETE;
            default -> throw new IllegalStateException("version of unknown kind " + code);
        };
    }

    /** The newest version with those before it; null for a row that was taken back. */
    @Nullable Version read(Entry entry) {
        if (entry.payload().length == 0) {
            return null;
        }
        var in = ByteBuffer.wrap(entry.payload());
        Version newest = null;
        for (int rest = RowBuffer.readVarInt(in); rest > 0; rest--) {
            newest = read(entry.rowId(), in, newest);
        }
        return newest;
    }

    private Version read(long rowId, ByteBuffer in, @Nullable Version previous) {
        int command = RowBuffer.readVarInt(in);
        int head = in.get();
        var kind = kindOf(head & 3);
        var layout = layouts.get(RowBuffer.readVarInt(in));
        boolean[] changed = null;
        if ((head & SOME_COLUMNS) != 0) {
            changed = new boolean[layout.columnCount()];
            for (int i = 0; i < changed.length; i += 8) {
                int bits = in.get();
                for (int bit = 0; bit < 8 && i + bit < changed.length; bit++) {
                    changed[i + bit] = (bits & 1 << bit) != 0;
                }
            }
        }
        var values = Version.NO_VALUES;
        if (kind != Kind.DELETE) {
            var row = new RowBuffer(layout);
            row.readRedo(layout, in);
            values = new Object[layout.columnCount()];
            for (int i = 0; i < values.length; i++) {
                values[i] = row.get(i);
            }
        }
        return new Version(rowId, command, kind, layout, values, changed, previous);
    }
}
