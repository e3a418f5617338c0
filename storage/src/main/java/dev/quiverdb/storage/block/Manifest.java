package dev.quiverdb.storage.block;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The root of a durable state. Equal only to itself. */
public final class Manifest {
    private final long sequence;
    private final long logIndex;
    private final byte[] payload;

    Manifest(long sequence, long logIndex, byte[] payload) {
        this.sequence = sequence;
        this.logIndex = logIndex;
        this.payload = Arrays.copyOf(payload, payload.length);
    }

    /** 0 for a new store, one more with each checkpoint. */
    public long sequence() {
        return sequence;
    }

    /** The newest log entry whose effect is in; 0 for a new store. */
    public long logIndex() {
        return logIndex;
    }

    /** The caller's root record, read-only; empty for a new store. */
    public ByteBuffer payload() {
        return ByteBuffer.wrap(payload).asReadOnlyBuffer();
    }
}
