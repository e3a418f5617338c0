package dev.quiverdb.storage.txn;

import dev.quiverdb.base.type.ByteWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What can be locked besides rows. */
sealed interface LockTarget {
    /** A relation or another object of the catalog; PostgreSQL's eight modes. */
    record Item(long classId, long objectId) implements LockTarget {}

    /** An advisory lock: one bigint, or two ints in its halves. */
    record Advisory(long key, boolean two) implements LockTarget {}

    /** A unique key; held exclusively by whoever brings it into or takes it out of an index. */
    final class Key implements LockTarget {
        private final int tabletId;
        private final int indexId;
        private final byte[] bytes;
        private final int hash;

        Key(int tabletId, int indexId, byte[] bytes) {
            this.tabletId = tabletId;
            this.indexId = indexId;
            this.bytes = bytes;
            this.hash = (Arrays.hashCode(bytes) * 31 + indexId) * 31 + tabletId;
        }

        /** The key in 64 bits, nearly always different for different keys. */
        long wideHash() {
            long hash = tabletId * 0x9E3779B97F4A7C15L + indexId;
            for (byte b : bytes) {
                hash = (hash ^ b) * 0x100000001B3L;
                hash ^= hash >>> 32;
            }
            hash *= 0xD6E8FEB86659FD93L;
            return hash ^ hash >>> 32;
        }

        /** Writes what {@link #read} reads. */
        void write(ByteWriter out) {
            out.putInt(tabletId);
            out.putInt(indexId);
            out.putInt(bytes.length);
            out.putBytes(bytes);
        }

        static Key read(ByteBuffer in) {
            int tabletId = in.getInt();
            int indexId = in.getInt();
            byte[] bytes = new byte[in.getInt()];
            in.get(bytes);
            return new Key(tabletId, indexId, bytes);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key
                    && key.hash == hash
                    && key.tabletId == tabletId
                    && key.indexId == indexId
                    && Arrays.equals(key.bytes, bytes);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /**
     * The end of a transaction that loads in bulk or holds very many keys; it holds this
     * exclusively until then.
     */
    record Load(long transactionId) implements LockTarget {}

    /** The rows of one stripe. */
    record Stripe(int tabletId, int stripe) implements LockTarget {}
}
