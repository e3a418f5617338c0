package dev.quiverdb.storage.block;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a root slot of the manifest says; drawn in {@code README.md}.
 *
 * @param sequence the image's number
 * @param logIndex newest log entry in it
 * @param storeId random number of this store
 * @param nextBlockId block numbers from here on were never used
 * @param tableLevels levels of table nodes; 0 where there is no block
 * @param table the one node of the highest level
 * @param payload pieces of the caller's root record
 * @param wrappedKey data key, or null in the clear
 */
record Root(
        long sequence,
        long logIndex,
        long storeId,
        long nextBlockId,
        int tableLevels,
        Location table,
        int payloadBytes,
        List<Location> payload,
        @Nullable WrappedKey wrappedKey) {
    static final int SLOT_BYTES = 4096;
    static final int SLOTS = 2;
    static final int PAYLOAD_PIECE_BYTES = BlockStore.BLOCK_BYTES_MAX;
    static final int PAYLOAD_PIECES_MAX = 72;

    private static final long MAGIC = 0x3130_544F_4F52_5651L; // "QVROOT01"
    private static final int VERSION = 2;

    /** Its places say less; see {@link Location#decode}. */
    private static final int VERSION_OLDEST = 1;

    private static final int AT_TABLE = 72;
    private static final int AT_KEY = AT_TABLE + Location.BYTES;
    private static final int AT_PAYLOAD = AT_KEY + 4 + 128;
    private static final int AT_CHECKSUM = SLOT_BYTES - 4;

    Root {
        payload = List.copyOf(payload);
        if (payload.size() > PAYLOAD_PIECES_MAX) {
            throw new IllegalArgumentException("root record of " + payloadBytes + " bytes");
        }
    }

    /** A wrapped data key. Owns its array. */
    static final class WrappedKey {
        private final byte[] bytes;

        WrappedKey(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        byte[] bytes() {
            return bytes.clone();
        }
    }

    /** The slot where the root before and the root after this one stand. */
    int otherSlot() {
        return (int) ((sequence + 1) % SLOTS);
    }

    ByteBuffer encode() {
        var slot = ByteBuffer.allocateDirect(SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        slot.putLong(0, MAGIC);
        slot.putInt(8, VERSION);
        slot.putInt(12, tableLevels);
        slot.putLong(16, sequence);
        slot.putLong(24, logIndex);
        slot.putLong(32, storeId);
        slot.putLong(40, nextBlockId);
        slot.putInt(48, payloadBytes);
        slot.putInt(52, payload.size());
        table.encode(slot.position(AT_TABLE));
        if (wrappedKey != null) {
            var key = wrappedKey.bytes();
            slot.putInt(AT_KEY, key.length);
            slot.put(AT_KEY + 4, key);
        }
        slot.position(AT_PAYLOAD);
        payload.forEach(piece -> piece.encode(slot));
        slot.putInt(AT_CHECKSUM, checksum(slot));
        return slot.clear();
    }

    private static int checksum(ByteBuffer slot) {
        var crc = new CRC32C();
        crc.update(slot.duplicate().position(0).limit(AT_CHECKSUM));
        return (int) crc.getValue();
    }

    /** The root in a slot, or null where the slot was never or not wholly written. */
    static @Nullable Root decode(ByteBuffer slot) {
        slot.order(ByteOrder.LITTLE_ENDIAN);
        if (slot.getLong(0) != MAGIC
                || slot.getInt(8) < VERSION_OLDEST
                || slot.getInt(8) > VERSION
                || slot.getInt(AT_CHECKSUM) != checksum(slot)) {
            return null;
        }
        WrappedKey key = null;
        if (slot.getInt(AT_KEY) > 0) {
            var bytes = new byte[slot.getInt(AT_KEY)];
            slot.get(AT_KEY + 4, bytes);
            key = new WrappedKey(bytes);
        }
        var table = Location.decode(slot.position(AT_TABLE));
        List<Location> payload = new ArrayList<>();
        slot.position(AT_PAYLOAD);
        for (int i = slot.getInt(52); i > 0; i--) {
            payload.add(Location.decode(slot));
        }
        return new Root(
                slot.getLong(16),
                slot.getLong(24),
                slot.getLong(32),
                slot.getLong(40),
                slot.getInt(12),
                table,
                slot.getInt(48),
                payload,
                key);
    }
}
