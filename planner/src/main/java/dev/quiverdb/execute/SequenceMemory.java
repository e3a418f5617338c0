package dev.quiverdb.execute;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What currval and lastval answer: the values that this session drew last. For one session's
 * thread.
 */
public final class SequenceMemory {
    private final Map<Long, Long> lastBySequence = new HashMap<>();
    private long lastSequence;

    /** Remembers a drawn value. */
    public void drawn(long sequence, long value) {
        lastBySequence.put(sequence, value);
        lastSequence = sequence;
    }

    /**
     * Remembers a value that setval gave: currval knows it, lastval only if it knew the sequence.
     */
    public void set(long sequence, long value) {
        lastBySequence.put(sequence, value);
    }

    public OptionalLong last(long sequence) {
        var value = lastBySequence.get(sequence);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /** The sequence drawn from last, 0 if none. */
    public long lastSequence() {
        return lastSequence;
    }

    /** DISCARD SEQUENCES, and when a sequence is dropped. */
    public void forget(long sequence) {
        lastBySequence.remove(sequence);
        if (lastSequence == sequence) {
            lastSequence = 0;
        }
    }

    public void clear() {
        lastBySequence.clear();
        lastSequence = 0;
    }
}
